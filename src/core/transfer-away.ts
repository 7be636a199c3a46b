import type { TransferAnswer } from './action.js'
import type { NewAction } from './action-log.js'
import { type Domain, type ForeignRequest, isRegistered, statusOf } from './domain.js'
import type { NewEvent } from './event.js'
import type { Mode } from './mode.js'
import type { NewNotice } from './notice.js'
import { titleOf } from './notice-text.js'
import type { Order } from './order.js'
import { orderOfOwner, ownOrder } from './owner.js'

/**
 * What a connection wants done where another provider asks for a domain that is not locked: the registry is told to let it go, or
 * people are asked.
 */
export const TRANSFER_AWAY = ['ask', 'approve'] as const
export type TransferAway = (typeof TRANSFER_AWAY)[number]

/** Whether other providers are refused. `byDefault`: its registry locks the name when it comes to it. */
export const isLocked = ({ locked }: Pick<Domain, 'locked'>, byDefault: boolean): boolean => locked ?? byDefault

/** What is known of the domain and its connection as they are now. */
export type AwayContext = {
  now: Date
  mailId: string
  /** When the registry signed what it tells. */
  signedAt: Date
  /** The order that says whose the domain is, and the one that is open on it. */
  owning: Order | null
  open: Order | null
  away: { mode: Mode; policy: TransferAway; lockedByDefault: boolean }
}

/** What answers the request, and why; null: people do. */
export type Decision = { answer: TransferAnswer | null; because: string }

export type Asked = {
  kind: 'asked'
  domain: Domain
  request: ForeignRequest
  decision: Decision
  actions: NewAction[]
  events: NewEvent[]
  notices: NewNotice[]
}

/** Nothing changes; `effect` says why. */
type Unmoved = { kind: 'noted'; effect: string; urgent: false }

const unmoved = (effect: string): Unmoved => ({ kind: 'noted', effect, urgent: false })

/** What a registry tells of such a request. */
export type ToldRequest = Pick<ForeignRequest, 'by' | 'until'> & { at: Date | null }

/**
 * Decides how another provider is answered that asks the registry for a domain of ours: a locked one is refused, any other as its
 * connection has it, and people decide whatever is not plain. Each request is answered once, however often the registry tells
 * of it, and one that was told later than another comes after it.
 */
export const hearRequest = (domain: Domain, told: ToldRequest, context: AwayContext): Asked | Unmoved => {
  const toldAt = told.at ?? context.signedAt
  const { transferRequest: known } = domain
  if (known !== null && toldAt < known.toldAt) return unmoved('older than what another provider is known to ask since')
  if (known !== null && isSame(known, { ...told, toldAt }))
    return unmoved('this request was told before, and is answered once')
  const request: ForeignRequest = {
    ...{ by: told.by, until: told.until, toldAt },
    ...{ orderId: null, answer: null, answeredAt: null },
  }
  const decision = decide(domain, request, context)
  return {
    ...{ kind: 'asked', domain: { ...domain, transferRequest: request }, request, decision },
    actions: [askedAction(domain, { request, decision }, context)],
    events: [askedEvent(domain, { request, decision }, context)],
    notices: askedNotice(domain, { request, decision }, context),
  }
}

/** Where a registry says no time it waits for a few days; what comes later is a new request. Our choice. Milliseconds. */
const SAME_FOR_MS = 5 * 86_400_000

/** A registry has one such request of a domain at a time, so whoever asks until then asks once, unless that was answered before. */
const isSame = (known: ForeignRequest, told: Pick<ForeignRequest, 'by' | 'until' | 'toldAt'>): boolean =>
  (known.answeredAt === null || told.toldAt <= known.answeredAt) &&
  known.by === told.by &&
  (known.until === null || told.until === null
    ? known.until === told.until && told.toldAt.getTime() - known.toldAt.getTime() < SAME_FOR_MS
    : known.until.getTime() === told.until.getTime())

const decide = (domain: Domain, { until }: ForeignRequest, { now, open, away }: AwayContext): Decision => {
  const { mode, policy, lockedByDefault } = away
  const people = (because: string): Decision => ({ answer: null, because })
  if (!isRegistered(domain.state) || domain.state === 'registering' || domain.state === 'transferring')
    return people(`the domain is ${statusOf(domain.state)} here, and not ours to give or to keep`)
  if (domain.mode !== mode) return people(`the domain is in ${domain.mode} mode, and its connection in ${mode} mode`)
  if (isOver(until, now))
    return people(`the registry waited for an answer until ${until?.toISOString()}, which is over`)
  if (open?.terms.action === 'lock' || open?.terms.action === 'release')
    return people(`its ${open.terms.action} is under way (order ${open.id})`)
  if (isLocked(domain, lockedByDefault)) return { answer: 'reject-transfer', because: 'the domain is locked' }
  return policy === 'approve'
    ? { answer: 'approve-transfer', because: 'the domain is not locked, and its connection approves (transferAway)' }
    : people('the domain is not locked, and its connection asks people (transferAway)')
}

const isOver = (until: Date | null, now: Date): boolean => until !== null && until <= now

/** The code of an answer that was cancelled because it was not true any more when it was to leave. */
export const LAPSED = 'lapsed'

