import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createConsole } from '../../src/http/console/index.js'
import { addUser, ORIGIN, signIn } from './console-client.js'
import { type Harness, openHarness, place } from './harness.js'

/** Whoever has this role, or one above it, may; `open`: anybody, signed in or not. */
type Rule = 'open' | 'viewer' | 'operator' | 'admin'

/** Who may open or send what, for every route of the console: a new one needs a rule here. */
const RULES: Record<string, Rule> = {
  'GET /assets/console.css': 'open',
  'GET /assets/icon.svg': 'open',
  'GET /assets/rule-maker.js': 'open',
  'GET /login': 'open',
  'POST /login': 'open',
  'POST /logout': 'open',
  'GET /login/code': 'open',
  'POST /login/code': 'open',
  'GET /login/password': 'open',
  'POST /login/password': 'open',
  'GET /login/oidc': 'open',
  'GET /login/oidc/callback': 'open',
  'GET /login/oidc/out': 'open',
  'GET /login/oidc/end': 'open',
  'GET /login/once': 'open',
  'POST /login/once': 'open',
  'GET /': 'viewer',
  'GET /domains': 'viewer',
  'GET /domains.csv': 'viewer',
  'GET /domains/:name': 'viewer',
  'POST /domains/:name/dismiss': 'admin',
  'POST /domains/:name/owner': 'admin',
  'GET /domains/:name/erase': 'admin',
  'POST /domains/:name/erase': 'admin',
  'GET /orders/new': 'operator',
  'POST /orders/new': 'operator',
  'GET /orders/:id': 'viewer',
  'GET /orders/:id/form': 'viewer',
  'GET /simulator': 'viewer',
  'POST /simulator/:name': 'operator',
  'POST /simulator/:name/orders': 'operator',
  'POST /orders/:id/approve': 'operator',
  'POST /orders/:id/reject': 'operator',
  'POST /orders/:id/dns-prepared': 'operator',
  'POST /orders/:id/cancel': 'operator',
  'POST /orders/:id/check': 'operator',
  'POST /orders/:id/reset': 'operator',
  'POST /orders/:id/retry': 'operator',
  'GET /pending': 'viewer',
  'GET /pending/confirm': 'operator',
  'POST /pending/decide': 'operator',
  'GET /log': 'viewer',
  'GET /log/:id': 'viewer',
  'GET /log.csv': 'viewer',
  'GET /log.jsonl': 'viewer',
  'POST /log/verify': 'operator',
  'GET /mails': 'viewer',
  'GET /unrecognised': 'viewer',
  'GET /mails/:id': 'viewer',
  'POST /mails/:id/replay': 'operator',
  'GET /mails/:id/assign': 'operator',
  'POST /mails/:id/assign': 'operator',
  'GET /mails/:id/raw': 'viewer',
  'GET /tickets': 'viewer',
  'GET /tickets/:id': 'operator',
  'POST /tickets/:id/close': 'operator',
  'GET /bench': 'operator',
  'GET /bench/mails': 'operator',
  'GET /bench/templates': 'operator',
  'POST /bench/templates': 'operator',
  'GET /connections/:id/rules': 'admin',
  'GET /connections/:id/rules/new': 'admin',
  'POST /connections/:id/rules/new': 'admin',
  'GET /connections/:id/rules/:rule': 'admin',
  'POST /connections/:id/rules/:rule': 'admin',
  'POST /connections/:id/rules/:rule/switch': 'admin',
  'POST /connections/:id/rules/:rule/replay': 'admin',
  'GET /connections': 'viewer',
  'GET /connections/new': 'admin',
  'POST /connections/new': 'admin',
  'GET /connections/:id': 'viewer',
  'GET /connections/:id/edit': 'admin',
  'POST /connections/:id/edit': 'admin',
  'POST /connections/:id/file': 'admin',
  'POST /connections/:id/pause': 'admin',
  'POST /connections/:id/resume': 'admin',
  'POST /connections/:id/live': 'admin',
  'POST /connections/:id/test': 'admin',
  'POST /connections/:id/checklist/:item': 'admin',
  'GET /connections/:id/rehearsal': 'admin',
  'POST /connections/:id/rehearsal': 'admin',
  'POST /connections/:id/remove': 'admin',
  'GET /keys': 'admin',
  'GET /keys/generate': 'admin',
  'POST /keys/generate': 'admin',
  'GET /keys/import': 'admin',
  'POST /keys/import': 'admin',
  'GET /keys/:file/public': 'admin',
  'GET /templates': 'admin',
  'GET /templates/:profile/:action': 'admin',
  'GET /settings': 'admin',
  'GET /settings/users': 'admin',
  'POST /settings/users/add': 'admin',
  'POST /settings/users/link': 'admin',
  'POST /settings/users/role': 'admin',
  'POST /settings/users/disable': 'admin',
  'POST /settings/users/enable': 'admin',
  'POST /settings/users/sign-out': 'admin',
  'POST /settings/users/identity': 'admin',
  'POST /settings/users/second-factor': 'admin',
  'GET /settings/sign-in': 'admin',
  'GET /settings/tokens': 'admin',
  'POST /settings/tokens/add': 'admin',
  'POST /settings/tokens/revoke': 'admin',
  'GET /settings/accounts': 'admin',
  'POST /settings/accounts/mails': 'admin',
  'GET /settings/webhooks': 'admin',
  'GET /settings/webhooks/:id': 'admin',
  'GET /settings/webhooks/:id/deliveries/:delivery': 'admin',
  'POST /settings/webhooks/add': 'admin',
  'POST /settings/webhooks/:id/change': 'admin',
  'POST /settings/webhooks/:id/enable': 'admin',
  'POST /settings/webhooks/:id/disable': 'admin',
  'POST /settings/webhooks/:id/test': 'admin',
  'POST /settings/webhooks/:id/rotate': 'admin',
  'POST /settings/webhooks/:id/redeliver': 'admin',
  'POST /settings/webhooks/:id/deliveries/:delivery/redeliver': 'admin',
  'POST /settings/webhooks/:id/remove': 'admin',
  'GET /account': 'viewer',
  'POST /account/password': 'viewer',
  'POST /account/sessions': 'viewer',
  'POST /account/second-factor': 'viewer',
  'POST /account/second-factor/confirm': 'viewer',
  'POST /account/second-factor/remove': 'viewer',
}

