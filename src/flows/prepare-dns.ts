import { awaitsDns, isTakenByAll, type Told } from '../core/dns-preparation.js'
import { Refusal } from '../core/errors.js'
import type { NewEvent } from '../core/event.js'
import type { Subject } from '../core/happening.js'
import type { Order } from '../core/order.js'
import { type OrderView, orderView } from '../core/views.js'
import { shownUrl } from '../core/webhook-url.js'
import type { Tables } from '../ports.js'
import { aboutSubject, wordsOf } from './ask-for-dns.js'
import { findLoaded } from './decide-order.js'
import type { Deps } from './deps.js'
import { openTicket } from './open-ticket.js'
import { settleTickets } from './settle-tickets.js'
import type { Loaded } from './subject.js'

/**
 * The order whose request an event that was taken may let go, with its domain held; null for every other event. Call it before
 * the delivery is held, in the order of whoever writes events.
 */
export const holdUnprepared = async (tables: Tables, { type, data }: NewEvent): Promise<Loaded | null> => {
  const orderId = type === 'dns.prepare' && typeof data['orderId'] === 'string' ? data['orderId'] : null
  if (orderId === null || (await tables.requests.findByOrder(orderId)).length === 0) return null
  const loaded = await findLoaded(tables, orderId)
  return awaitsDns(loaded.subject.order) ? loaded : null
}

/** Lets the request go where every webhook took the event by now: its id, for the queue, or null. */
export const letGoIfTaken = async (
  deps: Deps,
  tables: Tables,
  { loaded, eventId }: { loaded: Loaded; eventId: string },
): Promise<string | null> => {
  const told = await tables.deliveries.ofEvent(eventId)
  if (!isTakenByAll(told)) return null
  const by = told.map(({ url }) => shownUrl(url)).join(', ')
  await letGo(deps, tables, { loaded, actor: 'system', how: `as ${by} answered` })
  return loaded.subject.request.id
}

/**
 * Says in the name of somebody that the DNS of an order's name is prepared, and lets its request go. Again, or after webhooks
 * said so: the order as it is, and nothing goes twice. Throws `Refusal`: not-found, or conflict where it is not waited for.
 */
export const acknowledgeDns = async (deps: Deps, { id, actor }: { id: string; actor: string }): Promise<OrderView> => {
  const { view, requestId } = await deps.store.transaction(async (tables) => {
    const loaded = await findLoaded(tables, id)
    const { order, request } = loaded.subject
    if (order.dnsPreparedAt !== null) return { view: orderView(order, request), requestId: null }
    if (order.dnsAskedAt === null || order.status !== 'queued')
      throw new Refusal('conflict', `order ${id} is ${order.status}: ${whyNotAwaited(order)}`)
    const after = await letGo(deps, tables, { loaded, actor, how: 'as somebody acknowledged' })
    return { view: orderView(after.order, after.request), requestId: request.id }
  })
  if (requestId !== null) deps.queue.ring({ kind: 'send-request', id: requestId })
  return view
}

const whyNotAwaited = ({ status, dnsAskedAt }: Order): string => {
  if (dnsAskedAt !== null) return 'its request does not wait for its DNS now'
  return status === 'awaiting-payment' || status === 'awaiting-approval'
    ? 'its DNS is not asked for before it may go'
    : 'its DNS was never asked for; only a register or transfer by a connection with dnsPrepare: required waits for it'
}

/** What failed meanwhile is prepared for its retry; what was withdrawn stays as it is. */
const letGo = async (
  deps: Deps,
  tables: Tables,
  { loaded, actor, how }: { loaded: Loaded; actor: string; how: string },
): Promise<Subject> => {
  const { subject } = loaded
  if (subject.order.status === 'cancelled') return subject
  const now = deps.clock.now()
  const order: Order = { ...subject.order, dnsPreparedAt: now, updatedAt: now }
  const isHeld = subject.request.state === 'queued'
  // Its days of trying begin now, as for one whose connection was paused.
  const request = isHeld ? { ...subject.request, dueAt: now, queuedAt: now, checkAt: null } : subject.request
  await tables.orders.update(order)
  if (isHeld) await tables.requests.update(request)
  await tables.actions.append([
    {
      ...{ ...aboutSubject(deps, subject), actor, level: 'info', event: 'order.dns-prepared' },
      text: `${wordsOf(subject)}: its DNS is prepared, ${how}${isHeld ? '; the request may go' : ''}`,
    },
  ])
  const note = `its DNS is prepared, ${how}`
  await settleTickets(deps, tables, { about: { orderId: order.id }, kinds: ['dns'], note })
  return { ...subject, order, request }
}

/**
 * The look at a request that was held for so long (`DNS_WAIT_MS`): people are asked, once. It goes where those webhooks alone had
 * not answered that were removed since.
 */
export const checkUnprepared = async (deps: Deps, tables: Tables, loaded: Loaded): Promise<void> => {
  const { subject, connection } = loaded
  const { order, request } = subject
  if (!awaitsDns(order)) return tables.requests.update({ ...request, checkAt: null })
  const event = (await tables.events.list({ orderId: order.id, type: 'dns.prepare' })).at(-1)
  const told = event === undefined ? [] : await tables.deliveries.ofEvent(event.id)
  if (event !== undefined && isTakenByAll(told)) {
    await letGoIfTaken(deps, tables, { loaded, eventId: event.id })
    return
  }
  await tables.requests.update({ ...request, checkAt: null })
  const who = told.flatMap(openText)
  await tables.actions.append([
    {
      ...{ ...aboutSubject(deps, subject), actor: 'system', level: 'warning', event: 'order.dns-unprepared' },
      text: `${wordsOf(subject)}: its DNS is not prepared since ${order.dnsAskedAt?.toISOString()}, and its request is held; ${who.length === 0 ? 'no webhook is there to answer' : who.join('; ')}`,
    },
  ])
  await openTicket(deps, tables, {
    ...{ kind: 'dns', connectionId: connection.id, domain: request.domain, orderId: order.id, requestId: request.id },
    once: `dns:${request.id}:${request.queuedAt?.toISOString()}`, // held anew after a retry, it is another wait
    subject: `${wordsOf(subject)}: is its DNS prepared?`,
    body: [
      `${wordsOf(subject)} is held: its DNS was asked for (dns.prepare) ${order.dnsAskedAt?.toISOString()}, and nobody said that it is there.`,
      `Name servers: ${order.terms.nameservers.map(({ host }) => host).join(', ') || 'none; the order has records, or its registry is told of them otherwise'}`,
      ...(who.length === 0 ? ['No webhook is there to answer.'] : who),
      '',
      `See that its zone answers. Then mend the webhook, or acknowledge it: on the page of the order in the console, by sealpost order dns-prepared ${order.id}, or POST /v1/orders/${order.id}/dns-prepared.`,
      'Either closes this ticket, and so does cancelling the order.',
    ].join('\n'),
  })
}

const openText = ({ delivery: { state, attempts }, url }: Told): string[] =>
  state === 'delivered'
    ? []
    : [`${shownUrl(url)} has not taken it (${state === 'failed' ? 'given up' : 'waiting'}, ${attempts} calls)`]
