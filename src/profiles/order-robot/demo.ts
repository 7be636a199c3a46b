import type { DemoStory } from '../demo.js'

const nameservers = [{ host: 'ns1.hoster.example.net' }, { host: 'ns2.hoster.example.org' }]
const handle = { handle: 'ABC123@HANDLES.DE' }
const contacts = { holder: handle, admin: handle }

const BAKERY = 'A registration'

/** Orders with .net names; the simulator documents what it makes of each name. */
export const demo: DemoStory = {
  byDefault: false,
  connection: {
    ...{ title: 'Order robot (simulated)', tlds: ['net'], account: { admin: 'xyz00' } },
    defaults: { contacts: { tech: handle, zone: handle } },
  },
  steps: [
    {
      title: BAKERY,
      order: { action: 'register', domain: 'robot-bakery.net', nameservers, contacts },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A transfer that the present provider agrees to',
      order: { action: 'transfer', domain: 'transfer-by-robot.net', contacts },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A transfer that it refuses at first: a LateACK saves it',
      order: { action: 'transfer', domain: 'transfer-nack-robot.net', contacts },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A name that somebody else has',
      order: { action: 'register', domain: 'taken-by-robot.net', nameservers, contacts },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: 'New name servers for the first one',
      after: BAKERY,
      order: {
        ...{ action: 'update-nameservers', domain: 'robot-bakery.net' },
        nameservers: [{ host: 'ns1.hoster.example.net' }, { host: 'ns3.hoster.example.com' }],
      },
      expect: { order: 'done', domain: 'Registered' },
    },
  ],
}
