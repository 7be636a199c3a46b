import type { ServerConnection } from '../../core/connection.js'
import type { Contact, Domain } from '../../core/domain.js'
import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput, Question } from '../profile.js'
import { commonSample, sampleTerms } from '../sample-order.js'
import { encode } from './order.js'
import { dataOfDomain } from './read.js'

const connection: ServerConnection = {
  ...commonSample({ username: 'hoster', keyEnv: 'OPENSRS_KEY' }),
  channel: 'https',
}

const person: Contact = {
  ...{ name: 'Erika Muster', street: ['Weg 1'], city: 'Köln', postalCode: '50667', country: 'DE' },
  ...{ phone: '+4930123456', email: 'erika@example.net' },
}

const company: Contact = {
  ...{ ...person, organization: 'Müller & Söhne <GmbH>', street: ['Weg 1', 'Hof 2', 'Tor "3"'], province: 'NRW' },
  type: 'organization',
}

const nameservers = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))

const domain: Domain = {
  ...{ name: 'example.com', unicodeName: 'example.com', state: 'registered', detail: 'REG-OK', connectionId: 'sample' },
  ...{
    accountId: null,
    owner: null,
    mode: 'test',
    nameservers: [],
    dnssec: [],
    contacts: {},
    eppStatus: [],
    locked: null,
    transferRequest: null,
    undelegatedUntil: null,
  },
  ...{ delegation: null, watchedSince: null, watchAt: null, delegationFault: null },
  ...{ since: new Date(0), expiresAt: new Date('2027-06-30T00:00:00Z') },
}

const inputOf = (terms: OrderTerms): EncodeInput => ({
  ...{ terms, connection, domain: terms.action === 'renew' ? domain : null, reference: 'sp-sample-1', at: new Date(0) },
})

const name = 'example.com'

export const samples = [
  sampleTerms({ action: 'register', domain: name, nameservers, contacts: { holder: [person] } }),
  sampleTerms({
    ...{ action: 'register', domain: name, nameservers, period: { years: 2 } },
    contacts: { holder: [company], admin: [person], tech: [person], billing: [person] },
  }),
  sampleTerms({ action: 'transfer', domain: name, contacts: { holder: [company] }, authInfo: `a<b>&"c'` }),
  sampleTerms({ action: 'update-nameservers', domain: name, nameservers }),
  sampleTerms({ action: 'renew', domain: name, period: { years: 3 } }),
  sampleTerms({ action: 'check', domain: name }),
  sampleTerms({ action: 'info', domain: name }),
  sampleTerms({ action: 'lookup-transfer', domain: name }),
]
  .map(inputOf)
  .map((input) => ({ action: input.terms.action, values: encode(input), input }))

export const questions: readonly Question[] = [
  dataOfDomain(name),
  { template: 'order-status', values: { order: '3700001' } },
  { template: 'orders-of-domain', values: { domain: name } },
]
