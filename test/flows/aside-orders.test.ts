import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkOrder } from '../../src/flows/check-order.js'
import type { OrderBody } from '../../src/flows/prepare-order.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { createRegistry } from '../helpers/registry.js'

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
const state = async () => (await store.domains.get('example.de'))?.state

const data = (status: string, ...more: string[]): string[] => [
  ...['RESULT: success', 'STID: dfaaa080-96ef-551c-afd2-309f0fbcba9b', ''],
  ...['Domain: example.de', 'Domain-Ace: example.de', `Status: ${status}`, ...more],
]
const infoOf = (status: string) => data(status, 'RegAccId: DENIC-1234', 'Changed: 2026-07-01T10:00:00+00:00')

describe('a question', () => {
  test('is answered by the data that the registry signs, and the name stays unknown', async () => {
    const order = await place({ action: 'check' })
    await registry.answer()
    expect(await gateway.order(order.id)).toMatchObject({ status: 'done', result: { status: 'free' } })
    expect(await state()).toBe('none')
    expect(await gateway.events(order.id)).toEqual(['order.filed', 'billing.charge', 'order.done'])
    expect(gateway.sent[0]?.raw.toString('latin1')).not.toMatch(/^Ctid/im)
  })

  test('neither waits for the order of its domain nor keeps it waiting, and settles none', async () => {
    const register = await gateway.place({ account: provider })
    const info = await place({ action: 'info', account: { ...provider, id: 'cust-8' } })
    await gateway.run()
    const mail = await gateway.receive(await gateway.reply(infoOf('connect')))
    expect(mail).toMatchObject({ stage: 'settled', orders: [info.id] })
    expect((await gateway.order(register.id)).status).toBe('sent')
    expect(await state()).toBe('registering')
    expect((await gateway.order(info.id)).result).toMatchObject({ regAccId: 'DENIC-1234', status: 'connect' })
    expect((await store.orders.findOwning('example.de'))?.terms.account.id).toBe('cust-7')
    await gateway.receive(await gateway.reply(success(register.request?.reference ?? '')))
    expect(await state()).toBe('registered')
  })

  test('a success of the order of its domain that comes late still counts', async () => {
    const register = await gateway.place({ account: provider })
    await gateway.run()
    gateway.pass(6 * 86_400_000)
    await gateway.run()
    await place({ action: 'info' })
    await gateway.receive(await gateway.reply(success(register.request?.reference ?? '')))
    expect(await state()).toBe('registered')
  })

  test('is answered once; data that nobody waits for are a notice', async () => {
    const order = await place({ action: 'info' })
    await gateway.run()
    gateway.pass(1_000)
    expect((await gateway.receive(await gateway.reply(data('free')))).stage).toBe('informational')
    expect((await gateway.order(order.id)).status).toBe('sent')
    expect((await gateway.receive(await gateway.reply(infoOf('connect')))).stage).toBe('settled')
    gateway.pass(1_000)
    expect((await gateway.receive(await gateway.reply(infoOf('failed')))).stage).toBe('informational')
    expect((await gateway.order(order.id)).result).toMatchObject({ status: 'connect' })
  })

  test('is refused where there is no such domain, and where it is unsaid of which, a person looks', async () => {
    const order = await place({ action: 'info' })
    await gateway.run()
    const other = ['RESULT: failed', "ERROR: 63300062009 Domain doesn't exist"]
    expect((await gateway.receive(await gateway.reply(other))).stage).toBe('unrecognised')
    await registry.answer()
    expect(await gateway.order(order.id)).toMatchObject({ status: 'refused', code: '63300062009', result: null })
    expect(await state()).toBe('none')
  })

  test('data with the reference of an order settle nothing', async () => {
    const order = await place({ action: 'info' })
    const register = await gateway.place({ account: provider })
    await gateway.run()
    const reference = register.request?.reference ?? ''
    const mail = await gateway.receive(await gateway.reply([`CTID: ${reference}`, ...infoOf('connect')]))
    expect(mail.stage).toBe('unrecognised')
    expect([(await gateway.order(order.id)).status, (await gateway.order(register.id)).status]).toEqual([
      'sent',
      'sent',
    ])
  })
})

