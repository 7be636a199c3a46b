import { type TicketKind, ticketName, withoutPassword } from '../core/ticket.js'
import type { Tables, TicketSubject } from '../ports.js'
import type { Deps } from './deps.js'
import { aboutTicket } from './open-ticket.js'

/**
 * Closes the tickets of these kinds whose matter was settled otherwise, as `note` says, with a line of the log each.
 * `password` is one that may stand in them, and no longer does.
 */
export const settleTickets = async (
  deps: Pick<Deps, 'clock'>,
  tables: Tables,
  input: { about: TicketSubject; kinds: readonly TicketKind[]; note: string; password?: string | null },
): Promise<void> => {
  const at = deps.clock.now()
  const closed = await tables.tickets.settle(input.about, input.kinds, { at, note: input.note })
  if (closed.length === 0) return
  for (const ticket of closed) {
    const body = withoutPassword(ticket.body, input.password ?? null)
    if (body !== ticket.body) await tables.tickets.update({ ...ticket, body })
  }
  await tables.actions.append(
    closed.map((ticket) => ({
      ...{ ...aboutTicket(ticket), at, actor: 'system', level: 'info', event: 'ticket.closed' },
      text: `${ticketName(ticket)} needs nobody any more: ${input.note}`,
    })),
  )
}

/** Those about a mail that changed nothing when it came. */
export const MAIL_TICKETS = [
  'unrecognised-mail',
  'ambiguous-mail',
  'conflict',
  'notice',
] as const satisfies readonly TicketKind[]
