import { KeyObject, X509Certificate } from 'node:crypto'
import type { Scheme } from '../core/connection.js'
import { messageOf } from '../core/errors.js'
import { composeMail, type MailContent, type MailFields, textPart } from '../mail/compose.js'
import { indexOfControl } from '../mail/control.js'
import { refused } from '../mail/header.js'
import { keyFault } from './keys/folder.js'
import { writeClearSigned } from './openpgp/clear-text.js'
import { signText } from './openpgp/sign.js'
import type { SignInput, SigningKey } from './scheme.js'
import { type CertifiedKey, signDetached } from './smime/sign.js'

export type SignMailInput = SignInput & Omit<MailFields, 'date'> & { scheme: Scheme; body: string }

/**
 * Signs a text and composes the mail around it; the signature and the Date field both state `at`. Blanks at line ends are
 * removed first, because clear-signing does not cover them. Throws a `Fault` (`key-unusable`, which a key of another kind
 * than the scheme needs is too), or a `Refusal` for a header value or a body that cannot be sent.
 */
export const signMail = async ({ scheme, key, at, body, ...fields }: SignMailInput): Promise<Buffer> => {
  const content = await SIGN[scheme]({ key, at }, canonical(body))
  return composeMail({ ...fields, date: at, content })
}

type Sign = (input: SignInput, text: Buffer) => Promise<MailContent>

const clearSign: Sign = async (input, text) => {
  const { armored, hash, version } = await signText(input, text)
  // A header for version 6 would contradict RFC 9580, 7.1.
  const message = writeClearSigned({ text, signature: armored, hash: version === 6 ? null : hash })
  return { kind: 'text', text: message }
}

const signPgpMime: Sign = async (input, text) => {
  const signedPart = partOf(text)
  const { armored, hash } = await signText(input, signedPart)
  return { kind: 'pgp-mime', signedPart, signature: armored, micalg: `pgp-${hash.toLowerCase()}` }
}

const signSmime: Sign = async ({ key, at }, text) => {
  const certified = certifiedKey(key)
  const signedPart = partOf(text)
  try {
    const { der, micalg } = signDetached(certified, { content: signedPart, at })
    return { kind: 'smime', signedPart, signature: der, micalg }
  } catch (error) {
    throw keyFault(
      'key-unusable',
      `The key of certificate ${key.fingerprint} cannot sign (${messageOf(error)}): look at it with openssl x509 -text.`,
      error,
    )
  }
}

const SIGN: Record<Scheme, Sign> = { 'openpgp-clear': clearSign, 'openpgp-mime': signPgpMime, smime: signSmime }

const certifiedKey = ({ key, fingerprint }: SigningKey): CertifiedKey => {
  if (isCertified(key)) return key
  throw keyFault(
    'key-unusable',
    `Key ${fingerprint} is no certificate with its private key, which S/MIME signs with: name one in signing.key, or set signing.scheme to openpgp-clear or openpgp-mime.`,
  )
}

const isCertified = (key: unknown): key is CertifiedKey =>
  typeof key === 'object' &&
  key !== null &&
  'privateKey' in key &&
  key.privateKey instanceof KeyObject &&
  'certificate' in key &&
  key.certificate instanceof X509Certificate &&
  'chain' in key &&
  Array.isArray(key.chain)

/** The MIME part that is signed: the text with a line end after its last line. */
const partOf = (text: Buffer): Buffer => textPart(Buffer.concat([text, Buffer.from('\r\n')]))

/** Lines without blanks at their ends, CRLF between them, none after the last: what a clear-signature is over. */
const canonical = (body: string): Buffer => {
  const lines = body
    .replace(/\r\n/g, '\n')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.replace(/[ \t]+$/, ''))
  const bytes = Buffer.from(lines.join('\r\n'))
  if (indexOfControl(bytes) !== -1)
    throw refused('body', 'has a control character other than tabs and line ends; remove it')
  if (body.trim() === '') throw refused('body', 'is empty')
  return bytes
}
