import { describe, expect, test } from 'vitest'
import { encodingOf, oidOf, readDer, timeOf } from '../../src/signing/x509/der.js'
import {
  bitString,
  boolean,
  integer,
  octetString,
  oid,
  setOf,
  taggedSet,
  time,
} from '../../src/signing/x509/der-write.js'

const hex = (...args: Parameters<typeof encodingOf>) => encodingOf(...args).toString('hex')
const bytes = (...values: number[]) => Buffer.from(values)

describe('integer: no spare octets, and never negative (X.690, 8.3)', () => {
  test.each([
    [[], '020100'],
    [[0, 0], '020100'],
    [[1], '020101'],
    [[0, 0, 0x7f], '02017f'],
    [[0x80], '02020080'],
    [[0, 0xff, 0], '020300ff00'],
  ])('%j', (octets, expected) => {
    expect(hex(integer(Buffer.from(octets)))).toBe(expected)
  })
})

describe('time: two digits for the year until 2049, four from 2050 on', () => {
  test.each([
    ['1950-01-01T00:00:00.000Z', '170d3530303130313030303030305a'],
    ['2049-12-31T23:59:59.000Z', '170d3439313233313233353935395a'],
    ['2050-01-01T00:00:00.000Z', '180f32303530303130313030303030305a'],
    ['9999-12-31T23:59:59.000Z', '180f39393939313233313233353935395a'],
  ])('%s', (at, expected) => {
    expect(hex(time(new Date(at)))).toBe(expected)
    expect(timeOf(time(new Date(at)))?.toISOString()).toBe(at)
  })

  test('without fractions of a second', () => {
    expect(hex(time(new Date('2026-06-01T12:00:00.999Z')))).toBe(hex(time(new Date('2026-06-01T12:00:00Z'))))
  })
})

test('a set is in the order of its octets, a shorter one that others begin with first (X.690, 11.6)', () => {
  const [short, long, other] = [octetString(bytes(1)), octetString(bytes(0, 0)), boolean(true)]
  expect(hex(setOf(long, short, other))).toBe('310a' + '0101ff' + '040101' + '04020000')
  expect(hex(taggedSet(0, long, other, short))).toBe('a00a' + '0101ff' + '040101' + '04020000')
})

test('what is written is strict DER, long contents and many arcs too', () => {
  for (const der of [octetString(Buffer.alloc(70_000, 7)), bitString(bytes(0x80), 7), oid('2.16.840.1.101.3.4.2.1')]) {
    const again = readDer(encodingOf(der))
    expect(again.ok).toBe(true)
  }
  expect(oidOf(oid('2.16.840.1.101.3.4.2.1'))).toBe('2.16.840.1.101.3.4.2.1')
  expect(hex(bitString(bytes(0x80), 7))).toBe('03020780')
})
