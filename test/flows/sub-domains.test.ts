import { rmSync } from 'node:fs'
import type { Answer } from 'dns-packet'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createNameServerProbe } from '../../src/dns/name-server-probe.js'
import type { OrderBody } from '../../src/flows/prepare-order.js'
import { readDomainView } from '../../src/http/read-views.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { type DnsServer, type Script, startDnsServer } from '../helpers/dns-server.js'
import { addTestConnection, createTestGateway, type TestGateway } from '../helpers/gateway.js'
import { aDomain } from '../helpers/records.js'

const DAY = 86_400_000
/** Long enough for a machine that has much to do; what is meant to be silent is waited for shortly. */
const PATIENT_MS = 20_000
const OURS = ['ns1.hoster.example', 'ns2.hoster.example']
const NAME = 'shop.example.de'
const account = (id: string) => ({ id, type: 'provider' as const, email: null })

const ns = (name: string, hosts: readonly string[]): Answer[] => hosts.map((data) => ({ type: 'NS', name, data }))
const refers =
  (hosts: readonly string[]): Script =>
  ({ name }) => ({ aa: false, authorities: ns(name, hosts) })
const absent: Script = () => ({ rcode: 3 })

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway
  let connectionId: string
  let servers: DnsServer[] = []
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    const nameservers = OURS.map((host) => ({ host }))
    connectionId = (await addTestConnection(gateway, { setup: true, defaults: { nameservers } })).id
  })
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })

  /** Our own DNS, which knows that example.de is a zone with these servers, and the servers themselves. */
  const zoneOf = async (scripts: Record<string, Script>, timeoutMs = PATIENT_MS) => {
    const hosts = Object.keys(scripts)
    const own = await startDnsServer(({ name, type }) => {
      if (type === 'NS') return name === 'example.de' ? { answers: ns(name, hosts) } : { rcode: 3 }
      const nth = hosts.indexOf(name)
      return type === 'A' && nth >= 0 ? { answers: [{ type, name, data: `192.0.2.${nth + 1}` }] } : {}
    })
    const zone = await Promise.all(Object.values(scripts).map(startDnsServer))
    servers = [own, ...zone]
    const place = (address: string) => zone[Number(address.split('.').at(-1)) - 1]?.place ?? { unroutable: 'nowhere' }
    gateway.deps.dns = createNameServerProbe({ servers: [`127.0.0.1:${own.port}`], place, timeoutMs })
    return { own, zone }
  }
  let orders = 0
  const setUp = (change: Partial<OrderBody> = {}) =>
    gateway.place({
      ...{ billingOrderId: `SUB-${++orders}`, action: 'setup', domain: NAME, account: account('cust-7') },
      ...{ contacts: {}, nameservers: [], price: null },
      ...change,
    })
  /** What belongs to an account here. */
  const has = (accountId: string, change: Parameters<typeof aDomain>[0] = {}) =>
    gateway.deps.store.domains.save(
      aDomain({ connectionId, state: 'registered', detail: 'REG-OK', accountId, ...change }),
    )
  const domain = async (name = NAME) => gateway.deps.store.domains.get(name)

  describe('F92: a sub-domain in a zone that is not here', () => {
    test('is set up where every server of the zone delegates it to our name servers, and asks for its DNS', async () => {
      const { zone } = await zoneOf({
        'a.zone.example': refers(['NS2.hoster.example', ...OURS, 'ns9.other.example']),
        'b.zone.example': ({ name }) => ({ answers: ns(name, OURS) }),
      })
      const { id, status } = await setUp()
      expect(status).toBe('done')
      expect(zone.map(({ asked }) => asked)).toEqual([[`udp ${NAME} NS`], [`udp ${NAME} NS`]])
      expect(await gateway.events(id)).toContain('dns.prepare')
      expect(await domain()).toMatchObject({ state: 'pending', detail: 'self' })
      gateway.pass(70 * DAY)
      await gateway.run()
      const { items } = await gateway.deps.store.actions.list({ domain: NAME }, { limit: 50, cursor: null })
      expect(items.map(({ event }) => event)).not.toContain('domain.setup-late')
      const known = await domain()
      const view = known === null ? null : await readDomainView(gateway.deps, known, gateway.now())
      expect(view?.next).toContain('until somebody removes it')
      expect((await setUp({ action: 'remove' })).status).toBe('done')
    })

    test.each([
      ['nothing for it', absent, 'a.zone.example has no name servers for it'],
      ['others for it', refers(['ns1.other.example']), 'a.zone.example has ns1.other.example for it'],
      ['a part of ours', refers(OURS.slice(0, 1)), `a.zone.example has ${OURS[0]} for it`],
    ] as [string, Script, string][])('is refused where a server has %s, with what to type', async (_, script, said) => {
      await zoneOf({ 'b.zone.example': refers(OURS), 'a.zone.example': script })
      const refusal = await setUp().catch((error: unknown) => error)
      expect(refusal).toMatchObject({ code: 'invalid', problems: [{ pointer: '/domain' }] })
      expect(String(refusal)).toContain(`is not delegated yet to ${OURS.join(' and ')}: ${said}.`)
      expect(String(refusal)).toContain(`dig @a.zone.example ${NAME} NS +norecurse`)
      expect(await domain()).toBeNull()
    })

    test('is not taken for delegated to us by name servers that the order names: others have names delegated to these', async () => {
      await has('other')
      const theirs = ['ns1.cloud.example', 'ns2.cloud.example']
      const { zone } = await zoneOf({ 'a.zone.example': refers(theirs) })
      const nameservers = theirs.map((host) => ({ host, addresses: [] }))
      for (const some of [nameservers, [{ host: OURS[0] ?? '', addresses: [] }], []]) {
        const pointer = some.length === 0 ? '/domain' : '/nameservers'
        const refusal = await setUp({ nameservers: some }).catch((error: unknown) => error)
        expect(refusal, pointer).toMatchObject({ code: 'invalid', problems: [{ pointer }] })
        expect(String(refusal)).toContain(`delegated ${some.length === 0 ? 'yet ' : ''}to ${OURS.join(' and ')}`)
      }
      expect(zone[0]?.asked).toHaveLength(1)
      expect(await domain()).toBeNull()
    })

    test('may be ordered with our own name servers, in whatever order and spelling, or with records alone', async () => {
      await zoneOf({ 'a.zone.example': refers(OURS) })
      const nameservers = OURS.toReversed().map((host) => ({ host: host.toUpperCase(), addresses: [] }))
      expect((await setUp({ nameservers })).status).toBe('done')
      const records = ['a.shop.example.de. 3600 IN A 192.0.2.7']
      expect((await setUp({ domain: `a.${NAME}`, account: account('other'), records })).status).toBe('done')
    })

    test.each([
      ['no server answers', { 'a.zone.example': () => 'silent' as const }, 'a.zone.example gave no answer'],
      ['our own DNS does not', null, 'our DNS did not tell'],
    ] as [string, Record<string, Script> | null, string][])(
      '%s: that is told, and not that it is not delegated',
      async (_, scripts, words) => {
        await zoneOf(scripts ?? {}, 200)
        if (scripts === null) await servers[0]?.close()
        const refusal = await setUp().catch((error: unknown) => error)
        servers = scripts === null ? servers.slice(1) : servers
        expect(refusal).toMatchObject({ code: 'dns-failed', temporary: true })
        expect(String(refusal)).toContain(words)
        expect(String(refusal)).not.toContain('not delegated')
      },
    )

    test('one server that is silent beside one that has it does no harm', async () => {
      await zoneOf({ 'a.zone.example': () => 'silent', 'b.zone.example': refers(OURS) }, 1_000)
      expect((await setUp()).status).toBe('done')
    })

    test('is refused where the connection does not say which name servers are ours, whatever the order says', async () => {
      await database.empty()
      await addTestConnection(gateway, { setup: true })
      const { own } = await zoneOf({ 'a.zone.example': refers(OURS) })
      for (const nameservers of [[], OURS.map((host) => ({ host, addresses: [] }))]) {
        const refusal = await setUp({ nameservers }).catch((error: unknown) => error)
        expect(refusal).toMatchObject({ code: 'invalid', problems: [{ pointer: '/domain' }] })
        expect(String(refusal)).toContain('set its defaults.nameservers')
      }
      expect(own.asked).toEqual([])
    })
  })

  describe('F92: a sub-domain of a name that is here', () => {
    test('needs no delegation where the same account has the name, at any depth', async () => {
      await has('cust-7')
      expect((await setUp()).status).toBe('done')
      expect((await setUp({ domain: `a.b.${NAME}` })).status).toBe('done')
    })

    test('needs it where another account has the name, whoever has the name above that', async () => {
      await has('other')
      await zoneOf({ 'a.zone.example': absent })
      await expect(setUp()).rejects.toThrow('is not delegated yet')
      await zoneOf({ 'a.zone.example': (asked, by) => (asked.name === NAME ? refers(OURS) : absent)(asked, by) })
      expect((await setUp()).status).toBe('done')
      // What lies below it is the account's own, though the name above that is not.
      expect((await setUp({ domain: `a.${NAME}` })).status).toBe('done')
      const theirs = setUp({ domain: `b.${NAME}`, account: account('other') })
      await expect(theirs).rejects.toThrow(`b.${NAME} is not delegated yet`)
    })

    test('needs it where the name is prepared alone, or left', async () => {
      await has('cust-7', { state: 'pending', detail: 'self' })
      await zoneOf({ 'a.zone.example': absent })
      await expect(setUp()).rejects.toThrow('is not delegated yet')
      await has('cust-7', { state: 'gone', detail: 'gone' })
      await expect(setUp()).rejects.toThrow('is not delegated yet')
    })
  })

  test('F92: a sub-domain that another account has here already is refused, also where it came in between', async () => {
    const { zone } = await zoneOf({ 'a.zone.example': refers(OURS) })
    await setUp({ account: account('other') })
    await expect(setUp()).rejects.toMatchObject({ code: 'conflict', problems: [{ pointer: '/domain' }] })
    expect(zone[0]?.asked).toHaveLength(1)

    const name = 'late.example.de'
    const { dns } = gateway.deps
    let meanwhile: Promise<unknown> | null = null
    gateway.deps.dns = {
      ...dns,
      ask: async (...asked) => {
        const answer = await dns.ask(...asked)
        gateway.deps.dns = dns
        meanwhile ??= setUp({ domain: name, account: account('other') })
        await meanwhile
        return answer
      },
    }
    await expect(setUp({ domain: name })).rejects.toThrow('set up for another account meanwhile')
  })

  test('F93: nothing else is taken for a name below the registrable one', async () => {
    for (const action of ['register', 'transfer', 'close'] as const)
      await expect(setUp({ action }), action).rejects.toThrow('only example.de can be registered')
    await database.empty()
    await addTestConnection(gateway)
    await expect(setUp()).rejects.toThrow('`setup: true`')
  })
})
