import { existsSync } from 'node:fs'
import { MessageChannel, receiveMessageOnPort, type Transferable } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { Fault, messageOf } from '../core/errors.js'
import type { Begun } from './reader.js'

/** Of one try: time from its begin, and V8's heap of its thread; and how long a thread may take to get ready. */
export type ThreadLimits = { workMs: number; heapMb: number; readyMs: number }

/** What is known of a thread that was lost is for the operator, not for whoever sent the mail. */
export type Warn = { warn(fields: object, text: string): void }

/** Why a try has no result: it ran over a limit, or ended its thread, or threw. `detail` is the limit, or what was thrown. */
export type Loss = { cause: 'time' | 'memory' | 'failure'; detail: string }

export type Try<Result> = { kind: 'done'; result: Result } | { kind: 'lost'; loss: Loss }

/** What crosses to a thread: plain data, and what of it moves instead of being copied. */
export type Parcel<Task> = { task: Task; transfer: readonly Transferable[] }

export type Threads<Task, Result> = {
  /** @throws Fault `reader-closed`, `reader-broken` */
  run(parcel: Parcel<Task>): Promise<Try<Result>>
  close(): Promise<void>
}

/** How long a thread more than one stays without work. Milliseconds. */
const IDLE_MS = 30_000
/** The young generation of V8's heap comes on top of the limit for the old one. */
const YOUNG_MB = 32
const STACK_MB = 4

/**
 * Threads that all run one file, which exports the promise of its handler as `handle`. One that runs over a limit is ended
 * and replaced; the others do not notice. Do not run more tasks at a time than there are threads.
 */
export const createThreads = <Task, Result>(options: {
  file: string
  count: number
  limits: ThreadLimits
  log: Warn
}): Threads<Task, Result> => {
  const { file, count, limits, log } = options
  const notBegun = new Set<(error: unknown) => void>()
  let closed = false
  const pool = new Piscina<Begun<Task>, Result>({
    ...{ filename: file, name: 'handle', minThreads: 1, maxThreads: count, idleTimeout: IDLE_MS, recordTiming: false },
    env: {}, // no secret of the environment is any business of a mail
    resourceLimits: {
      maxOldGenerationSizeMb: limits.heapMb,
      maxYoungGenerationSizeMb: YOUNG_MB,
      stackSizeMb: STACK_MB,
    },
  })
  pool.on('error', (error: unknown) => {
    log.warn({ err: error, file }, `a thread ended that had no task: ${messageOf(error)}`)
    // It could not get ready, most likely, and then nobody may ever take up those who wait for it.
    for (const fail of [...notBegun]) fail(error)
  })

  const run = async ({ task, transfer }: Parcel<Task>): Promise<Try<Result>> => {
    if (closed) throw closedFault()
    const { port1: listener, port2: begun } = new MessageChannel()
    const abort = new AbortController()
    let failure: unknown
    const fail = (error: unknown): void => {
      failure = error
      abort.abort()
    }
    const clock = startClock(limits, fail)
    notBegun.add(fail)
    listener.once('message', () => {
      notBegun.delete(fail)
      clock.begin()
    })
    try {
      const settings = { signal: abort.signal, transferList: [begun, ...transfer] }
      return { kind: 'done', result: await pool.run({ task, begun }, settings) }
    } catch (error) {
      if (closed) throw closedFault()
      // The thread may have ended faster than its message was heard.
      const hasBegun = clock.hasBegun() || receiveMessageOnPort(listener) !== undefined
      if (!hasBegun) throw brokenFault(file, failure ?? error)
      return { kind: 'lost', loss: lossOf(error, abort.signal.aborted, limits) }
    } finally {
      clock.stop()
      notBegun.delete(fail)
      listener.close()
    }
  }

  return {
    run,
    close: () => {
      closed = true
      return pool.destroy()
    },
  }
}

/** Two limits, one after the other: until the thread begins, which its load and ours decide, and for the work itself. */
const startClock = ({ readyMs, workMs }: ThreadLimits, end: (error: Error) => void) => {
  let hasBegun = false
  let stopped = false
  // Where this thread was held up, the result may have come together with the alarm: it is taken first.
  const alarm = (ms: number) =>
    setTimeout(() => setImmediate(() => stopped || end(new Error(`it took more than ${ms / 1_000} s`))), ms)
  let timer = alarm(readyMs)
  return {
    hasBegun: () => hasBegun,
    begin: (): void => {
      if (stopped) return
      hasBegun = true
      clearTimeout(timer)
      timer = alarm(workMs)
    },
    stop: (): void => {
      stopped = true
      clearTimeout(timer)
    },
  }
}

const lossOf = (error: unknown, overran: boolean, { workMs, heapMb }: ThreadLimits): Loss => {
  if (overran) return { cause: 'time', detail: `more than ${workMs / 1_000} s` }
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return { cause: 'memory', detail: `more than ${heapMb} MB of memory` }
  return { cause: 'failure', detail: messageOf(error) }
}

export const closedFault = (): Fault =>
  new Fault('reader-closed', 'the gateway stops; the mail is read when it runs again', { temporary: true })

/** A file that is not there stays away until somebody puts it there; a thread without memory or time may have some later. */
export const brokenFault = (file: string, cause: unknown): Fault =>
  existsSync(file)
    ? new Fault('reader-broken', `no thread got ready to read the mail: ${messageOf(cause)}`, {
        temporary: true,
        cause,
      })
    : new Fault('reader-broken', `${file} is missing, and no mail is read without it; install the package again`, {
        temporary: false,
        cause,
      })
