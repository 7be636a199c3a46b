import type { DelegationFinding, DnsRecord, Probe, ProbedServer, ServerAnswer, Soa } from '../../core/delegation.js'

type Of = { server: ProbedServer; domain: string; hosts: readonly string[] }

/** What one address of a name server says that the registry would not accept, or would remark on. */
export const probeFindings = (probe: Probe, { server, domain, hosts }: Of): DelegationFinding[] => {
  const { soa } = probe
  if (soa.kind !== 'answer') return []
  const who = `${server.host} (${probe.address})`
  const find = (level: 'error' | 'warning', code: string, detail: string): DelegationFinding => ({
    ...{ level, code, pointer: `${server.at}/host`, detail: `${who} ${detail} (NAST ${code})` },
  })
  if (soa.rcode !== 'NOERROR')
    return [find('error', '901', `answers ${soa.rcode} for ${domain}; set the zone up on it first.`)]
  if (soa.records.some(({ type }) => type === 'CNAME'))
    return [find('error', '115', `has a CNAME at ${domain}; the name of a zone must not be one.`)]
  const [record] = recordsOf(soa, 'SOA')
  if (!soa.authoritative || record === undefined)
    return [find('error', '116', `does not answer for ${domain} with authority; set the zone up on it first.`)]
  return [
    ...nsFindings(probe.ns, hosts).map((detail) => find('error', '118', detail)),
    ...glueFindings(probe, server).map((detail) => find('error', '106', detail)),
    ...soaFindings(record.soa).map(([code, detail]) => find('warning', code, detail)),
    ...(soa.recursive
      ? [find('warning', '120', 'looks names up for everybody; let it answer for its own zones.')]
      : []),
    ...tcpFindings(probe.overTcp).map(([code, detail]) => find('warning', code, detail)),
  ]
}

type Kind<Type extends DnsRecord['type']> = Extract<DnsRecord, { type: Type }>

export const recordsOf = <Type extends DnsRecord['type']>(answer: ServerAnswer | null, type: Type): Kind<Type>[] =>
  answer?.kind === 'answer' ? answer.records.filter((record): record is Kind<Type> => record.type === type) : []

/** What was not answered says nothing: the server did answer for its zone. */
const nsFindings = (ns: ServerAnswer | null, hosts: readonly string[]): string[] => {
  if (ns?.kind !== 'answer') return []
  const zone = recordsOf(ns, 'NS').map(({ value }) => value)
  if ([...zone].sort().join() === [...hosts].sort().join()) return []
  return [
    `names other name servers in the zone (${zone.join(', ') || 'none'}) than the order does; make them the same.`,
  ]
}

const glueFindings = ({ own }: Probe, { addresses }: ProbedServer): string[] => {
  if (own === null || addresses.kind !== 'found' || own.a.kind !== 'answer' || own.aaaa.kind !== 'answer') return []
  const inZone = [...recordsOf(own.a, 'A'), ...recordsOf(own.aaaa, 'AAAA')].map(({ value }) => value)
  if ([...inZone].sort().join() === [...addresses.addresses].sort().join()) return []
  return [
    `gives it other addresses in the zone (${inZone.join(', ') || 'none'}) than the order does; make them the same.`,
  ]
}

/** Seconds, as the registry wants them. */
const soaFindings = ({ refresh, retry, expire, minimum }: Soa): [code: string, detail: string][] => {
  const outside = (value: number, from: number, to: number): boolean => value < from || value > to
  return [
    ...(outside(refresh, 3_600, 86_400) ? ([['108', range('refresh', refresh, '3600 to 86400')]] as const) : []),
    ...(outside(retry, 900, 28_800) ? ([['109', range('retry', retry, '900 to 28800')]] as const) : []),
    ...(outside(retry, refresh / 8, refresh / 3)
      ? ([['110', range('retry', retry, 'an eighth to a third of its refresh')]] as const)
      : []),
    ...(outside(expire, 604_800, 3_600_000) ? ([['111', range('expire', expire, '604800 to 3600000')]] as const) : []),
    ...(outside(minimum, 180, 86_400) ? ([['112', range('negative TTL', minimum, '180 to 86400')]] as const) : []),
  ].map(([code, detail]) => [code, detail])
}

const range = (field: string, value: number, wanted: string): string =>
  `has a SOA with a ${field} of ${value} seconds; the registry advises ${wanted}.`

const tcpFindings = (overTcp: ServerAnswer | null): [code: string, detail: string][] => {
  if (overTcp?.kind === 'silent') return [['902', 'does not answer by TCP; let it, large answers need that.']]
  if (overTcp?.kind === 'refused') return [['908', `refuses TCP (${overTcp.reason}); large answers need that.`]]
  return []
}
