import { beforeEach, describe, expect, test } from 'vitest'
import { createHealth, diskProbe, type Probe } from '../../src/http/health.js'
import type { Log } from '../../src/ports.js'
import { openDisk } from '../../src/store/disk.js'

let lines: string[]
beforeEach(() => {
  lines = []
})
const log: Log = {
  debug: () => {},
  info: (_, message) => void lines.push(message),
  warn: (_, message) => void lines.push(message),
  error: () => {},
}

const good: Probe = () => ({ ready: true, detail: 'fine' })
const failing: Probe = () => Promise.reject(new Error('connect ECONNREFUSED 192.0.2.1:5432'))

describe('readiness', () => {
  test('is that of every part, by name', async () => {
    const health = createHealth({ parts: { database: good, queue: async () => ({ ready: true, detail: 'x' }) }, log })
    expect(await health()).toEqual({
      ready: true,
      parts: [
        { name: 'database', ready: true, detail: 'fine' },
        { name: 'queue', ready: true, detail: 'x' },
      ],
    })
    expect(lines).toEqual([])
  })

  test.each([
    ['says so', () => ({ ready: false, detail: 'stopped' }), 'stopped'],
    ['rejects', failing, 'does not answer'],
    [
      'throws',
      () => {
        throw new Error('x')
      },
      'does not answer',
    ],
    ['never answers', () => new Promise<never>(() => {}), 'does not answer'],
  ] as [string, Probe, string][])('is missing where one part %s', async (_, probe, detail) => {
    const health = createHealth({ parts: { smtp: good, database: probe }, log, timeLimit: 20 })
    expect(await health()).toEqual({
      ready: false,
      parts: [
        { name: 'smtp', ready: true, detail: 'fine' },
        { name: 'database', ready: false, detail },
      ],
    })
  })

  test('asks anew each time, but never twice at once', async () => {
    let asked = 0
    let answer = (): void => {}
    const slow: Probe = () => {
      asked++
      return new Promise((resolve) => {
        answer = () => resolve({ ready: true, detail: '' })
      })
    }
    const health = createHealth({ parts: { database: slow }, log })
    const both = Promise.all([health(), health()])
    await Promise.resolve()
    answer()
    await both
    expect(asked).toBe(1)
    const third = health()
    await Promise.resolve()
    answer()
    await third
    expect(asked).toBe(2)
  })

  test('tells the log, and nobody else, why; once when a part fails and once when it works again', async () => {
    let probe = failing
    const health = createHealth({ parts: { database: () => probe() }, log })
    const reports = [await health(), await health()]
    expect(JSON.stringify(reports)).not.toContain('192.0.2.1')
    probe = good
    await health()
    await health()
    expect(lines).toEqual([
      'database is not ready: does not answer (connect ECONNREFUSED 192.0.2.1:5432)',
      'database is ready again',
    ])
  })
})

test.each([
  [20_000, true, '20000 MiB of 40000 MiB free'],
  [4_000, true, '4000 MiB of 40000 MiB free'],
  [3_999, true, '3999 MiB of 40000 MiB free, filling up'],
  [199, true, '199 MiB of 40000 MiB free, almost full'],
  [64, true, '64 MiB of 40000 MiB free, almost full'],
  [63, false, '63 MiB of 40000 MiB free, almost full'],
  [0, false, '0 MiB of 40000 MiB free, almost full'],
])('a disk with %i MiB free: ready is %s', async (free, ready, detail) => {
  const look = async () => ({ bavail: free * 256, blocks: 40_000 * 256, bsize: 4_096 })
  expect(await diskProbe(openDisk('/data', look), true)()).toEqual({ ready, detail })
  expect(await diskProbe(openDisk('/data', look), false)()).toEqual({ ready: true, detail })
})
