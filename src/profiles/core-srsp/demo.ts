import type { DemoStory } from '../demo.js'

const owner = {
  ...{
    name: 'Erika Müller',
    organization: 'Bücher Müller GmbH',
    street: ['Beispielweg 1'],
    postalCode: '50667',
    city: 'Köln',
  },
  ...{ country: 'DE', phone: '+49.2211234567', email: 'erika@example.net' },
}
const contacts = { holder: owner, tech: { handle: 'TC00042' } }
const nameservers = [
  { host: 'ns1.hoster.example.net' },
  { host: 'ns2.hoster.example.org', addresses: ['198.51.100.53'] },
]

const BAKERY = 'A registration, acknowledged first'
const RENEWED = 'A renewal'

/** Orders with .info names; the simulator documents what it makes of each name. */
export const demo: DemoStory = {
  byDefault: false,
  connection: {
    title: 'CORE SRSP (simulated)',
    tlds: ['info'],
    account: { registrar: 'reg.hoster.example', hosts: { 'ns1.hoster.example.net': 'NS00017' }, interval: 1 },
  },
  steps: [
    {
      title: BAKERY,
      order: { action: 'register', domain: 'sunrise-bakery.info', nameservers, contacts },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: RENEWED,
      after: BAKERY,
      order: { action: 'renew', domain: 'sunrise-bakery.info', period: { years: 1 } },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A transfer that a contact of the domain countersigns',
      order: {
        ...{ action: 'transfer', domain: 'transfer-me.info', authInfo: 'Ab3-xY7_kQ' },
        contacts: { admin: { handle: 'AC00099' } },
      },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that somebody else has',
      order: { action: 'register', domain: 'taken-since-1998.info', nameservers, contacts },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: 'The end of the first one',
      after: RENEWED,
      order: { action: 'close', domain: 'sunrise-bakery.info' },
      expect: { order: 'done', domain: 'Closed' },
    },
  ],
}
