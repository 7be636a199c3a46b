import type { NewAction } from '../core/action-log.js'
import type { Deps } from './deps.js'
import { type LogVerdict, verifyLog } from './verify-log.js'

/** The alarm about a log that does not hold. */
export const BROKEN_LOG = 'log-broken'

/**
 * Verifies the log, and keeps when that was, who did it and what came of it. That it does not hold is told once, and once
 * that it does again. What was written until then is not lost by telling it: the entry comes after it.
 */
export const checkLog = async (deps: Deps, actor: string): Promise<LogVerdict> => {
  const { store, clock, log } = deps
  const verdict = await verifyLog(deps)
  const at = clock.now()
  const broken = verdict.whole ? null : { at: verdict.brokenAt, reason: verdict.reason }
  const told = await store.transaction(async (tables) => {
    const row = (await tables.upkeep.list()).find(({ task }) => task === 'verify-log')
    if (row !== undefined && verdict.whole) await tables.upkeep.move(row, { ...row, doneAt: at })
    await tables.verifications.save({ at, by: actor, entries: verdict.entries, broken })
    const text = verdict.whole ? '' : `the action log does not hold: ${brokenWords(verdict)}`
    const isNews = await (verdict.whole
      ? tables.alarms.clear(BROKEN_LOG)
      : tables.alarms.raise({ about: BROKEN_LOG, level: 'error', text, at }))
    const entry = entryOf(verdict, isNews)
    if (entry !== null) await tables.actions.append([{ ...entry, at, actor, data: { ...verdict } }])
    return isNews ? (entry?.text ?? null) : null
  })
  if (told !== null) log[verdict.whole ? 'info' : 'error']({ ...verdict }, told)
  return verdict
}

type Told = Pick<NewAction, 'level' | 'event' | 'text'>

/** Whoever verifies a whole log is in it; one that stays broken does not grow by saying so. */
const entryOf = (verdict: LogVerdict, isNews: boolean): Told | null => {
  if (!verdict.whole)
    return isNews
      ? { level: 'error', event: 'log.broken', text: `the action log does not hold: ${brokenWords(verdict)}` }
      : null
  if (isNews) return { level: 'info', event: 'log.whole', text: 'the action log holds again' }
  const text = `the action log was verified: all of its ${verdict.entries} entries hold`
  return { level: 'info', event: 'log.verified', text }
}

/** Where it is broken, in a clause. */
export const brokenWords = ({ brokenAt, reason }: LogVerdict & { whole: false }): string =>
  brokenAt === null ? reason : `entry ${brokenAt}: ${reason}`
