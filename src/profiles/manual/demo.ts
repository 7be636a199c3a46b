import type { DemoStory } from '../demo.js'

const nameservers = [{ host: 'ns1.hoster.example.net' }, { host: 'ns2.hoster.example.org' }]
const holder = {
  ...{ name: 'Erika Muster', street: ['Weg 1'], city: 'Köln', postalCode: '50667', country: 'DE' },
  ...{ phone: '+4930123456', email: 'erika@example.net' },
}
const contacts = { holder }

const FIRST = 'A registration by hand'

/** Five orders that a person carries out by their tickets. */
export const demo: DemoStory = {
  byDefault: false,
  connection: { title: 'By hand (simulated)', tlds: ['com'], account: { registrar: 'Example Registrar' } },
  refuses: { 'reserved-name.com': 'the registrar says that the name is reserved' },
  steps: [
    {
      title: FIRST,
      order: { action: 'register', domain: 'sunrise-bakery.com', nameservers, contacts, period: { years: 1 } },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A transfer with its password',
      order: { action: 'transfer', domain: 'transfer-me.com', nameservers, contacts, authInfo: 'Ab3-xY7_kQ' },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that the registrar does not give',
      order: { action: 'register', domain: 'reserved-name.com', nameservers, contacts },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: 'New name servers for the first one',
      after: FIRST,
      order: {
        action: 'update-nameservers',
        domain: 'sunrise-bakery.com',
        nameservers: [{ host: 'ns1.hoster.example.net' }, { host: 'ns3.hoster.example.com' }],
      },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A payment that comes later',
      paysLater: true,
      order: { action: 'register', domain: 'later-paid.com', nameservers, contacts },
      expect: { order: 'done', domain: 'Registered' },
    },
  ],
}
