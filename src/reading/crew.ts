import { Fault } from '../core/errors.js'
import { createPlaces } from './places.js'
import {
  brokenFault,
  closedFault,
  createThreads,
  type Loss,
  type Parcel,
  type ThreadLimits,
  type Threads,
  type Warn,
} from './threads.js'

export type Done<Result> = { kind: 'done'; result: Result } | { kind: 'lost'; losses: readonly Loss[] }

export type Crew<Task, Result> = {
  /**
   * Runs a task in a thread, and once more in a fresh one where that was lost: a thread that has read many mails may have
   * too little memory left for an honest one. `pack` is called for each try; `about` is for the log.
   *
   * @throws Fault where no thread can be had: `reader-closed`, `reader-broken`
   */
  run(pack: () => Parcel<Task>, about: object): Promise<Done<Result>>
  /** Ends every thread, busy or not. */
  close(): Promise<void>
}

/** Threads that start with the first task, as many tasks at a time as there are threads, and a second try for each. */
export const createCrew = <Task, Result>(options: {
  file: string
  count: number
  limits: ThreadLimits
  log: Warn
}): Crew<Task, Result> => {
  const { file, count, log } = options
  const places = createPlaces(count)
  const open = new Set<Threads<Task, Result>>()
  let shared: Threads<Task, Result> | null = null
  let closed = false

  const start = (threads: number): Threads<Task, Result> => {
    if (closed) throw closedFault()
    try {
      const started = createThreads<Task, Result>({ ...options, count: threads })
      open.add(started)
      return started
    } catch (error) {
      throw brokenFault(file, error)
    }
  }
  const runFresh: Threads<Task, Result>['run'] = async (parcel) => {
    const fresh = start(1)
    try {
      return await fresh.run(parcel)
    } finally {
      open.delete(fresh)
      await fresh.close()
    }
  }

  return {
    run: async (pack, about) => {
      const give = await places.take()
      try {
        shared ??= start(count)
        const first = await shared.run(pack())
        if (first.kind === 'done') return first
        log.warn(
          { ...about, ...first.loss },
          'a mail cost a thread, or failed in it; it is tried once more in a fresh one',
        )
        const second = await runFresh(pack())
        if (second.kind === 'done') return second
        log.warn({ ...about, ...second.loss }, 'the same mail in a fresh thread: again without a result')
        return { kind: 'lost', losses: [first.loss, second.loss] }
      } catch (error) {
        throw error instanceof Fault ? error : brokenFault(file, error)
      } finally {
        give()
      }
    },
    close: async () => {
      closed = true
      places.close(closedFault())
      await Promise.all([...open].map((threads) => threads.close()))
    },
  }
}
