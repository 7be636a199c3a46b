import { type Config, config, enums } from 'openpgp'
import type { Weakness } from '../../core/connection.js'

const { hash, publicKey } = enums

/**
 * What we ask of OpenPGP everywhere, given to each call so that no global state decides. Stricter than the library where
 * it is lenient: RSA of 2048 bits or more, and packets that it does not understand are errors.
 */
export const OPENPGP: Config = {
  ...config,
  minRSABits: 2048,
  maxDecompressedMessageSize: 1_000_000,
  enforceGrammar: true,
  rejectHashAlgorithms: new Set([hash.md5, hash.ripemd]),
  rejectMessageHashAlgorithms: new Set([hash.md5, hash.ripemd, hash.sha1, hash.sha224]),
  rejectPublicKeyAlgorithms: new Set([publicKey.elgamal, publicKey.dsa]),
  preferredHashAlgorithm: hash.sha512,
  // gpg puts no such notation into its signatures, and the same mail signed twice at one time stays the same mail.
  nonDeterministicSignaturesViaNotation: false,
  showVersion: false,
  showComment: false,
}

/**
 * For signatures and nothing else, with what a connection allows them to be weak in: made anew for each, so that what one
 * registry needs is never true for another. An unknown packet beside a signature is no reason to look away; keys may have
 * some.
 */
export const forSignatures = (weak: readonly Weakness[]): Config => ({
  ...OPENPGP,
  ignoreUnsupportedPackets: false,
  ignoreMalformedPackets: false,
  // A key that was renewed has a self-signature newer than the mails it signed before. Pins and the check at the time of
  // receipt decide about the key.
  allowInsecureVerificationWithReformattedKeys: true,
  minRSABits: weak.includes('rsa1024') ? 1024 : OPENPGP.minRSABits,
  rejectPublicKeyAlgorithms: without(OPENPGP.rejectPublicKeyAlgorithms, weak.includes('dsa') ? publicKey.dsa : null),
  rejectMessageHashAlgorithms: without(OPENPGP.rejectMessageHashAlgorithms, weak.includes('sha1') ? hash.sha1 : null),
})

const without = <T>(all: ReadonlySet<T>, one: T | null): Set<T> => new Set([...all].filter((each) => each !== one))

/** The digests that a signature may use (RFC 9580, 9.5), by their names in armor headers. */
export const STRONG_HASHES: ReadonlyMap<number, string> = new Map([
  [hash.sha256, 'SHA256'],
  [hash.sha384, 'SHA384'],
  [hash.sha512, 'SHA512'],
  [hash.sha3_256, 'SHA3-256'],
  [hash.sha3_512, 'SHA3-512'],
])

/** The name of a digest, strong or not, for people. */
export const hashName = (algorithm: number): string =>
  STRONG_HASHES.get(algorithm) ??
  Object.entries(hash)
    .find(([, id]) => id === algorithm)?.[0]
    ?.toUpperCase() ??
  `digest ${algorithm}`