const ROLES = ['viewer', 'operator', 'admin'] as const
type Caller = 'nobody' | (typeof ROLES)[number]
const CALLERS: readonly Caller[] = ['nobody', ...ROLES]
const RANKING: readonly string[] = CALLERS

let harness: Harness
const cookies = new Map<Caller, string>()
let orderId: string

beforeAll(async () => {
  harness = await openHarness()
  for (const role of ROLES) {
    await addUser(harness, role, role)
    cookies.set(role, await signIn(harness, role))
  }
  orderId = String((await place(harness.app, { domain: 'roles.de' }))['id'])
})
afterAll(() => harness.close())

const ask = (caller: Caller, route: string) => {
  const [method = '', path = ''] = route.split(' ')
  const target = path.replace(':name', 'roles.de').replace(':id', path.startsWith('/orders/') ? orderId : 'x')
  const headers = { origin: ORIGIN, cookie: cookies.get(caller) ?? '' }
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers }
  return harness.app.request(target, method === 'POST' ? { method, headers: form, body: '' } : { method, headers })
}

test('every route has a rule, and every rule is of a route', () => {
  const settings = { token: null, publicUrl: null, trustedProxies: [], apiPerMinute: 1, timezone: 'UTC' }
  const { routes } = createConsole({ deps: harness.deps, settings, links: harness.links })
  const known = routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)
  expect(known.length).toBeGreaterThan(10)
  expect([...known].sort()).toEqual(Object.keys(RULES).sort())
})

const guarded = Object.entries(RULES).filter(([, rule]) => rule !== 'open')

describe.each(guarded)('%s', (route, rule) => {
  test.each(CALLERS)('asked by %s', async (caller) => {
    const answer = await ask(caller, route)
    const target = answer.headers.get('location')?.split('?')[0]
    if (caller === 'nobody') expect([answer.status, target]).toEqual([303, '/login'])
    else if (RANKING.indexOf(caller) >= RANKING.indexOf(rule)) {
      expect(answer.status).not.toBe(403)
      expect(target).not.toBe('/login')
    } else {
      expect([answer.status, await answer.text()]).toEqual([
        403,
        expect.stringContaining(`takes the role ${rule}${rule === 'admin' ? '' : ' or admin'}, and yours is ${caller}`),
      ])
    }
  })
})

test('a page says who is signed in and as what', async () => {
  for (const role of ROLES) expect(await (await ask(role, 'GET /domains')).text()).toContain(`${role} (${role})`)
})

test('without an issuer of OpenID Connect nothing of it is there', async () => {
  for (const path of ['/login/oidc', '/login/oidc/callback', '/login/oidc/out', '/login/oidc/end'])
    expect((await ask('nobody', `GET ${path}`)).status).toBe(404)
  expect(await (await ask('nobody', 'GET /login')).text()).not.toContain('Sign in at')
  expect(await (await ask('admin', 'GET /settings/sign-in')).text()).toContain('SEALPOST_OIDC_ISSUER is not set')
})
