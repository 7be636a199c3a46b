import { isIPv6 } from 'node:net'
import type { Limits } from './limits.js'

/** A client that is connected, as the door sees it. */
export type Client = {
  network: string
  /** When it came, or when its last mail was stored. Milliseconds on any clock that never goes back. */
  since: number
  /** It has sent a whole message and waits for the answer: to turn it out would cost a mail that is nearly stored. */
  waits: boolean
}

/** Who has to leave for a newcomer, if anybody; or what a newcomer who cannot come in is told. */
export type Admission<C extends Client> = { kind: 'admitted'; leaves: C | null } | { kind: 'refused'; text: string }

/**
 * Lets a newcomer in, or not. One network may have `perAddress` clients; loopback as many as it wants, because behind it
 * stands our own relay, or the simulator, with everybody's mail.
 *
 * A full door would otherwise be shut for as long as idle clients care to hold it, so a newcomer takes somebody's place:
 * that of a client from the network that has the most, as long as this one is still ahead of the newcomer's own network;
 * else that of whoever has sent no mail for longest, where that is longer than `patience`. Whoever leaves is told to try
 * again, which honest servers do.
 */
export const admit = <C extends Client>(
  newcomer: { address: string; at: number },
  open: readonly C[],
  limits: Pick<Limits, 'patience'> & { perAddress: number; maxClients: number },
): Admission<C> => {
  const network = networkOf(newcomer.address)
  const own = network === LOOPBACK ? 0 : open.filter((client) => client.network === network).length
  if (own >= limits.perAddress)
    return refused(`4.7.0 your network has ${own} connections open and may have ${limits.perAddress}; close some`)
  if (open.length < limits.maxClients) return { kind: 'admitted', leaves: null }
  const idle = longestIdle(open)
  const leaves =
    longestIdle(crowd(open, own)) ?? (idle !== null && newcomer.at - idle.since >= limits.patience ? idle : null)
  if (leaves === null) return refused('4.3.2 too many clients; please try again later')
  return { kind: 'admitted', leaves }
}

const refused = (text: string): { kind: 'refused'; text: string } => ({ kind: 'refused', text })

/** The clients of the network that has the most, where it has at least two more than `own`; else none. */
const crowd = <C extends Client>(open: readonly C[], own: number): C[] => {
  const networks = new Map<string, C[]>()
  for (const client of open) {
    if (client.network === LOOPBACK) continue
    const members = networks.get(client.network)
    if (members === undefined) networks.set(client.network, [client])
    else members.push(client)
  }
  const largest = [...networks.values()].reduce((most, members) => (members.length > most.length ? members : most), [])
  return largest.length > own + 1 ? largest : []
}

const longestIdle = <C extends Client>(clients: readonly C[]): C | null =>
  clients.reduce<C | null>(
    (found, client) => (client.waits || (found !== null && found.since <= client.since) ? found : client),
    null,
  )

export const LOOPBACK = 'loopback'

/**
 * Who a client is counted as: an IPv4 address, the /64 of an IPv6 address, because one subscriber has all of it (RFC
 * 6177), or loopback: 127.0.0.0/8 (RFC 1122, 3.2.1.3) and ::1 (RFC 4291, 2.5.3), also mapped into IPv6.
 */
export const networkOf = (address: string): string => {
  const [plain = ''] = address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .split('%')
  if (plain === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain)) return LOOPBACK
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain
}

/** The eight groups of an IPv6 address, without leading zeros. */
const groupsOf = (address: string): string[] => {
  const [head = [], tail = []] = address.split('::').map((text) => (text === '' ? [] : text.split(':')))
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16).toString(16))
}
