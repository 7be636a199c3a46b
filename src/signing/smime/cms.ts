import { type Read, read, unreadable } from '../../mail/read.js'
import {
  childrenOf,
  type Der,
  encodingOf,
  numberOf,
  octetsOf,
  oidOf,
  onlyChildOf,
  readDer,
  TAG,
  tagOf,
  takeOptional,
  timeOf,
} from '../x509/der.js'
import { OID } from '../x509/oid.js'
import { type Algorithm, hasNoParameters, readAlgorithm } from '../x509/signature-algorithm.js'

/** A CMS message with one signature (RFC 5652, 5), taken apart. Nothing of it is proven. */
export type SignedData = {
  /** What is signed, where the message carries it; null in a detached signature. */
  content: Buffer | null
  /** Certificates that came with it, in their order, not looked into. They are not signed. */
  certificates: Der[]
  signer: Signer
}

export type Signer = {
  id: SignerId
  digest: Algorithm
  /** The octets that the signature is over: the signed attributes as a SET in DER (RFC 5652, 5.4). */
  attributes: Buffer
  messageDigest: Buffer
  signingTime: Date
  algorithm: Algorithm
  signature: Buffer
}

/** Which certificate the signer says is theirs: issuer's name and serial number, both in DER, or the key's identifier. */
export type SignerId =
  | { kind: 'serial'; issuer: Buffer; serial: Buffer }
  | { kind: 'key'; subjectKeyIdentifier: Buffer }

/** The octets of a signature without the content it may carry. A chain of certificates with RSA of 4096 bits fits in. */
export const MAX_SIGNATURE = 16 * 1024
const MAX_CERTIFICATES = 10

/**
 * Reads a signature of S/MIME: one ContentInfo with SignedData in DER that fills the octets, with exactly one signer, one
 * digest, and the signed attributes contentType, messageDigest and signingTime, each once. Certificates, revocation lists
 * and unsigned attributes may be there; nothing but certificates is read of them. CMS may also be in BER, as signers that
 * stream write it (`openssl cms -nodetach -stream`): that is refused, since the same octets could be read in two ways.
 */
export const readSignedData = (bytes: Buffer): Read<SignedData> => {
  const der = readDer(bytes)
  if (!der.ok) return unreadable(`its signature is malformed: ${der.reason}`)
  const [type, content, ...more] = childrenOf(der.value, TAG.sequence) ?? []
  const kind = oidOf(type)
  if (kind !== null && kind !== OID.signedData)
    return unreadable(`its S/MIME is ${KINDS.get(kind) ?? kind}, not signed data`)
  const signedData = onlyChildOf(content, TAG.context(0))
  if (kind === null || signedData === undefined || more.length > 0) return malformed('ContentInfo')
  const found = readFields(signedData)
  const carried = found.ok ? (found.value.content?.length ?? 0) : 0
  return found.ok && bytes.length - carried > MAX_SIGNATURE
    ? unreadable(`its signature has more than ${MAX_SIGNATURE} octets`)
    : found
}

const malformed = (what: string) => unreadable(`its signature is malformed: ${what}`)

const KINDS: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.7.1', 'bare data'],
  ['1.2.840.113549.1.7.3', 'encrypted (enveloped-data)'],
  ['1.2.840.113549.1.7.5', 'a digest (digested-data)'],
  ['1.2.840.113549.1.7.6', 'encrypted (encrypted-data)'],
  ['1.2.840.113549.1.9.16.1.9', 'compressed (compressed-data)'],
  ['1.2.840.113549.1.9.16.1.23', 'encrypted (auth-enveloped-data)'],
])

/** SignedData (RFC 5652, 5.1). */
const readFields = (der: Der): Read<SignedData> => {
  const fields = childrenOf(der, TAG.sequence) ?? []
  const [version, digests, encapsulated] = fields.splice(0, 3)
  const certificates = takeOptional(fields, TAG.context(0))
  takeOptional(fields, TAG.context(1))
  const [signers, ...more] = fields
  if (more.length > 0) return malformed('SignedData')
  const content = readContent(encapsulated)
  if (!content.ok) return content
  const embedded = readCertificates(certificates)
  if (!embedded.ok) return embedded
  const signer = only('signer', signers, readSigner)
  if (!signer.ok) return signer
  const digest = only('digest algorithm', digests, readDigest)
  if (!digest.ok) return digest
  if (numberOf(version) !== VERSIONS[signer.value.id.kind]) return malformed('the version of SignedData')
  if (signer.value.digest.oid !== digest.value.oid) return unreadable('its signature names two digests')
  return read({ content: content.value, certificates: embedded.value, signer: signer.value })
}

const readDigest = (der: Der | undefined): Read<Algorithm> => {
  const digest = readAlgorithm(der)
  return digest === null || !hasNoParameters(digest) ? malformed('DigestAlgorithmIdentifier') : read(digest)
}

