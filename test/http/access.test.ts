import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aDomain, aMail } from '../store/samples.js'
import { type Answer, call, type Harness, openHarness, orderBody, place } from './harness.js'

type Rule = 'account' | 'list' | 'shared' | 'admin'

/**
 * Who may call what, for every operation of the OpenAPI document: a new one needs a rule here. The data belong to the
 * account `mine`; `theirs` is another account's token.
 *
 * `account`: whose it is, any billing token of no account, admins. `list`: likewise, and another account gets a list
 * without it. `shared`: it shows all accounts, so no account's own token. `admin`: admins alone. `done`: what whoever may
 * call is answered here, if not a success.
 */
const RULES: Record<string, { rule: Rule; body?: () => unknown; done?: number | readonly number[] }> = {
  'POST /v1/orders': { rule: 'account', body: () => secretOrder() },
  'GET /v1/orders': { rule: 'list' },
  'GET /v1/orders/{id}': { rule: 'account' },
  // It was placed by the API.
  'GET /v1/orders/{id}/form': { rule: 'account', done: 404 },
  'POST /v1/orders/{id}/payment': { rule: 'account', body: () => ({}) },
  // Whoever comes first cancels it, and the next hear that it is closed.
  'POST /v1/orders/{id}/cancel': { rule: 'account', done: [200, 409] },
  'POST /v1/orders/{id}/retry': { rule: 'account', done: 409 },
  'POST /v1/orders/{id}/approve': { rule: 'account', done: 409 },
  'POST /v1/orders/{id}/reject': { rule: 'account', body: () => ({ note: 'no' }), done: 409 },
  'POST /v1/orders/{id}/dns-prepared': { rule: 'account', done: 409 },
  'POST /v1/orders/{id}/reset': { rule: 'account', done: 409 },
  'POST /v1/orders/{id}/check': { rule: 'account', done: 409 },
  // Another account is refused each order by itself.
  'POST /v1/orders/batch': { rule: 'list', body: () => ({ orders: [secretOrder()] }) },
  'GET /v1/pending': { rule: 'list' },
  'GET /v1/forms': { rule: 'list' },
  'POST /v1/preview': { rule: 'admin', body: () => secretOrder() },
  'GET /v1/domains': { rule: 'shared' },
  'GET /v1/domains/{name}': { rule: 'account' },
  'PATCH /v1/domains/{name}': { rule: 'admin', body: () => ({ account: { id: 'x', type: 'customer' } }), done: 409 },
  'POST /v1/domains/{name}/dismiss': { rule: 'admin', body: () => ({ note: 'looked' }), done: 409 },
  'GET /v1/domains/{name}/timeline': { rule: 'shared' },
  'GET /v1/actions': { rule: 'shared' },
  'GET /v1/mails': { rule: 'shared' },
  'GET /v1/mails/{id}': { rule: 'shared' },
  'POST /v1/mails/{id}/assign': { rule: 'admin', body: () => ({}), done: 422 },
  'GET /v1/tickets': { rule: 'admin' },
  'GET /v1/tickets/{id}': { rule: 'admin', done: 404 },
  'POST /v1/tickets/{id}/close': { rule: 'admin', body: () => ({}), done: 422 },
  'GET /v1/mails/{id}/raw': { rule: 'shared' },
  'POST /v1/mails/{id}/replay': { rule: 'admin', done: [202, 409] },
  'GET /v1/connections/{id}/rules': { rule: 'admin' },
  'POST /v1/connections/{id}/rules': { rule: 'admin', body: () => ({}), done: 422 },
  'POST /v1/connections/{id}/rules/try': { rule: 'admin', body: () => ({}) },
  'POST /v1/connections/{id}/templates/try': { rule: 'admin', body: () => ({ action: 'register' }) },
  'GET /v1/rules/{id}': { rule: 'admin' },
  'PATCH /v1/rules/{id}': { rule: 'admin', body: () => ({}) },
  'GET /v1/domains/{name}/evidence': { rule: 'admin' },
  'GET /v1/orders/{id}/evidence': { rule: 'admin' },
  'POST /v1/erasures': { rule: 'admin', body: () => ({ contact: 'nobody@example.net' }) },
  'GET /v1/connections': { rule: 'admin' },
  'POST /v1/connections': { rule: 'admin', body: () => ({}), done: 422 },
  'GET /v1/connections/{id}': { rule: 'admin' },
  'PATCH /v1/connections/{id}': { rule: 'admin', body: () => ({}) },
  'POST /v1/connections/{id}/pause': { rule: 'admin' },
  'POST /v1/connections/{id}/resume': { rule: 'admin' },
  'GET /v1/connections/{id}/checklist': { rule: 'admin' },
  'POST /v1/connections/{id}/checklist/{item}': { rule: 'admin', body: () => ({}), done: 404 },
  'POST /v1/connections/{id}/rehearse': { rule: 'admin' },
  'POST /v1/connections/{id}/test': { rule: 'admin', body: () => ({ waitSeconds: 0 }) },
  'GET /v1/tlds': { rule: 'list' },
  'GET /v1/tlds/{tld}': { rule: 'list' },
  'PUT /v1/tlds/{tld}': { rule: 'admin', body: () => ({ connection: harness.connection.id }) },
  'GET /v1/prices': { rule: 'list' },
  'PUT /v1/tlds/{tld}/prices/{action}': { rule: 'admin', body: () => ({ price: null }), done: 422 },
  'DELETE /v1/connections/{id}': { rule: 'admin', done: [204, 409] },
  'GET /v1/webhooks': { rule: 'admin' },
  'POST /v1/webhooks': { rule: 'admin', body: () => ({}), done: 422 },
  'GET /v1/webhooks/{id}': { rule: 'admin' },
  'PATCH /v1/webhooks/{id}': { rule: 'admin', body: () => ({}) },
  'POST /v1/webhooks/{id}/rotate': { rule: 'admin' },
  'POST /v1/webhooks/{id}/test': { rule: 'admin' },
  'POST /v1/webhooks/{id}/redeliver': { rule: 'admin', body: () => ({}) },
  'GET /v1/webhooks/{id}/deliveries/{deliveryId}': { rule: 'admin', done: 404 },
  'POST /v1/webhooks/{id}/deliveries/{deliveryId}/redeliver': { rule: 'admin', done: 404 },
  'DELETE /v1/webhooks/{id}': { rule: 'admin' },
  'GET /v1/notices': { rule: 'admin' },
  'GET /v1/notices/{id}': { rule: 'admin' },
  'POST /v1/notices/{id}/send': { rule: 'admin' },
  'GET /v1/accounts/{id}/notifications': { rule: 'admin' },
  'PUT /v1/accounts/{id}/notifications': { rule: 'admin', body: () => ({ mail: true }) },
}

