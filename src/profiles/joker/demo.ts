import type { DemoStory } from '../demo.js'

const nameservers = [{ host: 'ns1.hoster.example.net' }, { host: 'ns2.hoster.example.org' }]
const handle = { handle: 'CCOM-176269' }
const contacts = { holder: handle, admin: handle, tech: handle, billing: handle }

const BAKERY = 'A registration'

/** Five orders with .net names; the simulator documents what it makes of each name. */
export const demo: DemoStory = {
  byDefault: false,
  connection: {
    ...{ title: 'Joker.com (simulated)', tlds: ['net'], account: { authIdKey: 'auth-id' } },
    defaults: { contacts: { billing: handle } },
  },
  steps: [
    {
      title: BAKERY,
      order: { action: 'register', domain: 'sunrise-bakery.net', nameservers, contacts, period: { years: 1 } },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A transfer with its password',
      order: { action: 'transfer', domain: 'transfer-me.net', authInfo: 'Ab3-xY7_kQ' },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that somebody else has',
      order: { action: 'register', domain: 'taken-since-1998.net', nameservers, contacts },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: 'New name servers for the first one',
      after: BAKERY,
      order: {
        ...{ action: 'update-nameservers', domain: 'sunrise-bakery.net' },
        nameservers: [{ host: 'ns1.hoster.example.net' }, { host: 'ns3.hoster.example.com' }],
      },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A renewal of the first one',
      after: 'New name servers for the first one',
      order: { action: 'renew', domain: 'sunrise-bakery.net', period: { years: 2 } },
      expect: { order: 'done', domain: 'Registered' },
    },
  ],
}
