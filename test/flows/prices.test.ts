import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TldPrice } from '../../src/core/price.js'
import { cancelOrder } from '../../src/flows/decide-order.js'
import { eachDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, anOrderBody, createTestGateway, type TestGateway } from '../helpers/gateway.js'

await eachDatabase((_, open) => {
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
})
