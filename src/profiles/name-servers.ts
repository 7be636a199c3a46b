/** What every registry wants of name servers: hosts and addresses that are some, each once, on the public internet. */
import type { Nameserver } from '../core/domain.js'
import { parseAddress, parseHostName } from '../core/domain-name.js'
import type { Problem } from '../core/errors.js'

/** Hosts as A-labels, addresses in their usual text. */
export type FoundServers = { servers: Nameserver[]; problems: Problem[] }

/** Each name server of a list by itself; `at` is the pointer of the list. */
export const readServers = (nameservers: readonly Nameserver[], at: string): FoundServers => {
  const read = nameservers.map((server, index) => readServer(server, `${at}/${index}`))
  return { servers: read.map(({ server }) => server), problems: read.flatMap(({ problems }) => problems) }
}

const readServer = ({ host, addresses }: Nameserver, at: string): { server: Nameserver; problems: Problem[] } => {
  const problems: Problem[] = []
  const name = parseHostName(host)
  if (!name.ok) problems.push(...name.problems.map(({ detail }) => ({ pointer: `${at}/host`, detail })))
  const texts = addresses.map((text, nth) => {
    const address = parseAddress(text)
    if (!address.ok)
      problems.push(...address.problems.map(({ detail }) => ({ pointer: `${at}/addresses/${nth}`, detail })))
    else if (!isRoutable(address.value.address))
      problems.push({
        pointer: `${at}/addresses/${nth}`,
        detail: `${text} is private, local or reserved; the registry wants one that the internet reaches.`,
      })
    return address.ok ? address.value.address : text
  })
  return { server: { host: name.ok ? name.value.name : host, addresses: texts }, problems }
}

/** No host twice, and no address. */
export const repeatedServers = (servers: readonly Nameserver[], at: string): Problem[] => {
  const seen = new Set<string>()
  const twice = (value: string): boolean => seen.size === seen.add(value).size
  return servers.flatMap(({ host, addresses }, index) => [
    ...(twice(host)
      ? [
          {
            pointer: `${at}/${index}/host`,
            detail: `${host} is there twice; name every host once, with all its addresses.`,
          },
        ]
      : []),
    ...addresses.flatMap((address, nth) =>
      twice(address)
        ? [
            {
              pointer: `${at}/${index}/addresses/${nth}`,
              detail: `${address} is there twice; every name server needs addresses of its own.`,
            },
          ]
        : [],
    ),
  ])
}

/** Addresses that no name server on the internet has; those of documentation (RFC 5737, RFC 3849) pass. */
const UNROUTABLE = [
  /^(0|10|127|22[4-9]|2[3-5]\d)\./,
  /^(169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./,
  /^::1?$/,
  /^::ffff:/,
  /^f[cdf][0-9a-f]{2}:/,
  /^fe[89ab][0-9a-f]:/,
]
const isRoutable = (address: string): boolean => !UNROUTABLE.some((pattern) => pattern.test(address))
