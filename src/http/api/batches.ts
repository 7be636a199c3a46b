import { z } from '@hono/zod-openapi'
import type { Deps } from '../../flows/deps.js'
import { type Api, addEndpoint, check, NOTHING } from '../endpoint.js'
import { logFailure, problemOf } from '../problem.js'
import { orderBodySchema } from '../schemas/order-body.js'
import { batchSchema } from '../schemas/views.js'
import { idempotencyKey, placeFor } from './orders.js'

const MOST_ORDERS = 1_000
/** So many are placed at a time: they share transactions, and leave room for other callers. */
const AT_ONCE = 16

export const BATCH_PATH = '/v1/orders/batch'

const given = z.array(z.unknown()).min(1).max(MOST_ORDERS)

const placing = {
  method: 'post',
  path: BATCH_PATH,
  operation: 'placeOrders',
  tag: 'Orders',
  summary: 'Place up to 1,000 orders',
  description:
    'Each order is taken or refused by itself, as `POST /v1/orders` would: the answer has one result each, in the order in which they were given. Orders for the same domain are placed one after the other. The same batch again is answered with the same orders.',
  access: 'any',
  params: NOTHING,
  query: NOTHING,
  headers: z.object({ 'idempotency-key': z.string().max(240).optional() }),
  body: z.union([z.strictObject({ orders: given }), given.transform((orders) => ({ orders }))]).openapi('OrderBatch', {
    type: 'object',
    properties: {
      orders: {
        type: 'array',
        minItems: 1,
        maxItems: MOST_ORDERS,
        items: { $ref: '#/components/schemas/OrderRequest' },
      },
    },
    required: ['orders'],
  }),
  status: 200,
  reply: batchSchema,
  problems: [400, 413],
} as const

type Result = z.input<typeof batchSchema>['results'][number]

/** Many orders with one call. */
export const addBatchEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, placing, async ({ c, caller, body }) => {
    const key = idempotencyKey(c.req.header('idempotency-key'))
    const keyOf = (index: number) => (key === null ? null : `${key}:${index}`)
    const placeOne = async (order: unknown, index: number): Promise<Result> => {
      try {
        const placed = await placeFor(deps, caller, { body: check(orderBodySchema, order), key: keyOf(index) })
        return { index, status: 202, order: placed, problem: null }
      } catch (error) {
        const problem = problemOf(logFailure(deps.log, error, c))
        return { index, status: problem.status, order: null, problem }
      }
    }
    const results = await inTurns(body.orders, placeOne)
    const taken = results.filter(({ order }) => order !== null).length
    return { body: { taken, refused: results.length - taken, results } }
  })
}

/** Some at a time; those about one domain one after the other, as they were given. */
const inTurns = async (
  orders: readonly unknown[],
  place: (order: unknown, index: number) => Promise<Result>,
): Promise<Result[]> => {
  const lines = new Map<string, number[]>()
  for (const [index, order] of orders.entries()) {
    const name = domainOf(order) ?? `#${index}`
    lines.set(name, [...(lines.get(name) ?? []), index])
  }
  const results: Result[] = []
  const waiting = [...lines.values()]
  const work = async (): Promise<void> => {
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift())
      for (const index of line) results[index] = await place(orders[index], index)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

const domainOf = (order: unknown): string | null => {
  const domain: unknown = typeof order === 'object' && order !== null ? Reflect.get(order, 'domain') : null
  return typeof domain === 'string' ? domain.toLowerCase() : null
}
