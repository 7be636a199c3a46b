import sql, { type Sql } from 'sql-template-tag'
import { ACTIONS } from '../core/action.js'
import { AWAITING_STATES, REQUEST_STATES, type Request } from '../core/request.js'
import type { Request as Row } from '../generated/prisma/client.js'
import type { Lease, Tables } from '../ports.js'
import type { Client } from './client.js'
import { assigned, inserted, REQUEST_COLUMNS, selected } from './records.js'
import { isId, toWord } from './values.js'

export const requestsTable = (client: Client): Tables['requests'] => ({
  get: async (id) => (isId(id) ? findOne(client, sql`id = ${id}::uuid`) : null),

  findByOrder: async (orderId) => (isId(orderId) ? find(client, sql`order_id = ${orderId}::uuid`) : []),

  findByReference: (reference) => findOne(client, sql`reference = ${reference}`),

  findByTicket: (connectionId, ticket) => find(client, sql`connection_id = ${connectionId} AND ticket = ${ticket}`),

  findByBounceToken: (bounceToken) => findOne(client, sql`bounce_token = ${bounceToken}`),

  findAwaiting: (connectionId, domain) =>
    find(
      client,
      sql`connection_id = ${connectionId} AND domain = ${domain} AND state = ANY (${AWAITING_STATES}::request_state[])`,
    ),

  insert: async (request) => {
    await client.run`${inserted(REQUEST_COLUMNS, 'requests', [request])}`
  },

  update: async (request) => {
    await client.run`UPDATE requests SET ${assigned(REQUEST_COLUMNS, 'requests', request)}
      WHERE id = ${request.id}::uuid`
  },

  claim: async (id, { owner, now, leaseMs }) => {
    if (!isId(id)) return null
    const until = new Date(now.getTime() + leaseMs)
    const [row] = await client.rows<Row>`
      UPDATE requests SET lease_owner = ${owner}, lease_until = ${until.toISOString()}::timestamptz, fence = fence + 1
      WHERE id = ${id}::uuid AND ${isDue(now)}
      RETURNING ${selected(REQUEST_COLUMNS, 'requests')}, fence`
    return row === undefined ? null : { request: toRequest(row), lease: { owner, fence: row.fence } }
  },

  holds: async (id, lease) => {
    if (!isId(id)) return false
    const rows = await client.rows`SELECT id FROM requests WHERE ${isHeld(id, lease)} FOR UPDATE`
    return rows.length === 1
  },

  extend: async (id, lease, until) => {
    if (!isId(id)) return false
    const held = await client.run`
      UPDATE requests SET lease_until = ${until.toISOString()}::timestamptz WHERE ${isHeld(id, lease)}`
    return held === 1
  },

  release: async (id, lease) => {
    if (!isId(id)) return
    await client.run`UPDATE requests SET lease_owner = NULL, lease_until = NULL WHERE ${isHeld(id, lease)}`
  },

  unpark: (connectionId, now) => {
    const at = sql`${now.toISOString()}::timestamptz`
    return client.run`UPDATE requests SET due_at = ${at}, queued_at = ${at}
      WHERE connection_id = ${connectionId} AND state = 'queued' AND due_at IS NULL`
  },

  handedOver: async (connectionId, since) => {
    const [row] = await client.rows<{ count: bigint; first: Date | null }>`
      SELECT count(*) AS count, min(COALESCE(sent_at, signed_at)) AS first FROM requests
      WHERE connection_id = ${connectionId} AND state <> ALL (ARRAY['waiting', 'queued']::request_state[])
        AND COALESCE(sent_at, signed_at) > ${since.toISOString()}::timestamptz`
    return { count: Number(row?.count ?? 0), first: row?.first ?? null }
  },

  due: async (now, limit) => {
    const rows = await client.rows<{ id: string }>`
      SELECT id FROM requests WHERE ${isDue(now)} ORDER BY due_at NULLS FIRST LIMIT ${limit}`
    return rows.map(({ id }) => id)
  },

  resume: async ({ doubt, missedMs }) => {
    await client.run`
      UPDATE requests SET deadline = deadline + ${missedMs / 1_000}::double precision * interval '1 second'
      WHERE state = ANY (ARRAY['sent', 'acknowledged', 'uncertain']::request_state[])`
    return client.run`UPDATE requests SET doubt = ${doubt}
      WHERE state = ANY (ARRAY['waiting', 'queued', 'handing-over']::request_state[])`
  },

  overdue: async (now, limit) => {
    const rows = await client.rows<{ id: string }>`
      SELECT id FROM requests WHERE state = ANY (ARRAY['sent', 'acknowledged', 'uncertain']::request_state[])
        AND deadline <= ${now.toISOString()}::timestamptz
      ORDER BY deadline LIMIT ${limit}`
    return rows.map(({ id }) => id)
  },
})

const SELECTED = selected(REQUEST_COLUMNS, 'requests')

const find = async (client: Client, where: Sql): Promise<Request[]> => {
  const rows = await client.rows<RequestRow>`SELECT ${SELECTED} FROM requests WHERE ${where} ORDER BY id`
  return rows.map(toRequest)
}

const findOne = async (client: Client, where: Sql): Promise<Request | null> => (await find(client, where))[0] ?? null

/** Nobody is at it, and it is time to send it, or a worker that died left it in the middle of the hand-over. */
const isDue = (now: Date) => {
  const at = sql`${now.toISOString()}::timestamptz`
  return sql`(
    state = ANY (ARRAY['queued', 'handing-over']::request_state[])
    AND (state = 'handing-over' OR due_at <= ${at})
    AND (lease_until IS NULL OR lease_until <= ${at})
  )`
}

/** The lease is the row's own still: a claim after it has another fence, and a release leaves no owner. */
export const isHeld = (id: string, { owner, fence }: Lease) =>
  sql`id = ${id}::uuid AND lease_owner = ${owner} AND fence = ${fence}::int`

export type RequestRow = Pick<Row, keyof Request>

export const toRequest = (row: RequestRow): Request => ({
  id: row.id,
  orderId: row.orderId,
  connectionId: row.connectionId,
  domain: row.domain,
  action: toWord(ACTIONS, row.action),
  reference: row.reference,
  messageId: row.messageId,
  bounceToken: row.bounceToken,
  state: toWord(REQUEST_STATES, row.state),
  attempts: row.attempts,
  dueAt: row.dueAt,
  deadline: row.deadline,
  mailId: row.mailId,
  queuedAt: row.queuedAt,
  doubt: row.doubt,
  signedAt: row.signedAt,
  signedAs: row.signedAs,
  sentAt: row.sentAt,
  answer: row.answer,
  ticket: row.ticket,
  createdAt: row.createdAt,
})
