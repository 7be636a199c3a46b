import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { parseOrderedName } from '../../../core/domain-name.js'
import { Refusal } from '../../../core/errors.js'
import { TICKET_KINDS, TICKET_STATES, type Ticket, ticketView } from '../../../core/ticket.js'
import { problemsOfIssues } from '../../../core/zod-issues.js'
import { closeTicket } from '../../../flows/close-ticket.js'
import type { Store } from '../../../ports.js'
import { closeBody } from '../../schemas/tickets.js'
import { actorOf } from '../frame/access.js'
import type { Area, Page } from '../frame/area.js'
import type { Form } from '../frame/form.js'
import { type TicketForm, TicketPage } from './ticket-page.js'
import { type TicketSearch, TicketsPage } from './tickets-page.js'

const TICKETS_ON_A_PAGE = 50
const FIELDS = ['outcome', 'note', 'code', 'expires'] as const
const EMPTY: TicketForm = { values: {}, problems: {} }

/** The list of tickets, each of them, and its form. What an open one says may hold a password: it is for who works on it. */
export const addTicketPages = (area: Area): void => {
  const { deps, page, action } = area
  page('/tickets', (c) => ticketsPage(area, c))
  page('/tickets/:id', async (c) => ticketPage(area, await findTicket(deps.store, idOf(c)), EMPTY), 'tickets')
  action({ path: '/tickets/:id/close', permission: 'tickets', back: (_, c) => pageOf(c) }, async (form, c, user) => {
    const read = readClosing(form)
    if (!('body' in read)) return ticketPage(area, await findTicket(deps.store, idOf(c)), read)
    const { outcome, note, code = null, expiresAt = null } = read.body
    const closed = await closeTicket(deps, { id: idOf(c), outcome, note, code, expiresAt, actor: actorOf(user) })
    return { to: pageOf(c), text: `Ticket ${closed.number} is closed as ${closed.state}.` }
  })
}

const idOf = (c: Context): string => c.req.param('id') ?? ''
const pageOf = (c: Context): string => `/tickets/${encodeURIComponent(idOf(c))}`

const findTicket = async (store: Store, id: string): Promise<Ticket> => {
  const ticket = await store.tickets.get(id)
  if (ticket === null) throw new Refusal('not-found', `There is no ticket ${id}.`)
  return ticket
}

const ticketPage = ({ words }: Area, ticket: Ticket, form: TicketForm): Page => ({
  title: `Ticket ${ticket.number}`,
  crumbs: [{ href: '/tickets', label: 'Tickets' }],
  content: <TicketPage ticket={ticketView(ticket)} form={form} words={words} />,
})

/** The same rules as those of the API; a date is the beginning of that day. */
const readClosing = (form: Form): { body: z.output<typeof closeBody> } | TicketForm => {
  const values = Object.fromEntries(FIELDS.map((name) => [name, form.text(name).trim()]))
  const { outcome, note, code, expires } = values
  const given = { outcome, note, code: code || null, expiresAt: expires ? `${expires}T00:00:00Z` : null }
  const parsed = closeBody.safeParse(given)
  if (parsed.success) return { body: parsed.data }
  const found = problemsOfIssues(parsed.error.issues).map(({ pointer, detail }) => [
    pointer === '/expiresAt' ? 'expires' : pointer.slice(1),
    detail,
  ])
  return { values, problems: Object.fromEntries(found) as Record<string, string> }
}

const ticketsPage = async ({ deps: { store, clock }, words }: Area, c: Context): Promise<Page> => {
  const search = searchOf(c)
  const cursor = c.req.query('cursor') || null
  const { items, next } = await store.tickets.list(filterOf(search), { limit: TICKETS_ON_A_PAGE, cursor })
  const tickets = items.map(ticketView)
  return { title: 'Tickets', content: <TicketsPage {...{ tickets, search, cursor, next, words }} now={clock.now()} /> }
}

/** Those that are open, unless the address says otherwise. */
const searchOf = (c: Context): TicketSearch => ({
  state: c.req.query('state') === '' ? null : (TICKET_STATES.find((one) => one === c.req.query('state')) ?? 'open'),
  kind: TICKET_KINDS.find((one) => one === c.req.query('kind')) ?? null,
  domain: c.req.query('domain')?.trim().slice(0, 255) || null,
})

const filterOf = ({ state, kind, domain }: TicketSearch) => {
  const parsed = domain === null ? null : parseOrderedName(domain)
  const name = parsed?.ok === true ? parsed.value.name : (domain ?? undefined)
  return { state: state ?? undefined, kind: kind ?? undefined, domain: name }
}
