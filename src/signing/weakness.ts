import type { Weakness } from '../core/connection.js'

/** What it takes instead, so that a refusal says what to ask the registry for. */
const WEAK: Record<Weakness, { what: string; instead: string }> = {
  sha1: { what: 'a SHA-1 digest', instead: 'SHA-256 or better' },
  dsa: { what: 'a DSA key', instead: 'RSA of 2048 bits or more, or an elliptic curve' },
  rsa1024: { what: 'an RSA key of fewer than 2048 bits', instead: 'RSA of 2048 bits or more, or an elliptic curve' },
}

/** Why a signature that is weak in this does not count, and what would make it count. */
export const weaknessRefused = (weakness: Weakness): string =>
  `the signature uses ${WEAK[weakness].what}; ${WEAK[weakness].instead} is required (${weakness} in trust.weak would accept it: discouraged, because such signatures can be forged)`

/** What a signature that counts is weak in, as the end of a sentence; empty where it is weak in nothing. */
export const weaknessAllowed = (weak: readonly Weakness[]): string =>
  weak.length === 0 ? '' : `, with ${weak.map((one) => WEAK[one].what).join(' and ')}, which trust.weak allows`

/** Why a key with this weakness is not taken as a registry's, as the end of a sentence about its file. */
export const weakKeyRefused = (weakness: Weakness): string =>
  `holds ${WEAK[weakness].what}; ${WEAK[weakness].instead} is required: ask the registry for a better key, or name ${weakness} in trust.weak, which is discouraged, because signatures by such keys can be forged`
