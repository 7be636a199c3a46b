import { createMessage, PrivateKey, readSignature, sign } from 'openpgp'
import type { Scheme } from '../core/connection.js'
import { Fault, messageOf } from '../core/errors.js'
import { composeMail, type MailFields, textPart } from '../mail/compose.js'
import { indexOfControl } from '../mail/control.js'
import { refused } from '../mail/header.js'
import { withCrlf } from '../mail/lines.js'
import { writeClearSigned } from './clear-text.js'
import { hashName, OPENPGP } from './openpgp-config.js'
import type { SignInput } from './scheme.js'

export type SignMailInput = SignInput & Omit<MailFields, 'date'> & { scheme: Scheme; body: string }

/**
 * Signs a text and composes the mail around it; the signature and the Date field both state `at`. Blanks at line ends are
 * removed first, because clear-signing does not cover them. Throws a `Fault` (`scheme-unsupported`, `key-unusable`), or a
 * `Refusal` for a header value or a body that cannot be sent.
 */
export const signMail = async ({ scheme, key, at, body, ...fields }: SignMailInput): Promise<Buffer> => {
  if (scheme === 'smime') {
    throw new Fault(
      'scheme-unsupported',
      'Signing with S/MIME is not possible yet: set signing.scheme to openpgp-clear or openpgp-mime.',
      {
        temporary: false,
      },
    )
  }
  const text = canonical(body)
  const mail = { ...fields, date: at }
  if (scheme === 'openpgp-clear') {
    const { armored, hash, version } = await signText({ key, at }, text)
    // A header for version 6 would contradict RFC 9580, 7.1.
    const message = writeClearSigned({ text, signature: armored, hash: version === 6 ? null : hash })
    return composeMail({ ...mail, content: { kind: 'text', text: message } })
  }
  const signedPart = textPart(Buffer.concat([text, Buffer.from('\r\n')]))
  const { armored, hash } = await signText({ key, at }, signedPart)
  const micalg = `pgp-${hash.toLowerCase()}`
  return composeMail({ ...mail, content: { kind: 'pgp-mime', signedPart, signature: armored, micalg } })
}

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

type Signed = { armored: Buffer; hash: string; version: number }

/** A detached signature over canonical text (RFC 9580, 5.2.1: type 0x01), so that other line ends on the way do no harm. */
const signText = async ({ key, at }: SignInput, text: Buffer): Promise<Signed> => {
  if (!(key.key instanceof PrivateKey)) {
    throw new Fault('key-unusable', `Key ${key.fingerprint} is no OpenPGP key: name one in signing.key.`, {
      temporary: false,
    })
  }
  try {
    const message = await createMessage({ text: text.toString('utf8') })
    const armored = await sign({ message, signingKeys: key.key, date: at, detached: true, config: OPENPGP })
    const { packets } = await readSignature({ armoredSignature: armored, config: OPENPGP })
    const hash = hashName(packets[0]?.hashAlgorithm ?? 0)
    return { armored: withCrlf(Buffer.from(armored)), hash, version: packets[0]?.version ?? 0 }
  } catch (error) {
    const reason = messageOf(error)
    throw new Fault(
      'key-unusable',
      `Key ${key.fingerprint} cannot sign (${reason}): look at it with gpg --show-keys and export it again.`,
      {
        temporary: false,
        cause: error,
      },
    )
  }
}
