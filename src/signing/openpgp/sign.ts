import { createMessage, PrivateKey, readSignature, sign } from 'openpgp'
import { messageOf } from '../../core/errors.js'
import { withCrlf } from '../../mail/lines.js'
import { keyFault } from '../keys/folder.js'
import type { SignInput } from '../scheme.js'
import { hashName, OPENPGP } from './config.js'

/** `hash` is the digest by its name in armor headers; `version` that of the signature packet. */
export type OpenpgpSignature = { armored: Buffer; hash: string; version: number }

/**
 * A detached signature over canonical text (RFC 9580, 5.2.1: type 0x01), so that other line ends on the way do no harm.
 * Throws a `Fault` `key-unusable`.
 */
export const signText = async ({ key, at }: SignInput, text: Buffer): Promise<OpenpgpSignature> => {
  if (!(key.key instanceof PrivateKey))
    throw keyFault(
      'key-unusable',
      `Key ${key.fingerprint} is no OpenPGP key: name one in signing.key, or set signing.scheme to smime.`,
    )
  try {
    const message = await createMessage({ text: text.toString('utf8') })
    const armored = await sign({ message, signingKeys: key.key, date: at, detached: true, config: OPENPGP })
    const { packets } = await readSignature({ armoredSignature: armored, config: OPENPGP })
    const hash = hashName(packets[0]?.hashAlgorithm ?? 0)
    return { armored: withCrlf(Buffer.from(armored)), hash, version: packets[0]?.version ?? 0 }
  } catch (error) {
    throw keyFault(
      'key-unusable',
      `Key ${key.fingerprint} cannot sign (${messageOf(error)}): look at it with gpg --show-keys and export it again.`,
      error,
    )
  }
}
