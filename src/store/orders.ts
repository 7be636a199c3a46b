import { OPEN_ORDER_STATUSES, ORDER_STATUSES, type Order } from '../core/order.js'
import type { Order as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import { type Client, fromCursor, fromJson, isId, toJson, toMember, toPage, toWord } from './values.js'

export const ordersTable = (client: Client): Tables['orders'] => ({
  get: async (id) => (isId(id) ? read(await client.order.findUnique({ where: { id } })) : null),

  findByBillingId: async (accountId, billingOrderId) => {
    const row = await client.order.findUnique({ where: { accountId_billingOrderId: { accountId, billingOrderId } } })
    return row === null ? null : { order: toOrder(row), bodyHash: row.bodyHash }
  },

  findOpen: async (domain) => read(await client.order.findFirst({ where: { domain, status: { in: OPEN } } })),

  findOwning: async (domain) => {
    const last = { orderBy: { id: 'desc' as const } }
    const standing = { domain, status: { in: [...OPEN, 'done' as const] } }
    return read(
      (await client.order.findFirst({ where: standing, ...last })) ??
        (await client.order.findFirst({ where: { domain }, ...last })),
    )
  },

  insert: async (order, bodyHash) => {
    await client.order.create({ data: { ...toRow(order), bodyHash }, select: { id: true } })
  },

  update: async (order) => {
    await client.order.update({ where: { id: order.id }, data: toRow(order), select: { id: true } })
  },

  list: async ({ status, domain, accountId }, { limit, cursor }) => {
    const before = fromCursor('orders', 'id', cursor)
    const rows = await client.order.findMany({
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
    const groups = await client.order.groupBy({ by: ['status'], where, _count: { _all: true } })
    return groups.map(({ status, _count }) => ({ status: toWord(ORDER_STATUSES, status), count: _count._all }))
  },
})

export const idempotencyTable = (client: Client): Tables['idempotency'] => ({
  find: async ({ owner, key }) =>
    client.idempotencyKey.findUnique({
      where: { owner_key: { owner, key } },
      select: { bodyHash: true, orderId: true, answer: true },
    }),

  insert: async ({ owner, key, bodyHash, orderId, answer, at }) => {
    const data = { owner, key, bodyHash, orderId, answer: toJson(answer), at }
    await client.idempotencyKey.create({ data, select: { key: true } })
  },
})

export const OPEN = OPEN_ORDER_STATUSES.map((status) => toMember(status))

const read = (row: Row | null): Order | null => (row === null ? null : toOrder(row))

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

const toRow = (order: Order) => ({
  id: order.id,
  accountId: order.terms.account.id,
  billingOrderId: order.terms.billingOrderId,
  action: order.terms.action,
  domain: order.terms.domain,
  status: toMember(order.status),
  connectionId: order.connectionId,
  terms: toJson(order.terms),
  reason: order.reason,
  code: order.code,
  createdAt: order.createdAt,
  paidAt: order.paidAt,
  paymentReference: order.paymentReference,
  updatedAt: order.updatedAt,
})
