import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

/**
 * Where a request comes from: the peer of the connection, or, where that is a proxy of ours, the last address that the
 * proxy added to `X-Forwarded-For`. Anybody else's `X-Forwarded-For` is only a claim.
 */
export const clientAddress = (c: Context, trustedProxies: readonly string[]): string => {
  const peer = peerAddress(c)
  if (!trustedProxies.includes(peer)) return peer
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim())
  return hops.findLast((hop) => hop !== '' && !trustedProxies.includes(hop)) ?? peer
}

const peerAddress = (c: Context): string => {
  try {
    return (getConnInfo(c).remote.address ?? 'unknown').replace(/^::ffff:/, '')
  } catch {
    return 'unknown' // a request that came over no socket
  }
}
