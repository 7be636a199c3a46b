import type { NewAction } from './action-log.js'
import { type Domain, type DomainEvent, isRegistered, statusOf, transition } from './domain.js'
import type { NewEvent } from './event.js'
import type { NewNotice } from './notice.js'
import { statusChange } from './notify.js'
import type { Order } from './order.js'
import { orderOfOwner, ownOrder } from './owner.js'
import type { Reply, Tidings } from './reply.js'
import { type Asked, type AwayContext, hearRequest } from './transfer-away.js'
import { beginWatch, UNWATCHED } from './watch.js'

/** What is known beside the notice. */
export type TidingsContext = AwayContext & {
  /** How the registry names our account; null where it does not. */
  ourName: string | null
  /** When the last request was signed that the registry carried out: what is older says nothing of the domain as it is. */
  confirmedAt: Date | null
}

export type Told =
  | { kind: 'changed'; domain: Domain; actions: NewAction[]; events: NewEvent[]; notices: NewNotice[] }
  /** Another provider wants the domain, and is answered. */
  | Asked
  /** Nothing changes; `effect` says why, and `urgent` that a person should look at it. */
  | { kind: 'noted'; effect: string; urgent: boolean }
  /** It contradicts what is settled or under way. */
  | { kind: 'conflict'; reason: string }

/**
 * Decides what a notice changes of the domain that it names and that its connection holds. Pure: the flow holds the domain's
 * lock and writes what comes back.
 */
export const takeTidings = (domain: Domain, reply: Reply, context: TidingsContext): Told => {
  const { tidings } = reply
  if (tidings === null || tidings.kind === 'news')
    return { kind: 'noted', effect: 'a notice; nothing changes by itself', urgent: tidings?.urgent ?? true }
  if (tidings.kind === 'asked-for') return hearRequest(domain, tidings, context)
  const at = tidings.at ?? context.signedAt
  if (context.confirmedAt !== null && at < context.confirmedAt)
    return { kind: 'noted', effect: `older than what the registry confirmed since; ${STAYS}`, urgent: true }
  if (tidings.kind === 'failing') return failing(domain, tidings, reply, context)
  const stranger = tidings.kind === 'moved' ? notOurs(tidings, context) : null
  if (stranger !== null) return stranger
  return depart(domain, tidings.kind === 'moved' ? 'moved-away' : 'deleted', reply, context)
}

const STAYS = 'the domain stays as it is'

/** A move is ours where our account is the one that it goes from. */
const notOurs = ({ from, to }: Tidings & { kind: 'moved' }, { ourName }: TidingsContext): Told | null => {
  if (from !== null && from === ourName && to !== ourName) return null
  if (to !== null && to === ourName)
    return { kind: 'noted', effect: `it came to us; the reply to our own order settles that, ${STAYS}`, urgent: false }
  return {
    kind: 'noted',
    effect: `it does not say that the domain left our account; ${STAYS}, look at it`,
    urgent: true,
  }
}

/** The registry's word on the time counts; without one that can be read the time that is stored stays. */
const failing = (domain: Domain, { until }: { until: Date | null }, reply: Reply, context: TidingsContext): Told => {
  if (!isRegistered(domain.state) || until === null)
    return { kind: 'noted', effect: `a warning; ${STAYS}`, urgent: true }
  const text = `${domain.unicodeName} is not delegated; mend its name servers before ${until.toISOString()}, or the registry drops it`
  const line = { ...about(domain, context), level: 'warning' as const, event: 'domain.undelegated', text }
  const action = { ...line, data: { until: until.toISOString(), code: reply.code } }
  const watch = beginWatch(domain, null, context.now)
  return {
    kind: 'changed',
    domain: { ...domain, ...watch, undelegatedUntil: until },
    actions: [action],
    events: [],
    notices: [],
  }
}

const depart = (domain: Domain, event: DomainEvent, reply: Reply, context: TidingsContext): Told => {
  const state = transition(domain.state, event)
  if (state === null)
    return {
      kind: 'conflict',
      reason: `${domain.unicodeName} is ${statusOf(domain.state)}, and the registry tells: ${reply.text}`,
    }
  if (state === domain.state) return { kind: 'noted', effect: `it is ${statusOf(state)} already`, urgent: false }
  const detail = state === 'gone' ? 'gone' : 'closed'
  const after: Domain = {
    ...domain,
    state,
    detail,
    since: context.now,
    undelegatedUntil: null,
    ...UNASKED,
    ...UNWATCHED,
  }
  return {
    kind: 'changed',
    domain: after,
    actions: lines(domain, after, reply, context),
    events: [left(after, reply, context)],
    notices: mailed(domain, after, reply, context),
  }
}

/** With the domain whoever asked for it has it, or has nothing to ask for. */
const UNASKED = { locked: null, transferRequest: null }

const lines = (before: Domain, after: Domain, { code }: Reply, context: TidingsContext): NewAction[] => {
  const { open } = context
  const [from, to] = [statusOf(before.state), statusOf(after.state)]
  const base = about(before, context)
  const status: NewAction = {
    ...{ ...base, level: 'warning', event: 'domain.status' },
    text: `${after.unicodeName} is now ${to} (was ${from}), as the registry tells`,
    data: { from, to, registered: isRegistered(after.state), detail: after.detail, code },
  }
  if (open === null) return [status]
  const text = `${after.unicodeName} left while ${open.terms.action} was under way (${open.status}); its order stays as it is until the registry answers it, or somebody cancels it`
  return [
    status,
    { ...base, level: 'error', event: 'order.overtaken', text, orderId: open.id, data: { status: open.status } },
  ]
}

/** To the address of the order that says whose the domain is, where one does. */
const mailed = (before: Domain, after: Domain, { text, code }: Reply, { now, owning }: TidingsContext): NewNotice[] => {
  const order = orderOfOwner(before, owning)
  return order === null ? [] : statusChange({ before, after, order, now, reason: { text, code } })
}

const left = (domain: Domain, reply: Reply, { now, owning }: TidingsContext): NewEvent => ({
  ...{ type: domain.state === 'gone' ? 'domain.gone' : 'domain.closed', at: now, subject: domain.name },
  data: {
    ...knownBy(ownOrder(domain, owning)),
    ...{ domain: domain.name, reason: reply.text, code: reply.code, mode: domain.mode },
  },
})

const knownBy = (order: Order | null) =>
  order === null ? {} : { orderId: order.id, billingOrderId: order.terms.billingOrderId }

const about = (domain: Domain, { now, mailId, owning }: TidingsContext) => ({
  ...{ at: now, actor: 'registry', domain: domain.name, orderId: owning?.id ?? null, mailId },
})
