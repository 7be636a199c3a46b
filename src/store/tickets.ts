import sql, { empty } from 'sql-template-tag'
import { type NewTicket, TICKET_KINDS, TICKET_STATES, type Ticket, type TicketKind } from '../core/ticket.js'
import type { Ticket as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { idsOf } from './ids.js'
import { type Columns, incoming, namesOf, renewed, selected } from './records.js'
import { fromCursor, isId, toPage, toWord } from './values.js'

export const ticketsTable = (client: Client): Tables['tickets'] => ({
  get: (id) => find(client, id, false),

  lock: (id) => find(client, id, true),

  open: async (ticket) => {
    const rows = await client.rows<TicketRow>`
      INSERT INTO tickets (${NAMES}) SELECT ${NAMES} FROM ${incoming(NEW_COLUMNS, 'tickets', [ticket])}
      ON CONFLICT (once) DO NOTHING RETURNING ${SELECTED}`
    return rows.map(toTicket)[0] ?? null
  },

  update: async (ticket) => {
    await client.run`
      UPDATE tickets SET ${renewed(CHANGING)} FROM ${incoming({ ...CHANGING, id: 'id' }, 'tickets', [ticket])}
      WHERE tickets.id = new.id`
  },

  settle: async ({ orderId, mailId, domain }, kinds, { at, note }) => {
    const about =
      orderId !== undefined
        ? sql`order_id = ${orderId}::uuid`
        : mailId !== undefined
          ? sql`mail_id = ${mailId}::uuid`
          : sql`domain = ${domain}`
    const rows = await client.rows<TicketRow>`
      UPDATE tickets SET state = 'dismissed', closed_at = ${at.toISOString()}::timestamptz, closed_by = 'system',
        note = ${note}, remind_at = NULL
      WHERE state = 'open' AND ${about} AND kind = ANY (${[...kinds]}::text[]) RETURNING ${SELECTED}`
    return rows.map(toTicket)
  },

  list: async ({ state, kind, domain }, { limit, cursor }) => {
    const before = fromCursor('tickets', 'number', cursor)
    const rows = await client.rows<TicketRow>`
      SELECT ${SELECTED} FROM tickets WHERE true
        ${state === undefined ? empty : state === 'open' ? sql`AND state = 'open'` : sql`AND state = ${state}`}
        ${kind === undefined ? empty : sql`AND kind = ${kind}`}
        ${domain === undefined ? empty : sql`AND domain = ${domain}`}
        ${before === null ? empty : sql`AND number < ${before}::bigint`}
      ORDER BY number DESC LIMIT ${limit + 1}`
    return toPage(rows, { limit, list: 'tickets', key: ({ number }) => String(number), item: toTicket })
  },

  countOpen: async () => {
    const rows = await client.rows<{ kind: string; count: number }>`
      SELECT kind, count(*)::int AS count FROM tickets WHERE state = 'open' GROUP BY kind ORDER BY kind`
    return rows.map(({ kind, count }) => ({ kind: toWord<TicketKind>(TICKET_KINDS, kind), count }))
  },

  due: (now, limit) =>
    idsOf(
      client,
      sql`
      SELECT id FROM tickets WHERE state = 'open' AND remind_at <= ${now.toISOString()}::timestamptz
      ORDER BY remind_at LIMIT ${limit}`,
    ),
})

const find = async (client: Client, id: string, held: boolean): Promise<Ticket | null> => {
  if (!isId(id) && !NUMBER.test(id)) return null
  const rows = await client.rows<TicketRow>`
    SELECT ${SELECTED} FROM tickets WHERE ${isId(id) ? sql`id = ${id}::uuid` : sql`number = ${id}::int`}
    ${held ? sql`FOR UPDATE` : empty}`
  return rows.map(toTicket)[0] ?? null
}

/** What the column holds. */
const NUMBER = /^[1-9][0-9]{0,8}$/

/** What a ticket has when it is opened; the database gives its number. */
const NEW_COLUMNS = {
  id: 'id',
  kind: 'kind',
  connectionId: 'connection_id',
  domain: 'domain',
  orderId: 'order_id',
  requestId: 'request_id',
  mailId: 'mail_id',
  subject: 'subject',
  body: 'body',
  openedAt: 'opened_at',
  remindAt: 'remind_at',
  once: 'once',
} as const satisfies Columns<keyof NewTicket>

const CHANGING = {
  state: 'state',
  body: 'body',
  closedAt: 'closed_at',
  closedBy: 'closed_by',
  note: 'note',
  remindAt: 'remind_at',
  reminders: 'reminders',
} as const satisfies Partial<Columns<keyof Ticket>>

const TICKET_COLUMNS = { ...NEW_COLUMNS, ...CHANGING, number: 'number' } as const satisfies Columns<keyof Ticket>

const SELECTED = selected(TICKET_COLUMNS, 'tickets')
const NAMES = namesOf(NEW_COLUMNS)

type TicketRow = Pick<Row, keyof Ticket>

const toTicket = (row: TicketRow): Ticket => ({
  ...row,
  kind: toWord<TicketKind>(TICKET_KINDS, row.kind),
  state: toWord(TICKET_STATES, row.state),
})
