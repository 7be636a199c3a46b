import type { NewAction } from './action-log.js'
import { zoneOf } from './dns-preparation.js'
import { type Domain, type DomainEvent, transition } from './domain.js'
import { isBelowRegistrable } from './domain-name.js'
import type { Problem } from './errors.js'
import type { NewEvent } from './event.js'
import type { Subject } from './happening.js'
import type { Order, OrderTerms } from './order.js'

/**
 * What the gateway does by itself for a name that is not ours yet: `setup` has its DNS prepared, so that a transfer that
 * follows in the same month is smooth, and `remove` drops it again. Nothing is sent for either.
 */
export const OWN_ACTIONS = ['setup', 'remove'] as const
export type OwnAction = (typeof OWN_ACTIONS)[number]

export const isOwnAction = (action: string): action is OwnAction => (OWN_ACTIONS as readonly string[]).includes(action)

/** What each means for the domain. */
export const OWN_EVENTS: Record<OwnAction, DomainEvent> = { setup: 'set-up', remove: 'removed' }

/** Prepared by us, and nothing was ordered of a registry since. */
export const isSelf = ({ state, detail }: Pick<Domain, 'state' | 'detail'>): boolean =>
  state === 'pending' && detail === 'self'

/** A set-up says which name servers the zone is for; a removal says nothing but the name. */
export const ownProblems = (terms: OrderTerms): Problem[] => {
  const { nameservers, records, dnssec, contacts, authInfo, period, disconnect } = terms
  const zone = { nameservers, records, dnssec: dnssec ?? [] }
  const given = { ...(terms.action === 'remove' ? zone : {}), contacts: Object.keys(contacts) }
  const excess = [
    ...Object.entries(given).flatMap(([name, list]) => (list.length > 0 ? [name] : [])),
    ...Object.entries({ authInfo, period, disconnect }).flatMap(([name, value]) => (value === null ? [] : [name])),
  ]
  return excess.map((name) => ({ pointer: `/${name}`, detail: `is not part of a ${terms.action}; leave it out` }))
}

/** The order as it is with its own end: done, unpaid and free of charge, and the domain as it leaves it. */
export const carryOut = ({ order, request, domain }: Subject, { actor, now }: { actor: string; now: Date }) => {
  const action: OwnAction = order.terms.action === 'remove' ? 'remove' : 'setup'
  const state = transition(domain.state, OWN_EVENTS[action])
  if (state === null) throw new Error(`${action} does not apply to a domain that is ${domain.state}`)
  const after = action === 'setup' ? prepared(domain, order, now) : { ...domain, detail: 'closed' as const, since: now }
  const subject: Subject = {
    order: { ...order, status: 'done', updatedAt: now },
    request: { ...request, state: 'settled' },
    domain: { ...after, state },
  }
  const { id, mode, terms } = order
  const line = { at: now, level: 'info' as const, actor, domain: domain.name, orderId: id, requestId: request.id }
  const data = { orderId: id, billingOrderId: terms.billingOrderId, domain: domain.name, mode }
  const event = { at: now, subject: domain.name, data }
  const events: NewEvent[] = [
    { ...event, type: 'order.done' },
    action === 'setup'
      ? { ...event, type: 'dns.prepare', data: { ...data, ...zoneOf(terms) } }
      : {
          ...event,
          type: 'domain.closed',
          data: { ...data, reason: 'it was removed: it was prepared, and never ours' },
        },
  ]
  const text =
    action === 'setup'
      ? `the DNS of ${domain.unicodeName} is to be prepared (dns.prepare); it is not ours yet`
      : `${domain.unicodeName} is not prepared any more`
  return {
    ...{ kind: 'advanced' as const, subject, notices: [], events },
    actions: [{ ...line, event: 'order.done', text: `${action}: ${text}` }],
  }
}

/** What we knew of it from before may be another account's. */
const prepared = (domain: Domain, { connectionId, mode, terms }: Order, now: Date): Domain => ({
  ...{ ...domain, connectionId, mode, detail: 'self', since: now, expiresAt: null, undelegatedUntil: null },
  ...{ nameservers: terms.nameservers, dnssec: terms.dnssec ?? [], contacts: {}, accountId: null, owner: null },
})

/** What whoever orders a set-up is told: its transfer has to follow. A sub-domain is not transferred. */
export const setUpWarnings = ({ action, domain }: OrderTerms, now: Date): Problem[] =>
  action !== 'setup' || isBelowRegistrable(domain)
    ? []
    : [
        {
          pointer: '/action',
          detail: `This prepares a transfer, which has to follow before ${endOfMonth(now).toISOString()}: after that it may cost extra, and domain.setup-late tells so. Order it before then.`,
        },
      ]

/** What was prepared before this is late: the month, by UTC, in which its transfer costs nothing more is over. */
export const monthOf = (now: Date): Date => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))

/** When the month of a set-up ends, by UTC. */
export const endOfMonth = (since: Date): Date => new Date(Date.UTC(since.getUTCFullYear(), since.getUTCMonth() + 1, 1))

/** What is told of a name whose transfer did not follow in the month of its set-up. */
export const lateSetUp = (
  { name, unicodeName, since, mode }: Domain,
  { owning, now }: { owning: Order | null; now: Date },
): { action: NewAction; event: NewEvent } => {
  const about = owning === null ? {} : { orderId: owning.id, billingOrderId: owning.terms.billingOrderId }
  const text = `${unicodeName} was set up ${since.toISOString()}, and its transfer did not follow in that month: it may cost extra from now on; order the transfer, or remove the name`
  return {
    action: {
      ...{ at: now, actor: 'system', level: 'warning', event: 'domain.setup-late', text },
      ...{ domain: name, orderId: owning?.id ?? null, data: { since: since.toISOString() } },
    },
    event: {
      ...{ type: 'domain.setup-late', at: now, subject: name },
      data: { ...about, domain: name, since: since.toISOString(), mode },
    },
  }
}
