import type { Log, Queue, Work } from '../ports.js'
import { createLane, type Lane } from './lane.js'
import { performLogged } from './perform.js'

type Handlers = Parameters<Queue['start']>[0]

/**
 * A queue within this process, for an installation without Redis. Each kind of work has a lane of its own, `concurrency`
 * wide, so that a mail server that does not answer holds back no incoming mail and no deadline.
 *
 * `due` is asked at the start, every `sweepMs` milliseconds, and as soon as a lane has worked off what it had while the
 * last answer still brought something new. Work that `due` names again although it has just been run waits for the next
 * sweep, so that a row which nobody can finish does not spin.
 */
export const createInProcessQueue = (options: { concurrency: number; sweepMs: number; log: Log }): Queue => {
  const { concurrency, log } = options
  const early = new Map<string, Work>()
  let active: { lane(work: Work): Lane; missed(): number; stop(): Promise<void> } | null = null
  let stopped = false

  const start = async (handlers: Handlers): Promise<void> => {
    if (stopped) return
    const sweeper = createSweeper({ due: handlers.due, offer: (work) => laneOf(work).offer(work), log })
    const lanes = new Map<Work['kind'], Lane>()
    const laneOf = (work: Work): Lane => {
      const known = lanes.get(work.kind)
      if (known !== undefined) return known
      const lane: Lane = createLane({
        concurrency,
        run: (item) => performLogged(item, handlers.run, log),
        ended: () => lane.drained() && sweeper.continue(),
      })
      lanes.set(work.kind, lane)
      return lane
    }
    const timer = setInterval(sweeper.tick, options.sweepMs)
    active = {
      lane: laneOf,
      missed: sweeper.missed,
      stop: async () => {
        clearInterval(timer)
        await Promise.all([sweeper.stop(), ...[...lanes.values()].map((lane) => lane.stop())])
      },
    }
    for (const work of early.values()) laneOf(work).ring(work)
    early.clear()
    await sweeper.tick()
  }

  return {
    start,
    ring: (work) => {
      if (stopped) return
      if (active === null) early.set(keyOf(work), work)
      else active.lane(work).ring(work)
    },
    stop: async () => {
      stopped = true
      await active?.stop()
    },
    health: () => {
      if (stopped || active === null) return { ready: false, detail: stopped ? 'stopped' : 'not started' }
      const missed = active.missed()
      if (missed <= MISSED_SWEEPS) return { ready: true, detail: 'in process' }
      return { ready: false, detail: `the last ${missed} sweeps for due work did not end well; the log says why` }
    },
  }
}

/** So many sweeps may fail, or still wait for the database, before the queue is said to be out of order. */
const MISSED_SWEEPS = 5

const keyOf = (work: Work): string => `${work.kind}:${work.id}`

/** Asks `due` one question at a time and offers what is new since the last tick. */
const createSweeper = (options: { due(): Promise<Work[]>; offer(work: Work): void; log: Log }) => {
  const seen = new Set<string>()
  let asking: Promise<void> | null = null
  let more = false
  let stopped = false
  let missed = 0

  const ask = async (): Promise<void> => {
    more = false
    try {
      const found = await options.due()
      missed = 0
      const fresh = stopped ? [] : found.filter((work) => !seen.has(keyOf(work)))
      for (const work of fresh) {
        seen.add(keyOf(work))
        options.offer(work)
      }
      more = fresh.length > 0
    } catch (error) {
      options.log.warn({ err: error }, 'cannot ask the database for due work; asked again with the next sweep')
    }
  }
  const sweep = (): Promise<void> => {
    if (stopped) return Promise.resolve()
    asking ??= ask().finally(() => {
      asking = null
    })
    return asking
  }

  return {
    /** Ticks since a sweep last succeeded. */
    missed: (): number => missed,
    tick: (): Promise<void> => {
      missed += 1
      if (asking === null) seen.clear()
      return sweep()
    },
    continue: (): void => {
      if (more) void sweep()
    },
    stop: async (): Promise<void> => {
      stopped = true
      await asking
    },
  }
}
