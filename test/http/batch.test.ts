import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, type Harness, openHarness, orderBody } from './harness.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

type Result = { index: number; status: number; order: { id: string } | null; problem: { errors: unknown[] } | null }
type Batch = { taken: number; refused: number; results: Result[] }

const batch = (body: unknown, headers: Record<string, string> = {}) =>
  call(harness.app, 'POST', '/v1/orders/batch', { body, headers })

describe('POST /v1/orders/batch', () => {
  test('takes each order or refuses it by itself, with pointers into that order', async () => {
    const orders = [orderBody(), orderBody({ domain: 'no name' }), { action: 'register' }, 7, orderBody()]
    const { status, json } = await batch({ orders })
    const { taken, refused, results } = json as unknown as Batch
    expect([status, taken, refused]).toEqual([200, 2, 3])
    expect(results.map((one) => one.index)).toEqual([0, 1, 2, 3, 4])
    expect(results.map((one) => one.status)).toEqual([202, 422, 422, 422, 202])
    expect(results[1]?.problem?.errors).toEqual([{ pointer: '/domain', detail: expect.any(String) }])
    expect(results[2]?.problem?.errors).toContainEqual({ pointer: '/billingOrderId', detail: expect.any(String) })
  })

  test('the same again, with a key or without, is answered with the same orders; with another body its orders conflict', async () => {
    const orders = [orderBody(), orderBody()]
    const ids = async (answer: ReturnType<typeof batch>) =>
      ((await answer).json as unknown as Batch).results.map(({ order, status }) => order?.id ?? status)
    const first = await ids(batch({ orders }, { 'idempotency-key': 'batch-1' }))
    expect(await ids(batch({ orders }, { 'idempotency-key': 'batch-1' }))).toEqual(first)
    expect(await ids(batch(orders))).toEqual(first)
    const others = orders.map((order) => ({ ...order, notify: 'other@example.net' }))
    expect(await ids(batch(others))).toEqual([409, 409])
    expect(await ids(batch(others, { 'idempotency-key': 'batch-1' }))).toEqual([422, 422])
  })

  test('orders for one domain are placed as they were given: the first has it', async () => {
    const name = orderBody()['domain']
    const orders = Array.from({ length: 5 }, () => orderBody({ domain: name }))
    const { results } = (await batch({ orders })).json as unknown as Batch
    expect(results.map(({ status }) => status)).toEqual([202, 409, 409, 409, 409])
  })

  test('a thousand are placed by one call', async () => {
    const orders = Array.from({ length: 1_000 }, () => orderBody())
    const { json } = await batch({ orders })
    expect(json).toMatchObject({ taken: 1_000, refused: 0 })
    const stored = await harness.deps.store.orders.countByStatus()
    expect(stored.find(({ status }) => status === 'awaiting-payment')?.count).toBeGreaterThanOrEqual(1_000)
  })

  test.each([
    ['none', { orders: [] }],
    ['more than a thousand', { orders: Array.from({ length: 1_001 }, () => ({})) }],
    ['another field', { orders: [orderBody()], paid: true }],
    ['no list', { orders: 'all' }],
    ['a number', 5],
  ])('%s: 422 for the whole', async (_name, body) => {
    expect((await batch(body)).status).toBe(422)
  })

  test('F66: a token of one account is refused the orders of another, each by itself', async () => {
    const { json } = await call(harness.local, 'POST', '/local/tokens', {
      body: { name: 'shop', scope: 'billing', account: 'shop' },
    })
    const orders = [orderBody({ account: { id: 'shop', type: 'customer' } }), orderBody()]
    const answer = await call(harness.app, 'POST', '/v1/orders/batch', {
      ...{ body: { orders }, token: String(json['token']) },
    })
    expect((answer.json as unknown as Batch).results.map(({ status }) => status)).toEqual([202, 403])
  })
})
