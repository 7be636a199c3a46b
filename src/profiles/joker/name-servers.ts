import type { Nameserver } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import type { Pair } from '../key-value.js'
import { readServers, repeatedServers } from '../name-servers.js'

/** As many as the protocol's vocabulary has, which is that of CORE's: NS1 to NS12. */
export const FEWEST_HOSTS = 2
export const MOST_HOSTS = 12

/**
 * The name servers of a domain, always all of them: hosts that the registrar knows, and with `create` new ones by name and
 * address.
 */
export const readHosts = (
  hosts: readonly Nameserver[],
  { create }: { create: boolean },
): { pairs: Pair[]; problems: Problem[] } => {
  const at = '/nameservers'
  const { servers, problems } = readServers(hosts, at)
  const pairs = servers.flatMap(({ host, addresses: [address] }, index): Pair[] => {
    const key = `ns${index + 1}`
    if (address === undefined) return [[`${key}-handle`, host]]
    return [
      [`${key}-domain-name`, host],
      [`${key}-ip-address`, address],
    ]
  })
  const odd = servers.flatMap(({ addresses: [address, second] }, index) => {
    const made = address !== undefined && (!create || second !== undefined || address.includes(':'))
    return made ? [{ pointer: `${at}/${index}/addresses`, detail: create ? ONE_ADDRESS : KNOWN_HOSTS }] : []
  })
  const few = hosts.length < FEWEST_HOSTS || hosts.length > MOST_HOSTS
  const detail = `There are ${hosts.length} name servers; give ${FEWEST_HOSTS} to ${MOST_HOSTS}.`
  return {
    pairs,
    problems: [...problems, ...repeatedServers(servers, at), ...odd, ...(few ? [{ pointer: at, detail }] : [])],
  }
}

const KNOWN_HOSTS = 'The request takes hosts that the registrar knows already, by their names; leave the addresses out.'
const ONE_ADDRESS =
  'A host is made with one IPv4 address; give one, or none for a host that the registrar knows already.'
