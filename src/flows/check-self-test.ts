import type { NewAction } from '../core/action-log.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

/** How long the mail to ourselves may take. */
export const SELF_TEST_WAIT_MS = 60 * 60_000

/** The alarm about replies that may not reach us. */
const ABOUT = 'self-test'

/** Nothing is waited for. */
const NEVER = new Date('9999-12-31T00:00:00.000Z')

/** Tells, once until one comes in again, that the daily mail to ourselves did not. */
export const checkSelfTest = async (deps: Deps): Promise<void> => {
  const at = deps.clock.now()
  const text =
    'the daily mail to ourselves did not come in within an hour: replies of registries may be lost on the same way. `sealpost connection test` tells how far a mail comes; look at the MX record, at the server before the gateway and at SEALPOST_SMTP'
  const told = await deps.store.transaction(async (tables) => {
    const row = (await tables.upkeep.list()).find(({ task }) => task === 'check-self-test')
    if (row === undefined || row.dueAt > at) return false
    if (!(await tables.upkeep.move(row, { ...row, dueAt: NEVER }))) return false
    if (!(await tables.alarms.raise({ about: ABOUT, level: 'error', text, at }))) return false
    await tables.actions.append([{ at, level: 'error', actor: 'system', event: 'self-test.failed', text }])
    return true
  })
  if (told) deps.log.error({}, text)
}

/** Notes that a test mail came in: where it is the one that is waited for, however late, the way is good. */
export const noteSelfTest = async (tables: Tables, token: string, at: Date): Promise<NewAction[]> => {
  const row = (await tables.upkeep.list()).find(({ task }) => task === 'check-self-test')
  if (row === undefined || row.plan !== token) return []
  if (!(await tables.upkeep.move(row, { dueAt: NEVER, plan: null, doneAt: at }))) return []
  if (!(await tables.alarms.clear(ABOUT))) return []
  const text = 'the daily mail to ourselves comes in again: the way of replies is open (resolved)'
  return [{ at, level: 'info', actor: 'system', event: 'self-test.resolved', text }]
}
