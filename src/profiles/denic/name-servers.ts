import type { Nameserver } from '../../core/domain.js'
import { isInside } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import { type FoundServers, readServers, repeatedServers } from '../name-servers.js'

/**
 * The name servers of a domain and everything that is wrong with them: 2 to 13, no host and no address twice, addresses
 * for hosts inside the domain alone (narrow glue), there with at least one IPv4 address. `at` is the pointer of the list.
 */
export const checkNameservers = (nameservers: readonly Nameserver[], domain: string, at: string): FoundServers => {
  const { servers, problems } = readServers(nameservers, at)
  if (problems.length > 0) return { servers, problems }
  return {
    servers,
    problems: [
      ...countProblems(servers, at),
      ...servers.flatMap((server, index) => glueProblems(server, domain, `${at}/${index}`)),
      ...repeatedServers(servers, at),
    ],
  }
}

/** One line a name server without address; one a address where it has any. */
export const nameserverLines = (servers: readonly Nameserver[]): string[] =>
  servers.flatMap(({ host, addresses }) =>
    addresses.length === 0 ? [host] : addresses.map((address) => `${host} ${address}`),
  )

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
