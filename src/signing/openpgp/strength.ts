import { enums, type Key, type Subkey } from 'openpgp'
import { WEAKNESSES, type Weakness } from '../../core/connection.js'
import { messageOf } from '../../core/errors.js'
import { type Read, read, unreadable } from '../../mail/read.js'
import { forSignatures } from './config.js'

/**
 * What the newest part of a key that may sign is weak in, at whatever time; unreadable where no part may sign, or where no
 * setting allows so weak a key.
 */
export const strengthOfKey = async (key: Key): Promise<Read<Weakness[]>> => {
  try {
    const config = forSignatures(WEAKNESSES)
    return weaknessOfParts([key, await key.getSigningKey(undefined, null, undefined, config)])
  } catch (error) {
    return unreadable(`not one that can sign (${messageOf(error)})`)
  }
}

/**
 * What several parts of a key are weak in together: the primary key, and the subkey that signs for it. Unreadable where one
 * is so weak, or of such a kind, that no setting allows it.
 */
export const weaknessOfParts = (parts: readonly (Key | Subkey)[]): Read<Weakness[]> => {
  const found = new Set<Weakness>()
  for (const part of parts) {
    const weak = weaknessOfPart(part)
    if (!weak.ok) return weak
    for (const one of weak.value) found.add(one)
  }
  return read([...found])
}

const { publicKey } = enums
const RSA: ReadonlySet<number> = new Set([publicKey.rsaEncryptSign, publicKey.rsaSign])
const CURVES: ReadonlySet<number> = new Set([
  publicKey.ecdsa,
  publicKey.eddsaLegacy,
  publicKey.ed25519,
  publicKey.ed448,
])

/** No setting makes us believe fewer bits than these. */
const MIN_BITS = 1024
const STRONG_BITS = 2048

const weaknessOfPart = (part: Key | Subkey): Read<Weakness[]> => {
  const { algorithm } = part.keyPacket
  const { algorithm: name, bits = 0 } = part.getAlgorithmInfo()
  if (algorithm === null) return unreadable('of an unknown kind')
  if (CURVES.has(algorithm)) return read([])
  const isRsa = RSA.has(algorithm)
  if (!isRsa && algorithm !== publicKey.dsa) return unreadable(`of a kind that cannot sign (${name})`)
  const words = isRsa ? 'RSA' : 'DSA'
  if (bits < MIN_BITS) return unreadable(`${words} of ${bits} bits, fewer than any setting allows`)
  if (!isRsa) return read(['dsa'])
  return read(bits < STRONG_BITS ? ['rsa1024'] : [])
}
