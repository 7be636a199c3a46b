import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type IssuerPolicy, neededClaims } from '../../src/core/issuer-claims.js'
import { codeOf, stepOf } from '../../src/core/totp.js'
import { changeUser, makePasswordLink } from '../../src/flows/manage-users.js'
import { createIdentityIssuer } from '../../src/oidc/identity-issuer.js'
import type { User } from '../../src/ports.js'
import { aUser } from '../helpers/records.js'
import {
  CLIENT_ID,
  CLIENT_SECRET,
  createTestIssuer,
  es256,
  hs256,
  ISSUER,
  jws,
  type TestIssuer,
  type Twist,
  unsigned,
} from '../helpers/test-issuer.js'
import { addUser, cookieOf, PASSWORD, postForm } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

const CONSOLE = 'https://console.example'
const MINUTE = 60_000

const PLAIN: IssuerPolicy = { userClaim: 'email', roles: null, creates: false, secondFactor: 'ours', only: false }
/** What the settings of the console refer to, changed by tests that need it otherwise. */
const policy = { ...PLAIN }
const owed: User['role'][] = []

let harness: Harness
let issuer: TestIssuer
let passwordHash: string
let number = 0
/** A user for each test, by the address that the issuer vouches for. */
let name: string
let person: Record<string, unknown>

beforeAll(async () => {
  harness = await openHarness({ publicUrl: CONSOLE, oidc: policy, secondFactor: owed }, (clock) => {
    issuer = createTestIssuer(clock)
    return createIdentityIssuer({
      ...{ issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, publicUrl: CONSOLE },
      ...{ scope: 'openid email', neededClaims: neededClaims(PLAIN), clock, fetch: issuer.fetch },
    })
  })
  ;({ passwordHash } = await addUser(harness, 'root'))
})
afterAll(() => harness.close())
beforeEach(async () => {
  Object.assign(policy, PLAIN)
  owed.length = 0
  issuer.twist = {}
  // Past all limits, and past what is remembered of the issuer.
  harness.advance(20 * MINUTE)
  name = `anna-${++number}@example.net`
  // As `addUser` makes one, without reckoning the hash of the same password each time.
  await harness.deps.store.users.insert(aUser({ id: harness.deps.newId(), name, role: 'operator', passwordHash }))
  person = { sub: `sub-${number}`, email: name, email_verified: true }
})

const open = (path: string, cookie = '') => harness.app.request(`${CONSOLE}${path}`, { headers: { cookie } })
const send = (path: string, fields: Record<string, string>, cookie = '') =>
  postForm(harness, `${CONSOLE}${path}`, fields, { headers: { origin: CONSOLE, cookie } })
const locationOf = (answer: Response): string => answer.headers.get('location') ?? ''
const begin = async (query = '') => {
  const answer = await open(`/login/oidc${query}`)
  return { url: locationOf(answer), cookie: cookieOf(answer), answer }
}
const back = (location: string, cookie: string) => {
  const { pathname, search } = new URL(location)
  return open(`${pathname}${search}`, cookie)
}
/** The whole way, as a browser goes it. */
const comeBack = async (who: Record<string, unknown> = person, query = '') => {
  const { url, cookie } = await begin(query)
  return back(issuer.authorize(url, who), cookie)
}
const sessionOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .find((line) => line.startsWith('__Host-sealpost=')) ?? ''
const isSignedIn = async (answer: Response): Promise<boolean> =>
  (await open('/account', sessionOf(answer))).status === 200
const refusal = async (answer: Response) => ({
  status: answer.status,
  session: sessionOf(answer),
  page: await answer.text(),
})
const find = (who = name) => harness.deps.store.users.findByName(who)
const events = async () =>
  (await harness.deps.store.actions.list({}, { limit: 5, cursor: null })).items.map(({ event }) => event)
const lastReason = (): unknown => Reflect.get(harness.logged.at(-1)?.fields ?? {}, 'reason')

