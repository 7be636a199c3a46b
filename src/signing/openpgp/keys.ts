import { enums, type Key, type PrivateKey, readKeys, SignaturePacket, type Subkey } from 'openpgp'
import { messageOf } from '../../core/errors.js'
import { type Read, read, unreadable } from '../../mail/read.js'
import { OPENPGP } from './config.js'

/** Upper-case hexadecimal, of the primary key. */
export const fingerprintOf = (key: Key): string => key.getFingerprint().toUpperCase()

/** Reads a key file, armored or binary, that must hold exactly one key (RFC 9580, 10). */
export const readKeyFile = async (bytes: Uint8Array): Promise<Read<Key>> => {
  const text = Buffer.from(bytes).toString('latin1')
  const blocks = text.match(/^-----BEGIN PGP /gm)?.length ?? 0
  if (blocks > 1) return unreadable('it holds several armored blocks; keep one key in a file')
  try {
    const config = OPENPGP
    const keys =
      blocks === 1 ? await readKeys({ armoredKeys: text, config }) : await readKeys({ binaryKeys: bytes, config })
    const [key] = keys
    if (key === undefined || keys.length > 1) return unreadable(`it holds ${keys.length} keys; keep one key in a file`)
    return read(key)
  } catch (error) {
    return unreadable(`it holds no OpenPGP key that can be read (${messageOf(error)})`)
  }
}

export const isPrivate = (key: Key): key is PrivateKey => key.isPrivate()

/** Revoked for any reason, at any time: a key that was taken back vouches for nothing, and the pin has to go. */
export const isRevoked = (key: Key | Subkey): boolean => key.revocationSignatures.length > 0

/** When the primary key ends; null where it never does. Undefined for a key that is revoked or not valid at all. */
export const expiryOf = async (key: Key): Promise<Date | null | undefined> => {
  const expires = await key.getExpirationTime(undefined, OPENPGP)
  if (expires === null) return undefined
  return expires instanceof Date ? expires : null
}

/** When this subkey ends; null where it never does. */
const expiryOfSubkey = async (subkey: Subkey): Promise<Date | null> => {
  const expires = await subkey.getExpirationTime(undefined, OPENPGP)
  return expires instanceof Date ? expires : null
}

/** The earlier end of the primary key and of the key that signs for it. */
export const signingExpiry = async (key: Key, signing: Key | Subkey): Promise<Date | null> => {
  const ends = [await expiryOf(key), 'mainKey' in signing ? await expiryOfSubkey(signing) : null]
  const times = ends.filter((end) => end instanceof Date).map((end) => end.getTime())
  return times.length === 0 ? null : new Date(Math.min(...times))
}

/** Such as `RSA 3072` or `Ed25519`, for people. */
export const algorithmOf = (key: Key): string => {
  const { algorithm, bits, curve } = key.getAlgorithmInfo()
  if (bits !== undefined) return `${algorithm.replace(/^rsa.*/, 'RSA').replace(/^dsa$/, 'DSA')} ${bits}`
  return /25519/.test(curve ?? algorithm) ? 'Ed25519' : (curve ?? algorithm)
}

/** When a key made its own statements about itself, and about the part that signs for it, in milliseconds. */
export const selfSignedAt = (key: Key, part: Key | Subkey): number[] => {
  const ofUsers = key.users.flatMap(({ selfCertifications }) => selfCertifications)
  const ofPart = 'bindingSignatures' in part ? part.bindingSignatures : []
  const ofKey = key.toPacketList().filter((packet) => packet instanceof SignaturePacket)
  const direct = ofKey.filter(({ signatureType }) => signatureType === enums.signature.key)
  return [...ofUsers, ...ofPart, ...direct].flatMap(({ created }) => (created === null ? [] : [created.getTime()]))
}
