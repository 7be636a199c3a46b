import type { DemoStory } from '../demo.js'

const nameservers = [{ host: 'ns1.hoster.example.net' }, { host: 'ns2.hoster.example.org' }]
const holder = {
  ...{ name: 'Erika Muster', organization: 'Bakery Ltd', street: ['1 Example Street'], city: 'Exampletown' },
  ...{ postalCode: 'EX1 1EX', country: 'GB', email: 'erika@example.net' },
}

const BAKERY = 'A registration'
const RENEWAL = 'A renewal'

/** Five orders with .uk names; the simulator documents what it makes of each name. */
export const demo: DemoStory = {
  byDefault: false,
  connection: { title: 'Nominet (simulated)', tlds: ['uk'], account: { tag: 'EXAMPLE' } },
  steps: [
    {
      title: BAKERY,
      order: { action: 'register', domain: 'sunrise-bakery.co.uk', nameservers, contacts: { holder } },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that somebody else has',
      order: { action: 'register', domain: 'taken-since-1998.co.uk', nameservers, contacts: { holder } },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: RENEWAL,
      after: BAKERY,
      order: { action: 'renew', domain: 'sunrise-bakery.co.uk', period: { years: 2 } },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'What the registry knows of it',
      after: RENEWAL,
      order: { action: 'info', domain: 'sunrise-bakery.co.uk' },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that is given back',
      after: 'What the registry knows of it',
      order: { action: 'transit', domain: 'sunrise-bakery.co.uk' },
      expect: { order: 'done', domain: 'Gone' },
    },
  ],
}
