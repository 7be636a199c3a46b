import { z } from '@hono/zod-openapi'
import { OPEN_ORDER_STATUSES } from '../../core/order.js'
import type { PendingOrder } from '../../core/pending.js'
import { type PendingView, pendingView } from '../../core/views.js'
import type { Deps } from '../../flows/deps.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { pendingSchema } from '../schemas/views.js'

const listing = {
  method: 'get',
  path: '/v1/pending',
  operation: 'listPending',
  tag: 'Orders',
  summary: 'List what is pending: open orders, oldest first',
  description:
    'With the age, the deadline, the attempts and the last mail of the registry, beside how long it usually takes. An order leaves the list in the transaction that ends it.',
  access: 'any',
  params: NOTHING,
  query: z.strictObject({
    ...pageQuery,
    status: z.enum(OPEN_ORDER_STATUSES).optional(),
    connection: z.string().max(200).optional().openapi({ description: "A connection's id." }),
  }),
  body: NOTHING,
  status: 200,
  reply: pageOf(pendingSchema),
} as const

/** The pending manager: what waits for whom, and for how long. */
export const addPendingEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, listing, async ({ caller, query }) => {
    const filter = {
      accountId: caller.accountId ?? undefined,
      ...{ status: query.status, connectionId: query.connection },
    }
    const { items, next } = await deps.store.pending.list(filter, pageOptions(query))
    return { body: { items: await pendingViews(deps, items), next } }
  })
}

/** What an operator sees of them, with how long such requests usually take. */
export const pendingViews = async ({ store, clock }: Deps, items: readonly PendingOrder[]): Promise<PendingView[]> => {
  const keyOf = (order: PendingOrder) => `${order.order.connectionId} ${order.request.action}`
  const kinds = new Map(
    items.map((item) => [keyOf(item), { connectionId: item.order.connectionId, action: item.request.action }]),
  )
  const [connections, times] = await Promise.all([
    store.connections.list(),
    store.pending.replyTimes([...kinds.values()]),
  ])
  return items.flatMap((item) => {
    const { connectionId } = item.order
    const connection = connections.find(({ id }) => id === connectionId)
    const usual = times.find((one) => one.connectionId === connectionId && one.action === item.request.action) ?? null
    return connection === undefined ? [] : [pendingView(item, { connection, usual, now: clock.now() })]
  })
}