describe('the way there and back', () => {
  test('the request is bound to the browser, and names no secret', async () => {
    const { url, cookie, answer } = await begin()
    const asked = Object.fromEntries(new URL(url).searchParams)
    expect(asked).toMatchObject({
      ...{ response_type: 'code', client_id: CLIENT_ID, scope: 'openid email', code_challenge_method: 'S256' },
      redirect_uri: `${CONSOLE}/login/oidc/callback`,
    })
    expect(asked).not.toHaveProperty('response_mode')
    const values = [asked['state'], asked['nonce'], asked['code_challenge']]
    expect([new Set(values).size, ...values.map((value) => /^[\w-]{43}$/.test(value ?? ''))]).toEqual([
      3,
      true,
      true,
      true,
    ])
    expect(answer.headers.getSetCookie().join()).toMatch(
      /^__Host-sealpost-issuer=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(url).not.toContain(cookie.split('=')[1])
    expect(new URL((await begin()).url).searchParams.get('state')).not.toBe(asked['state'])
  })

  test('who is known signs in, goes on to the page that was asked for, and the log has the first time', async () => {
    const answer = await comeBack(person, '?next=/domains%3Fstatus%3Derror')
    expect([answer.status, locationOf(answer)]).toEqual([303, '/domains?status=error'])
    expect(await isSignedIn(answer)).toBe(true)
    expect(await events()).toContain('user.identity')
    expect(await find()).toMatchObject({ oidcIssuer: ISSUER, oidcSubject: person['sub'], role: 'operator' })
    expect(answer.headers.getSetCookie().join()).toContain('__Host-sealpost-issuer=; Max-Age=0')
  })

  test('afterwards the subject is who they are, whatever their address has become', async () => {
    await comeBack()
    const answer = await comeBack({ ...person, email: 'married@example.net' })
    expect([await isSignedIn(answer), (await find())?.oidcSubject]).toEqual([true, person['sub']])
    expect(await (await open('/account', sessionOf(answer))).text()).toContain(name)
  })

  test.each(['//evil.example', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)'])(
    'nobody is sent on to %s',
    async (next) => {
      expect(locationOf(await comeBack(person, `?${new URLSearchParams({ next })}`))).toBe('/')
    },
  )

  test('the times of a token are held to the clock of the gateway, which is not that of the machine', async () => {
    expect(Math.abs(harness.deps.clock.now().getTime() - Date.now())).toBeGreaterThan(24 * 60 * MINUTE)
    const now = Math.floor(Date.now() / 1_000)
    issuer.twist.claims = (claims) => ({ ...claims, iat: now, nbf: now, exp: now + 300 })
    expect((await comeBack()).status).toBe(403)
  })

  test.each([
    ['half a minute', 30, 303],
    ['two minutes', 120, 403],
  ])('a clock that is %s off', async (_, seconds, status) => {
    issuer.twist.claims = (claims) => ({ ...claims, exp: Number(claims['iat']) - seconds })
    expect((await comeBack()).status).toBe(status)
  })

  test('what the ID token lacks is asked of the UserInfo of the same subject', async () => {
    issuer.twist.userInfo = {}
    expect(await isSignedIn(await comeBack())).toBe(true)
    issuer.twist.userInfo = { sub: 'somebody else' }
    expect(await refusal(await comeBack())).toMatchObject({ status: 403, session: '' })
  })
})

describe('a token that is not to be believed signs nobody in', () => {
  const twists: Record<string, Twist> = {
    'with the nonce of another sign-in': { claims: (claims) => ({ ...claims, nonce: 'x'.repeat(43) }) },
    'without a nonce': { claims: ({ nonce, ...claims }) => claims },
    'for another audience': { claims: (claims) => ({ ...claims, aud: 'another-client' }) },
    'for us and others, handed to another': { claims: (claims) => ({ ...claims, aud: [CLIENT_ID, 'b'], azp: 'b' }) },
    'of another issuer': { claims: (claims) => ({ ...claims, iss: 'https://evil.example' }) },
    'of this issuer, but for a letter': { claims: (claims) => ({ ...claims, iss: `${ISSUER}/` }) },
    'that is over': { claims: (claims) => ({ ...claims, exp: Number(claims['iat']) - 3_600 }) },
    'of the future': { claims: (claims) => ({ ...claims, nbf: Number(claims['iat']) + 3_600 }) },
    'without an end': { claims: ({ exp, ...claims }) => claims },
    'without a subject': { claims: ({ sub, ...claims }) => claims },
    'with alg none': { token: ({ claims }) => jws({ alg: 'none' }, claims, unsigned) },
    'with its signature taken off': { token: ({ honest }) => honest.replace(/[^.]+$/, '') },
    'with other claims under its signature': {
      token: ({ honest, claims }) => {
        const [header, , signature] = honest.split('.')
        return [header, Buffer.from(JSON.stringify({ ...claims, sub: 'x' })).toString('base64url'), signature].join('.')
      },
    },
    'signed by a stranger': {
      token: ({ claims, keys }) => jws({ alg: 'ES256', kid: 'one' }, claims, es256(keys.stranger)),
    },
    'signed by a stranger who brings the key along': {
      token: ({ claims, keys }) =>
        jws({ alg: 'ES256', jku: 'https://evil.example/keys', kid: 'two' }, claims, es256(keys.stranger)),
    },
    'signed with our own secret': { token: ({ claims }) => jws({ alg: 'HS256' }, claims, hs256(CLIENT_SECRET)) },
    'signed with the public key as a secret': {
      token: ({ claims, keys }) => jws({ alg: 'HS256', kid: 'one' }, claims, hs256(keys.publicPem)),
    },
    'that is none': { token: () => undefined },
  }

  test.each(Object.entries(twists))('%s', async (_, twist) => {
    issuer.twist = twist
    const { status, session, page } = await refusal(await comeBack())
    expect({ status, session }).toEqual({ status: 403, session: '' })
    expect(page).toContain('does not pass the checks')
    expect(page).toContain('Begin again')
    expect(lastReason()).toContain('does not pass the checks')
    expect((await find())?.oidcSubject).toBeNull()
  })

  test('and the same token as it was sent does', async () => {
    issuer.twist = { claims: (claims) => claims, token: ({ honest }) => honest }
    expect(await isSignedIn(await comeBack())).toBe(true)
  })
})

describe('a way back that this browser did not begin signs nobody in', () => {
  const expectRefused = async (answer: Response, words: string): Promise<void> => {
    const { status, session, page } = await refusal(answer)
    expect([status, session, page.includes(words)]).toEqual([403, '', true])
    expect(harness.logged.at(-1)).toMatchObject({ level: 'warn', message: 'a sign-in at the issuer failed' })
  }
  const NOT_BEGUN = 'not begun in this browser'

  test('the same address a second time', async () => {
    const { url, cookie } = await begin()
    const location = issuer.authorize(url, person)
    expect((await back(location, cookie)).status).toBe(303)
    await expectRefused(await back(location, cookie), NOT_BEGUN)
  })

  test('the same address twice at the same moment: one', async () => {
    const { url, cookie } = await begin()
    const location = issuer.authorize(url, person)
    const answers = await Promise.all([back(location, cookie), back(location, cookie)])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403])
  })

  test('without a cookie, or with that of another browser', async () => {
    const [mine, theirs] = [await begin(), await begin()]
    const location = issuer.authorize(mine.url, person)
    await expectRefused(await back(location, ''), NOT_BEGUN)
    await expectRefused(await back(location, theirs.cookie), NOT_BEGUN)
    expect((await back(location, mine.cookie)).status).toBe(303)
  })

  test('with a cookie that nobody gave out', async () => {
    const planted = await begin()
    await harness.deps.store.attempts.removeExpired(new Date(harness.deps.clock.now().getTime() + 60 * MINUTE))
    await expectRefused(await back(issuer.authorize(planted.url, person), planted.cookie), NOT_BEGUN)
  })

  test('with the code of another sign-in', async () => {
    const [mine, theirs] = [await begin(), await begin()]
    const location = new URL(issuer.authorize(mine.url, { ...person, email: 'me@example.net' }))
    const stolen = new URL(issuer.authorize(theirs.url, person)).searchParams.get('code') ?? ''
    location.searchParams.set('code', stolen)
    await expectRefused(await back(location.href, mine.cookie), 'belongs to another sign-in')
  })

  test('with a state of one’s own', async () => {
    const { url, cookie } = await begin()
    const location = new URL(issuer.authorize(url, person))
    for (const state of ['', 'x'.repeat(43)]) {
      location.searchParams.set('state', state)
      await expectRefused(await back(location.href, cookie), NOT_BEGUN)
    }
  })

  test('after ten minutes', async () => {
    const { url, cookie } = await begin()
    harness.advance(10 * MINUTE)
    await expectRefused(await back(issuer.authorize(url, person), cookie), NOT_BEGUN)
  })

  test.each([
    ['of another issuer (mix-up)', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['that says of no issuer', (url: URL) => url.searchParams.delete('iss')],
    ['with a token in the address', (url: URL) => url.searchParams.set('id_token', 'a.b.c')],
    ['with two codes', (url: URL) => url.searchParams.append('code', 'another')],
    ['without a code', (url: URL) => url.searchParams.delete('code')],
  ])('one %s', async (_, twistBack) => {
    issuer.twist.back = twistBack
    await expectRefused(await comeBack(), 'does not pass the checks')
  })

  test('the cookie of an attempt opens nothing, nor does it as a session', async () => {
    const { cookie } = await begin()
    const secret = cookie.split('=')[1]
    for (const given of [cookie, `__Host-sealpost=${secret}`])
      expect(locationOf(await open('/account', given))).toMatch(/^\/login\?/)
    await expectRefused(await open('/login/oidc/callback?code=x', cookie), NOT_BEGUN)
  })

  test('what the issuer gives as a reason is told by its code alone', async () => {
    issuer.twist.back = (url) => {
      url.searchParams.delete('code')
      url.searchParams.set('error', 'access_denied')
      url.searchParams.set('error_description', 'call 0900 to go on')
    }
    const { page } = await refusal(await comeBack())
    expect(page).toContain('did not sign you in: access_denied')
    expect(page).not.toContain('0900')
    expect(harness.logged.at(-1)?.fields).toMatchObject({ detail: 'call 0900 to go on' })
  })
})

