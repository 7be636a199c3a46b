import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fault } from '../../src/core/errors.js'
import { createHttpApp } from '../../src/http/app.js'
import { createMetrics } from '../../src/http/metrics.js'
import { call, type Harness, openHarness, orderBody, place } from './harness.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

describe('what no route answers', () => {
  test.each([
    ['GET', '/v1/nothing', 404],
    ['POST', '/v1/nothing', 404],
    ['GET', '/nothing', 404],
    ['PUT', '/v1/orders', 405],
    ['GET', '/v1/preview', 405],
    ['DELETE', '/livez', 405],
    ['PATCH', '/v1/orders/x/payment', 405],
  ])('%s %s: %i as a problem', async (method, path, status) => {
    const answer = await call(harness.app, method, path, { token: null })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.json).toMatchObject({ status, type: expect.any(String), title: expect.any(String), errors: [] })
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/POST|GET/)
  })
})

const WHOLE = new Set<string | symbol>(['transaction', 'together', 'ping'])

/** The app on a store whose every table throws. */
const withBrokenStore = (error: Error) => {
  const thrower = new Proxy({}, { get: () => () => Promise.reject(error) })
  const store = new Proxy(harness.deps.store, {
    get: (target, key) => (WHOLE.has(key) ? () => Promise.reject(error) : key in target ? thrower : undefined),
  })
  return createHttpApp({
    deps: { ...harness.deps, store },
    settings: { token: 'test-admin-token', publicUrl: null, trustedProxies: [], timezone: 'UTC', apiPerMinute: 1_200 },
    health: async () => ({ ready: true, parts: [] }),
    metrics: createMetrics({ store, processMetrics: false }),
    links: harness.links,
  })
}

describe('a store that is away', () => {
  const away = () =>
    withBrokenStore(
      new Fault('store-unavailable', 'the database does not answer; try again later (ECONNREFUSED 192.0.2.7:5432)', {
        temporary: true,
      }),
    )

  test.each([
    ['GET', '/v1/orders', undefined],
    ['POST', '/v1/orders', orderBody()],
    ['GET', '/v1/domains/example.de', undefined],
    ['GET', '/v1/actions', undefined],
    ['GET', '/v1/mails', undefined],
  ])('%s %s: 503 with Retry-After', async (method, path, body) => {
    const answer = await call(away(), method, path, { body })
    expect(answer.json).toMatchObject({ status: 503, detail: expect.stringContaining('does not answer') })
    expect(answer.headers.get('retry-after')).toBe('5')
  })

  test('a token that cannot be looked up is no wrong token', async () => {
    expect((await call(away(), 'GET', '/v1/orders', { token: 'sp_x' })).status).toBe(503)
  })

  test('the console says so too', async () => {
    const answer = await call(away(), 'GET', '/login', { token: null })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
    expect(answer.text).toContain('the database does not answer')
  })

  test.each(['/v1/orders', '/login'])('%s tells nobody where it is', async (path) => {
    const { text } = await call(away(), 'GET', path, { token: 'sp_guess' })
    expect(text).not.toMatch(/192\.0\.2\.7|ECONNREFUSED/)
  })

  test('metrics go on without what the store counts', async () => {
    const { status, text } = await call(away(), 'GET', '/metrics')
    expect(status).toBe(200)
    expect(text).toContain('sealpost_mails_received_total 0')
    expect(text).not.toMatch(/^sealpost_domains\{/m)
  })
})

test('an unexpected error tells nothing but the id that the log has too', async () => {
  harness.logged.length = 0
  const answer = await call(withBrokenStore(new Error('secret inner text')), 'GET', '/v1/orders')
  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('secret inner text')
  const id = answer.headers.get('x-request-id')
  expect(answer.json['detail']).toContain(id)
  expect(harness.logged).toMatchObject([{ level: 'error', fields: { requestId: id } }])
})

test('a permanent fault says what to mend', async () => {
  const answer = await call(
    withBrokenStore(new Fault('key-missing', 'Key x.asc is missing', { temporary: false })),
    'GET',
    '/v1/orders',
  )
  expect(answer.json).toMatchObject({ status: 500, detail: expect.stringContaining('Key x.asc is missing') })
})

describe('OpenAPI', () => {
  type Operation = { responses: Record<string, unknown>; requestBody?: { content: Record<string, { schema: object }> } }
  type Document = {
    openapi: string
    paths: Record<string, Record<string, Operation>>
    components: { schemas: Record<string, object> }
  }

  test('describes every route under /v1, with its problems', async () => {
    const { json } = await call(harness.app, 'GET', '/openapi.json', { token: null })
    const document = json as Document
    expect(document.openapi).toBe('3.1.0')
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const routed = harness.app.routes
      .filter(({ path, method }) => path.startsWith('/v1/') && method !== 'ALL')
      .map(({ path, method }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect(described.sort()).toEqual([...new Set(routed)].sort())
    for (const operations of Object.values(document.paths))
      for (const { responses } of Object.values(operations)) expect(Object.keys(responses)).toContain('422')
  })

  test('names the fields of an order and which are required', async () => {
    const { json } = await call(harness.app, 'GET', '/openapi.json', { token: null })
    const schemas = (json as Document).components.schemas
    expect(schemas['OrderRequest']).toMatchObject({
      required: ['billingOrderId', 'account', 'action', 'domain'],
      additionalProperties: false,
    })
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(['Order', 'Domain', 'Action', 'Mail', 'Problem']))
  })
})

describe('health', () => {
  test('is alive and ready, and names each part', async () => {
    expect((await call(harness.app, 'GET', '/livez', { token: null })).json).toEqual({ status: 'alive' })
    const { json } = await call(harness.app, 'GET', '/readyz', { token: null })
    expect(json).toEqual({ status: 'ready', parts: { database: { ready: true, detail: 'ok' } } })
  })

  test('is not ready without a part, and says which', async () => {
    const before = harness.health.report
    harness.health.report = { ready: false, parts: [{ name: 'database', ready: false, detail: 'does not answer' }] }
    const { json } = await call(harness.app, 'GET', '/readyz', { token: null })
    harness.health.report = before
    expect(json).toMatchObject({
      status: 503,
      detail: 'not ready: database: does not answer',
      parts: { database: { ready: false } },
    })
  })
})

test('metrics count domains, open orders, and requests by route', async () => {
  const order = await place(harness.app)
  await call(harness.app, 'GET', `/v1/orders/${order['id']}`)
  await call(harness.app, 'GET', '/v1/orders/nothing')
  const { text, headers } = await call(harness.app, 'GET', '/metrics')
  expect(headers.get('content-type')).toMatch(/^text\/plain/)
  expect(text).toContain('sealpost_domains{status="Pending"} 1')
  expect(text).toContain('sealpost_orders_open{status="awaiting-payment"} 1')
  expect(text).toContain('sealpost_http_requests_total{route="/v1/orders/:id",method="GET",status="200"} 1')
  expect(text).toContain('sealpost_http_requests_total{route="/v1/orders/:id",method="GET",status="404"} 1')
  expect(text).toContain('route="none"')
  expect(text).not.toContain(order['id'])
})

test.each(['/v1/orders', '/login', '/v1/nothing', '/livez'])('%s has the security headers', async (path) => {
  const { headers } = await call(harness.app, 'GET', path)
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("style-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|script-src/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('same-origin')
  expect(headers.get('strict-transport-security')).toBeNull()
})
