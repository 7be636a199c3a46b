import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { type Read, read, unreadable } from '../../mail/read.js'
import { type Extensions, NO_EXTENSIONS, readExtensions } from './certificate-extensions.js'
import {
  childrenOf,
  type Der,
  encodingOf,
  numberOf,
  onlyChildOf,
  readDer,
  TAG,
  tagOf,
  takeOptional,
  timeOf,
  wholeBitsOf,
} from './der.js'
import { type Algorithm, readAlgorithm } from './signature-algorithm.js'

/** An X.509 certificate (RFC 5280, 4): whose key it is, and what it may be used for. Nothing of it is proven. */
export type Certificate = {
  /** SHA-256 of its DER, upper-case hexadecimal. */
  fingerprint: string
  key: KeyObject
  /** Names and serial number in DER, to be compared octet by octet. */
  issuer: Buffer
  subject: Buffer
  serial: Buffer
  notBefore: Date
  notAfter: Date
  extensions: Extensions
  /** What its issuer signed, and how. */
  issue: { algorithm: Algorithm; data: Buffer; signature: Buffer }
}

/** Reads one certificate in DER that fills the octets. Never throws. */
export const readCertificate = (bytes: Uint8Array): Read<Certificate> => {
  const der = readDer(bytes)
  if (!der.ok) return malformed(der.reason)
  const [tbs, outer, bits, ...more] = childrenOf(der.value, TAG.sequence) ?? []
  const algorithm = readAlgorithm(outer)
  const signature = wholeBitsOf(bits)
  if (tbs === undefined || outer === undefined || algorithm === null || signature === null || more.length > 0)
    return malformed('Certificate')
  const fields = readFields(tbs, encodingOf(outer))
  if (!fields.ok) return fields
  const fingerprint = createHash('sha256').update(bytes).digest('hex').toUpperCase()
  return read({ fingerprint, ...fields.value, issue: { algorithm, data: encodingOf(tbs), signature } })
}

const malformed = (what: string) => unreadable(`the certificate is malformed: ${what}`)

const V3 = 2

/** TBSCertificate (RFC 5280, 4.1.2). The algorithm that it names is the one that stands beside its signature. */
const readFields = (tbs: Der, outer: Buffer): Read<Omit<Certificate, 'fingerprint' | 'issue'>> => {
  const fields = childrenOf(tbs, TAG.sequence) ?? []
  const version = takeOptional(fields, TAG.context(0))
  const [serial, inner, issuer, validity, subject, publicKey] = fields.splice(0, 6)
  takeOptional(fields, TAG.contextOctets(1))
  takeOptional(fields, TAG.contextOctets(2))
  const [last, ...more] = fields
  const [notBefore, notAfter] = (childrenOf(validity, TAG.sequence) ?? []).map(timeOf)
  if (!serial || !inner || !issuer || !subject || !publicKey || !notBefore || !notAfter || more.length > 0)
    return malformed('TBSCertificate')
  if (tagOf(serial) !== TAG.integer || tagOf(issuer) !== TAG.sequence || tagOf(subject) !== TAG.sequence)
    return malformed('TBSCertificate')
  if (!encodingOf(inner).equals(outer)) return malformed('it names two signature algorithms')
  if (last !== undefined && numberOf(onlyChildOf(version, TAG.context(0))) !== V3)
    return malformed('it has extensions, but is not of version 3')
  const extensions = last === undefined ? read(NO_EXTENSIONS) : readExtensions(last)
  if (!extensions.ok) return extensions
  const key = readPublicKey(publicKey)
  if (!key.ok) return key
  const names = { issuer: encodingOf(issuer), subject: encodingOf(subject), serial: encodingOf(serial) }
  return read({ ...names, key: key.value, notBefore, notAfter, extensions: extensions.value })
}

const readPublicKey = (der: Der): Read<KeyObject> => {
  try {
    return read(createPublicKey({ key: encodingOf(der), format: 'der', type: 'spki' }))
  } catch {
    return unreadable('the key in the certificate cannot be read')
  }
}
