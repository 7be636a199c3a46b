import type { Trust } from '../core/connection.js'
import type { Verdict } from '../core/mail.js'

declare const signed: unique symbol

/**
 * Octets that the registry signed, and nothing else: `authenticate` alone makes this, and reply parsers take nothing
 * else. `text` is the signed content decoded once; lines end with LF.
 */
export type SignedContent = {
  readonly [signed]: true
  readonly text: string
  /** SHA-256 over the canonical signed octets, lower-case hexadecimal. */
  readonly sha256: string
  readonly fingerprint: string
  readonly signedAt: Date
}

/**
 * What became of a mail at the door. `quarantined`: its structure, size or characters are not what a reply of this
 * connection looks like; `untrusted`: it is, but the signature does not hold or there is none.
 */
export type Authenticated =
  | { stage: 'trusted'; verdict: Verdict & { kind: 'trusted' }; content: SignedContent }
  | { stage: 'untrusted' | 'quarantined'; verdict: Verdict; content: null }

/** The keys of `trust.keys`, read once. `key` is the armored or binary octets of the file. */
export type PinnedKey = { file: string; bytes: Buffer; notBefore: Date | null; notAfter: Date | null }

export type AuthenticateInput = {
  /** The whole mail as it came over SMTP. */
  raw: Buffer
  trust: Pick<Trust, 'schemes' | 'maxAge'>
  keys: readonly PinnedKey[]
  /** Every check of time is made against this, stored once when the mail arrived. */
  receivedAt: Date
}

/** A private key, unlocked, ready to sign. Opaque: only its scheme knows what is inside. */
export type SigningKey = { readonly fingerprint: string; readonly expiresAt: Date | null; readonly key: unknown }

export type SignInput = {
  key: SigningKey
  /** The time that the signature states. */
  at: Date
}
