import type { Connection } from '../core/connection.js'
import type { Order } from '../core/order.js'
import { checkAction, lateness, overdueEvent } from '../core/overdue.js'
import { isForPeople, type Request } from '../core/request.js'
import type { Tables } from '../ports.js'
import { askRegistry } from './ask-registry.js'
import type { Deps } from './deps.js'
import { pollServer } from './poll-server.js'
import { checkUnprepared } from './prepare-dns.js'
import { loadSubject } from './subject.js'

/**
 * The look at a request that waits for its reply, each `checkEvery` of its connection: it leaves a line in the log, and
 * tells once when the reply is late. A server is asked what became of it (`pollServer`), another registry where the connection
 * wants that (`askRegistry`). Looks that were missed are one. One that is held for its DNS is looked at once (`checkUnprepared`).
 */
export const checkRequest = async (deps: Deps, requestId: string): Promise<void> => {
  const looked = await look(deps, requestId)
  if (looked === null) return
  if (looked.connection.channel === 'https') await pollServer(deps, requestId)
  else await askRegistry(deps, { ...looked, actor: 'system' })
}

const look = (deps: Deps, requestId: string): Promise<{ order: Order; connection: Connection } | null> =>
  deps.store.transaction(async (tables) => {
    const now = deps.clock.now()
    const loaded = await loadSubject(tables, requestId)
    if (loaded === null) return null
    const { subject, connection } = loaded
    const { request } = subject
    if (request.checkAt === null || request.checkAt > now) return null
    if (request.state === 'queued') {
      await checkUnprepared(deps, tables, loaded)
      return null
    }
    const checkAt = new Date(now.getTime() + connection.checkEvery)
    // The deadline tells more than a look could.
    if (request.deadline !== null && request.deadline <= now) {
      await tables.requests.update({ ...request, checkAt })
      return null
    }
    const usualReply = await usualReplyOf(deps, tables, { connection, request })
    const late = request.overdueAt === null ? lateness(request, usualReply, now) : null
    const check = { subject, late, actor: 'system', now }
    await tables.requests.update({ ...request, checkAt, overdueAt: late === null ? request.overdueAt : now })
    await tables.actions.append([checkAction(check)])
    if (late !== null) await tables.events.append([overdueEvent(check)])
    return { order: subject.order, connection }
  })

/** So many answers of the registry tell what is usual better than its profile does. */
const ENOUGH = 20

/** How long the registry usually takes: 95 of 100 of its own answers came sooner. Milliseconds; null where nobody knows. */
const usualReplyOf = async (
  deps: Deps,
  tables: Tables,
  { connection, request }: { connection: Connection; request: Request },
): Promise<number | null> => {
  const { action } = request
  // Beside the registry's own answers those of people say nothing.
  if (isForPeople(request) && connection.channel !== 'people') return null
  const [past] = await tables.pending.replyTimes([{ connectionId: connection.id, action }])
  if (past !== undefined && past.count >= ENOUGH) return past.p95
  return deps.profiles.get(connection.profile)?.usualReply ?? null
}
