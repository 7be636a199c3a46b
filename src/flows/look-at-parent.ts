import { type ParentAnswer, readParentAnswer, type Sight } from '../core/parent-answer.js'
import type { NameServerProbe } from '../ports.js'

/** No zone has more servers; of a host with more addresses the others are not asked. */
const MOST_SERVERS = 32
const MOST_ADDRESSES = 4

/**
 * What every server of a domain's parent zone says of the domain. Our own DNS is asked for the zone and its servers alone;
 * these are asked themselves, without recursion, and nothing that they refer to is followed. Null where our own DNS knows
 * no such zone. Takes up to half a minute, and never fails.
 */
export const lookAtParent = async (dns: NameServerProbe, domain: string): Promise<Sight | null> => {
  const parent = await findParent(dns, domain)
  if (parent === null) return null
  const hosts = [...new Set(parent.hosts)].sort().slice(0, MOST_SERVERS)
  const servers = await Promise.all(hosts.map(async (host) => ({ host, answer: await askServer(dns, host, domain) })))
  return { zone: parent.zone, servers }
}

/** The nearest name above it that is a zone: `co.uk` of `example.co.uk`, and `uk` where that were none. The root is left out. */
const findParent = async (dns: NameServerProbe, domain: string): Promise<{ zone: string; hosts: string[] } | null> => {
  for (let zone = above(domain); zone !== ''; zone = above(zone)) {
    const found = await dns.nameServers(zone)
    if (found.kind === 'found' && found.hosts.length > 0) return { zone, hosts: found.hosts }
    if (found.kind === 'unknown') return null
  }
  return null
}

const above = (name: string): string => name.split('.').slice(1).join('.')

/** Its addresses are one server: the first that says anything speaks for it. */
const askServer = async (dns: NameServerProbe, host: string, domain: string): Promise<ParentAnswer> => {
  const found = await dns.resolve(host)
  if (found.kind !== 'found') return { kind: 'unknown', reason: 'has no address that our DNS knows' }
  let last: ParentAnswer = { kind: 'unknown', reason: 'gave no answer' }
  for (const address of found.addresses.slice(0, MOST_ADDRESSES)) {
    last = readParentAnswer(await dns.ask(address, { name: domain, type: 'NS', tcp: false }))
    if (last.kind !== 'unknown') return last
  }
  return last
}
