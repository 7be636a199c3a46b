import sql, { empty, join, raw, type Sql } from 'sql-template-tag'
import { ASIDE_ACTIONS } from '../core/action.js'
import { OPEN_ORDER_STATUSES, ORDER_STATUSES, type Order } from '../core/order.js'
import type { Order as Row } from '../generated/prisma/client.js'
import type { AccountSummary, Tables } from '../ports.js'
import type { Client } from './client.js'
import { incoming, inserted, ORDER_COLUMNS, ORDER_ROW_COLUMNS, renewed, selected } from './records.js'
import { fromCursor, fromJson, isId, toMember, toPage, toWord } from './values.js'

export const ordersTable = (client: Client): Tables['orders'] => ({
  get: async (id) => (isId(id) ? find(client, sql`id = ${id}::uuid`) : null),

  findByBillingId: (accountId, billingOrderId) => client.together(findByBillingIds, { accountId, billingOrderId }),

  findOpen: (domain) => client.together(findOpenOrders, domain),

  findOpenOf: (domain, action) =>
    find(client, sql`domain = ${domain} AND action = ${action} AND ${isOpenIn('orders')} ${LAST}`),

  findLatest: (domain, status) =>
    find(
      client,
      sql`${concerning(domain)} ${status === undefined ? empty : sql`AND status = ${status}::order_status`} ${LAST}`,
    ),

  findOwning: async (domain) => {
    const standing = [...OPEN_ORDER_STATUSES, 'done']
    return (
      (await find(client, sql`${concerning(domain)} AND status = ANY (${standing}::order_status[]) ${LAST}`)) ??
      (await find(client, sql`${concerning(domain)} ${LAST}`))
    )
  },

  insert: (order, bodyHash) => client.together(insertOrders, { ...toRow(order), bodyHash }),

  update: async (order) => {
    await client.run`UPDATE orders SET ${renewed(ORDER_COLUMNS)} FROM ${incoming(ORDER_COLUMNS, 'orders', [order])}
      WHERE orders.id = new.id`
  },

  list: async ({ status, domain, accountId }, { limit, cursor }) => {
    const before = fromCursor('orders', 'id', cursor)
    const rows = await (await client.models()).order.findMany({
      where: {
        ...(status === undefined ? {} : { status: toMember(status) }),
        ...(domain === undefined ? {} : { domain }),
        ...(accountId === undefined ? {} : { accountId }),
        ...(before === null ? {} : { id: { lt: before } }),
      },
      orderBy: { id: 'desc' },
      take: limit + 1,
    })
    return toPage(rows, { limit, list: 'orders', key: ({ id }) => id, item: toOrder })
  },

  accounts: ({ after, limit }) =>
    client.rows<AccountSummary>`
      SELECT found.id, found.orders, found.open, found.last AS "lastOrderAt", quiet.since AS "quietSince"
      FROM (
        SELECT account_id AS id, count(*)::int AS orders, max(created_at) AS last,
          (count(*) FILTER (WHERE ${isOpenIn('orders')}))::int AS open
        FROM orders WHERE account_id > ${after ?? ''} GROUP BY account_id
        ORDER BY account_id LIMIT ${limit}
      ) found LEFT JOIN quiet_accounts quiet ON quiet.account_id = found.id ORDER BY found.id`,

  countByStatus: async () => {
    const groups = await client.rows<{ status: string; count: number }>`
      SELECT status, count(*)::int AS count FROM orders
      WHERE status = ANY (${OPEN_ORDER_STATUSES}::order_status[]) GROUP BY status`
    return groups.map(({ status, count }) => ({ status: toWord(ORDER_STATUSES, status), count }))
  },

  oldestOpen: async (limit) => {
    const rows = await client.rows<OrderRow>`
      SELECT ${SELECTED} FROM orders WHERE ${isOpenIn('orders')} ORDER BY id LIMIT ${limit}`
    return rows.map(toOrder)
  },

  completed: async ({ after, until }, limit) => {
    const rows = await client.rows<OrderRow & { count: number }>`
      SELECT ${SELECTED}, (count(*) OVER ())::int AS count FROM orders
      WHERE ${IS_DONE} AND updated_at > ${after.toISOString()}::timestamptz AND updated_at <= ${until.toISOString()}::timestamptz
      ORDER BY updated_at, id LIMIT ${limit}`
    return { count: rows[0]?.count ?? 0, orders: rows.map(toOrder) }
  },
})

const IS_DONE = raw(`status = 'done'::order_status`)

export const idempotencyTable = (client: Client): Tables['idempotency'] => ({
  find: (key) => client.together(findAnswers, key),

  insert: (answer) => client.together(insertAnswers, answer),
})

type Key = { owner: string; key: string }
type Answer = { bodyHash: string; orderId: string; answer: unknown }