describe('who may', () => {
  const refused = async (who: Record<string, unknown> = person) => {
    const { status, session, page } = await refusal(await comeBack(who))
    expect([status, session]).toEqual([403, ''])
    return page
  }

  test.each([[false], ['true'], [undefined]])(
    'an address that is verified: %j does not name a user',
    async (verified) => {
      expect(await refused({ ...person, email_verified: verified })).toContain(
        'does not say that your address is verified',
      )
    },
  )

  test('another claim names a user as it is', async () => {
    policy.userClaim = 'preferred_username'
    expect(await refused()).toContain('gives no name in the claim preferred_username')
    expect(await isSignedIn(await comeBack({ sub: 'x', preferred_username: name }))).toBe(true)
  })

  test('who is no user is told what to do, and nobody is made one', async () => {
    const page = await refused({ ...person, email: 'nobody@example.net' })
    expect(page).toContain('there is no user of that name here: ask an administrator')
    expect(await find('nobody@example.net')).toBeNull()
  })

  test('who was disabled does not get in', async () => {
    await comeBack()
    await changeUser(harness.deps, { name, change: { disabled: true }, actor: 'cli' })
    expect(await refused()).toContain('may not sign in any more')
  })

  test('a name that has become somebody else’s does not take a user over, until that is forgotten', async () => {
    const mine = sessionOf(await comeBack())
    const heir = { ...person, sub: `heir-${number}` }
    expect(await refused(heir)).toContain('is somebody else at')
    const root = sessionOf(await send('/login', { name: 'root', password: PASSWORD }))
    expect((await send('/settings/users/identity', { name }, root)).status).toBe(303)
    expect(await events()).toContain('user.identity-forgotten')
    expect(locationOf(await open('/account', mine))).toMatch(/^\/login/)
    expect(await isSignedIn(await comeBack(heir))).toBe(true)
  })

  test('the highest role that the groups give counts, at each sign-in, and ends what was open with another', async () => {
    policy.roles = {
      claim: 'realm_access.roles',
      grants: [
        ...[
          { role: 'viewer' as const, value: 'staff' },
          { role: 'admin' as const, value: 'registry-admins' },
        ],
      ],
    }
    const as = (...roles: string[]) => ({ ...person, realm_access: { roles } })
    const before = sessionOf(await comeBack(as('staff', 'registry-admins', 'other')))
    expect((await find())?.role).toBe('admin')
    expect(await isSignedIn(await comeBack(as('staff')))).toBe(true)
    expect([(await find())?.role, locationOf(await open('/account', before))]).toEqual([
      'viewer',
      '/login?next=%2Faccount',
    ])
    expect(await events()).toContain('user.changed')
    expect(await refused(as('other'))).toContain('gives you a role in this console')
    expect(await refused(person)).toContain('gives you a role in this console')
  })

  test('the issuer does not take away the last administrator', async () => {
    policy.roles = { claim: 'groups', grants: [{ role: 'viewer', value: 'staff' }] }
    policy.userClaim = 'name'
    for (const { name: other, role } of await harness.deps.store.users.list())
      if (role === 'admin' && other !== 'root')
        await changeUser(harness.deps, { name: other, change: { role: 'viewer' }, actor: 'cli' })
    expect(await refused({ sub: 'root', name: 'root', groups: ['staff'] })).toContain('last administrator')
    expect((await find('root'))?.role).toBe('admin')
  })

  test('somebody new becomes a user where the settings say so, once, and never by password', async () => {
    Object.assign(policy, { creates: true, roles: { claim: 'groups', grants: [{ role: 'viewer', value: 'staff' }] } })
    const fresh = { sub: `new-${number}`, email: `new-${number}@example.net`, email_verified: true }
    expect(await refused({ ...fresh, groups: [] })).toContain('gives you a role')
    const tries = await Promise.all([comeBack({ ...fresh, groups: 'staff' }), comeBack({ ...fresh, groups: 'staff' })])
    expect(await Promise.all(tries.map(isSignedIn))).toEqual([true, true])
    expect(await find(fresh.email)).toMatchObject({ role: 'viewer', oidcSubject: fresh.sub })
    expect(await refused({ ...fresh, sub: 'y', email: 'no name@example.net', groups: 'staff' })).toContain(
      'gives no name',
    )
  })
})

