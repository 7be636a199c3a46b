import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, type Harness, openHarness, orderBody, place } from './harness.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

const without = (field: string) => {
  const body = orderBody()
  delete body[field]
  return body
}

describe('POST /v1/orders', () => {
  test('answers 202 with the order and where it is', async () => {
    const body = orderBody({ domain: 'bücher-müller.de', price: { amount: '9.90', currency: 'EUR' } })
    const { status, json, headers } = await call(harness.app, 'POST', '/v1/orders', { body })
    expect(status).toBe(202)
    expect(headers.get('location')).toBe(`/v1/orders/${json['id']}`)
    expect(json).toMatchObject({
      status: 'awaiting-payment',
      domain: 'xn--bcher-mller-thbg.de',
      unicodeName: 'bücher-müller.de',
      paid: false,
      origin: 'store',
      period: null,
      contacts: { holder: [{ handle: 'DENIC-1234-MUSTER' }] },
      price: { amount: '9.90', currency: 'EUR' },
    })
    expect(harness.rung.filter(({ kind }) => kind === 'send-request')).toEqual([])
  })

  test("a provider's order is queued at once and has its origin", async () => {
    const body = orderBody({ account: { id: 'house', type: 'provider' } })
    const { json } = await call(harness.app, 'POST', '/v1/orders', { body })
    expect(json).toMatchObject({ status: 'queued', origin: 'provider' })
    expect(harness.rung).toContainEqual({ kind: 'send-request', id: (json['request'] as { id: string }).id })
  })

  test('takes null for absent, a list of contacts, and any content type', async () => {
    const body = orderBody({
      authInfo: null,
      period: null,
      contacts: { holder: [{ handle: 'DENIC-1234-A' }], tech: null },
    })
    const answer = await call(harness.app, 'POST', '/v1/orders', {
      raw: JSON.stringify(body),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(answer.status).toBe(202)
    expect(answer.json['contacts']).toEqual({ holder: [{ handle: 'DENIC-1234-A' }] })
  })

  test('a password is never shown', async () => {
    const order = await place(harness.app, { action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
    const { text } = await call(harness.app, 'GET', `/v1/orders/${order['id']}`)
    expect(text).not.toContain('Ab3-xY7_kQ')
    expect(JSON.parse(text)['authInfo']).toBe('***')
  })

  test.each([
    ['no domain', () => without('domain'), 422, '/domain', /missing; give a string/],
    ['a null domain', () => orderBody({ domain: null }), 422, '/domain', /missing/],
    ['an unknown field', () => orderBody({ nameserver: [] }), 422, '/nameserver', /not a field that is known/],
    [
      'an unknown role',
      () => orderBody({ contacts: { owner: { handle: 'X' } } }),
      422,
      '/contacts/owner',
      /not a field/,
    ],
    [
      'an unknown field deep within',
      () => orderBody({ contacts: { holder: { hndl: 'X' } } }),
      422,
      '/contacts/holder/hndl',
      /not a field/,
    ],
    ['an empty contact', () => orderBody({ contacts: { holder: {} } }), 422, '/contacts/holder', /is empty/],
    [
      'a contact that is text',
      () => orderBody({ contacts: { holder: 'X' } }),
      422,
      '/contacts/holder',
      /an object or a list/,
    ],
    [
      'a wrong one of several contacts',
      () => orderBody({ contacts: { tech: [{ handle: 'A' }, { handle: 5 }] } }),
      422,
      '/contacts/tech/1/handle',
      /must be a string/,
    ],
    ['a line break', () => orderBody({ authInfo: 'a\nBcc: x@y' }), 422, '/authInfo', /line breaks/],
    [
      'an escape sequence',
      () => orderBody({ billingOrderId: 'a\u001b[2J' }),
      422,
      '/billingOrderId',
      /control characters/,
    ],
    ['half a surrogate pair', () => orderBody({ billingOrderId: 'a\ud800' }), 422, '/billingOrderId', /broken Unicode/],
    ['a line separator', () => orderBody({ billingOrderId: 'a\u2028b' }), 422, '/billingOrderId', /line breaks/],
    [
      'text that is too long',
      () => orderBody({ billingOrderId: 'x'.repeat(101) }),
      422,
      '/billingOrderId',
      /at most 100 characters/,
    ],
    ['empty text', () => orderBody({ billingOrderId: '' }), 422, '/billingOrderId', /is empty/],
    ['an unknown action', () => orderBody({ action: 'steal' }), 422, '/action', /must be one of: register, transfer/],
    ['half a year', () => orderBody({ period: { years: 0.5 } }), 422, '/period/years', /a whole number/],
    [
      'a number as amount',
      () => orderBody({ price: { amount: 9.9, currency: 'EUR' } }),
      422,
      '/price/amount',
      /must be a string/,
    ],
    [
      'no currency',
      () => orderBody({ price: { amount: '9.90', currency: 'Euro' } }),
      422,
      '/price/currency',
      /ISO 4217/,
    ],
    [
      'a bad time',
      () => orderBody({ agreement: { version: '1', acceptedBy: 'x', acceptedAt: 'today' } }),
      422,
      '/agreement/acceptedAt',
      /RFC 3339/,
    ],
    ['a bad address', () => orderBody({ notify: 'a@b, c@d' }), 422, '/notify', /one e-mail address/],
    ['a bad name', () => orderBody({ domain: '-bad-.de' }), 422, '/domain', /./],
    ['a sub-domain', () => orderBody({ domain: 'www.example.de' }), 422, '/domain', /sub-domain/],
    [
      'an unknown connection',
      () => orderBody({ connection: 'nobody' }),
      422,
      '/connection',
      /none of: DENIC main account/,
    ],
    ['a TLD of nobody', () => orderBody({ domain: 'example.com' }), 422, '/domain', /supported are: de/],
    ['an action that the registry lacks', () => orderBody({ action: 'renew' }), 422, '/action', /./],
    ['one name server', () => orderBody({ nameservers: [{ host: 'ns1.example.net' }] }), 422, '/nameservers', /./],
    ['a list instead of an order', () => [orderBody()], 422, '', /an object/],
    ['a prototype', () => JSON.parse(`{"__proto__":{"paid":true},"domain":"a.de"}`), 422, '/__proto__', /not a field/],
  ])('refuses %s', async (_, body, status, pointer, detail) => {
    const answer = await call(harness.app, 'POST', '/v1/orders', { body: body() })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.json).toMatchObject({ status, title: expect.any(String), type: expect.stringMatching(/^urn:/) })
    expect(answer.json['detail']).toMatch(/\S/)
    const errors = answer.json['errors'] as { pointer: string; detail: string }[]
    expect(errors.find((error) => error.pointer === pointer)?.detail, answer.text).toMatch(detail)
    for (const error of errors) expect(error.detail).not.toMatch(/Invalid|expected|received/)
  })

  test.each([
    ['nothing', '', 422],
    ['half an object', '{"domain":', 400],
    ['octets that are not UTF-8', Uint8Array.from([0x22, 0xff, 0x22]), 400],
    ['more than 1 MiB', `"${'x'.repeat(1024 * 1024)}"`, 413],
  ])('refuses %s as a body', async (_, raw, status) => {
    const answer = await call(harness.app, 'POST', '/v1/orders', { raw })
    expect(answer.status).toBe(status)
    expect(answer.json['detail']).toMatch(/\S/)
  })

  test('says every problem at once', async () => {
    const { json } = await call(harness.app, 'POST', '/v1/orders', { body: { account: { type: 'x' }, extra: 1 } })
    const pointers = (json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)
    expect(pointers.sort()).toEqual(['/account/id', '/account/type', '/action', '/billingOrderId', '/domain', '/extra'])
  })
})

describe('the same order again', () => {
  test('by key: the first answer; another body: 422', async () => {
    const body = orderBody()
    const headers = { 'idempotency-key': 'key-1' }
    const first = await call(harness.app, 'POST', '/v1/orders', { body, headers })
    const second = await call(harness.app, 'POST', '/v1/orders', { body, headers })
    expect(second.status).toBe(202)
    expect(second.json).toEqual(first.json)
    const other = await call(harness.app, 'POST', '/v1/orders', { body: orderBody(), headers })
    expect(other.json).toMatchObject({ status: 422, type: 'urn:sealpost:problem:key-reused' })
  })

  test('by billing id: the first order; another body: 409', async () => {
    const body = orderBody()
    const first = await call(harness.app, 'POST', '/v1/orders', { body })
    const second = await call(harness.app, 'POST', '/v1/orders', { body, headers: { 'idempotency-key': 'key-2' } })
    expect(second.json['id']).toBe(first.json['id'])
    const other = await call(harness.app, 'POST', '/v1/orders', { body: { ...body, period: { years: 1 } } })
    expect(other.status).toBe(409)
  })

  test('another order on a domain that has an open one: 409', async () => {
    const order = await place(harness.app)
    const answer = await call(harness.app, 'POST', '/v1/orders', { body: orderBody({ domain: order['domain'] }) })
    expect(answer.status).toBe(409)
    expect(answer.json['detail']).toContain(order['id'])
  })

  test.each(['x'.repeat(256), 'with space'])('refuses the key %s', async (key) => {
    const headers = { 'idempotency-key': key }
    const answer = await call(harness.app, 'POST', '/v1/orders', { body: orderBody(), headers })
    expect(answer.json).toMatchObject({ status: 422, detail: expect.stringContaining('Idempotency-Key') })
  })
})

describe('POST /v1/orders/{id}/payment', () => {
  test.each([
    ['no body', {}],
    ['an empty body of some content type', { raw: '', headers: { 'content-type': 'text/plain' } }],
    ['an empty body that says it is JSON', { raw: '', headers: { 'content-type': 'application/json' } }],
    ['an empty object', { body: {} }],
    ['both fields', { body: { paidAt: '2026-02-01T10:00:00+01:00', reference: 'PAY-1' } }],
  ])('takes %s and queues the order', async (_, options) => {
    const { id } = await place(harness.app)
    const answer = await call(harness.app, 'POST', `/v1/orders/${id}/payment`, options)
    expect(answer.json).toMatchObject({ id, status: 'queued', paid: true })
    const again = await call(harness.app, 'POST', `/v1/orders/${id}/payment`, options)
    expect(again.json).toEqual(answer.json)
    expect(again.status).toBe(200)
  })

  test('keeps when and by what it was paid', async () => {
    const { id } = await place(harness.app)
    const body = { paidAt: '2026-02-01T10:00:00+01:00', reference: 'PAY-1' }
    const { json } = await call(harness.app, 'POST', `/v1/orders/${id}/payment`, { body })
    expect(json).toMatchObject({ paidAt: '2026-02-01T09:00:00.000Z', paymentReference: 'PAY-1' })
  })

  test.each([
    ['an unknown order', '0195f3c0-0000-7000-8000-000000000000', {}, 404],
    ['an id that is none', 'nothing', {}, 404],
    ['a bad time', null, { body: { paidAt: '1.2.2026' } }, 422],
    ['an unknown field', null, { body: { amount: 1 } }, 422],
    ['no JSON', null, { raw: 'paid' }, 400],
  ])('refuses %s', async (_, id, options, status) => {
    const target = id ?? (await place(harness.app))['id']
    const answer = await call(harness.app, 'POST', `/v1/orders/${target}/payment`, options)
    expect(answer.json).toMatchObject({ status, detail: expect.stringMatching(/\S/) })
  })
})

describe('GET /v1/orders', () => {
  test('pages through all of them, newest first', async () => {
    for (let i = 0; i < 4; i++) await place(harness.app)
    const all = await call(harness.app, 'GET', '/v1/orders?limit=200')
    const ids = (all.json['items'] as { id: string }[]).map(({ id }) => id)
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof call>> = await call(
        harness.app,
        'GET',
        `/v1/orders?limit=3&cursor=${cursor}`,
      )
      expect(page.status).toBe(200)
      seen.push(...(page.json['items'] as { id: string }[]).map(({ id }) => id))
      cursor = page.json['next'] as string | null
      if (cursor !== null) expect(encodeURIComponent(cursor)).toBe(cursor)
    }
    expect(seen).toEqual(ids)
    expect([...ids].sort().reverse()).toEqual(ids)
  })

  test('filters by status and by domain as people write it', async () => {
    const order = await place(harness.app, { domain: 'größe.de' })
    const byName = await call(harness.app, 'GET', `/v1/orders?domain=${encodeURIComponent('Größe.de')}`)
    expect((byName.json['items'] as { id: string }[]).map(({ id }) => id)).toEqual([order['id']])
    const byStatus = await call(harness.app, 'GET', '/v1/orders?status=done')
    expect(byStatus.json).toEqual({ items: [], next: null })
  })

  test.each([
    ['limit=0', '/limit'],
    ['limit=201', '/limit'],
    ['limit=-1', '/limit'],
    ['limit=ten', '/limit'],
    ['cursor=nonsense', '/cursor'],
    ['status=paid', '/status'],
    ['state=done', '/state'],
  ])('refuses ?%s', async (query, pointer) => {
    const { json } = await call(harness.app, 'GET', `/v1/orders?${query}`)
    expect(json).toMatchObject({ status: 422, errors: [{ pointer }] })
  })

  test.each(['0195f3c0-0000-7000-8000-000000000000', 'nothing', '%00', '..%2f..'])(
    '404 for the order %s',
    async (id) => {
      expect((await call(harness.app, 'GET', `/v1/orders/${id}`)).json).toMatchObject({ status: 404 })
    },
  )
})

describe('POST /v1/preview', () => {
  test('shows the signed mail; nothing is stored', async () => {
    const body = orderBody({ domain: 'vorschau.de' })
    const { status, json } = await call(harness.app, 'POST', '/v1/preview', { body })
    expect(status).toBe(200)
    expect(json['envelope']).toEqual({
      from: 'bounce+preview@in.hoster.example',
      to: ['robot@registry.example'],
    })
    expect(json['raw']).toContain('BEGIN PGP SIGNED MESSAGE')
    expect((await call(harness.app, 'GET', '/v1/domains/vorschau.de')).status).toBe(404)
  })

  test('refuses what an order would be refused for', async () => {
    const { json } = await call(harness.app, 'POST', '/v1/preview', { body: orderBody({ nameservers: [] }) })
    expect(json).toMatchObject({ status: 422 })
  })
})
