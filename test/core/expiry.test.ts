import { describe, expect, test } from 'vitest'
import { STATES } from '../../src/core/domain.js'
import { isWithinDays } from '../../src/core/expiry.js'
import { aDomain, later, NOW } from '../helpers/records.js'

const DAY = 86_400_000

describe('whether the end of a domain is to be told', () => {
  const ours = aDomain({ state: 'registered', expiresAt: later(30 * DAY) })

  test.each([
    ['in its last days', ours, 30, true],
    ['before these', ours, 29, false],
    ['after its end', { ...ours, expiresAt: later(-DAY) }, 30, true],
    ['without an end', { ...ours, expiresAt: null }, 30, false],
    ['where nobody wants to be warned', ours, null, false],
  ])('%s', (_, domain, warnDays, expected) => {
    expect(isWithinDays(domain, warnDays, NOW)).toBe(expected)
    expect(isWithinDays(domain, warnDays, later(-1))).toBe(expected && domain !== ours)
  })

  test.each(Object.keys(STATES) as (keyof typeof STATES)[])('of one that is %s', (state) => {
    expect(isWithinDays({ ...ours, state }, 30, NOW)).toBe(state === 'registered' || state === 'faulty')
  })
})
