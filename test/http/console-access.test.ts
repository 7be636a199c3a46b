import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpApp } from '../../src/http/app.js'
import { createMetrics } from '../../src/http/metrics.js'
import { addUser, ORIGIN, PASSWORD, signIn } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

/** What anybody may open, of all that is not under /v1; what is not here asks for a session. */
const OPEN = [
  ...[
    '/assets/console.css',
    '/assets/icon.svg',
    '/assets/rule-maker.js',
    '/livez',
    '/login',
    '/login/oidc',
    '/login/oidc/callback',
    '/login/oidc/end',
    '/login/oidc/out',
    '/login/once',
    '/login/password',
    '/metrics',
    '/openapi.json',
  ],
  '/readyz',
]

type Route = { method: string; path: string }

let harness: Harness
let routes: Route[]
let cookie: string

beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root')
  cookie = await signIn(harness, 'root')
  routes = harness.app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/v1/'))
    .map(({ method, path }) => ({ method, path: path.replaceAll(/:\w+/g, 'x') }))
})
afterAll(() => harness.close())

const request = (path: string, init: RequestInit = {}) => harness.app.request(path, init)
const pages = () => routes.filter(({ method, path }) => method === 'GET' && !OPEN.includes(path))
const changes = () => routes.filter(({ method }) => method !== 'GET')

test('the console has pages and forms, and what is open to all is there', () => {
  expect(pages().length).toBeGreaterThan(4)
  expect(changes().map(({ path }) => path)).toEqual(expect.arrayContaining(['/login', '/login/once', '/logout']))
  expect(OPEN.filter((path) => !routes.some((route) => route.path === path))).toEqual([])
})

test('every page that is not open to all asks for a session', async () => {
  const others = [
    {},
    { cookie: 'sealpost=guess' },
    { cookie: 'sealpost=' },
    { authorization: 'Bearer test-admin-token' },
  ]
  for (const { path } of pages())
    for (const headers of others)
      for (const method of ['GET', 'HEAD']) {
        const response = await request(path, { method, headers })
        expect([path, response.status, response.headers.get('location')?.split('?')[0]]).toEqual([path, 303, '/login'])
      }
  for (const { path } of pages().filter(({ path }) => path !== '/login/code'))
    expect((await request(path, { headers: { cookie } })).status).not.toBe(303)
})

describe('what changes something is changed by our own pages alone', () => {
  const strangers: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'http://localhost.evil.example' },
    { origin: 'http://localhost:8081' },
    { origin: 'https://localhost' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: ORIGIN },
    { 'sec-fetch-site': '', origin: 'https://evil.example' },
  ]
  const types = [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/json',
    '',
  ]

  test.each(strangers)('%j: 403 on every route, for every type of body', async (from) => {
    for (const { method, path } of changes())
      for (const type of types) {
        const headers = { ...from, cookie, ...(type === '' ? {} : { 'content-type': type }) }
        const response = await request(path, { method, headers, body: 'name=root' })
        expect([method, path, type, response.status]).toEqual([method, path, type, 403])
        expect(response.headers.get('set-cookie')).toBeNull()
      }
    expect((await request('/', { headers: { cookie } })).status).toBe(200) // nobody was signed out
  })

  test.each([
    { origin: ORIGIN },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-origin', origin: 'null' },
  ])('%j: let through', async (from: Record<string, string>) => {
    for (const { method, path } of changes())
      expect((await request(path, { method, headers: { ...from }, body: '' })).status === 403).toBe(
        ['/login/once', '/login/password'].includes(path),
      )
  })

  test('and a new form is no exception', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await request('/nothing-yet', { method, headers: { origin: 'https://evil.example' } })).status).toBe(403)
  })
})

describe('a page of a stranger whose name leads to this machine (DNS rebinding)', () => {
  const asked = (host: string, app = harness.app) =>
    app.request(`http://${host}/login`, {
      method: 'POST',
      headers: { origin: `http://${host}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ name: 'root', password: PASSWORD }).toString(),
    })

  test.each(['evil.example', 'evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example'])(
    '%s signs nobody in',
    async (host) => {
      const response = await asked(host)
      expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null])
      expect(await response.text()).toContain('SEALPOST_PUBLIC_URL')
    },
  )

  test.each(['127.0.0.1:8080', '[::1]:8080', 'localhost:8080', 'sealpost.localhost', '192.0.2.1'])(
    '%s is a name that nobody else can have',
    async (host) => {
      expect((await asked(host)).status).toBe(303)
    },
  )

  test('a name of our own is one that the settings say', async () => {
    const { deps, links } = harness
    const app = createHttpApp({
      ...{ deps, links, health: async () => ({ ready: true, parts: [] }) },
      metrics: createMetrics({ store: deps.store, processMetrics: false }),
      settings: {
        token: null,
        publicUrl: 'http://gateway.hoster.example',
        trustedProxies: [],
        timezone: 'UTC',
        apiPerMinute: 1_200,
      },
    })
    expect((await asked('gateway.hoster.example', app)).status).toBe(303)
    expect((await asked('evil.example', app)).status).toBe(403)
    expect((await asked('127.0.0.1:8080', app)).status).toBe(303)
  })
})

describe('answers', () => {
  /** Of routes and of what no route answers, with a session and without. */
  const everything = async (): Promise<[string, Response][]> => {
    const more: Route[] = ['/v1/orders', '/v1/nothing', '/nothing', '/domains/nobody.de'].flatMap((path) =>
      ['GET', 'POST', 'PUT'].map((method) => ({ method, path })),
    )
    const answers: [string, Response][] = []
    for (const { method, path } of [...routes, ...more].filter(({ path }) => path !== '/logout'))
      for (const headers of [{}, { cookie, accept: 'text/html' }])
        answers.push([`${method} ${path}`, await request(path, { method, headers })])
    return answers
  }

  test('have the security headers, whatever is asked and however it ends', async () => {
    const answers = await everything()
    expect(new Set(answers.map(([, { status }]) => status))).toEqual(new Set([200, 303, 401, 403, 404, 405, 422]))
    for (const [what, { headers }] of answers) {
      const policy = headers.get('content-security-policy') ?? what
      for (const part of ["default-src 'none'", "style-src 'self'", "form-action 'self'", "base-uri 'none'"])
        expect(policy).toContain(part)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy, what).not.toMatch(/unsafe|\*|https?:/)
      // Where rules are written our own script may run, and nowhere else.
      const scripts = /^\w+ \/connections\/x\/rules\/\w+$/.test(what) ? ["script-src 'self'"] : []
      expect(policy.match(/script-src[^;]*/g) ?? [], what).toEqual(scripts)
      expect(headers.get('x-content-type-options'), what).toBe('nosniff')
      expect(headers.get('x-frame-options'), what).toBe('DENY')
      expect(headers.get('referrer-policy'), what).toBe('same-origin')
      expect(headers.get('access-control-allow-origin'), what).toBeNull()
    }
  })

  test('are kept by no cache, but for the style sheet, the icon and the script', async () => {
    for (const [what, { headers }] of await everything())
      if (!what.includes('/assets/')) expect([what, headers.get('cache-control')]).toEqual([what, 'no-store'])
  })

  test('have no script and no style within their pages', async () => {
    let count = 0
    for (const [what, response] of await everything()) {
      if (response.headers.get('content-type')?.startsWith('text/html') !== true) continue
      count++
      expect(await response.text(), what).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:/i)
    }
    expect(count).toBeGreaterThan(10)
  })
})
