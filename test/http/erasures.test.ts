import { afterAll, beforeAll, expect, test } from 'vitest'
import { addUser, signIn } from './console-client.js'
import { call, type Harness, openHarness, orderBody } from './harness.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

const erase = (body: object) => call(harness.app, 'POST', '/v1/erasures', { body })
const placed = async (billingOrderId: string): Promise<string> => {
  const account = { id: 'cust-7', type: 'customer', email: 'Gerda@secret.example' }
  const body = orderBody({ billingOrderId, domain: `${billingOrderId}.de`, account })
  const { json } = await call(harness.app, 'POST', '/v1/orders', { body })
  return String(json['id'])
}

test('an order that is over loses its personal data, and says since when', async () => {
  const [over, open] = [await placed('over'), await placed('open')]
  await call(harness.app, 'POST', `/v1/orders/${over}/cancel`)
  const tried = await erase({ contact: 'gerda@SECRET.example', dryRun: true })
  expect([tried.status, tried.json['dryRun'], tried.json['orders']]).toEqual([200, true, [over]])
  const { json } = await erase({ contact: 'gerda@SECRET.example' })
  expect(json).toMatchObject({ dryRun: false, orders: [over], counts: { orders: 1 } })
  expect(json['kept']).toEqual([{ order: open, reason: expect.stringContaining('wait until it is over') }])
  const read = await call(harness.app, 'GET', `/v1/orders/${over}`)
  const erasedAt = harness.deps.clock.now().toISOString()
  expect(read.json).toMatchObject({ erasedAt, contacts: {}, notify: null, account: { id: 'cust-7', email: null } })
  await addUser(harness, 'root')
  const headers = { cookie: await signIn(harness, 'root') }
  expect(await (await harness.app.request(`/orders/${over}`, { headers })).text()).toContain('erased')
})

test('a domain is named in U-labels or A-labels, and no order on another is touched', async () => {
  const [over, other] = [await placed('müller'), await placed('other')]
  for (const id of [over, other]) await call(harness.app, 'POST', `/v1/orders/${id}/cancel`)
  const tried = await erase({ domain: 'xn--mller-kva.de', dryRun: true })
  expect(tried.json).toMatchObject({ dryRun: true, orders: [over], kept: [] })
  expect((await erase({ domain: 'MÜLLER.de' })).json).toMatchObject({ orders: [over] })
  expect((await erase({ domain: 'müller.de' })).json).toMatchObject({ orders: [] })
  expect((await harness.deps.store.orders.get(other))?.erasedAt).toBeNull()
  const { items } = await harness.deps.store.actions.list({ orderId: over }, { limit: 1, cursor: null })
  expect(items).toMatchObject([{ event: 'data.erased', data: { by: 'domain' } }])
})

test('an order that is named and keeps its data is a conflict, one that is not there is not found', async () => {
  const order = await placed('named')
  expect(await erase({ order })).toMatchObject({ status: 409 })
  expect(await erase({ order: '0190a7c2-0000-7000-8000-00000000dead' })).toMatchObject({ status: 404 })
})

test.each([
  ['nobody', {}],
  ['two at once', { order: 'x', account: 'y' }],
  ['an empty contact', { contact: '' }],
  ['another field', { holder: 'x' }],
])('%s is refused', async (_, body) => {
  expect((await erase(body)).status).toBe(422)
})
