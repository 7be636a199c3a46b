import { networkInterfaces } from 'node:os'
import { specialUseOf } from '../core/network.js'
import type { RouteOptions } from './exchangers.js'

/**
 * Whether a mail server is this host, as far as its name and its network cards tell: its own name, one of its addresses,
 * or an address that leads nowhere else. A mail that is sent there would come back through our own door.
 */
export const ownHost = (hostname: string, interfaces = networkInterfaces): RouteOptions['isOurs'] => {
  const name = hostname.toLowerCase()
  return ({ host, address }) => {
    if (host.toLowerCase() === name) return true
    if (address === null) return false
    const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '') // IPv4 in IPv6 (RFC 4291, 2.5.5.2)
    const use = specialUseOf(plain)
    if (use === 'loopback' || use === 'unspecified' || use === 'this network') return true
    return Object.values(interfaces()).some((cards) => cards?.some((card) => card.address === plain))
  }
}
