import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, type Harness, openHarness, orderBody, place } from './harness.js'

let harness: Harness
const tokens = { admin: '', billing: '', account: '' }
let foreign: Record<string, string>

beforeAll(async () => {
  harness = await openHarness()
  for (const [name, scope, account] of [
    ['admin', 'admin', null],
    ['billing', 'billing', null],
    ['account', 'billing', 'cust-7'],
  ] as const) {
    const { json } = await call(harness.local, 'POST', '/local/tokens', { body: { name, scope, account } })
    tokens[name] = String(json['token'])
  }
  foreign = await place(harness.app, { account: { id: 'cust-8', type: 'customer' } })
})
afterAll(() => harness.close())

test.each([
  ['Basic dGVzdDp0ZXN0', 401],
  ['Bearer', 401],
  [`Bearer ${'x'.repeat(600)}`, 401],
  ['bearer test-admin-token', 200],
  ['Bearer test-admin-token ', 200],
  ['Bearer test-admin-tokem', 401],
])('Authorization: %s', async (authorization, status) => {
  const answer = await call(harness.app, 'GET', '/v1/connections', { token: null, headers: { authorization } })
  expect(answer.status).toBe(status)
})

describe("an account's token", () => {
  const as = (body: unknown, path = '/v1/orders') => call(harness.app, 'POST', path, { body, token: tokens.account })

  test('orders and pays for its account', async () => {
    const { status, json } = await as(orderBody())
    expect(status).toBe(202)
    expect((await as({}, `/v1/orders/${json['id']}/payment`)).status).toBe(200)
  })

  test.each(['/v1/orders', '/v1/preview'])('POST %s for another account: 403', async (path) => {
    expect((await as(orderBody({ account: { id: 'cust-8', type: 'customer' } }), path)).status).toBe(403)
  })

  test('takes no domain that another account has', async () => {
    const provider = await place(harness.app, { account: { id: 'cust-8', type: 'provider' } })
    for (const { domain } of [foreign, provider])
      for (const action of ['transfer', 'update-nameservers'])
        expect((await as(orderBody({ domain, action }))).status).toBe(403)
  })

  test('sees only its own orders in a list', async () => {
    const { json } = await call(harness.app, 'GET', '/v1/orders', { token: tokens.account })
    const accounts = (json['items'] as { account: { id: string } }[]).map(({ account }) => account.id)
    expect(new Set(accounts)).toEqual(new Set(['cust-7']))
  })
})

test('the log says which token it was, and two tokens do not share idempotency keys', async () => {
  const headers = { 'idempotency-key': 'shared' }
  const first = await call(harness.app, 'POST', '/v1/orders', {
    body: orderBody(),
    headers,
    token: tokens.billing,
  })
  const second = await call(harness.app, 'POST', '/v1/orders', {
    body: orderBody(),
    headers,
    token: tokens.admin,
  })
  expect([first.status, second.status]).toEqual([202, 202])
  const { json } = await call(harness.app, 'GET', '/v1/actions?level=info&limit=2')
  expect((json['items'] as { actor: string }[]).map(({ actor }) => actor)).toEqual(['token:admin', 'token:billing'])
})
