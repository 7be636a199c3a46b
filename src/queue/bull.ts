import type { Queue } from '../ports.js'
import { createBell } from './bell.js'
import { createLanes, type LaneOptions, type Lanes } from './lanes.js'
import { within } from './redis.js'

export type BullQueueOptions = LaneOptions & {
  /** `redis://` or `rediss://`. */
  url: string
  /** Begins the name of every key in Redis: the same for all processes of an installation, and for no other. */
  prefix: string
  /** False for a process that only rings, and never starts. */
  works: boolean
}

/** How long a start waits to hear whether Redis is there. Milliseconds. */
const GREETING_MS = 2_000

/**
 * A queue of many processes: a ring goes through Redis to any of them that works, and its lanes do the work. The sweep of
 * each finds in the database what is due, so nothing depends on Redis but how soon work begins: stopped, emptied or
 * restarted, it can lose rings and nothing else.
 *
 * Bull gives a process no more rings than its lanes have room for; the rest wait in Redis for another.
 */
export const createBullQueue = ({ url, prefix, works, ...options }: BullQueueOptions): Queue => {
  const bell = createBell({ url, prefix, log: options.log })
  let lanes: Lanes | null = null
  let stopping: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    bell.deafen()
    await lanes?.stop()
    await bell.close()
  }

  return {
    start: async (handlers) => {
      if (stopping !== null) return
      const made = createLanes(options, handlers)
      lanes = made
      bell.listen(options.concurrency, made.ring)
      await Promise.all([made.sweep(), within(GREETING_MS, bell.tried)])
    },
    ring: bell.ring,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
    health: () => {
      if (stopping !== null) return { ready: false, detail: 'stopped' }
      if (!works) return { ready: true, detail: bell.away() ? DEAF : 'rings through Redis' }
      if (lanes === null) return { ready: false, detail: 'not started' }
      return lanes.health(bell.away() ? SWEEPING : 'Bull on Redis')
    },
  }
}

/** Nothing is held up for long, so the process stays in service. */
const SWEEPING = 'Redis is away; work goes on by the sweep'
const DEAF = 'Redis is away; workers find new work by their sweep'
