import { createHash } from 'node:crypto'
import type { Hono } from 'hono'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHttpApp } from '../../src/http/app.js'
import { createMetrics } from '../../src/http/metrics.js'
import { createFirstUserLink } from '../../src/http/one-time-links.js'
import { call, type Harness, openHarness, place } from './harness.js'

const ORIGIN = 'http://localhost'
const PASSWORD = 'correct horse'

let harness: Harness
let cookie: string

const get = (path: string, headers: Record<string, string> = {}, app: Hono = harness.app) =>
  app.request(path, { headers })

const post = (
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = { origin: ORIGIN },
  app = harness.app,
) =>
  app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })

const cookieOf = (response: Response): string => response.headers.get('set-cookie')?.split(';')[0] ?? ''
const pageText = async (path: string): Promise<string> => (await get(path, { cookie })).text()

beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

describe('the first user', () => {
  test('signs up with a link that works once', async () => {
    const { links, deps } = harness
    expect(await (await get('/login')).text()).toContain('There is no user yet')
    const link = (await createFirstUserLink({ store: deps.store, links, baseUrl: ORIGIN })) ?? ''
    const path = link.slice(ORIGIN.length)
    const token = new URL(link).searchParams.get('token') ?? ''
    expect((await get(path)).status).toBe(200)
    expect((await get('/login/once?token=guess')).status).toBe(403)

    const short = await post('/login/once', { token, name: 'root', password: 'short' })
    expect([short.status, await short.text()]).toEqual([422, expect.stringContaining('8 to 256 characters')])
    const odd = await post('/login/once', { token, name: '<b>', password: PASSWORD })
    expect([odd.status, await odd.text()]).toEqual([422, expect.stringContaining('&lt;b&gt;')])

    const [first, second] = await Promise.all([
      post('/login/once', { token, name: 'root', password: PASSWORD }),
      post('/login/once', { token, name: 'rival', password: PASSWORD }),
    ])
    expect([first.status, second.status]).toEqual([303, 403])
    cookie = cookieOf(first)
    expect((await get('/', { cookie })).status).toBe(200)
    expect((await get(path)).status).toBe(403)
    expect((await post('/login/once', { token, name: 'again', password: PASSWORD })).status).toBe(403)
    expect(await deps.store.users.count()).toBe(1)
    expect(await deps.store.users.findByName('root')).toMatchObject({ role: 'admin' })
  })

  test('has no link once there is a user, and old links stop working', async () => {
    const { links, deps } = harness
    expect(await createFirstUserLink({ store: deps.store, links, baseUrl: ORIGIN })).toBeNull()
    const token = links.issue()
    expect((await get(`/login/once?token=${token}`)).status).toBe(403)
    expect((await post('/login/once', { token, name: 'late', password: PASSWORD })).status).toBe(403)
    const old = links.issue()
    harness.advance(24 * 3_600_000)
    expect(links.consume(old)).toBe(false)
    cookie = cookieOf(await post('/login', { name: 'root', password: PASSWORD }))
  })
})

