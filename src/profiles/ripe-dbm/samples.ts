import type { Contacts } from '../../core/domain.js'
import type { EncodeInput } from '../profile.js'
import { sampleConnection, sampleTerms } from '../sample-order.js'
import { SENT } from './order.js'
import { encode } from './request.js'

const ZONE = '2.0.192.in-addr.arpa'
const nameservers = [
  { host: 'ns1.example.net', addresses: [] },
  { host: `ns.${ZONE}`, addresses: ['192.0.2.53', '2001:db8::53'] },
]
const dnssec = ['257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==']
const handles = (...names: string[]): Contacts[string] => names.map((handle) => ({ handle }))
const contacts = { admin: handles('EM1-RIPE', 'EM2-RIPE'), tech: handles('EM1-RIPE'), zone: handles('EM1-RIPE') }

const bare = { source: 'RIPE', maintainers: ['EXAMPLE-MNT'] }
const full = {
  ...{ ...bare, maintainers: ['EXAMPLE-MNT', 'OTHER-MNT'], organisation: 'ORG-EX1-RIPE' },
  ...{ description: ['Example network', 'Exampletown'], notify: ['noc@hoster.example'] },
}
const irrd = { ...bare, source: 'EXAMPLE', dialect: 'irrd' }

/** For each action an object with everything and one with as little as there can be, and the other dialect. */
export const samples = SENT.flatMap((action) =>
  [
    { account: full, terms: { action, domain: ZONE, contacts, nameservers, dnssec } },
    {
      account: bare,
      terms: {
        ...{ action, domain: '8.b.d.0.1.0.0.2.ip6.arpa', nameservers: nameservers.slice(0, 1) },
        contacts: { ...contacts, admin: handles('EM1-RIPE') },
      },
    },
    { account: irrd, terms: { action, domain: ZONE, contacts, nameservers: nameservers.slice(0, 1) } },
  ].map(({ account, terms }, index) => {
    const input: EncodeInput = {
      terms: sampleTerms(terms),
      reference: `sp-sample-${index + 1}`,
      domain: null,
      connection: sampleConnection(account, { tlds: ['in-addr.arpa', 'ip6.arpa'] }),
      at: new Date(0),
    }
    return { action, values: encode(input), input }
  }),
)
