import type { Work } from '../ports.js'

export type Lane = {
  /** Makes the work run, once more if it is running now; several calls before it starts are one. */
  ring(work: Work): void
  /** As `ring`, but work that waits or runs already is left alone. */
  offer(work: Work): void
  /** Nothing waits. */
  drained(): boolean
  /** Forgets what waits, takes nothing more, and resolves when what runs has ended. */
  stop(): Promise<void>
}

/**
 * Work of one kind, at most `concurrency` at a time and each id never twice at a time. `run` must not reject; `ended` is
 * called after each.
 */
export const createLane = (options: { concurrency: number; run(work: Work): Promise<void>; ended(): void }): Lane => {
  const waiting = new Map<string, Work>()
  const running = new Map<string, Promise<void>>()
  const again = new Set<string>()
  let stopped = false

  const pump = (): void => {
    for (const [id, work] of waiting) {
      if (running.size >= options.concurrency) return
      waiting.delete(id)
      running.set(id, perform(work))
    }
  }

  const perform = async (work: Work): Promise<void> => {
    await null // whoever rings goes on before the work begins
    await options.run(work)
    running.delete(work.id)
    if (again.delete(work.id)) waiting.set(work.id, work)
    if (stopped) return
    pump()
    options.ended()
  }

  return {
    ring: (work) => {
      if (stopped) return
      if (running.has(work.id)) again.add(work.id)
      else waiting.set(work.id, work)
      pump()
    },
    offer: (work) => {
      if (stopped || running.has(work.id)) return
      waiting.set(work.id, work)
      pump()
    },
    drained: () => waiting.size === 0,
    stop: async () => {
      stopped = true
      waiting.clear()
      await Promise.all(running.values())
    },
  }
}