describe('the second factor', () => {
  let secret: string
  const setUp = async (): Promise<void> => {
    const cookie = sessionOf(await comeBack())
    const page = await (await send('/account/second-factor', {}, cookie)).text()
    secret = (/<pre class="secret">([^<]+)/.exec(page)?.[1] ?? '').replaceAll(' ', '')
    await send('/account/second-factor/confirm', { code: code() }, cookie)
    harness.advance(MINUTE)
  }
  const code = (): string => codeOf(secret, stepOf(harness.deps.clock.now()))
  const mfa = () => ({ ...person, amr: ['pwd', 'mfa'] })

  test('of who has one here is asked for, whatever the issuer says', async () => {
    await setUp()
    for (const who of [person, mfa()]) {
      const answer = await comeBack(who, '?next=/domains')
      expect([locationOf(answer), await isSignedIn(answer)]).toEqual(['/login/code?next=%2Fdomains', false])
      const done = await send('/login/code?next=/domains', { code: code() }, sessionOf(answer))
      expect([locationOf(done), await isSignedIn(done)]).toEqual(['/domains', true])
      harness.advance(MINUTE)
    }
  })

  test('of the issuer counts where the settings say so and the token does, and nowhere else', async () => {
    await setUp()
    policy.secondFactor = 'issuer'
    expect(locationOf(await comeBack(person))).toBe('/login/code')
    expect(locationOf(await comeBack({ ...person, amr: 'mfa' }))).toBe('/login/code')
    expect(await isSignedIn(await comeBack(mfa()))).toBe(true)
  })

  test('that a role needs is owed but where the issuer vouches for one', async () => {
    owed.push('operator')
    const domainsOf = async (who: Record<string, unknown>) => open('/domains', sessionOf(await comeBack(who)))
    expect(locationOf(await domainsOf(mfa()))).toBe('/account')
    policy.secondFactor = 'issuer'
    expect(locationOf(await domainsOf(person))).toBe('/account')
    expect((await domainsOf(mfa())).status).toBe(200)
  })

  test('is set up without a password by who signed in just now alone', async () => {
    const cookie = sessionOf(await comeBack())
    harness.advance(11 * MINUTE)
    const late = await (await send('/account/second-factor', {}, cookie)).text()
    expect([late.includes('more than ten minutes ago'), late.includes('class="secret"')]).toEqual([true, false])
    expect((await find())?.totpSecret).toBeNull()
    expect(await (await send('/account/password', { current: PASSWORD, password: 'x' }, cookie)).text()).not.toContain(
      'was changed',
    )
  })
})

