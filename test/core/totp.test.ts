import { describe, expect, test } from 'vitest'
import { codeOf, keyUri, stepOf, stepOfCode, toBase32 } from '../../src/core/totp.js'

const SECRET = toBase32(Buffer.from('12345678901234567890'))

test('base 32 as RFC 4648, 10 has it, without padding', () => {
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => toBase32(Buffer.from(text)))).toEqual([
    ...['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'],
  ])
})

test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
])('the code at second %i is that of RFC 6238, B', (second, code) => {
  expect(codeOf(SECRET, stepOf(new Date(second * 1_000)))).toBe(code)
})

describe('a code', () => {
  const at = new Date('2026-03-01T10:00:10Z')
  const now = stepOf(at)
  const take = (step: number, after: number | null = null) =>
    stepOfCode({ secret: SECRET, code: codeOf(SECRET, step), at, after })

  test('is taken of this half minute, the one before and the one after', () => {
    expect([-2, -1, 0, 1, 2].map((skew) => take(now + skew))).toEqual([null, now - 1, now, now + 1, null])
  })

  test('is not taken of a step up to the last one that was', () => {
    expect([take(now, now - 1), take(now, now), take(now - 1, now), take(now + 1, now)]).toEqual([
      now,
      null,
      null,
      now + 1,
    ])
  })

  test.each(['', '12345', '1234567', 'abcdef', '00000\u0660'])('that is none (%j) is not taken', (code) => {
    expect(stepOfCode({ secret: SECRET, code, at, after: null })).toBeNull()
  })
})

test('the address for apps has the name encoded', () => {
  expect(keyUri({ secret: 'AB', name: 'a/b?c&d' })).toBe(
    'otpauth://totp/Sealpost%3Aa%2Fb%3Fc%26d?secret=AB&issuer=Sealpost',
  )
})