const CALLERS = ['nobody', 'a stranger', 'theirs', 'mine', 'billing', 'admin'] as const
type Caller = (typeof CALLERS)[number]
type Outcome = 'unknown' | 'refused' | 'done'

const OUTCOMES: Record<Rule, Record<Caller, Outcome>> = {
  account: {
    ...{ nobody: 'unknown', 'a stranger': 'unknown', theirs: 'refused' },
    ...{ mine: 'done', billing: 'done', admin: 'done' },
  },
  list: {
    ...{ nobody: 'unknown', 'a stranger': 'unknown', theirs: 'done' },
    ...{ mine: 'done', billing: 'done', admin: 'done' },
  },
  shared: {
    ...{ nobody: 'unknown', 'a stranger': 'unknown', theirs: 'refused' },
    ...{ mine: 'refused', billing: 'done', admin: 'done' },
  },
  admin: {
    ...{ nobody: 'unknown', 'a stranger': 'unknown', theirs: 'refused' },
    ...{ mine: 'refused', billing: 'refused', admin: 'done' },
  },
}

/** Stands in all data of the account `mine`, and in no path. */
const SECRET = 'SECRET'
const secretOrder = (change: Record<string, unknown> = {}) => ({
  ...orderBody({ account: { id: 'mine', type: 'customer', email: `${SECRET}@example.net` }, ...change }),
  billingOrderId: `${SECRET}-${++secrets}`,
})
let secrets = 0

let harness: Harness
let operations: string[]
const tokens: Record<Caller, string | null> = {
  ...{ nobody: null, 'a stranger': `sp_${'A'.repeat(43)}`, theirs: '', mine: '', billing: '', admin: '' },
}
/** What a path's parameter is filled with, by the path's second word. */
let ids: Record<string, string>

