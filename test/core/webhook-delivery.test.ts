import { expect, test } from 'vitest'
import { afterCall, nextCall } from '../../src/core/webhook-delivery.js'

const NOW = new Date('2026-07-01T10:00:00.000Z')
const SECOND = 1_000
const DAY = 86_400 * SECOND
const ids = Array.from({ length: 200 }, (_, index) => `delivery-${index}`)

const waits = (id: string): number[] => {
  const all: number[] = []
  for (let attempts = 1; ; attempts++) {
    const next = nextCall({ id, attempts, now: NOW })
    if (next === null) return all
    all.push(next.getTime() - NOW.getTime())
  }
}

test('the first call after one that failed comes soon enough to be there within five seconds', () => {
  for (const id of ids) {
    expect(waits(id)[0]).toBeGreaterThan(2 * SECOND)
    expect(waits(id)[0]).toBeLessThanOrEqual(3 * SECOND)
  }
})

test('later ones come ever later, and the last after nearly three days', () => {
  for (const id of ids) {
    const all = waits(id)
    expect(all.toSorted((one, other) => one - other)).toEqual(all)
    const sum = all.reduce((total, wait) => total + wait, 0)
    expect(sum).toBeGreaterThan(2.3 * DAY)
    expect(sum).toBeLessThan(3 * DAY)
  }
})

test('those that failed together do not come back together', () => {
  expect(new Set(ids.map((id) => waits(id)[3])).size).toBeGreaterThan(150)
})

test.each([
  { name: 'taken', call: { outcome: 'delivered', status: 204 }, state: 'delivered', attempts: 1, gone: false },
  { name: 'refused', call: { outcome: 'failed', status: 500 }, state: 'waiting', attempts: 1, gone: false },
  { name: 'not answered', call: { outcome: 'failed', status: null }, state: 'waiting', attempts: 1, gone: false },
  { name: 'redirected', call: { outcome: 'failed', status: 301 }, state: 'waiting', attempts: 1, gone: false },
  {
    name: 'told that nobody is there',
    call: { outcome: 'failed', status: 410 },
    state: 'waiting',
    attempts: 0,
    gone: true,
  },
] as const)('after a call that was $name a delivery is $state', ({ call, state, attempts, gone }) => {
  expect(afterCall({ id: 'a', attempts: 0 }, call, NOW)).toMatchObject({ state, attempts, gone })
})

test('the last call that fails ends it', () => {
  const attempts = waits('a').length
  const failed = { outcome: 'failed', status: 500 } as const
  expect(afterCall({ id: 'a', attempts: attempts - 1 }, failed, NOW)).toMatchObject({ state: 'waiting' })
  expect(afterCall({ id: 'a', attempts }, failed, NOW)).toEqual({
    ...{ state: 'failed', attempts: attempts + 1, dueAt: null, endedAt: NOW, gone: false },
  })
})
