import type { Log, Queue, Work } from '../ports.js'
import { createLane, type Lane } from './lane.js'
import { performLogged } from './perform.js'
import { createSweeper } from './sweeper.js'

export type Handlers = Parameters<Queue['start']>[0]
/** How much work of a kind is under way at once. */
export type Concurrency = number | ((kind: Work['kind']) => number)

export type LaneOptions = { concurrency: Concurrency; sweepMs: number; log: Log }

export const widthOf = (concurrency: Concurrency, kind: Work['kind']): number =>
  typeof concurrency === 'number' ? concurrency : concurrency(kind)

/** Where the work of this process is done. */
export type Lanes = {
  /** As `Lane.ring`, in the lane of its kind; after the stop nothing happens. */
  ring(work: Work): Promise<void>
  /** Asks `due` for the first time, and every `sweepMs` from then on. */
  sweep(): Promise<void>
  /** How the sweeps do; `well` is the detail while they do well. */
  health(well: string): ReturnType<Queue['health']>
  stop(): Promise<void>
}

/** So many sweeps may fail, or still wait for the database, before the queue is said to be out of order. */
const MISSED_SWEEPS = 5

/**
 * Each kind of work has a lane of its own, `concurrency` wide, so that a mail server that does not answer holds back no
 * incoming mail and no deadline.
 *
 * `due` is asked at the start, every `sweepMs` milliseconds, and as soon as a lane has worked off what it had while the
 * last answer still brought something new. Work that `due` names again although it has just been run waits for the next
 * sweep, so that a row which nobody can finish does not spin.
 */
export const createLanes = ({ concurrency, sweepMs, log }: LaneOptions, { run, due }: Handlers): Lanes => {
  const sweeper = createSweeper({ due, offer: (work) => laneOf(work).offer(work), log })
  const lanes = new Map<Work['kind'], Lane>()
  const laneOf = (work: Work): Lane => {
    const known = lanes.get(work.kind)
    if (known !== undefined) return known
    const lane: Lane = createLane({
      concurrency: widthOf(concurrency, work.kind),
      run: (item) => performLogged(item, run, log),
      ended: () => lane.drained() && sweeper.continue(),
    })
    lanes.set(work.kind, lane)
    return lane
  }
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  return {
    ring: async (work) => {
      if (!stopped) await laneOf(work).ring(work)
    },
    sweep: () => {
      timer = setInterval(sweeper.tick, sweepMs)
      return sweeper.tick()
    },
    health: (well) => {
      const missed = sweeper.missed()
      if (missed <= MISSED_SWEEPS) return { ready: true, detail: well }
      return { ready: false, detail: `the last ${missed} sweeps for due work did not end well; the log says why` }
    },
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await Promise.all([sweeper.stop(), ...[...lanes.values()].map((lane) => lane.stop())])
    },
  }
}
