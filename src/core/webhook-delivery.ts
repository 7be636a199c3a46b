import { createHash } from 'node:crypto'
import type { EventType } from './event.js'

/** `waiting`: for its first or next call, or for an earlier event of its subject. `failed`: given up. */
export const DELIVERY_STATES = ['waiting', 'delivered', 'failed'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** An event on its way to a webhook. */
export type Delivery = {
  id: string
  webhookId: string
  eventId: string
  type: EventType
  subject: string
  state: DeliveryState
  /** Calls since it was last made to go. */
  attempts: number
  /** When it is called next; null where it has ended, or waits for an earlier event of its subject. */
  dueAt: Date | null
  createdAt: Date
  endedAt: Date | null
}

/** A call as it was made, and what was answered. */
export type DeliveryAttempt = {
  at: Date
  /** Milliseconds. */
  duration: number
  url: string
  headers: Record<string, string>
  body: string
  /** Null where there was no answer. */
  status: number | null
  /** The beginning of the answer's body. */
  answer: string
  /** What was wrong; null where it was taken. */
  reason: string | null
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Waits before the next call, each less up to a fifth: nearly three days in all. The first is over well within five seconds. */
const RETRY_DELAYS_MS = [
  ...[3 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 45 * MINUTE],
  ...[2 * HOUR, 5 * HOUR, 8 * HOUR, 12 * HOUR, 18 * HOUR, 24 * HOUR],
]

/** When to call again after `attempts` calls that were not taken; null once it is time to give up. */
export const nextCall = ({ id, attempts, now }: { id: string; attempts: number; now: Date }): Date | null => {
  const delay = RETRY_DELAYS_MS[attempts - 1]
  return delay === undefined ? null : new Date(now.getTime() + Math.round(delay * (1 - spread(id, attempts) / 5)))
}

/** From 0 to 1, another for each delivery and try, so that those that failed together do not all come back together. */
const spread = (id: string, attempts: number): number =>
  createHash('sha256').update(`${id} ${attempts}`).digest().readUInt32BE() / 2 ** 32

/** What becomes of a delivery after a call. */
export type AfterCall = Pick<Delivery, 'state' | 'attempts' | 'dueAt' | 'endedAt'> & {
  /** The receiver wants no more calls, whatever is in them. */
  gone: boolean
}

/**
 * Taken, tried again, or given up. 410 says that nobody is there any more: the delivery waits until somebody enables the
 * webhook again.
 */
export const afterCall = (
  delivery: Pick<Delivery, 'id' | 'attempts'>,
  call: { outcome: 'delivered' | 'failed'; status: number | null },
  now: Date,
): AfterCall => {
  const attempts = delivery.attempts + 1
  if (call.outcome === 'delivered') return { state: 'delivered', attempts, dueAt: null, endedAt: now, gone: false }
  if (call.status === GONE)
    return { state: 'waiting', attempts: delivery.attempts, dueAt: now, endedAt: null, gone: true }
  const dueAt = nextCall({ id: delivery.id, attempts, now })
  return dueAt === null
    ? { state: 'failed', attempts, dueAt, endedAt: now, gone: false }
    : { state: 'waiting', attempts, dueAt, endedAt: null, gone: false }
}

const GONE = 410
