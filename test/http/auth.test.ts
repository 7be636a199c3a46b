import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, type Harness, openHarness, orderBody, place } from './harness.js'

let harness: Harness
/** By name: no token, one that is not known, and one of each kind. */
const tokens: Record<string, string | null> = { none: null, unknown: 'sp_unknown' }
let own: Record<string, string>
let foreign: Record<string, string>

beforeAll(async () => {
  harness = await openHarness()
  for (const [name, scope, account] of [
    ['admin', 'admin', null],
    ['billing', 'billing', null],
    ['account', 'billing', 'cust-7'],
  ]) {
    const { json } = await call(harness.local, 'POST', '/local/tokens', { body: { name, scope, account } })
    tokens[String(name)] = String(json['token'])
  }
  own = await place(harness.app)
  foreign = await place(harness.app, { account: { id: 'cust-8', type: 'customer' } })
})
afterAll(() => harness.close())

const KINDS = ['none', 'unknown', 'account', 'billing', 'admin'] as const

describe.each([
  // method, path, then the status for: no token, an unknown one, an account's, a billing one, an admin one
  ['GET', '/v1/orders', 401, 401, 200, 200, 200],
  ['GET', '/v1/orders/OWN', 401, 401, 200, 200, 200],
  ['GET', '/v1/orders/FOREIGN', 401, 401, 403, 200, 200],
  ['POST', '/v1/orders/FOREIGN/payment', 401, 401, 403, 200, 200],
  ['GET', '/v1/domains', 401, 401, 403, 200, 200],
  ['GET', '/v1/domains/OWN-DOMAIN', 401, 401, 200, 200, 200],
  ['GET', '/v1/domains/FOREIGN-DOMAIN', 401, 401, 404, 200, 200],
  ['GET', '/v1/domains/OWN-DOMAIN/timeline', 401, 401, 403, 200, 200],
  ['GET', '/v1/actions', 401, 401, 403, 200, 200],
  ['GET', '/v1/mails', 401, 401, 403, 200, 200],
  ['GET', '/v1/mails/x', 401, 401, 403, 404, 404],
  ['GET', '/v1/mails/x/raw', 401, 401, 403, 404, 404],
  ['GET', '/v1/connections', 401, 401, 403, 403, 200],
  ['GET', '/v1/connections/x', 401, 401, 403, 403, 404],
  ['POST', '/v1/connections', 401, 401, 403, 403, 422],
  ['DELETE', '/v1/connections/x', 401, 401, 403, 403, 404],
  ['POST', '/v1/preview', 401, 401, 403, 403, 422],
  ['POST', '/v1/orders', 401, 401, 422, 422, 422],
  ['GET', '/metrics', 401, 401, 403, 200, 200],
  ['GET', '/openapi.json', 200, 200, 200, 200, 200],
  ['GET', '/livez', 200, 200, 200, 200, 200],
  ['GET', '/readyz', 200, 200, 200, 200, 200],
])('%s %s', (method, path, ...statuses) => {
  test.each(KINDS.map((kind, index) => [kind, statuses[index]] as const))(
    'with the token %s: %i',
    async (kind, status) => {
      const target = path
        .replace('OWN-DOMAIN', String(own['domain']))
        .replace('FOREIGN-DOMAIN', String(foreign['domain']))
        .replace('OWN', String(own['id']))
        .replace('FOREIGN', String(foreign['id']))
      const answer = await call(harness.app, method, target, { token: tokens[kind] ?? null })
      expect(answer.status, answer.text).toBe(status)
      if (answer.status >= 400) expect(answer.json['detail']).toMatch(/\S/)
      if (answer.status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
    },
  )
})

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
  const as = (body: unknown, path = '/v1/orders') =>
    call(harness.app, 'POST', path, { body, token: tokens['account'] ?? null })

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
    const { json } = await call(harness.app, 'GET', '/v1/orders', { token: tokens['account'] ?? null })
    const accounts = (json['items'] as { account: { id: string } }[]).map(({ account }) => account.id)
    expect(new Set(accounts)).toEqual(new Set(['cust-7']))
  })
})

test('the log says which token it was, and two tokens do not share idempotency keys', async () => {
  const headers = { 'idempotency-key': 'shared' }
  const first = await call(harness.app, 'POST', '/v1/orders', {
    body: orderBody(),
    headers,
    token: tokens['billing'] ?? null,
  })
  const second = await call(harness.app, 'POST', '/v1/orders', {
    body: orderBody(),
    headers,
    token: tokens['admin'] ?? null,
  })
  expect([first.status, second.status]).toEqual([202, 202])
  const { json } = await call(harness.app, 'GET', '/v1/actions?level=info&limit=2')
  expect((json['items'] as { actor: string }[]).map(({ actor }) => actor)).toEqual(['token:admin', 'token:billing'])
})
