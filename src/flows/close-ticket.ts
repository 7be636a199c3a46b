import { describeProblems, type Problem, Refusal } from '../core/errors.js'
import type { Happening } from '../core/happening.js'
import { humanReply } from '../core/human-reply.js'
import { codeProblem, isOpen } from '../core/order.js'
import { type Ticket, type TicketOutcome, ticketName, withoutPassword } from '../core/ticket.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { aboutTicket } from './open-ticket.js'
import { applyHappening, type Loaded, loadSubject } from './subject.js'

export type CloseTicket = {
  /** Or its number. */
  id: string
  outcome: TicketOutcome
  note: string
  /** Of a refusal, as the registrar gives it. */
  code: string | null
  /** Until when the domain is registered now, as the registrar says. */
  expiresAt: Date | null
  actor: string
}

/**
 * Closes a ticket in the name of whoever did its work. That of an order settles the order as a registry's reply would, by the
 * same table: `done` after a time-out is a late success. Any other is only closed. Throws `Refusal`: not-found, invalid for what
 * belongs to orders alone, or conflict for one that is closed, or that contradicts its order.
 */
export const closeTicket = (deps: Deps, input: CloseTicket): Promise<Ticket> =>
  deps.store.transaction(async (tables) => {
    const known = await tables.tickets.get(input.id)
    const requestId = known?.kind === 'order' ? known.requestId : null
    const loaded = requestId === null ? null : await loadSubject(tables, requestId) // its domain's lock comes first
    const ticket = await tables.tickets.lock(input.id)
    if (ticket === null) throw new Refusal('not-found', `there is no ticket ${input.id}`)
    if (ticket.state !== 'open')
      throw new Refusal(
        'conflict',
        `${ticketName(ticket)} was closed as ${ticket.state} by ${ticket.closedBy} at ${ticket.closedAt?.toISOString()}: ${ticket.note}`,
      )
    refuseUnfit(ticket, loaded, { ...input, now: deps.clock.now() })
    const closed: Ticket = {
      ...{ ...ticket, state: input.outcome, closedAt: deps.clock.now(), closedBy: input.actor, note: input.note },
      ...{ remindAt: null, body: withoutPassword(ticket.body, loaded?.subject.order.terms.authInfo ?? null) },
    }
    await tables.tickets.update(closed)
    await tables.actions.append([
      {
        ...{ ...aboutTicket(closed), at: deps.clock.now(), actor: input.actor, level: 'info', event: 'ticket.closed' },
        text: `${ticketName(ticket)} was closed as ${input.outcome}: ${input.note}`,
      },
    ])
    if (loaded !== null && input.outcome !== 'dismissed') await settleOrder(deps, tables, { ticket, loaded, input })
    return closed
  })

const refuseUnfit = (
  ticket: Ticket,
  loaded: Loaded | null,
  { outcome, code, expiresAt, now }: CloseTicket & { now: Date },
): void => {
  const problems = [
    ...(code !== null && (loaded === null || outcome !== 'failed')
      ? [{ pointer: '/code', detail: 'belongs to an order that failed' }]
      : problemsOf('/code', codeProblem(code, { refuses: true }))),
    ...(expiresAt !== null && (loaded === null || outcome !== 'done')
      ? [{ pointer: '/expiresAt', detail: 'belongs to an order that was done' }]
      : []),
  ]
  if (problems.length > 0)
    throw new Refusal('invalid', `${ticketName(ticket)} cannot be closed so: ${describeProblems(problems)}`, {
      problems,
    })
  // A renewal would be ordered, and charged, at once.
  if (expiresAt !== null && expiresAt <= now) {
    const detail = `is ${expiresAt.toISOString()}, which is past: give until when the domain is registered now, or leave it out`
    throw new Refusal('invalid', `${ticketName(ticket)} cannot be closed so: its date ${detail}`, {
      problems: [{ pointer: '/expiresAt', detail }],
    })
  }
  if (outcome === 'dismissed' && loaded !== null && isOpen(loaded.subject.order.status))
    throw new Refusal(
      'conflict',
      `${ticketName(ticket)} is about an order that waits for it: close it as done or failed, or cancel order ${loaded.subject.order.id}`,
    )
}

const problemsOf = (pointer: string, detail: string | null): Problem[] => (detail === null ? [] : [{ pointer, detail }])

const settleOrder = async (
  deps: Deps,
  tables: Tables,
  { ticket, loaded, input }: { ticket: Ticket; loaded: Loaded; input: CloseTicket },
): Promise<void> => {
  const kind = input.outcome === 'done' ? 'done' : 'refused'
  const said = { text: input.note, code: input.code, expiresAt: input.expiresAt }
  const happening: Happening = {
    kind,
    reply: humanReply(loaded.subject, { ...said, outcome: kind }),
    mailId: null,
    byPerson: true,
  }
  const applied = await applyHappening(deps, tables, loaded, happening, input.actor)
  if (applied.kind === 'conflict')
    throw new Refusal(
      'conflict',
      `${ticketName(ticket)} cannot be closed as ${input.outcome}, because order ${loaded.subject.order.id} is ${loaded.subject.order.status} (${applied.reason}): dismiss it, and say in its note what was done`,
    )
}
