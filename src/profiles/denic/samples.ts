import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { sampleConnection, sampleTerms } from '../sample-order.js'
import type { ContactAction, Question, SentAction } from './codes.js'
import { encode } from './request.js'

const ORG = 'organization' as const
const ROLE = 'role' as const

/** For each action an order with everything and one with as little as there can be: both ways of every condition. */
const ORDERS: readonly SampleOrder[] = [
  ...full('register'),
  ...full('transfer', 'Ab3-xY7_kQ'),
  ...full('update-nameservers'),
  ...full('change-holder'),
  ...bare('close', {}, { contacts: { holder: [{ handle: 'DENIC-1234-MUSTER' }, { handle: 'DENIC-1234-ZWEI' }] } }),
  ...bare('transit', { disconnect: true }, { disconnect: false }),
  ...bare('restore', {}),
  ...bare('create-authinfo', { authInfo: 'Ab3-xY7_kQ' }, {}),
  ...bare('delete-authinfo', {}),
  ...contacts('create-contact'),
  ...contacts('update-contact'),
  ...bare('check', {}),
  ...bare('info', {}),
]

type SampleAction = SentAction | ContactAction | Question
type SampleOrder = Pick<OrderTerms, 'domain'> & Partial<OrderTerms> & { action: SampleAction }

function contacts(action: ContactAction): SampleOrder[] {
  const postal = { street: ['Weg 1'], postalCode: '12345', city: 'Köln', country: 'DE', email: 'a@example.net' }
  const person = { handle: 'DENIC-1234-MUSTER', name: 'Erika Müller', ...postal }
  const more = { organization: 'Übersee', street: ['Weg 1', 'Hof 2'], phone: '+4930123456' }
  const requests = { handle: 'DENIC-1234-ABUSE', type: ROLE, uriTemplate: 'https://hoster.example/abuse{?domain}' }
  const organisation = { handle: 'DENIC-1234-ORG', organization: 'GmbH', type: ORG, ...postal }
  return [{ ...person, ...more }, person, organisation, requests].map((contact) => ({
    ...{ action, domain: 'example.de', contacts: { holder: [contact] } },
  }))
}

/** Of what names the domain and little else. */
function bare(action: SampleAction, ...changes: Partial<OrderTerms>[]): SampleOrder[] {
  return changes.map((change) => ({ domain: 'xn--bcher-mller-thbg.de', ...change, action }))
}

function full(action: SentAction, authInfo: string | null = null): SampleOrder[] {
  const holder = [{ handle: 'DENIC-1234-MUSTER' }]
  const nameservers = [
    { host: 'ns1.xn--bcher-mller-thbg.de', addresses: ['192.0.2.53', '2001:db8:0:53::1'] },
    { host: 'ns2.example.net', addresses: [] },
  ]
  const all = {
    holder: [...holder, { handle: 'DENIC-1234-ZWEI' }],
    'general-request': [{ handle: 'DENIC-1234-GENERAL' }],
    abuse: [{ handle: 'DENIC-1234-ABUSE' }],
  }
  const plain = [
    { host: 'ns1.example.net', addresses: [] },
    { host: 'ns2.example.org', addresses: [] },
  ]
  const records = ['example.de IN A 192.0.2.1', '*.example.de IN MX 10 mail.example.de']
  const domain = 'example.de'
  return [
    {
      action,
      authInfo,
      domain: 'xn--bcher-mller-thbg.de',
      contacts: all,
      nameservers,
      dnssec: ['257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=='],
    },
    { action, authInfo, domain, contacts: { holder }, nameservers: plain },
    { action, authInfo, domain, contacts: { holder }, records },
  ]
}

const connection = sampleConnection({ regacc: 'DENIC-1234' }, { tlds: ['de'] })

/** The orders and what their templates are given; `input` lets the templates' check read the result back. */
export const samples = ORDERS.map((order, index) => {
  const input: EncodeInput = {
    ...{ terms: sampleTerms(order), reference: `sp-sample-${index + 1}` },
    ...{ domain: null, connection, at: new Date(0) },
  }
  return { action: order.action, values: encode(input), input }
})
