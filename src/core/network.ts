import { BlockList } from 'node:net'
import { parseAddress } from './ip-address.js'

/**
 * Whether packets to an address leave for the public internet and for one host there. What is no address is not public.
 */
export const isPublicAddress = (address: string): boolean => specialUseOf(address) === null

/**
 * What an address is that is not public unicast, in words; null where it is. Of IPv6 only 2000::/3 is public (RFC 4291,
 * 2.4), and of what carries an IPv4 address only NAT64's well-known prefix, which is what the address within is: in a
 * network with DNS64 (RFC 6147) a public host has no other. The tables are IANA's registries of special-purpose addresses
 * (RFC 6890), without regard to which of them say "globally reachable": no host that takes calls is there.
 */
export const specialUseOf = (address: string): string | null => {
  const parsed = parseAddress(address)
  if (!parsed.ok) return 'no IP address'
  const { address: text, family } = parsed.value
  if (family === 4) return find(IPV4, text, 'ipv4')
  const within = NAT64.exec(text)
  if (within === null) return find(IPV6, text, 'ipv6') ?? (GLOBAL.check(text, 'ipv6') ? null : 'not global unicast')
  const use = find(IPV4, toDotted(within[1], within[2]), 'ipv4')
  return use === null ? null : `NAT64 of an address that is ${use}`
}

type Use = { what: string; list: BlockList }

const find = (uses: readonly Use[], text: string, family: 'ipv4' | 'ipv6'): string | null =>
  uses.find(({ list }) => list.check(text, family))?.what ?? null

const uses = (family: 'ipv4' | 'ipv6', table: Record<string, readonly string[]>): Use[] =>
  Object.entries(table).map(([what, blocks]) => {
    const list = new BlockList()
    for (const block of blocks) {
      const [network = '', prefix] = block.split('/')
      list.addSubnet(network, Number(prefix), family)
    }
    return { what, list }
  })

const IPV4 = uses('ipv4', {
  'this network': ['0.0.0.0/8'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  'shared by the customers of a provider': ['100.64.0.0/10'],
  loopback: ['127.0.0.0/8'],
  'link-local': ['169.254.0.0/16'],
  'of the IETF for protocols': ['192.0.0.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.175.48.0/24'],
  'for documentation': ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'],
  'of 6to4 relays': ['192.88.99.0/24'],
  'for benchmarks': ['198.18.0.0/15'],
  multicast: ['224.0.0.0/4'],
  'reserved or broadcast': ['240.0.0.0/4'],
})

const IPV6 = uses('ipv6', {
  unspecified: ['::/128'],
  loopback: ['::1/128'],
  'IPv4-mapped': ['::ffff:0:0/96'],
  'of a local NAT64': ['64:ff9b:1::/48'],
  'for discarding': ['100::/64', '100:0:0:1::/64'],
  Teredo: ['2001::/32'],
  'of the IETF for protocols': ['2001::/23', '2620:4f:8000::/48'],
  'for documentation': ['2001:db8::/32', '3fff::/20'],
  '6to4': ['2002::/16'],
  'for segment routing': ['5f00::/16'],
  'unique local (private)': ['fc00::/7'],
  'link-local': ['fe80::/10'],
  'site-local': ['fec0::/10'],
  multicast: ['ff00::/8'],
})

const GLOBAL = new BlockList()
GLOBAL.addSubnet('2000::', 3, 'ipv6')

/** 64:ff9b::/96 (RFC 6052, 2.1) in the text form of RFC 5952: the two last groups are the IPv4 address. */
const NAT64 = /^64:ff9b::(?:(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4}))?$/

const toDotted = (high = '0', low = '0'): string => {
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [first >> 8, first & 255, second >> 8, second & 255].join('.')
}
