import { createHmac, timingSafeEqual } from 'node:crypto'

/** Tokens of bounce addresses, made and known by this installation. */
export type BounceTokens = {
  /** A new one, around an id that nobody can guess. */
  mint(id: string): string
  /** Whether it was minted here, as far as it can be told without looking for its request. */
  isOurs(token: string): boolean
}

/** Of versions that minted without a seal: 130 random bits, which are looked up. */
const UNSEALED = /^[a-z0-9]{26}$/

const SEALED = /^([a-z0-9]{1,32})\.([a-z2-7]{26})$/

/**
 * `<id>.<seal>`, the seal being an HMAC (RFC 2104) over the id: who sees ids, or guesses at them, cannot make an address of
 * one, and what was not made here is refused at the door without a question to the database. Short enough for a local
 * part of 64 octets with `bounce+` (RFC 5321, 4.5.3.1.1).
 */
export const createBounceTokens = (secret: Buffer): BounceTokens => {
  const seal = (id: string): string => base32(createHmac('sha256', secret).update(`bounce ${id}`).digest())
  return {
    mint: (id) => `${id}.${seal(id)}`,
    isOurs: (token) => {
      const [, id, given] = SEALED.exec(token) ?? []
      if (id === undefined || given === undefined) return UNSEALED.test(token)
      return timingSafeEqual(Buffer.from(given), Buffer.from(seal(id)))
    },
  }
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const LENGTH = 26

/** The first 130 bits in lower-case base 32 (RFC 4648, 6): mail servers change the case of addresses now and then. */
const base32 = (digest: Buffer): string => {
  const bits = [...digest].map((octet) => octet.toString(2).padStart(8, '0')).join('')
  return Array.from({ length: LENGTH }, (_, at) => BASE32[Number.parseInt(bits.slice(at * 5, at * 5 + 5), 2)]).join('')
}
