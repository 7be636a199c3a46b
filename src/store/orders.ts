import sql, { type Sql } from 'sql-template-tag'
import { OPEN_ORDER_STATUSES, ORDER_STATUSES, type Order } from '../core/order.js'
import type { Order as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { assigned, inserted, ORDER_COLUMNS, ORDER_ROW_COLUMNS, selected } from './records.js'
import { fromCursor, fromJson, isId, toMember, toPage, toWord } from './values.js'

export const ordersTable = (client: Client): Tables['orders'] => ({
  get: async (id) => (isId(id) ? find(client, sql`id = ${id}::uuid`) : null),

  findByBillingId: async (accountId, billingOrderId) => {
    const [row] = await client.rows<OrderRow & { bodyHash: string }>`
      SELECT ${SELECTED}, body_hash AS "bodyHash" FROM orders
      WHERE account_id = ${accountId} AND billing_order_id = ${billingOrderId}`
    return row === undefined ? null : { order: toOrder(row), bodyHash: row.bodyHash }
  },

  findOpen: (domain) => find(client, sql`domain = ${domain} AND status = ANY (${OPEN_ORDER_STATUSES}::order_status[])`),

  findOwning: async (domain) => {
    const last = sql`ORDER BY id DESC LIMIT 1`
    const standing = [...OPEN_ORDER_STATUSES, 'done']
    return (
      (await find(client, sql`domain = ${domain} AND status = ANY (${standing}::order_status[]) ${last}`)) ??
      (await find(client, sql`domain = ${domain} ${last}`))
    )
  },

  insert: async (order, bodyHash) => {
    await client.run`${inserted(ORDER_ROW_COLUMNS, 'orders', [{ ...toRow(order), bodyHash }])}`
  },

  update: async (order) => {
    await client.run`UPDATE orders SET ${assigned(ORDER_COLUMNS, 'orders', order)} WHERE id = ${order.id}::uuid`
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

  countByStatus: async () => {
    const where = { status: { in: OPEN } }
    const groups = await (await client.models()).order.groupBy({ by: ['status'], where, _count: { _all: true } })
    return groups.map(({ status, _count }) => ({ status: toWord(ORDER_STATUSES, status), count: _count._all }))
  },
})

export const idempotencyTable = (client: Client): Tables['idempotency'] => ({
  find: async ({ owner, key }) => {
    const [row] = await client.rows<{ bodyHash: string; orderId: string; answer: unknown }>`
      SELECT body_hash AS "bodyHash", order_id AS "orderId", answer FROM idempotency_keys
      WHERE owner = ${owner} AND key = ${key}`
    return row ?? null
  },

  insert: async ({ owner, key, bodyHash, orderId, answer, at }) => {
    await client.run`
      INSERT INTO idempotency_keys (owner, key, body_hash, order_id, answer, at)
      VALUES (${owner}, ${key}, ${bodyHash}, ${orderId}::uuid, ${JSON.stringify(answer)}::json,
        ${at.toISOString()}::timestamptz)`
  },
})

const OPEN = OPEN_ORDER_STATUSES.map((status) => toMember(status))

const SELECTED = selected(ORDER_COLUMNS, 'orders')

const find = async (client: Client, where: Sql): Promise<Order | null> => {
  const [row] = await client.rows<OrderRow>`SELECT ${SELECTED} FROM orders WHERE ${where}`
  return row === undefined ? null : toOrder(row)
}

export type OrderRow = Pick<Row, keyof Order>

export const toOrder = (row: OrderRow): Order => ({
  id: row.id,
  terms: fromJson(row.terms),
  connectionId: row.connectionId,
  status: toWord(ORDER_STATUSES, row.status),
  reason: row.reason,
  code: row.code,
  createdAt: row.createdAt,
  paidAt: row.paidAt,
  paymentReference: row.paymentReference,
  updatedAt: row.updatedAt,
})

/** What is searched has a column too. */
const toRow = (order: Order) => ({
  ...order,
  accountId: order.terms.account.id,
  billingOrderId: order.terms.billingOrderId,
  action: order.terms.action,
  domain: order.terms.domain,
})
