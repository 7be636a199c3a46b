import { REMIND_EVERY_MS, type Ticket, ticketName } from '../core/ticket.js'
import { ticketNotice } from '../core/ticket-notice.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { aboutTicket } from './open-ticket.js'

/**
 * Reminds the people of a ticket that is still open, by the log and by mail, if that is due, and sets the time of the next reminder from now: those
 * that were missed are one.
 */
export const remindTicket = (deps: Deps, id: string): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const now = deps.clock.now()
    const ticket = await tables.tickets.lock(id)
    if (ticket === null || ticket.state !== 'open' || ticket.remindAt === null || ticket.remindAt > now) return
    const remindAt = new Date(now.getTime() + (await remindEveryOf(deps, tables, ticket)))
    const reminders = ticket.reminders + 1
    const reminded = { ...ticket, reminders, remindAt }
    await tables.tickets.update(reminded)
    await tables.notices.insert([ticketNotice(reminded, now)])
    await tables.actions.append([
      {
        ...{ ...aboutTicket(ticket), at: now, actor: 'system', level: 'warning', event: 'ticket.reminded' },
        text: `${ticketName(ticket)} is open since ${ticket.openedAt.toISOString()}: ${ticket.subject}`,
      },
    ])
  })

const remindEveryOf = async ({ profiles }: Deps, tables: Tables, { connectionId }: Ticket): Promise<number> => {
  const connection = connectionId === null ? null : await tables.connections.get(connectionId)
  const profile = connection === null ? undefined : profiles.get(connection.profile)
  return connection !== null && profile?.channel === 'people'
    ? profile.remindEvery(connection.account)
    : REMIND_EVERY_MS
}
