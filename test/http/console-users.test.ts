import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { hashSecret } from '../../src/core/secret-hash.js'
import { changeUser } from '../../src/flows/manage-users.js'
import { addUser, cookieOf, ORIGIN, PASSWORD, postForm, signIn } from './console-client.js'
import { call, type Harness, openHarness, place } from './harness.js'

let harness: Harness
let cookie: string
let number = 0
let name: string

beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root')
})
afterAll(() => harness.close())
beforeEach(async () => {
  harness.advance(15 * 60_000)
  name = `user-${++number}`
  await addUser(harness, name, 'operator')
  cookie = await signIn(harness, 'root')
})

const NEW = 'another good password'
const text = (answer: Response): Promise<string> => answer.text()
const open = async (at: string, as = cookie): Promise<string> =>
  text(await harness.app.request(at, { headers: { cookie: as } }))
const send = (path: string, fields: Record<string, string>, as = cookie) =>
  postForm(harness, path, fields, { headers: { origin: ORIGIN, cookie: as } })
const told = async (path: string, fields: Record<string, string>): Promise<string> => {
  const answer = await send(path, fields)
  return answer.status === 303 ? open(answer.headers.get('location') ?? '') : text(answer)
}
const isSignedIn = async (as: string): Promise<boolean> =>
  (await harness.app.request('/account', { headers: { cookie: as } })).status === 200
const linkOn = (page: string): string => /http:\/\/localhost(\/login\/password\?token=[\w]+)/.exec(page)?.[1] ?? ''
const tokenOf = (link: string): string => new URL(link, ORIGIN).searchParams.get('token') ?? ''

test('a new user gets a link, sets a password by it once, and signs in', async () => {
  const page = await told('/settings/users/add', { name: 'ada', role: 'viewer' })
  expect(page).toContain('A link for ada')
  const token = tokenOf(linkOn(page))
  expect(await open(linkOn(page), '')).toContain('value="ada"')
  expect((await send('/login/password', { token, password: 'short' }, '')).status).toBe(422)
  expect(await text(await send('/login/password', { token, password: NEW }, ''))).toContain('The password was set')
  expect((await send('/login/password', { token, password: 'a third password' }, '')).status).toBe(403)
  expect(cookieOf(await send('/login', { name: 'ada', password: NEW }, ''))).not.toBe('')
  const log = await harness.deps.store.actions.list({}, { limit: 200, cursor: null })
  expect(JSON.stringify(log.items)).not.toContain(token)
})

test.each([
  [{ name: 'a b', role: 'viewer' }, 'must have 1 to 64 letters'],
  [{ name: 'root', role: 'viewer' }, 'exists already'],
  [{ name: 'eve', role: 'king' }, 'role'],
])('a user that cannot be (%j) is refused beside the form', async (fields, words) => {
  const answer = await send('/settings/users/add', fields)
  const page = await text(answer)
  expect([answer.status, page]).toEqual([422, expect.stringContaining(words)])
  expect(page).toContain(`value="${fields.name}"`)
})

test('a change of role takes effect at once, and what was open ends', async () => {
  const theirs = await signIn(harness, name)
  expect(await told('/settings/users/role', { name, role: 'admin' })).toContain(`${name} has the role admin.`)
  expect(await isSignedIn(theirs)).toBe(false)
  expect((await send('/settings/tokens/add', { name: 't', scope: 'admin' }, theirs)).headers.get('location')).toBe(
    '/login',
  )
  const asAdmin = await signIn(harness, name)
  await told('/settings/users/role', { name, role: 'viewer' })
  expect((await send('/settings/tokens/add', { name: 't', scope: 'admin' }, asAdmin)).headers.get('location')).toBe(
    '/login',
  )
  expect(await harness.deps.store.tokens.list()).toEqual([])
})

