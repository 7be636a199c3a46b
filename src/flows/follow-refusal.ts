import type { Subject } from '../core/happening.js'
import { isOpen } from '../core/order.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { openTicket } from './open-ticket.js'
import { settleTickets } from './settle-tickets.js'

/**
 * Keeps the ticket true by which people demand a late consent: it is opened when the present provider refuses a transfer
 * (KK-NACK), and closes itself when the consent comes or the transfer ends.
 */
export const followRefusal = async (
  deps: Deps,
  tables: Tables,
  { before, after }: { before: Subject; after: Subject },
): Promise<void> => {
  const [was, is] = [before.domain.detail === 'KK-NACK', after.domain.detail === 'KK-NACK']
  if (!was && is) return demandConsent(deps, tables, after)
  if (!was || is) return
  const { status } = after.order
  const came = isOpen(status) || status === 'done'
  const note = came ? `the registry says ${after.domain.detail} now` : `the order is ${status}`
  await settleTickets(deps, tables, { about: { orderId: after.order.id }, kinds: ['late-ack'], note })
}

const demandConsent = async (deps: Deps, tables: Tables, { order, request }: Subject): Promise<void> => {
  const { domain, unicodeName } = order.terms
  await openTicket(deps, tables, {
    ...{ kind: 'late-ack', connectionId: order.connectionId, domain, orderId: order.id, requestId: request.id },
    once: `late-ack:${request.id}`,
    subject: `transfer ${unicodeName}: demand a LateACK, the present provider refused`,
    body: [
      `The present provider of ${unicodeName} refused its transfer to us (KK-NACK).`,
      `A late consent is awaited until: ${request.deadline?.toISOString() ?? 'not known'}`,
      '',
      'Demand a LateACK: ask the holder to have the present provider consent after all, and ask that provider yourself.',
      'The registry tells it by itself. Without it the order times out, and a transfer that failed may be expensive.',
      `To give it up before, cancel the order (${order.id}).`,
      'The consent closes this ticket, and so does the end of the order.',
    ].join('\n'),
  })
}
