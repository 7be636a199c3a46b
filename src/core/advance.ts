import { type Action, acquires, isAside, isTransferAnswer } from './action.js'
import type { NewAction } from './action-log.js'
import { announce } from './announce.js'
import { askedAt, awaitsDns, DNS_WAIT_MS } from './dns-preparation.js'
import {
  type Contacts,
  type Domain,
  type DomainDetail,
  type DomainEvent,
  type DomainState,
  isRegistered,
  statusOf,
  transition,
} from './domain.js'
import type { NewEvent } from './event.js'
import { renewedUntil } from './expiry.js'
import {
  type AdvanceContext,
  type Happening,
  isFiling,
  ORDER_TRANSITIONS,
  type OrderKey,
  type Subject,
} from './happening.js'
import { narrate } from './narrate.js'
import type { NewNotice } from './notice.js'
import { notify } from './notify.js'
import {
  isBilled,
  isOpen,
  isOwnCode,
  type Order,
  type OrderStatus,
  outgoingEvent,
  successEvent,
  TIMED_OUT,
  UNDELIVERABLE,
} from './order.js'
import type { Reply } from './reply.js'
import { isForPeople, type Request, type RequestState } from './request.js'
import { furthest, isStepOf } from './step.js'
import { APPROVAL_WAIT_MS, needsApproval } from './two-persons.js'
import { watchAfter } from './watch.js'

export type Advance =
  | { kind: 'advanced'; subject: Subject; actions: NewAction[]; events: NewEvent[]; notices: NewNotice[] }
  /** Nothing changes; `reason` says what contradicts what. */
  | { kind: 'conflict'; reason: string }

/** What `advance` has found out before it changes anything. */
type Step = {
  subject: Subject
  happening: Happening
  context: AdvanceContext
  to: OrderStatus
  /** False: it is worth a line in the log, and everything stays as it is. */
  changes: boolean
}

/**
 * Decides what a happening changes. Pure: the flow that calls it holds the domain's lock and writes everything that comes
 * back in one transaction.
 */
export const advance = (subject: Subject, happening: Happening, context: AdvanceContext): Advance => {
  const { order, domain } = subject
  const key = orderKey(subject, context)
  const step = 'reply' in happening ? happening.reply.step : undefined
  if (step !== undefined && happening.kind !== 'refused' && !isStepOf(order.terms.action, step))
    return { kind: 'conflict', reason: `the registry says ${step}, which ${order.terms.action} never comes to` }
  const again = order.status === 'done' && happening.kind === 'done' && step !== undefined
  const unmoved = again || (context.replaced && happening.kind !== 'done')
  const led = unmoved ? order.status : ORDER_TRANSITIONS[key][happening.kind]
  const to = led === 'queued' && needsApproval(context.twoPersons, order) ? 'awaiting-approval' : led
  if (to === null) return { kind: 'conflict', reason: contradiction(subject, happening) }
  const changes = to !== order.status || (key === 'undeliverable' && happening.kind === 'refused' && !context.replaced)
  const late = changes && !isOpen(order.status) && happening.kind !== 'retried'
  if (late && context.superseded && !isAside(order.terms.action))
    return { kind: 'conflict', reason: `${order.terms.domain} has a newer order than the one that this reply settles` }
  const event = changes && to !== 'awaiting-approval' ? domainEvent(order, happening) : null
  const state = event === null ? domain.state : (transition(domain.state, event) ?? stateDespite(domain, happening))
  if (state === null)
    return { kind: 'conflict', reason: `${domain.name} is ${statusOf(domain.state)}, where "${event}" cannot happen` }
  const change = { subject, happening, context, to, changes }
  const after = changedOrder(change)
  const next = { order: after, request: changedRequest(change, after), domain: changedDomain(change, state) }
  return {
    kind: 'advanced',
    subject: next,
    actions: [...narrate({ before: subject, after: next, happening, context, changes, late })],
    events: [...announce({ before: subject, after: next, happening, now: context.now, late })],
    notices: [...notify({ before: subject, after: next, happening, now: context.now })],
  }
}

