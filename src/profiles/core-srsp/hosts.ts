import type { Nameserver } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import type { Pair } from '../key-value.js'
import { readServers, repeatedServers } from '../name-servers.js'
import type { Account } from './account.js'
import { asHandle } from './handle.js'

/** A domain has 2 to 12 (2.2.2.3). */
export const FEWEST_HOSTS = 2
export const MOST_HOSTS = 12

/**
 * The name servers of a domain, numbered from 1: those that the account has a handle for by that, any other made with the domain
 * by its name and IPv4 addresses. The contact of such a host is the domain's tech contact. That several addresses are divided by a
 * blank is inferred.
 */
export const readHosts = (
  nameservers: readonly Nameserver[],
  { hosts = {} }: Pick<Account, 'hosts'>,
): { pairs: Pair[]; problems: Problem[] } => {
  const at = '/nameservers'
  const { servers, problems } = readServers(nameservers, at)
  const count = servers.length
  return {
    pairs: servers.flatMap(({ host, addresses }, index): Pair[] => {
      const number = `NS${index + 1}-`
      const handle = Object.hasOwn(hosts, host) ? hosts[host] : undefined
      if (handle !== undefined) return [[`${number}Handle`, asHandle(handle)]]
      return [
        [`${number}IP-Address`, addresses.join(' ')],
        [`${number}Domain-Name`, host],
        [`${number}Contact-Handle`, '=tech'],
      ]
    }),
    problems: [
      ...problems,
      ...(count < FEWEST_HOSTS || count > MOST_HOSTS
        ? [
            {
              pointer: at,
              detail: `There are ${count} name servers; the registry wants ${FEWEST_HOSTS} to ${MOST_HOSTS}.`,
            },
          ]
        : []),
      ...repeatedServers(servers, at),
      ...servers.flatMap((server, index) =>
        addressProblems(server, Object.hasOwn(hosts, server.host), `${at}/${index}`),
      ),
    ],
  }
}

export const MOST_ADDRESSES = 8 // ours: an address list has to fit into a value of 255 characters

const addressProblems = ({ host, addresses }: Nameserver, isKnown: boolean, at: string): Problem[] => {
  const wrong = (detail: string): Problem[] => [{ pointer: `${at}/addresses`, detail }]
  if (isKnown)
    return addresses.length === 0
      ? []
      : wrong(
          `${host} exists at the registry, by its handle in account.hosts, with the addresses that it has; leave these out.`,
        )
  if (addresses.length === 0)
    return wrong(
      `${host} is made at the registry with the domain, so it needs its IPv4 addresses; or name the handle of the host in account.hosts.`,
    )
  if (addresses.length > MOST_ADDRESSES)
    return wrong(`${host} has ${addresses.length} addresses; give at most ${MOST_ADDRESSES}.`)
  return addresses.some((address) => address.includes(':'))
    ? wrong(`${host} has an address of IPv6, which the protocol does not know; give those of IPv4 alone.`)
    : []
}
