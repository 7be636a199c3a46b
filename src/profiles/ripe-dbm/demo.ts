import type { DemoStory } from '../demo.js'

const nameservers = [{ host: 'ns1.hoster.example.net' }, { host: 'ns2.hoster.example.org' }]
const FIRST = 'A network of IPv4'

/** Zones of the networks for documentation; the simulator documents what it makes of each. */
export const demo: DemoStory = {
  byDefault: false,
  connection: {
    title: 'RPSL by mail (simulated)',
    tlds: ['in-addr.arpa', 'ip6.arpa'],
    account: { source: 'RIPE', maintainers: ['HOSTER-MNT'], description: ['Example networks'] },
    defaults: {
      contacts: { admin: { handle: 'EM1-RIPE' }, tech: { handle: 'EM1-RIPE' }, zone: { handle: 'EM1-RIPE' } },
    },
    trust: { allowUnsigned: true },
  },
  sample: (number) => `${number % 256}.0.10.in-addr.arpa`,
  steps: [
    {
      title: FIRST,
      order: { action: 'register', domain: '2.0.192.in-addr.arpa', nameservers },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'One of IPv6, with a server of its own and a DNSSEC key',
      order: {
        action: 'register',
        domain: '8.b.d.0.1.0.0.2.ip6.arpa',
        nameservers: [...nameservers, { host: 'ns.8.b.d.0.1.0.0.2.ip6.arpa', addresses: ['2001:db8::53'] }],
        dnssec: ['257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=='],
      },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'A network that somebody else maintains',
      order: { action: 'register', domain: '100.51.198.in-addr.arpa', nameservers },
      expect: { order: 'refused', domain: 'Error' },
    },
    {
      title: 'New name servers for the first one',
      after: FIRST,
      order: {
        action: 'update-nameservers',
        domain: '2.0.192.in-addr.arpa',
        nameservers: [{ host: 'ns1.hoster.example.net' }, { host: 'ns3.hoster.example.com' }],
      },
      expect: { order: 'done', domain: 'Registered' },
    },
    {
      title: 'And its end',
      after: 'New name servers for the first one',
      order: { action: 'close', domain: '2.0.192.in-addr.arpa' },
      expect: { order: 'done', domain: 'Closed' },
    },
  ],
}
