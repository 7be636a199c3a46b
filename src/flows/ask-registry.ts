import type { Connection } from '../core/connection.js'
import { isBelowRegistrable } from '../core/domain-name.js'
import { Refusal } from '../core/errors.js'
import type { Order } from '../core/order.js'
import type { Deps } from './deps.js'
import { placeOrder } from './place-order.js'

/**
 * Asks the registry what it has of the domain of an order, by an order `info` that stands aside of the others and costs
 * nobody anything, where `reconcile` of the connection wants that and its profile can. Its answer is the `result` of that
 * order and settles nothing: a person compares. One question at a time; true where one is on its way now.
 */
export const askRegistry = async (
  deps: Deps,
  { order, connection, actor }: { order: Order; connection: Connection; actor: string },
): Promise<boolean> => {
  const capable = deps.profiles.get(connection.profile)?.capabilities.info.supported === true
  if (!connection.reconcile || !capable || order.terms.action === 'info') return false
  if (isBelowRegistrable(order.terms.domain)) return false
  if ((await deps.store.orders.findOpenOf(order.terms.domain, 'info')) !== null) return true
  const body = {
    billingOrderId: `reconcile:${order.id}:${deps.clock.now().getTime()}`,
    account: { ...order.terms.account, type: 'provider' as const },
    ...{ origin: 'provider' as const, action: 'info' as const, domain: order.terms.domain, paid: false, period: null },
    ...{ nameservers: [], contacts: {}, authInfo: null, dnssec: null, records: [], disconnect: null },
    ...{ notify: null, price: null, agreement: null, connection: connection.id },
  }
  try {
    await placeOrder(deps, { body, actor, idempotency: null })
    return true
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    deps.log.warn({ order: order.id, reason: error.message }, 'the registry cannot be asked about an order')
    return false
  }
}
