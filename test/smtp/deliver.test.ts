import { expect, test } from 'vitest'
import { deliver } from '../../src/smtp/deliver.js'
import type { Attempt } from '../../src/smtp/hand-over.js'

const HOSTS = ['a', 'b', 'c'].map((host) => ({ host, address: '192.0.2.1' }))
const busy: Attempt = { outcome: 'temporary', answer: '451 later', reached: 'session' }

/** Each session takes so long and ends so; resolves to the end, and to which servers were given how much time. */
const run = async (ms: number, ends: readonly Attempt[]) => {
  let now = 0
  const given: [string, number][] = []
  const attempt = async ({ host }: { host: string }, totalMs: number): Promise<Attempt> => {
    given.push([host, totalMs])
    now += ms
    return ends[given.length - 1] ?? busy
  }
  return { end: await deliver(HOSTS, { attempt, totalMs: 100, elapsed: () => now }), given }
}

test('all servers together have the time of one', async () => {
  expect((await run(60, [])).given).toEqual([
    ['a', 100],
    ['b', 40],
  ])
  expect((await run(100, [])).given).toEqual([['a', 100]])
  expect((await run(10, [])).given).toHaveLength(3)
})

test('what is told is what the last of them said for now', async () => {
  const closed: Attempt = { outcome: 'refused', answer: '554 closed', reached: 'door' }
  expect((await run(10, [busy, closed, closed])).end).toEqual({ outcome: 'temporary', answer: '451 later' })
  expect((await run(10, [closed, closed, closed])).end).toEqual({ outcome: 'refused', answer: '554 closed' })
})

test('no server, or no time: for now', async () => {
  const none = { attempt: async () => busy, totalMs: 100, elapsed: () => 0 }
  expect(await deliver([], none)).toMatchObject({ outcome: 'temporary' })
  expect(await deliver(HOSTS, { ...none, totalMs: 0 })).toMatchObject({ outcome: 'temporary' })
})
