import type { NewNotice } from './notice.js'
import { linesOf, titleOf } from './notice-text.js'
import type { Ticket, TicketKind } from './ticket.js'

/** Kinds that are opened together with an entry of the log that is mailed as an alarm (`core/alarm-notice.ts`). */
const ALARMED: ReadonlySet<TicketKind> = new Set(['conflict', 'uncertain', 'late-ack'])

/** The mail that a ticket is there: none where the alarm of the same matter is mailed. */
export const openedNotice = (ticket: Ticket, at: Date): NewNotice[] =>
  ALARMED.has(ticket.kind) ? [] : [ticketNotice(ticket, at)]

/**
 * The mail that asks for, or reminds of, the work of a ticket: once when it is opened and once a reminder. What an order needs
 * stays on the ticket, because a password may be among it.
 */
export const ticketNotice = (ticket: Ticket, at: Date): NewNotice => ({
  ...{ kind: 'ticket', at, to: { kind: 'admin' }, domain: ticket.domain, orderId: ticket.orderId },
  values: {
    ticket: String(ticket.number),
    title: titleOf(ticket.subject),
    ...{ domain: ticket.domain, order: ticket.orderId },
    text: ticket.kind === 'order' ? [] : linesOf(ticket.body),
  },
  once: `ticket:${ticket.id}:${ticket.reminders}`,
})
