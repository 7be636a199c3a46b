import type { NewAction } from './action-log.js'
import { ageText } from './duration.js'
import type { Order, OrderStatus } from './order.js'
import { type RefusedForm, refusedFormView } from './refused-form.js'

/**
 * What there is to tell at one moment: how many orders are open, by status, and of these the oldest; how many were done
 * since the last digest, and of these the first; and how many forms were refused and wait to be mended, and of these the first.
 */
export type Standing = {
  counts: readonly { status: OrderStatus; count: number }[]
  oldest: readonly Order[]
  completed: { count: number; orders: readonly Order[] }
  refused: { count: number; forms: readonly RefusedForm[] }
}

/** So many orders and forms are named; the others are counted. */
export const NAMED_IN_DIGEST = 50

const DAY = 86_400_000
/** A transaction that was begun before the digest may end after it: what is younger belongs to the next. Milliseconds. */
const SETTLING = 60_000

/** The time whose completions a digest tells: all since the one before, or those of a day where it is the first. */
export const completionsOf = ({ doneAt }: { doneAt: Date | null }, now: Date): { after: Date; until: Date } => ({
  after: new Date((doneAt?.getTime() ?? now.getTime() - DAY) - SETTLING),
  until: new Date(now.getTime() - SETTLING),
})

/** What waits and what was done, for those who look after it. Null where there is nothing of it. */
export const digestOf = (standing: Standing, now: Date): Entry | null => {
  const [oldest] = standing.oldest
  const { count } = standing.completed
  if (oldest === undefined && count === 0 && standing.refused.count === 0) return null
  const more = `${formsText(standing)}${count === 0 ? '' : `; ${count} done since the last digest`}`
  const entry = entryOf('digest', standing, now)
  if (oldest === undefined) return { ...entry, text: `${countText(standing)}${more}` }
  const { action, unicodeName } = oldest.terms
  const since = `${action} ${unicodeName} (${oldest.status}) for ${ageText(ageOf(oldest, now))}`
  return { ...entry, text: `${countText(standing)}, the oldest: ${since}${more}` }
}

/** That the gateway does its work, with what waits; where it stops to come, something is wrong. */
export const heartbeatOf = (standing: Standing, now: Date): Entry => ({
  ...entryOf('heartbeat', standing, now),
  text: `the gateway is at work: ${countText(standing)}${formsText(standing)}`,
})

type Entry = NewAction & { event: 'digest' | 'heartbeat' }

const entryOf = (event: Entry['event'], standing: Standing, now: Date): Omit<Entry, 'text'> => ({
  ...{ at: now, level: 'info', actor: 'system', event },
  data: {
    open: countOf(standing),
    byStatus: Object.fromEntries(standing.counts.map(({ status, count }) => [status, count])),
    ...(standing.refused.count === 0 ? {} : { refusedForms: refusedOf(standing) }),
    orders: standing.oldest.map((order) => ({ ...briefOf(order), age: ageText(ageOf(order, now)) })),
    ...(event === 'heartbeat'
      ? {}
      : { done: standing.completed.count, completed: standing.completed.orders.map(completionOf) }),
  },
})

/** Without what is wrong with them: entries of the log stay for ever. */
const refusedOf = ({ refused: { count, forms } }: Standing) => ({
  count,
  forms: forms.map(refusedFormView).map(({ account, file, since }) => ({ account, file, since })),
})

const formsText = ({ refused: { count } }: Standing): string =>
  count === 0 ? '' : `; ${count === 1 ? '1 form' : `${count} forms`} refused`

const briefOf = (order: Order) => ({
  ...{ id: order.id, billingOrderId: order.terms.billingOrderId, action: order.terms.action },
  ...{ domain: order.terms.domain, status: order.status, placedAt: order.createdAt.toISOString() },
})

const completionOf = (order: Order) => ({ ...briefOf(order), doneAt: order.updatedAt.toISOString() })

/** How many orders are open. */
export const countOf = ({ counts }: Pick<Standing, 'counts'>): number =>
  counts.reduce((sum, { count }) => sum + count, 0)

const countText = (standing: Standing): string => {
  const count = countOf(standing)
  return count === 1 ? '1 open order' : `${count} open orders`
}

const ageOf = ({ createdAt }: Order, now: Date): number => now.getTime() - createdAt.getTime()
