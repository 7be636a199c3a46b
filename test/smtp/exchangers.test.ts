import { describe, expect, test } from 'vitest'
import { findExchangers } from '../../src/smtp/exchangers.js'
import { ownHost } from '../../src/smtp/own-host.js'
import { dnsOf, type Zone } from './fake-dns.js'

const find = (zone: Zone, random: () => number = () => 0) =>
  findExchangers('registry.example', { resolve: dnsOf(zone), random, isOurs: ownHost('gw.hoster.example', CARDS) })

/** Network cards of a host whose public address is 192.0.2.99. */
const CARDS = () => ({ eth0: [{ address: '192.0.2.99' }] }) as never

const routeOf = async (zone: Zone, random?: () => number) => {
  const route = await find(zone, random)
  return route.kind === 'exchangers' ? route.exchangers.map(({ host, address }) => `${host} ${address}`) : route
}

describe('the order of the servers', () => {
  test('by preference, and IPv4 before IPv6 at each', async () => {
    const zone: Zone = {
      'registry.example': {
        mx: [
          [20, 'second.example'],
          [10, 'First.Example.'],
        ],
      },
      'first.example': { a: ['192.0.2.1', '192.0.2.2'], aaaa: ['2001:db8::1'] },
      'second.example': { aaaa: ['2001:db8::2'] },
    }
    expect(await routeOf(zone)).toEqual([
      'first.example 192.0.2.1',
      'first.example 192.0.2.2',
      'first.example 2001:db8::1',
      'second.example 2001:db8::2',
    ])
  })

  test('at random among those of the same preference, and never across preferences', async () => {
    const zone: Zone = {
      'registry.example': {
        mx: [
          [10, 'a.example'],
          [10, 'b.example'],
          [20, 'c.example'],
        ],
      },
      ...{ 'a.example': { a: ['192.0.2.1'] }, 'b.example': { a: ['192.0.2.2'] }, 'c.example': { a: ['192.0.2.3'] } },
    }
    const seen = new Set<string>()
    for (const dice of [
      [0.1, 0.9, 0],
      [0.9, 0.1, 0],
    ]) {
      const rolls = [...dice]
      seen.add(JSON.stringify(await routeOf(zone, () => rolls.shift() ?? 0)))
    }
    expect([...seen]).toEqual([
      '["a.example 192.0.2.1","b.example 192.0.2.2","c.example 192.0.2.3"]',
      '["b.example 192.0.2.2","a.example 192.0.2.1","c.example 192.0.2.3"]',
    ])
  })

  test('the host of that name where there is no MX record', async () => {
    expect(await routeOf({ 'registry.example': { a: ['192.0.2.1'], aaaa: ['2001:db8::1'] } })).toEqual([
      'registry.example 192.0.2.1',
      'registry.example 2001:db8::1',
    ])
  })

  test('hosts that have no address, or an address for a name, are passed over', async () => {
    const zone: Zone = {
      'registry.example': {
        mx: [
          [5, '192.0.2.7'],
          [10, 'gone.example'],
          [20, 'here.example'],
          [30, 'ill.example'],
        ],
      },
      'here.example': { a: ['192.0.2.1'] },
      'ill.example': { fails: 'ESERVFAIL' },
    }
    expect(await routeOf(zone)).toEqual(['here.example 192.0.2.1'])
  })

  test('one family is enough when the DNS fails for the other', async () => {
    const zone: Zone = {
      'registry.example': { mx: [[10, 'a.example']] },
      'a.example': { a: ['192.0.2.1'], fails: 'ETIMEOUT' },
    }
    expect(await routeOf(zone)).toEqual(['a.example 192.0.2.1'])
  })

  test('a zone with hundreds of hosts and addresses does not keep us busy', async () => {
    const names = Array.from({ length: 300 }, (_, at) => `mx${at}.example`)
    const addresses = Array.from({ length: 9 }, (_, at) => `192.0.2.${at}`)
    const zone: Zone = Object.fromEntries(names.map((name) => [name, { a: addresses }]))
    const route = await routeOf({ ...zone, 'registry.example': { mx: names.map((name, at) => [at, name]) } })
    expect(route).toHaveLength(10)
  })
})

describe('nowhere', () => {
  const cases: [string, Zone, string, RegExp][] = [
    ['a domain that does not exist', {}, 'temporary', /knows no domain registry\.example/],
    ['null MX (RFC 7505)', { 'registry.example': { mx: [[0, '']], a: ['192.0.2.1'] } }, 'refused', /takes no mail/],
    ['a root dot', { 'registry.example': { mx: [[0, '.']] } }, 'refused', /takes no mail/],
    ['a domain without MX and address', { 'registry.example': {} }, 'temporary', /neither MX, nor A, nor AAAA/],
    ['a DNS that is away', { 'registry.example': { fails: 'ETIMEOUT' } }, 'temporary', /ETIMEOUT/],
    ['a DNS that fails', { 'registry.example': { fails: 'ESERVFAIL' } }, 'temporary', /ESERVFAIL/],
    [
      'MX hosts without an address',
      { 'registry.example': { mx: [[10, 'x.example']] } },
      'temporary',
      /x\.example has no address/,
    ],
    ['an MX that is an address', { 'registry.example': { mx: [[10, '192.0.2.1']] } }, 'temporary', /name no host/],
  ]
  test.each(cases)('%s', async (_, zone, kind, reason) => {
    expect(await routeOf(zone)).toEqual({ kind, reason: expect.stringMatching(reason) })
  })

  test('addresses of the domain itself that the DNS does not tell now: for now', async () => {
    const zone: Zone = { 'registry.example': { noMx: true, fails: 'ESERVFAIL' } }
    expect(await routeOf(zone)).toMatchObject({ kind: 'temporary' })
  })
})

describe('never to ourselves', () => {
  const cases: [string, Zone][] = [
    [
      'by our name',
      { 'registry.example': { mx: [[10, 'GW.hoster.example.']] }, 'gw.hoster.example': { a: ['192.0.2.5'] } },
    ],
    ['by an address of ours', { 'registry.example': { mx: [[10, 'x.example']] }, 'x.example': { a: ['192.0.2.99'] } }],
    ['by loopback', { 'registry.example': { mx: [[10, 'x.example']] }, 'x.example': { a: ['127.0.0.53'] } }],
    ['by IPv6 loopback', { 'registry.example': { a: [], aaaa: ['::1'] } }],
    ['by IPv4 loopback in IPv6', { 'registry.example': { aaaa: ['::ffff:127.0.0.1'] } }],
    ['by the unspecified address', { 'registry.example': { a: ['0.0.0.0'] } }],
    ['by the unspecified address of IPv6', { 'registry.example': { aaaa: ['::'] } }],
  ]
  test.each(cases)('%s', async (_, zone) => {
    expect(await routeOf(zone)).toEqual({ kind: 'temporary', reason: expect.stringContaining('this very host') })
  })

  test('where we are one of several, only those before us count', async () => {
    const zone: Zone = {
      'registry.example': {
        mx: [
          [10, 'a.example'],
          [20, 'b.example'],
          [20, 'gw.hoster.example'],
          [30, 'c.example'],
        ],
      },
      ...{ 'a.example': { a: ['192.0.2.1'] }, 'b.example': { a: ['192.0.2.2'] }, 'c.example': { a: ['192.0.2.3'] } },
    }
    expect(await routeOf(zone)).toEqual(['a.example 192.0.2.1'])
  })
})
