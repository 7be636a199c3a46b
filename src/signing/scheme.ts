import type { Pin, Trust, Weakness } from '../core/connection.js'
import type { Verdict } from '../core/mail.js'

declare const signed: unique symbol
declare const unsigned: unique symbol

/** A text within what was signed: the MIME type of its part, in lower case, and the text decoded once; lines end with LF. */
export type SignedPart = { readonly type: string; readonly text: string }

/**
 * Octets that the registry signed, and nothing else: `authenticate` alone makes this, and reply parsers take nothing
 * else. `text` is all of it decoded once; lines end with LF. `parts` are the texts of a `multipart/mixed` one by one, in their
 * order, where the registry signs several as one; else there is one.
 */
export type SignedContent = {
  readonly [signed]: true
  readonly text: string
  readonly parts: readonly [SignedPart, ...SignedPart[]]
  /** SHA-256 over the canonical signed octets, lower-case hexadecimal. */
  readonly sha256: string
  readonly fingerprint: string
  readonly signedAt: Date
}

/**
 * A plain mail with no trace of a signature, for profiles whose registry never signs (`MailProfile.decodeUnsigned`). Anybody
 * can have written it: what a profile reads in it counts by the Message-ID that it quotes, and only as its connection lets it
 * (`flows/settle-unsigned.ts`). `authenticate` alone makes this, and parsers of signed content do not take it.
 */
export type UnsignedContent = {
  readonly [unsigned]: true
  /** Its body decoded as that of `SignedContent` is; lines end with LF. */
  readonly text: string
  /** As it stands in the header, encoded words too; empty where there is none, or more than one. */
  readonly subject: string
  /** The one address of From, in lower case; null where there is none, or more than one. */
  readonly from: string | null
  /** The Message-IDs of In-Reply-To, with their angle brackets. */
  readonly inReplyTo: readonly string[]
  /** SHA-256 over the octets of the body, lower-case hexadecimal. */
  readonly sha256: string
}

/**
 * What became of a mail at the door. `quarantined`: its structure, size or characters are not what a reply of this
 * connection looks like; `untrusted`: it is, but the signature does not hold or there is none.
 */
export type Authenticated =
  | {
      stage: 'trusted'
      verdict: Verdict & { kind: 'trusted' }
      content: SignedContent
      /** What the signature is weak in, each allowed by `trust.weak` and each to be written to the action log. */
      weak: readonly Weakness[]
    }
  | {
      stage: 'untrusted' | 'quarantined'
      verdict: Verdict
      content: null
      /** Where it claims no signature at all; null for every other, however bad its signature is. */
      unsigned: UnsignedContent | null
    }

/**
 * What one scheme finds out about one signature. `fingerprint` and `signedAt` are set where the signature itself holds, even
 * if we do not trust it for another reason. `weak`: what of `trust.weak` it took to believe it.
 */
export type SignatureVerdict =
  | { holds: true; reason: string; fingerprint: string; signedAt: Date; weak: readonly Weakness[] }
  | { holds: false; reason: string; fingerprint: string | null; signedAt: Date | null }

/** OpenPGP, or an X.509 certificate with or without its private key. */
export type KeyFormat = 'openpgp' | 'x509'

/**
 * One of `trust.keys`, read. `bytes` are the octets of an OpenPGP key, armored or binary, or of one certificate in DER: a
 * signer's own, or that of the authority that issues signers' certificates. Plain data, so that it can go to a worker.
 */
export type PinnedKey = Pin & { format: KeyFormat; bytes: Uint8Array }

export type AuthenticateInput = {
  /** The whole mail as it came. */
  raw: Buffer
  trust: Pick<Trust, 'schemes' | 'maxAge' | 'weak'>
  /** The registry's own addresses: one of them is in a certificate that a pinned authority issued, unless its pin names others. */
  registryAddresses: readonly string[]
  keys: readonly PinnedKey[]
  /** Every check of time is made against this, stored once when the mail arrived. */
  receivedAt: Date
  /**
   * A delivery agent or an operator handed it over, so its line ends say nothing about the way that it came: programs such
   * as openssl write LF and CRLF into one mail. Over SMTP that is how mails are smuggled in.
   */
  handedOver?: boolean
  /** The registry signs several texts as one (`MailProfile.signsSeveral`); without it a signed `multipart/mixed` is not read. */
  several?: boolean
}

/** A private key, unlocked, ready to sign. Opaque: only its scheme knows what is inside. */
export type SigningKey = {
  readonly format: KeyFormat
  /** Upper-case hexadecimal: of the primary key, or SHA-256 of the certificate. */
  readonly fingerprint: string
  readonly expiresAt: Date | null
  readonly key: unknown
}

export type SignInput = {
  key: SigningKey
  /** The time that the signature states. */
  at: Date
}