/** That a later attempt was refused says nothing against the success of an earlier one, which nobody had answered. */
const orderKey = ({ order, request }: Subject, { replaced }: AdvanceContext): OrderKey => {
  if (order.status !== 'refused') return order.status
  if (order.code === UNDELIVERABLE) return 'undeliverable'
  return replaced && request.state === 'closed' ? 'timed-out' : 'refused'
}

/** A domain may leave while a request for it is on its way: that the request went is true all the same. */
const stateDespite = ({ state }: Domain, { kind }: Happening): DomainState | null =>
  kind === 'sent' || kind === 'uncertain' || kind === 'accepted' ? state : null

const contradiction = ({ order }: Subject, happening: Happening): string =>
  order.status === 'awaiting-payment'
    ? `the registry answered ${order.terms.domain}, whose request was never sent`
    : `the order is ${order.status}, and the registry now says ${happening.kind}`

const domainEvent = ({ terms }: Order, happening: Happening): DomainEvent | null => {
  if (isAside(terms.action)) return null
  switch (happening.kind) {
    case 'queued':
      return terms.account.type === 'provider' ? outgoingEvent(terms.action) : null
    case 'accepted':
      return happening.reply.step === 'KK-NACK' ? 'nack' : outgoingEvent(terms.action)
    case 'sent':
    case 'uncertain':
      return outgoingEvent(terms.action)
    case 'done':
      return successEvent(terms.action)
    case 'refused':
    case 'undeliverable':
    case 'timed-out':
      return 'failed'
    case 'cancelled':
      return 'cancelled'
    case 'retried':
      return null
  }
}

const changedOrder = ({ subject: { order, request }, happening, context, to, changes }: Step): Order => {
  const { now } = context
  const open = isOpen(order.status)
  // What has been refunded is not charged again: whether to, a person decides.
  const billed = isBilled(order.terms)
  const charges = billed && open && order.refundedAt === null && isFiling(request, happening)
  const chargedAt = order.chargedAt ?? (charges ? now : null)
  if (!changes) return chargedAt === order.chargedAt ? order : { ...order, chargedAt }
  // Nothing was taken for an order that waits for its payment.
  const inVain = billed && open && order.status !== 'awaiting-payment' && ENDS_IN_VAIN.includes(to)
  const refundedAt = order.refundedAt ?? (inVain ? now : null)
  const result = happening.kind === 'done' && happening.reply.data !== null ? happening.reply.data : order.result
  const dnsAskedAt = to === 'queued' ? askedAt(order, context) : order.dnsAskedAt
  const changed = { ...order, status: to, ...outcomeWords(happening, request), chargedAt, refundedAt, result }
  return { ...changed, dnsAskedAt, updatedAt: now }
}

const ENDS_IN_VAIN: readonly OrderStatus[] = ['refused', 'timed-out', 'cancelled']

const outcomeWords = (happening: Happening, request: Request): Pick<Order, 'reason' | 'code'> => {
  if (happening.kind === 'refused') return { reason: happening.reply.text, code: saidCode(happening.reply) }
  if (happening.kind === 'undeliverable') return { reason: happening.answer, code: UNDELIVERABLE }
  if (happening.kind === 'uncertain') return { reason: happening.answer, code: null }
  if (happening.kind === 'cancelled' && happening.refusal !== undefined)
    return { reason: happening.refusal.text, code: happening.refusal.code }
  if (happening.kind === 'timed-out') return { reason: isForPeople(request) ? UNDONE : UNANSWERED, code: TIMED_OUT }
  return { reason: null, code: null }
}

/** What a refusal by our own code may still become is another matter: a registry's word is never taken for one. */
const saidCode = ({ code }: Reply): string | null => (code !== null && isOwnCode(code) ? null : code)

const UNANSWERED = 'the registry did not answer in time'
const UNDONE = 'nobody closed its ticket in time'

const REQUEST_STATE: Record<OrderStatus, RequestState> = {
  'awaiting-payment': 'waiting',
  'awaiting-approval': 'waiting',
  queued: 'queued',
  sent: 'sent',
  acknowledged: 'acknowledged',
  uncertain: 'uncertain',
  done: 'settled',
  refused: 'settled',
  'timed-out': 'closed',
  cancelled: 'closed',
}

