import type { Weakness } from '../../core/connection.js'
import type { KeyFormat, SigningKey } from '../scheme.js'

/** What a key is, for people and for those who watch its end. */
export type KeyDescription = {
  file: string
  format: KeyFormat
  /** Upper-case hexadecimal: of the primary key, or SHA-256 of the certificate. */
  fingerprint: string
  /** Whose it is: the user ids of an OpenPGP key; a certificate's subject, and the mail addresses in it. */
  userIds: string[]
  /** When it begins; null where it says nothing of that. */
  notBefore: Date | null
  /** Null where it never ends, or where it is revoked or not valid at all: then `usable` is false. */
  expiresAt: Date | null
  /** Such as `RSA 3072`, `Ed25519` or `P-256`. */
  algorithm: string
  secret: boolean
  /** Whether it could sign, or vouch for a signature, at any time; whether that time is now is for `expiresAt` to say. */
  usable: boolean
  /** What `trust.weak` has to name for the key to be believed as a registry's; nothing for a key that is strong enough. */
  weak: readonly Weakness[]
  /** True for the certificate of an authority: it vouches for the certificates that it issued. */
  ca: boolean
}

/**
 * A key file, read. Methods throw a `Fault` that names the file: `key-locked` (passphrase missing or wrong), `key-expired`,
 * `key-unusable`.
 */
export type KeyFile = {
  format: KeyFormat
  /** True where a private key is in it, whatever else. */
  secret: boolean
  /** The private key, unlocked, if it can sign at that time. */
  unlock(passphrase: string | null, at: Date): Promise<SigningKey>
  /** The registry's key or certificate as `PinnedKey.bytes` has it. */
  pinned(): Uint8Array
  /** The passphrase is needed by those forms alone that hide the certificate too (PKCS#12). */
  describe(passphrase: string | null): Promise<KeyDescription>
  /** What others may have of it: an OpenPGP key in ASCII armor (RFC 9580, 6) or one certificate as PEM. */
  publicText(passphrase: string | null): Promise<string>
}
