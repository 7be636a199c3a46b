import { constants, type KeyObject, verify } from 'node:crypto'
import type { Weakness } from '../../core/connection.js'
import { type Read, read, unreadable } from '../../mail/read.js'
import { weaknessRefused } from '../weakness.js'
import { childrenOf, type Der, numberOf, octetsOf, oidOf, onlyChildOf, TAG, takeOptional } from './der.js'
import { OID } from './oid.js'

/** How a signature was made: by its AlgorithmIdentifier. `digest` is null where the signature's digest is named elsewhere. */
export type SignatureAlgorithm =
  | { kind: 'pkcs1'; digest: Digest | null }
  | { kind: 'pss'; digest: Digest; saltLength: number }
  | { kind: 'ecdsa'; digest: Digest }

/** A digest that we can compute, as `node:crypto` calls it. */
export type Digest = 'sha1' | 'sha256' | 'sha384' | 'sha512'

const DIGESTS: ReadonlyMap<string, Digest> = new Map([
  [OID.sha1, 'sha1'],
  [OID.sha256, 'sha256'],
  [OID.sha384, 'sha384'],
  [OID.sha512, 'sha512'],
])

/** Digests that are refused by name, so that the sentence says more than a number. */
const OLD_DIGESTS: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.2', 'MD2'],
  ['1.2.840.113549.2.5', 'MD5'],
  ['1.3.36.3.2.1', 'RIPEMD-160'],
  ['2.16.840.1.101.3.4.2.4', 'SHA-224'],
])

const SIGNATURES: ReadonlyMap<string, SignatureAlgorithm> = new Map<string, SignatureAlgorithm>([
  [OID.rsaEncryption, { kind: 'pkcs1', digest: null }],
  [OID.sha1WithRsa, { kind: 'pkcs1', digest: 'sha1' }],
  [OID.sha256WithRsa, { kind: 'pkcs1', digest: 'sha256' }],
  [OID.sha384WithRsa, { kind: 'pkcs1', digest: 'sha384' }],
  [OID.sha512WithRsa, { kind: 'pkcs1', digest: 'sha512' }],
  [OID.ecdsaWithSha1, { kind: 'ecdsa', digest: 'sha1' }],
  [OID.ecdsaWithSha256, { kind: 'ecdsa', digest: 'sha256' }],
  [OID.ecdsaWithSha384, { kind: 'ecdsa', digest: 'sha384' }],
  [OID.ecdsaWithSha512, { kind: 'ecdsa', digest: 'sha512' }],
])

/** An AlgorithmIdentifier (RFC 5280, 4.1.1.2), before anybody asks whether we know it. */
export type Algorithm = { oid: string; parameters: Der | undefined }

export const readAlgorithm = (der: Der | undefined): Algorithm | null => {
  const [name, parameters, ...more] = childrenOf(der, TAG.sequence) ?? []
  const oid = oidOf(name)
  return oid === null || more.length > 0 ? null : { oid, parameters }
}

/** Refused with a sentence: every digest older than SHA-256 but SHA-1, which `strengthOf` decides about. */
export const digestOf = (algorithm: Algorithm | null): Read<Digest> => {
  if (algorithm === null) return unreadable(MALFORMED)
  const { oid } = algorithm
  const digest = DIGESTS.get(oid)
  if (digest === undefined)
    return unreadable(
      `the signature uses ${OLD_DIGESTS.get(oid) ?? `the digest ${oid}`}; SHA-256 or better is required`,
    )
  return hasNoParameters(algorithm) ? read(digest) : unreadable(MALFORMED)
}

const MALFORMED = 'the signature has an algorithm with malformed parameters'

/** RSA with PKCS #1 v1.5 or PSS, or ECDSA. Everything else is refused with a sentence. */
export const signatureAlgorithmOf = (algorithm: Algorithm): Read<SignatureAlgorithm> => {
  const { oid, parameters } = algorithm
  if (oid === OID.rsaPss) return pssOf(parameters)
  const known = SIGNATURES.get(oid)
  if (known === undefined)
    return unreadable(`the signature uses the algorithm ${oid}; RSA or ECDSA with SHA-256 or better is required`)
  return hasNoParameters(algorithm) ? read(known) : unreadable(MALFORMED)
}

