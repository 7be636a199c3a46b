import { describe, expect, test } from 'vitest'
import type { ServerAnswer } from '../../src/core/delegation.js'
import type { Domain } from '../../src/core/domain.js'
import { type ParentAnswer, readParentAnswer, type Sight } from '../../src/core/parent-answer.js'
import { beginWatch, isWatched, nextLook, takeSight, watchAfter } from '../../src/core/watch.js'
import { aConnection, aDomain, anOrder, later, NOW } from '../helpers/records.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const HOSTS = ['ns1.example.net', 'ns2.example.org']
const nameservers = HOSTS.map((host) => ({ host, addresses: [] }))

const registered = (change: Partial<Domain> = {}): Domain => {
  const domain = aDomain({ state: 'registered', detail: 'REG-OK', nameservers })
  return { ...domain, ...beginWatch(domain, null, NOW), ...change }
}

describe('what a server of the parent zone says', () => {
  const answer = (change: Partial<Extract<ServerAnswer, { kind: 'answer' }>>): ServerAnswer => ({
    ...{ kind: 'answer', rcode: 'NOERROR', authoritative: false, recursive: false, records: [], referral: [] },
    ...change,
  })
  const ns = (value: string) => ({ type: 'NS' as const, value })

  test.each<[string, ServerAnswer, ParentAnswer]>([
    [
      'a referral, in any case and order',
      answer({ referral: ['NS2.Example.org', ...HOSTS] }),
      { kind: 'delegated', hosts: HOSTS },
    ],
    [
      'the set of a server that has both zones',
      answer({ authoritative: true, records: HOSTS.map(ns) }),
      { kind: 'delegated', hosts: HOSTS },
    ],
    ['that the name is not there', answer({ authoritative: true, rcode: 'NXDOMAIN' }), { kind: 'absent' }],
    ['that the name has no name servers', answer({ authoritative: true }), { kind: 'absent' }],
  ])('%s', (_, given, read) => {
    expect(readParentAnswer(given)).toEqual(read)
  })

  test.each<[string, ServerAnswer, RegExp]>([
    ['silence', { kind: 'silent' }, /no answer/],
    ['an address that is not asked', { kind: 'unroutable', reason: 'loopback' }, /loopback/],
    ['SERVFAIL', answer({ rcode: 'SERVFAIL' }), /SERVFAIL/],
    ['what a cache has', answer({ records: HOSTS.map(ns) }), /no server of that zone/],
    ['a name that a cache does not find', answer({ rcode: 'NXDOMAIN' }), /no server of that zone/],
    ['a referral in an error', answer({ rcode: 'REFUSED', referral: HOSTS }), /REFUSED/],
    [
      'more name servers than anybody has',
      answer({ referral: Array.from({ length: 5_000 }, (_, n) => `ns${n}.example.net`) }),
      /more than 64/,
    ],
    ['control characters for a host', answer({ referral: ['ns1.example.net', 'ns2\u001b[2J.example.org'] }), /no host/],
    ['markup for a host', answer({ referral: ['<b>.example.org'] }), /no host/],
    ['a host that is longer than a name may be', answer({ referral: [`${'a.'.repeat(130)}de`] }), /no host/],
  ])('%s says nothing', (_, given, reason) => {
    expect(readParentAnswer(given)).toEqual({ kind: 'unknown', reason: expect.stringMatching(reason) })
  })

  test('the set of another name behind an alias is not the set of this one', () => {
    const records = [{ type: 'CNAME' as const, value: 'other.example' }, ...HOSTS.map(ns)]
    expect(readParentAnswer(answer({ authoritative: true, records }))).toEqual({ kind: 'absent' })
  })
})