const changedRequest = ({ subject, happening, context, to, changes }: Step, after: Order): Request => {
  const { order, request } = subject
  const { now, replyTimeout, checkEvery } = context
  const known: Request = {
    ...request,
    sentAt: isFiling(request, happening) ? now : request.sentAt,
    answer: 'answer' in happening ? happening.answer : request.answer,
    ticket: 'reply' in happening ? (happening.reply.ticket ?? request.ticket) : request.ticket,
    // Its mail may be one that this record does not know; replies to it are younger than the request itself.
    signedAt: happening.kind === 'uncertain' ? (request.signedAt ?? request.createdAt) : request.signedAt,
    repliedAt: request.repliedAt ?? (happening.kind === 'done' || happening.kind === 'refused' ? now : null),
    doubt: happening.kind === 'queued' ? request.doubt : null,
  }
  // A late consent is waited for as long as for any reply.
  if (isOpen(to) && objects(subject, happening, context))
    return { ...known, state: REQUEST_STATE[to], dueAt: null, deadline: new Date(now.getTime() + replyTimeout) }
  if (!changes) return known
  const state = REQUEST_STATE[to]
  if (to === 'awaiting-approval')
    return { ...known, state, dueAt: null, deadline: new Date(now.getTime() + APPROVAL_WAIT_MS), checkAt: null }
  if (to === 'queued') return { ...known, state, queuedAt: now, deadline: null, ...departure(after, now) }
  // A second person was waited for until then, not the registry.
  const awaited = order.status === 'awaiting-approval' ? null : request.deadline
  const deadline = isOpen(to) ? (awaited ?? new Date(now.getTime() + replyTimeout)) : null
  const checkAt = isOpen(to) ? (request.checkAt ?? new Date(now.getTime() + checkEvery)) : null
  return { ...known, state, dueAt: null, deadline, checkAt }
}

/** One that is held is looked at when people are to be asked, and by no worker before. */
const departure = (order: Order, now: Date): Pick<Request, 'dueAt' | 'checkAt'> =>
  awaitsDns(order) ? { dueAt: null, checkAt: new Date(now.getTime() + DNS_WAIT_MS) } : { dueAt: now, checkAt: null }

const changedDomain = ({ subject, happening, context, changes }: Step, state: DomainState): Domain => {
  const { order, domain } = subject
  if (isAside(order.terms.action)) return changes ? answered(domain, order, happening, context.now) : domain
  if (!changes) return progressed(subject, happening, context)
  const since = state === domain.state ? domain.since : context.now
  const changed = { ...domain, state, since, detail: detailAfter(order, happening, state, domain.detail) }
  if (happening.kind !== 'done') return changed
  const after = {
    ...{ ...changed, ...ordered(order, domain, happening.reply) },
    undelegatedUntil: undelegatedAfter(changed, order, happening.reply),
    expiresAt: isRegistered(state) ? expiryAfter(domain, order, happening.reply) : null,
    locked: isRegistered(state) ? lockedAfter(domain, order) : null,
    transferRequest: isRegistered(state) && !acquires(order.terms.action) ? domain.transferRequest : null,
  }
  return { ...after, ...watchAfter(domain, after, { acquired: acquires(order.terms.action), now: context.now }) }
}

/** Only an answer to DNS data says whether the registry takes them; what says nothing of them leaves that as it was. */
const undelegatedAfter = ({ state, undelegatedUntil }: Domain, { terms }: Order, reply: Reply): Date | null =>
  isRegistered(state) ? (WITHOUT_DNS.includes(terms.action) ? undelegatedUntil : reply.undelegatedUntil) : null

/** The registry's own word where it gives one; a renewal without one adds its years to the date that was known. */
const expiryAfter = ({ expiresAt }: Domain, { terms }: Order, reply: Reply): Date | null => {
  if (reply.expiresAt !== null) return reply.expiresAt
  if (acquires(terms.action)) return null
  return terms.action === 'renew' && expiresAt !== null ? renewedUntil(expiresAt, terms.period?.years ?? 1) : expiresAt
}

