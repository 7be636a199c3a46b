import { ACTIONS } from '../core/action.js'
import { AWAITING_STATES, REQUEST_STATES, type Request } from '../core/request.js'
import { Prisma, type Request as Row } from '../generated/prisma/client.js'
import type { Lease, Tables } from '../ports.js'
import { REQUEST_COLUMNS, selected } from './records.js'
import { type Client, isId, toMember, toWord } from './values.js'

export const requestsTable = (client: Client): Tables['requests'] => ({
  get: async (id) => (isId(id) ? read(await client.request.findUnique({ where: { id } })) : null),

  findByOrder: async (orderId) => {
    if (!isId(orderId)) return []
    return (await client.request.findMany({ where: { orderId }, orderBy: { id: 'asc' } })).map(toRequest)
  },

  findByReference: async (reference) => read(await client.request.findUnique({ where: { reference } })),

  findByTicket: async (connectionId, ticket) =>
    (await client.request.findMany({ where: { connectionId, ticket }, orderBy: { id: 'asc' } })).map(toRequest),

  findByBounceToken: async (bounceToken) => read(await client.request.findUnique({ where: { bounceToken } })),

  findAwaiting: async (connectionId, domain) => {
    const where = { connectionId, domain, state: { in: AWAITING_STATES.map((state) => toMember(state)) } }
    return (await client.request.findMany({ where, orderBy: { id: 'asc' } })).map(toRequest)
  },

  insert: async (request) => {
    await client.request.create({ data: toRow(request), select: { id: true } })
  },

  update: async (request) => {
    await client.request.update({ where: { id: request.id }, data: toRow(request), select: { id: true } })
  },

  claim: async (id, { owner, now, leaseMs }) => {
    if (!isId(id)) return null
    const until = new Date(now.getTime() + leaseMs)
    const [row] = await client.$queryRaw<Row[]>`
      UPDATE requests SET lease_owner = ${owner}, lease_until = ${until.toISOString()}::timestamptz, fence = fence + 1
      WHERE id = ${id}::uuid AND ${isDue(now)}
      RETURNING ${selected(REQUEST_COLUMNS, 'requests')}, fence`
    return row === undefined ? null : { request: toRequest(row), lease: { owner, fence: row.fence } }
  },

  holds: async (id, lease) => {
    if (!isId(id)) return false
    const rows = await client.$queryRaw<unknown[]>`SELECT id FROM requests WHERE ${isHeld(id, lease)} FOR UPDATE`
    return rows.length === 1
  },

  extend: async (id, lease, until) => {
    if (!isId(id)) return false
    const held = await client.$executeRaw`
      UPDATE requests SET lease_until = ${until.toISOString()}::timestamptz WHERE ${isHeld(id, lease)}`
    return held === 1
  },

  release: async (id, lease) => {
    if (!isId(id)) return
    await client.$executeRaw`UPDATE requests SET lease_owner = NULL, lease_until = NULL WHERE ${isHeld(id, lease)}`
  },

  unpark: async (connectionId, now) => {
    const where = { connectionId, state: 'queued' as const, dueAt: null }
    return (await client.request.updateMany({ where, data: { dueAt: now, queuedAt: now } })).count
  },

  handedOver: async (connectionId, since) => {
    const [row] = await client.$queryRaw<{ count: bigint; first: Date | null }[]>`
      SELECT count(*) AS count, min(COALESCE(sent_at, signed_at)) AS first FROM requests
      WHERE connection_id = ${connectionId} AND state <> ALL (ARRAY['waiting', 'queued']::request_state[])
        AND COALESCE(sent_at, signed_at) > ${since.toISOString()}::timestamptz`
    return { count: Number(row?.count ?? 0), first: row?.first ?? null }
  },

  due: async (now, limit) => {
    const rows = await client.$queryRaw<{ id: string }[]>`
      SELECT id FROM requests WHERE ${isDue(now)} ORDER BY due_at NULLS FIRST LIMIT ${limit}`
    return rows.map(({ id }) => id)
  },

  resume: async ({ doubt, missedMs }) => {
    await client.$executeRaw`
      UPDATE requests SET deadline = deadline + ${missedMs / 1_000}::double precision * interval '1 second'
      WHERE state = ANY (ARRAY['sent', 'acknowledged', 'uncertain']::request_state[])`
    const state = { in: ['waiting' as const, 'queued' as const, 'handing_over' as const] }
    return (await client.request.updateMany({ where: { state }, data: { doubt } })).count
  },

  overdue: async (now, limit) => {
    const rows = await client.request.findMany({
      where: { state: { in: ['sent', 'acknowledged', 'uncertain'] }, deadline: { lte: now } },
      orderBy: { deadline: 'asc' },
      take: limit,
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  },
})

/** Nobody is at it, and it is time to send it, or a worker that died left it in the middle of the hand-over. */
const isDue = (now: Date) => {
  const at = Prisma.sql`${now.toISOString()}::timestamptz`
  return Prisma.sql`(
    state = ANY (ARRAY['queued', 'handing-over']::request_state[])
    AND (state = 'handing-over' OR due_at <= ${at})
    AND (lease_until IS NULL OR lease_until <= ${at})
  )`
}

/** The lease is the row's own still: a claim after it has another fence, and a release leaves no owner. */
export const isHeld = (id: string, { owner, fence }: Lease) =>
  Prisma.sql`id = ${id}::uuid AND lease_owner = ${owner} AND fence = ${fence}::int`

const read = (row: Row | null): Request | null => (row === null ? null : toRequest(row))

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

const toRow = (request: Request) => ({
  id: request.id,
  orderId: request.orderId,
  connectionId: request.connectionId,
  domain: request.domain,
  action: request.action,
  reference: request.reference,
  messageId: request.messageId,
  bounceToken: request.bounceToken,
  state: toMember(request.state),
  attempts: request.attempts,
  dueAt: request.dueAt,
  deadline: request.deadline,
  mailId: request.mailId,
  queuedAt: request.queuedAt,
  doubt: request.doubt,
  signedAt: request.signedAt,
  signedAs: request.signedAs,
  sentAt: request.sentAt,
  answer: request.answer,
  ticket: request.ticket,
  createdAt: request.createdAt,
})
