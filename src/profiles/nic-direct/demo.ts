import type { DemoStory } from '../demo.js'

const contacts = { holder: { handle: 'JOWE0014' }, admin: { handle: 'JOWE0014' } }
const [first, second] = [
  { host: 'ns1.hoster.example.net', addresses: ['192.0.2.53'] },
  { host: 'ns2.hoster.example.org', addresses: ['198.51.100.53'] },
]
const nameservers = [first, second]

const BAKERY = 'A registration'

/** Orders with .at names; the simulator documents what it makes of each name. */
export const demo: DemoStory = {
  byDefault: false,
  connection: {
    ...{ title: 'nic-direct (simulated)', tlds: ['at'], account: { userId: 'U1234' } },
    defaults: { contacts: { tech: { handle: 'ERMU0002' }, zone: { handle: 'ERMU0002' } } },
  },
  steps: [
    {
      title: BAKERY,
      order: { action: 'register', domain: 'bergbäckerei.at', nameservers, contacts, period: { years: 1 } },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A transfer',
      order: { action: 'transfer', domain: 'transfer-to-nic-direct.at', nameservers, contacts, authInfo: 'Ab3-xY7_kQ' },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that somebody else has',
      order: { action: 'register', domain: 'taken-at-nic-direct.at', nameservers, contacts },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: 'New name servers for the first one',
      after: BAKERY,
      order: {
        ...{ action: 'update-nameservers', domain: 'bergbäckerei.at' },
        nameservers: [first, { host: 'ns3.hoster.example.com', addresses: ['203.0.113.53'] }],
      },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A deletion',
      after: BAKERY,
      order: { action: 'close', domain: 'bergbäckerei.at' },
      expect: { order: 'done', domain: 'Closed' },
    },
  ],
}
