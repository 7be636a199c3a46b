import type { Nameserver } from '../../core/domain.js'
import { isInside, parseAddress, parseHostName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'

/** Hosts as A-labels, addresses in their usual text. */
type Found = { servers: Nameserver[]; problems: Problem[] }

/**
 * The name servers of a domain and everything that is wrong with them: 2 to 13, no host and no address twice, addresses
 * for hosts inside the domain alone (narrow glue), there with at least one IPv4 address. `at` is the pointer of the list.
 */
export const checkNameservers = (nameservers: readonly Nameserver[], domain: string, at: string): Found => {
  const read = nameservers.map((server, index) => readServer(server, `${at}/${index}`))
  const servers = read.map(({ server }) => server)
  const problems = read.flatMap((one) => one.problems)
  if (problems.length > 0) return { servers, problems }
  return {
    servers,
    problems: [
      ...countProblems(servers, at),
      ...servers.flatMap((server, index) => glueProblems(server, domain, `${at}/${index}`)),
      ...repeats(servers, at),
    ],
  }
}

/** One line a name server without address; one a address where it has any. */
export const nameserverLines = (servers: readonly Nameserver[]): string[] =>
  servers.flatMap(({ host, addresses }) =>
    addresses.length === 0 ? [host] : addresses.map((address) => `${host} ${address}`),
  )

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

/** Ours: the registry states no limit, and a request must stay readable. */
export const MOST_ADDRESSES = 8
export const MOST_SERVERS = 13

const countProblems = (servers: readonly Nameserver[], at: string): Problem[] => {
  const hosts = new Set(servers.map(({ host }) => host)).size
  if (hosts < 2)
    return [
      {
        pointer: at,
        detail: `${hosts === 0 ? 'There is no name server' : 'There is one name server'}; the registry wants 2 to 13.`,
      },
    ]
  if (servers.length > MOST_SERVERS)
    return [{ pointer: at, detail: `There are ${servers.length} name servers; the registry wants 2 to 13.` }]
  return []
}

const glueProblems = ({ host, addresses }: Nameserver, domain: string, at: string): Problem[] => {
  if (!isInside(host, domain))
    return addresses.length === 0
      ? []
      : [
          {
            pointer: `${at}/addresses`,
            detail: `${host} lies outside ${domain}, so it takes no addresses; leave them out.`,
          },
        ]
  if (addresses.length > MOST_ADDRESSES)
    return [
      {
        pointer: `${at}/addresses`,
        detail: `${host} has ${addresses.length} addresses; give at most ${MOST_ADDRESSES}.`,
      },
    ]
  if (addresses.some((address) => !address.includes(':'))) return []
  return [
    {
      pointer: `${at}/addresses`,
      detail: `${host} lies inside ${domain}, so it needs at least one IPv4 address (glue); IPv6 addresses may be added.`,
    },
  ]
}

const repeats = (servers: readonly Nameserver[], at: string): Problem[] => {
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