/** The one element of a SET that might have several. */
const only = <T>(what: string, der: Der | undefined, readOne: (der: Der | undefined) => Read<T>): Read<T> => {
  const all = childrenOf(der, TAG.set)
  if (all === null) return malformed('SignedData')
  return all.length === 1
    ? readOne(all[0])
    : unreadable(`its signature has ${all.length} ${what}s; exactly one is accepted`)
}

/** EncapsulatedContentInfo (RFC 5652, 5.2): bare data, there or not there. */
const readContent = (der: Der | undefined): Read<Buffer | null> => {
  const [type, content, ...more] = childrenOf(der, TAG.sequence) ?? []
  if (more.length > 0) return malformed('EncapsulatedContentInfo')
  if (oidOf(type) !== OID.data) return unreadable('what its signature is over is not plain data')
  if (content === undefined) return read(null)
  const octets = octetsOf(onlyChildOf(content, TAG.context(0)), TAG.octetString)
  return octets === null ? malformed('eContent') : read(octets)
}

const readCertificates = (der: Der | undefined): Read<Der[]> => {
  if (der === undefined) return read([])
  const certificates = childrenOf(der, TAG.context(0)) ?? []
  if (certificates.length > MAX_CERTIFICATES)
    return unreadable(`its signature has more than ${MAX_CERTIFICATES} certificates`)
  const isCertificate = (certificate: Der) => tagOf(certificate) === TAG.sequence
  return certificates.every(isCertificate) ? read(certificates) : malformed('CertificateSet')
}

/** SignerInfo (RFC 5652, 5.3). */
const readSigner = (der: Der | undefined): Read<Signer> => {
  const fields = childrenOf(der, TAG.sequence) ?? []
  const [version, sid, digestAlgorithm] = fields.splice(0, 3)
  const attributes = takeOptional(fields, TAG.context(0))
  const [signatureAlgorithm, signatureValue] = fields.splice(0, 2)
  takeOptional(fields, TAG.context(1))
  const id = readSignerId(sid)
  const digest = readAlgorithm(digestAlgorithm)
  const algorithm = readAlgorithm(signatureAlgorithm)
  const signature = octetsOf(signatureValue, TAG.octetString)
  if (id === null || digest === null || algorithm === null || signature === null) return malformed('SignerInfo')
  if (numberOf(version) !== VERSIONS[id.kind] || fields.length > 0) return malformed('SignerInfo')
  if (attributes === undefined) return unreadable('its signature has no signed attributes')
  const signed = readAttributes(attributes)
  return signed.ok ? read({ id, digest, algorithm, signature, ...signed.value }) : signed
}

/** Of SignerInfo and, as nothing newer is in it, of SignedData (RFC 5652, 5.1 and 5.3). */
const VERSIONS: Record<SignerId['kind'], number> = { serial: 1, key: 3 }

const readSignerId = (der: Der | undefined): SignerId | null => {
  const subjectKeyIdentifier = octetsOf(der, TAG.contextOctets(0))
  if (subjectKeyIdentifier !== null) return { kind: 'key', subjectKeyIdentifier }
  const [issuer, serial, ...more] = childrenOf(der, TAG.sequence) ?? []
  if (issuer === undefined || serial === undefined || more.length > 0) return null
  if (tagOf(issuer) !== TAG.sequence || tagOf(serial) !== TAG.integer) return null
  return { kind: 'serial', issuer: encodingOf(issuer), serial: encodingOf(serial) }
}

type Attributes = Pick<Signer, 'attributes' | 'messageDigest' | 'signingTime'>

/** The signed attributes (RFC 5652, 5.3 and 11), in the order of DER. */
const readAttributes = (der: Der): Read<Attributes> => {
  const values = new Map<string, Der>()
  let before: Buffer = Buffer.alloc(0)
  for (const attribute of childrenOf(der, TAG.context(0)) ?? []) {
    const encoding = encodingOf(attribute)
    if (Buffer.compare(before, encoding) > 0) return unreadable('its signed attributes are not in the order of DER')
    before = encoding
    const [type, set, ...more] = childrenOf(attribute, TAG.sequence) ?? []
    const [name, value] = [oidOf(type), onlyChildOf(set, TAG.set)]
    if (name === null || value === undefined || more.length > 0)
      return unreadable('a signed attribute of it is malformed or has not exactly one value')
    if (values.has(name)) return unreadable(`it has the signed attribute ${name} twice`)
    values.set(name, value)
  }
  if (oidOf(values.get(OID.contentType)) !== OID.data)
    return unreadable('its signed contentType is missing, or is not that of plain data')
  const messageDigest = octetsOf(values.get(OID.messageDigest), TAG.octetString)
  if (messageDigest === null) return unreadable('its signed messageDigest is missing or malformed')
  const signingTime = timeOf(values.get(OID.signingTime))
  if (signingTime === null) return unreadable('its signed signingTime is missing or malformed')
  return read({ attributes: asSet(der), messageDigest, signingTime })
}

/** Signed is the SET itself, not the implicit tag that it has inside of SignerInfo (RFC 5652, 5.4). */
const asSet = (der: Der): Buffer => {
  const encoding = encodingOf(der)
  encoding[0] = TAG.set
  return encoding
}
