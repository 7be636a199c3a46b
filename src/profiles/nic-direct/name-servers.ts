import type { Nameserver } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import { readServers, repeatedServers } from '../name-servers.js'

/** `ns_name_1` to `ns_name_5`; the first two cannot be left out. */
export const FEWEST_HOSTS = 2
export const MOST_HOSTS = 5

/** As a template prints it: its number from 1, and no address where it needs none and has none. */
export type Host = { number: string; name: string; address: string | null }

/** All name servers of a domain. The robot wants the addresses of the first two wherever they lie, and takes one of each. */
export const readHosts = (nameservers: readonly Nameserver[]): { hosts: Host[]; problems: Problem[] } => {
  const at = '/nameservers'
  const { servers, problems } = readServers(nameservers, at)
  const few = servers.length < FEWEST_HOSTS || servers.length > MOST_HOSTS
  const detail = `There are ${servers.length} name servers; give ${FEWEST_HOSTS} to ${MOST_HOSTS}.`
  return {
    hosts: servers.map(({ host, addresses: [address = null] }, index) => ({
      ...{ number: String(index + 1), name: host, address },
    })),
    problems: [
      ...problems,
      ...repeatedServers(servers, at),
      ...servers.flatMap(({ host, addresses }, index) => {
        const why = addressProblem(addresses, index)
        return why === null ? [] : [{ pointer: `${at}/${index}/addresses`, detail: `${host}: ${why}` }]
      }),
      ...(few ? [{ pointer: at, detail }] : []),
    ],
  }
}

/** Addresses of name servers are of digits and dots (`[0-9.]`) in the robot's document. */
const addressProblem = ([address, second]: readonly string[], index: number): string | null => {
  if (second !== undefined) return 'the robot takes one address of each name server; give its IPv4 address alone.'
  if (address === undefined)
    return index < FEWEST_HOSTS
      ? `the robot needs the IPv4 address of the first ${FEWEST_HOSTS} name servers; add it.`
      : null
  return address.includes(':') ? 'the robot takes IPv4 addresses alone.' : null
}
