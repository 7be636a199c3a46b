import { describe, expect, test } from 'vitest'
import { afterTry } from '../../src/core/notice-sending.js'
import { later, NOW } from '../helpers/records.js'

const DAY = 86_400_000
const fresh = { attempts: 0, since: NOW }

describe('after a try', () => {
  test.each([
    ['sent', { state: 'sent', attempts: 1, dueAt: null, sentAt: NOW }],
    ['refused', { state: 'failed', attempts: 1, dueAt: null, sentAt: null }],
    ['not-mailed', { state: 'recorded', attempts: 0, dueAt: null, sentAt: null }],
    ['temporary', { state: 'waiting', attempts: 1, dueAt: later(60_000), sentAt: null }],
    ['uncertain', { state: 'waiting', attempts: 1, dueAt: later(60_000), sentAt: null }],
  ] as const)('that ended %s', (outcome, after) => {
    expect(afterTry(fresh, { outcome, answer: 'so' }, NOW)).toEqual({ ...after, answer: 'so' })
  })

  test('a relay that is away is tried for three days, at the end of them too, at most four hours apart', () => {
    let notice = { ...fresh }
    let [now, last] = [NOW, NOW]
    for (;;) {
      const after = afterTry(notice, { outcome: 'temporary', answer: '' }, now)
      if (after.dueAt === null) {
        expect(after.state).toBe('failed')
        break
      }
      expect(after.dueAt.getTime() - now.getTime()).toBeGreaterThan(0)
      expect(after.dueAt.getTime() - now.getTime()).toBeLessThanOrEqual(4 * 3_600_000)
      ;[last, now] = [now, after.dueAt]
      notice = { ...notice, attempts: after.attempts }
    }
    expect(now).toEqual(later(3 * DAY))
    expect(last < now).toBe(true)
    expect(notice.attempts).toBeLessThan(30)
  })

  test('one that waited for longer, because nothing ran, is given up after one more try', () => {
    expect(afterTry(fresh, { outcome: 'temporary', answer: '' }, later(4 * DAY)).state).toBe('failed')
    expect(afterTry(fresh, { outcome: 'sent', answer: '' }, later(4 * DAY)).state).toBe('sent')
  })
})
