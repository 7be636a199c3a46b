import type { DemoStory } from '../demo.js'

const contacts = {
  ...{
    holder: { handle: 'C-12345' },
    admin: { handle: 'C-12346' },
    tech: { handle: 'C-12347' },
    zone: { handle: 'C-12347' },
  },
}
const nameservers = [{ host: 'ns1.hoster.example.net' }, { host: 'ns2.hoster.example.org' }]

const BAKERY = 'A registration, by a form of all sections'

/** Orders with .de names; the simulator documents what it makes of each name. The keys of sections 2 to 6 are the demo's own. */
export const demo: DemoStory = {
  byDefault: false,
  connection: {
    title: 'Knipp DRS (simulated)',
    tlds: ['de'],
    account: {
      contacts: { key: 'id', roles: ['holder', 'admin', 'tech', 'zone'] },
      nameservers: { key: 'ns.<n>.name' },
    },
  },
  steps: [
    {
      title: BAKERY,
      order: { action: 'register', domain: 'drs-bakery.de', nameservers, contacts },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A transfer, which is initiated first',
      order: { action: 'transfer', domain: 'transfer-by-drs.de', nameservers, contacts, authInfo: 'Ab3-xY7_kQ' },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that somebody else has',
      order: { action: 'register', domain: 'taken-by-drs.de', nameservers, contacts },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: 'Another holder for the first one',
      after: BAKERY,
      order: { action: 'change-holder', domain: 'drs-bakery.de', contacts: { holder: { handle: 'C-54321' } } },
      expect: { order: 'done', domain: 'Registered' },
    },
  ],
}
