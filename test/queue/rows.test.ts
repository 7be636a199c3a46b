import { afterEach, expect, test } from 'vitest'
import { createBullQueue } from '../../src/queue/bull.js'
import { type OpenedStore, openStore } from '../../src/store/open.js'
import { newServerDatabase, silentLog } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'
import { newRedis } from '../helpers/redis.js'
import { aConnection, aMail } from '../store/samples.js'

const ROWS = 320

const undoing: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undoing.splice(0).reverse()) await undo()
})

/** A worker as a process would be one: a queue and a database pool of its own. What it does to a row is counted. */
const startWorker = async (input: { owner: string; url: string; redisUrl: string; done: Map<string, string[]> }) => {
  const { owner, url, redisUrl, done } = input
  const store = await openStore({ url, dataDir: '', log: silentLog })
  undoing.push(store.close)
  const options = { url: redisUrl, prefix: 'test', works: true, concurrency: 8, sweepMs: 250, log: silentLog }
  const queue = createBullQueue(options)
  undoing.push(queue.stop)
  await queue.start({
    run: async ({ id }) => {
      const claim = await store.mails.claim(id, { owner, now: new Date(), leaseMs: 60_000 })
      if (claim === null) return
      await store.transaction(async (tables) => {
        if (!(await tables.mails.holds(id, claim.lease))) return
        await tables.mails.finish(id, { stage: 'settled', reason: null, verdict: null, replies: [], orders: [] })
        done.set(id, [...(done.get(id) ?? []), owner])
      })
    },
    due: async () => (await store.mails.due(new Date(), 50)).map((id) => ({ kind: 'process-mail', id })),
  })
}

const withServices = await needs('postgresql', 'redis-server')
withServices('rows of a PostgreSQL that two workers share', () => {
  test('each is done once, though Redis is emptied, stopped and started meanwhile', async () => {
    const { url, remove } = await newServerDatabase()
    const redis = await newRedis()
    undoing.push(remove, redis.remove)
    const store: OpenedStore = await openStore({ url, dataDir: '', log: silentLog })
    undoing.push(store.close)
    const bell = createBullQueue({
      ...{ url: redis.url, prefix: 'test', works: false, concurrency: 1, sweepMs: 250, log: silentLog },
    })
    undoing.push(bell.stop)
    const connection = aConnection()
    await store.connections.insert(connection)
    const done = new Map<string, string[]>()
    for (const owner of ['one', 'two']) await startWorker({ owner, url, redisUrl: redis.url, done })

    const ids: string[] = []
    const comeIn = async (count: number): Promise<void> => {
      const mails = Array.from({ length: count }, () => aMail(connection.id, { receivedAt: new Date() }))
      for (const { id } of await Promise.all(mails.map(store.mails.accept))) {
        ids.push(id)
        for (let i = 0; i < 2; i += 1) bell.ring({ kind: 'process-mail', id })
      }
    }
    const half = ROWS / 2
    await comeIn(half)
    await expect.poll(() => done.size, { timeout: 30_000 }).toBeGreaterThan(half / 10)
    await redis.command('FLUSHALL')
    await comeIn(half / 2)
    await redis.kill()
    await comeIn(half / 4)
    await redis.start()
    await comeIn(half / 4)
    await expect.poll(() => done.size, { timeout: 60_000 }).toBeGreaterThanOrEqual(ids.length)
    expect([...done.keys()].sort()).toEqual(ids.sort())
    expect([...done.values()].filter((owners) => owners.length !== 1)).toEqual([])
    expect(new Set([...done.values()].flat())).toEqual(new Set(['one', 'two']))
  })
})
