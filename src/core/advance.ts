import type { NewAction } from './action-log.js'
import {
  type Domain,
  type DomainDetail,
  type DomainEvent,
  type DomainState,
  isRegistered,
  statusOf,
  transition,
} from './domain.js'
import type { EventType, NewEvent } from './event.js'
import { isOpen, type Order, type OrderStatus, outgoingEvent, successEvent, UNDELIVERABLE } from './order.js'
import type { Reply } from './reply.js'
import type { Request, RequestState } from './request.js'

/** Something that happened to a request, and with it to its order and its domain. */
export type Happening =
  /** Paid, or a provider's: the request may go. */
  | { kind: 'queued' }
  | { kind: 'sent'; answer: string; expectsReply: boolean }
  | { kind: 'uncertain'; answer: string }
  | { kind: 'accepted'; reply: Reply; mailId: string }
  | { kind: 'done'; reply: Reply; mailId: string }
  | { kind: 'refused'; reply: Reply; mailId: string }
  | { kind: 'undeliverable'; answer: string; mailId: string | null }
  | { kind: 'timed-out' }

export type HappeningKind = Happening['kind']

/** A refusal because no server took the mail counts apart: a verified success may still follow it. */
type OrderKey = OrderStatus | 'undeliverable'

/**
 * Where each happening leads an order. The same status: it is worth a line in the log and changes nothing. `null`: it
 * contradicts what is settled, and a human decides.
 */
export const ORDER_TRANSITIONS: Record<OrderKey, Record<HappeningKind, OrderStatus | null>> = {
  'awaiting-payment': {
    queued: 'queued',
    sent: null,
    uncertain: null,
    accepted: null,
    done: null,
    refused: null,
    undeliverable: null,
    'timed-out': null,
  },
  queued: {
    queued: 'queued',
    sent: 'sent',
    uncertain: 'uncertain',
    accepted: 'acknowledged', // the reply overtook the record of our own hand-over
    done: 'done',
    refused: 'refused',
    undeliverable: 'refused',
    'timed-out': null,
  },
  sent: {
    queued: 'sent',
    sent: 'sent',
    uncertain: 'sent',
    accepted: 'acknowledged',
    done: 'done',
    refused: 'refused',
    undeliverable: 'refused',
    'timed-out': 'timed-out',
  },
  acknowledged: {
    queued: 'acknowledged',
    sent: 'acknowledged',
    uncertain: 'acknowledged',
    accepted: 'acknowledged',
    done: 'done',
    refused: 'refused',
    undeliverable: 'acknowledged', // it did arrive: the registry said so
    'timed-out': 'timed-out',
  },
  uncertain: {
    queued: 'uncertain',
    sent: 'sent',
    uncertain: 'uncertain',
    accepted: 'acknowledged',
    done: 'done',
    refused: 'refused',
    undeliverable: 'refused',
    'timed-out': 'timed-out',
  },
  done: { ...unchanged('done'), done: null, refused: null },
  refused: { ...unchanged('refused'), done: null, refused: null },
  undeliverable: { ...unchanged('refused'), done: 'done' },
  'timed-out': { ...unchanged('timed-out'), done: 'done' },
  cancelled: { ...unchanged('cancelled'), done: null },
}

function unchanged(status: OrderStatus): Record<HappeningKind, OrderStatus> {
  return {
    queued: status,
    sent: status,
    uncertain: status,
    accepted: status,
    done: status,
    refused: status,
    undeliverable: status,
    'timed-out': status,
  }
}

export type Subject = { order: Order; request: Request; domain: Domain }

export type AdvanceContext = {
  now: Date
  /** How long to wait for the reply after the request was sent. Milliseconds. */
  replyTimeout: number
  actor: string
  /** Another order came after this one: a late success of this one no longer speaks for the domain. */
  superseded: boolean
}

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
  const base = isFiling(subject, happening) ? { ...request, sentAt: context.now } : request
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

/** The request is at the registry for the first time that we know of: by its server's 250 or by its reply. */
const isFiling = ({ request }: Subject, happening: Happening): boolean =>
  request.sentAt === null && (happening.kind === 'sent' || 'reply' in happening)

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

