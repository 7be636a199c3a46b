import type { Action } from './action.js'
import type { Price } from './order.js'

/** What an order of that action costs for a name under a TLD, whatever its period. `tld` is in A-labels: `de`, `co.uk`. */
export type TldPrice = Price & { tld: string; action: Action }

/** As orders write it: digits, with at most four places. */
export const AMOUNT = /^\d{1,12}(\.\d{1,4})?$/
/** Three letters of ISO 4217. */
export const CURRENCY = /^[A-Z]{3}$/

/** `9.90 EUR`; null for anything else. */
export const parsePrice = (text: string): Price | null => {
  const [amount = '', currency = '', ...rest] = text.trim().split(/\s+/)
  return AMOUNT.test(amount) && CURRENCY.test(currency) && rest.length === 0 ? { amount, currency } : null
}

/** The same the other way round. */
export const priceText = (price: Price | null): string | null =>
  price === null ? null : `${price.amount} ${price.currency}`

/** The TLDs that a name ends in, the longest first: `co.uk` and `uk` of `example.co.uk`. */
export const suffixesOf = (name: string): string[] =>
  name
    .split('.')
    .map((_, index, labels) => labels.slice(index).join('.'))
    .slice(1)

/** The price of an action on a name: that of the longest TLD which has one. Null where none has. */
export const priceOf = (prices: readonly TldPrice[], name: string, action: Action): Price | null => {
  const known = prices.filter((price) => price.action === action)
  for (const suffix of suffixesOf(name)) {
    const price = known.find(({ tld }) => tld === suffix)
    if (price !== undefined) return { amount: price.amount, currency: price.currency }
  }
  return null
}
