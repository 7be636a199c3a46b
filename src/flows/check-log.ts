import type { Deps } from './deps.js'
import { type LogVerdict, verifyLog } from './verify-log.js'

/** The alarm about a log that does not hold. */
export const BROKEN_LOG = 'log-broken'

/**
 * Verifies the log, and keeps when that was and whether it held: told once when it does not, and once when it does again.
 * What was written until then is not lost by telling it: the entry comes after it.
 */
export const checkLog = async (deps: Deps, actor: string): Promise<LogVerdict> => {
  const { store, clock, log } = deps
  const verdict = await verifyLog(deps)
  const at = clock.now()
  const text = verdict.whole ? 'the action log holds again' : `the action log does not hold: ${brokenWords(verdict)}`
  const told = await store.transaction(async (tables) => {
    const row = (await tables.upkeep.list()).find(({ task }) => task === 'verify-log')
    if (row !== undefined && verdict.whole) await tables.upkeep.move(row, { ...row, doneAt: at })
    const isNews = await (verdict.whole
      ? tables.alarms.clear(BROKEN_LOG)
      : tables.alarms.raise({ about: BROKEN_LOG, level: 'error', text, at }))
    if (!isNews) return false
    const [level, event] = verdict.whole ? (['info', 'log.whole'] as const) : (['error', 'log.broken'] as const)
    await tables.actions.append([{ at, level, actor, event, text, data: { ...verdict } }])
    return true
  })
  if (told) log[verdict.whole ? 'info' : 'error']({ ...verdict }, text)
  return verdict
}

/** Where it is broken, in a clause. */
export const brokenWords = ({ brokenAt, reason }: LogVerdict & { whole: false }): string =>
  brokenAt === null ? reason : `entry ${brokenAt}: ${reason}`
