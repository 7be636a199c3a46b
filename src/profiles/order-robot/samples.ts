import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { sampleConnection, sampleTerms } from '../sample-order.js'
import { encode } from './request.js'
import type { SentAction } from './robot-actions.js'

const handle = [{ handle: 'ABC123@HANDLES.DE' }]
const person = {
  ...{ name: 'Erika Müller', organization: 'Übersee', street: ['Weg 1', 'Hof 2'], city: 'Köln', province: 'NRW' },
  ...{ postalCode: '50667', country: 'DE', phone: '+4930123456', email: 'erika@example.net' },
}
const plain = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))
const own = [...plain, { host: 'ns3.example.com', addresses: ['192.0.2.53', '2001:db8::53'] }]
const domain = 'example.com'

/** Orders with as little as an action can have, and with everything. */
const ORDERS: readonly (Partial<OrderTerms> & { action: SentAction; domain: string })[] = [
  { action: 'register', domain, contacts: { holder: handle, admin: handle } },
  {
    ...{ action: 'register', domain: 'xn--bcher-kva.de', nameservers: own },
    contacts: { holder: [person], admin: handle, tech: handle, zone: [person] },
  },
  { action: 'transfer', domain, contacts: { holder: handle, admin: [person] }, authInfo: 'Ab3-xY7_kQ' },
  { action: 'update-nameservers', domain, nameservers: own },
  { action: 'update', domain, contacts: { holder: [person] }, nameservers: plain },
  { action: 'close', domain },
  { action: 'transit', domain },
  { action: 'lock', domain },
  { action: 'release', domain },
  { action: 'approve-transfer', domain },
  { action: 'reject-transfer', domain },
]

const connection = sampleConnection({ admin: 'xyz00', authInfoField: 'DOMAIN_AUTHINFO' }, { tlds: ['com', 'de'] })

export const samples = ORDERS.map((order, index) => {
  const input: EncodeInput = {
    ...{ terms: sampleTerms(order), reference: `sp-sample-${index + 1}` },
    ...{ domain: null, connection, at: new Date(0) },
  }
  return { action: order.action, values: encode(input), input }
})
