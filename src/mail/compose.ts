import { createHash } from 'node:crypto'
import { checkAddress, checkMessageId, field, MAX_LINE, mailDate, subjectField } from './header.js'
import { encodeQuotedPrintable } from './transfer-encoding.js'

/** What the mail carries. All octets have CRLF line ends. */
export type MailContent =
  /** A text, as a clear-signed message is one. */
  | { kind: 'text'; text: Buffer }
  /** PGP/MIME (RFC 3156, 5): the exact octets that were signed, and the armored signature over them. */
  | { kind: 'pgp-mime'; signedPart: Buffer; signature: Buffer; micalg: string }
  /** S/MIME (RFC 8551, 3.5.3): the exact octets that were signed, and the detached CMS signature over them in DER. */
  | { kind: 'smime'; signedPart: Buffer; signature: Buffer; micalg: string }

export type MailFields = {
  from: string
  to: string
  replyTo: string | null
  subject: string
  date: Date
  /** With angle brackets. */
  messageId: string
}

/**
 * The octets of a mail (RFC 5322): CRLF, no line longer than 76 octets, the same octets for the same input. Throws a
 * `Refusal` that names the field whose value cannot stand in a header.
 */
export const composeMail = ({ content, ...fields }: MailFields & { content: MailContent }): Buffer => {
  const { header, body } = content.kind === 'text' ? textBody(content.text) : signedBody(content)
  return Buffer.concat([Buffer.from([...topFields(fields), ...header, '', ''].join('\r\n'), 'latin1'), body])
}

/** A leaf of plain text in UTF-8 as octets, with a transfer encoding that keeps its lines short (RFC 2045, 6). */
export const textPart = (text: Buffer): Buffer => {
  const { header, body } = textBody(text, { eightBit: false })
  return Buffer.concat([Buffer.from([...header, '', ''].join('\r\n'), 'latin1'), body])
}

const topFields = ({ from, to, replyTo, subject, date, messageId }: MailFields): string[] => [
  field('From', checkAddress('from', from)),
  field('To', checkAddress('to', to)),
  ...(replyTo === null ? [] : [field('Reply-To', checkAddress('replyTo', replyTo))]),
  subjectField(subject),
  field('Date', mailDate(date)),
  field('Message-ID', checkMessageId(messageId)),
  // Keeps vacation programs from answering (RFC 3834, 5).
  'Auto-Submitted: auto-generated',
  'MIME-Version: 1.0',
]

type Body = { header: string[]; body: Buffer }

const textBody = (text: Buffer, { eightBit } = { eightBit: true }): Body => {
  const encoding = encodingOf(text, eightBit)
  return {
    header: ['Content-Type: text/plain; charset=utf-8', `Content-Transfer-Encoding: ${encoding}`],
    body: encoding === 'quoted-printable' ? encodeQuotedPrintable(text) : text,
  }
}

/** PGP/MIME demands seven bits (RFC 3156, 3), and lines that no mailbox format changes. */
const encodingOf = (text: Buffer, eightBit: boolean): '7bit' | '8bit' | 'quoted-printable' => {
  const lines = text.toString('latin1').split('\r\n')
  if (lines.some((line) => line.length > MAX_LINE || /^From |[ \t]$/.test(line))) return 'quoted-printable'
  if (text.every((byte) => byte < 0x80)) return '7bit'
  return eightBit ? '8bit' : 'quoted-printable'
}

type SignedParts = Exclude<MailContent, { kind: 'text' }>

/** multipart/signed (RFC 1847, 2.1): what is signed, then the signature. */
const signedBody = ({ kind, signedPart, signature, micalg }: SignedParts): Body => {
  const part = kind === 'smime' ? cmsPart(signature) : armorPart(signature)
  const boundary = boundaryFor(signedPart, signature)
  const between = ['', `--${boundary}`, ...part.header, '', '']
  return {
    header: [
      `Content-Type: multipart/signed; micalg=${micalg};`,
      ` protocol="${part.type}";`,
      ` boundary="${boundary}"`,
    ],
    body: Buffer.concat([
      Buffer.from(`--${boundary}\r\n`),
      signedPart,
      Buffer.from(between.join('\r\n')),
      part.body,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  }
}

type SignaturePart = Body & { type: string }

const armorPart = (signature: Buffer): SignaturePart => ({
  type: 'application/pgp-signature',
  header: [
    'Content-Type: application/pgp-signature; name="signature.asc"',
    'Content-Disposition: attachment; filename="signature.asc"',
  ],
  body: signature,
})

/** The name that RFC 8551, 3.2.1 asks for, since old programs go by it. */
const cmsPart = (signature: Buffer): SignaturePart => ({
  type: 'application/pkcs7-signature',
  header: [
    'Content-Type: application/pkcs7-signature; name="smime.p7s"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="smime.p7s"',
  ],
  body: Buffer.from(inLines(signature.toString('base64'))),
})

const inLines = (text: string): string => (text.match(new RegExp(`.{1,${MAX_LINE}}`, 'g')) ?? []).join('\r\n')

/** `=_` stands in no quoted-printable text, and the digest in no text that was not made for it (RFC 2045, 6.7). */
const boundaryFor = (...content: Buffer[]): string => {
  const digest = content.reduce((hash, octets) => hash.update(octets), createHash('sha256')).digest('hex')
  return `=_${digest.slice(0, 32)}`
}
