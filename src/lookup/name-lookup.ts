import type { LookupVerdict, NameLookup } from '../ports.js'
import { type Ending, runProgram } from './run-program.js'
import { findScript } from './script-path.js'

export type NameLookupOptions = {
  /** `SEALPOST_SCRIPTS`; null where there is none. */
  root: string | null
  /** How long a script may take. Milliseconds. */
  timeLimitMs?: number
  /** How many run at once; the others wait, as long as a script may take. */
  most?: number
}

const TIME_LIMIT_MS = 10_000
const MOST_AT_ONCE = 8

/**
 * Asks an operator's script whether a name is in use: `0` on standard output says that it is available, `1` that it is
 * taken, with or without a line end, and exit code 0. Whatever else happens is no answer.
 */
export const createNameLookup = (options: NameLookupOptions): NameLookup => {
  const { root, timeLimitMs = TIME_LIMIT_MS, most = MOST_AT_ONCE } = options
  const takeSeat = createSeats(most, timeLimitMs)
  return {
    problemOf: async (script) => {
      const found = await findScript(root, script)
      return found.ok ? null : found.problem
    },
    ask: async (script, name) => {
      const found = await findScript(root, script)
      if (!found.ok) return { kind: 'failed', reason: `it ${found.problem}`, tookMs: 0 }
      const leave = await takeSeat()
      if (leave === null) return { kind: 'failed', reason: `${most} others were still running`, tookMs: timeLimitMs }
      const started = performance.now()
      const ending = await runProgram(found.file, name, { timeLimitMs }).finally(leave)
      return { ...verdictOf(ending), tookMs: Math.round(performance.now() - started) }
    },
  }
}

const verdictOf = (
  ending: Ending,
): Omit<LookupVerdict & { kind: 'failed' }, 'tookMs'> | { kind: 'available' | 'taken' } => {
  if (ending.kind === 'failed') return ending
  if (ending.code !== 0) return { kind: 'failed', reason: `it ended with the exit code ${ending.code}` }
  const answer = ending.output.replace(/\r?\n$/, '')
  if (answer === '0') return { kind: 'available' }
  if (answer === '1') return { kind: 'taken' }
  const shown = JSON.stringify(answer.length > 40 ? `${answer.slice(0, 40)}…` : answer)
  return { kind: 'failed', reason: `it wrote ${shown}, which is neither 0 nor 1` }
}

/** A function that waits for a free seat and resolves to what gives it back; to null where none was free in time. */
const createSeats = (most: number, waitMs: number) => {
  let taken = 0
  const waiting: (() => void)[] = []
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) taken--
    else next()
  }
  return async (): Promise<(() => void) | null> => {
    if (taken < most) {
      taken++
      return leave
    }
    return new Promise((resolve) => {
      const sit = (): void => {
        clearTimeout(timer)
        resolve(leave)
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(sit), 1)
        resolve(null)
      }, waitMs)
      waiting.push(sit)
    })
  }
}
