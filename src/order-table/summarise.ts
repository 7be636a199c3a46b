import type { TableOrder } from './read-orders.js'

export type Summary = {
  orders: number
  /** How many orders of each action. */
  actions: Record<string, number>
  /** What those with a price cost, by currency, and how many have none. */
  costs: Record<string, string>
  unpriced: number
}

/** What a table of orders comes to, before anything is placed. Amounts are added as they are written, without rounding. */
export const summarise = (orders: readonly TableOrder[]): Summary => {
  const actions: Record<string, number> = {}
  const costs = new Map<string, { units: bigint; scale: number }>()
  let unpriced = 0
  for (const { body } of orders) {
    const action = String(body['action'] ?? 'none')
    actions[action] = (actions[action] ?? 0) + 1
    const price = priceOf(body['price'])
    if (price === null) unpriced++
    else costs.set(price.currency, added(costs.get(price.currency), price.amount))
  }
  const texts = [...costs].map(([currency, sum]): [string, string] => [currency, textOf(sum)])
  return { orders: orders.length, actions, costs: Object.fromEntries(texts), unpriced }
}

const priceOf = (price: unknown): { amount: string; currency: string } | null => {
  if (typeof price !== 'object' || price === null) return null
  const [amount, currency]: unknown[] = [Reflect.get(price, 'amount'), Reflect.get(price, 'currency')]
  if (typeof amount !== 'string' || typeof currency !== 'string' || !/^\d+(\.\d+)?$/.test(amount)) return null
  return { amount, currency }
}

type Sum = { units: bigint; scale: number }

const added = (sum: Sum = { units: 0n, scale: 0 }, amount: string): Sum => {
  const [whole = '0', part = ''] = amount.split('.')
  const scale = Math.max(sum.scale, part.length)
  const units = sum.units * 10n ** BigInt(scale - sum.scale) + BigInt(whole + part.padEnd(scale, '0'))
  return { units, scale }
}

const textOf = ({ units, scale }: Sum): string => {
  const digits = units.toString().padStart(scale + 1, '0')
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
