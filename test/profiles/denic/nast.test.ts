import { describe, expect, test } from 'vitest'
import type {
  DelegationFacts,
  DnsRecord,
  Probe,
  ProbedServer,
  ServerAnswer,
  Soa,
} from '../../../src/core/delegation.js'
import { profile } from '../../../src/profiles/denic/index.js'

type Answered = Extract<ServerAnswer, { kind: 'answer' }>

const timers: Soa = { primary: 'ns1.example.net', refresh: 14_400, retry: 3_600, expire: 604_800, minimum: 3_600 }
const answer = (records: DnsRecord[], change: Partial<Answered> = {}): Answered => ({
  ...{ kind: 'answer', rcode: 'NOERROR', authoritative: true, recursive: false, records, referral: [] },
  ...change,
})
const soa = (change: Partial<Soa> = {}) => answer([{ type: 'SOA', soa: { ...timers, ...change } }])
const names = (...hosts: string[]) => answer(hosts.map((value): DnsRecord => ({ type: 'NS', value })))
const SILENT: ServerAnswer = { kind: 'silent' }

const HOSTS = ['ns1.example.net', 'ns2.example.org']
const probe = (address: string, change: Partial<Probe> = {}): Probe => ({
  ...{ address, soa: soa(), ns: names(...HOSTS), overTcp: soa(), own: null },
  ...change,
})
const server = (index: number, probes: Probe[], change: Partial<ProbedServer> = {}): ProbedServer => ({
  ...{ host: HOSTS[index] ?? '', at: `/nameservers/${index}`, probes },
  addresses: { kind: 'found', addresses: probes.map(({ address }) => address) },
  ...change,
})
const good = (): ProbedServer[] => [server(0, [probe('192.0.2.1')]), server(1, [probe('192.0.2.2')])]
const first = (change: Partial<Probe>, at: Partial<ProbedServer> = {}): ProbedServer[] => [
  server(0, [probe('192.0.2.1', change)], at),
  server(1, [probe('192.0.2.2')]),
]
/** Two good ones, and a third that is not. */
const third = (address: string, soa: ServerAnswer): ProbedServer[] => {
  const ns = names(...HOSTS, 'ns3.example.com')
  const change = { host: 'ns3.example.com' }
  return [
    ...[server(0, [probe('192.0.2.1', { ns })]), server(1, [probe('192.0.2.2', { ns })])],
    server(2, [probe(address, { soa })], change),
  ]
}
/** As `level code pointer`. */
const judge = (servers: ProbedServer[]): string[] => {
  const facts: DelegationFacts = { domain: 'example.de', servers }
  const findings = profile.delegation?.judge(facts) ?? []
  for (const { detail } of findings) expect(detail).toMatch(/^[A-Za-z].{20,}[.)]$/)
  return findings.map(({ level, code, pointer }) => `${level} ${code} ${pointer}`)
}

test('is wanted where the connection says so', () => {
  const wanted = (account: Record<string, unknown>) => profile.delegation?.wanted(account)
  expect([wanted({}), wanted({ predelegationCheck: false }), wanted({ predelegationCheck: true })]).toEqual([
    ...[false, false, true],
  ])
  expect(profile.account.safeParse({ regacc: 'DENIC-1', predelegationCheck: 'yes' }).success).toBe(false)
})

