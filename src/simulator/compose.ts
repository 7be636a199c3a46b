import { randomUUID } from 'node:crypto'
import MimeNode from 'nodemailer/lib/mime-node'
import { encode, wrap } from 'nodemailer/lib/qp'
import { createCleartextMessage, createMessage, enums, type PrivateKey, readSignature, sign } from 'openpgp'

/** The body of a mail with the fields that describe it. */
export type Body = { type: string; encoding: '7bit' | '8bit' | 'quoted-printable'; octets: Buffer }

/** The whole mail: header fields, an empty line, the body. `trace` goes on top, as a relay would put it there. */
export const composeMail = (input: {
  from: string
  to: string
  subject: string
  inReplyTo: string | null
  autoSubmitted: 'auto-generated' | 'auto-replied'
  body: Body
  trace?: string
}): Buffer => {
  const { body } = input
  const head = new MimeNode(body.type)
  head.setHeader([
    { key: 'From', value: input.from },
    { key: 'To', value: input.to },
    { key: 'Subject', value: input.subject },
    { key: 'Message-ID', value: newMessageId(input.from) },
    { key: 'Auto-Submitted', value: input.autoSubmitted },
    { key: 'Content-Transfer-Encoding', value: body.encoding },
  ])
  if (input.inReplyTo !== null)
    head.setHeader([
      { key: 'In-Reply-To', value: input.inReplyTo },
      { key: 'References', value: input.inReplyTo },
    ])
  const trace = input.trace === undefined ? '' : `${input.trace}\r\n`
  return Buffer.concat([Buffer.from(`${trace}${head.buildHeaders()}\r\n\r\n`), body.octets])
}

/** Text as it is, without any signature. */
export const plainBody = (text: string): Body => {
  const octets = Buffer.from(`${crlf(text)}\r\n`)
  return { type: TEXT, encoding: isAscii(octets) ? '7bit' : '8bit', octets }
}

/** Clear-signed text (RFC 9580, section 7). */
export const clearSigned = async (text: string, key: PrivateKey, at: Date = new Date()): Promise<Body> =>
  plainBody((await sign({ message: await createCleartextMessage({ text }), signingKeys: key, date: at })).trimEnd())

/**
 * PGP/MIME (RFC 3156, section 5): the signed part is 7-bit, so that no relay has a reason to change it. `beside`: another
 * part, with its header, that is signed with the text in a `multipart/mixed`.
 */
export const mimeSigned = async (
  text: string,
  key: PrivateKey,
  beside: string | null = null,
  at: Date = new Date(),
): Promise<Body> => {
  const part = beside === null ? textPart(text) : wholePart(multipart('mixed', [textPart(text), beside]))
  const message = await createMessage({ binary: new Uint8Array(Buffer.from(part)) })
  const armored = await sign({ message, signingKeys: key, detached: true, date: at })
  const hash = (await readSignature({ armoredSignature: armored })).packets[0]?.hashAlgorithm ?? enums.hash.sha512
  return multipart(`signed; micalg=pgp-${enums.read(enums.hash, hash)}; protocol="application/pgp-signature"`, [
    part,
    `Content-Type: application/pgp-signature; name="signature.asc"\r\n\r\n${crlf(armored.trimEnd())}`,
  ])
}

/** Text as the first part of a signed mail. */
export const textPart = (text: string): string => {
  const lines = `${crlf(text)}\r\n`
  const ascii = isAscii(Buffer.from(lines))
  return [
    `Content-Type: ${TEXT}`,
    `Content-Transfer-Encoding: ${ascii ? '7bit' : 'quoted-printable'}`,
    '',
    ascii ? lines : crlf(wrap(encode(lines))),
  ].join('\r\n')
}

const wholePart = ({ type, octets }: Body): string => `Content-Type: ${type}\r\n\r\n${octets.toString('latin1')}`

/** Several parts, each with its own header fields, as one body; `subtype` may carry parameters. */
export const multipart = (subtype: string, parts: string[]): Body => {
  const boundary = `=_${randomUUID()}`
  const octets = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')
  const [name, ...parameters] = subtype.split('; ')
  return {
    type: [`multipart/${name}`, ...parameters, `boundary="${boundary}"`].join('; '),
    encoding: '7bit',
    octets: Buffer.from(`${octets}--${boundary}--\r\n`),
  }
}

export const newMessageId = (address: string): string => `<${randomUUID()}@${address.split('@').at(-1) ?? 'localhost'}>`

const TEXT = 'text/plain; charset=utf-8'

const crlf = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n')

const isAscii = (octets: Buffer): boolean => octets.every((octet) => octet < 0x80)
