import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aMail } from '../store/samples.js'
import { ADMIN_TOKEN, call, type Harness, openHarness, place } from './harness.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

const house = { account: { id: 'house', type: 'provider' } }
const pending = async (query = '', token = ADMIN_TOKEN) =>
  (await call(harness.app, 'GET', `/v1/pending${query}`, { token })).json as {
    items: Record<string, unknown>[]
    next: string | null
  }
const ordersOf = ({ items }: { items: Record<string, unknown>[] }) => items.map(({ order }) => order)

/** Writes that the request of an order left an hour ago, and what a test says beside that. */
const sent = async (orderId: string, change: Record<string, unknown> = {}) => {
  const { store, clock } = harness.deps
  const [request] = await store.requests.findByOrder(orderId)
  const order = await store.orders.get(orderId)
  if (request === undefined || order === null) throw new Error('there is no such order')
  const sentAt = new Date(clock.now().getTime() - 3_600_000)
  const deadline = new Date(clock.now().getTime() + 3_600_000)
  await store.requests.update({ ...request, state: 'sent', attempts: 2, sentAt, deadline, dueAt: null, ...change })
  await store.orders.update({ ...order, status: 'sent' })
}

describe('F24: GET /v1/pending', () => {
  test('has every open order, oldest first, and none that is over', async () => {
    const [first, second, third] = [
      await place(harness.app),
      await place(harness.app, house),
      await place(harness.app, house),
    ]
    expect(ordersOf(await pending())).toEqual([first['id'], second['id'], third['id']])
    await call(harness.app, 'POST', `/v1/orders/${second['id']}/cancel`)
    expect(ordersOf(await pending())).toEqual([first['id'], third['id']])
    expect(ordersOf(await pending('?status=awaiting-payment'))).toEqual([first['id']])
    expect(ordersOf(await pending('?connection=nobody'))).toEqual([])
  })

  test('says the age, the deadline, the attempts, the last mail about it and what is usual', async () => {
    const order = await place(harness.app, house)
    await sent(String(order['id']))
    const { store, clock } = harness.deps
    const mail = await store.mails.accept(aMail(harness.connection.id))
    const stage = 'informational' as const
    const seen = { stage, reason: 'noted by reference', verdict: null, replies: [], orders: [String(order['id'])] }
    await store.mails.finish(mail.id, seen)
    // Ten decisions of the past, which took 1 to 10 minutes.
    for (let minutes = 1; minutes <= 10; minutes++) {
      const past = await place(harness.app, house)
      const repliedAt = clock.now()
      await sent(String(past['id']), { sentAt: new Date(repliedAt.getTime() - minutes * 60_000), repliedAt })
      await call(harness.app, 'POST', `/v1/orders/${past['id']}/cancel`)
    }
    const item = (await pending('?status=sent')).items.find((one) => one['order'] === order['id'])
    expect(item).toMatchObject({
      ...{ age: 3_600, attempts: 2, late: false, domain: order['domain'], billingOrderId: order['billingOrderId'] },
      ...{ connection: { id: harness.connection.id, title: harness.connection.title }, account: 'house' },
      deadline: new Date(clock.now().getTime() + 3_600_000).toISOString(),
      lastReply: { mail: mail.id, stage: 'informational', effect: 'noted by reference' },
      usualReply: { count: 10, p50: 330, p95: 573 },
    })
  })

  test('pages stay right while orders come and go', async () => {
    const before = ordersOf(await pending('?limit=200'))
    const first = await pending('?limit=2')
    await place(harness.app, house)
    await call(harness.app, 'POST', `/v1/orders/${before[0]}/cancel`)
    const rest = await pending(`?limit=200&cursor=${first.next}`)
    expect([...ordersOf(first), ...ordersOf(rest)].slice(0, before.length)).toEqual(before)
    expect(rest.next).toBeNull()
  })

  test("F66: a token of one account sees that account's alone", async () => {
    const { json } = await call(harness.local, 'POST', '/local/tokens', {
      body: { name: 'shop', scope: 'billing', account: 'house' },
    })
    const items = (await pending('?limit=200', String(json['token']))).items
    expect(items.length).toBeGreaterThan(0)
    expect(new Set(items.map(({ account }) => account))).toEqual(new Set(['house']))
  })

  test('a query that is not known, and a cursor of another list, are told', async () => {
    expect((await call(harness.app, 'GET', '/v1/pending?state=sent')).status).toBe(422)
    const { json } = await call(harness.app, 'GET', '/v1/orders?limit=1')
    expect((await call(harness.app, 'GET', `/v1/pending?cursor=${json['next']}`)).status).toBe(422)
  })
})
