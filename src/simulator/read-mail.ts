import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser'
import { createMessage, type PublicKey, readCleartextMessage, readSignature, verify } from 'openpgp'
import { sentenceOf } from './errors.js'

/** A mail as the registry's robot reads it. Everything but `order` is unsigned. */
export type ReadMail = {
  messageId: string | null
  subject: string
  /** Where its sender wants the answer: Reply-To, else From; null where there is neither. */
  replyTo: string | null
  /** How it is signed, and so how it is answered. */
  form: 'clear' | 'mime'
  /** It as a part of another mail: what its header says of its content, an empty line, its body. Octets as Latin-1. */
  part: string
  order: { ok: true; text: string } | { ok: false; reason: string }
}

/** Reads the octets of a mail and verifies its signature against the trusted keys, as of now unless another time is given. */
export const readMail = async (octets: Buffer, trusted: PublicKey[], at: Date = new Date()): Promise<ReadMail> => {
  const mail = await simpleParser(octets, { skipTextToHtml: true, skipHtmlToText: true })
  const boundary = signedBoundary(mail)
  return {
    messageId: mail.messageId ?? null,
    subject: mail.subject ?? '',
    replyTo: firstAddress(mail.replyTo) ?? firstAddress(mail.from),
    form: boundary === null ? 'clear' : 'mime',
    part: asPart(octets.toString('latin1')),
    order: await (boundary === null
      ? verifyClear(mail.text ?? '', trusted, at)
      : verifyMime(octets, { boundary, trusted, at })
    ).catch((error: unknown) => ({ ok: false as const, reason: sentenceOf(error) })),
  }
}

const asPart = (wire: string): string => {
  const end = wire.indexOf('\r\n\r\n')
  const header = end === -1 ? wire : wire.slice(0, end)
  const fields = header.split(/\r\n(?![ \t])/).filter((field) => /^content-/i.test(field))
  return `${fields.join('\r\n')}\r\n\r\n${end === -1 ? '' : wire.slice(end + 4).replace(/\r\n$/, '')}`
}

const verifyClear = async (body: string, trusted: PublicKey[], date: Date): Promise<ReadMail['order']> => {
  const text = body.trim()
  if (!text.includes('-----BEGIN PGP SIGNED MESSAGE-----')) return { ok: false, reason: 'the mail is not signed' }
  if (!text.startsWith('-----BEGIN PGP SIGNED') || !text.endsWith('-----END PGP SIGNATURE-----'))
    return { ok: false, reason: 'there is text outside the signed part' }
  const message = await readCleartextMessage({ cleartextMessage: text })
  const { data, signatures } = await verify({ message, verificationKeys: trusted, expectSigned: true, date })
  return signatures.length === 1 ? { ok: true, text: data } : { ok: false, reason: 'there is more than one signature' }
}

/** RFC 3156, section 5: the signature is over the first part as it came, without the line end before the boundary. */
const verifyMime = async (
  octets: Buffer,
  { boundary, trusted, at }: { boundary: string; trusted: PublicKey[]; at: Date },
): Promise<ReadMail['order']> => {
  const [signed, second] = splitParts(octets, boundary)
  if (signed === undefined || second === undefined) return { ok: false, reason: 'the mail does not have two parts' }
  const armored = (await simpleParser(second)).attachments[0]?.content.toString('latin1')
  if (armored === undefined) return { ok: false, reason: 'the second part is no signature' }
  const { signatures } = await verify({
    message: await createMessage({ binary: new Uint8Array(signed) }),
    signature: await readSignature({ armoredSignature: armored }),
    verificationKeys: trusted,
    expectSigned: true,
    format: 'binary',
    date: at,
  })
  if (signatures.length !== 1) return { ok: false, reason: 'there is more than one signature' }
  return { ok: true, text: (await simpleParser(signed, { skipTextToHtml: true })).text ?? '' }
}

export const splitParts = (octets: Buffer, boundary: string): Buffer[] => {
  // Latin-1 has one character for each octet, so that positions in the text are positions in the octets.
  const wire = octets.toString('latin1')
  const delimiter = new RegExp(`\\r\\n--${boundary.replace(/[^\w]/g, '\\$&')}(--)?[ \\t]*(?=\\r\\n|$)`, 'g')
  const cuts = [...wire.matchAll(delimiter)].map(({ index, 0: found }) => ({
    from: index,
    to: index + found.length + 2,
  }))
  return cuts.slice(0, -1).map(({ to }, at) => octets.subarray(to, cuts[at + 1]?.from))
}

export const signedBoundary = (mail: ParsedMail): string | null => {
  const type = mail.headers.get('content-type')
  if (typeof type !== 'object' || !('params' in type) || type.value !== 'multipart/signed') return null
  return type.params['boundary'] ?? null
}

const firstAddress = (header: AddressObject | undefined): string | null => header?.value[0]?.address ?? null
