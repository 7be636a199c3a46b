import type { Problem } from '../core/errors.js'
import type { Subject } from '../core/happening.js'
import type { OrderTerms } from '../core/order.js'
import type { LookedUp } from './lookup-name.js'

/** A look-up asks about a name and nothing else. */
export const lookupProblems = (terms: OrderTerms): Problem[] => {
  const { nameservers, records, dnssec, contacts, authInfo, period, disconnect } = terms
  const given = { nameservers, records, dnssec: dnssec ?? [], contacts: Object.keys(contacts) }
  const excess = [
    ...Object.entries(given).flatMap(([name, list]) => (list.length > 0 ? [name] : [])),
    ...Object.entries({ authInfo, period, disconnect }).flatMap(([name, value]) => (value === null ? [] : [name])),
  ]
  return excess.map((name) => ({ pointer: `/${name}`, detail: 'is not part of a lookup; leave it out' }))
}

type Answered = { verdict: LookedUp['verdict']; actor: string; now: Date }

/** A look-up as it is with its answer: done, unpaid and free of charge, and nothing is ever sent for it. */
export const answerLookup = ({ order, request, domain }: Subject, { verdict, actor, now }: Answered) => {
  const { id, terms } = order
  const about = { domain: domain.name, orderId: id, requestId: request.id }
  const subject: Subject = {
    order: { ...order, status: 'done', result: { verdict }, updatedAt: now },
    request: { ...request, state: 'settled' },
    domain,
  }
  const text = `${terms.action} ${terms.unicodeName}: ${verdict}, as the lookup script says`
  const data = { orderId: id, billingOrderId: terms.billingOrderId, domain: terms.domain, mode: order.mode }
  return {
    kind: 'advanced' as const,
    subject,
    actions: [{ ...about, at: now, level: 'info' as const, actor, event: 'order.done', text, data: { verdict } }],
    notices: [],
    events: [{ type: 'order.done' as const, at: now, subject: domain.name, data }],
  }
}
