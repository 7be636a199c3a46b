import { isAside } from '../core/action.js'
import { awaitsDns } from '../core/dns-preparation.js'
import { isBelowRegistrable } from '../core/domain-name.js'
import { describeProblems, Refusal } from '../core/errors.js'
import { isOpen, type Order, type OrderStatus } from '../core/order.js'
import { wasGivenAway } from '../core/owner.js'
import { isForPeople, type Request } from '../core/request.js'
import { needsApproval, type Person, type Who } from '../core/two-persons.js'
import { type OrderView, orderView } from '../core/views.js'
import type { Tables } from '../ports.js'
import { type Deps, peopleProfileOf } from './deps.js'
import { newRequest } from './new-request.js'
import { refuseRivals } from './prepare-order.js'
import { applyHappening, type Loaded, loadSubject } from './subject.js'
import { whyNotAnswer } from './withdraw-answer.js'

/** `person`: the console user behind `actor`, where there is one. */
type Decision = { id: string; actor: string; person?: Person | null }

/**
 * Withdraws an order that is open, and refunds it unless it was never paid. What has left may still be carried out: the
 * registry's late success is then a conflict for a person. Throws `Refusal`: not-found, or conflict for an order that is over.
 */
export const cancelOrder = (deps: Deps, { id, actor }: Decision): Promise<OrderView> =>
  deps.store.transaction(async (tables) => {
    const loaded = await findLoaded(tables, id)
    const { order } = loaded.subject
    if (!isOpen(order.status))
      throw new Refusal('conflict', `order ${id} is ${order.status}: it is over, and there is nothing to cancel`)
    return apply(deps, tables, { loaded, kind: 'cancelled', actor })
  })

/**
 * Begins the wait for the registry's reply anew: its deadline is `replyTimeout` of the connection from now. Throws
 * `Refusal`: not-found, or conflict where no reply is waited for.
 */
export const resetOrder = (deps: Deps, { id, actor }: Decision): Promise<OrderView> =>
  deps.store.transaction(async (tables) => {
    const { subject, connection } = await findLoaded(tables, id)
    const { order, request: before, domain } = subject
    const why = WHY_NO_RESET[order.status]
    if (why !== null) throw new Refusal('conflict', `order ${id} is ${order.status}: ${why}`)
    const at = deps.clock.now()
    const request = { ...before, deadline: new Date(at.getTime() + connection.replyTimeout) }
    await tables.requests.update(request)
    const [from, to] = [before.deadline?.toISOString() ?? null, request.deadline.toISOString()]
    await tables.actions.append([
      {
        ...{ at, actor, level: 'info', event: 'order.reset', domain: domain.name, orderId: order.id },
        ...{ requestId: request.id, mailId: request.mailId, data: { from, to } },
        text: `${request.action} ${domain.unicodeName}: the wait for the reply begins anew and ends on ${to}`,
      },
    ])
    return orderView(order, request)
  })

/** Why an order with this status cannot be reset, as a clause; null where it can. */
export const WHY_NO_RESET: Record<OrderStatus, string | null> = {
  'awaiting-payment': 'it waits for its payment, not for the registry',
  'awaiting-approval': 'it waits for a second person, not for the registry',
  queued: 'its request has not left yet; the wait for the reply begins when it does',
  sent: null,
  acknowledged: null,
  uncertain: null,
  done: 'no reply is waited for any more',
  refused: 'no reply is waited for any more; retry it, or place a new order',
  'timed-out': 'it was given up and refunded; retry it, or place a new order',
  cancelled: 'it was withdrawn; place a new order',
}

/**
 * Tries an order again: an uncertain one with the same reference, one that waits for its next try now, and one that failed
 * with a new request, after all its checks. One that takes a second person and was never approved rests before it goes. Nothing
 * is charged or refunded a second time. Throws `Refusal`: not-found,
 * invalid (422) where it can no longer become a request, or conflict with the reason.
 */
export const retryOrder = async (deps: Deps, { id, actor, person = null }: Decision): Promise<OrderView> => {
  const { view, requestId } = await deps.store.transaction(async (tables) => {
    const loaded = withRetrier(deps, await findLoaded(tables, id), { actor, person })
    const { order, request } = loaded.subject
    const why = order.status === 'queued' ? whyNotNow(loaded) : whyNoRetry(order, request)
    if (why !== null) throw new Refusal('conflict', `order ${id} is ${order.status}: ${why}`)
    if (!isOpen(order.status)) return tryAnew(deps, tables, loaded, actor)
    const view =
      order.status === 'queued'
        ? await hasten(deps, tables, loaded, actor)
        : await apply(deps, tables, { loaded, kind: 'retried', actor })
    return { view, requestId: request.id }
  })
  deps.queue.ring({ kind: 'send-request', id: requestId })
  return view
}

/** Whoever has an order tried again that was not approved yet wants it gone too, so that somebody else has to approve it. */
const withRetrier = (deps: Deps, { subject, ...loaded }: Loaded, who: Who): Loaded => {
  const { order } = subject
  if (!needsApproval(deps.twoPersons, order)) return { subject, ...loaded }
  return { ...loaded, subject: { ...subject, order: { ...order, orderedBy: [...order.orderedBy, who] } } }
}

