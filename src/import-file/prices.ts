import { ACTIONS } from '../core/action.js'
import { parseTld } from '../core/domain-name.js'
import { type Mistake, mistake } from '../core/import-plan.js'
import { parsePrice, type TldPrice } from '../core/price.js'

export type GivenPrice = TldPrice & { line: number | null }

/** What a file says of a price, still as it was written. `subject` is how the file names it. */
type Written = { line: number | null; subject: string; tld: string; action: string; price: unknown }

/** Prices as the gateway keeps them; what is wrong with any is put to the mistakes. */
export const readPrices = (written: readonly Written[], mistakes: Mistake[]): GivenPrice[] => {
  const prices = new Map<string, GivenPrice>()
  for (const one of written) {
    const read = readPrice(one)
    if (typeof read === 'string') mistakes.push(mistake(one.line, one.subject, read))
    else if (prices.has(keyOf(read))) mistakes.push(mistake(one.line, one.subject, 'is there twice; leave one out'))
    else prices.set(keyOf(read), read)
  }
  return [...prices.values()]
}

export const keyOf = ({ tld, action }: Pick<TldPrice, 'tld' | 'action'>): string => `price.${tld}.${action}`

const readPrice = ({ line, tld, action, price }: Written): GivenPrice | string => {
  const parsed = parseTld(tld)
  if (!parsed.ok) return parsed.problems.map(({ detail }) => detail).join(' ')
  const known = ACTIONS.find((one) => one === action)
  if (known === undefined) return `ends in no action; there are: ${ACTIONS.join(', ')}`
  const amount = typeof price === 'string' ? parsePrice(price) : null
  if (amount === null) return 'is no price; write digits and a currency, such as 9.90 EUR'
  return { line, tld: parsed.value.tld, action: known, ...amount }
}
