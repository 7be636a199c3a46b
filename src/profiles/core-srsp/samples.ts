import type { Action } from '../../core/action.js'
import type { OrderTerms } from '../../core/order.js'
import { sampleConnection, sampleTerms } from '../sample-order.js'
import { encode } from './request.js'

const person = {
  ...{ name: 'Erika Müller', organization: 'Übersee GmbH', street: ['Weg 1', 'Hof 2'], city: 'Köln', province: 'NRW' },
  ...{ postalCode: '50667', country: 'DE', phone: '+49.30123456', email: 'erika@example.net' },
}
const holder = [{ organization: 'Übersee GmbH', type: 'organization' as const }]
const nameservers = [
  { host: 'ns1.example.net', addresses: ['192.0.2.53', '198.51.100.53'] },
  { host: 'ns2.example.org', addresses: ['203.0.113.53'] },
]
const admin = [{ handle: 'AC00017' }]
const domain = 'xn--bcher-kva.info'

/** For each action an order with everything and one with as little as there can be: both ways of every condition. */
const ORDERS: readonly (Partial<OrderTerms> & { action: Action })[] = [
  { action: 'register', nameservers, contacts: { holder: [person] } },
  { action: 'register', nameservers, contacts: { holder, admin, tech: [person], billing: [{ handle: 'BC00017' }] } },
  { action: 'transfer', contacts: { admin }, authInfo: '00xQPHYlVDIw6' },
  { action: 'update-nameservers', nameservers },
  { action: 'update', nameservers, contacts: { holder, tech: [person] } },
  { action: 'update', contacts: { admin } },
  { action: 'change-holder', contacts: { holder } },
  { action: 'change-holder', contacts: { holder, admin: [person] } },
  { action: 'renew' },
  { action: 'close' },
  { action: 'info' },
  { action: 'create-contact', contacts: { tech: [{ ...person, handle: 'TC00017' }] } },
  { action: 'create-contact', contacts: { tech: [{ name: 'Erika', email: 'erika@example.net' }] } },
  { action: 'update-contact', contacts: { tech: [{ ...person, handle: 'TC00017' }] } },
  { action: 'update-contact', contacts: { tech: [{ handle: 'TC00017', city: 'Berlin' }] } },
]

const connection = sampleConnection({ registrar: 'reg.hoster.example' })

/** The orders and what their templates are given; `input` lets the templates' check read the result back. */
export const samples = ORDERS.map((order, index) => {
  const terms = sampleTerms({ domain, ...order })
  const input = { terms, reference: `sp-sample-${index + 1}`, domain: null, connection, at: new Date(0) }
  return { action: order.action, values: encode(input), input }
})
