import type { Nameserver } from '../../core/domain.js'
import { parseAddress, parseHostName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import type { Pair } from '../key-value.js'

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
  const problems: Problem[] = []
  const pairs = hosts.flatMap(({ host, addresses }, index): Pair[] => {
    const [at, key] = [`/nameservers/${index}`, `ns${index + 1}`]
    const name = parseHostName(host)
    if (!name.ok) {
      problems.push(...name.problems.map(({ detail }) => ({ pointer: `${at}/host`, detail })))
      return []
    }
    if (hosts.findIndex((other) => other.host === host) < index)
      problems.push({ pointer: `${at}/host`, detail: `${host} is there twice; name every host once.` })
    const [text, second] = addresses
    if (text === undefined) return [[`${key}-handle`, name.value.name]]
    const address = parseAddress(text)
    if (!create) problems.push({ pointer: `${at}/addresses`, detail: KNOWN_HOSTS })
    else if (second !== undefined || !address.ok || address.value.family !== 4)
      problems.push({ pointer: `${at}/addresses`, detail: ONE_ADDRESS })
    return [
      [`${key}-domain-name`, name.value.name],
      [`${key}-ip-address`, address.ok ? address.value.address : text],
    ]
  })
  if (hosts.length < FEWEST_HOSTS || hosts.length > MOST_HOSTS)
    problems.push({
      pointer: '/nameservers',
      detail: `There are ${hosts.length} name servers; give ${FEWEST_HOSTS} to ${MOST_HOSTS}.`,
    })
  return { pairs, problems }
}

const KNOWN_HOSTS = 'The request takes hosts that the registrar knows already, by their names; leave the addresses out.'
const ONE_ADDRESS =
  'A host is made with one IPv4 address; give one, or none for a host that the registrar knows already.'
