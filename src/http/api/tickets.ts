import { z } from '@hono/zod-openapi'
import { parseOrderedName } from '../../core/domain-name.js'
import { Refusal } from '../../core/errors.js'
import { TICKET_KINDS, TICKET_STATES, ticketView } from '../../core/ticket.js'
import { closeTicket } from '../../flows/close-ticket.js'
import type { Deps } from '../../flows/deps.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { closeBody, ticketSchema } from '../schemas/tickets.js'

const common = { tag: 'Tickets', access: 'admin', params: NOTHING, query: NOTHING, body: NOTHING } as const
const idParam = z.object({ id: z.string() })

const listing = {
  ...common,
  method: 'get',
  path: '/v1/tickets',
  operation: 'listTickets',
  summary: 'List work for people, newest first',
  query: z.strictObject({
    ...pageQuery,
    state: z.enum(TICKET_STATES).optional(),
    kind: z.enum(TICKET_KINDS).optional(),
    domain: z.string().optional(),
  }),
  status: 200,
  reply: pageOf(ticketSchema),
} as const

const reading = {
  ...common,
  method: 'get',
  path: '/v1/tickets/{id}',
  operation: 'readTicket',
  summary: 'Read a ticket',
  params: idParam,
  status: 200,
  reply: ticketSchema,
  problems: [404],
} as const

const closing = {
  ...common,
  method: 'post',
  path: '/v1/tickets/{id}/close',
  operation: 'closeTicket',
  summary: 'Say what became of the work of a ticket',
  description:
    'A `order` that is `done` or `failed` settles its order as a reply of a registry would, in the name of the token. Any other is closed, and nothing else.',
  params: idParam,
  body: closeBody,
  status: 200,
  reply: ticketSchema,
  problems: [400, 404, 409, 413],
} as const

/** Tickets: list, read, close. */
export const addTicketEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, listing, async ({ query }) => {
    const { state, kind, domain } = query
    const filter = { state, kind, domain: domain === undefined ? undefined : nameOf(domain) }
    const { items, next } = await deps.store.tickets.list(filter, pageOptions(query))
    return { body: { items: items.map(ticketView), next } }
  })
  addEndpoint(api, reading, async ({ params: { id } }) => {
    const ticket = await deps.store.tickets.get(id)
    if (ticket === null) throw new Refusal('not-found', `there is no ticket ${id}`)
    return { body: ticketView(ticket) }
  })
  addEndpoint(api, closing, async ({ caller, params, body }) => {
    const { outcome, note, code = null, expiresAt = null } = body
    const input = { id: params.id, outcome, note, code, expiresAt, actor: caller.actor }
    return { body: ticketView(await closeTicket(deps, input)) }
  })
}

/** The A-label of a name; what is no name is looked for as it is, and found nowhere. */
const nameOf = (text: string): string => {
  const parsed = parseOrderedName(text)
  return parsed.ok ? parsed.value.name : text
}