describe('signing in', () => {
  test('needs the name, the password and a form of ours', async () => {
    const good = await post('/login', { name: 'root', password: PASSWORD })
    expect([good.status, good.headers.get('location')]).toEqual([303, '/'])
    expect(good.headers.get('set-cookie')).toMatch(
      /^sealpost=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    for (const [name, password] of [
      ['root', 'wrong horse'],
      ['nobody', PASSWORD],
      ['', ''],
    ] as const) {
      const response = await post('/login', { name, password })
      expect(response.status).toBe(401)
      expect(response.headers.get('set-cookie')).toBeNull()
      expect(await response.text()).toContain('The name or the password is wrong.')
    }
  })

  test.each([
    ['another site', { origin: 'https://evil.example' }, 403],
    ['another site by its fetch metadata alone', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a program, which names no origin', {}, 303],
    ['a browser that hides the origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }, 403],
    ['our own page by its fetch metadata', { origin: 'null', 'sec-fetch-site': 'same-origin' }, 303],
  ])('a form from %s: %i', async (_, headers, status) => {
    for (const path of ['/login', '/logout']) {
      const response = await post(path, { name: 'root', password: PASSWORD }, headers)
      expect(response.status).toBe(status)
      if (status === 403) expect(await response.text()).toContain('did not come from a page of this console')
    }
  })

  test.each([
    ['/domains/a.de?x=1', '/domains/a.de?x=1'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['\\\\evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['', '/'],
    ['https://evil.example', '/'],
    ['/\nx', '/'],
  ])('leads on to %j', async (next, location) => {
    const response = await post(`/login?${new URLSearchParams({ next })}`, { name: 'root', password: PASSWORD })
    expect(response.headers.get('location')).toBe(location)
  })

  test('is refused after too many tries, even with the right password, until the window ends', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await post('/login', { name: 'victim', password: 'x' })).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    expect((await post('/login', { name: 'root', password: PASSWORD })).status).toBe(303)
    harness.advance(15 * 60_000)
    expect((await post('/login', { name: 'victim', password: 'x' })).status).toBe(401)
  })

  test('ends with the session: after signing out, after 12 hours', async () => {
    const mine = cookieOf(await post('/login', { name: 'root', password: PASSWORD }))
    expect((await get('/', { cookie: mine })).status).toBe(200)
    await post('/logout', {}, { origin: ORIGIN, cookie: mine })
    expect((await get('/', { cookie: mine })).status).toBe(303)
    const next = cookieOf(await post('/login', { name: 'root', password: PASSWORD }))
    harness.advance(12 * 3_600_000)
    expect((await get('/', { cookie: next })).status).toBe(303)
    cookie = cookieOf(await post('/login', { name: 'root', password: PASSWORD }))
  })

  test('over https the cookie is bound to the host', async () => {
    const { deps, links } = harness
    const app = createHttpApp({
      ...{ deps, links, health: async () => ({ ready: true, parts: [] }) },
      metrics: createMetrics({ store: deps.store, processMetrics: false }),
      settings: {
        token: null,
        publicUrl: 'https://console.example.net',
        trustedProxies: [],
        timezone: 'UTC',
        apiPerMinute: 1_200,
      },
    })
    const response = await post(
      '/login',
      { name: 'root', password: PASSWORD },
      { origin: 'https://console.example.net' },
      app,
    )
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-sealpost=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(response.headers.get('strict-transport-security')).toMatch(/max-age/)
  })
})

test.each(['/', '/domains/a.de', '/mails/x', '/mails/x/raw', '/orders/x'])('%s asks for a session', async (path) => {
  for (const headers of [{}, { cookie: 'sealpost=guess' }, { authorization: 'Bearer test-admin-token' }]) {
    const response = await get(path, headers)
    expect([response.status, response.headers.get('location')?.startsWith('/login')]).toEqual([303, true])
  }
})

describe('pages', () => {
  /** Markup, and every character that turns the direction of text. */
  const HOSTILE = '<script>alert("x")</script>\u202e\u2066\u200f\u061c'
  let mailId: string
  let order: Record<string, string>

  beforeAll(async () => {
    const { store, clock, newId } = harness.deps
    order = await place(harness.app, { domain: 'größe.de', account: { id: HOSTILE, type: 'provider' } })
    const raw = Buffer.from(`Subject: ${HOSTILE}\r\nX: \u202e\u001b[2J\r\n\r\n</pre>${HOSTILE}\r\n`)
    const envelope = { from: `${HOSTILE}@evil.example`, to: ['x@in.hoster.example'] }
    const accepted = await store.mails.accept({
      ...{ id: newId(), envelope, receivedAt: clock.now(), connectionId: harness.connection.id, raw },
      sha256: createHash('sha256').update(raw).digest('hex'),
    })
    mailId = accepted.id
    await store.mails.finish(mailId, {
      ...{ stage: 'unrecognised', reason: HOSTILE, orders: [String(order['id'])] },
      verdict: { kind: 'trusted', reason: `signed ${HOSTILE}`, fingerprint: 'ABCD', signedAt: clock.now() },
      replies: [{ outcome: 'refused', reference: null, domain: null, code: '1', text: HOSTILE, effect: HOSTILE }],
    })
    await store.transaction((tables) =>
      tables.actions.append([
        {
          ...{ at: clock.now(), level: 'error', actor: 'registry', event: 'order.refused', mailId },
          ...{ text: `refused: ${HOSTILE}`, domain: 'xn--gre-6ka8i.de', data: { text: HOSTILE } },
        },
      ]),
    )
  })

  beforeEach(async () => {
    cookie = cookieOf(await post('/login', { name: 'root', password: PASSWORD }))
  })

  test.each([
    ['the first page', () => '/'],
    ['a domain', () => '/domains/gr%C3%B6%C3%9Fe.de'],
    ['a mail', () => `/mails/${mailId}`],
    ['an order', () => `/orders/${order['id']}`],
    ['an unknown domain', () => `/domains/${encodeURIComponent(HOSTILE)}`],
    ['an unknown mail', () => `/mails/${encodeURIComponent(HOSTILE)}`],
  ])('%s shows hostile text as text, without a script, a style or a handler', async (_, path) => {
    const page = await pageText(path())
    expect(page).toMatch(/^<!doctype html><html lang="en">/i)
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toMatch(/<script|<\/pre>.*<\/pre>|\sstyle=|\son\w+=|javascript:/i)
    for (const unseen of [...'\u061c\u200f\u202e\u2066\u001b']) expect(page.includes(unseen)).toBe(false)
  })

  test('the first page has the newest errors', async () => {
    const page = await pageText('/')
    expect(page).toContain('refused: ')
    expect(page).toContain('<a href="/domains/xn--gre-6ka8i.de">größe.de</a>')
  })

  test('the list of domains shows what state each is in', async () => {
    const page = await pageText('/domains')
    expect(page).toContain('<a href="/domains/xn--gre-6ka8i.de">größe.de</a>')
    expect(page).toMatch(/badge busy">Registering/)
    expect(page).toMatch(/class="tick" role="img" aria-label="yes"/)
    expect(page).toContain(harness.connection.title)
    for (const column of ['Registered', 'Registry']) expect(page).toContain(`<th scope="col">${column}</th>`)
    for (const [sort, column] of [
      ['name', 'Domain'],
      ['status', 'Status'],
      ['age', 'Age in state'],
    ])
      expect(page).toContain(`<th scope="col"><a href="/domains?sort=${sort}">${column}</a></th>`)
  })

  test('a domain with a very long log shows the end of it, and where the rest is', async () => {
    const { store, clock } = harness.deps
    await place(harness.app, { domain: 'asked-often.de' })
    const entry = { at: clock.now(), level: 'info', actor: 'system', event: 'lookup.done' } as const
    const texts = Array.from({ length: 600 }, (_, index) => `looked up: ${index}.`)
    await store.transaction((tables) =>
      tables.actions.append(texts.map((text) => ({ ...entry, text, domain: 'asked-often.de' }))),
    )
    const page = await pageText('/domains/asked-often.de')
    expect(page.match(/looked up: /g)).toHaveLength(500)
    expect(page).toContain('looked up: 599.')
    expect(page).toContain('Only the newest part is shown. <a href="/log?domain=asked-often.de">')
    expect(await pageText('/domains/gr%C3%B6%C3%9Fe.de')).not.toContain('Only the newest part')
  })

  test('filters by status; a status that is none shows all', async () => {
    const row = '<th scope="row"><a href="/domains/xn--gre-6ka8i.de">größe.de</a></th>'
    expect(await pageText('/domains?status=Error')).not.toContain(row)
    expect(await pageText('/domains?status=Registering')).toContain(row)
    expect(await pageText('/domains?status=nonsense')).toContain(row)
  })

  test('what is listed can be had as a table', async () => {
    const response = await get('/domains.csv?q=gr%C3%B6', { cookie })
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="domains.csv"')
    const [head, row, ...rest] = (await response.text()).split('\r\n')
    expect(head).toBe('domain,name,status,registered,registry,mode,since,expires')
    expect(row).toMatch(/^xn--gre-6ka8i\.de,größe\.de,Registering,yes,.*,live,\d{4}-.*Z,$/)
    expect(rest).toEqual([''])
    expect(await pageText('/domains?q=gr%C3%B6')).toContain('<a href="/domains.csv?q=gr%C3%B6">')
  })

  test('pages through many domains', async () => {
    for (let i = 0; i < 51; i++) await place(harness.app, { account: { id: 'many', type: 'customer' } })
    const first = await pageText('/domains')
    const next = /href="(\/domains\?cursor=[^"]+)"/.exec(first)?.[1] ?? ''
    const second = await pageText(next.replaceAll('&amp;', '&'))
    expect(first.match(/<th scope="row">/g)).toHaveLength(50)
    expect(second).toContain('größe.de')
    expect(second).not.toContain('More domains')
  })

  test('a domain shows what happens next, its timeline, and leads to its mails and order', async () => {
    const page = await pageText('/domains/gr%C3%B6%C3%9Fe.de')
    expect(page).toContain('signed and sent')
    expect(page).toContain(`href="/mails/${mailId}"`)
    expect(page).toContain(`href="/orders/${order['id']}"`)
    expect(page).toContain('Trusted: signed')
    expect(page).toContain('init: the order is here')
    expect(page.match(/<li class="(info|error|mail)"/g)?.length).toBeGreaterThan(2)
  })

  test('the timeline leaves the verdict to the entry of the log that tells it', async () => {
    const { store, clock } = harness.deps
    const path = '/domains/gr%C3%B6%C3%9Fe.de'
    expect(await pageText(path)).toContain('Trusted: signed')
    await store.transaction((tables) =>
      tables.actions.append([
        {
          ...{ at: clock.now(), level: 'info', actor: 'system', event: 'mail.judged', mailId },
          ...{ text: 'a mail is trusted', domain: 'xn--gre-6ka8i.de' },
        },
      ]),
    )
    const page = await pageText(path)
    expect(page).toContain('a mail is trusted')
    expect(page).not.toContain('Trusted: signed')
    expect(page).toContain('refused: 1 &lt;script&gt;')
  })

  test('a mail shows its verdict in words, and its octets can be kept', async () => {
    const page = await pageText(`/mails/${mailId}`)
    expect(page.split('ABCD')).toHaveLength(2)
    expect(page).toMatch(/Download the mail \(\d+ octets\)/)
    const raw = await get(`/mails/${mailId}/raw`, { cookie })
    expect(raw.headers.get('content-type')).toBe('message/rfc822')
    expect(raw.headers.get('content-disposition')).toMatch(/^attachment/)
    expect([raw.headers.get('x-content-type-options'), raw.headers.get('cache-control')]).toEqual([
      'nosniff',
      'no-store',
    ])
  })

  test('a domain shows its name servers, and its closed order there and with every entry about it', async () => {
    const { store } = harness.deps
    const placed = await place(harness.app, { domain: 'closed.de' })
    const stored = await store.orders.get(String(placed['id']))
    if (stored !== null) await store.orders.update({ ...stored, status: 'refused', code: '7', reason: 'taken' })
    const domain = await store.domains.get('closed.de')
    const nameservers = [
      { host: 'ns1.xn--bcher-kva.de', addresses: ['192.0.2.53', '2001:db8::53'] },
      { host: 'ns2.example.org', addresses: [] },
    ]
    if (domain !== null) await store.domains.save({ ...domain, nameservers })
    const page = await pageText('/domains/closed.de')
    expect(page).toContain(
      '<li>ns1.bücher.de (ns1.xn--bcher-kva.de) 192.0.2.53 2001:db8::53</li><li>ns2.example.org</li>',
    )
    const link = `<a href="/orders/${placed['id']}">`
    const [above, timeline] = page.split('class="timeline"')
    expect(above).toContain(`${link}register ${placed['billingOrderId']}</a>`)
    expect(above).toContain('<span class="badge bad">refused</span>')
    expect(timeline?.split(link).length).toBe(1 + (timeline?.match(/<li /g)?.length ?? 0))
  })

  test('an outbound mail shows the order that it carries and what the server answered', async () => {
    const { store, clock, newId } = harness.deps
    const placed = await place(harness.app, { account: { id: 'out', type: 'provider' }, domain: 'out.de' })
    const [request] = await store.requests.findByOrder(String(placed['id']))
    if (request === undefined) throw new Error('the order has no request')
    const write = async () => {
      const id = newId()
      const raw = Buffer.from(`request ${id}`)
      await store.mails.insertOutbound({
        ...{ id, raw, envelope: { from: 'a@b.example', to: ['r@r.example'] }, receivedAt: clock.now() },
        ...{ sha256: createHash('sha256').update(raw).digest('hex'), connectionId: harness.connection.id },
        ...{ requestId: request.id, orders: [String(placed['id'])] },
      })
      return id
    }
    const [former, current] = [await write(), await write()]
    await store.requests.update({
      ...{ ...request, mailId: current, attempts: 1, answer: '451 come back <later>' },
      dueAt: new Date('2026-03-02T00:00:00Z'),
    })
    const page = await pageText(`/mails/${current}`)
    expect(page).toContain(
      `<a href="/orders/${placed['id']}">register out.de (${placed['billingOrderId']})</a>: queued`,
    )
    for (const said of [request.reference, '451 come back &lt;later&gt;', '2026-03-02 00:00:00 UTC', 'not yet'])
      expect(page).toContain(said)
    for (const absent of ['Signed at', 'Stage', 'Reply', 'Replaced']) expect(page).not.toContain(absent)
    const older = await pageText(`/mails/${former}`)
    expect(older).toContain(`<a href="/mails/${current}">newer mail</a>`)
    expect(older).not.toContain('451 come back')
  })

  test('the current page is marked in the navigation', async () => {
    expect(await pageText('/')).toContain('<a href="/" aria-current="page">Today</a>')
    expect(await pageText('/domains')).toContain('<a href="/domains" aria-current="page">Domains</a>')
    expect(await pageText('/domains/gr%C3%B6%C3%9Fe.de')).toContain(
      '<a href="/domains" aria-current="true">Domains</a>',
    )
    expect(await pageText('/domains?cursor=zzz')).not.toContain('aria-current')
  })

  test.each([
    ['/orders/nothing', 404, 'There is no order nothing.'],
    ['/domains?cursor=zzz', 422, 'names a page of the list that does not exist'],
    ['/nowhere', 404, 'There is nothing at /nowhere.'],
  ])('%s is a page of %i, in words and with a way back', async (path, status, words) => {
    const response = await get(path, { cookie, accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' })
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html; charset=UTF-8'])
    const page = await response.text()
    expect(page).toContain(words)
    expect(page).toContain('<a href="/">To the first page</a>')
  })

  test.each([
    ['/nowhere', { accept: '*/*' }],
    ['/nowhere', {}],
    ['/v1/nowhere', { accept: 'text/html' }],
  ])('%s with %j is a problem for programs', async (path, headers) => {
    expect((await get(path, headers)).headers.get('content-type')).toBe('application/problem+json')
  })

  test('the style sheet and the icon are served, and no page is kept by caches', async () => {
    const page = await get('/', { cookie })
    expect(page.headers.get('cache-control')).toBe('no-store')
    const href = /<link rel="stylesheet" href="([^"]+)"/.exec(await page.text())?.[1] ?? ''
    expect((await get(href)).headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect((await get('/assets/icon.svg')).headers.get('content-type')).toBe('image/svg+xml')
  })
})

test('a signed-in console is no key to the API', async () => {
  expect((await call(harness.app, 'GET', '/v1/orders', { token: null, headers: { cookie } })).status).toBe(401)
})