/** Why nobody approves that a domain goes, as a clause about it; null where somebody may. */
export const whyKept = (domain: Domain, { open, away }: Pick<AwayContext, 'open' | 'away'>): string | null => {
  if (isLocked(domain, away.lockedByDefault)) return 'is locked: release it first'
  return open?.terms.action === 'lock' ? `is being locked (order ${open.id}): wait for that or cancel it first` : null
}

/**
 * Why an answer may not leave (any more), in words that follow "because"; null where it may. Since it was ordered somebody else may have
 * asked, and the domain or its connection may be another. What people ordered goes by their word, but never gives a locked
 * domain away; what was ordered after the registry's time was over is theirs to try.
 */
export const whyNotSent = (
  { id, terms: { action }, createdAt, orderedBy }: Order,
  domain: Domain,
  context: Pick<AwayContext, 'now' | 'open' | 'away'>,
): string | null => {
  const { state, unicodeName, transferRequest: request } = domain
  const { now, away } = context
  if (state !== 'registered' && state !== 'faulty') return `${unicodeName} is ${statusOf(state)}`
  if (request !== null && request.orderId !== id)
    return `${unicodeName} was asked for anew since it was ordered, and it does not answer that`
  if (request?.answer === null && isOver(request.until, now) && !isOver(request.until, createdAt))
    return `the registry waited for it until ${request.until?.toISOString()}`
  const approves = action === 'approve-transfer'
  const kept = approves ? whyKept(domain, context) : null
  if (kept !== null) return `${unicodeName} ${kept}`
  if (orderedBy.at(-1)?.actor !== 'system') return null
  if (approves) return away.policy === 'approve' ? null : 'its connection asks people now (transferAway)'
  return isLocked(domain, away.lockedByDefault) ? null : `${unicodeName} is not locked any more`
}

type Heard = { request: ForeignRequest; decision: Decision }

const FATES: Record<TransferAnswer, string> = {
  'approve-transfer': 'it is approved',
  'reject-transfer': 'it is rejected',
}

const fateOf = ({ answer, because }: Decision): string =>
  `${answer === null ? 'people decide' : FATES[answer]}, because ${because}`

/** Who asks, in words for people; a stranger may have chosen the name. */
export const askerOf = ({ by }: Pick<ForeignRequest, 'by'>): string => (by === null ? 'another provider' : titleOf(by))

const askedAction = (domain: Domain, { request, decision }: Heard, { now, mailId, owning }: AwayContext): NewAction => {
  const due = request.until === null ? '' : `, and waits for an answer until ${request.until.toISOString()}`
  return {
    ...{ at: now, level: 'warning', actor: 'registry', event: 'domain.transfer-requested' },
    ...{ domain: domain.name, orderId: owning?.id ?? null, mailId },
    text: `${askerOf(request)} asks the registry for ${domain.unicodeName}${due}: ${fateOf(decision)}`,
    data: factsOf({ request, decision }),
  }
}

const factsOf = ({ request, decision }: Heard) => ({
  ...{ by: request.by, until: request.until?.toISOString() ?? null },
  ...{ answer: decision.answer, because: decision.because },
})

const askedEvent = (domain: Domain, heard: Heard, { now, owning }: AwayContext): NewEvent => {
  const order = ownOrder(domain, owning)
  return {
    ...{ type: 'domain.transfer-requested', at: now, subject: domain.name },
    data: {
      ...(order === null ? {} : { orderId: order.id, billingOrderId: order.terms.billingOrderId }),
      ...{ domain: domain.name, ...factsOf(heard), mode: domain.mode },
    },
  }
}

/** To the address of the order that says whose the domain is; not where that is another account's, or a trial. */
const askedNotice = (
  domain: Domain,
  { request, decision }: Heard,
  { now, mailId, owning }: AwayContext,
): NewNotice[] => {
  const order = orderOfOwner(domain, owning)
  if (order === null || order.mode === 'test') return []
  const to = order.terms.notify ?? order.terms.account.email
  if (to === null) return []
  const until = request.until === null ? null : `${request.until.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return [
    {
      ...{ kind: 'transfer-requested', at: now, to: { kind: 'account', address: to } },
      ...{ domain: domain.name, orderId: order.id, once: `transfer-requested:${mailId}:${domain.name}` },
      values: {
        ...{ domain: domain.name, title: titleOf(domain.unicodeName), account: titleOf(order.terms.account.id) },
        ...{ by: request.by === null ? null : titleOf(request.by), until, answer: decision.answer },
      },
    },
  ]
}

/** What a ticket about such a request says. */
export const awayTicketText = (domain: Pick<Domain, 'name' | 'unicodeName'>, about: AwayTicket): string => {
  const { request, because, said } = about
  return [
    `${request === null ? 'Another provider' : askerOf(request)} asks the registry for ${domain.unicodeName}.`,
    `Answer due: ${request?.until?.toISOString() ?? 'the registry does not say until when'}`,
    `Why a person has to decide: ${because}`,
    ...(said === null ? [] : ['', 'What the registry says:', ...said.split('\n').map((line) => `> ${line}`)]),
    '',
    'Ask the holder. Then order approve-transfer, which lets the domain go, or reject-transfer, which keeps it: in the console,',
    `by sealpost order place, or by POST /v1/orders, for the domain ${domain.name}. The answer closes this ticket.`,
    'Where no answer is given, it may count as consent or as refusal, by the rules of the registry.',
  ].join('\n')
}

type AwayTicket = { request: ForeignRequest | null; because: string; said: string | null }
