import { awaitsDns, dnsStep } from './dns-preparation.js'
import { type Domain, type ForeignRequest, statusOf } from './domain.js'
import { isBelowRegistrable } from './domain-name.js'
import { isExpired } from './expiry.js'
import type { Order } from './order.js'
import { isForPeople, type Request } from './request.js'
import { endOfMonth, isSelf } from './set-up.js'
import { orderedByText } from './two-persons.js'

/** The order that a domain waits for, its request, and whether its connection is paused. */
export type OpenOrder = { order: Order; request: Request | null; paused: boolean }

/** What happens next with a domain, and when, in one sentence for the administrator. Times are RFC 3339 in UTC. */
export const nextStep = (
  domain: Domain,
  { open, watched, now }: { open: OpenOrder | null; watched: boolean; now: Date },
): string => {
  if (open === null) return settledStep(domain, watched, now)
  const { order, request, paused } = open
  const what = `the ${order.terms.action} request`
  switch (order.status) {
    case 'awaiting-payment':
      return `Nothing is sent before order ${order.terms.billingOrderId} is paid.`
    case 'awaiting-approval':
      return `Nothing is sent before a second person approves the ${order.terms.action}, which ${orderedByText(order.orderedBy)} ordered; without that it is cancelled ${time(request?.deadline)}.`
    case 'queued':
      if (awaitsDns(order)) return dnsStep(order)
      if (paused) return `The connection is paused: ${what} is sent when somebody resumes it.`
      if (request !== null && isForPeople(request) && request.answer === null)
        return `Next, a ticket asks a person to carry out the ${order.terms.action}.`
      if (request === null || request.answer === null) return `Next, ${what} is signed and sent.`
      return `Next, ${what} is tried again ${time(request.dueAt)}; the last answer was: ${request.answer ?? 'none'}.`
    case 'sent':
      if (request !== null && isForPeople(request))
        return `A person carries it out and closes its ticket (${request.answer}); that is awaited until ${time(request.deadline)}, after that the order is timed out.`
      if (request?.channel === 'https')
        return `The registry is asked ${time(request.checkAt)} what became of it; that is awaited until ${time(request.deadline)}, after that the order is timed out.`
      return `The registry's reply is awaited until ${time(request?.deadline)}; after that the order is timed out.`
    case 'acknowledged':
      return `The registry has the request and will decide; its decision is awaited until ${time(request?.deadline)}${request?.channel === 'https' ? `, and asked for ${time(request.checkAt)}` : ''}.`
    case 'uncertain':
      if (request?.channel === 'https')
        return `Nobody knows whether the registry got ${what}: it is asked ${time(request.checkAt)}, until ${time(request.deadline)}, and ${what} is not sent again by itself.`
      return `Nobody knows whether the registry got ${what}; its reply is awaited until ${time(request?.deadline)}, and it is not sent again by itself: ask the registry, then retry the order or cancel it.`
    default:
      return settledStep(domain, watched, now)
  }
}

const settledStep = (domain: Domain, watched: boolean, now: Date): string => {
  switch (statusOf(domain.state)) {
    case 'Registered':
      if (domain.undelegatedUntil !== null)
        return `The name servers have to be mended ${time(domain.undelegatedUntil)} at the latest: the registry registered the domain but does not delegate it, and drops it after that.`
      if (isExpired(domain, now))
        return `The domain expired ${time(domain.expiresAt)} and no renewal is known: the registry suspends it, and then deletes it; have it renewed there, or let it go.`
      if (domain.transferRequest?.answer === null) return askedStep(domain.transferRequest)
      if (watched && (domain.delegation !== 'connected' || domain.delegationFault !== null)) return lookStep(domain)
      return domain.expiresAt === null
        ? 'Nothing is due: the registry keeps the domain until it is closed.'
        : `Nothing is due before the domain expires ${time(domain.expiresAt)}.`
    case 'Error':
      return 'Nothing happens by itself: read the newest error in its timeline, then retry the order, place another, or dismiss the error.'
    case 'Closed':
    case 'Gone':
      return 'Nothing is due: the domain is no longer looked after here.'
    default:
      if (isSelf(domain) && isBelowRegistrable(domain.name))
        return 'Nothing is due: it is put up here, below a name that is registered, until somebody removes it.'
      return isSelf(domain)
        ? `It is prepared and not ours: order its transfer before ${endOfMonth(domain.since).toISOString()}, after which it may cost extra, or remove it.`
        : 'Nothing is due.'
  }
}

/** The name of who asks is a stranger's, and in the log and on the ticket. */
const askedStep = ({ until }: ForeignRequest): string =>
  `Another provider asks for the domain${until === null ? '' : `, and is to be answered before ${until.toISOString()}`}: by its open order approve-transfer or reject-transfer, or by whoever has its ticket.`

/** `delegationFault` holds names that others wrote; only hosts are taken into it (core/parent-answer.ts). */
const lookStep = ({ delegation, delegationFault, watchAt }: Domain): string => {
  const why = delegationFault === null ? '' : ` (${delegationFault})`
  const again = `the servers of its parent zone are asked again ${time(watchAt)}`
  if (delegation === null) return `Its delegation is waited for${why}: ${again}.`
  if (delegation === 'delegated')
    return `It is delegated, but not yet as ordered at every server of its parent zone${why}: ${again}.`
  return `It was connected, and is not delegated as ordered any more${why}: look at its name servers at the registry; ${again}.`
}

const time = (at: Date | null | undefined): string => (at == null ? 'as soon as possible' : at.toISOString())
