import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TldPrice } from '../../src/core/price.js'
import { cancelOrder } from '../../src/flows/decide-order.js'
import { setPrice } from '../../src/flows/set-price.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, anOrderBody, createTestGateway, type TestGateway } from '../helpers/gateway.js'

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway

  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    await addTestConnection(gateway)
    await save('de', 'register', '9.90')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const save = (tld: string, action: TldPrice['action'], amount: string) =>
    database.store.prices.save({ tld, action, amount, currency: 'EUR' })
  const told = async (id: string) =>
    (await database.store.events.list({ orderId: id }))
      .filter(({ type }) => type.startsWith('billing.'))
      .map(({ type, data }) => [type, data['amount'] ?? null, data['currency'] ?? null])

  test('F34 of an order that names none is that of its TLD, in its charge and in its refund', async () => {
    const order = await gateway.place({ price: null })
    expect(order.price).toEqual({ amount: '9.90', currency: 'EUR' })
    await gateway.run()
    await save('de', 'register', '12.00')
    await cancelOrder(gateway.deps, { id: order.id, actor: 'token:test' })
    expect(await told(order.id)).toEqual([
      ['billing.charge', '9.90', 'EUR'],
      ['billing.refund', '9.90', 'EUR'],
    ])
  })

  test('F34 of an order that names one is its own', async () => {
    const order = await gateway.place({ price: { amount: '1', currency: 'USD' } })
    await gateway.run()
    expect(await told(order.id)).toEqual([['billing.charge', '1', 'USD']])
  })

  test('is none where its TLD has none for that action', async () => {
    const order = await gateway.place({ price: null, action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
    expect(order.price).toBeNull()
    await gateway.run()
    expect(await told(order.id)).toEqual([['billing.charge', null, null]])
  })

  test('does not make the same order another one when it changes', async () => {
    const body = anOrderBody({ billingOrderId: 'INV-9', price: null })
    const first = await gateway.place(body)
    await save('de', 'register', '12.00')
    expect(await gateway.place(body)).toEqual(first)
  })

  test('is one for a TLD and an action, whoever asks at the same time', async () => {
    await save('co.uk', 'register', '8')
    await save('de', 'register', '10')
    const asked = await Promise.all([['de'], ['co.uk', 'uk'], [], ['de', 'co.uk']].map(database.store.prices.list))
    expect(asked.map((some) => some.map(({ tld, amount }) => [tld, amount]))).toEqual([
      ...[[['de', '10']], [['co.uk', '8']], []],
      [
        ['co.uk', '8'],
        ['de', '10'],
      ],
    ])
    await database.store.transaction(async (tables) => {
      expect(await tables.prices.lock('de', 'register')).toEqual({
        ...{ tld: 'de', action: 'register', amount: '10', currency: 'EUR' },
      })
      expect(await tables.prices.lock('de', 'close')).toBeNull()
    })
  })

  test('is changed and removed for orders from then on, each told in the log with what was', async () => {
    const set = (amount: string | null) =>
      setPrice(gateway.deps, {
        ...{ tld: 'de', action: 'register', actor: 'user:ann' },
        price: amount === null ? null : { amount, currency: 'EUR' },
      })
    const order = await gateway.place({ price: null })
    expect(await set('12.00')).toEqual({ amount: '9.90', currency: 'EUR' })
    expect(await set('12.00')).toEqual({ amount: '12.00', currency: 'EUR' })
    expect(await set(null)).toEqual({ amount: '12.00', currency: 'EUR' })
    expect(await set(null)).toBeNull()
    expect((await gateway.order(order.id)).terms.price).toEqual({ amount: '9.90', currency: 'EUR' })
    expect((await gateway.place({ domain: 'other.de', billingOrderId: 'INV-2', price: null })).price).toBeNull()
    const { items } = await database.store.actions.list({ event: 'price.changed' }, { limit: 9, cursor: null })
    expect(items.toReversed().map(({ actor, text }) => [actor, text])).toEqual([
      ['user:ann', 'register under .de costs 12.00 EUR from now on (was 9.90 EUR)'],
      ['user:ann', 'register under .de has no price any more (was 12.00 EUR)'],
    ])
  })

  test('is set once, and told once, by two at the same time', async () => {
    const price = { amount: '7', currency: 'EUR' }
    const change = { tld: 'at', action: 'register', price, actor: 'user:ann' } as const
    const before = await Promise.all([setPrice(gateway.deps, change), setPrice(gateway.deps, change)])
    expect(before).toContainEqual(null)
    expect(before).toContainEqual(price)
    const { items } = await database.store.actions.list({ event: 'price.changed' }, { limit: 9, cursor: null })
    expect(items).toHaveLength(1)
  })

  test('is listed with the others in pages that miss none', async () => {
    for (const tld of ['xn--p1ai', 'co.uk', 'de-x', 'at']) await save(tld, 'transfer', '1')
    await save('de', 'change-holder', '2')
    const seen: string[] = []
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const page = await database.store.prices.page({}, { limit: 2, cursor })
      seen.push(...page.items.map(({ tld, action }) => `${tld} ${action}`))
      cursor = page.next
    }
    expect(seen).toEqual([
      ...['at transfer', 'co.uk transfer', 'de change-holder', 'de register', 'de-x transfer', 'xn--p1ai transfer'],
    ])
    const own = await database.store.prices.page({ tld: 'de' }, { limit: 9, cursor: null })
    expect(own.items.map(({ action }) => action)).toEqual(['change-holder', 'register'])
    await expect(database.store.prices.page({}, { limit: 1, cursor: 'x' })).rejects.toThrow('/cursor')
  })
})