test('who is disabled is out everywhere, has no link any more, and may be let in again', async () => {
  const theirs = await signIn(harness, name)
  const link = linkOn(await told('/settings/users/link', { name }))
  expect(await told('/settings/users/disable', { name })).toContain('may not sign in any more')
  expect(await isSignedIn(theirs)).toBe(false)
  expect(cookieOf(await send('/login', { name, password: PASSWORD }, ''))).toBe('')
  expect((await send('/login/password', { token: tokenOf(link), password: NEW }, '')).status).toBe(403)
  expect(await told('/settings/users/link', { name })).toContain('may not sign in')
  await told('/settings/users/enable', { name })
  expect((await send('/login/password', { token: tokenOf(link), password: NEW }, '')).status).toBe(403)
  expect(await isSignedIn(await signIn(harness, name))).toBe(true)
})

test('the last administrator stays one, also when two take it from each other at the same moment', async () => {
  expect(await told('/settings/users/role', { name: 'root', role: 'viewer' })).toContain('is the last administrator')
  expect(await told('/settings/users/disable', { name: 'root' })).toContain('is the last administrator')
  await changeUser(harness.deps, { name, change: { role: 'admin' }, actor: 'cli' })
  const results = await Promise.allSettled([
    changeUser(harness.deps, { name, change: { role: 'viewer' }, actor: 'user:root' }),
    changeUser(harness.deps, { name: 'root', change: { disabled: true }, actor: `user:${name}` }),
  ])
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await changeUser(harness.deps, { name: 'root', change: { disabled: false }, actor: 'cli' })
})

test('a link dies of a day, and of the next link', async () => {
  const first = linkOn(await told('/settings/users/link', { name }))
  const second = linkOn(await told('/settings/users/link', { name }))
  expect((await send('/login/password', { token: tokenOf(first), password: NEW }, '')).status).toBe(403)
  const theirs = await signIn(harness, name)
  harness.advance(24 * 3_600_000 - 1)
  expect((await harness.app.request(second)).status).toBe(200)
  harness.advance(1)
  expect((await harness.app.request(second)).status).toBe(403)
  expect(await isSignedIn(theirs)).toBe(false) // its hour was over
})

test('a link is kept by its hash, and works for one of two at the same moment', async () => {
  const token = tokenOf(linkOn(await told('/settings/users/link', { name })))
  expect(await harness.deps.store.users.findByName(name)).toMatchObject({ linkHash: hashSecret(token) })
  const answers = await Promise.all([1, 2].map(() => send('/login/password', { token, password: NEW }, '')))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
})

test('whoever tries links from everywhere takes no try from who has one that works', async () => {
  const token = tokenOf(linkOn(await told('/settings/users/link', { name })))
  const tryLink = (given: string, from: string) =>
    postForm(
      harness,
      '/login/password',
      { token: given, password: NEW },
      { headers: { origin: ORIGIN, cookie: '' }, from },
    )
  const statuses = await Promise.all(
    Array.from({ length: 110 }, async (_, i) => (await tryLink(`guess-${i}`, `198.51.100.${i}`)).status),
  )
  expect(new Set(statuses)).toEqual(new Set([403]))
  expect((await tryLink(token, '192.0.2.77')).status).toBe(200)
})

test('one client has fifty tries of links', async () => {
  const tried = Array.from({ length: 51 }, (_, i) =>
    postForm(
      harness,
      '/login/password',
      { token: `mine-${i}`, password: NEW },
      { headers: { origin: ORIGIN }, from: '192.0.2.78' },
    ),
  )
  const statuses = (await Promise.all(tried)).map(({ status }) => status)
  expect([statuses.filter((status) => status === 403).length, statuses.at(-1)]).toEqual([50, 429])
})

test('a new password takes the present one, and ends what is open elsewhere', async () => {
  const [mine, other] = [await signIn(harness, name), await signIn(harness, name)]
  const fields = { current: PASSWORD, password: NEW }
  expect(await text(await send('/account/password', { ...fields, current: 'wrong one' }, mine))).toContain('is another')
  expect(await text(await send('/account/password', { ...fields, password: 'x' }, mine))).toContain(
    'must have 8 to 256',
  )
  expect((await send('/account/password', fields, mine)).status).toBe(303)
  expect([await isSignedIn(mine), await isSignedIn(other)]).toEqual([true, false])
  expect(cookieOf(await send('/login', { name, password: PASSWORD }, ''))).toBe('')
})

