import type { Connection } from './connection.js'
import type { Domain, Nameserver } from './domain.js'
import { isBelowRegistrable } from './domain-name.js'
import type { Sight } from './parent-answer.js'
import { isSelf } from './set-up.js'

/**
 * A name below a registrable one is nobody's to register: whoever has the zone above it gives it away by delegating it. So it is
 * put up for another than them only where that zone has our name servers for it.
 */

/** What the zone above says of a sub-domain. `hosts`: those that `server`, one of the zone's, has for it; none where it is not delegated. */
export type SubDelegation =
  | { kind: 'ours' }
  | { kind: 'not-ours'; server: string; hosts: string[] }
  /** Nobody could be asked, so nothing can be said; `reason` is a clause. */
  | { kind: 'unknown'; reason: string }

/** Every server that answers has to have all of these name servers for it; others beside them do no harm. */
export const judgeSubDelegation = (sight: Sight | null, nameservers: readonly Nameserver[]): SubDelegation => {
  if (sight === null) return { kind: 'unknown', reason: 'our DNS did not tell the servers of the zone above it' }
  const said = sight.servers.flatMap(({ host, answer }) => {
    if (answer.kind === 'unknown') return []
    return [{ server: host, hosts: answer.kind === 'delegated' ? answer.hosts : [] }]
  })
  if (said.length === 0)
    return { kind: 'unknown', reason: `no server of ${sight.zone} gave an answer (${faults(sight)})` }
  const lacking = said.find(({ hosts }) => nameservers.some(({ host }) => !hosts.includes(host)))
  return lacking === undefined ? { kind: 'ours' } : { kind: 'not-ours', ...lacking }
}

const faults = ({ servers }: Sight): string =>
  servers.map(({ host, answer }) => `${host} ${answer.kind === 'unknown' ? answer.reason : ''}`).join(', ')

/** Whether these are the same hosts, in whatever order, and whatever addresses are told of them. */
export const isSameHosts = (some: readonly Nameserver[], others: readonly Nameserver[]): boolean => {
  const [one, other] = [some, others].map((servers) => [...new Set(servers.map(({ host }) => host))].sort().join(' '))
  return one === other
}

export const hostText = (nameservers: readonly Nameserver[]): string =>
  nameservers.map(({ host }) => host).join(' and ')

/** What to type to see what was asked: BIND's dig, without recursion as we ask. */
export const digCommand = (server: string, name: string): string => `dig @${server} ${name} NS +norecurse`

/** That it is not delegated to us, what was answered, and what to do: a sentence. */
export const undelegatedText = (
  { domain, unicodeName }: { domain: string; unicodeName: string },
  ours: readonly Nameserver[],
  { server, hosts }: SubDelegation & { kind: 'not-ours' },
): string => {
  const has = hosts.length === 0 ? 'has no name servers for it' : `has ${hosts.join(' and ')} for it`
  return `${unicodeName} is not delegated yet to ${hostText(ours)}: ${server} ${has}. Have it delegated to them, wait some minutes until every server of the zone has that, and order again; this shows it: ${digCommand(server, domain)}`
}

/**
 * Whether a connection takes orders for names below a registrable one beside its own set-up. People carry them out, by whatever way its
 * other requests travel (`flows/new-request.ts`): nothing of them is mailed to a registry.
 */
export const takesBelow = ({ channel, belowRegistrable }: Pick<Connection, 'channel' | 'belowRegistrable'>): boolean =>
  channel === 'people' || belowRegistrable === 'people'

/** Whether a name is here, so that its account may have what lies below it: registered, or itself a sub-domain that was set up. */
export const isHere = (domain: Domain): boolean =>
  domain.state === 'registered' || domain.state === 'faulty' || (isSelf(domain) && isBelowRegistrable(domain.name))
