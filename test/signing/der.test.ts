import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  booleanOf,
  childrenOf,
  encodingOf,
  numberOf,
  octetsOf,
  oidOf,
  onlyChildOf,
  readDer,
  TAG,
  takeOptional,
  timeOf,
  wholeBitsOf,
} from '../../src/signing/x509/der.js'
import {
  explicit,
  generalizedTime,
  headerOf,
  inside,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  set,
  tlv,
  withIndefiniteLength,
  withLongLength,
} from './der-writer.js'
import { certificateOf } from './smime-fixtures.js'

const der = (bytes: Buffer) => {
  const result = readDer(bytes)
  if (!result.ok) throw new Error(result.reason)
  return result.value
}
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('what is DER', () => {
  test.each([
    ['an empty sequence', sequence()],
    ['nested ones', sequence(set(integer(1)), explicit(0, nothing()), tlv(0x80, Buffer.from('x')))],
    ['a length of two octets', octetString(Buffer.alloc(200))],
    ['a length of four octets', octetString(Buffer.alloc(70_000))],
    ['a negative number', integer(0xff)],
    ['a certificate by openssl', certificateOf('rsa2048').raw],
    ['a string', tlv(0x0c, Buffer.from('abc'))],
  ])('%s is read, and comes out as it went in', (_, bytes) => {
    expect(encodingOf(der(bytes)).equals(bytes)).toBe(true)
  })

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one octet', hex('30')],
    ['an element that is cut off', sequence(integer(1)).subarray(0, 4)],
    ['an element that reaches beyond the one around it', hex('30 03 04 02 00')],
    ['an octet after the element', Buffer.concat([sequence(), Buffer.from([0])])],
    ['a second element', Buffer.concat([sequence(), sequence()])],
    ['an indefinite length', withIndefiniteLength(sequence(integer(1)))],
    ['an indefinite length inside', sequence(withIndefiniteLength(sequence(integer(1))))],
    ['a length that is longer than it need be', withLongLength(sequence(integer(1)))],
    ['one octet of length that the short form has', hex('30 81 00')],
    ['a length of two octets for 127', Buffer.concat([hex('04 82 00 7f'), Buffer.alloc(127)])],
    ['a length of 2^32 - 1', hex('04 84 ff ff ff ff 00')],
    ['a length of five octets', hex('04 85 00 00 00 00 01 00')],
    ['a length octet of 255', hex('04 ff 00')],
    ['a number with a spare zero', hex('02 02 00 01')],
    ['a negative number with a spare octet', hex('02 02 ff ff')],
    ['a string in pieces', tlv(0x24, octetString(Buffer.from('x')))],
    ['a sequence with octets inside', hex('10 00')],
    ['a tag of two octets', hex('30 04 1f 81 01 00')],
    ['a tag of two octets that the library takes for a tag and a length', hex('9f 01 00')],
    ['a BMPString of an odd number of octets', hex('1e 01 41')],
  ])('%s is not', (_, bytes) => {
    expect(readDer(bytes)).toMatchObject({ ok: false })
  })

  test('depth has an end', () => {
    const nested = (depth: number): Buffer => (depth === 0 ? nothing() : sequence(nested(depth - 1)))
    expect(readDer(nested(20)).ok).toBe(true)
    expect(readDer(nested(40)).ok).toBe(false)
    expect(readDer(Buffer.alloc(200_000, hex('30 80'))).ok).toBe(false)
  })

  test('views on other memory are read as they are', () => {
    const around = Buffer.concat([Buffer.from('before'), sequence(integer(7)), Buffer.from('after')])
    expect(readDer(new Uint8Array(around.buffer, around.byteOffset + 6, 5)).ok).toBe(true)
  })
})

