import type { Action } from '../../core/action.js'
import type { PeopleConnection } from '../../core/connection.js'
import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { commonSample } from '../sample-order.js'
import { capabilities } from './capabilities.js'
import { encode } from './request.js'

const bareConnection: PeopleConnection = { ...commonSample({}), channel: 'people', mode: 'live' }

const fullConnection: PeopleConnection = {
  ...bareConnection,
  mode: 'test',
  account: { registrar: 'Sample Registrar', url: 'https://registrar.example/', login: 'hoster-7' },
}

const holder = [{ handle: 'SAMPLE-1' }]

/** With as little as an action can have. */
const bareTerms = (action: Action): OrderTerms => ({
  ...{ action, billingOrderId: 'SAMPLE-1', account: { id: 'sample', type: 'provider', email: null } },
  ...{ origin: 'provider', domain: 'example.com', unicodeName: 'example.com', period: null, records: [] },
  nameservers: [{ host: 'ns1.example.net', addresses: [] }],
  ...{ contacts: { holder }, authInfo: 'Ab3-xY7_kQ', dnssec: null, disconnect: null },
  ...{ notify: null, price: null, agreement: null },
})

/** With everything that it can. */
const fullTerms = (action: Action): OrderTerms => ({
  ...bareTerms(action),
  account: { id: 'sample', type: 'customer', email: 'owner@example.net' },
  ...{ domain: 'xn--bcher-kva.example', unicodeName: 'bücher.example', period: { years: 2 }, disconnect: true },
  nameservers: [{ host: 'ns1.xn--bcher-kva.example', addresses: ['192.0.2.53', '2001:db8::53'] }],
  dnssec: ['257 3 13 AAAA'],
  records: ['example.com IN A 192.0.2.1'],
  contacts: {
    holder: [
      {
        ...{ name: 'Erika Müller', organization: 'Übersee GmbH', street: ['Weg 1', 'Hof 2'], city: 'Köln' },
        ...{ province: 'NRW', postalCode: '50667', country: 'DE', phone: '+4930123456', email: 'e@example.net' },
        type: 'organization',
      },
    ],
    tech: [{ handle: 'SAMPLE-TECH' }],
  },
})

const inputOf = (terms: OrderTerms, connection: PeopleConnection): EncodeInput => ({
  ...{ terms, connection, reference: 'sp-sample-1', domain: null, at: new Date(0) },
})

export const samples = Object.entries(capabilities)
  .filter(([, { supported }]) => supported)
  .flatMap(([name]) => {
    const action = name as Action
    const unsigned = { ...bareTerms(action), dnssec: [], disconnect: false }
    return [
      inputOf(bareTerms(action), bareConnection),
      inputOf(unsigned, bareConnection),
      inputOf(fullTerms(action), fullConnection),
    ]
  })
  .map((input) => ({ action: input.terms.action, values: encode(input), input }))
