import type { NewAction } from './action-log.js'
import { announce } from './announce.js'
import { type Domain, type DomainDetail, type DomainEvent, type DomainState, statusOf, transition } from './domain.js'
import type { NewEvent } from './event.js'
import {
  type AdvanceContext,
  type Happening,
  isFiling,
  ORDER_TRANSITIONS,
  type OrderKey,
  type Subject,
} from './happening.js'
import { narrate } from './narrate.js'
import { isOpen, type Order, type OrderStatus, outgoingEvent, successEvent, UNDELIVERABLE } from './order.js'
import type { Request, RequestState } from './request.js'

export type Advance =
  | { kind: 'advanced'; subject: Subject; actions: NewAction[]; events: NewEvent[] }
  /** Nothing changes; `reason` says what contradicts what. */
  | { kind: 'conflict'; reason: string }

/**
 * Decides what a happening changes. Pure: the flow that calls it holds the domain's lock and writes everything that comes
 * back in one transaction.
 */
export const advance = (subject: Subject, happening: Happening, context: AdvanceContext): Advance => {
  const { order, domain } = subject
  const to = ORDER_TRANSITIONS[orderKey(order)][happening.kind]
  if (to === null) return { kind: 'conflict', reason: contradiction(subject, happening) }
  const late = !isOpen(order.status) && to !== order.status
  if (late && context.superseded)
    return { kind: 'conflict', reason: `${order.terms.domain} has a newer order than the one that this reply settles` }
  const event = to === order.status && happening.kind !== 'sent' ? null : domainEvent(subject, happening, to)
  const state = event === null ? domain.state : transition(domain.state, event)
  if (state === null)
    return { kind: 'conflict', reason: `${domain.name} is ${statusOf(domain.state)}, where "${event}" cannot happen` }
  const next: Subject = {
    order: changedOrder(order, to, happening, context.now),
    request: changedRequest(subject, happening, to, context),
    domain: changedDomain(subject, happening, to, state, context.now),
  }
  return {
    kind: 'advanced',
    subject: next,
    actions: [...narrate(subject, next, happening, context, late)],
    events: [...announce(subject, next, happening, context.now, late)],
  }
}

const orderKey = (order: Order): OrderKey =>
  order.status === 'refused' && order.code === UNDELIVERABLE ? 'undeliverable' : order.status

const contradiction = ({ order }: Subject, happening: Happening): string =>
  order.status === 'awaiting-payment'
    ? `the registry answered ${order.terms.domain}, whose request was never sent`
    : `the order is ${order.status}, and the registry now says ${happening.kind}`

const domainEvent = ({ order }: Subject, happening: Happening, to: OrderStatus): DomainEvent | null => {
  if (to === 'cancelled') return null
  if (happening.kind === 'queued')
    return order.terms.account.type === 'provider' ? outgoingEvent(order.terms.action) : null
  if (happening.kind === 'sent' && !happening.expectsReply) return successEvent(order.terms.action)
  if (happening.kind === 'sent' || happening.kind === 'uncertain' || happening.kind === 'accepted')
    return isOpen(to) ? outgoingEvent(order.terms.action) : null
  if (happening.kind === 'done') return successEvent(order.terms.action)
  return 'failed'
}

const changedOrder = (order: Order, to: OrderStatus, happening: Happening, now: Date): Order => {
  if (to === order.status && !(happening.kind === 'refused' && order.code === UNDELIVERABLE)) return order
  const status = happening.kind === 'sent' && !happening.expectsReply ? 'done' : to
  return { ...order, status, ...outcomeWords(happening), updatedAt: now }
}

const outcomeWords = (happening: Happening): Pick<Order, 'reason' | 'code'> => {
  if (happening.kind === 'refused') return { reason: happening.reply.text, code: happening.reply.code }
  if (happening.kind === 'undeliverable') return { reason: happening.answer, code: UNDELIVERABLE }
  if (happening.kind === 'uncertain') return { reason: happening.answer, code: null }
  if (happening.kind === 'timed-out') return { reason: 'the registry did not answer in time', code: 'timeout' }
  return { reason: null, code: null }
}

const REQUEST_STATE: Record<OrderStatus, RequestState> = {
  'awaiting-payment': 'waiting',
  queued: 'queued',
  sent: 'sent',
  acknowledged: 'acknowledged',
  uncertain: 'uncertain',
  done: 'settled',
  refused: 'settled',
  'timed-out': 'closed',
  cancelled: 'closed',
}

const changedRequest = (subject: Subject, happening: Happening, to: OrderStatus, context: AdvanceContext): Request => {
  const { request } = subject
  const base = isFiling(request, happening) ? { ...request, sentAt: context.now } : request
  const answered = 'answer' in happening ? { ...base, answer: happening.answer } : base
  if (to === subject.order.status && happening.kind !== 'accepted') return answered
  const state = happening.kind === 'sent' && !happening.expectsReply ? 'settled' : REQUEST_STATE[to]
  const deadline = new Date(context.now.getTime() + context.replyTimeout)
  if (happening.kind === 'queued') return { ...answered, state, dueAt: context.now }
  if (happening.kind === 'sent' || happening.kind === 'uncertain')
    return { ...answered, state, dueAt: null, deadline: state === 'settled' ? null : deadline }
  if (happening.kind === 'accepted')
    return {
      ...answered,
      state,
      dueAt: null,
      deadline: request.deadline ?? deadline,
      ticket: happening.reply.ticket ?? request.ticket,
    }
  const ticket = 'reply' in happening ? (happening.reply.ticket ?? request.ticket) : request.ticket
  return { ...answered, state, dueAt: null, deadline: null, ticket }
}

const changedDomain = (
  { order, domain }: Subject,
  happening: Happening,
  to: OrderStatus,
  state: DomainState,
  now: Date,
): Domain => {
  const detail = to === order.status ? domain.detail : detailAfter(order, happening, state, domain.detail)
  const changed = { ...domain, state, detail, since: state === domain.state ? domain.since : now }
  const success = happening.kind === 'done' || (happening.kind === 'sent' && !happening.expectsReply)
  if (!success || to === order.status) return changed
  const { nameservers, contacts, dnssec } = order.terms
  return {
    ...changed,
    connectionId: order.connectionId,
    nameservers: nameservers.length > 0 ? nameservers : domain.nameservers,
    dnssec: dnssec ?? domain.dnssec,
    contacts: { ...domain.contacts, ...contacts },
  }
}

const detailAfter = (order: Order, happening: Happening, state: DomainState, now: DomainDetail): DomainDetail => {
  const { action } = order.terms
  const change = action !== 'register' && action !== 'transfer'
  if (state === 'closed') return 'closed'
  if (happening.kind === 'queued') return change ? now : 'init'
  if (happening.kind === 'sent' || happening.kind === 'uncertain') return change ? 'update' : 'filed'
  if (happening.kind === 'accepted') return change ? 'update' : action === 'transfer' ? 'KK-req' : 'REG-req'
  if (happening.kind === 'done') {
    if (happening.reply.undelegatedUntil !== null || !change) return action === 'transfer' ? 'KK-ACK' : 'REG-OK'
    return 'REG-OK'
  }
  return 'error'
}