describe('one element as one kind', () => {
  test('other kinds, and none, are null', () => {
    for (const read of [numberOf, booleanOf, oidOf, timeOf, wholeBitsOf]) {
      expect(read(undefined)).toBeNull()
      expect(read(der(sequence()))).toBeNull()
    }
    expect(childrenOf(der(sequence()), TAG.set)).toBeNull()
    expect(octetsOf(der(octetString(Buffer.alloc(1))), TAG.bitString)).toBeNull()
    expect(onlyChildOf(der(sequence(nothing(), nothing())), TAG.sequence)).toBeUndefined()
    expect(onlyChildOf(der(sequence()), TAG.sequence)).toBeUndefined()
  })

  test('optional elements are taken where they are next', () => {
    const elements = childrenOf(der(sequence(integer(1), explicit(1, integer(2)))), TAG.sequence) ?? []
    expect(takeOptional(elements, TAG.context(1))).toBeUndefined()
    expect(numberOf(takeOptional(elements, TAG.integer))).toBe(1)
    expect(numberOf(onlyChildOf(takeOptional(elements, TAG.context(1)), TAG.context(1)))).toBe(2)
    expect(takeOptional(elements, TAG.integer)).toBeUndefined()
  })

  test.each([
    [integer(0), 0],
    [integer(0x00, 0xff), 255],
    [integer(0x7f, 0xff, 0xff, 0xff), 2 ** 31 - 1],
    [integer(0xff), null],
    [integer(1, 2, 3, 4, 5), null],
    [tlv(0x02), null],
  ])('the number in %o is %s', (bytes, value) => expect(numberOf(der(bytes))).toBe(value))

  test.each([
    ['01 01 ff', true],
    ['01 01 00', false],
    ['01 01 01', null],
    ['01 00', null],
    ['01 02 ff ff', null],
  ])('the boolean in %s is %s', (bytes, value) => expect(booleanOf(der(hex(bytes)))).toBe(value))

  test.each([
    [oid('1.2.840.113549.1.7.2'), '1.2.840.113549.1.7.2'],
    [oid('2.16.840.1.101.3.4.2.1'), '2.16.840.1.101.3.4.2.1'],
    [hex('06 03 88 37 03'), '2.999.3'],
    [hex('06 00'), null],
    [hex('06 01 80'), null],
    [hex('06 02 2a 86'), null],
    [hex('06 03 2a 80 03'), null],
    [hex('06 0a 2a ff ff ff ff ff ff ff ff 7f'), null],
    [tlv(0x06, Buffer.alloc(33, 1)), null],
  ])('the object identifier in %o is %s', (bytes, value) => expect(oidOf(der(bytes))).toBe(value))

  test.each([
    ['17', '260601120000Z', '2026-06-01T12:00:00.000Z'],
    ['17', '491231235959Z', '2049-12-31T23:59:59.000Z'],
    ['17', '500101000000Z', '1950-01-01T00:00:00.000Z'],
    ['18', '20600601120000Z', '2060-06-01T12:00:00.000Z'],
    ['17', '2606011200Z', null],
    ['17', '260601120000', null],
    ['17', '260601120000+0000', null],
    ['17', '260231120000Z', null],
    ['17', '260601250000Z', null],
    ['17', '260601120060Z', null],
    ['17', '20260601120000Z', null],
    ['18', '20260601120000.5Z', null],
    ['18', '260601120000Z', null],
    ['18', '20260601120000Z\n', null],
  ])('the time in %s %j is %s', (tag, text, value) => {
    expect(timeOf(der(tlv(Number.parseInt(tag, 16), Buffer.from(text))))?.toISOString() ?? null).toBe(value)
  })

  test('generalised times are written as the reader takes them', () => {
    expect(timeOf(der(generalizedTime('20260601120000Z')))).toEqual(new Date('2026-06-01T12:00:00Z'))
  })

  test('bits are whole octets', () => {
    expect(wholeBitsOf(der(hex('03 03 00 01 02')))?.toString('hex')).toBe('0102')
    expect(wholeBitsOf(der(hex('03 03 01 01 02')))).toBeNull()
    expect(wholeBitsOf(der(hex('03 00')))).toBeNull()
  })
})

describe('anything at all', () => {
  /** Whether every length is in its one form and every tag one octet: said again, in another way. */
  const isMinimal = (element: Buffer): boolean => {
    const { start, end } = headerOf(element)
    if (end !== element.length || ((element[0] ?? 0) & 0x1f) === 0x1f) return false
    const size = end - start
    const width = size < 128 ? 0 : Math.ceil(Math.log2(size + 1) / 8)
    if (start !== 2 + width) return false
    return ((element[0] ?? 0) & 0x20) === 0 || inside(element).every(isMinimal)
  }

  test('does not throw, and is minimal where it is read', () => {
    const base = certificateOf('issued-good').raw
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (changes) => {
          const changed = Buffer.from(base)
          for (const [at, value] of changes) changed[at] = value
          const result = readDer(changed)
          if (result.ok) expect(encodingOf(result.value).equals(changed) && isMinimal(changed)).toBe(true)
        },
      ),
      { numRuns: 1_000, seed: 1 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const result = readDer(octets)
        if (result.ok) expect(isMinimal(Buffer.from(octets))).toBe(true)
      }),
      { numRuns: 2_000, seed: 1 },
    )
  })
})
