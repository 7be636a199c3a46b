import type { Queue, Work } from '../ports.js'
import { createLanes, type LaneOptions, type Lanes } from './lanes.js'
import { keyOf } from './sweeper.js'

/** A queue within this process, for an installation without Redis. What is rung before it starts is kept. */
export const createInProcessQueue = (options: LaneOptions): Queue => {
  const early = new Map<string, Work>()
  let lanes: Lanes | null = null
  let stopped = false

  return {
    start: async (handlers) => {
      if (stopped) return
      const made = createLanes(options, handlers)
      lanes = made
      for (const work of early.values()) void made.ring(work)
      early.clear()
      await made.sweep()
    },
    ring: (work) => {
      if (stopped) return
      if (lanes === null) early.set(keyOf(work), work)
      else void lanes.ring(work)
    },
    stop: async () => {
      stopped = true
      await lanes?.stop()
    },
    health: () => {
      if (stopped || lanes === null) return { ready: false, detail: stopped ? 'stopped' : 'not started' }
      return lanes.health('in process')
    },
  }
}