beforeAll(async () => {
  harness = await openHarness()
  const made = async (body: Record<string, string>): Promise<string> =>
    String((await call(harness.local, 'POST', '/local/tokens', { body })).json['token'])
  tokens.theirs = await made({ name: 'theirs', scope: 'billing', account: 'theirs' })
  tokens.mine = await made({ name: 'mine', scope: 'billing', account: 'mine' })
  tokens.billing = await made({ name: 'billing', scope: 'billing' })
  tokens.admin = await made({ name: 'admin', scope: 'admin' })
  const order = await place(harness.app, secretOrder())
  await place(harness.app, { account: { id: 'theirs', type: 'customer' } })
  const mail = await harness.deps.store.mails.accept(aMail(harness.connection.id))
  const url = 'http://127.0.0.1:1/hooks' // nothing listens there
  const webhook = await call(harness.app, 'POST', '/v1/webhooks', { body: { url, types: ['*'] } })
  const words = { title: 'late', words: ['will be late'], outcome: 'notice' }
  const rule = await call(harness.app, 'POST', `/v1/connections/${harness.connection.id}/rules`, { body: words })
  ids = {
    rules: String(rule.json['id']),
    orders: String(order['id']),
    domains: String(order['domain']),
    mails: mail.id,
    connections: harness.connection.id,
    webhooks: String(webhook.json['id']),
    tickets: '1',
    tlds: 'de',
    notices: (await harness.deps.store.notices.list({}, { limit: 1, cursor: null })).items[0]?.id ?? '',
    accounts: 'mine',
  }
  const { json } = await call(harness.app, 'GET', '/openapi.json', { token: null })
  operations = Object.entries(json['paths'] as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
})
afterAll(() => harness.close())

const callAs = (caller: Caller, operation: string, methodInstead?: string): Promise<Answer> => {
  const [method = '', path = ''] = operation.split(' ')
  const target = path.replace(/\{\w+\}/, ids[path.split('/')[2] ?? ''] ?? '')
  const body = RULES[operation]?.body?.()
  const options = { token: tokens[caller], ...(body === undefined ? {} : { body }) }
  return call(harness.app, methodInstead ?? method, target, options)
}

test('every operation has a rule, and every rule is of an operation', () => {
  expect(operations.length).toBeGreaterThan(10)
  expect(Object.keys(RULES).sort()).toEqual([...operations].sort())
})

describe.each(Object.keys(RULES))('%s', (operation) => {
  const { rule = 'admin', done } = RULES[operation] ?? {}

  test.each(CALLERS.map((caller) => [caller, OUTCOMES[rule][caller]] as const))(
    'called by %s: %s',
    async (caller, outcome) => {
      const answer = await callAs(caller, operation)
      if (outcome === 'unknown') {
        expect(answer.status, answer.text).toBe(401)
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      } else if (outcome === 'refused') {
        expect([403, 404], answer.text).toContain(answer.status)
        expect(answer.json['detail']).toMatch(/\S/)
      } else if (done !== undefined) expect([done].flat(), answer.text).toContain(answer.status)
      else expect([200, 201, 202, 204], answer.text).toContain(answer.status)
      if (caller === 'theirs' || outcome !== 'done') expect(answer.text).not.toContain(SECRET)
    },
  )

  test('asked by HEAD it tells strangers no more', async () => {
    if (!operation.startsWith('GET ')) return
    for (const caller of ['nobody', 'a stranger'] as const)
      expect((await callAs(caller, operation, 'HEAD')).status).toBe(401)
  })
})

test.each(['GET /v1/orders', 'GET /v1/orders/{id}', 'POST /v1/orders'])(
  '%s shows the account what nobody else may see, so that the search for it above can find something',
  async (operation) => {
    expect((await callAs('mine', operation)).text).toContain(SECRET)
  },
)

test.each([
  ['theirs', 403],
  ['mine', 202],
] as const)(
  'a name that was deleted is restored by the account that had it: %s is answered %i',
  async (caller, status) => {
    const order = await place(harness.app, secretOrder({ domain: `deleted-${caller}.de` }))
    const domain = await harness.deps.store.domains.get(`deleted-${caller}.de`)
    const placed = await harness.deps.store.orders.get(String(order['id']))
    if (domain === null || placed === null) throw new Error('the order is gone')
    await harness.deps.store.domains.save({ ...domain, state: 'closed' })
    await harness.deps.store.orders.update({ ...placed, status: 'done' })
    const account = { id: caller, type: 'provider' }
    const body = { billingOrderId: `restore-${caller}`, account, action: 'restore', domain: domain.name }
    const answer = await call(harness.app, 'POST', '/v1/orders', { body, token: tokens[caller] })
    expect(answer.status, answer.text).toBe(status)
  },
)

test.each([
  ['theirs', 'mine', [404, 403]],
  ['mine', 'mine', [200, 202]],
  ['mine', null, [404, 403]],
] as const)(
  'to %s a domain without an order that came in for the account %j is answered %j: read, ordered for',
  async (caller, accountId, statuses) => {
    const name = `without-order-${caller}-${accountId}.de`
    const { id } = harness.connection
    await harness.deps.store.domains.save(
      aDomain(id, { name, unicodeName: name, state: 'registered', detail: 'connected', accountId }),
    )
    const read = await call(harness.app, 'GET', `/v1/domains/${name}`, { token: tokens[caller] })
    const account = { id: caller, type: 'provider' }
    const body = orderBody({ account, action: 'update-nameservers', domain: name })
    const ordered = await call(harness.app, 'POST', '/v1/orders', { body, token: tokens[caller] })
    expect([read.status, ordered.status], ordered.text).toEqual(statuses)
  },
)

describe('/metrics', () => {
  test.each([
    ['nobody', 401],
    ['a stranger', 401],
    ['theirs', 403],
    ['billing', 200],
    ['admin', 200],
  ] as const)('called by %s: %i', async (caller, status) => {
    expect((await call(harness.app, 'GET', '/metrics', { token: tokens[caller] })).status).toBe(status)
  })
})

test.each(['/openapi.json', '/livez', '/readyz'])('%s is for everybody', async (path) => {
  for (const caller of CALLERS)
    expect((await call(harness.app, 'GET', path, { token: tokens[caller] })).status).toBe(200)
})

test('nothing of the local API is on the network, for an administrator neither', async () => {
  const local = harness.local.routes.filter(({ path, method }) => path.startsWith('/local') && method !== 'ALL')
  expect(local.length).toBeGreaterThan(4)
  for (const { method, path } of local)
    expect((await call(harness.app, method, path.replace(/:\w+/, ids['mails'] ?? ''))).status, path).toBe(404)
})
