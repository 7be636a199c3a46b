import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { sampleConnection, sampleTerms } from '../sample-order.js'
import { type SentAction, YEARS } from './operations.js'
import { encode } from './request.js'

const domain = 'example.co.uk'
const address = { street: ['Weg 1', 'Hof 2'], city: 'Köln', province: 'NRW', postalCode: '50667', country: 'DE' }
const reach = { phone: '+4930123456', email: 'erika@example.net' }
const hosts = [
  { host: 'ns1.example.net', addresses: [] },
  { host: 'ns1.example.co.uk', addresses: ['192.0.2.53'] },
]

/** Orders with as little as an action can have, and with everything. */
const ORDERS: readonly (Partial<OrderTerms> & { action: SentAction })[] = [
  { action: 'register', contacts: { holder: [{ handle: '10001' }] } },
  {
    ...{ action: 'register', nameservers: hosts, period: { years: YEARS } },
    contacts: { holder: [{ name: 'Erika Müller', organization: 'Übersee Ltd', ...address, ...reach }] },
  },
  { action: 'update-nameservers', nameservers: hosts },
  { action: 'update', contacts: { holder: [{ email: 'erika@example.net' }] } },
  { action: 'update', contacts: { holder: [{ ...address, ...reach }] }, nameservers: hosts },
  { action: 'renew', period: { years: YEARS } },
  { action: 'close' },
  { action: 'transit' },
  { action: 'info' },
]

const connection = sampleConnection({ tag: 'EXAMPLE' }, { tlds: ['uk'] })

export const samples = ORDERS.map((order, index) => {
  const input: EncodeInput = {
    ...{ terms: sampleTerms({ domain, ...order }), reference: `sp-sample-${index + 1}` },
    ...{ domain: null, connection, at: new Date(0) },
  }
  return { action: order.action, values: encode(input), input }
})
