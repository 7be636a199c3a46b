import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { sampleConnection, sampleTerms } from '../sample-order.js'
import { encode } from './request.js'
import type { SentAction } from './request-types.js'

const handle = [{ handle: 'CCOM-176269' }]
const handles = { holder: handle, admin: handle, tech: handle, billing: handle }
const person = {
  ...{ name: 'Erika Müller', organization: 'Übersee', street: ['Weg 1', 'Hof 2'], city: 'Köln', province: 'NRW' },
  ...{ postalCode: '50667', country: 'DE', phone: '+4930123456', email: 'erika@example.net' },
}
const plain = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))
const own = [...plain, { host: 'ns3.example.com', addresses: ['192.0.2.53'] }]
const domain = 'example.com'

/** Orders with as little as an action can have, and with everything. */
const ORDERS: readonly (Partial<OrderTerms> & { action: SentAction; domain: string })[] = [
  { action: 'register', domain, contacts: handles, nameservers: plain },
  {
    ...{ action: 'register', domain: 'xn--bcher-kva.com', period: { years: 2 }, nameservers: own },
    contacts: { ...handles, holder: [person] },
  },
  { action: 'transfer', domain, contacts: { billing: handle }, authInfo: 'Ab3-xY7_kQ' },
  { action: 'update-nameservers', domain, nameservers: plain },
  { action: 'update', domain, contacts: { tech: handle } },
  { action: 'update', domain, contacts: { admin: handle, billing: handle }, nameservers: plain },
  { action: 'renew', domain },
  { action: 'close', domain },
  {
    ...{ action: 'setup', domain },
    records: ['example.com IN A 192.0.2.1', '*.example.com IN A 192.0.2.1', 'example.com IN MX 10 mail.example.net'],
  },
  { action: 'create-contact', domain, contacts: { holder: [person] } },
]

const connection = sampleConnection({ authIdKey: 'auth-id', language: 'GER' }, { tlds: ['com'] })

export const samples = ORDERS.map((order, index) => {
  const input: EncodeInput = {
    ...{ terms: sampleTerms(order), reference: `sp-sample-${index + 1}` },
    ...{ domain: null, connection, at: new Date(0) },
  }
  return { action: order.action, values: encode(input), input }
})
