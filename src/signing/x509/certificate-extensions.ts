import { type Read, read, unreadable } from '../../mail/read.js'
import { booleanOf, childrenOf, type Der, octetsOf, oidOf, onlyChildOf, readDer, TAG, takeOptional } from './der.js'
import { OID } from './oid.js'

/** What a certificate says of its use. */
export type Extensions = {
  isAuthority: boolean
  /** What its key may sign; null where there is no restriction (RFC 5280, 4.2.1.3). */
  usage: { documents: boolean; certificates: boolean } | null
  /** Extended key usages; null where there is no restriction (RFC 5280, 4.2.1.12). */
  purposes: string[] | null
  /** The mail addresses (rfc822Name) among its alternative names, as they stand. */
  addresses: string[]
  subjectKeyIdentifier: Buffer | null
  /** Extensions that whoever does not understand them must refuse, and that we do not understand. */
  unknownCritical: string[]
}

export const NO_EXTENSIONS: Extensions = {
  isAuthority: false,
  usage: null,
  purposes: null,
  addresses: [],
  subjectKeyIdentifier: null,
  unknownCritical: [],
}

/** Reads `[3] EXPLICIT Extensions` of a certificate (RFC 5280, 4.2). One that comes twice or is malformed is refused. */
export const readExtensions = (der: Der): Read<Extensions> => {
  const found: Extensions = { ...NO_EXTENSIONS, unknownCritical: [] }
  const seen = new Set<string>()
  for (const extension of childrenOf(onlyChildOf(der, TAG.context(3)), TAG.sequence) ?? []) {
    const fields = childrenOf(extension, TAG.sequence) ?? []
    const name = oidOf(fields.shift())
    const critical = takeOptional(fields, TAG.boolean)
    const value = octetsOf(fields.shift(), TAG.octetString)
    const isCritical = critical === undefined ? false : booleanOf(critical)
    if (name === null || isCritical === null || value === null || fields.length > 0 || seen.has(name)) return malformed
    seen.add(name)
    const reader = READERS.get(name)
    if (reader === undefined) {
      // Constraints on names are critical, whatever they say themselves (RFC 5280, 4.2.1.10).
      if (isCritical || name === OID.nameConstraints) found.unknownCritical.push(name)
      continue
    }
    const content = readDer(value)
    const part = content.ok ? reader(content.value) : null
    if (part === null) return malformed
    Object.assign(found, part)
  }
  return read(found)
}

const malformed = unreadable('the certificate is malformed: Extensions')

type Reader = (der: Der) => Partial<Extensions> | null

/** BasicConstraints (RFC 5280, 4.2.1.9). The length of the path is for those below; we take signers issued directly alone. */
const readBasicConstraints: Reader = (der) => {
  const fields = childrenOf(der, TAG.sequence)
  if (fields === null) return null
  const authority = takeOptional(fields, TAG.boolean)
  takeOptional(fields, TAG.integer)
  const isAuthority = authority === undefined ? false : booleanOf(authority)
  return isAuthority === null || fields.length > 0 ? null : { isAuthority }
}

const DIGITAL_SIGNATURE = 0x80
const NON_REPUDIATION = 0x40
const KEY_CERT_SIGN = 0x04

/** KeyUsage (RFC 5280, 4.2.1.3): bits from the left, after an octet that counts the unused ones. */
const readKeyUsage: Reader = (der) => {
  const octets = octetsOf(der, TAG.bitString)
  const [unused = 8, bits = 0] = octets ?? []
  if (octets === null || octets.length > 3 || unused > 7) return null
  return {
    usage: {
      documents: (bits & (DIGITAL_SIGNATURE | NON_REPUDIATION)) !== 0,
      certificates: (bits & KEY_CERT_SIGN) !== 0,
    },
  }
}

const readPurposes: Reader = (der) => {
  const purposes = childrenOf(der, TAG.sequence)?.map(oidOf) ?? []
  const known = purposes.filter((purpose) => purpose !== null)
  return known.length === 0 || known.length < purposes.length ? null : { purposes: known }
}

const RFC822_NAME = 1

/** GeneralNames (RFC 5280, 4.2.1.6). */
const readAlternativeNames: Reader = (der) => {
  const names = childrenOf(der, TAG.sequence)
  if (names === null || names.length === 0) return null
  const addresses = names.map((name) => octetsOf(name, TAG.contextOctets(RFC822_NAME))?.toString('latin1'))
  return { addresses: addresses.filter((address) => address !== undefined) }
}

const readSubjectKeyIdentifier: Reader = (der) => {
  const subjectKeyIdentifier = octetsOf(der, TAG.octetString)
  return subjectKeyIdentifier === null ? null : { subjectKeyIdentifier }
}

const READERS: ReadonlyMap<string, Reader> = new Map([
  [OID.basicConstraints, readBasicConstraints],
  [OID.keyUsage, readKeyUsage],
  [OID.extendedKeyUsage, readPurposes],
  [OID.subjectAltName, readAlternativeNames],
  [OID.subjectKeyIdentifier, readSubjectKeyIdentifier],
])
