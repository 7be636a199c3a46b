import type { DemoStory } from '../demo.js'

const nameservers = [{ host: 'ns1.hoster.example.net' }, { host: 'ns2.hoster.example.org' }]
const holder = {
  ...{ name: 'Erika Muster', street: ['Weg 1'], city: 'Köln', postalCode: '50667', country: 'DE' },
  ...{ phone: '+4930123456', email: 'erika@example.net' },
}
const contacts = { holder }

const FIRST = 'A registration that is answered at once'

/** Six orders; the simulated server documents what it makes of each name. */
export const demo: DemoStory = {
  byDefault: false,
  connection: { title: 'OpenSRS (simulated)', tlds: ['org'], account: {} },
  server: {
    username: 'demo-reseller',
    account: ({ host, port, ca, secretName }) => ({
      ...{ username: 'demo-reseller', keyEnv: secretName, ca, server: { host, port } },
    }),
  },
  steps: [
    {
      title: FIRST,
      order: { action: 'register', domain: 'sunrise-bakery.org', nameservers, contacts, period: { years: 1 } },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A transfer, which is asked about until it is decided',
      order: { action: 'transfer', domain: 'transfer-me.org', contacts, authInfo: 'Ab3-xY7_kQ' },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that somebody else has',
      order: { action: 'register', domain: 'taken-since-1998.org', nameservers, contacts },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: 'New name servers for the first one',
      after: FIRST,
      order: {
        action: 'update-nameservers',
        domain: 'sunrise-bakery.org',
        nameservers: [{ host: 'ns1.hoster.example.net' }, { host: 'ns3.hoster.example.com' }],
      },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'Two more years for it',
      after: FIRST,
      order: { action: 'renew', domain: 'sunrise-bakery.org', period: { years: 2 } },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A payment that comes later',
      paysLater: true,
      order: { action: 'register', domain: 'later-paid.org', nameservers, contacts },
      expect: { order: 'done', domain: 'Registered' },
    },
  ],
}
