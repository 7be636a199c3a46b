import { describe, expect, test } from 'vitest'
import { DOMAIN_EVENTS, type Domain, type DomainState, STATES, TRANSITIONS } from '../../src/core/domain.js'
import { addressesOf, erasedMail, erasedOrder, hasLeft, whyNotErased } from '../../src/core/erasure.js'
import { isOpen, ORDER_STATUSES } from '../../src/core/order.js'
import { aDomain, anOrder, NOON } from '../store/samples.js'

const STATES_OF_NAMES = Object.keys(STATES) as DomainState[]
const GERDA = { name: 'Gerda Geheim', email: 'Gerda@secret.example', phone: '+49.301234' }
const order = anOrder(
  'c',
  { status: 'refused', reason: 'Gerda is unknown', result: { holder: 'Gerda' } },
  {
    ...{ contacts: { holder: [GERDA] }, authInfo: 'Gerda-1', notify: 'gerda.home@secret.example' },
    account: { id: 'cust-7', type: 'customer', email: 'gerda@secret.example' },
    agreement: { version: '1', acceptedBy: 'Gerda Geheim', acceptedAt: '2026-01-01T10:00:00Z' },
  },
)
const whyNot = (domain: Domain | null, more: Partial<Parameters<typeof whyNotErased>[0]> = {}) =>
  whyNotErased({ ...{ order, domain, owns: false, openTicket: null, waitingMail: null }, ...more })
const unlike = (state: DomainState) => aDomain('c', { state, contacts: {} })

test('nothing of a person is left in an order, and what was ordered stays', () => {
  const erased = erasedOrder(order, NOON)
  expect(JSON.stringify(erased)).not.toMatch(/gerda/i)
  const { terms } = erased
  expect([terms.domain, terms.account.id, terms.price, erased.status, erased.erasedAt]).toEqual([
    ...[order.terms.domain, 'cust-7', order.terms.price, 'refused', NOON],
  ])
  expect(erasedOrder(erased, NOON)).toEqual(erased)
})

test('addresses of an order are each named once, in lower case', () => {
  expect(addressesOf(order).sort()).toEqual(['gerda.home@secret.example', 'gerda@secret.example'])
})

test('of the addresses of a mail only those of the customer are erased', () => {
  const envelope = { from: 'GERDA@secret.example', to: ['robot@registry.example'], helo: 'mx.example' }
  const reply = {
    outcome: 'refused' as const,
    reference: 'r',
    domain: null,
    code: '1',
    text: 'Gerda',
    effect: 'settled',
  }
  expect(erasedMail({ envelope, replies: [reply] }, addressesOf(order))).toEqual({
    envelope: { ...envelope, from: 'erased' },
    replies: [{ ...reply, text: 'erased' }],
  })
})

describe('what is still needed is kept', () => {
  test.each(ORDER_STATUSES)('an order that is %s is kept while it is open', (status) => {
    expect(whyNot(null, { order: { ...order, status } }) !== null).toBe(isOpen(status))
  })

  test.each(STATES_OF_NAMES)(
    'in the state %s, the owning order and its contacts are kept where it is looked after',
    (state) => {
      expect(whyNot(unlike(state), { owns: true }) === null).toBe(hasLeft(state))
      expect(whyNot({ ...unlike(state), contacts: { tech: [GERDA] } }) === null).toBe(hasLeft(state))
      expect(whyNot(unlike(state))).toBeNull()
    },
  )

  test('an open ticket and a mail that is not judged keep it', () => {
    expect(whyNot(null, { openTicket: 7 })).toContain('#7')
    expect(whyNot(null, { waitingMail: 'm' })).toContain('not judged')
  })

  test('a name that has left can be changed by nobody: no change goes out for it', () => {
    for (const state of STATES_OF_NAMES.filter(hasLeft))
      expect(DOMAIN_EVENTS.includes('change') && TRANSITIONS[state].change, state).toBeNull()
  })
})
