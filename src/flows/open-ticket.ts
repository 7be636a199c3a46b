import { type NewAction, printable } from '../core/action-log.js'
import { type NewTicket, REMIND_EVERY_MS, type Ticket, ticketName } from '../core/ticket.js'
import { openedNotice } from '../core/ticket-notice.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

export type OpenTicket = Pick<NewTicket, 'kind' | 'subject' | 'body' | 'once'> &
  Partial<Pick<NewTicket, 'connectionId' | 'domain' | 'orderId' | 'requestId' | 'mailId'>> & {
    /** How often its people are reminded. Milliseconds; a day unless said. */
    remindEvery?: number
  }

/**
 * Opens a ticket within the transaction that causes it, with a line of the log and a mail to the administrators, unless they
 * get one of the same matter anyway. Null, and nothing written, where the same cause has one. Its text is made fit to be
 * shown: strangers may have written parts of it.
 */
export const openTicket = async (
  deps: Pick<Deps, 'clock' | 'newId'>,
  tables: Tables,
  input: OpenTicket,
): Promise<Ticket | null> => {
  const { remindEvery = REMIND_EVERY_MS, subject, body, ...rest } = input
  const openedAt = deps.clock.now()
  const ticket = await tables.tickets.open({
    ...{ connectionId: null, domain: null, orderId: null, requestId: null, mailId: null, ...rest },
    ...{ id: deps.newId(), openedAt, remindAt: new Date(openedAt.getTime() + remindEvery) },
    ...{ subject: printable(subject).replace(/\s+/g, ' ').trim(), body: printable(body) },
  })
  if (ticket === null) return null
  await tables.actions.append([openedAction(ticket)])
  await tables.notices.insert(openedNotice(ticket, openedAt))
  return ticket
}

const openedAction = (ticket: Ticket): NewAction => ({
  ...{ ...aboutTicket(ticket), at: ticket.openedAt, actor: 'system', level: 'info', event: 'ticket.opened' },
  text: `${ticketName(ticket)} was opened: ${ticket.subject}`,
})

/** What lines of the log about a ticket name. */
export const aboutTicket = ({ id, number, kind, domain, orderId, requestId, mailId }: Ticket) => ({
  ...{ domain, orderId, requestId, mailId },
  data: { ticket: id, number, kind },
})