/** A name that comes here is as its registry has it then. */
const lockedAfter = ({ locked }: Domain, { terms: { action } }: Order): boolean | null =>
  acquires(action) ? null : action === 'lock' || action === 'release' ? action === 'lock' : locked

/** Which of the answers the other provider got that the order was for; the domain is as it was. */
const answered = (domain: Domain, { id, terms: { action } }: Order, happening: Happening, now: Date): Domain =>
  happening.kind === 'done' && isTransferAnswer(action) && domain.transferRequest?.orderId === id
    ? {
        ...domain,
        transferRequest: { ...domain.transferRequest, answer: action, answeredAt: happening.signedAt ?? now },
      }
    : domain

const WITHOUT_DNS: readonly Action[] = ['renew', 'lock', 'release', 'create-authinfo', 'delete-authinfo']

/**
 * What the registry has now that it did what the order says. Records at the registry take the place of name servers. A name
 * that is registered or transferred begins anew: what we know of it from before may be another account's.
 */
const ordered = ({ connectionId, mode, terms }: Order, domain: Domain, { handles }: Reply) => {
  const before = acquires(terms.action) ? { nameservers: [], dnssec: [], contacts: {} } : domain
  const delegation = terms.nameservers.length > 0 || terms.records.length > 0
  return {
    connectionId,
    mode,
    nameservers: delegation ? terms.nameservers : before.nameservers,
    dnssec: terms.dnssec ?? (terms.records.length > 0 ? [] : before.dnssec),
    contacts: withHandles({ ...before.contacts, ...terms.contacts }, handles),
  }
}

/** Each of these roles with the handle that the registry gave it, beside whatever else is known of it. */
const withHandles = (contacts: Contacts, handles: Reply['handles'] = {}): Contacts => ({
  ...contacts,
  ...Object.fromEntries(
    Object.entries(handles).map(([role, handle]) => {
      const [first = {}, ...rest] = contacts[role] ?? []
      return [role, [{ ...first, handle }, ...rest]]
    }),
  ),
})

/** The domain where only the word for how far its order has come is another; that of a newer order is never touched. */
const progressed = ({ order, domain }: Subject, happening: Happening, context: AdvanceContext): Domain => {
  if (!('reply' in happening) || context.superseded || context.replaced) return domain
  const { step, handles } = happening.reply
  const isOurs = order.status === 'done' && domain.state === 'registered'
  if (step === undefined || happening.kind === 'refused' || !(isOurs || isOpen(order.status))) return domain
  const detail = furthest(order.terms.action, domain.detail, step)
  return { ...domain, detail, contacts: isOurs ? withHandles(domain.contacts, handles) : domain.contacts }
}

/** The losing provider refuses a transfer, which nobody said before. */
const objects = ({ order, domain }: Subject, happening: Happening, { superseded, replaced }: AdvanceContext): boolean =>
  happening.kind === 'accepted' &&
  happening.reply.step === 'KK-NACK' &&
  !(superseded || replaced) &&
  furthest(order.terms.action, domain.detail, 'KK-NACK') !== domain.detail

const detailAfter = (order: Order, happening: Happening, state: DomainState, now: DomainDetail): DomainDetail => {
  const { action } = order.terms
  const change = !acquires(action)
  if (state === 'closed' || state === 'gone') return state
  if ((happening.kind === 'accepted' || happening.kind === 'done') && happening.reply.step !== undefined)
    // Until its request left, a domain has the word of what was ordered before.
    return order.status === 'queued' ? happening.reply.step : furthest(action, now, happening.reply.step)
  switch (happening.kind) {
    case 'queued':
      return change ? now : 'init'
    case 'sent':
    case 'uncertain':
      return change ? 'update' : 'filed'
    case 'accepted':
      return change ? 'update' : action === 'transfer' ? 'KK-req' : 'REG-req'
    case 'done':
      return action === 'transfer' ? 'KK-ACK' : 'REG-OK'
    case 'refused':
    case 'undeliverable':
    case 'timed-out':
      return 'error'
    case 'cancelled':
    case 'retried':
      return now
  }
}
