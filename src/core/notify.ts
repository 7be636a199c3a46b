import { type Domain, isRegistered, statusOf } from './domain.js'
import { type Happening, isFiling, type Subject } from './happening.js'
import type { NewNotice } from './notice.js'
import { linesOf, onOneLine, titleOf } from './notice-text.js'
import type { Order } from './order.js'

/**
 * What people are mailed of a happening: the administrators, that an order is at the registry; whoever ordered, each status
 * that its domain comes to. That it is registered is told once an order, whatever comes in whatever order.
 */
export function* notify(change: {
  before: Subject
  after: Subject
  happening: Happening
  now: Date
}): Generator<NewNotice> {
  const { before, after, happening, now } = change
  if (isFiling(before.request, happening)) yield filed(after, happening, now)
  yield* statusChange({
    ...{ before: before.domain, after: after.domain, order: after.order, now },
    once: happening.kind === 'done' ? `registered:${after.order.id}` : null,
  })
}

/**
 * The mail about a domain's new status, to the address that its order gives. None where the status is the same, where the
 * order gives no address, or where the order is in test mode: its customer does not know of it.
 */
export const statusChange = (change: {
  before: Pick<Domain, 'state'>
  after: Domain
  /** The order that it came by, or that says whose the domain is. */
  order: Order
  now: Date
  /** Whom the order has to thank for it, where that is not written on it. */
  reason?: { text: string; code: string | null }
  once?: string | null
}): NewNotice[] => {
  const { before, after, order, now, once = null } = change
  const { account, notify: address } = order.terms
  const [was, status] = [statusOf(before.state), statusOf(after.state)]
  const to = address ?? account.email
  if (status === null || before.state === after.state || to === null || order.mode === 'test') return []
  const { text, code } = change.reason ?? { text: order.reason, code: order.code }
  return [
    {
      ...about(order, now),
      ...{ kind: 'status-change', to: { kind: 'account', address: to }, once },
      values: {
        ...orderValues(order),
        ...{ status, was, registered: isRegistered(after.state), code: code === null ? null : onOneLine(code) },
        reason: linesOf(text),
      },
    },
  ]
}

const filed = ({ order, request }: Subject, happening: Happening, now: Date): NewNotice => ({
  ...about(order, now),
  ...{ kind: 'order-filed', to: { kind: 'admin' }, once: `order-filed:${request.id}` },
  values: {
    ...orderValues(order),
    ...{ reference: request.reference, answer: linesOf('answer' in happening ? happening.answer : null) },
  },
})

const about = ({ id, terms }: Order, at: Date) => ({ at, domain: terms.domain, orderId: id })

/** What every mail about an order gets. */
export const orderValues = ({ id, terms }: Order): Record<string, unknown> => ({
  ...{ domain: terms.domain, title: titleOf(terms.unicodeName), action: terms.action, order: id },
  ...{ billingOrder: titleOf(terms.billingOrderId), account: titleOf(terms.account.id) },
})