const findAnswers = async (client: Client, keys: readonly Key[]): Promise<(Answer | null)[]> => {
  const rows = await client.rows<Key & Answer>`
    SELECT keys.owner, keys.key, body_hash AS "bodyHash", order_id AS "orderId", answer FROM idempotency_keys AS keys,
      unnest(${keys.map(({ owner }) => owner)}::text[], ${keys.map(({ key }) => key)}::text[]) AS asked (owner, key)
    WHERE keys.owner = asked.owner AND keys.key = asked.key`
  return keys.map(({ owner, key }) => {
    const found = rows.find((row) => row.owner === owner && row.key === key)
    return found === undefined ? null : { bodyHash: found.bodyHash, orderId: found.orderId, answer: found.answer }
  })
}

type NewAnswer = Parameters<Tables['idempotency']['insert']>[0]

const insertAnswers = async (client: Client, answers: readonly NewAnswer[]): Promise<undefined[]> => {
  const rows = answers.map(
    ({ owner, key, bodyHash, orderId, answer, at }) =>
      sql`(${owner}, ${key}, ${bodyHash}, ${orderId}::uuid, ${JSON.stringify(answer)}::json, ${at.toISOString()}::timestamptz)`,
  )
  await client.run`
    INSERT INTO idempotency_keys (owner, key, body_hash, order_id, answer, at) VALUES ${join(rows)}`
  return answers.map(() => undefined)
}

const findByBillingIds = async (client: Client, ids: readonly { accountId: string; billingOrderId: string }[]) => {
  const rows = await client.rows<OrderRow & { bodyHash: string; accountId: string; billingOrderId: string }>`
    SELECT ${SELECTED}, body_hash AS "bodyHash", account_id AS "accountId", billing_order_id AS "billingOrderId"
    FROM orders, unnest(${ids.map(({ accountId }) => accountId)}::text[],
      ${ids.map(({ billingOrderId }) => billingOrderId)}::text[]) AS asked (account, billing)
    WHERE account_id = asked.account AND billing_order_id = asked.billing`
  return ids.map(({ accountId, billingOrderId }) => {
    const row = rows.find((one) => one.accountId === accountId && one.billingOrderId === billingOrderId)
    return row === undefined ? null : { order: toOrder(row), bodyHash: row.bodyHash }
  })
}

const findOpenOrders = async (client: Client, domains: readonly string[]): Promise<(Order | null)[]> => {
  const rows = await client.rows<OrderRow>`
    SELECT ${SELECTED} FROM orders
    WHERE domain = ANY (${domains}) AND status = ANY (${OPEN_ORDER_STATUSES}::order_status[])
      AND action <> ALL (${ASIDE_ACTIONS}::text[])`
  const byDomain = new Map(rows.map(toOrder).map((order) => [order.terms.domain, order]))
  return domains.map((domain) => byDomain.get(domain) ?? null)
}

const insertOrders = async (client: Client, orders: readonly (ReturnType<typeof toRow> & { bodyHash: string })[]) => {
  await client.run`${inserted(ORDER_ROW_COLUMNS, 'orders', orders)}`
  return orders.map(() => undefined)
}

/** Orders of a domain, without those that stand aside. */
const concerning = (domain: string): Sql => sql`domain = ${domain} AND action <> ALL (${ASIDE_ACTIONS}::text[])`

const LAST = sql`ORDER BY id DESC LIMIT 1`

const SELECTED = selected(ORDER_COLUMNS, 'orders')

const find = async (client: Client, where: Sql): Promise<Order | null> => {
  const [row] = await client.rows<OrderRow>`SELECT ${SELECTED} FROM orders WHERE ${where}`
  return row === undefined ? null : toOrder(row)
}

/** The statuses word for word as in the index (prisma/schema.prisma), or it is not used. */
export const isOpenIn = (table: string): Sql =>
  raw(`${table}.status = ANY (ARRAY[${OPEN_ORDER_STATUSES.map((status) => `'${status}'::order_status`).join(', ')}])`)

export type OrderRow = Pick<Row, keyof Order>

export const toOrder = (row: OrderRow): Order => ({
  id: row.id,
  terms: fromJson(row.terms),
  connectionId: row.connectionId,
  mode: row.mode,
  status: toWord(ORDER_STATUSES, row.status),
  reason: row.reason,
  code: row.code,
  warnings: fromJson(row.warnings),
  result: row.result === null ? null : fromJson(row.result),
  createdAt: row.createdAt,
  orderedBy: fromJson(row.orderedBy),
  approvedBy: row.approvedBy === null ? null : fromJson(row.approvedBy),
  approvedAt: row.approvedAt,
  dnsAskedAt: row.dnsAskedAt,
  dnsPreparedAt: row.dnsPreparedAt,
  paidAt: row.paidAt,
  paymentReference: row.paymentReference,
  chargedAt: row.chargedAt,
  refundedAt: row.refundedAt,
  updatedAt: row.updatedAt,
  erasedAt: row.erasedAt,
})

/** What is searched has a column too. */
const toRow = (order: Order) => ({
  ...order,
  accountId: order.terms.account.id,
  billingOrderId: order.terms.billingOrderId,
  action: order.terms.action,
  domain: order.terms.domain,
})
