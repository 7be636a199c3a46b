import { afterEach, describe, expect, test } from 'vitest'
import { Fault } from '../../src/core/errors.js'
import type { Log, Queue, Work } from '../../src/ports.js'

export type QueueOptions = { concurrency: number; sweepMs: number; log: Log }
/** Makes an empty queue of its own; `close` removes what `stop` leaves behind. */
export type QueueFactory = (options: QueueOptions) => Promise<{ queue: Queue; close(): Promise<void> }>

/** A sweep that no test waits for. */
const NEVER_MS = 3_600_000

/** What every queue promises, whoever keeps it (`Queue` in src/ports.ts). */
export const queueContract = (title: string, factory: QueueFactory): void => {
  describe(title, () => {
    const opened: { queue: Queue; close(): Promise<void> }[] = []
    const open = async (options: Partial<QueueOptions> = {}): Promise<Queue> => {
      const made = await factory({ concurrency: 2, sweepMs: NEVER_MS, log: silentLog().log, ...options })
      opened.push(made)
      return made.queue
    }
    afterEach(async () => {
      for (const { queue, close } of opened.splice(0)) {
        await queue.stop()
        await close()
      }
    })

    test('runs what is rung, each kind with its own id', async () => {
      const queue = await open()
      const desk = createDesk()
      await queue.start({ run: desk.run, due: nothingDue })
      queue.ring(send('a'))
      queue.ring(parse('a'))
      await desk.began(send('a'))
      await desk.began(parse('a'))
    })

    test('never runs one key twice at a time; rings meanwhile make it run exactly once more', async () => {
      const queue = await open({ concurrency: 4 })
      const desk = createDesk({ hold: true })
      await queue.start({ run: desk.run, due: nothingDue })
      queue.ring(send('a'))
      await desk.began(send('a'))
      for (let i = 0; i < 5; i += 1) queue.ring(send('a'))
      queue.ring(send('marker'))
      await desk.began(send('marker'))
      expect(desk.begun(send('a'))).toBe(1)
      desk.finish(send('a'))
      await desk.began(send('a'), 2)
      desk.finish(send('a'))
      desk.finish(send('marker'))
      queue.ring(send('last'))
      await desk.began(send('last'))
      expect(desk.begun(send('a'))).toBe(2)
      expect(desk.mostAtOnce(send('a'))).toBe(1)
      desk.finish(send('last'))
    })

    test('runs at most as many of one kind at a time as it may, and all of them', async () => {
      const queue = await open({ concurrency: 2 })
      const desk = createDesk()
      await queue.start({ run: desk.run, due: nothingDue })
      const works = Array.from({ length: 20 }, (_, n) => send(String(n)))
      for (const work of works) queue.ring(work)
      await Promise.all(works.map((work) => desk.began(work)))
      expect(desk.mostAtOnceOfKind('send-request')).toBe(2)
    })

    test('a kind whose work hangs holds back no other kind', async () => {
      const queue = await open({ concurrency: 1 })
      const desk = createDesk({ hold: true })
      await queue.start({ run: desk.run, due: nothingDue })
      queue.ring(send('hangs'))
      queue.ring(send('waits'))
      await desk.began(send('hangs'))
      queue.ring(parse('mail'))
      await desk.began(parse('mail'))
      expect(desk.begun(send('waits'))).toBe(0)
      for (const work of [send('hangs'), parse('mail'), send('waits')]) {
        await desk.began(work)
        desk.finish(work)
      }
    })

    test('is ready from its start to its stop', async () => {
      const queue = await open()
      expect(queue.health()).toMatchObject({ ready: false, detail: expect.stringMatching(/not started/) })
      await queue.start({ run: async () => {}, due: nothingDue })
      expect(queue.health()).toMatchObject({ ready: true })
      await queue.stop()
      expect(queue.health()).toMatchObject({ ready: false, detail: expect.stringMatching(/stopped/) })
    })

    test.each([
      ['fail', () => Promise.reject(new Error('the database is away'))],
      ['do not end', () => new Promise<never>(() => {})],
    ])('is not ready while its sweeps %s, and ready again after one that succeeds', async (_, broken) => {
      const queue = await open({ sweepMs: 5 })
      let due: () => Promise<Work[]> = nothingDue
      await queue.start({ run: async () => {}, due: () => due() })
      let mend = (): void => {}
      due = () =>
        Promise.race([
          broken(),
          new Promise<Work[]>((resolve) => {
            mend = () => resolve([])
          }),
        ])
      try {
        await expect.poll(() => queue.health()).toMatchObject({ ready: false, detail: expect.stringMatching(/sweeps/) })
      } finally {
        due = nothingDue
        mend()
      }
      await expect.poll(() => queue.health()).toMatchObject({ ready: true })
    })

    test('finds what was due before it started', async () => {
      const queue = await open()
      const desk = createDesk()
      await queue.start({ run: desk.run, due: async () => [send('old')] })
      await desk.began(send('old'))
    })

    test('finds with a later sweep what nobody rang for', async () => {
      const queue = await open({ sweepMs: 5 })
      const desk = createDesk()
      let asked = 0
      await queue.start({ run: desk.run, due: async () => (++asked >= 3 ? [send('lost ring')] : []) })
      await desk.began(send('lost ring'))
    })

    test('asks again when a batch is done and more is due, without waiting for the sweep', async () => {
      const queue = await open()
      const desk = createDesk()
      const rows = Array.from({ length: 25 }, (_, n) => parse(String(n)))
      const left = new Set(rows)
      await queue.start({
        run: async (work) => {
          await desk.run(work)
          for (const row of left) if (row.id === work.id) left.delete(row)
        },
        due: async () => [...left].slice(0, 4),
      })
      await Promise.all(rows.map((row) => desk.began(row)))
      for (const row of rows) expect(desk.begun(row)).toBe(1)
    })

    test('logs what work throws, temporary faults as a warning, and goes on', async () => {
      const { log, lines } = silentLog()
      const queue = await open({ concurrency: 1, log })
      const desk = createDesk()
      await queue.start({
        run: async (work) => {
          if (work.id === 'down') throw new Fault('store', 'the database is away', { temporary: true })
          if (work.id === 'defect') throw new TypeError('no such thing')
          await desk.run(work)
        },
        due: nothingDue,
      })
      for (const id of ['down', 'defect', 'fine']) queue.ring(send(id))
      await desk.began(send('fine'))
      expect(lines).toEqual([
        ['warn', expect.stringContaining('the database is away')],
        ['error', expect.stringContaining('no such thing')],
      ])
    })

    test('goes on when due work cannot be asked for', async () => {
      const { log, lines } = silentLog()
      const queue = await open({ sweepMs: 5, log })
      const desk = createDesk()
      let asked = 0
      await queue.start({
        run: desk.run,
        due: async () => {
          if (++asked === 1) throw new Error('the database is away')
          return [send('later')]
        },
      })
      await desk.began(send('later'))
      expect(lines[0]).toEqual(['warn', expect.stringContaining('due')])
    })

    test('stop waits for what runs, starts nothing more and takes no rings', async () => {
      const queue = await open({ concurrency: 1 })
      const desk = createDesk({ hold: true })
      await queue.start({ run: desk.run, due: nothingDue })
      queue.ring(send('runs'))
      queue.ring(send('waits'))
      await desk.began(send('runs'))
      let stopped = false
      const stopping = queue.stop().then(() => {
        stopped = true
      })
      queue.ring(parse('late'))
      await nextTurn()
      expect(stopped).toBe(false)
      desk.finish(send('runs'))
      await stopping
      await nextTurn()
      expect(desk.begun(send('waits'))).toBe(0)
      expect(desk.begun(parse('late'))).toBe(0)
    })
  })
}