describe('an issuer that is not there', () => {
  const DISCOVERY = '/realms/staff/.well-known/openid-configuration'
  const away = (): Response => {
    throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 192.0.2.1:443') })
  }

  test('does not stand in the way of passwords', async () => {
    issuer.twist.answers = { [DISCOVERY]: away }
    const { answer } = await begin()
    const { status, page } = await refusal(answer)
    expect([status, page.includes('does not answer'), page.includes('sign in by password')]).toEqual([503, true, true])
    expect([answer.headers.getSetCookie(), page.includes('ECONNREFUSED')]).toEqual([[], false])
    expect(lastReason()).toContain('ECONNREFUSED')
    const before = issuer.asked.length
    expect(await (await open('/login')).text()).toContain('Sign in at login.example')
    expect(await isSignedIn(await send('/login', { name, password: PASSWORD }))).toBe(true)
    expect(issuer.asked.length).toBe(before)
  })

  test.each<[string, Twist, RegExp]>([
    [
      'gives no token for now',
      { answers: { '/realms/staff/token': () => new Response('', { status: 502 }) } },
      /answers 502/,
    ],
    ['hides its keys', { answers: { '/realms/staff/keys': away } }, /ECONNREFUSED/],
    [
      'sends without end',
      { answers: { '/realms/staff/token': () => new Response('x'.repeat(2_000_000)) } },
      /larger than/,
    ],
    [
      'has keys that are none of these',
      { answers: { '/realms/staff/keys': () => Response.json({ keys: [] }) } },
      /no applicable keys/,
    ],
    [
      'does not know us',
      { answers: { '/realms/staff/token': () => Response.json({ error: 'invalid_client' }, { status: 401 }) } },
      /SEALPOST_OIDC_CLIENT_SECRET/,
    ],
  ])('one that %s', async (_, twist, reason) => {
    issuer.twist = twist
    const { status, session } = await refusal(await comeBack())
    expect([status === 503 || status === 403, session]).toEqual([true, ''])
    expect(lastReason()).toMatch(reason)
  })

  test.each<[string, Twist]>([
    ['calls itself another', { metadata: { issuer: 'https://evil.example/realms/staff' } }],
    ['stands for many', { metadata: { issuer: 'https://login.example/{tenantid}/v2.0' } }],
    ['sends people to plain http', { metadata: { authorization_endpoint: 'http://login.example/auth' } }],
    ['sends people to a script', { metadata: { authorization_endpoint: 'javascript:alert(1)' } }],
    [
      'answers no JSON',
      { answers: { [DISCOVERY]: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }) } },
    ],
    ['has moved', { answers: { [DISCOVERY]: () => Response.redirect('https://evil.example/', 302) } }],
  ])('one that %s is a matter for administrators', async (_, twist) => {
    issuer.twist = twist
    const { answer } = await begin()
    const { status, page } = await refusal(answer)
    expect([status, page.includes('Tell an administrator'), locationOf(answer)]).toEqual([503, true, ''])
    const cookie = sessionOf(await send('/login', { name: 'root', password: PASSWORD }))
    expect(await (await open('/settings/sign-in', cookie)).text()).toContain(
      'is not set up as SEALPOST_OIDC_ISSUER needs it',
    )
  })

  test('is asked so often by one client, and no more', async () => {
    const statuses = new Set<number>()
    for (let count = 0; count < 101; count++) statuses.add((await begin()).answer.status)
    expect([...statuses]).toEqual([303, 429])
    harness.advance(15 * MINUTE)
    expect((await begin()).answer.status).toBe(303)
  })
})

