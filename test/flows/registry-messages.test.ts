import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/core/domain.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { createRegistry } from '../helpers/registry.js'

const provider = { id: 'cust-7', type: 'provider' as const, email: null }
const HOUR = 3_600_000

let store: TestStore
let gateway: TestGateway
let registry: ReturnType<typeof createRegistry>

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  await store.empty()
  gateway = await createTestGateway(store, store.dataDir)
  registry = createRegistry(gateway)
  await addTestConnection(gateway)
})
afterAll(() => store.close())

const registered = async () => {
  const order = await gateway.place({ account: provider })
  await registry.answer()
  gateway.pass(HOUR)
  return order
}
const status = async () => statusOf((await store.domains.get('example.de'))?.state ?? 'none')
const log = async () => {
  const { items } = await store.actions.list({ domain: 'example.de' }, { limit: 50, cursor: null })
  return items.map(({ level, event }) => `${level} ${event}`)
}
const chprov = (at: Date, from = 'DENIC-1234', to = 'DENIC-4321', name = 'example.de'): string[] => [
  ...['RESULT: success', 'STID: dfaaa080-96ef-551c-afd2-309f0fbcba9b', 'Msgcnt: 1', `Msgtime: ${at.toISOString()}`],
  ...['Msgid: 1', 'Msgtype: chprovAuthInfo', `Domain: ${name}`, `Domain-ace: ${name}`],
  ...[`Chprov-to: ${to}`, `Chprov-from: ${from}`],
]
const receive = async (lines: string[]) => gateway.receive(await gateway.reply(lines))

describe('the registry tells', () => {
  test('F85 that a domain went to another provider: it is Gone, once', async () => {
    const order = await registered()
    expect((await registry.tell('moved', 'example.de')).stage).toBe('settled')
    expect(await status()).toBe('Gone')
    expect(await gateway.events(order.id)).toContain('domain.gone')
    expect(await log()).toContain('warning domain.status')
    gateway.pass(HOUR)
    expect((await receive(chprov(gateway.now()))).stage).toBe('informational')
    expect((await gateway.events(order.id)).filter((type) => type === 'domain.gone')).toHaveLength(1)
  })

  test('that it deleted a domain: it is Closed', async () => {
    const order = await registered()
    expect((await registry.tell('deleted', 'example.de')).stage).toBe('settled')
    expect(await status()).toBe('Closed')
    expect(await gateway.events(order.id)).toContain('domain.closed')
  })

  test('that it will delete one: it stays, and says until when it can be mended', async () => {
    await registered()
    expect((await registry.tell('failing', 'example.de')).stage).toBe('settled')
    expect(await status()).toBe('Registered')
    const domain = await store.domains.get('example.de')
    expect(domain?.undelegatedUntil).toEqual(new Date(gateway.now().getTime() + 7 * 24 * HOUR))
    expect(await log()).toContain('warning domain.undelegated')
  })
})

describe('nothing changes, and the log says why, where', () => {
  test('the move is older than our own transfer back', async () => {
    await registered()
    const moved = gateway.now()
    await registry.tell('moved', 'example.de')
    gateway.pass(HOUR)
    const back = await gateway.place({ account: provider, action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
    await gateway.run()
    gateway.pass(HOUR)
    await receive(success(back.request?.reference ?? ''))
    expect(await status()).toBe('Registered')
    gateway.pass(HOUR)
    const late = await receive(chprov(moved))
    expect(late).toMatchObject({ stage: 'informational', reason: expect.stringMatching(/older than what/) })
    expect(await status()).toBe('Registered')
    await receive(chprov(gateway.now()))
    expect(await status()).toBe('Gone')
  })

  test('the same, and the domain was looked up often since', async () => {
    const { id } = await registered()
    const order = await store.orders.get(id)
    if (order === null) throw new Error('the order is gone')
    for (let count = 0; count < 60; count++) {
      const terms = { ...order.terms, action: 'lookup', billingOrderId: `L-${count}` } as const
      await store.orders.insert({ ...order, terms, id: gateway.deps.newId() }, '')
    }
    const late = await receive(chprov(new Date(gateway.now().getTime() - 24 * HOUR)))
    expect(late).toMatchObject({ stage: 'informational', reason: expect.stringMatching(/older than what/) })
    expect(await status()).toBe('Registered')
  })

  test.each([
    ['it came to us', 'DENIC-4321', 'DENIC-1234', /it came to us/],
    ['it is between others', 'DENIC-4321', 'DENIC-5', /does not say that the domain left our account/],
  ])('%s', async (_, from, to, reason) => {
    await registered()
    const mail = await receive(chprov(gateway.now(), from, to))
    expect(mail).toMatchObject({ stage: 'informational', reason: expect.stringMatching(reason) })
    expect(await status()).toBe('Registered')
  })

  test('the domain is unknown here, and it stays so', async () => {
    const mail = await receive(chprov(gateway.now(), 'DENIC-1234', 'DENIC-4321', 'elsewhere.de'))
    expect(mail).toMatchObject({ stage: 'informational', reason: expect.stringMatching(/no domain that is looked/) })
    expect(await store.domains.get('elsewhere.de')).toBeNull()
  })

  test('another connection holds the domain', async () => {
    const registry2 = { to: 'robot@registry.example', from: 'a@other.example', replyTo: 'b@in.other.example' }
    await addTestConnection(gateway, { title: 'Other', tlds: [], registry: registry2 })
    await registered()
    const raw = await gateway.reply(chprov(gateway.now()))
    const mail = await gateway.receive(raw, registry2.replyTo)
    expect(mail).toMatchObject({ stage: 'informational', reason: expect.stringMatching(/another connection holds/) })
    expect(await status()).toBe('Registered')
  })
})

describe('while an order is open on the domain', () => {
  test('a transfer to us contradicts it: a person decides', async () => {
    const order = await gateway.place({ account: provider, action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
    await gateway.run()
    const mail = await receive(chprov(gateway.now()))
    expect(mail).toMatchObject({ stage: 'conflict', orders: [order.id] })
    expect(await gateway.events(order.id)).toContain('order.conflict')
    expect(await status()).toBe('Transferring')
  })

  test('a change is overtaken: the domain is Gone, its order waits, and its success then is a conflict', async () => {
    await registered()
    const nameservers = ['ns3.example.net', 'ns4.example.net'].map((host) => ({ host, addresses: [] }))
    const order = await gateway.place({ account: provider, action: 'update-nameservers', contacts: {}, nameservers })
    await gateway.run()
    registry.skip()
    gateway.pass(HOUR)
    await registry.tell('moved', 'example.de')
    expect(await status()).toBe('Gone')
    expect(await log()).toContain('error order.overtaken')
    expect((await gateway.order(order.id)).status).toBe('sent')
    const mail = await receive(success(order.request?.reference ?? ''))
    expect(mail.stage).toBe('conflict')
    expect(await status()).toBe('Gone')
  })
})
