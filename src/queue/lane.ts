import type { Work } from '../ports.js'

export type Lane = {
  /**
   * Makes the work run; several calls before it starts are one. Resolves when it has run, or will not run any more; where
   * it runs already it runs once more afterwards, and that is not waited for.
   */
  ring(work: Work): Promise<void>
  /** As `ring`, but work that waits or runs already is left alone, and nobody waits. */
  offer(work: Work): void
  /** Nothing waits. */
  drained(): boolean
  /** Forgets what waits, takes nothing more, and resolves when what runs has ended. */
  stop(): Promise<void>
}

type Waiting = { work: Work; ended: Promise<void>; end(): void }

/**
 * Work of one kind, at most `concurrency` at a time and each id never twice at a time. `run` must not reject; `ended` is
 * called after each.
 */
export const createLane = (options: { concurrency: number; run(work: Work): Promise<void>; ended(): void }): Lane => {
  const waiting = new Map<string, Waiting>()
  const running = new Map<string, Promise<void>>()
  const again = new Set<string>()
  let stopped = false

  const wait = (work: Work): Promise<void> => {
    const entry = waiting.get(work.id) ?? entryOf(work)
    waiting.set(work.id, entry)
    pump()
    return entry.ended
  }

  const pump = (): void => {
    for (const [id, entry] of waiting) {
      if (running.size >= options.concurrency) return
      waiting.delete(id)
      running.set(id, perform(entry))
    }
  }

  const perform = async ({ work, end }: Waiting): Promise<void> => {
    await null // whoever rings goes on before the work begins
    await options.run(work)
    running.delete(work.id)
    end()
    if (again.delete(work.id) && !stopped) waiting.set(work.id, entryOf(work))
    if (stopped) return
    pump()
    options.ended()
  }

  return {
    ring: async (work) => {
      if (stopped) return
      if (running.has(work.id)) again.add(work.id)
      else await wait(work)
    },
    offer: (work) => {
      if (!stopped && !running.has(work.id)) void wait(work)
    },
    drained: () => waiting.size === 0,
    stop: async () => {
      stopped = true
      for (const { end } of waiting.values()) end()
      waiting.clear()
      await Promise.all(running.values())
    },
  }
}

const entryOf = (work: Work): Waiting => {
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { work, ended, end }
}
