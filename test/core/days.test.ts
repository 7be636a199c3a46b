import { expect, test } from 'vitest'
import { dayStarts } from '../../src/core/days.js'

test.each([
  ['UTC', '2026-03-03T00:00:00Z', ['2026-03-01T00:00', '2026-03-02T00:00', '2026-03-03T00:00']],
  ['UTC', '2026-03-02T23:59:59Z', ['2026-02-28T00:00', '2026-03-01T00:00', '2026-03-02T00:00']],
  // Clocks are put forward on the 29th, and back on 25 October.
  ['Europe/Berlin', '2026-03-30T12:00:00Z', ['2026-03-27T23:00', '2026-03-28T23:00', '2026-03-29T22:00']],
  ['Europe/Berlin', '2026-10-26T12:00:00Z', ['2026-10-23T22:00', '2026-10-24T22:00', '2026-10-25T23:00']],
  // There is no midnight there on 29 March 2026.
  ['Asia/Beirut', '2026-03-30T12:00:00Z', ['2026-03-27T22:00', '2026-03-28T22:00', '2026-03-29T21:00']],
])('the last days of %s at %s began at midnight', (timezone, now, starts) => {
  expect(dayStarts(timezone, new Date(now), 3).map((at) => at.toISOString().slice(0, 16))).toEqual(starts)
})