describe('the rules of the registry about', () => {
  const glue = (a: string[], aaaa: string[] = []): Probe['own'] => ({
    a: answer(a.map((value): DnsRecord => ({ type: 'A', value }))),
    aaaa: answer(aaaa.map((value): DnsRecord => ({ type: 'AAAA', value }))),
  })
  test.each<[string, ProbedServer[], string[]]>([
    ['name servers as they should be', good(), []],
    ['the same in another order', first({ ns: names(...[...HOSTS].reverse()) }), []],
    ['an RCODE', first({ soa: answer([], { rcode: 'REFUSED' }) }), ['error 901 /nameservers/0/host']],
    ['authority', first({ soa: { ...soa(), authoritative: false } }), ['error 116 /nameservers/0/host']],
    ['no SOA', first({ soa: answer([]) }), ['error 116 /nameservers/0/host']],
    ['a CNAME', first({ soa: answer([{ type: 'CNAME', value: 'x.de' }]) }), ['error 115 /nameservers/0/host']],
    ['another NS set', first({ ns: names('ns1.example.net', 'ns9.example.net') }), ['error 118 /nameservers/0/host']],
    ['no NS set', first({ ns: names() }), ['error 118 /nameservers/0/host']],
    ['an NS set that is not told', first({ ns: SILENT }), []],
    ['glue that is the same', first({ own: glue(['192.0.2.1']) }), []],
    ['glue that differs', first({ own: glue(['192.0.2.9']) }), ['error 106 /nameservers/0/host']],
    [
      'glue with one address more',
      first({ own: glue(['192.0.2.1'], ['2001:db8::1']) }),
      ['error 106 /nameservers/0/host'],
    ],
    ['refresh', first({ soa: soa({ refresh: 3_599, retry: 900 }) }), ['warning 108 /nameservers/0/host']],
    [
      'retry',
      first({ soa: soa({ retry: 899 }) }),
      ['warning 109 /nameservers/0/host', 'warning 110 /nameservers/0/host'],
    ],
    ['retry to refresh', first({ soa: soa({ retry: 7_200 }) }), ['warning 110 /nameservers/0/host']],
    ['expire', first({ soa: soa({ expire: 604_799 }) }), ['warning 111 /nameservers/0/host']],
    ['the negative TTL', first({ soa: soa({ minimum: 86_401 }) }), ['warning 112 /nameservers/0/host']],
    ['primaries that differ', first({ soa: soa({ primary: 'other.example' }) }), ['warning 113 /nameservers']],
    ['recursion', first({ soa: { ...soa(), recursive: true } }), ['warning 120 /nameservers/0/host']],
    ['TCP that is silent', first({ overTcp: SILENT }), ['warning 902 /nameservers/0/host']],
    ['TCP that is refused', first({ overTcp: { kind: 'refused', reason: 'x' } }), ['warning 908 /nameservers/0/host']],
    [
      'one address for two',
      [server(0, [probe('192.0.2.1')]), server(1, [probe('192.0.2.1')])],
      ['error 107 /nameservers/1/host'],
    ],
    [
      'a host that is not in the DNS',
      [server(0, [], { addresses: { kind: 'absent' } }), ...good().slice(1)],
      ['error 132 /nameservers/0/host', 'error 127 /nameservers'],
    ],
    [
      'an address that is not reached',
      third('10.0.0.1', { kind: 'unroutable', reason: 'private' }),
      ['error 131 /nameservers/2/host', 'warning 127 /nameservers/2/host'],
    ],
    [
      'IPv6 that nobody has',
      third('4000::1', { kind: 'unroutable', reason: 'not global unicast' }),
      ['error 130 /nameservers/2/host', 'warning 127 /nameservers/2/host'],
    ],
    ['one that does not answer', first({ soa: SILENT }), ['error 127 /nameservers/0/host', 'error 127 /nameservers']],
    ['one of three that does not answer', third('192.0.2.3', SILENT), ['warning 127 /nameservers/2/host']],
    ['IPv6 alone', [server(0, [probe('2001:db8::1')]), server(1, [probe('2001:db8::2')])], ['error 127 /nameservers']],
  ])('%s', (_, servers, findings) => {
    expect(judge(servers).sort()).toEqual([...findings].sort())
  })
})

describe('what could not be found out refuses nothing', () => {
  const unknown = { kind: 'unknown', reason: 'ETIMEOUT' } as const
  test.each<[string, ProbedServer[], string[]]>([
    [
      'a DNS that is away',
      [server(0, [], { addresses: unknown }), server(1, [], { addresses: unknown })],
      ['warning dns-away /nameservers/0/host', 'warning dns-away /nameservers/1/host'],
    ],
    [
      'a DNS that is half away',
      [server(0, [], { addresses: unknown }), ...good().slice(1)],
      ['warning dns-away /nameservers/0/host', 'warning 127 /nameservers'],
    ],
    [
      'no answer from anywhere',
      [server(0, [probe('192.0.2.1', { soa: SILENT })]), server(1, [probe('192.0.2.2', { soa: SILENT })])],
      ['warning dns-away /nameservers'],
    ],
  ])('%s', (_, servers, findings) => {
    expect(judge(servers).sort()).toEqual([...findings].sort())
  })
})

test('servers that all refuse are an error: somebody answered', () => {
  const refused: ServerAnswer = { kind: 'refused', reason: 'ECONNREFUSED' }
  expect(
    judge([server(0, [probe('192.0.2.1', { soa: refused })]), server(1, [probe('192.0.2.2', { soa: refused })])]),
  ).toEqual(['error 127 /nameservers'])
})
