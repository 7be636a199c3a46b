import type { Connection } from '../core/connection.js'
import type { DelegationFacts, DelegationFinding, Probe, ProbedServer } from '../core/delegation.js'
import type { Nameserver } from '../core/domain.js'
import { isInside } from '../core/domain-name.js'
import { describeProblems, type Problem, Refusal } from '../core/errors.js'
import type { OrderTerms } from '../core/order.js'
import type { NameServerProbe } from '../ports.js'
import type { Profile } from '../profiles/profile.js'
import type { Deps } from './deps.js'

/** What was found of the name servers that an order names, and of which. */
export type Examination = { nameservers: string; findings: DelegationFinding[] }

export type Judge = NonNullable<Profile['delegation']>['judge']

/** The registry's rules, where the connection wants them and the order names servers; else null. */
export const judgeOf = ({ delegation }: Profile, { account }: Connection, { nameservers }: OrderTerms): Judge | null =>
  delegation?.wanted(account) === true && nameservers.length > 0 ? delegation.judge : null

/** Whether an examination is of the name servers of this order: those of a connection may have changed meanwhile. */
export const isOf = (examination: Examination | null, terms: Pick<OrderTerms, 'nameservers'>): boolean =>
  examination?.nameservers === nameOf(terms)

/** What the name servers say that is no error. Throws `Refusal` (invalid) with all that is. */
export const heed = (examination: Examination | null): Problem[] => {
  const findings = examination?.findings ?? []
  const problems = findings.filter(({ level }) => level === 'error').map(toProblem)
  if (problems.length === 0) return findings.map(toProblem)
  const detail = `the registry would not delegate the domain: ${describeProblems(problems)}`
  throw new Refusal('invalid', detail, { problems })
}

const toProblem = ({ pointer, detail }: DelegationFinding): Problem => ({ pointer, detail })

const nameOf = ({ nameservers }: Pick<OrderTerms, 'nameservers'>): string => JSON.stringify(nameservers)

/** Of a host with more, the others are not asked: an order must not send the gateway to ask half the world. */
const MOST_ADDRESSES = 4

/**
 * Asks the name servers of an order what they say of its domain, and its registry's rules what that means. It takes up to a
 * quarter of a minute, and is for outside of transactions. Never fails: what cannot be found out is a warning.
 */
export const examineDelegation = async (
  { dns }: Pick<Deps, 'dns'>,
  terms: Pick<OrderTerms, 'domain' | 'nameservers'>,
  judge: Judge,
): Promise<Examination> => {
  const servers = await Promise.all(
    terms.nameservers.map((server, index) => probeServer(dns, server, terms.domain, `/nameservers/${index}`)),
  )
  const facts: DelegationFacts = { domain: terms.domain, servers }
  return { nameservers: nameOf(terms), findings: judge(facts) }
}

const probeServer = async (
  dns: NameServerProbe,
  { host, addresses: glue }: Nameserver,
  domain: string,
  at: string,
): Promise<ProbedServer> => {
  const addresses = glue.length > 0 ? { kind: 'found' as const, addresses: glue } : await dns.resolve(host)
  const some = addresses.kind === 'found' ? addresses.addresses.slice(0, MOST_ADDRESSES) : []
  const probes = await Promise.all(some.map((address) => probeAddress(dns, { address, host, domain })))
  return { host, at, addresses, probes }
}

const probeAddress = async (
  dns: NameServerProbe,
  { address, host, domain }: { address: string; host: string; domain: string },
): Promise<Probe> => {
  const ask = (name: string, type: 'SOA' | 'NS' | 'A' | 'AAAA', tcp = false) => dns.ask(address, { name, type, tcp })
  const soa = await ask(domain, 'SOA')
  if (soa.kind !== 'answer') return { address, soa, ns: null, overTcp: null, own: null }
  const own = async () => {
    const [a, aaaa] = await Promise.all([ask(host, 'A'), ask(host, 'AAAA')])
    return { a, aaaa }
  }
  const [ns, overTcp, hostOwn] = await Promise.all([
    ask(domain, 'NS'),
    ask(domain, 'SOA', true),
    isInside(host, domain) ? own() : null,
  ])
  return { address, soa, ns, overTcp, own: hostOwn }
}