describe('with passwords switched off', () => {
  beforeEach(() => {
    policy.only = true
  })
  const linkOf = async (): Promise<string> => (await makePasswordLink(harness.deps, { name, actor: 'cli' })).secret

  test('a right password signs nobody in, and the page asks for none', async () => {
    const { status, session, page } = await refusal(await send('/login', { name, password: PASSWORD }))
    expect([status, session, page.includes('sealpost user link NAME')]).toEqual([403, '', true])
    expect(await (await open('/login')).text()).not.toContain('type="password"')
    expect(await isSignedIn(await comeBack())).toBe(true)
  })

  test('a link of an administrator signs in once, with no issuer, and sets no password', async () => {
    issuer.twist.metadata = { issuer: 'https://gone.example' }
    const token = await linkOf()
    expect(await (await open(`/login/password?token=${token}`)).text()).toContain(`Sign in as ${name}`)
    const before = await find()
    const answer = await send('/login/password', { token, password: 'another password' })
    expect([locationOf(answer), await isSignedIn(answer)]).toEqual(['/', true])
    expect([(await find())?.passwordHash, (await find())?.linkHash]).toEqual([before?.passwordHash, null])
    expect(await events()).toContain('user.link-used')
    expect((await send('/login/password', { token })).status).toBe(403)
  })

  test('a link is taken by one of two, and not by who was disabled', async () => {
    const token = await linkOf()
    const answers = await Promise.all([send('/login/password', { token }), send('/login/password', { token })])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403])
    const other = await linkOf()
    await changeUser(harness.deps, { name, change: { disabled: true }, actor: 'cli' })
    expect((await send('/login/password', { token: other })).status).toBe(403)
  })
})

