import type { Answer } from 'dns-packet'
import { afterEach, describe, expect, test } from 'vitest'
import { createNameServerProbe } from '../../src/dns/name-server-probe.js'
import { lookAtParent } from '../../src/flows/look-at-parent.js'
import { type DnsServer, type Script, startDnsServer } from '../helpers/dns-server.js'

/** Long enough for a machine that has much to do; what is meant to be silent is waited for shortly. */
const PATIENT_MS = 20_000
const HOSTS = ['ns1.example.net', 'ns2.example.org']
const HAS = { kind: 'delegated', hosts: HOSTS }

let servers: DnsServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

const ns = (name: string, hosts: readonly string[] = HOSTS): Answer[] =>
  hosts.map((data) => ({ type: 'NS', name, data }))
const refers =
  (hosts: readonly string[] = HOSTS, to = 'example.de'): Script =>
  () => ({ aa: false, authorities: ns(to, hosts) })

/** Our own DNS, which knows the zones and their servers, and servers of the zone, each by its address. */
const world = async (
  scripts: Record<string, Script>,
  zones: Record<string, string[]> = { de: Object.keys(scripts) },
) => {
  const hosts = Object.keys(scripts)
  const dns = await startDnsServer(({ name, type }) => {
    const zone = zones[name]
    if (type === 'NS') return zone === undefined ? { rcode: 3 } : { answers: ns(name, zone) }
    const nth = hosts.indexOf(name)
    return type === 'A' && nth >= 0 ? { answers: [{ type, name, data: `192.0.2.${nth + 1}` }] } : {}
  })
  const parents = await Promise.all(Object.values(scripts).map(startDnsServer))
  servers = [dns, ...parents]
  const look = (domain = 'example.de', timeoutMs = PATIENT_MS) => {
    const place = (address: string) => {
      const parent = parents[Number(address.split('.').at(-1)) - 1]
      return parent === undefined ? { unroutable: 'nowhere' } : parent.place
    }
    return lookAtParent(createNameServerProbe({ servers: [`127.0.0.1:${dns.port}`], place, timeoutMs }), domain)
  }
  return { dns, parents, look }
}
const answerOf = async (script: Script, timeoutMs?: number) => {
  const { look } = await world({ 'a.nic.de': script })
  return (await look('example.de', timeoutMs))?.servers[0]?.answer
}

test('our own DNS is asked for the zone above alone, and each of its servers for the domain, without recursion', async () => {
  const flags: (boolean | undefined)[] = []
  const noting =
    (script: Script): Script =>
    (question, by) => {
      flags.push(question.recursion)
      return script(question, by)
    }
  const { dns, parents, look } = await world({ 'a.nic.de': noting(refers()), 'b.nic.de': noting(refers()) })
  expect(await look()).toEqual({
    zone: 'de',
    servers: [
      { host: 'a.nic.de', answer: HAS },
      { host: 'b.nic.de', answer: HAS },
    ],
  })
  expect(parents.map(({ asked }) => asked)).toEqual([['udp example.de NS'], ['udp example.de NS']])
  expect(flags).toEqual([false, false])
  expect(dns.asked.filter((line) => line.includes('example.de'))).toEqual([])
})

test('the zone above is the nearest that there is', async () => {
  const suffix = await world(
    { 'a.nic.uk': refers(HOSTS, 'example.co.uk') },
    { uk: ['x.nic.uk'], 'co.uk': ['a.nic.uk'] },
  )
  expect(await suffix.look('example.co.uk')).toMatchObject({ zone: 'co.uk', servers: [{ answer: HAS }] })
  const none = await world({ 'a.nic.uk': refers(HOSTS, 'example.co.uk') }, { uk: ['a.nic.uk'] })
  expect(await none.look('example.co.uk')).toMatchObject({ zone: 'uk', servers: [{ answer: HAS }] })
})

test.each([
  ['knows no such zone', {}],
  ['has a zone without servers', { de: [] }],
])('nothing is seen where our own DNS %s', async (_, zones) => {
  const { look } = await world({ 'a.nic.de': refers() }, zones)
  expect(await look()).toBeNull()
})

test('a server whose host has no address, or none on the Internet, is one that does not answer', async () => {
  const { look } = await world({ 'a.nic.de': refers() }, { de: ['a.nic.de', 'b.nic.de'] })
  expect((await look())?.servers.map(({ answer }) => answer.kind)).toEqual(['delegated', 'unknown'])
})

describe('an answer', () => {
  test('in another case, with dots at its ends, counts', async () => {
    const answer = await answerOf(() => ({
      aa: false,
      authorities: ns('EXAMPLE.de', ['NS2.Example.ORG', 'ns1.example.net.']),
    }))
    expect(answer).toEqual(HAS)
  })

  test('that does not fit into a datagram comes by TCP', async () => {
    const answer = await answerOf((question, by) => (by === 'udp' ? { tc: true } : refers()(question, by)))
    expect(answer).toEqual(HAS)
  })

  test('of a server that has both zones counts', async () => {
    expect(await answerOf(() => ({ answers: ns('example.de') }))).toEqual(HAS)
  })

  test('that there is no such name is one', async () => {
    expect(await answerOf(() => ({ rcode: 3 }))).toEqual({ kind: 'absent' })
  })

  test.each<[string, Script]>([
    ['that refers to the zone itself', refers(HOSTS, 'de')],
    ['that refers to the root', refers(HOSTS, '.')],
    ['that refers to a name below', refers(HOSTS, 'www.example.de')],
    ['of a cache', () => ({ aa: false, ra: true, answers: ns('example.de') })],
    ['that refuses', () => ({ rcode: 5 })],
    ['that says neither yes nor no', () => ({ aa: false })],
    [
      'that names more than a thousand servers',
      (_, by) => (by === 'udp' ? { tc: true } : { aa: false, authorities: ns('example.de', many(1_500)) }),
    ],
    ['that is no DNS', () => Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
    ['that never ends to be shortened', () => ({ tc: true })],
  ])('%s tells nothing', async (_, script) => {
    expect(await answerOf(script)).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(/./) })
  })

  test('with the number of another question is passed over', async () => {
    const forged: Script = ({ id }) => ({ aa: false, authorities: ns('example.de'), id: (id + 1) % 65_536 })
    expect(await answerOf(forged, 100)).toMatchObject({ kind: 'unknown', reason: 'gave no answer' })
  })

  test('whose names lead round in a ring is one that cannot be read', async () => {
    const ring: Script = ({ id }) => {
      const header = Buffer.from([id >> 8, id & 255, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0])
      return Buffer.concat([header, Buffer.from([0xc0, 12, 0, 2, 0, 1])])
    }
    expect(await answerOf(ring)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('cannot be read') })
  })
})

const many = (count: number): string[] => Array.from({ length: count }, (_, nth) => `n${nth}.example.net`)