/** The same of a retry. One that is `queued` may still be in the middle of its hand-over. */
export const WHY_NO_RETRY: Record<Exclude<OrderStatus, 'queued'>, string | null> = {
  'awaiting-payment': 'it is sent once it is paid',
  'awaiting-approval': 'it is sent once a second person approves it',
  sent: 'a mail server of the registry has its request, and would have it twice; wait for the reply, or cancel the order',
  acknowledged: 'the registry has confirmed that it has the request; wait for its decision, or cancel the order',
  uncertain: null,
  done: 'there is nothing to send again',
  refused: null,
  'timed-out': null,
  cancelled: 'it was withdrawn; place a new order',
}

/** What it would be sent with is gone once its personal data was erased. Without its request it is taken for one by mail. */
export const whyNoRetry = (
  { status, erasedAt }: Pick<Order, 'status' | 'erasedAt'>,
  request: Request | null = null,
): string | null => {
  if (status === 'queued') return null
  if (erasedAt !== null) return 'its personal data was erased, and it cannot be sent without; place a new order'
  if (status === 'sent' && request !== null && isForPeople(request))
    return 'people have it as a ticket, and could do it twice; close that as done or failed, or cancel the order'
  return WHY_NO_RETRY[status]
}

const whyNotNow = ({ subject: { order, request }, connection }: Loaded): string | null => {
  if (awaitsDns(order)) return 'its DNS is not prepared yet; once it is, say so (sealpost order dns-prepared)'
  if (request.state !== 'queued') return 'its request is being handed over just now'
  return connection.paused ? `the connection "${connection.title}" is paused; resume that` : null
}

const hasten = async (deps: Deps, tables: Tables, { subject }: Loaded, actor: string): Promise<OrderView> => {
  const { order, domain } = subject
  const at = deps.clock.now()
  const request = { ...subject.request, dueAt: at }
  await tables.requests.update(request)
  await tables.actions.append([
    {
      ...{ at, actor, level: 'info', event: 'order.retried', domain: domain.name, orderId: order.id },
      ...{ requestId: request.id, mailId: request.mailId, data: { attempts: request.attempts } },
      text: `${request.action} ${domain.unicodeName}: the request is tried again now, before its time`,
    },
  ])
  return orderView(order, request)
}

/** Another attempt of an order that failed: what an operator or the registry has changed since is seen by the checks. */
const tryAnew = async (deps: Deps, tables: Tables, loaded: Loaded, actor: string) => {
  const { subject, connection, superseded } = loaded
  const { order, domain } = subject
  if (superseded && !isAside(order.terms.action))
    throw new Refusal('conflict', `order ${order.id} is ${order.status}, and ${domain.unicodeName} has a newer order`)
  if (wasGivenAway(domain, order))
    throw new Refusal(
      'conflict',
      `order ${order.id} is ${order.status}, and ${domain.unicodeName} was given to another account since; place a new order for that`,
    )
  await refuseRivals(deps, tables, order.terms, domain)
  const outdated = await whyNotAnswer(deps, tables, subject)
  if (outdated !== null)
    throw new Refusal(
      'conflict',
      `order ${order.id} is ${order.status}, and ${outdated}; place a new order if you mean that`,
    )
  const profile = isBelowRegistrable(order.terms.domain)
    ? peopleProfileOf(deps, connection)
    : deps.profiles.get(connection.profile)
  const problems = profile?.check({ terms: order.terms, domain, connection, at: deps.clock.now() }) ?? []
  if (problems.length > 0)
    throw new Refusal('invalid', `the order can no longer become a request: ${describeProblems(problems)}`, {
      problems,
    })
  if ((await tables.connections.hold(connection.id)) === null)
    throw new Refusal(
      'conflict',
      `the connection "${connection.title}" was removed; add it again and place a new order`,
    )
  const request = newRequest(deps, order, connection)
  await tables.requests.insert(request)
  const anew = { ...loaded, subject: { ...subject, request }, newer: null }
  return { view: await apply(deps, tables, { loaded: anew, kind: 'retried', actor }), requestId: request.id }
}

/** The order with its last attempt. Throws `Refusal` not-found. */
export const findLoaded = async (tables: Tables, id: string): Promise<Loaded> => {
  const last = (await tables.requests.findByOrder(id)).at(-1)
  const loaded = last === undefined ? null : await loadSubject(tables, last.id)
  if (loaded === null) throw new Refusal('not-found', `there is no order ${id}`)
  // Who held the domain before us has made another attempt.
  return loaded.newer === null ? loaded : findLoaded(tables, id)
}

const apply = async (
  deps: Deps,
  tables: Tables,
  { loaded, kind, actor }: { loaded: Loaded; kind: 'cancelled' | 'retried'; actor: string },
): Promise<OrderView> => {
  const result = await applyHappening(deps, tables, loaded, { kind }, actor)
  if (result.kind === 'conflict') throw new Refusal('conflict', result.reason)
  return orderView(result.subject.order, result.subject.request)
}
