import type { NewAction } from './action-log.js'
import { ageText } from './duration.js'
import type { Order, OrderStatus } from './order.js'

/** What is open at one moment: how many orders by status, and of these the oldest. */
export type OpenOrders = { counts: readonly { status: OrderStatus; count: number }[]; oldest: readonly Order[] }

/** So many orders are named, the oldest first; the others are counted. */
export const NAMED_IN_DIGEST = 50

/** What waits, for those who look after it. Null where nothing does. */
export const digestOf = (open: OpenOrders, now: Date): Entry | null => {
  const [oldest] = open.oldest
  if (oldest === undefined) return null
  const { action, unicodeName } = oldest.terms
  const since = `${action} ${unicodeName} (${oldest.status}) for ${ageText(ageOf(oldest, now))}`
  return { ...entryOf('digest', open, now), text: `${countText(open)}, the oldest: ${since}` }
}

/** That the gateway does its work, with what waits; where it stops to come, something is wrong. */
export const heartbeatOf = (open: OpenOrders, now: Date): Entry => ({
  ...entryOf('heartbeat', open, now),
  text: `the gateway is at work: ${countText(open)}`,
})

type Entry = NewAction & { event: 'digest' | 'heartbeat' }

const entryOf = (event: Entry['event'], { counts, oldest }: OpenOrders, now: Date): Omit<Entry, 'text'> => ({
  ...{ at: now, level: 'info', actor: 'system', event },
  data: {
    open: total(counts),
    byStatus: Object.fromEntries(counts.map(({ status, count }) => [status, count])),
    orders: oldest.map((order) => ({
      ...{ id: order.id, billingOrderId: order.terms.billingOrderId, action: order.terms.action },
      ...{ domain: order.terms.domain, status: order.status, placedAt: order.createdAt.toISOString() },
      age: ageText(ageOf(order, now)),
    })),
  },
})

const total = (counts: OpenOrders['counts']): number => counts.reduce((sum, { count }) => sum + count, 0)

const countText = ({ counts }: OpenOrders): string => {
  const count = total(counts)
  return count === 1 ? '1 open order' : `${count} open orders`
}

const ageOf = ({ createdAt }: Order, now: Date): number => now.getTime() - createdAt.getTime()
