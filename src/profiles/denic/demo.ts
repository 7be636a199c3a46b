import type { DemoStory } from '../demo.js'

const nameservers = [{ host: 'ns1.hoster.example.net' }, { host: 'ns2.hoster.example.org' }]
const contacts = { holder: { handle: 'DENIC-1234-MUSTER' } }

const BAKERY = 'A registration'

/** Six orders with .de names; the simulator documents what it makes of each name. */
export const demo: DemoStory = {
  byDefault: true,
  connection: { title: 'DENIC (simulated)', tlds: ['de'], account: { regacc: 'DENIC-1234' } },
  steps: [
    {
      title: BAKERY,
      order: { action: 'register', domain: 'sunrise-bakery.de', nameservers, contacts },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name with umlauts and a server of its own',
      order: {
        action: 'register',
        domain: 'bücher-müller.de',
        nameservers: [{ host: 'ns1.bücher-müller.de', addresses: ['192.0.2.53', '2001:db8::53'] }, ...nameservers],
        contacts,
      },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A transfer with its password',
      order: { action: 'transfer', domain: 'transfer-me.de', nameservers, contacts, authInfo: 'Ab3-xY7_kQ' },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that somebody else has',
      order: { action: 'register', domain: 'taken-since-1998.de', nameservers, contacts },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: 'New name servers for the first one',
      after: BAKERY,
      order: {
        action: 'update-nameservers',
        domain: 'sunrise-bakery.de',
        nameservers: [{ host: 'ns1.hoster.example.net' }, { host: 'ns3.hoster.example.com' }],
        contacts,
      },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A payment that comes later',
      paysLater: true,
      order: { action: 'register', domain: 'later-paid.de', nameservers, contacts },
      expect: { order: 'done', domain: 'Registered' },
    },
  ],
}
