import { expect, test } from 'vitest'
import type { KeyState } from '../../src/core/key-state.js'
import { keySpans } from '../../src/core/key-windows.js'

const DAY = 24 * 3_600_000
const NOW = new Date('2026-03-01T00:00:00Z')
const at = (days: number) => new Date(NOW.getTime() + days * DAY)
const aKey = (change: Partial<KeyState> = {}): KeyState => ({
  ...{
    role: 'signing',
    file: 'a.asc',
    fingerprint: 'AA',
    expiresAt: null,
    fault: null,
    notBefore: null,
    notAfter: null,
  },
  ...change,
})

test('one key without times is nothing to look at over time', () => {
  expect(keySpans([aKey(), aKey({ role: 'trust' }), aKey({ role: 'dkim', notAfter: NOW })], NOW)).toEqual([])
})

test('two keys overlap in the middle of their time', () => {
  const keys = [aKey({ notAfter: at(10) }), aKey({ file: 'b.asc', notBefore: at(-10), expiresAt: at(70) })]
  expect(keySpans(keys, NOW)).toEqual([
    {
      ...{ role: 'signing', begins: at(-30), ends: at(70), now: 0.3 },
      spans: [
        { file: 'a.asc', begin: null, end: at(10), from: 0, to: 0.4 },
        { file: 'b.asc', begin: at(-10), end: at(70), from: 0.2, to: 1 },
      ],
    },
  ])
})

test('a key ends at its own expiry or at its window, whichever is first, and never before it begins', () => {
  const [spans] = keySpans([aKey({ role: 'trust', notBefore: at(5), notAfter: at(20), expiresAt: at(-5) })], NOW)
  expect(spans?.spans).toEqual([expect.objectContaining({ end: at(-5), from: 35 / 60, to: 35 / 60 })])
})
