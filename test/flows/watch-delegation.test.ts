import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ServerAnswer } from '../../src/core/delegation.js'
import type { Domain } from '../../src/core/domain.js'
import { changeConnection } from '../../src/flows/change-connection.js'
import { dueWork, runWork } from '../../src/flows/run-work.js'
import { watchDelegation } from '../../src/flows/watch-delegation.js'
import { readDomainView } from '../../src/http/read-views.js'
import type { Store } from '../../src/ports.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, anOrderBody, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { parentZone } from '../helpers/parent-zone.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const HOSTS = ['ns1.example.net', 'ns2.example.org']
const silent: ServerAnswer = { kind: 'silent' }

await oneDatabase((open) => {
  const folder = temporaryFolder()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let database: TestDatabase
  let gateway: TestGateway
  let zone: ReturnType<typeof parentZone>
  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    zone = parentZone('de', ['a.nic.de', 'b.nic.de'])
    gateway.deps.dns = zone.dns
  })

  const deps = () => gateway.deps
  const answer = async (id: string, ...more: string[]) => {
    const request = (await deps().store.requests.findByOrder(id)).at(-1)
    return gateway.receive(await gateway.reply(success(request?.reference ?? 'none', ...more)))
  }
  const done = async (change: Parameters<typeof gateway.place>[0] = {}, ...more: string[]): Promise<string> => {
    const { id } = await gateway.place(change)
    await gateway.run()
    await answer(id, ...more)
    return id
  }
  const registered = async (watch: object | null = { delegation: true }, ...more: string[]) => {
    const connection = await addTestConnection(gateway, { watch })
    return { connection, id: await done({}, ...more) }
  }
  const goOn = async (ms: number) => {
    gateway.pass(ms)
    await gateway.run()
  }
  const domain = async (): Promise<Domain> => {
    const found = await deps().store.domains.get('example.de')
    if (found === null) throw new Error('there is no domain')
    return found
  }
  const view = async () => readDomainView(deps(), await domain(), gateway.now())
  const told = async () => {
    const { items } = await deps().store.actions.list({ domain: 'example.de' }, { limit: 200, cursor: null })
    return items.flatMap(({ event }) => (/^domain\.(?!status)/.test(event) ? [event] : [])).reverse()
  }
  const events = async () =>
    (await deps().store.events.list({})).flatMap(({ type }) => (/\.(delegated|connected)$/.test(type) ? [type] : []))

  test('a domain is looked at two minutes after it is registered, and not before', async () => {
    await registered()
    await goOn(2 * MINUTE - 1)
    expect(zone.asked).toEqual([])
    await goOn(1)
    expect(zone.asked.sort()).toEqual(['a.nic.de example.de', 'b.nic.de example.de'])
    expect(await view()).toMatchObject({ detail: 'REG-OK', reachable: false })
  })

  test('it is delegated with the first server that has it, connected with the last, and each is told once', async () => {
    const { id } = await registered()
    await goOn(2 * MINUTE)
    zone.has('a.nic.de', HOSTS)
    await goOn(5 * MINUTE)
    expect(await view()).toMatchObject({ status: 'Registered', detail: 'delegated', reachable: true })
    zone.has('b.nic.de', HOSTS)
    await goOn(5 * MINUTE)
    expect(await view()).toMatchObject({ status: 'Registered', detail: 'connected', reachable: true })
    await goOn(10 * DAY)
    expect(await events()).toEqual(['domain.delegated', 'domain.connected'])
    expect(await told()).toEqual(['domain.delegated', 'domain.connected'])
    expect((await gateway.events(id)).slice(-2)).toEqual(['domain.delegated', 'domain.connected'])
  })

  test('two gateways look once', async () => {
    await registered()
    const other = await createTestGateway(database.store, folder)
    other.deps.dns = zone.dns
    zone.has('a.nic.de', HOSTS)
    for (const one of [gateway, other]) one.pass(2 * MINUTE)
    other.pass(gateway.now().getTime() - other.now().getTime())
    await Promise.all([gateway, other].map(async ({ deps: own }) => watchDelegation(own, 'example.de')))
    expect(zone.asked).toHaveLength(2)
    expect(await events()).toEqual(['domain.delegated'])
  })

  describe('a look that is broken off', () => {
    /** The process dies, or writes nothing more, from the second transaction of the work on. */
    const dying = (): Store => {
      let transactions = 0
      return {
        ...database.store,
        transaction: (work) =>
          ++transactions > 1 ? Promise.reject(new Error('the process died')) : database.store.transaction(work),
      }
    }

    test('between the answers and the record leaves nothing, and is made again some minutes later', async () => {
      await registered()
      zone.has('a.nic.de', HOSTS)
      gateway.pass(2 * MINUTE)
      await expect(watchDelegation({ ...deps(), store: dying() }, 'example.de')).rejects.toThrow('died')
      expect([await events(), (await domain()).delegation]).toEqual([[], null])
      await gateway.run()
      expect(zone.asked).toHaveLength(2)
      await goOn(5 * MINUTE)
      expect(await events()).toEqual(['domain.delegated'])
    })

    test('and comes back after somebody else made it changes nothing', async () => {
      await registered()
      gateway.pass(2 * MINUTE)
      zone.has('a.nic.de', HOSTS)
      zone.meanwhile(async () => {
        zone.has('a.nic.de', null)
        await goOn(5 * MINUTE)
        zone.has('a.nic.de', HOSTS)
      })
      await watchDelegation(deps(), 'example.de')
      expect([await events(), (await domain()).watchAt]).toEqual([[], new Date(gateway.now().getTime() + 5 * MINUTE)])
    })
  })

  describe('what changed while the servers were asked', () => {
    test.each([
      ['other name servers', { nameservers: [{ host: 'ns7.example.net', addresses: [] }] }],
      ['another state', { state: 'closed' as const, watchAt: null }],
    ])('counts, and not what they said: %s', async (_, change) => {
      await registered()
      gateway.pass(2 * MINUTE)
      zone.has('a.nic.de', HOSTS)
      zone.meanwhile(async () => deps().store.domains.save({ ...(await domain()), ...change }))
      await watchDelegation(deps(), 'example.de')
      expect([await events(), await told(), (await domain()).delegation]).toEqual([[], [], null])
    })
  })

  test('nothing is held while the servers are asked', async () => {
    await registered()
    gateway.pass(2 * MINUTE)
    zone.meanwhile(() => done({ action: 'update-nameservers', nameservers: anOrderBody().nameservers }).then(() => {}))
    await watchDelegation(deps(), 'example.de')
    expect((await domain()).state).toBe('registered')
  })

  test('new name servers have to be seen at every server again; it stays reachable meanwhile', async () => {
    await registered()
    for (const host of ['a.nic.de', 'b.nic.de']) zone.has(host, HOSTS)
    await goOn(2 * MINUTE)
    const hosts = ['ns7.example.net', 'ns8.example.org']
    const nameservers = hosts.map((host) => ({ host, addresses: [] }))
    const { id } = await gateway.place({ action: 'update-nameservers', nameservers })
    await gateway.run()
    expect(await view()).toMatchObject({ detail: 'update', reachable: true })
    await answer(id)
    expect(await view()).toMatchObject({
      ...{ detail: 'delegated', reachable: true },
      next: expect.stringMatching(/^It is delegated, but not yet as ordered .* asked again 2026-07-01T10:04/),
    })
    for (const host of ['a.nic.de', 'b.nic.de']) zone.has(host, hosts)
    await goOn(2 * MINUTE)
    expect(await view()).toMatchObject({ detail: 'connected', next: expect.stringMatching(/^Nothing is due/) })
    expect(await events()).toEqual(['domain.delegated', 'domain.connected', 'domain.connected'])
  })

  test('a domain that was closed and registered again is delegated anew', async () => {
    await registered()
    for (const host of ['a.nic.de', 'b.nic.de']) zone.has(host, HOSTS)
    await goOn(2 * MINUTE)
    await done({ action: 'close', nameservers: [], contacts: {} })
    expect(await view()).toMatchObject({ status: 'Closed', detail: 'closed', reachable: false })
    await goOn(3 * DAY)
    const looks = zone.asked.length
    await done()
    expect(await view()).toMatchObject({ status: 'Registered', detail: 'REG-OK', reachable: false })
    await goOn(2 * MINUTE)
    expect(zone.asked).toHaveLength(looks + 2)
    expect(await events()).toEqual([
      ...['domain.delegated', 'domain.connected'],
      ...['domain.delegated', 'domain.connected'],
    ])
  })

  test('servers that do not answer change nothing, and are told once', async () => {
    await registered()
    zone.say(silent)
    await goOn(2 * MINUTE)
    for (let look = 0; look < 5; look++) await goOn(10 * MINUTE)
    expect(await told()).toEqual(['domain.delegation-unseen'])
    expect(await view()).toMatchObject({
      ...{ status: 'Registered', reachable: false },
      next: expect.stringMatching(/^Its delegation is waited for \(no server of its parent zone can be asked\): /),
    })
  })

  test('a delegation that is lost later is a warning, and no change of status', async () => {
    await registered()
    for (const host of ['a.nic.de', 'b.nic.de']) zone.has(host, HOSTS)
    await goOn(2 * MINUTE)
    zone.has('b.nic.de', ['ns.thief.example'])
    for (let day = 0; day < 3; day++) await goOn(DAY)
    expect((await told()).slice(2)).toEqual(['domain.delegation-differs'])
    expect(await view()).toMatchObject({
      ...{ status: 'Registered', detail: 'connected', reachable: true },
      next: expect.stringContaining('have ns.thief.example instead of ns1.example.net, ns2.example.org'),
    })
    zone.has('b.nic.de', HOSTS)
    await goOn(DAY)
    expect((await told()).slice(3)).toEqual(['domain.delegation-mended'])
  })

  test('a connection that does not want it asks nobody, until it does', async () => {
    const { connection } = await registered({ delegation: false })
    await goOn(DAY)
    expect([zone.asked, (await view()).next]).toEqual([[], expect.stringMatching(/^Nothing is due/)])
    await changeConnection(deps(), connection.id, { watch: { delegation: null } }, 'cli')
    await gateway.run()
    expect(zone.asked).toHaveLength(2)
  })

  test('in test mode nobody is asked unless the connection says so', async () => {
    const test_ = { mode: 'test', registry: { ...REGISTRY, test: 'test-robot@registry.example' } }
    const connection = await addTestConnection(gateway, { ...test_, watch: null })
    await done()
    await goOn(DAY)
    expect(zone.asked).toEqual([])
    await changeConnection(deps(), connection.id, { watch: { delegation: true } }, 'cli')
    await gateway.run()
    expect(zone.asked).toHaveLength(2)
  })

  describe('a registry that registers and does not delegate', () => {
    const UNTIL = new Date('2026-07-31T10:00:00Z')
    const undelegated = async (watch: object | null) => {
      await registered(watch)
      await deps().store.domains.save({ ...(await domain()), undelegatedUntil: UNTIL })
    }
    const ends = async () => {
      const { items } = await deps().store.actions.list({ domain: 'example.de' }, { limit: 200, cursor: null })
      return items.flatMap(({ event, level }) => (event === 'domain.undelegated' ? [level] : []))
    }
    const goTo = (date: string) => goOn(new Date(date).getTime() - gateway.now().getTime())

    test.each([
      ['watched', { delegation: true }],
      ['not watched', { delegation: false }],
    ])('drops it in seven days: an alarm, once (%s)', async (_, watch) => {
      await undelegated(watch)
      await goTo('2026-07-24T09:59:59Z')
      expect(await ends()).toEqual([])
      await goTo('2026-07-24T10:00:00Z')
      await goTo('2026-07-26T10:00:00Z')
      expect(await ends()).toEqual(['error'])
      expect((await view()).next).toContain('have to be mended 2026-07-31T10:00:00.000Z at the latest')
    })

    test('but the DNS has it: a warning', async () => {
      await undelegated({ delegation: true })
      zone.has('a.nic.de', HOSTS)
      await goTo('2026-07-25T10:00:00Z')
      expect(await ends()).toEqual(['warning'])
    })

    test('no word where it was closed before', async () => {
      await undelegated({ delegation: true })
      await done({ action: 'close', nameservers: [], contacts: {} })
      await goTo('2026-07-30T10:00:00Z')
      expect(await ends()).toEqual([])
    })
  })

  test('what is due is found by connection, and only of domains that are Registered', async () => {
    await registered()
    const known = await domain()
    const states = ['registering', 'faulty', 'closed', 'gone'] as const
    for (const state of states) await deps().store.domains.save({ ...known, name: `${state}.de`, state })
    gateway.pass(2 * MINUTE)
    expect((await dueWork(deps())).filter(({ kind }) => kind === 'watch-delegation')).toEqual([
      { kind: 'watch-delegation', id: 'example.de' },
    ])
    for (const state of states) await runWork(deps(), { kind: 'watch-delegation', id: `${state}.de` })
    expect(zone.asked).toEqual([])
  })
})

const REGISTRY = {
  to: 'robot@registry.example',
  from: 'domains@hoster.example',
  replyTo: 'denic-main@in.hoster.example',
}
