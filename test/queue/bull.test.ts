import { afterEach, expect, test } from 'vitest'
import { createBullQueue } from '../../src/queue/bull.js'
import { needs, REDIS_URL } from '../helpers/needs.js'
import { freePort, newPrefix, newRedis, type OwnRedis } from '../helpers/redis.js'
import { createDesk, nothingDue, parse, queueContract, send, silentLog } from './contract.js'

const NEVER_MS = 3_600_000

const undoing: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undoing.splice(0).reverse()) await undo()
})

const openQueue = (url: string, change: Partial<Parameters<typeof createBullQueue>[0]> = {}) => {
  const { log, lines } = silentLog()
  const queue = createBullQueue({ url, prefix: 'test', works: true, concurrency: 2, sweepMs: NEVER_MS, log, ...change })
  undoing.push(queue.stop)
  return { queue, lines }
}

const withRedis = await needs('redis')
withRedis('on a Redis', () => {
  queueContract('Bull', async (options) => {
    const { prefix, remove } = newPrefix()
    return { queue: createBullQueue({ url: REDIS_URL, prefix, works: true, ...options }), close: remove }
  })

  const shared = () => {
    const { prefix, remove } = newPrefix()
    undoing.push(remove)
    return { prefix }
  }

  test('a process that only rings is heard by one that works', async () => {
    const place = shared()
    const desk = createDesk()
    const worker = openQueue(REDIS_URL, place)
    await worker.queue.start({ run: desk.run, due: nothingDue })
    const door = openQueue(REDIS_URL, { ...place, works: false })
    await expect
      .poll(() => {
        door.queue.ring(send('a'))
        return desk.begun(send('a'))
      })
      .toBeGreaterThan(0)
    expect(door.queue.health()).toEqual({ ready: true, detail: 'rings through Redis' })
    expect(worker.queue.health()).toEqual({ ready: true, detail: 'Bull on Redis' })
  })

  test('a ring is heard by one worker, and by none of another installation', async () => {
    const place = shared()
    const desk = createDesk({ hold: true })
    const workers = [openQueue(REDIS_URL, place), openQueue(REDIS_URL, place)]
    for (const { queue } of workers) await queue.start({ run: desk.run, due: nothingDue })
    const other = createDesk()
    const stranger = openQueue(REDIS_URL, shared())
    await stranger.queue.start({ run: other.run, due: nothingDue })
    const works = ['a', 'b', 'c', 'd'].map(send)
    for (const work of works) workers[0]?.queue.ring(work)
    // Two fit into each: only both together have room for all.
    await Promise.all(works.map((work) => desk.began(work)))
    for (const work of works) desk.finish(work)
    expect(works.map(desk.begun)).toEqual([1, 1, 1, 1])
    expect(works.map(other.begun)).toEqual([0, 0, 0, 0])
  })

  test('a worker takes no more rings than its lanes have room for; another takes the rest', async () => {
    const place = shared()
    const busy = createDesk({ hold: true })
    const first = openQueue(REDIS_URL, place)
    await first.queue.start({ run: busy.run, due: nothingDue })
    for (const work of [send('a'), send('b')]) {
      first.queue.ring(work)
      await busy.began(work)
    }
    first.queue.ring(send('c'))
    const free = createDesk()
    const second = openQueue(REDIS_URL, place)
    await second.queue.start({ run: free.run, due: nothingDue })
    await free.began(send('c'))
    for (const work of [send('a'), send('b')]) busy.finish(work)
  })
})

