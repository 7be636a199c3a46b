import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ServerAnswer } from '../../src/core/delegation.js'
import { createNameServerProbe } from '../../src/dns/name-server-probe.js'
import { previewOrder } from '../../src/flows/preview-order.js'
import type { NameServerProbe } from '../../src/ports.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { type DnsServer, type Script, startDnsServer } from '../helpers/dns-server.js'
import { addTestConnection, anOrderBody, createTestGateway, type TestGateway } from '../helpers/gateway.js'

const PATIENT_MS = 20_000
const HOSTS: Record<string, string> = { 'ns1.example.net': '192.0.2.1', 'ns2.example.org': '192.0.2.2' }
const soa = {
  mname: 'ns1.example.net',
  rname: 'a.example.net',
  serial: 1,
  refresh: 14_400,
  retry: 3_600,
  expire: 604_800,
}

let store: TestStore
let gateway: TestGateway
let servers: DnsServer[] = []

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  await store.empty()
  gateway = await createTestGateway(store, store.dataDir)
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
afterAll(() => store.close())

const checked = (account = {}) =>
  addTestConnection(gateway, { account: { regacc: 'DENIC-1234', predelegationCheck: true, ...account } })

/** A name server as it should be, but for what the test changes. */
const zone =
  (change: Partial<Record<string, ReturnType<Script>>> = {}): Script =>
  ({ name, type }) => {
    const changed = change[type]
    if (changed !== undefined) return changed
    if (type === 'SOA') return { answers: [{ type, name, data: { ...soa, minimum: 3_600 } }] }
    return { answers: Object.keys(HOSTS).map((data) => ({ type: 'NS' as const, name, data })) }
  }

/** The real client, for which the addresses of the tests are loopback; `dns` knows the hosts. */
const reach = async (first: Script, second: Script = zone()): Promise<void> => {
  const dns = await startDnsServer(({ name, type }) =>
    type === 'A' ? { answers: [{ type, name, data: HOSTS[name] ?? '' }] } : {},
  )
  const [one, two] = [await startDnsServer(first), await startDnsServer(second)]
  servers = [dns, one, two]
  gateway.deps.dns = createNameServerProbe({
    servers: [`127.0.0.1:${dns.port}`],
    place: (address) => (address === '192.0.2.1' ? one.place : two.place),
    timeoutMs: PATIENT_MS,
  })
}

describe('before an order is taken its name servers are asked', () => {
  test('and it is taken where they answer as the registry wants them to', async () => {
    await checked()
    await reach(zone())
    const order = await gateway.place()
    expect([order.status, order.warnings]).toEqual(['queued', []])
    expect([...new Set(servers[1]?.asked)].sort()).toEqual([
      ...['tcp example.de SOA', 'udp example.de NS', 'udp example.de SOA'],
    ])
  })

  test('and it is refused with every error, by its pointer, and nothing is stored', async () => {
    await checked()
    await reach(zone({ SOA: { rcode: 5 } }), zone({ NS: { answers: [] } }))
    await expect(gateway.place()).rejects.toMatchObject({
      code: 'invalid',
      problems: [
        { pointer: '/nameservers/0/host', detail: expect.stringMatching(/ns1.*answers REFUSED.*\(NAST 901\)$/) },
        { pointer: '/nameservers/1/host', detail: expect.stringMatching(/names other name servers.*\(NAST 118\)$/) },
      ],
    })
    expect((await store.orders.list({}, { limit: 5, cursor: null })).items).toEqual([])
    expect(await store.domains.get('example.de')).toBeNull()
  })

  test('and advice is a warning of the order, and on the log', async () => {
    await checked()
    await reach(zone({ SOA: { answers: [{ type: 'SOA', name: 'example.de', data: { ...soa, minimum: 1 } }] } }))
    const order = await gateway.place()
    expect(order.warnings).toEqual([
      { pointer: '/nameservers/0/host', detail: expect.stringMatching(/negative TTL of 1 seconds.*\(NAST 112\)$/) },
    ])
    expect((await gateway.actions(order.id)).map(({ event }) => event)).toContain('order.warning')
  })
})

describe('with a DNS that the test speaks for', () => {
  /** Counts what is asked, and answers all of it so. */
  const says = (answer: ServerAnswer, meanwhile: () => Promise<unknown> = async () => {}) => {
    const asked: string[] = []
    const probe: NameServerProbe = {
      resolve: async (host) => ({ kind: 'found', addresses: [HOSTS[host] ?? '192.0.2.3'] }),
      nameServers: async () => ({ kind: 'absent' }),
      ask: async (address, { name }) => {
        if (asked.push(`${address} ${name}`) === 1) await meanwhile()
        return answer
      },
    }
    gateway.deps.dns = probe
    return asked
  }

  test('an order is taken with a warning where nobody answers', async () => {
    await checked()
    says({ kind: 'silent' })
    expect((await gateway.place()).warnings).toMatchObject([{ pointer: '/nameservers' }])
  })

  test('the same order again is answered without asking', async () => {
    await checked()
    const asked = says({ kind: 'silent' })
    const body = { billingOrderId: 'INV-9' }
    const first = await gateway.place(body)
    const count = asked.length
    expect(await gateway.place(body)).toEqual(first)
    expect(asked).toHaveLength(count)
  })

  test('a rival that came while they were asked has the domain', async () => {
    await checked()
    let first = true
    says({ kind: 'silent' }, async () => {
      if (!first) return
      first = false
      await gateway.place({ billingOrderId: 'RIVAL', nameservers: [], records: ['example.de IN A 192.0.2.1'] })
    })
    await expect(gateway.place()).rejects.toMatchObject({ code: 'conflict' })
  })

  test.each<[string, object, Parameters<TestGateway['place']>[0]]>([
    ['the connection does not want it', { predelegationCheck: false }, {}],
    ['the order has records', {}, { nameservers: [], records: ['example.de IN A 192.0.2.1'] }],
    ['the order names none', {}, { action: 'check', contacts: {}, nameservers: [] }],
  ])('nobody is asked where %s', async (_, account, order) => {
    await checked(account)
    const asked = says({ kind: 'refused', reason: 'x' })
    expect((await gateway.place(order)).status).toBe('queued')
    expect(asked).toEqual([])
  })

  test('nor for a preview', async () => {
    await checked()
    const asked = says({ kind: 'refused', reason: 'x' })
    await previewOrder(gateway.deps, anOrderBody())
    expect(asked).toEqual([])
  })
})