/** Absent or NULL: both forms are in use, and the standards ask that both be read (RFC 5754, 2). */
export const hasNoParameters = ({ parameters }: Algorithm): boolean =>
  parameters === undefined || octetsOf(parameters, TAG.null)?.length === 0

const DEFAULT_SALT = 20
const DEFAULT_DIGEST: Digest = 'sha1'

/** RSASSA-PSS-params (RFC 4055, 3.1): one digest for the text and the mask (RFC 4056, 3), and the one trailer there is. */
const pssOf = (parameters: Der | undefined): Read<SignatureAlgorithm> => {
  const fields = childrenOf(parameters, TAG.sequence)
  if (fields === null) return unreadable(MALFORMED)
  const [digestField, maskField, saltField] = [0, 1, 2].map((number) => takeOptional(fields, TAG.context(number)))
  const digest = digestField === undefined ? read(DEFAULT_DIGEST) : digestOf(algorithmIn(digestField, 0))
  const mask = maskField === undefined ? read(DEFAULT_DIGEST) : maskOf(algorithmIn(maskField, 1))
  const saltLength = saltField === undefined ? DEFAULT_SALT : numberOf(onlyChildOf(saltField, TAG.context(2)))
  if (!digest.ok) return digest
  if (!mask.ok) return mask
  if (saltLength === null || fields.length > 0) return unreadable(MALFORMED)
  if (mask.value !== digest.value) return unreadable('the signature names two digests')
  return read({ kind: 'pss', digest: digest.value, saltLength })
}

const algorithmIn = (field: Der, number: number): Algorithm | null =>
  readAlgorithm(onlyChildOf(field, TAG.context(number)))

const maskOf = (mask: Algorithm | null): Read<Digest> =>
  mask?.oid === OID.mgf1 ? digestOf(readAlgorithm(mask.parameters)) : unreadable(MALFORMED)

/**
 * Whether a digest and a key are strong enough; what is not is refused, unless `weak` allows it by name. The value is what of
 * `weak` it takes.
 */
export const strengthOf = (digest: Digest, key: KeyObject, weak: readonly Weakness[]): Read<Weakness[]> => {
  const used: Weakness[] = digest === 'sha1' ? ['sha1'] : []
  const strength = keyStrength(key)
  if (!strength.ok) return strength
  used.push(...strength.value)
  const refused = used.find((weakness) => !weak.includes(weakness))
  return refused === undefined ? read(used) : unreadable(weaknessRefused(refused))
}

const CURVES = ['prime256v1', 'secp384r1', 'secp521r1']

const keyStrength = ({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): Read<Weakness[]> => {
  if (type === 'ec') return CURVES.includes(details?.namedCurve ?? '') ? read([]) : unreadable(UNSUPPORTED)
  if (type !== 'rsa' && type !== 'rsa-pss') return unreadable(UNSUPPORTED)
  const bits = details?.modulusLength ?? 0
  if (bits < 1024) return unreadable(`the signature uses an RSA key of ${bits} bits; 2048 or more are required`)
  return read(bits < 2048 ? ['rsa1024'] : [])
}

const UNSUPPORTED = 'the signature uses a key that is not supported; RSA, P-256, P-384 or P-521 is required'

export type SignatureCheck = {
  algorithm: SignatureAlgorithm
  /** Of the text that was signed; the algorithm's own, if it names one, is the same. */
  digest: Digest
  key: KeyObject
  data: Buffer
  signature: Buffer
}

/** Whether the signature is by that key over those octets. The arithmetic is OpenSSL's, which is strict about padding. */
export const signatureHolds = ({ algorithm, digest, key, data, signature }: SignatureCheck): boolean => {
  if (algorithm.digest !== null && algorithm.digest !== digest) return false
  const type = key.asymmetricKeyType
  try {
    if (algorithm.kind === 'ecdsa') return type === 'ec' && verify(digest, data, key, signature)
    if (algorithm.kind === 'pkcs1') return type === 'rsa' && verify(digest, data, { key, padding: PKCS1 }, signature)
    const { saltLength } = algorithm
    return (type === 'rsa' || type === 'rsa-pss') && verify(digest, data, { key, padding: PSS, saltLength }, signature)
  } catch {
    // OpenSSL throws for a salt that does not fit the key, and for restrictions that a PSS key carries.
    return false
  }
}

const { RSA_PKCS1_PADDING: PKCS1, RSA_PKCS1_PSS_PADDING: PSS } = constants
