import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { sampleConnection, sampleTerms } from '../sample-order.js'
import type { SentAction } from './operations.js'
import { encode } from './request.js'

const [one, two] = [[{ handle: 'JOWE0014' }], [{ handle: 'ERMU0002' }]]
const contacts = { holder: one, admin: one, tech: two, zone: two }
const plain = [
  { host: 'ns1.example.net', addresses: ['192.0.2.53'] },
  { host: 'ns2.example.org', addresses: ['198.51.100.53'] },
]
const nameservers = [...plain, { host: 'ns3.example.com', addresses: [] }]
const domain = 'example.at'

/** Orders with as little as an action can have, and with everything. */
const ORDERS: readonly (Partial<OrderTerms> & { action: SentAction; domain: string })[] = [
  { action: 'register', domain, contacts, nameservers: plain },
  {
    ...{ action: 'register', domain: 'xn--bcher-kva.at', unicodeName: 'bücher.at' },
    ...{ contacts, nameservers, period: { years: 2 } },
  },
  { action: 'transfer', domain, contacts, nameservers: plain },
  { action: 'transfer', domain, contacts, nameservers, authInfo: 'Ab3-xY7_kQ' },
  { action: 'update-nameservers', domain, nameservers },
  { action: 'update', domain, contacts: { tech: two } },
  { action: 'update', domain, contacts: { admin: one, tech: two, zone: two }, nameservers },
  { action: 'change-holder', domain, contacts: { holder: two } },
  { action: 'close', domain },
  { action: 'lock', domain },
  { action: 'release', domain },
]

const connection = sampleConnection({ userId: 'U1234' }, { tlds: ['at'] })

export const samples = ORDERS.map((order, index) => {
  const input: EncodeInput = {
    ...{ terms: sampleTerms(order), reference: `sp-sample-${index + 1}` },
    ...{ domain: null, connection, at: new Date(0) },
  }
  return { action: order.action, values: encode(input), input }
})
