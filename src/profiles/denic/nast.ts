import type { DelegationFacts, DelegationFinding, ProbedServer, ServerAnswer } from '../../core/delegation.js'
import { probeFindings, recordsOf } from './nast-answers.js'

/**
 * The rules by which the registry looks at name servers before it delegates a domain to them (NAST), as far as they are
 * published; the numbers are its own. What the order alone shows (101, 102, 129, 210) `check` has found before.
 */
export const judgeDelegation = ({ domain, servers }: DelegationFacts): DelegationFinding[] => {
  const answered = servers.some(isReachable)
  const findings = [
    ...servers.flatMap(hostFindings),
    ...sharedAddresses(servers),
    ...servers.flatMap((server) =>
      server.probes.flatMap((probe) =>
        probeFindings(probe, { server, domain, hosts: servers.map(({ host }) => host) }),
      ),
    ),
    ...(answered ? reachability(servers) : [nobodyAnswers(servers)].filter((one) => one !== null)),
    ...differingPrimaries(servers),
  ]
  return [...new Map(findings.map((one) => [`${one.code} ${one.pointer} ${one.detail}`, one])).values()]
}

const isReachable = ({ probes }: ProbedServer): boolean => probes.some(({ soa }) => soa.kind === 'answer')

const hostFindings = ({ host, at, addresses, probes }: ProbedServer): DelegationFinding[] => {
  const pointer = `${at}/host`
  if (addresses.kind === 'absent')
    return [error('132', pointer, `${host} has no address in the DNS; correct its name, or give it an address first.`)]
  if (addresses.kind === 'unknown')
    return [
      warning('dns-away', pointer, `${host} could not be looked up (${addresses.reason}), so it was not checked.`),
    ]
  return probes.flatMap(({ address, soa }) =>
    soa.kind === 'unroutable' ? [unroutable(host, address, { pointer, reason: soa.reason })] : [],
  )
}

const unroutable = (host: string, address: string, { pointer, reason }: { pointer: string; reason: string }) =>
  error(
    reason === 'not global unicast' ? '130' : '131',
    pointer,
    `${host} has the address ${address}, which the internet does not reach (${reason}); give it another.`,
  )

/** Every server has to differ from every other in its addresses. */
const sharedAddresses = (servers: readonly ProbedServer[]): DelegationFinding[] => {
  const owners = new Map<string, ProbedServer>()
  return servers.flatMap((server) =>
    (server.addresses.kind === 'found' ? server.addresses.addresses : []).flatMap((address) => {
      const other = owners.get(address)
      if (other === undefined) owners.set(address, server)
      if (other === undefined || other === server) return []
      const detail = `${server.host} has the address ${address}, as ${other.host} has; every name server needs its own.`
      return [error('107', `${server.at}/host`, detail)]
    }),
  )
}

/** Two have to be reached, and one of them by IPv4; of those that could not be looked up nothing is known. */
const reachability = (servers: readonly ProbedServer[]): DelegationFinding[] => {
  const silent = servers.filter((server) => server.addresses.kind === 'found' && !isReachable(server))
  const unknown = servers.some(({ addresses }) => addresses.kind === 'unknown')
  const byIpv4 = servers.some(({ probes }) =>
    probes.some(({ address, soa }) => soa.kind === 'answer' && !address.includes(':')),
  )
  const enough = servers.filter(isReachable).length >= 2
  const level = unknown || (enough && byIpv4) ? warning : error
  const each = silent.map(({ host, at, probes }) =>
    level(
      '127',
      `${at}/host`,
      `${host} does not answer (${probes.map(why).join('; ')}); see that it runs and is reached.`,
    ),
  )
  if (enough && byIpv4) return each
  const what = enough ? 'no name server is reached by IPv4' : 'fewer than two name servers are reached'
  return [...each, level('127', '/nameservers', `Of these, ${what}; the registry wants two, and one by IPv4.`)]
}

const why = ({ address, soa }: { address: string; soa: ServerAnswer }): string =>
  `${address}: ${soa.kind === 'refused' || soa.kind === 'unroutable' ? soa.reason : 'no answer in time'}`

/** Where none answers it may as well be our own way into the internet: no order is refused for that. */
const nobodyAnswers = (servers: readonly ProbedServer[]): DelegationFinding | null =>
  servers.some(({ probes }) => probes.some(({ soa }) => soa.kind === 'silent'))
    ? warning(
        'dns-away',
        '/nameservers',
        'No name server answered, or this gateway reaches none; they were not checked.',
      )
    : servers.every(({ addresses }) => addresses.kind === 'unknown')
      ? null
      : error('127', '/nameservers', 'None of the name servers is reached; the registry wants two, and one by IPv4.')

const differingPrimaries = (servers: readonly ProbedServer[]): DelegationFinding[] => {
  const primaries = new Set(
    servers.flatMap(({ probes }) =>
      probes.flatMap(({ soa }) => recordsOf(soa, 'SOA').map(({ soa: { primary } }) => primary)),
    ),
  )
  if (primaries.size < 2) return []
  const detail = `The name servers do not agree on the primary server of the zone: ${[...primaries].join(', ')}.`
  return [warning('113', '/nameservers', detail)]
}

const error = (code: string, pointer: string, detail: string): DelegationFinding => ({
  ...{ level: 'error', code, pointer, detail: `${detail} (NAST ${code})` },
})
const warning = (code: string, pointer: string, detail: string): DelegationFinding => ({
  ...{ level: 'warning', code, pointer, detail: /^\d/.test(code) ? `${detail} (NAST ${code})` : detail },
})
