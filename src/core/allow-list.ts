import type { Connection } from './connection.js'

/** What a registry that takes mail from known senders alone has to let in. */
export type AllowList = {
  from: string
  /** The domain of the envelope senders: bounces come back to it. */
  envelopeDomain: string
  /** The name in EHLO and the address that the registry sees; null where they are those of the relay, or not known here. */
  helo: string | null
  address: string | null
  detail: string
}

/** `hostname` is our own name in EHLO. */
export const allowListOf = ({ registry, relay }: Connection, hostname: string): AllowList => {
  const { from, replyTo } = registry
  const envelopeDomain = replyTo.slice(replyTo.lastIndexOf('@') + 1)
  return relay === null
    ? {
        ...{ from, envelopeDomain, helo: hostname, address: null },
        detail: `Requests leave from this host, which says EHLO ${hostname}; the registry sees the public address of this host, which its operator knows.`,
      }
    : {
        ...{ from, envelopeDomain, helo: null, address: null },
        detail: `Requests leave by the relay ${relay.host}: the registry sees the public address and the EHLO name of that host, which its operator knows.`,
      }
}