describe('when it is looked at', () => {
  test('first after two minutes, then each five, hourly after some hours, daily after three days', () => {
    const watch = registered()
    const gaps = [2 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY - 1, 3 * DAY, 30 * DAY].map((age) => {
      const now = later(age)
      return (nextLook(watch, now).getTime() - now.getTime()) / MINUTE
    })
    expect(watch.watchAt).toEqual(later(2 * MINUTE))
    expect(gaps).toEqual([5, 5, 15, 60, 60, 60, 1_440, 1_440])
  })

  test('daily once it is connected', () => {
    expect(nextLook(registered({ delegation: 'connected' }), later(MINUTE))).toEqual(later(DAY + MINUTE))
  })

  test.each([
    ['no name servers', { nameservers: [] }],
    ['a name that the DNS never has', { name: 'shop.test' }],
    ['a name for examples', { name: 'a.example' }],
  ])('never with %s', (_, change) => {
    expect(beginWatch({ ...registered(), ...change }, null, NOW)).toMatchObject({ watchAt: null, watchedSince: null })
  })

  test.each([
    ['live', 'live', null, true],
    ['live', 'live', false, false],
    ['test', 'test', null, false],
    ['test', 'test', true, true],
    ['live', 'test', null, false],
  ] as const)(
    'on a connection in mode %s, of mode %s, where that says %s: %s',
    (mode, domainMode, delegation, wanted) => {
      const connection = aConnection({ mode, watch: { delegation } })
      expect(isWatched(registered({ mode: domainMode }), connection)).toBe(wanted)
    },
  )

  test.each(['registering', 'transferring', 'failed', 'faulty', 'closed', 'gone'] as const)(
    'not while it is %s',
    (state) => {
      expect(isWatched(registered({ state }), aConnection())).toBe(false)
    },
  )
})

describe('what the registry did begins it anew', () => {
  const seen = registered({ delegation: 'connected', watchAt: later(DAY), delegationFault: 'told' })
  const at = { acquired: false, now: later(HOUR) }
  const other = [{ host: 'ns7.example.net', addresses: [] }]

  test('with another set it has to be connected again, and stays delegated', () => {
    const watch = watchAfter(seen, { ...seen, nameservers: other }, at)
    expect(watch).toEqual({
      ...{ delegation: 'delegated', watchedSince: at.now, delegationFault: null },
      watchAt: later(HOUR + 2 * MINUTE),
    })
  })

  test('with the same set in another order and case nothing changes', () => {
    const same = [...nameservers].reverse().map(({ host }) => ({ host: host.toUpperCase(), addresses: [] }))
    expect(watchAfter(seen, { ...seen, nameservers: same }, at)).toMatchObject({
      delegation: 'connected',
      watchAt: later(DAY),
    })
  })

  test.each([
    ['it was acquired anew', {}, { ...at, acquired: true }],
    ['the registry says that it is not delegated', { undelegatedUntil: later(30 * DAY) }, at],
  ] as const)('nothing was seen where %s', (_, change, how) => {
    expect(watchAfter(seen, { ...seen, ...change }, how)).toMatchObject({ delegation: null, watchedSince: at.now })
  })

  test('one that is not ours any more is not watched', () => {
    expect(watchAfter(seen, { ...seen, state: 'closed' }, at)).toMatchObject({ delegation: null, watchAt: null })
  })
})

