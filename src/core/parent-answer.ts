import type { ServerAnswer } from './delegation.js'

/** What one name server of the zone above a domain says of the domain. */
export type ParentAnswer =
  /** It has these name servers for it: A-labels in lower case, each once, sorted. */
  | { kind: 'delegated'; hosts: string[] }
  /** It has none for it. */
  | { kind: 'absent' }
  /** It said nothing that can be used; `reason` follows its name: `gave no answer`. */
  | { kind: 'unknown'; reason: string }

/** A domain as its parent zone has it: one answer a server of the zone. */
export type Sight = { zone: string; servers: { host: string; answer: ParentAnswer }[] }

/** No registry delegates to more; what claims to is none that can be compared or shown. */
const MOST_HOSTS = 64

const HOST = /^(?!.{254})[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/

/**
 * Reads the answer to a question for the NS of a domain: a referral (RFC 1034, 4.3.2), or the set itself where the server
 * has the zone of the domain, too. A referral to anywhere else, and what a cache says, tell nothing.
 */
export const readParentAnswer = (answer: ServerAnswer): ParentAnswer => {
  if (answer.kind === 'silent') return { kind: 'unknown', reason: 'gave no answer' }
  if (answer.kind !== 'answer') return { kind: 'unknown', reason: `could not be asked (${answer.reason})` }
  const { rcode, authoritative, records, referral } = answer
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { kind: 'unknown', reason: `answered ${rcode}` }
  const isAlias = records.some(({ type }) => type === 'CNAME')
  const own = records.flatMap((record) => (record.type === 'NS' ? [record.value] : []))
  const hosts = authoritative && !isAlias ? own : referral
  if (rcode === 'NOERROR' && hosts.length > 0) return readHosts(hosts)
  return authoritative ? { kind: 'absent' } : { kind: 'unknown', reason: 'is no server of that zone' }
}

const readHosts = (given: readonly string[]): ParentAnswer => {
  const hosts = [...new Set(given.map((host) => host.toLowerCase()))].sort()
  if (hosts.length > MOST_HOSTS) return { kind: 'unknown', reason: `named more than ${MOST_HOSTS} name servers` }
  return hosts.every((host) => HOST.test(host))
    ? { kind: 'delegated', hosts }
    : { kind: 'unknown', reason: 'named what is no host' }
}
