import { createHash, type KeyObject, sign, type X509Certificate } from 'node:crypto'
import type { Read } from '../../mail/read.js'
import { readCertificate } from '../x509/certificate.js'
import { type Der, encodingOf, readDer } from '../x509/der.js'
import { integer, nothing, octetString, oid, sequence, setOf, tagged, taggedSet, time } from '../x509/der-write.js'
import { OID } from '../x509/oid.js'
import type { Digest } from '../x509/signature-algorithm.js'

/** What signs with S/MIME: a private key, its certificate, and those that lead from it to an authority. */
export type CertifiedKey = { privateKey: KeyObject; certificate: X509Certificate; chain: readonly X509Certificate[] }

/**
 * A detached CMS signature over octets (RFC 5652, 5; RFC 8551, 3.5.3) in DER: one SignerInfo with contentType,
 * messageDigest and signingTime, and all certificates of the key. RSA signs with PKCS #1 v1.5, so that the same octets at
 * the same time have the same signature. `micalg` is the digest as a header names it (RFC 8551, 3.5.3.2).
 *
 * Throws where the key is neither RSA nor on one of the curves P-256, P-384 and P-521.
 */
export const signDetached = (
  { privateKey, certificate, chain }: CertifiedKey,
  { content, at }: { content: Buffer; at: Date },
): { der: Buffer; micalg: string } => {
  const { digest, algorithm } = algorithmOf(privateKey)
  const messageDigest = createHash(digest).update(content).digest()
  const attributes = [
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.signingTime, time(at)),
    attribute(OID.messageDigest, octetString(messageDigest)),
  ]
  // Signed as a SET OF, carried with an implicit tag in the place of the SET's (RFC 5652, 5.4).
  const signature = sign(digest, encodingOf(setOf(...attributes)), privateKey)
  const signer = sequence(
    number(1),
    issuerAndSerial(certificate),
    digestAlgorithm(digest),
    taggedSet(0, ...attributes),
    algorithm,
    octetString(signature),
  )
  const signedData = sequence(
    number(1),
    setOf(digestAlgorithm(digest)),
    sequence(oid(OID.data)),
    taggedSet(0, ...[certificate, ...chain].map(({ raw }) => derOf(raw))),
    setOf(signer),
  )
  const der = encodingOf(sequence(oid(OID.signedData), tagged(0, signedData)))
  return { der, micalg: digest.replace('sha', 'sha-') }
}

const attribute = (type: string, value: Der): Der => sequence(oid(type), setOf(value))

const number = (value: number): Der => integer(Buffer.from([value]))

/** Without parameters (RFC 5754, 2). */
const digestAlgorithm = (digest: Digest): Der => sequence(oid(OID[digest]))

/** Each curve has the digest of its strength (RFC 5753, 2.1; RFC 5480, 4). */
const CURVES: ReadonlyMap<string | undefined, { digest: Digest; signature: string }> = new Map([
  ['prime256v1', { digest: 'sha256', signature: OID.ecdsaWithSha256 }],
  ['secp384r1', { digest: 'sha384', signature: OID.ecdsaWithSha384 }],
  ['secp521r1', { digest: 'sha512', signature: OID.ecdsaWithSha512 }],
])

const algorithmOf = (key: KeyObject): { digest: Digest; algorithm: Der } => {
  if (key.asymmetricKeyType === 'rsa')
    return { digest: 'sha256', algorithm: sequence(oid(OID.rsaEncryption), nothing()) }
  const curve = CURVES.get(key.asymmetricKeyDetails?.namedCurve)
  if (curve === undefined) throw new Error(`a key of type ${key.asymmetricKeyType} signs no mails`)
  return { digest: curve.digest, algorithm: sequence(oid(curve.signature)) }
}

/** Octets that are in DER as an element, which is written as the same octets again. */
const derOf = (octets: Buffer): Der => unwrap(readDer(octets))

/** How a signature names its signer (RFC 5652, 10.2.4). */
const issuerAndSerial = ({ raw }: X509Certificate): Der => {
  const { issuer, serial } = unwrap(readCertificate(raw))
  return sequence(derOf(issuer), derOf(serial))
}

const unwrap = <T>(result: Read<T>): T => {
  if (!result.ok) throw new Error(result.reason)
  return result.value
}
