import forge from 'node-forge'
import { type Der, encodingOf } from './der.js'

const { asn1 } = forge
const { Class, Type } = asn1

export const sequence = (...inside: Der[]): Der => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, inside)

/** A SET OF: in DER its elements stand in the order of their octets (X.690, 11.6). */
export const setOf = (...inside: Der[]): Der => asn1.create(Class.UNIVERSAL, Type.SET, true, sorted(inside))

/** `[number] EXPLICIT`, or an implicit SEQUENCE. */
export const tagged = (number: number, ...inside: Der[]): Der =>
  asn1.create(Class.CONTEXT_SPECIFIC, number, true, inside)

/** `[number] IMPLICIT SET OF`. */
export const taggedSet = (number: number, ...inside: Der[]): Der => tagged(number, ...sorted(inside))

/** `[number] IMPLICIT` around octets. */
export const taggedOctets = (number: number, octets: Buffer): Der =>
  asn1.create(Class.CONTEXT_SPECIFIC, number, false, octets.toString('latin1'))

export const oid = (dotted: string): Der => primitive(Type.OID, Buffer.from(asn1.oidToDer(dotted).getBytes(), 'latin1'))

export const octetString = (octets: Buffer): Der => primitive(Type.OCTETSTRING, octets)

export const utf8String = (text: string): Der => primitive(Type.UTF8, Buffer.from(text))

export const boolean = (value: boolean): Der => primitive(Type.BOOLEAN, Buffer.from([value ? 0xff : 0]))

export const nothing = (): Der => primitive(Type.NULL, Buffer.alloc(0))

/** A BIT STRING of whole octets, or one whose last octet has unused bits. */
export const bitString = (octets: Buffer, unused = 0): Der =>
  primitive(Type.BITSTRING, Buffer.concat([Buffer.from([unused]), octets]))

/** A number that is not negative, from its octets, the highest first: in DER without spare zeros (X.690, 8.3.2). */
export const integer = (octets: Buffer): Der => {
  const first = octets.findIndex((octet) => octet !== 0)
  const digits = first === -1 ? Buffer.from([0]) : octets.subarray(first)
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : []
  return primitive(Type.INTEGER, Buffer.from([...sign, ...digits]))
}

/** A time to the second: UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5; RFC 5652, 11.3). */
export const time = (at: Date): Der => {
  const digits = at
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')
  const short = at.getUTCFullYear() >= 1950 && at.getUTCFullYear() < 2050
  return short
    ? primitive(Type.UTCTIME, Buffer.from(digits.slice(2)))
    : primitive(Type.GENERALIZEDTIME, Buffer.from(digits))
}

const primitive = (type: number, octets: Buffer): Der =>
  asn1.create(Class.UNIVERSAL, type, false, octets.toString('latin1'))

const sorted = (elements: readonly Der[]): Der[] => {
  const encoded = elements.map((element) => ({ element, octets: encodingOf(element) }))
  return encoded.sort((a, b) => Buffer.compare(a.octets, b.octets)).map(({ element }) => element)
}