describe('what a look changes', () => {
  const delegated = (hosts: string[] = HOSTS): ParentAnswer => ({ kind: 'delegated', hosts })
  const silent: ParentAnswer = { kind: 'unknown', reason: 'gave no answer' }
  const sight = (...answers: ParentAnswer[]): Sight => ({
    zone: 'de',
    servers: answers.map((answer, nth) => ({ host: `${'abcdef'[nth]}.nic.de`, answer })),
  })
  const look = (domain: Domain, seen: Sight | null, now = later(5 * MINUTE)) =>
    takeSight(domain, seen, { owning: anOrder(), now })
  const OLD = ['ns.old.example']

  test.each<[string, Partial<Domain>, Sight | null, Domain['delegation'], string[], string[]]>([
    ['nobody has it yet', {}, sight({ kind: 'absent' }, { kind: 'absent' }), null, [], []],
    [
      'one of two has a set',
      {},
      sight({ kind: 'absent' }, delegated()),
      'delegated',
      ['domain.delegated'],
      ['domain.delegated'],
    ],
    [
      'all have the set of before',
      {},
      sight(delegated(OLD), delegated(OLD)),
      'delegated',
      ['domain.delegated'],
      ['domain.delegated'],
    ],
    [
      'one has the set of before',
      {},
      sight(delegated(), delegated(OLD)),
      'delegated',
      ['domain.delegated'],
      ['domain.delegated'],
    ],
    ['one is silent', {}, sight(delegated(), silent), 'delegated', ['domain.delegated'], ['domain.delegated']],
    [
      'all have the set',
      {},
      sight(delegated(), delegated()),
      'connected',
      ['domain.delegated', 'domain.connected'],
      ['domain.delegated', 'domain.connected'],
    ],
    [
      'all have the set, after some had',
      { delegation: 'delegated' },
      sight(delegated(), delegated()),
      'connected',
      ['domain.connected'],
      ['domain.connected'],
    ],
    ['nobody answers', {}, sight(silent, silent), null, ['domain.delegation-unseen'], []],
    ['nobody could be found', {}, null, null, ['domain.delegation-unseen'], []],
    [
      'nobody answers about what was delegated',
      { delegation: 'delegated' },
      null,
      'delegated',
      ['domain.delegation-unseen'],
      [],
    ],
    ['nobody answers about what is connected', { delegation: 'connected' }, sight(silent, silent), 'connected', [], []],
    [
      'all lost what was connected',
      { delegation: 'connected' },
      sight({ kind: 'absent' }, { kind: 'absent' }),
      'connected',
      ['domain.delegation-differs'],
      [],
    ],
    [
      'what was connected differs',
      { delegation: 'connected' },
      sight(delegated(OLD), delegated()),
      'connected',
      ['domain.delegation-differs'],
      [],
    ],
  ])('%s', (_, change, seen, delegation, actions, events) => {
    const after = look(registered(change), seen)
    expect(after.domain.delegation).toBe(delegation)
    expect(after.actions.map(({ event }) => event)).toEqual(actions)
    expect(after.events.map(({ type }) => type)).toEqual(events)
  })

  test('each step has its evidence: who was asked, and what each said', () => {
    const { actions, events } = look(registered(), sight(delegated(), { kind: 'absent' }, silent))
    expect(actions).toMatchObject([
      {
        ...{ level: 'info', actor: 'system', domain: 'example.de', orderId: 'order-1' },
        text: 'example.de is delegated: 1 of 3 servers of de have name servers for it',
        data: {
          ...{ zone: 'de', ordered: HOSTS },
          servers: [
            { host: 'a.nic.de', nameservers: HOSTS },
            { host: 'b.nic.de', nameservers: [] },
            { host: 'c.nic.de', problem: 'gave no answer' },
          ],
        },
      },
    ])
    expect(events).toMatchObject([
      {
        ...{ subject: 'example.de', once: `domain.delegated:example.de:${NOW.toISOString()}` },
        data: { orderId: 'order-1', billingOrderId: 'INV-1', zone: 'de', nameservers: HOSTS },
      },
    ])
  })

  test('what differs is told once, and again when it differs otherwise, and that it is mended', () => {
    const connected = registered({ delegation: 'connected' })
    const first = look(connected, sight(delegated(OLD), delegated()))
    const second = look(first.domain, sight(delegated(), delegated(OLD)))
    const silence = look(second.domain, sight(silent, delegated()))
    const other = look(silence.domain, sight(delegated(['ns.thief.example']), delegated()))
    const mended = look(other.domain, sight(delegated(), delegated()))
    expect(first.actions).toMatchObject([
      {
        level: 'warning',
        text: expect.stringContaining('servers of de have ns.old.example instead of ns1.example.net, '),
      },
    ])
    expect([second.actions, silence.actions]).toEqual([[], []])
    expect(other.actions).toMatchObject([{ text: expect.stringContaining('ns.thief.example') }])
    expect(mended.actions).toMatchObject([{ level: 'info', event: 'domain.delegation-mended' }])
    expect(mended.domain).toMatchObject({ delegation: 'connected', delegationFault: null })
    expect(mended.events).toEqual([])
  })

  test('what is not connected after a day is told, and not before: it may be on its way', () => {
    const waiting = registered({ delegation: 'delegated' })
    const seen = sight(delegated(OLD), delegated(OLD))
    const early = look(waiting, seen, later(DAY - 1))
    expect([early.actions, early.domain.delegationFault]).toEqual([[], null])
    const late = look(early.domain, seen, later(DAY))
    expect(late.actions).toMatchObject([{ level: 'warning', event: 'domain.delegation-differs' }])
    expect(look(late.domain, seen, later(2 * DAY)).actions).toEqual([])
  })

  test('silence is told once, and ended by the first answer without a word', () => {
    const first = look(registered(), null)
    const second = look(first.domain, null, later(10 * MINUTE))
    const answered = look(second.domain, sight({ kind: 'absent' }), later(15 * MINUTE))
    expect([first.actions.length, second.actions, answered.actions]).toEqual([1, [], []])
    expect(answered.domain.delegationFault).toBeNull()
  })
})
