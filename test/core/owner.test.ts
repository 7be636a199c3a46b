import { expect, test } from 'vitest'
import type { OrderStatus } from '../../src/core/order.js'
import { givenTo, ownerOf } from '../../src/core/owner.js'
import { aDomain, anOrder, later, NOW } from '../helpers/records.js'

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

test.each([
  ['before', 'done', 'given'],
  ['before', 'queued', 'given'],
  ['after', 'done', 'orders'],
  ['after', 'queued', 'orders'],
  ['after', 'refused', 'given'],
] as const)(
  'F65: a domain that was given away, with an order from %s that is %s, belongs to whom %s it',
  (when, status, owner) => {
    const account = { id: 'given', type: 'customer' as const, email: null }
    const domain = aDomain({ owner: { account, since: NOW.toISOString() } })
    const order = { ...ordered(status), createdAt: later(when === 'before' ? -1_000 : 1_000) }
    expect(ownerOf(domain, order)).toBe(owner)
    expect(givenTo(domain, order)).toEqual(owner === 'given' ? account : null)
  },
)
