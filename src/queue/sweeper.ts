import type { Log, Work } from '../ports.js'

export type Sweeper = {
  /** Ticks since a sweep last succeeded. */
  missed(): number
  /** Asks, and offers even what was offered before. */
  tick(): Promise<void>
  /** Asks at once if the last answer brought something new. */
  continue(): void
  stop(): Promise<void>
}

export const keyOf = (work: Work): string => `${work.kind}:${work.id}`

/** Asks `due` one question at a time and offers what is new since the last tick. */
export const createSweeper = (options: { due(): Promise<Work[]>; offer(work: Work): void; log: Log }): Sweeper => {
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
    missed: () => missed,
    tick: () => {
      missed += 1
      if (asking === null) seen.clear()
      return sweep()
    },
    continue: () => {
      if (more) void sweep()
    },
    stop: async () => {
      stopped = true
      await asking
    },
  }
}
