import { Refusal } from '../core/errors.js'
import { type OrderView, orderView } from '../core/views.js'
import type { Tables } from '../ports.js'
import type { PlaceOrder } from './place-order.js'

/**
 * The answer to an order that was taken before, by its key or by the account's own id for it; null for one that is new.
 * Throws `Refusal`: key-reused, or conflict, where that was another order.
 */
export const findReplay = async (
  tables: Tables,
  { body, idempotency }: Pick<PlaceOrder, 'body' | 'idempotency'>,
  bodyHash: string,
): Promise<OrderView | null> => {
  const byKey = idempotency === null ? null : await tables.idempotency.find(idempotency)
  if (byKey !== null) {
    if (byKey.bodyHash !== bodyHash)
      throw new Refusal(
        'key-reused',
        'this Idempotency-Key came with another order before; use a new key for a new order',
      )
    return byKey.answer as OrderView // what this very function stored
  }
  const byBillingId = await tables.orders.findByBillingId(body.account.id, body.billingOrderId)
  if (byBillingId === null) return null
  if (byBillingId.order.erasedAt !== null)
    throw new Refusal(
      'conflict',
      `account ${body.account.id} already had an order ${body.billingOrderId} (${byBillingId.order.id}), whose personal data was erased; give a new order a new billingOrderId`,
      { problems: [{ pointer: '/billingOrderId', detail: 'is taken by another order of this account' }] },
    )
  if (byBillingId.bodyHash !== bodyHash)
    throw new Refusal(
      'conflict',
      `account ${body.account.id} already has an order ${body.billingOrderId} with other contents (${byBillingId.order.id}); give a new order a new billingOrderId`,
      { problems: [{ pointer: '/billingOrderId', detail: 'is taken by another order of this account' }] },
    )
  const requests = await tables.requests.findByOrder(byBillingId.order.id)
  return orderView(byBillingId.order, requests.at(-1) ?? null)
}