function* narrate(
  before: Subject,
  after: Subject,
  happening: Happening,
  { now, actor }: AdvanceContext,
  late: boolean,
): Generator<NewAction> {
  const about = {
    at: now,
    actor: 'reply' in happening ? 'registry' : actor,
    domain: before.domain.name,
    orderId: before.order.id,
    requestId: before.request.id,
    mailId: 'mailId' in happening ? happening.mailId : before.request.mailId,
  }
  const name = before.domain.unicodeName
  if (before.order.status !== after.order.status || late)
    yield { ...about, ...orderLine(after, happening, late), data: orderData(before, after, happening) }
  else if (happening.kind !== 'queued')
    yield {
      ...about,
      level: 'info',
      event: `request.${happening.kind}`,
      text: `${name}: ${happening.kind}, while the order is already ${after.order.status}; nothing changes`,
      data: orderData(before, after, happening),
    }
  if (happening.kind === 'done')
    for (const finding of happening.reply.findings)
      if (finding.level !== 'info')
        yield {
          ...about,
          level: 'warning',
          event: 'registry.finding',
          text: `${name}: the registry remarks ${finding.code} ${finding.text}`,
          data: { code: finding.code, level: finding.level },
        }
  if (happening.kind === 'done' && happening.reply.undelegatedUntil !== null)
    yield {
      ...about,
      level: 'warning',
      event: 'domain.undelegated',
      text: `${name} is registered but not delegated; mend its name servers before ${happening.reply.undelegatedUntil.toISOString()}, or the registry drops it`,
      data: { until: happening.reply.undelegatedUntil.toISOString() },
    }
  if (before.domain.state !== after.domain.state)
    yield {
      ...about,
      level: statusOf(after.domain.state) === 'Error' ? 'error' : 'info',
      event: 'domain.status',
      text: `${name} is now ${statusOf(after.domain.state)} (was ${statusOf(before.domain.state) ?? 'unknown'})`,
      data: {
        from: statusOf(before.domain.state),
        to: statusOf(after.domain.state),
        registered: isRegistered(after.domain.state),
        detail: after.domain.detail,
      },
    }
}

const orderLine = (
  after: Subject,
  happening: Happening,
  late: boolean,
): Pick<NewAction, 'level' | 'event' | 'text'> => {
  const { action, unicodeName } = after.order.terms
  const words = `${action} ${unicodeName}`
  if (late)
    return {
      level: 'warning',
      event: 'order.late-success',
      text: `${words}: the registry reports success after we had given up; look whether the customer was refunded`,
    }
  switch (happening.kind) {
    case 'queued':
      return { level: 'info', event: 'order.queued', text: `${words}: the request may go` }
    case 'sent':
      return {
        level: 'info',
        event: 'order.sent',
        text: `${words}: the registry's mail server took the request: ${happening.answer}`,
      }
    case 'uncertain':
      return {
        level: 'warning',
        event: 'order.uncertain',
        text: `${words}: the connection broke after the request was handed over, so nobody knows whether the registry has it (${happening.answer}); it is not sent again unless a person says so`,
      }
    case 'accepted':
      return {
        level: 'info',
        event: 'order.acknowledged',
        text: `${words}: the registry has the request and will decide`,
      }
    case 'done':
      return { level: 'info', event: 'order.done', text: `${words}: the registry reports success` }
    case 'refused':
      return {
        level: 'error',
        event: 'order.refused',
        text: `${words}: refused by the registry: ${[happening.reply.code, happening.reply.text].filter(Boolean).join(' ')}`,
      }
    case 'undeliverable':
      return {
        level: 'error',
        event: 'order.undeliverable',
        text: `${words}: the registry's mail server refused the request: ${happening.answer}; check the connection's registry address and relay`,
      }
    case 'timed-out':
      return {
        level: 'error',
        event: 'order.timed-out',
        text: `${words}: no reply of the registry before the deadline`,
      }
  }
}

const orderData = (before: Subject, after: Subject, happening: Happening): Record<string, unknown> => ({
  from: before.order.status,
  to: after.order.status,
  ...('answer' in happening ? { answer: happening.answer } : {}),
  ...('reply' in happening
    ? {
        code: happening.reply.code,
        text: happening.reply.text,
        ticket: happening.reply.ticket,
        findings: happening.reply.findings,
      }
    : {}),
})

function* announce(
  before: Subject,
  after: Subject,
  happening: Happening,
  now: Date,
  late: boolean,
): Generator<NewEvent> {
  const { order } = after
  const event = (type: EventType, more: Record<string, unknown> = {}, once?: string): NewEvent => ({
    type,
    at: now,
    subject: order.terms.domain,
    data: { orderId: order.id, billingOrderId: order.terms.billingOrderId, domain: order.terms.domain, ...more },
    ...(once === undefined ? {} : { once }),
  })
  const price = order.terms.price ?? {}
  if (isFiling(before, happening)) {
    yield event('order.filed', {}, `order.filed:${order.id}`)
    yield event('billing.charge', price, `billing.charge:${order.id}`)
  }
  if (before.order.status !== order.status) {
    const reason = { reason: order.reason, code: order.code }
    if (order.status === 'done') yield event('order.done')
    if (order.status === 'refused') yield event('order.refused', reason)
    if (order.status === 'timed-out') yield event('order.timed-out', reason)
    if (order.status === 'refused' || order.status === 'timed-out')
      yield event('billing.refund', { ...price, ...reason }, `billing.refund:${order.id}`)
  }
  if (late && order.status === 'done')
    yield event('billing.charge-again-suggested', { ...price, reason: 'late success' })
  if (before.domain.state !== after.domain.state) {
    const type = STATUS_EVENTS[after.domain.state]
    if (type !== undefined) yield event(type, order.reason === null ? {} : { reason: order.reason })
  }
}

const STATUS_EVENTS: Partial<Record<DomainState, EventType>> = {
  registering: 'domain.registering',
  transferring: 'domain.transferring',
  registered: 'domain.registered',
  failed: 'domain.error',
  faulty: 'domain.error',
  closed: 'domain.closed',
  gone: 'domain.gone',
}
