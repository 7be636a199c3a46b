import type { Action } from '../../core/action.js'
import type { Domain } from '../../core/domain.js'
import type { OrderTerms } from '../../core/order.js'
import { sampleConnection, sampleTerms } from '../sample-order.js'
import { encode } from './request.js'

const tech = [{ handle: 'C-12347' }]
const contacts = { holder: [{ handle: 'C-12345' }], admin: [{ handle: 'C-12346' }], tech, zone: tech }
const nameservers = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))
const OWN_HOST = { host: 'ns3.example.de', addresses: ['192.0.2.53', '2001:db8::53'] }

/** The first is good for every account: without the keys of its other sections a form can say nothing more. */
const ORDERS: readonly (Partial<OrderTerms> & { action: Action })[] = [
  { action: 'close' },
  { action: 'register', contacts, nameservers: [...nameservers, OWN_HOST] },
  { action: 'transfer', contacts, nameservers, authInfo: 'Ab3-xY7_kQ' },
  { action: 'update-nameservers', nameservers },
  { action: 'update', contacts: { tech }, nameservers },
  { action: 'change-holder', contacts: { holder: [{ handle: 'C-54321' }] } },
]

const connection = sampleConnection({
  contacts: { key: 'id', roles: ['holder', 'admin', 'tech', 'zone'] },
  nameservers: { key: 'ns.<n>.name', addressKey: 'ns.<n>.ip' },
})

const stored: Domain = {
  ...{
    name: 'example.de',
    unicodeName: 'example.de',
    state: 'registered',
    detail: 'connected',
    connectionId: 'sample',
  },
  ...{ accountId: null, owner: null, mode: 'test', nameservers, dnssec: [], undelegatedUntil: null, delegation: null },
  ...{
    watchedSince: null,
    watchAt: null,
    delegationFault: null,
    contacts,
    eppStatus: [],
    locked: null,
    transferRequest: null,
    since: new Date(0),
  },
  expiresAt: null,
}

/** The orders and what their templates are given; `input` lets the templates' check read the result back. */
export const samples = ORDERS.map((order, index) => {
  const terms = sampleTerms({ domain: 'example.de', ...order })
  const isChange = order.action.startsWith('update') || order.action === 'change-holder'
  const input = {
    ...{ terms, reference: `sp-sample-${index + 1}`, domain: isChange ? stored : null, connection, at: new Date(0) },
  }
  return { action: order.action, values: encode(input), input }
})
