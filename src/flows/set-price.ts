import type { Action } from '../core/action.js'
import type { NewAction } from '../core/action-log.js'
import type { Price } from '../core/order.js'
import { priceText } from '../core/price.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

/** `price` is null for none. */
export type PriceChange = { tld: string; action: Action; price: Price | null; actor: string }

/**
 * Sets what orders of an action under a TLD cost from now on, or removes it. Orders that were placed keep their price. The same
 * again changes nothing. Returns the price that was there before.
 */
export const setPrice = (deps: Deps, change: PriceChange): Promise<Price | null> =>
  deps.store.transaction((tables) => writePrice(deps, tables, change))

/** The same within the caller's transaction. */
export const writePrice = async (
  deps: Pick<Deps, 'clock'>,
  tables: Tables,
  { tld, action, price, actor }: PriceChange,
): Promise<Price | null> => {
  const known = await tables.prices.lock(tld, action)
  const before = known === null ? null : { amount: known.amount, currency: known.currency }
  if (priceText(price) === priceText(before)) return before
  if (price === null) await tables.prices.remove(tld, action)
  else await tables.prices.save({ tld, action, ...price })
  await tables.actions.append([{ at: deps.clock.now(), actor, ...changed({ tld, action, price }, before) }])
  return before
}

const changed = (
  { tld, action, price }: Omit<PriceChange, 'actor'>,
  before: Price | null,
): Omit<NewAction, 'at' | 'actor'> => {
  const [is, was] = [priceText(price), priceText(before)]
  const words = is === null ? 'has no price any more' : `costs ${is} from now on`
  return {
    ...{ level: 'info', event: 'price.changed', data: { tld, action, price: is, before: was } },
    text: `${action} under .${tld} ${words}${was === null ? '' : ` (was ${was})`}`,
  }
}
