import type { Connection } from './connection.js'

/** What a registry that takes mail from known senders alone has to let in. */
export type AllowList = {
  /** Null where nothing is mailed. */
  from: string | null
  /** The domain of the envelope senders: bounces come back to it. */
  envelopeDomain: string | null
  /** The name in EHLO and the address that the registry sees; null where they are those of the relay, or not known here. */
  helo: string | null
  address: string | null
  detail: string
}

/** `hostname` is our own name in EHLO. */
export const allowListOf = (connection: Connection, hostname: string): AllowList => {
  if (connection.channel !== 'mail')
    return { from: null, envelopeDomain: null, helo: null, address: null, detail: UNMAILED[connection.channel] }
  const { relay, mx } = connection
  const { from, replyTo } = connection.registry
  const envelopeDomain = replyTo.slice(replyTo.lastIndexOf('@') + 1)
  return relay === null
    ? {
        ...{ from, envelopeDomain, helo: hostname, address: mx?.localAddress ?? null },
        detail: `Requests leave from this host, which says EHLO ${hostname}; the registry sees ${mx?.localAddress ?? 'the public address of this host, which its operator knows'}.`,
      }
    : {
        ...{ from, envelopeDomain, helo: null, address: null },
        detail: `Requests leave by the relay ${relay.host}${relay.localAddress === null ? '' : `, which sees ${relay.localAddress}`}: the registry sees the public address and the EHLO name of that host, which its operator knows.`,
      }
}

const UNMAILED = {
  people: 'Nothing is mailed: its requests are tickets for people, so no registry has to let anything in.',
  https:
    'Requests are calls of a server: where that lets in known addresses alone, it has to know the public address of this host, which its operator knows.',
}
