import { isTransferAnswer } from '../core/action.js'
import type { Connection } from '../core/connection.js'
import { type Domain, isRegistered } from '../core/domain.js'
import type { Subject } from '../core/happening.js'
import { isOpen } from '../core/order.js'
import { isForPeople } from '../core/request.js'
import { orderedByText } from '../core/two-persons.js'
import type { Tables } from '../ports.js'
import { askForDns } from './ask-for-dns.js'
import { askPeople } from './ask-people.js'
import type { Deps } from './deps.js'
import { followRefusal } from './follow-refusal.js'
import { openTicket } from './open-ticket.js'
import { settleTickets } from './settle-tickets.js'

/**
 * Keeps tickets true to what happened to an order, in the same transaction: an uncertain one needs a person, one that rests a
 * second person, one that should have answered another provider and did not whoever answers instead, and one that was settled
 * otherwise needs none any more. An order that timed out keeps the ticket by which it can still be done.
 */
export const followOrder = async (
  deps: Deps,
  tables: Tables,
  { before, after, connection }: { before: Subject; after: Subject; connection: Connection },
): Promise<void> => {
  if (before.order.dnsAskedAt === null && after.order.dnsAskedAt !== null) await askForDns(deps, tables, after)
  await followRefusal(deps, tables, { before, after })
  const [from, to] = [before.order.status, after.order.status]
  if (from === to) return
  const about = { orderId: after.order.id }
  if (from === 'uncertain')
    await settleTickets(deps, tables, { about, kinds: ['uncertain'], note: `the order is ${to}` })
  if (from === 'awaiting-approval')
    await settleTickets(deps, tables, { about, kinds: ['approval'], note: `the order is ${to}` })
  if (from === 'queued' && after.order.dnsAskedAt !== null)
    await settleTickets(deps, tables, { about, kinds: ['dns'], note: `the order is ${to}` })
  if (to === 'awaiting-approval') await askForApproval(deps, tables, after, connection)
  if (to === 'uncertain') await askWhereItIs(deps, tables, after, connection)
  if (isTransferAnswer(after.order.terms.action)) await followAnswer(deps, tables, after)
  if (isRegistered(before.domain.state) && !isRegistered(after.domain.state))
    await settleTickets(deps, tables, { ...ofOthers(after.domain), note: 'the domain is not ours any more' })
  if (isForPeople(after.request) && !isOpen(to) && to !== 'timed-out')
    await settleTickets(deps, tables, {
      ...{ about, kinds: ['order'], note: `the order is ${to}`, password: after.order.terms.authInfo },
    })
}

/** An answer that came to nothing leaves the other provider without one. */
const followAnswer = async (deps: Deps, tables: Tables, { order, request, domain }: Subject): Promise<void> => {
  const { status, terms, id, reason } = order
  const asked = domain.transferRequest
  const isOther = asked !== null && asked.orderId !== id
  // It says nothing of a request that came after it; where it was cancelled, nobody may know yet that this has no answer.
  if (isOther && (status !== 'cancelled' || asked.orderId !== null)) return
  if (status === 'done')
    return settleTickets(deps, tables, {
      ...ofOthers(domain),
      note: `it was answered by order ${id} (${terms.action})`,
    })
  if (isOpen(status) || asked?.answer != null || !isRegistered(domain.state)) return
  const open = { state: 'open', kind: 'transfer-away', domain: domain.name } as const
  if ((await tables.tickets.list(open, { limit: 1, cursor: null })).items.length > 0) return
  const because = `order ${id} (${terms.action}) is ${status}${reason === null ? '' : `: ${reason}`}`
  const about = { domain, request: asked, because, said: null, mailId: null }
  await askPeople(deps, tables, { ...about, orderId: id, once: request.id })
}

const ofOthers = ({ name }: Domain) => ({ about: { domain: name }, kinds: ['transfer-away'] as const })

const askForApproval = async (deps: Deps, tables: Tables, { order, request }: Subject, connection: Connection) => {
  const { action, domain, unicodeName, account, billingOrderId } = order.terms
  await openTicket(deps, tables, {
    ...{ kind: 'approval', connectionId: connection.id, domain, orderId: order.id, requestId: request.id },
    once: `approval:${request.id}:${request.attempts}`,
    subject: `${action} ${unicodeName}: does a second person want it?`,
    body: [
      `${action} ${unicodeName} gives the domain away, and takes two persons here.`,
      `Ordered by: ${orderedByText(order.orderedBy)}, for ${account.id} (${billingOrderId})`,
      `Without a second person it is cancelled: ${request.deadline?.toISOString() ?? 'soon'}`,
      '',
      `Approve or reject it on the page of the order (${order.id}) in the console. Nothing is signed before.`,
      'Either closes this ticket.',
    ].join('\n'),
  })
}

const askWhereItIs = async (deps: Deps, tables: Tables, { order, request }: Subject, connection: Connection) => {
  const { action, domain, unicodeName } = order.terms
  await openTicket(deps, tables, {
    ...{ kind: 'uncertain', connectionId: connection.id, domain, orderId: order.id, requestId: request.id },
    mailId: request.mailId,
    once: `uncertain:${request.id}:${request.attempts}`,
    subject: `${action} ${unicodeName}: does the registry have the request?`,
    body: [
      `Nobody knows whether the registry got the request ${request.reference} (${action} ${unicodeName}).`,
      `What happened: ${order.reason ?? 'not known'}`,
      '',
      'Ask the registry. Then retry the order, which sends the request again with the same reference, or cancel it.',
      'Either closes this ticket, and so does an answer of the registry.',
    ].join('\n'),
  })
}
