import forge from 'node-forge'
import { type Read, read, unreadable } from '../../mail/read.js'

// The types of the library know its older signature alone.
declare module 'node-forge' {
  namespace asn1 {
    type FromDerOptions = { strict: boolean; parseAllBytes: boolean; decodeBitStrings: boolean; maxDepth: number }
    function fromDer(bytes: Bytes, options: FromDerOptions): Asn1
  }
}

const { asn1 } = forge

/** One element of a DER encoding (ITU-T X.690, 10) with those inside it. */
export type Der = forge.asn1.Asn1

/** Identifier octets: class, form and number of an element (X.690, 8.1.2). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific, with elements inside: `[n] EXPLICIT`, or an implicit SET or SEQUENCE. */
  context: (number: number): number => 0xa0 | number,
  /** Context-specific, with octets inside: an implicit OCTET STRING and the like. */
  contextOctets: (number: number): number => 0x80 | number,
} as const

const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18

/** CMS and certificates have less than 20 levels. */
const MAX_DEPTH = 32

/**
 * Reads octets that hold one element in DER and nothing after it. Where the library is lenient (lengths that are indefinite
 * or longer than they need be, integers with spare octets, strings in pieces) the octets would come out otherwise when they
 * are written again, and are refused.
 */
export const readDer = (bytes: Uint8Array): Read<Der> => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  try {
    const options = { strict: true, parseAllBytes: true, decodeBitStrings: false, maxDepth: MAX_DEPTH }
    const der = asn1.fromDer(text, options)
    return hasForms(der) && asn1.toDer(der).getBytes() === text ? read(der) : unreadable('it is not strict DER')
  } catch {
    return unreadable('it is not DER, or something follows it')
  }
}

const HIGH_NUMBER = 0x1f
const SEQUENCE = 0x10
const SET = 0x11

/** No tags of several octets, which the library takes for a tag and a length; only sequences and sets have elements inside. */
const hasForms = ({ tagClass, type, constructed, value }: Der): boolean => {
  const number: number = type
  if (number === HIGH_NUMBER) return false
  if (tagClass === asn1.Class.UNIVERSAL && constructed !== (number === SEQUENCE || number === SET)) return false
  return typeof value === 'string' || value.every(hasForms)
}

export const tagOf = ({ tagClass, type, constructed }: Der): number => tagClass | type | (constructed ? 0x20 : 0)

/** The element again as octets, the same that it was read from. */
export const encodingOf = (der: Der): Buffer => Buffer.from(asn1.toDer(der).getBytes(), 'latin1')

// What follows reads one element as one kind, and gives null (or undefined) for an element of another kind or for none.

/** The elements inside one that has elements, as a list of its own. */
export const childrenOf = (der: Der | undefined, tag: number): Der[] | null =>
  der !== undefined && tagOf(der) === tag && typeof der.value !== 'string' ? [...der.value] : null

/** The octets inside one that has octets. */
export const octetsOf = (der: Der | undefined, tag: number): Buffer | null =>
  der !== undefined && tagOf(der) === tag && typeof der.value === 'string' ? Buffer.from(der.value, 'latin1') : null

/** The one element in an explicit tag, or in a sequence or set of one. */
export const onlyChildOf = (der: Der | undefined, tag: number): Der | undefined => {
  const children = childrenOf(der, tag)
  return children?.length === 1 ? children[0] : undefined
}

/** Takes the next element off a list where it has that tag: an OPTIONAL one. */
export const takeOptional = (elements: Der[], tag: number): Der | undefined => {
  const [next] = elements
  return next !== undefined && tagOf(next) === tag ? elements.shift() : undefined
}

/** An INTEGER of 0 to 2^31 - 1. */
export const numberOf = (der: Der | undefined): number | null => {
  const octets = octetsOf(der, TAG.integer)
  if (octets === null || octets.length < 1 || octets.length > 4) return null
  const value = octets.readIntBE(0, octets.length)
  return value < 0 ? null : value
}

/** A BOOLEAN, whose true is 0xFF in DER. */
export const booleanOf = (der: Der | undefined): boolean | null => {
  const octets = octetsOf(der, TAG.boolean)
  if (octets?.length !== 1) return null
  return octets[0] === 0xff ? true : octets[0] === 0 ? false : null
}

/** The octets of a BIT STRING of whole octets. */
export const wholeBitsOf = (der: Der | undefined): Buffer | null => {
  const octets = octetsOf(der, TAG.bitString)
  return octets?.[0] === 0 ? octets.subarray(1) : null
}

const MAX_OID = 32

/** An OBJECT IDENTIFIER in dotted form. Own code, because shortened and padded arcs are what forgers try (X.690, 8.19). */
export const oidOf = (der: Der | undefined): string | null => {
  const octets = octetsOf(der, TAG.oid)
  if (octets === null || octets.length > MAX_OID || (octets.at(-1) ?? 0x80) >= 0x80) return null
  const arcs: number[] = []
  let arc = 0
  for (const octet of octets) {
    if (arc === 0 && octet === 0x80) return null
    arc = arc * 128 + (octet & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER) return null
    if (octet >= 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [first = 0, ...rest] = arcs
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

/** A time to the second in UTC, in the one form of each type that DER and CMS have (RFC 5652, 11.3; RFC 5280, 4.1.2.5). */
export const timeOf = (der: Der | undefined): Date | null => {
  const short = octetsOf(der, UTC_TIME)?.toString('latin1')
  const century = short !== undefined && short >= '5' ? '19' : '20'
  const text = short === undefined ? octetsOf(der, GENERALIZED_TIME)?.toString('latin1') : `${century}${short}`
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '')
  if (parts === null) return null
  const [year, month, day, hour, minute, second] = parts.slice(1)
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const time = new Date(iso)
  // A day that its month does not have would roll over to the next.
  return Number.isNaN(time.getTime()) || time.toISOString() !== iso ? null : time
}