test('signing out says that the issuer knows nothing of it, and leads there', async () => {
  const answer = await comeBack()
  const out = await send('/logout', {}, sessionOf(answer))
  expect([locationOf(out), await isSignedIn(answer)]).toEqual(['/login/oidc/out', false])
  expect(await (await open('/login/oidc/out')).text()).toContain('href="/login/oidc/end"')
  const end = new URL(locationOf(await open('/login/oidc/end')))
  expect([end.origin + end.pathname, Object.fromEntries(end.searchParams)]).toEqual([
    `${ISSUER}/end`,
    { client_id: CLIENT_ID, post_logout_redirect_uri: `${CONSOLE}/login` },
  ])
  const byPassword = await send('/login', { name, password: PASSWORD })
  expect(locationOf(await send('/logout', {}, sessionOf(byPassword)))).toBe('/login')
})

test('where the issuer has no page to sign out at, the way leads to our own', async () => {
  issuer.twist.metadata = { end_session_endpoint: undefined }
  expect(locationOf(await open('/login/oidc/end'))).toBe('/login')
})

test('the settings say what is to be registered with the issuer, and that it answers', async () => {
  const cookie = sessionOf(await send('/login', { name: 'root', password: PASSWORD }))
  const page = await (await open('/settings/sign-in', cookie)).text()
  for (const words of ['It answers', ISSUER, `${CONSOLE}/login/oidc/callback`]) expect(page).toContain(words)
  expect(page).not.toContain(CLIENT_SECRET)
})
