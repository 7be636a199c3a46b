import { Refusal } from '../core/errors.js'
import { type OrderView, orderView } from '../core/views.js'
import type { Deps } from './deps.js'
import { applyHappening, loadSubject } from './subject.js'

export type PayOrder = { id: string; paidAt: Date | null; reference: string | null; actor: string }

/**
 * Records that a customer's order is paid and lets its request go. Paying again is answered with the order as it is;
 * nothing is sent twice. Throws `Refusal`: not-found (404), conflict (409) for an order that is over and was never paid.
 */
export const payOrder = async (deps: Deps, input: PayOrder): Promise<OrderView> => {
  const { view, requestId } = await deps.store.together(async (tables) => {
    const requests = await tables.requests.findByOrder(input.id)
    const last = requests.at(-1)
    const loaded = last === undefined ? null : await loadSubject(tables, last.id)
    if (loaded === null) throw new Refusal('not-found', `there is no order ${input.id}`)
    const { order, request } = loaded.subject
    if (order.paidAt !== null) return { view: orderView(order, request), requestId: null }
    if (order.status === 'cancelled')
      throw new Refusal('conflict', `order ${order.id} was cancelled before it was paid; place a new one`)
    const now = deps.clock.now()
    const paid = {
      ...order,
      paidAt: input.paidAt ?? now,
      paymentReference: input.reference,
      updatedAt: now,
    }
    await tables.actions.append([
      {
        at: now,
        level: 'info',
        actor: input.actor,
        event: 'order.paid',
        text: `order ${order.terms.billingOrderId} for ${order.terms.unicodeName} is paid`,
        domain: order.terms.domain,
        orderId: order.id,
        requestId: request.id,
        data: { paidAt: paid.paidAt.toISOString(), reference: input.reference },
      },
    ])
    if (order.status !== 'awaiting-payment') {
      await tables.orders.update(paid)
      return { view: orderView(paid, request), requestId: null }
    }
    const subject = { ...loaded.subject, order: paid }
    const result = await applyHappening(deps, tables, { ...loaded, subject }, { kind: 'queued' }, input.actor)
    if (result.kind === 'conflict') throw new Refusal('conflict', result.reason)
    return { view: orderView(result.subject.order, result.subject.request), requestId: request.id }
  })
  if (requestId !== null) deps.queue.ring({ kind: 'send-request', id: requestId })
  return view
}