describe('a contact', () => {
  const contact = {
    ...{ handle: 'DENIC-1234-MUSTER', name: 'Jürgen Größe', street: ['Weg 1'], postalCode: '50667', city: 'Köln' },
    ...{ country: 'DE', email: 'a@example.net', phone: '+4930123456' },
  }

  test('is made and changed in UTF-8, as it was written, and then its domain is registered', async () => {
    const made = await place({ action: 'create-contact', contacts: { holder: [contact] } })
    const register = await gateway.place({ account: provider })
    await registry.answer()
    expect((await gateway.order(made.id)).status).toBe('done')
    expect((await gateway.order(register.id)).status).toBe('done')
    expect(registry.findContact('DENIC-1234-MUSTER')?.data.get('name')).toEqual(['Jürgen Größe'])
    expect(registry.findContact('DENIC-1234-MUSTER')?.data.get('phone')).toEqual(['+49.30123456'])
    const before = await store.domains.get('example.de')
    const moved = { ...contact, city: 'Übersee' }
    const changed = await place({ action: 'update-contact', contacts: { holder: [moved] } })
    await registry.answer()
    expect((await gateway.order(changed.id)).status).toBe('done')
    expect(registry.findContact('DENIC-1234-MUSTER')?.data.get('city')).toEqual(['Übersee'])
    expect(await store.domains.get('example.de')).toEqual(before)
  })

  test('for requests is made with its template of an address, and with nothing of a person', async () => {
    const forRequests = {
      handle: 'DENIC-1234-ABUSE',
      type: 'role' as const,
      uriTemplate: 'https://a.example/{?domain}',
    }
    const made = await place({ action: 'create-contact', contacts: { abuse: [forRequests] } })
    await registry.answer()
    expect((await gateway.order(made.id)).status).toBe('done')
    expect([...(registry.findContact('DENIC-1234-ABUSE')?.data ?? [])]).toEqual([
      ['type', ['REQUEST']],
      ['uritemplate', ['https://a.example/{?domain}']],
    ])
    const wrong = place({ action: 'update-contact', contacts: { abuse: [{ ...forRequests, name: 'Erika' }] } })
    await expect(wrong).rejects.toMatchObject({ problems: [{ pointer: '/contacts/abuse/0/name' }] })
  })

  test('that the registry refuses leaves the domain as it is', async () => {
    await gateway.place({ account: provider })
    await registry.answer()
    await place({ action: 'create-contact', contacts: { holder: [contact] } })
    await registry.answer()
    const again = await place({ action: 'create-contact', contacts: { holder: [contact] } })
    await registry.answer()
    expect(await gateway.order(again.id)).toMatchObject({ status: 'refused', code: '53300060010' })
    expect(await state()).toBe('registered')
  })
})

describe('reconcile: the registry is asked what it has of a domain whose order waits', () => {
  const asked = async () => {
    const { items } = await store.orders.list({ domain: 'example.de' }, { limit: 200, cursor: null })
    return items.filter(({ terms }) => terms.action === 'info').reverse()
  }
  const sent = async (connection: Record<string, unknown>) => {
    await store.empty()
    gateway = await createTestGateway(store, store.dataDir)
    await addTestConnection(gateway, connection)
    const order = await gateway.place({ account: provider })
    await gateway.run()
    return order
  }

  test('F33: on a check, once at a time, for nothing, and its answer settles nothing', async () => {
    const order = await sent({ reconcile: true })
    const { check } = await checkOrder(gateway.deps, { id: order.id, actor: 'user:ann' })
    expect(check.text).toContain('The registry was asked what it has of the domain.')
    await checkOrder(gateway.deps, { id: order.id, actor: 'user:ann' })
    await gateway.run()
    const [info, ...more] = await asked()
    expect(more).toEqual([])
    for (let count = 0; count < 30; count++) {
      const later = { ...(await gateway.order(info?.id ?? '')), id: gateway.deps.newId(), status: 'done' as const }
      await store.orders.insert({ ...later, terms: { ...later.terms, billingOrderId: later.id } }, '')
    }
    gateway.pass(1_000)
    await checkOrder(gateway.deps, { id: order.id, actor: 'user:ann' })
    expect((await asked()).filter(({ status }) => status !== 'done')).toHaveLength(1)
    expect(gateway.sent.at(-1)?.raw.toString('latin1')).toMatch(/^Action: INFO$/m)
    gateway.pass(1_000)
    await gateway.receive(await gateway.reply(infoOf('connect')))
    expect((await asked())[0]).toMatchObject({ status: 'done', result: { status: 'connect' } })
    expect(await gateway.events(info?.id ?? '')).toEqual(['order.filed', 'order.done'])
    expect([(await gateway.order(order.id)).status, await state()]).toEqual(['sent', 'registering'])
  })

  test('at each look and at the time-out, where the answer to the one before has come', async () => {
    await sent({ reconcile: true, checkEvery: '4d' })
    gateway.pass(4 * 86_400_000)
    await gateway.run()
    expect(await asked()).toHaveLength(1)
    gateway.pass(1_000)
    await gateway.receive(await gateway.reply(infoOf('failed')))
    gateway.pass(86_400_000)
    await gateway.run()
    expect((await asked()).map(({ status }) => status)).toEqual(['done', 'sent'])
  })

  test('and is not, where the connection does not want it', async () => {
    const order = await sent({})
    await checkOrder(gateway.deps, { id: order.id, actor: 'user:ann' })
    gateway.pass(6 * 86_400_000)
    await gateway.run()
    expect(await asked()).toEqual([])
  })
})
