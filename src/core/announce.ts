import { zoneOf } from './dns-preparation.js'
import type { DomainState } from './domain.js'
import type { EventType, NewEvent } from './event.js'
import { type Happening, isFiling, type Subject } from './happening.js'

/**
 * The events that tell billing systems what a happening changed: one charge and one refund an order at most, whatever
 * comes in whatever order.
 */
export function* announce(change: {
  before: Subject
  after: Subject
  happening: Happening
  now: Date
  late: boolean
}): Generator<NewEvent> {
  const { before, after, happening, now, late } = change
  const { order } = after
  const event = (type: EventType, more: Record<string, unknown> = {}, once?: string): NewEvent => ({
    ...{ type, at: now, subject: order.terms.domain },
    data: {
      orderId: order.id,
      billingOrderId: order.terms.billingOrderId,
      domain: order.terms.domain,
      mode: order.mode,
      ...more,
    },
    ...(once === undefined ? {} : { once }),
  })
  const price = order.terms.price ?? {}
  const reason = { reason: order.reason, code: order.code }
  if (before.order.dnsAskedAt === null && order.dnsAskedAt !== null)
    yield event('dns.prepare', zoneOf(order.terms), `dns.prepare:${order.id}`)
  if (isFiling(before.request, happening)) yield event('order.filed', {}, `order.filed:${after.request.id}`)
  if (before.order.chargedAt === null && order.chargedAt !== null)
    yield event('billing.charge', price, `billing.charge:${order.id}`)
  if (before.order.status !== order.status) {
    if (order.status === 'done') yield event('order.done')
    if (order.status === 'refused') yield event('order.refused', reason)
    if (order.status === 'timed-out') yield event('order.timed-out', reason)
    if (order.status === 'cancelled') yield event('order.cancelled', order.reason === null ? {} : reason)
    if (before.order.refundedAt === null && order.refundedAt !== null)
      yield event('billing.refund', { ...price, ...reason }, `billing.refund:${order.id}`)
    if (order.status === 'done' && (late || order.refundedAt !== null))
      yield event('billing.charge-again-suggested', { ...price, reason: 'success after the order was given up' })
  }
  if (before.domain.state !== after.domain.state) {
    const type = STATUS_EVENTS[after.domain.state]
    // With a withdrawn order nothing is closed: whoever takes hosting away on that event has to leave it here.
    const closes = type !== 'domain.closed' || happening.kind !== 'cancelled'
    if (type !== undefined && closes) yield event(type, order.reason === null ? {} : { reason: order.reason })
  }
}

const STATUS_EVENTS: Partial<Record<DomainState, EventType>> = {
  registering: 'domain.registering',
  transferring: 'domain.transferring',
  registered: 'domain.registered',
  failed: 'domain.error',
  faulty: 'domain.error',
  closed: 'domain.closed',
  gone: 'domain.gone',
}
