import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { parseAddress } from '../core/ip-address.js'

/**
 * Where a request comes from: the peer of the connection, or, where that is a proxy of ours, the last address that the
 * proxy added to `X-Forwarded-For`. Anybody else's `X-Forwarded-For` is only a claim.
 */
export const clientAddress = (c: Context, trustedProxies: readonly string[]): string => {
  const peer = peerAddress(c)
  if (!trustedProxies.includes(peer)) return peer
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map((hop) => withoutPort(hop.trim()))
  const last = hops.findLast((hop) => hop !== '' && !trustedProxies.includes(hop))
  return last !== undefined && parseAddress(last).ok ? last : peer
}

/**
 * Who an address is counted as: an IPv4 address itself, of an IPv6 address its /64, because one subscriber has all of it
 * (RFC 6177, 2).
 */
export const clientNetwork = (address: string): string => {
  if (!address.includes(':')) return address
  const [head = '', tail = ''] = address.split('::')
  const [left, right] = [groupsOf(head), groupsOf(tail)]
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}

const groupsOf = (part: string): string[] => part.split(':').filter(Boolean)

const peerAddress = (c: Context): string => {
  try {
    return canonical(getConnInfo(c).remote.address ?? 'unknown')
  } catch {
    return 'unknown' // a request that came over no socket
  }
}

/** Some proxies write the port too: `192.0.2.1:50000`, `[2001:db8::1]:50000`. */
const withoutPort = (hop: string): string =>
  canonical(hop.replace(/^\[([^\]]*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1'))

const canonical = (text: string): string => {
  const parsed = parseAddress(text)
  return parsed.ok ? parsed.value.address.replace(/^::ffff:(?=[\d.]+$)/, '') : text
}