const withServer = await needs('redis-server')
withServer('a Redis that goes and comes', () => {
  const own = async (): Promise<OwnRedis> => {
    const redis = await newRedis()
    undoing.push(redis.remove)
    return redis
  }

  test('a ring that nobody listens for leaves nothing behind', async () => {
    const redis = await own()
    const desk = createDesk()
    const { queue } = openQueue(redis.url)
    await queue.start({ run: desk.run, due: nothingDue })
    queue.ring({ kind: 'send-notice', id: 'a' })
    queue.ring(send('a'))
    await desk.began(send('a'))
    expect(await redis.command('KEYS', '*send-notice*')).toEqual([])
    expect(await redis.command('KEYS', '*send-request*')).not.toEqual([])
  })

  test('stopped and started again: work goes on by the sweep, and rings are heard again', async () => {
    const redis = await own()
    const desk = createDesk()
    const due = [send('first')]
    const { queue, lines } = openQueue(redis.url, { sweepMs: 5 })
    await queue.start({ run: desk.run, due: async () => due.splice(0) })
    await desk.began(send('first'))
    await redis.kill()
    await expect.poll(() => queue.health()).toEqual({ ready: true, detail: 'Redis is away; work goes on by the sweep' })
    for (let i = 0; i < 5; i += 1) queue.ring(send('dropped'))
    due.push(send('found'))
    await desk.began(send('found'))
    await redis.start()
    await expect.poll(() => queue.health(), { timeout: 10_000 }).toEqual({ ready: true, detail: 'Bull on Redis' })
    await expect
      .poll(
        () => {
          queue.ring(parse('rung'))
          return desk.begun(parse('rung'))
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0)
    expect(desk.begun(send('dropped'))).toBe(0)
    expect(lines.map(([, text]) => text)).toEqual([expect.stringMatching(/^Redis is away \(.+\): /)])
  })

  test('emptied in the middle of work: what runs ends, and rings are heard again', async () => {
    const redis = await own()
    const desk = createDesk({ hold: true })
    const { queue, lines } = openQueue(redis.url)
    await queue.start({ run: desk.run, due: nothingDue })
    queue.ring(send('a'))
    await desk.began(send('a'))
    await redis.command('FLUSHALL')
    desk.finish(send('a'))
    queue.ring(send('b'))
    await desk.began(send('b'))
    desk.finish(send('b'))
    expect(lines).toEqual([])
  })

  test('not there at the start: the queue works by the sweep, says so once, and stops', async () => {
    const redis = await own()
    await redis.kill()
    const desk = createDesk()
    const { queue, lines } = openQueue(redis.url)
    await queue.start({ run: desk.run, due: async () => [send('old')] })
    await desk.began(send('old'))
    queue.ring(send('dropped'))
    expect(queue.health()).toEqual({ ready: true, detail: 'Redis is away; work goes on by the sweep' })
    await queue.stop()
    expect(lines).toHaveLength(1)
  })

  test('a stop in the middle of an outage ends, once what runs has ended', async () => {
    const redis = await own()
    const desk = createDesk({ hold: true })
    const { queue } = openQueue(redis.url)
    await queue.start({ run: desk.run, due: nothingDue })
    queue.ring(send('a'))
    await desk.began(send('a'))
    await redis.kill()
    const stopping = queue.stop()
    desk.finish(send('a'))
    await stopping
    expect(queue.health()).toEqual({ ready: false, detail: 'stopped' })
  })

  test('one that takes no commands is away, and back with the first that it takes', async () => {
    const redis = await own()
    const { queue, lines } = openQueue(redis.url, { works: false })
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    await expect
      .poll(() => {
        queue.ring(send('refused'))
        return queue.health().detail
      })
      .toBe('Redis is away; workers find new work by their sweep')
    expect(lines).toEqual([['warn', expect.stringContaining('OOM')]])
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    await expect
      .poll(() => {
        queue.ring(send('taken'))
        return queue.health().detail
      })
      .toBe('rings through Redis')
  })
})

test('a Redis that nobody runs holds up neither a start nor a stop, nor a process that only rings', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`
  const door = openQueue(url, { works: false })
  door.queue.ring(send('a'))
  await door.queue.stop()
  const worker = openQueue(url)
  await worker.queue.start({ run: async () => {}, due: nothingDue })
  await worker.queue.stop()
})
