import { createHmac, timingSafeEqual } from 'node:crypto'

/** Time-based one-time passwords (RFC 6238) as every app makes them: SHA-1, 30 seconds, six digits. */

const PERIOD_MS = 30_000
const DIGITS = 6
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648, 6, without padding. */
export const toBase32 = (octets: Uint8Array): string => {
  let [text, bits, held] = ['', 0, 0]
  for (const octet of octets) {
    held = (held << 8) | octet
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31] ?? ''
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + (ALPHABET[(held << (5 - bits)) & 31] ?? '')
}

const fromBase32 = (text: string): Buffer => {
  const octets: number[] = []
  let [bits, held] = [0, 0]
  for (const character of text) {
    held = (held << 5) | ALPHABET.indexOf(character)
    bits += 5
    if (bits < 8) continue
    bits -= 8
    octets.push((held >> bits) & 255)
    held &= (1 << bits) - 1
  }
  return Buffer.from(octets)
}

/** The number of the half minute that a time is in. */
export const stepOf = (at: Date): number => Math.floor(at.getTime() / PERIOD_MS)

/** The code of a step (RFC 4226, 5.3). `secret` is base 32. */
export const codeOf = (secret: string, step: number): string => {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = digest.readUInt8(digest.length - 1) & 15
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 10 ** DIGITS).padStart(DIGITS, '0')
}

/**
 * The step that a code is of: the present one, or the one before or after, because clocks differ (RFC 6238, 5.2). Null
 * where it is of none, or of a step up to `after`: each code is taken once.
 */
export const stepOfCode = (given: { secret: string; code: string; at: Date; after: number | null }): number | null => {
  const now = stepOf(given.at)
  const right = [now - 1, now, now + 1].filter((step) => equal(codeOf(given.secret, step), given.code))
  return right.find((step) => step > (given.after ?? -1)) ?? null
}

const equal = (one: string, other: string): boolean => {
  const [octets, others] = [Buffer.from(one), Buffer.from(other)]
  return octets.length === others.length && timingSafeEqual(octets, others)
}

/** What an app reads to know a secret, as text or out of a picture (`otpauth://`, as Google's Key URI Format has it). */
export const keyUri = ({ secret, name }: { secret: string; name: string }): string =>
  `otpauth://totp/${encodeURIComponent(`Sealpost:${name}`)}?${new URLSearchParams({ secret, issuer: 'Sealpost' })}`
