import type { Action } from '../core/action.js'
import type { Connection } from '../core/connection.js'
import { checkAction, lateness, overdueEvent } from '../core/overdue.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { loadSubject } from './subject.js'

/**
 * The look at a request that waits for its reply, each `checkEvery` of its connection: it leaves a line in the log, and
 * tells once when the reply is late. A registry of signed mail cannot be asked, so nothing is sent. Looks that were missed
 * are one.
 */
export const checkRequest = (deps: Deps, requestId: string): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const now = deps.clock.now()
    const loaded = await loadSubject(tables, requestId)
    if (loaded === null) return
    const { subject, connection } = loaded
    const { request } = subject
    if (request.checkAt === null || request.checkAt > now) return
    const checkAt = new Date(now.getTime() + connection.checkEvery)
    // The deadline tells more than a look could.
    if (request.deadline !== null && request.deadline <= now) return tables.requests.update({ ...request, checkAt })
    const usualReply = await usualReplyOf(deps, tables, { connection, action: request.action })
    const late = request.overdueAt === null ? lateness(request, usualReply, now) : null
    const check = { subject, late, actor: 'system', now }
    await tables.requests.update({ ...request, checkAt, overdueAt: late === null ? request.overdueAt : now })
    await tables.actions.append([checkAction(check)])
    if (late !== null) await tables.events.append([overdueEvent(check)])
  })

/** So many answers of the registry tell what is usual better than its profile does. */
const ENOUGH = 20

/** How long the registry usually takes: 95 of 100 of its own answers came sooner. Milliseconds; null where nobody knows. */
const usualReplyOf = async (
  deps: Deps,
  tables: Tables,
  { connection, action }: { connection: Connection; action: Action },
): Promise<number | null> => {
  const [past] = await tables.pending.replyTimes([{ connectionId: connection.id, action }])
  if (past !== undefined && past.count >= ENOUGH) return past.p95
  return deps.profiles.get(connection.profile)?.usualReply ?? null
}
