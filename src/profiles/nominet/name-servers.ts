import type { Nameserver } from '../../core/domain.js'
import { isInside } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import type { Pair } from '../key-value.js'
import { readServers, repeatedServers } from '../name-servers.js'

/** The fields `dns0` to `dns9`. */
export const MOST_HOSTS = 10

/**
 * The name servers of a name: a host, and its address behind a blank where it lies inside the name. `replace`: the fields behind
 * the last one are emptied, so that no older server stays.
 */
export const readHosts = (
  hosts: readonly Nameserver[],
  { domain, replace }: { domain: string; replace: boolean },
): { pairs: Pair[]; problems: Problem[] } => {
  const { servers, problems } = readServers(hosts, '/nameservers')
  const fields = Array.from({ length: replace ? MOST_HOSTS : Math.min(servers.length, MOST_HOSTS) }, (_, index) => {
    const { host, addresses } = servers[index] ?? { host: 'null', addresses: [] }
    return [`dns${index}`, [host, ...addresses].join(' ')] satisfies Pair
  })
  const odd = servers.flatMap(({ host, addresses }, index): Problem[] => {
    const at = `/nameservers/${index}/addresses`
    if (addresses.length > 0 && !isInside(host, domain))
      return [{ pointer: at, detail: `${host} lies outside ${domain}, so it takes no address; leave it out.` }]
    if (addresses.length === 1 && !addresses[0]?.includes(':')) return []
    return addresses.length === 0 ? [] : [{ pointer: at, detail: 'A host takes one IPv4 address here.' }]
  })
  const many = servers.length > MOST_HOSTS
  return {
    pairs: fields,
    problems: [
      ...problems,
      ...repeatedServers(servers, '/nameservers'),
      ...odd,
      ...(many
        ? [{ pointer: '/nameservers', detail: `There are ${servers.length} name servers; give at most ${MOST_HOSTS}.` }]
        : []),
    ],
  }
}
