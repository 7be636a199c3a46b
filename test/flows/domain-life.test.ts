import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/core/domain.js'
import type { OrderView } from '../../src/core/views.js'
import { cancelOrder } from '../../src/flows/decide-order.js'
import type { OrderBody } from '../../src/flows/prepare-order.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { addTestConnection, createTestGateway, failure, success, type TestGateway } from '../helpers/gateway.js'
import { createRegistry } from '../helpers/registry.js'

const DAY = 86_400_000
const provider = { id: 'cust-7', type: 'provider' as const, email: null }

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

const place = (change: Partial<OrderBody>) =>
  gateway.place({ account: provider, contacts: {}, nameservers: [], ...change })
const registered = async (): Promise<void> => {
  await gateway.place({ account: provider })
  await registry.answer()
}
/** Places an order, has the registry carry it out, and says what became of the order and its domain. */
const carryOut = async (change: Partial<OrderBody>) => {
  const order = await place(change)
  await registry.answer()
  return { order: (await gateway.order(order.id)).status, domain: await status() }
}
const domain = async () => {
  const found = await store.domains.get('example.de')
  if (found === null) throw new Error('there is no domain')
  return found
}
const status = async () => statusOf((await domain()).state)
const events = async (order: OrderView) => (await store.events.list({ orderId: order.id })).map(({ type }) => type)

describe('through the registry and back', () => {
  beforeEach(registered)

  test('a new holder, and the name servers and contacts stay', async () => {
    const contacts = { holder: [{ handle: 'DENIC-1234-NEU' }] }
    expect(await carryOut({ action: 'change-holder', contacts })).toEqual({ order: 'done', domain: 'Registered' })
    expect(registry.find('example.de')).toMatchObject({
      holders: ['DENIC-1234-NEU'],
      nameservers: [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }],
    })
    expect((await domain()).contacts).toEqual(contacts)
    const nameservers = ['ns3.example.net', 'ns4.example.net'].map((host) => ({ host, addresses: [] }))
    expect(await carryOut({ action: 'update-nameservers', nameservers })).toMatchObject({ order: 'done' })
    expect(registry.find('example.de')?.holders).toEqual(['DENIC-1234-NEU'])
  })

  test('F16 closed, and restored as it was', async () => {
    const before = await domain()
    const closing = await place({ action: 'close' })
    await registry.answer()
    expect({ status: await status(), detail: (await domain()).detail }).toEqual({ status: 'Closed', detail: 'closed' })
    expect(registry.find('example.de')).toBeNull()
    expect(await events(closing)).toEqual(expect.arrayContaining(['order.done', 'domain.closed']))
    expect(await carryOut({ action: 'restore' })).toEqual({ order: 'done', domain: 'Registered' })
    expect(await domain()).toMatchObject({ nameservers: before.nameservers, contacts: before.contacts })
    expect(registry.find('example.de')?.provider).toBe('gateway')
  })

  test.each([true, false])('a transit with disconnect %s: it is Gone, and not deleted', async (disconnect) => {
    const order = await place({ action: 'transit', disconnect })
    await registry.answer()
    expect(await status()).toBe('Gone')
    expect((await domain()).detail).toBe('gone')
    expect(registry.find('example.de')?.provider).toBe('another')
    expect(await events(order)).toContain('domain.gone')
  })

  test('an AuthInfo is created and taken back; the password is nowhere but in the order', async () => {
    const authInfo = 'Ab3-xY7_kQ'
    const order = await place({ action: 'create-authinfo', authInfo })
    await registry.answer()
    expect(order.authInfo).toBe('***')
    expect(registry.find('example.de')?.released?.digest).toBe(
      'bae111b6c233cf4af8ff32494d391d22d49d524975ac9a45a78f2a94d91ddc96',
    )
    const told = JSON.stringify([
      ...[await gateway.actions(order.id), await store.events.list({ orderId: order.id }), order],
      gateway.sent.map(({ raw }) => raw.toString('latin1')),
    ])
    expect(told).not.toContain(authInfo)
    expect(await carryOut({ action: 'delete-authinfo' })).toEqual({ order: 'done', domain: 'Registered' })
    expect(registry.find('example.de')?.released).toBeNull()
  })

  test('an AuthInfo that the registry is to send by letter is asked for without a password', async () => {
    expect(await carryOut({ action: 'create-authinfo' })).toEqual({ order: 'done', domain: 'Registered' })
    const sent = gateway.sent.at(-1)?.raw.toString('latin1') ?? ''
    expect(sent).toMatch(/^Action: CREATE-AUTHINFO2$/m)
    expect(sent).not.toMatch(/AuthInfo(Hash|Expire)/)
    expect(registry.find('example.de')?.released ?? null).toBeNull()
  })
})

describe('what is not delegated', () => {
  const until = new Date('2026-07-31T10:00:00Z')
  beforeEach(async () => {
    await registered()
    await store.domains.save({ ...(await domain()), undelegatedUntil: until })
  })

  test('stays so when an AuthInfo is created, and is forgotten when the domain is deleted', async () => {
    await carryOut({ action: 'create-authinfo', authInfo: 'Ab3-xY7_kQ' })
    expect((await domain()).undelegatedUntil).toEqual(until)
    await carryOut({ action: 'close' })
    expect((await domain()).undelegatedUntil).toBeNull()
  })
})

describe('a restoration', () => {
  const refusedAs = (code: string) => expect.objectContaining({ code })

  test('of a name that is registered, gone or unknown is a conflict', async () => {
    await expect(place({ action: 'restore' })).rejects.toEqual(refusedAs('conflict'))
    await registered()
    await expect(place({ action: 'restore' })).rejects.toEqual(refusedAs('conflict'))
    await store.domains.save({ ...(await domain()), state: 'gone' })
    await expect(place({ action: 'restore' })).rejects.toEqual(refusedAs('conflict'))
  })

  test('that is refused leaves the domain Closed', async () => {
    await registered()
    await carryOut({ action: 'close' })
    const order = await place({ action: 'restore' })
    await gateway.run()
    await gateway.receive(await gateway.reply(failure(order.request?.reference ?? '')))
    expect(await status()).toBe('Closed')
    expect((await gateway.order(order.id)).status).toBe('refused')
  })

  test('that is late counts, and one that was cancelled is a conflict', async () => {
    await registered()
    await carryOut({ action: 'close' })
    const late = await place({ action: 'restore' })
    await gateway.run()
    gateway.pass(6 * DAY)
    await gateway.run()
    expect((await gateway.order(late.id)).status).toBe('timed-out')
    await gateway.receive(await gateway.reply(success(late.request?.reference ?? '')))
    expect(await status()).toBe('Registered')

    await carryOut({ action: 'close' })
    const cancelled = await place({ action: 'restore' })
    await gateway.run()
    await cancelOrder(gateway.deps, { id: cancelled.id, actor: 'token:test' })
    const mail = await gateway.receive(await gateway.reply(success(cancelled.request?.reference ?? '')))
    expect(mail.stage).toBe('conflict')
    expect(await status()).toBe('Closed')
  })
})

test('a deletion that is refused is an Error of a domain that stays ours', async () => {
  await registered()
  const order = await place({ action: 'close' })
  await gateway.run()
  await gateway.receive(await gateway.reply(failure(order.request?.reference ?? '')))
  expect((await domain()).state).toBe('faulty')
  registry.skip()
  expect(await carryOut({ action: 'close' })).toEqual({ order: 'done', domain: 'Closed' })
})
