import { describe, expect, test } from 'vitest'
import { daysUntil, expiryWords, keyAlarmAt, keyAlarmLevel } from '../../src/core/key-alarm.js'

const NOW = new Date('2026-01-01T00:00:00.000Z')
const DAY = 86_400_000
const after = (ms: number): Date => new Date(NOW.getTime() + ms)

describe('a key that ends', () => {
  test.each([
    ['60 days and a moment', 60 * DAY + 1, 61, null],
    ['60 days', 60 * DAY, 60, '60'],
    ['30 days and a moment', 30 * DAY + 1, 31, '60'],
    ['30 days', 30 * DAY, 30, '30'],
    ['7 days and a moment', 7 * DAY + 1, 8, '30'],
    ['7 days', 7 * DAY, 7, '7'],
    ['a day and a moment', DAY + 1, 2, '7'],
    ['a day', DAY, 1, '1'],
    ['a moment', 1, 1, '1'],
    ['nothing', 0, 0, 'expired'],
    ['less than nothing', -100 * DAY, 0, 'expired'],
  ])('in %s', (_, ms, days, alarm) => {
    expect([daysUntil(after(ms), NOW), keyAlarmAt(after(ms), NOW)]).toEqual([days, alarm])
  })

  test('never: no alarm', () => {
    expect(keyAlarmAt(null, NOW)).toBeNull()
  })

  test.each([
    [60 * DAY, 'expires in 60 days, at 2026-03-02T00:00:00.000Z'],
    [DAY, 'expires within a day, at 2026-01-02T00:00:00.000Z'],
    [0, 'expired at 2026-01-01T00:00:00.000Z'],
  ])('in %i ms, in words', (ms, words) => {
    expect(expiryWords(after(ms), NOW)).toBe(words)
  })
})

test.each([
  ['60', 'warning'],
  ['30', 'warning'],
  ['7', 'error'],
  ['1', 'error'],
  ['expired', 'error'],
] as const)('%s is %s where nothing follows, and only to be known where a key does', (alarm, level) => {
  expect([keyAlarmLevel(alarm, false), keyAlarmLevel(alarm, true)]).toEqual([level, 'info'])
})
