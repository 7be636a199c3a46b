import { expect, test } from 'vitest'
import type { OrderStatus } from '../../src/core/order.js'
import { ownerOf } from '../../src/core/owner.js'
import { aDomain, anOrder } from '../helpers/records.js'

const ordered = (status: OrderStatus) =>
  anOrder({ status, terms: { account: { id: 'orders', type: 'customer', email: null } } })

test.each([
  ['imported', 'done', 'orders'],
  ['imported', 'queued', 'orders'],
  ['imported', 'refused', 'imported'],
  ['imported', 'cancelled', 'imported'],
  ['imported', null, 'imported'],
  [null, 'refused', 'orders'],
  [null, null, null],
] as const)(
  'a domain that was imported for %j, with an order that is %j, belongs to %j',
  (accountId, status, owner) => {
    expect(ownerOf(aDomain({ accountId }), status === null ? null : ordered(status))).toBe(owner)
  },
)

test('a name without a row belongs to whom its order says', () => {
  expect(ownerOf(null, ordered('done'))).toBe('orders')
})