export const send = (id: string): Work => ({ kind: 'send-request', id })
export const parse = (id: string): Work => ({ kind: 'process-mail', id })
export const nothingDue = async (): Promise<Work[]> => []

export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A log that keeps warnings and errors. */
export const silentLog = (): { log: Log; lines: ['warn' | 'error', string][] } => {
  const lines: ['warn' | 'error', string][] = []
  const keep = (level: 'warn' | 'error') => (_fields: object, message: string) => {
    lines.push([level, message])
  }
  return { lines, log: { debug: () => {}, info: () => {}, warn: keep('warn'), error: keep('error') } }
}

/** Where the work of a test arrives: counts beginnings and, with `hold`, keeps each open until `finish`. */
export const createDesk = (options: { hold?: boolean } = {}) => {
  const begun = new Map<string, number>()
  const open = new Map<string, (() => void)[]>()
  const most = new Map<string, number>()
  const mostOfKind = new Map<string, number>()
  const watchers: { key: string; count: number; resolve(): void }[] = []
  const key = (work: Work): string => `${work.kind}:${work.id}`
  const raise = (map: Map<string, number>, name: string, value: number): void => {
    map.set(name, Math.max(map.get(name) ?? 0, value))
  }

  const run = async (work: Work): Promise<void> => {
    const count = (begun.get(key(work)) ?? 0) + 1
    begun.set(key(work), count)
    const done = new Promise<void>((resolve) => {
      open.set(key(work), [...(open.get(key(work)) ?? []), resolve])
    })
    raise(most, key(work), open.get(key(work))?.length ?? 0)
    const ofKind = [...open].filter(([name]) => name.startsWith(`${work.kind}:`))
    raise(mostOfKind, work.kind, ofKind.flatMap(([, list]) => list).length)
    for (const watcher of watchers) if (watcher.key === key(work) && watcher.count <= count) watcher.resolve()
    if (options.hold === true) await done
    else {
      await nextTurn()
      finish(work)
    }
  }
  const finish = (work: Work): void => {
    const [first, ...rest] = open.get(key(work)) ?? []
    open.set(key(work), rest)
    first?.()
  }

  return {
    run,
    finish,
    begun: (work: Work): number => begun.get(key(work)) ?? 0,
    mostAtOnce: (work: Work): number => most.get(key(work)) ?? 0,
    mostAtOnceOfKind: (kind: Work['kind']): number => mostOfKind.get(kind) ?? 0,
    /** Resolves when the work has begun that many times. */
    began: (work: Work, count = 1): Promise<void> =>
      new Promise((resolve) => {
        if ((begun.get(key(work)) ?? 0) >= count) resolve()
        else watchers.push({ key: key(work), count, resolve })
      }),
  }
}