test('sessions are ended by their user and by an administrator', async () => {
  const [mine, other] = [await signIn(harness, name), await signIn(harness, name)]
  expect((await send('/account/sessions', {}, mine)).status).toBe(303)
  expect([await isSignedIn(mine), await isSignedIn(other)]).toEqual([true, false])
  expect(await told('/settings/users/sign-out', { name })).toContain(`Sessions of ${name} that were ended: 1.`)
  expect(await isSignedIn(mine)).toBe(false)
})

test('a token is shown once, tells when it was used to the hour, and is refused once it is revoked', async () => {
  const page = await told('/settings/tokens/add', { name: 'shop', scope: 'billing', account: 'cust-7' })
  const token = /sp_[\w-]{43}/.exec(page)?.[0] ?? ''
  expect(await open('/settings/tokens')).not.toContain(token)
  const use = () => call(harness.app, 'GET', '/v1/orders', { token })
  const used = async () => (await harness.deps.store.tokens.list())[0]?.usedAt
  expect(await used()).toBeNull()
  expect((await use()).status).toBe(200)
  const first = await used()
  expect(first).toEqual(harness.deps.clock.now())
  harness.advance(3_599_000)
  await use()
  expect(await used()).toEqual(first)
  harness.advance(1_000)
  await use()
  expect(await used()).toEqual(harness.deps.clock.now())
  cookie = await signIn(harness, 'root')
  expect(await told('/settings/tokens/revoke', { name: 'shop' })).toContain('The token shop was revoked.')
  expect((await use()).status).toBe(401)
  expect(await told('/settings/tokens/revoke', { name: 'shop' })).toContain('There is no token shop')
})

test('a token that cannot be is refused beside the form', async () => {
  const answer = await send('/settings/tokens/add', { name: 'x', scope: 'admin', account: 'cust-7' })
  expect([answer.status, await text(answer)]).toEqual([422, expect.stringContaining('belongs to no account')])
})

test('the commands: list, role, disable, password, second factor, revoke', async () => {
  const local = (method: string, path: string, body?: unknown) =>
    call(harness.local, method, path, { token: null, body })
  expect((await local('GET', '/local/users')).json['items']).toContainEqual(
    expect.objectContaining({ name, role: 'operator', disabledAt: null, secondFactor: false }),
  )
  expect((await local('PATCH', '/local/users', { name, role: 'viewer', disabled: true })).json).toMatchObject({
    ...{ role: 'viewer', disabledAt: expect.any(String) },
  })
  expect((await local('PATCH', '/local/users', { name: 'root', role: 'viewer' })).status).toBe(409)
  expect((await local('PATCH', '/local/users', { name: 'nobody' })).status).toBe(404)
  await local('PATCH', '/local/users', { name, disabled: false })
  expect((await local('POST', '/local/users/password', { name, password: NEW })).status).toBe(200)
  expect(cookieOf(await send('/login', { name, password: NEW }, ''))).not.toBe('')
  expect((await local('POST', '/local/users/second-factor', { name })).status).toBe(409)
  await local('POST', '/local/tokens', { name: 'cli', scope: 'billing' })
  expect((await local('GET', '/local/tokens')).text).not.toMatch(/sp_|[0-9a-f]{64}/)
  expect((await local('POST', '/local/tokens/revoke', { name: 'cli' })).status).toBe(200)
})

test('mails to the owner of an account are switched off and on', async () => {
  await place(harness.app)
  const fields = { account: 'cust-7', mail: 'off' }
  expect(await told('/settings/accounts/mails', fields)).toContain('Mails to the owner of cust-7 are off.')
  expect(await harness.deps.store.quietAccounts.since('cust-7')).not.toBeNull()
  expect(await open('/settings/accounts')).toContain('off since')
  expect(await told('/settings/accounts/mails', { ...fields, mail: 'on' })).toContain('are on.')
  expect(await harness.deps.store.quietAccounts.since('cust-7')).toBeNull()
  expect(await told('/settings/accounts/mails', { ...fields, account: 'nobody' })).toContain(
    'no order of an account nobody',
  )
})
