import { type Advance, advance } from '../core/advance.js'
import type { Connection } from '../core/connection.js'
import type { Happening, Subject } from '../core/happening.js'
import { isOpen } from '../core/order.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { followOrder } from './follow-order.js'

/** `superseded`: the domain has a newer order. `newer`: the request that a later attempt of the order made, if there is one. */
export type Loaded = { subject: Subject; connection: Connection; superseded: boolean; newer: string | null }

/**
 * A request with its order and domain, held until the transaction ends. The domain is the one lock that every flow takes,
 * so whatever happens to a domain happens in an order.
 */
export const loadSubject = async (tables: Tables, requestId: string): Promise<Loaded | null> => {
  const loaded = await tables.subjects.lock(requestId)
  if (loaded === null) return null
  const { subject, connection, latestOrderId, latestRequestId } = loaded
  const newer = latestRequestId === subject.request.id ? null : latestRequestId
  return { subject, connection, superseded: latestOrderId !== subject.order.id, newer }
}

/** Decides what a happening changes and writes all of it; on a conflict nothing is written. */
export const applyHappening = async (
  deps: Deps,
  tables: Tables,
  loaded: Loaded,
  happening: Happening,
  actor: string,
): Promise<Advance> => {
  const { subject, connection, superseded, newer } = loaded
  const { replyTimeout, checkEvery, dnsPrepare } = connection
  const context = {
    ...{ now: deps.clock.now(), replyTimeout, checkEvery, dnsPrepare, actor, twoPersons: deps.twoPersons },
    ...{ superseded, replaced: newer !== null },
  }
  const result = advance(subject, happening, context)
  if (result.kind === 'conflict') return result
  await tables.subjects.save(result.subject)
  meterReply(deps, subject, result.subject)
  await tables.actions.append(result.actions)
  await tables.events.append(result.events)
  await tables.notices.insert(result.notices)
  await followOrder(deps, tables, { before: subject, after: result.subject, connection })
  if (newer !== null && !isOpen(result.subject.order.status)) await endNewer(deps, tables, result.subject, newer)
  return result
}

/** A transaction that is run again, or fails, counts once more: what is watched is how long registries take. */
const meterReply = ({ meter }: Deps, before: Subject, { request: { sentAt, repliedAt } }: Subject): void => {
  if (before.request.repliedAt === null && repliedAt !== null && sentAt !== null)
    meter.replied(repliedAt.getTime() - sentAt.getTime())
}

/** The registry did what an earlier attempt asked: the later one does not leave, or may have left in vain. */
const endNewer = async (deps: Deps, tables: Tables, { order, domain }: Subject, newer: string): Promise<void> => {
  const request = await tables.requests.get(newer)
  if (request === null || request.state === 'closed' || request.state === 'settled') return
  await tables.requests.update({ ...request, state: 'closed', dueAt: null, deadline: null, checkAt: null })
  const unsent = (request.state === 'queued' || request.state === 'waiting') && request.doubt === null
  const fate = unsent
    ? 'its later attempt is not sent any more'
    : `its later attempt (${request.reference}) may be at the registry too, which may carry it out a second time; look there`
  await tables.actions.append([
    {
      ...{ at: deps.clock.now(), actor: 'system', level: unsent ? 'info' : 'warning', event: 'request.closed' },
      ...{ domain: domain.name, orderId: order.id, requestId: request.id, mailId: request.mailId },
      text: `${request.action} ${domain.unicodeName}: an earlier attempt succeeded; ${fate}`,
      data: { state: request.state },
    },
  ])
}
