import { expect, test } from 'vitest'
import type { OrderTerms } from '../../src/core/order.js'
import { orderWarnings } from '../../src/core/order-warnings.js'
import { anOrder } from '../helpers/records.js'

const warnings = (terms: Partial<OrderTerms>) =>
  orderWarnings(anOrder({ terms: { action: 'transfer', ...terms } }).terms).map(({ pointer }) => pointer)
const account = (email: string): OrderTerms['account'] => ({ id: 'cust-1', type: 'customer', email })

test.each<[string, Partial<OrderTerms>, string[]]>([
  ['where to notify', { notify: 'owner@example.de' }, ['/notify']],
  ["the account's own address", { account: account('owner@mail.example.de') }, ['/account/email']],
  ['in capitals', { notify: 'Owner@EXAMPLE.de' }, ['/notify']],
  ['a contact', { contacts: { holder: [{ name: 'A' }, { email: 'a@example.de' }] } }, ['/contacts/holder/1/email']],
  ['an IDN', { domain: 'xn--bcher-kva.de', notify: 'a@bücher.de' }, ['/notify']],
  ['another domain', { notify: 'owner@example.net', account: account('a@badexample.de') }, []],
  ['no address', { notify: null }, []],
  ['what is no host', { notify: 'a@b' }, []],
  ['a registration', { action: 'register', notify: 'owner@example.de' }, []],
])('F78: an address within the domain that is transferred: %s', (_, terms, pointers) => {
  expect(warnings(terms)).toEqual(pointers)
})
