import sql, { type Sql } from 'sql-template-tag'
import { ACTIONS } from '../core/action.js'
import { CHANNELS } from '../core/connection.js'
import { AWAITING_STATES, REQUEST_STATES, type Request } from '../core/request.js'
import type { Request as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import { type Client, eachOnce } from './client.js'
import { idsOf } from './ids.js'
import { among, type Claim, claimRows, claimsOfOne, type Held, heldRows, isHeld, unhurried } from './leases.js'
import { incoming, inserted, REQUEST_COLUMNS, renewed, selected } from './records.js'
import { isId, toWord } from './values.js'

export const requestsTable = (client: Client): Tables['requests'] => ({
  get: async (id) => (isId(id) ? findOne(client, sql`id = ${id}::uuid`) : null),

  findByOrder: async (orderId) => (isId(orderId) ? find(client, sql`order_id = ${orderId}::uuid`) : []),

  findByReference: (reference) => client.together(findByReferences, reference),

  findByTicket: (connectionId, ticket) => find(client, sql`connection_id = ${connectionId} AND ticket = ${ticket}`),

  findByBounceToken: (bounceToken) => findOne(client, sql`bounce_token = ${bounceToken}`),

  latestDone: async (connectionId, action, limit) => {
    const rows = await client.rows<RequestRow>`
      SELECT ${selected(REQUEST_COLUMNS, 'requests')} FROM requests JOIN orders ON orders.id = requests.order_id
      WHERE requests.connection_id = ${connectionId} AND requests.action = ${action} AND requests.replied_at IS NOT NULL
        AND orders.status = 'done' ORDER BY requests.replied_at DESC LIMIT ${limit}`
    return rows.map(toRequest)
  },

  findAwaiting: (connectionId, domain) =>
    find(
      client,
      sql`connection_id = ${connectionId} AND domain = ${domain} AND state = ANY (${AWAITING_STATES}::request_state[])`,
    ),

  insert: (request) => client.together(insertRequests, request),

  update: (request) => client.together(updateRequests, request, eachOnce),

  claim: (id, options) => client.together(claimRequests, { id, ...options }, claimsOfOne),

  holds: async (id, lease) => isId(id) && client.together(holdRequests, { id, lease }),

  extend: async (id, lease, until) => isId(id) && client.together(extendRequests, { id, lease, until }),

  release: async (id, lease) => isId(id) && client.together(releaseRequests, { id, lease }),

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

  due: (now, limit) =>
    idsOf(
      client,
      sql`
      SELECT id FROM requests WHERE ${isDue(now)} ORDER BY due_at NULLS FIRST LIMIT ${limit}`,
    ),

  resume: async ({ doubt, missedMs }) => {
    await client.run`
      UPDATE requests SET deadline = deadline + ${missedMs / 1_000}::double precision * interval '1 second'
      WHERE state = ANY (ARRAY['sent', 'acknowledged', 'uncertain']::request_state[])`
    return client.run`UPDATE requests SET doubt = ${doubt}
      WHERE state = ANY (ARRAY['waiting', 'queued', 'handing-over']::request_state[])`
  },

  overdue: (now, limit) =>
    idsOf(
      client,
      sql`
      SELECT id FROM requests WHERE state = ANY (ARRAY['waiting', 'sent', 'acknowledged', 'uncertain']::request_state[])
        AND deadline <= ${now.toISOString()}::timestamptz
      ORDER BY deadline LIMIT ${limit}`,
    ),

  toCheck: (now, limit) =>
    idsOf(
      client,
      sql`
      SELECT id FROM requests WHERE state = ANY (ARRAY['queued', 'sent', 'acknowledged', 'uncertain']::request_state[])
        AND check_at <= ${now.toISOString()}::timestamptz ORDER BY check_at LIMIT ${limit}`,
    ),
})

const findByReferences = async (client: Client, references: readonly string[]): Promise<(Request | null)[]> => {
  const found = await find(client, sql`reference = ANY (${references})`)
  const byReference = new Map(found.map((request) => [request.reference, request]))
  return references.map((reference) => byReference.get(reference) ?? null)
}

const insertRequests = async (client: Client, requests: readonly Request[]): Promise<undefined[]> => {
  await client.run`${inserted(REQUEST_COLUMNS, 'requests', requests)}`
  return requests.map(() => undefined)
}

const updateRequests = async (client: Client, requests: readonly Request[]): Promise<undefined[]> => {
  await client.run`UPDATE requests SET ${renewed(REQUEST_COLUMNS)} FROM ${incoming(REQUEST_COLUMNS, 'requests', requests)}
    WHERE requests.id = new.id`
  return requests.map(() => undefined)
}

const holdRequests = async (client: Client, held: readonly Held[]): Promise<boolean[]> =>
  among(
    held,
    await client.rows<{ id: string }>`
      SELECT requests.id FROM requests, ${heldRows(held)} WHERE ${isHeld('requests')}
      ORDER BY requests.id FOR UPDATE OF requests`,
  )

const extendRequests = async (client: Client, held: readonly (Held & { until: Date })[]): Promise<boolean[]> =>
  among(
    held,
    await client.rows<{ id: string }>`
      UPDATE requests SET lease_until = held_until.until
      FROM ${heldRows(held)}, unnest(${held.map(({ id }) => id)}::uuid[],
        ${held.map(({ until }) => until.toISOString())}::timestamptz[]) AS held_until (id, until), ${unhurried(client)}
      WHERE unhurried.commit IS NOT NULL AND ${isHeld('requests')} AND held_until.id = requests.id RETURNING requests.id`,
  )

const releaseRequests = async (client: Client, held: readonly Held[]): Promise<boolean[]> =>
  among(
    held,
    await client.rows<{ id: string }>`
      UPDATE requests SET lease_owner = NULL, lease_until = NULL FROM ${heldRows(held)}
      WHERE ${isHeld('requests')} RETURNING requests.id`,
  )

const claimRequests = async (client: Client, claims: readonly Claim[]) => {
  const claimed = await claimRows<Row>(client, claims, { table: 'requests', columns: SELECTED, isDue })
  return claimed.map((one) => one && { request: toRequest(one.row), lease: one.lease })
}

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

export type RequestRow = Pick<Row, keyof Request>

export const toRequest = (row: RequestRow): Request => ({
  id: row.id,
  orderId: row.orderId,
  connectionId: row.connectionId,
  domain: row.domain,
  action: toWord(ACTIONS, row.action),
  reference: row.reference,
  channel: toWord(CHANNELS, row.channel),
  messageId: row.messageId,
  bounceToken: row.bounceToken,
  state: toWord(REQUEST_STATES, row.state),
  attempts: row.attempts,
  dueAt: row.dueAt,
  deadline: row.deadline,
  checkAt: row.checkAt,
  overdueAt: row.overdueAt,
  mailId: row.mailId,
  queuedAt: row.queuedAt,
  doubt: row.doubt,
  signedAt: row.signedAt,
  signedAs: row.signedAs,
  sentAt: row.sentAt,
  repliedAt: row.repliedAt,
  answer: row.answer,
  ticket: row.ticket,
  createdAt: row.createdAt,
})
