import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { codeOf, stepOf } from '../../src/core/totp.js'
import { changeUser } from '../../src/flows/manage-users.js'
import { removeSecondFactor } from '../../src/flows/second-factor.js'
import { addUser, cookieOf, ORIGIN, PASSWORD, postForm, signIn } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

const HALF_MINUTE = 30_000
const QUARTER = 15 * 60_000

let harness: Harness
let number = 0
/** A user with a second factor of their own, for each test. */
let name: string
let secret: string
let recovery: string[]

beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())
beforeEach(async () => {
  harness.advance(QUARTER)
  name = `user-${++number}`
  await addUser(harness, name)
  const cookie = await signIn(harness, name)
  secret = secretOn(await text(await send('/account/second-factor', { current: PASSWORD }, cookie)))
  recovery = codesOn(await text(await send('/account/second-factor/confirm', { code: code() }, cookie)))
  harness.advance(HALF_MINUTE)
})

const text = (answer: Response): Promise<string> => answer.text()
const send = (path: string, fields: Record<string, string>, cookie = '', from = '192.0.2.1') =>
  postForm(harness, path, fields, { headers: { origin: ORIGIN, cookie }, from })
const code = (skew = 0): string => codeOf(secret, stepOf(harness.deps.clock.now()) + skew)
const wrongCode = (): string => String((Number(code()) + 111_111) % 1_000_000).padStart(6, '0')
const secretOn = (page: string): string => (/<pre class="secret">([^<]+)/.exec(page)?.[1] ?? '').replaceAll(' ', '')
const codesOn = (page: string): string[] => (/<pre class="secret">([^<]+)/.exec(page)?.[1] ?? '').split('\n')
const password = async (from?: string): Promise<string> =>
  cookieOf(await send('/login', { name, password: PASSWORD }, '', from))
const isSignedIn = async (cookie: string): Promise<boolean> =>
  (await harness.app.request('/account', { headers: { cookie } })).status === 200
const events = async () =>
  (await harness.deps.store.actions.list({}, { limit: 5, cursor: null })).items.map(({ event }) => event)

test('the secret and the recovery codes are shown once, long enough and in no row as they are', async () => {
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  expect([recovery.length, new Set(recovery).size]).toEqual([10, 10])
  const cookie = await password()
  const signed = cookieOf(await send('/login/code', { code: code() }, cookie))
  const page = await text(await harness.app.request('/account', { headers: { cookie: signed } }))
  for (const shown of [secret, ...recovery]) expect(page).not.toContain(shown)
  const stored = JSON.stringify(await harness.deps.store.users.findByName(name))
  for (const shown of recovery) expect(stored).not.toContain(shown.replaceAll('-', ''))
})

test('a password alone opens nothing, and a code after it does', async () => {
  const answer = await send('/login?next=/domains', { name, password: PASSWORD })
  expect(answer.headers.get('location')).toBe('/login/code?next=%2Fdomains')
  const waiting = cookieOf(answer)
  expect(await isSignedIn(waiting)).toBe(false)
  expect((await send('/account/sessions', {}, waiting)).headers.get('location')).toBe('/login')
  const done = await send('/login/code?next=/domains', { code: code() }, waiting)
  expect([done.status, done.headers.get('location')]).toEqual([303, '/domains'])
  expect([await isSignedIn(cookieOf(done)), await isSignedIn(waiting)]).toEqual([true, false])
})

test('without a password there is no second step, and it waits five minutes', async () => {
  expect((await send('/login/code', { code: code() })).headers.get('location')).toBe('/login')
  const waiting = await password()
  harness.advance(5 * 60_000)
  expect((await send('/login/code', { code: code() }, waiting)).headers.get('location')).toBe('/login')
})

test('the first code cannot be guessed in a session that somebody left open', async () => {
  const other = `${name}-late`
  await addUser(harness, other)
  const cookie = await signIn(harness, other)
  secret = secretOn(await text(await send('/account/second-factor', { current: PASSWORD }, cookie)))
  const confirm = async (given: string) => text(await send('/account/second-factor/confirm', { code: given }, cookie))
  for (let count = 0; count < 5; count++) expect(await confirm(wrongCode())).toContain('The code is wrong')
  expect(await confirm(code())).toContain('Too many tries')
  harness.advance(QUARTER)
  expect(codesOn(await confirm(code()))).toHaveLength(10)
})

test('a code is taken once, by one of two at the same moment', async () => {
  const [mine, theirs] = [await password(), await password()]
  const answers = await Promise.all([mine, theirs].map((cookie) => send('/login/code', { code: code() }, cookie)))
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 401])
  expect((await send('/login/code', { code: code() }, await password())).status).toBe(401)
})

test('the code that put it into use does not sign in as well', async () => {
  harness.advance(-HALF_MINUTE)
  expect((await send('/login/code', { code: code() }, await password())).status).toBe(401)
})

test.each([
  [-2, 401],
  [1, 303],
  [2, 401],
])('a clock that is %i half minutes off: %i', async (skew, status) => {
  expect((await send('/login/code', { code: code(skew) }, await password())).status).toBe(status)
})

test('codes cannot be guessed: a right password buys no more of them', async () => {
  const tries: number[] = []
  for (let i = 0; i < 4; i++) tries.push((await send('/login/code', { code: wrongCode() }, await password())).status)
  expect(tries).toContain(429)
  expect((await send('/login', { name, password: PASSWORD })).status).toBe(429)
})

test('nor from many addresses: the fifth wrong code is the last in a quarter of an hour', async () => {
  const tries: number[] = []
  for (let i = 0; i < 7; i++) {
    const from = `198.51.100.${i}`
    tries.push((await send('/login/code', { code: wrongCode() }, await password(from), from)).status)
  }
  expect(tries).toEqual([401, 401, 401, 401, 401, 429, 429])
  const from = '198.51.100.9'
  expect((await send('/login/code', { code: code() }, await password(from), from)).status).toBe(429)
  harness.advance(QUARTER)
  expect((await send('/login/code', { code: code() }, await password(from), from)).status).toBe(303)
})

test('a recovery code stands for a code once, however it is written, and the log has it', async () => {
  const [first = ''] = recovery
  const written = first.toUpperCase().replaceAll('-', ' ')
  expect((await send('/login/code', { code: written }, await password())).status).toBe(303)
  expect(await events()).toContain('user.recovery-code')
  expect((await send('/login/code', { code: first }, await password())).status).toBe(401)
})

test("one user's codes are nobody else's", async () => {
  await addUser(harness, `${name}-b`)
  const cookie = await signIn(harness, `${name}-b`)
  const others = secretOn(await text(await send('/account/second-factor', { current: PASSWORD }, cookie)))
  expect(others).not.toBe(secret)
  expect((await send('/account/second-factor/confirm', { code: code() }, cookie)).status).toBe(422)
  expect(await isSignedIn(await signIn(harness, `${name}-b`))).toBe(true)
})

describe('while a code is waited for', () => {
  test('a user who was disabled is not let in', async () => {
    await addUser(harness, `${name}-keep`)
    const waiting = await password()
    await changeUser(harness.deps, { name, change: { disabled: true }, actor: 'cli' })
    expect((await send('/login/code', { code: code() }, waiting)).headers.get('location')).toBe('/login')
    const answer = await send('/login', { name, password: PASSWORD })
    expect([answer.status, await text(answer)]).toEqual([401, expect.stringContaining('may not sign in any more')])
  })

  test('a second factor that was removed takes no code any more; the password alone is asked for', async () => {
    const waiting = await password()
    await removeSecondFactor(harness.deps, { name, actor: 'cli' })
    expect((await send('/login/code', { code: code() }, waiting)).status).toBe(401)
    expect(await isSignedIn(await password())).toBe(true)
  })
})

test('to remove it or to begin another takes the password, which cannot be guessed there either', async () => {
  const cookie = cookieOf(await send('/login/code', { code: code() }, await password()))
  const tries: string[] = []
  for (let i = 0; i < 6; i++)
    tries.push(await text(await send('/account/second-factor/remove', { current: `guess ${i}` }, cookie)))
  expect(tries[0]).toContain('Your present password is another')
  expect(tries[5]).toContain('Too many tries')
  expect(await text(await send('/account/second-factor/remove', { current: PASSWORD }, cookie))).toContain(
    'Too many tries',
  )
  expect((await harness.deps.store.users.findByName(name))?.totpSince).not.toBeNull()
  harness.advance(QUARTER)
  expect((await send('/account/second-factor', { current: PASSWORD }, cookie)).status).toBe(422)
  expect((await send('/account/second-factor/remove', { current: PASSWORD }, cookie)).status).toBe(303)
})

test('another site cannot send any of these forms', async () => {
  const waiting = await password()
  for (const path of ['/login/code', '/login/password', '/account/password', '/account/second-factor']) {
    const headers = { origin: 'https://evil.example', cookie: waiting }
    expect((await postForm(harness, path, { code: code() }, { headers })).status).toBe(403)
  }
})

test('where the settings say that a role needs one, nothing else opens before it is set up', async () => {
  const strict = await openHarness({ secondFactor: ['admin'] })
  await addUser(strict, 'root')
  await addUser(strict, 'looker', 'viewer')
  const cookie = await signIn(strict, 'root')
  const ask = (path: string) => strict.app.request(path, { headers: { cookie } })
  expect((await ask('/settings/tokens')).headers.get('location')).toBe('/account')
  const token = { name: 'mine', scope: 'admin' }
  const made = await postForm(strict, '/settings/tokens/add', token, { headers: { origin: ORIGIN, cookie } })
  expect([made.headers.get('location'), await strict.deps.store.tokens.list()]).toEqual(['/account', []])
  expect(await text(await ask('/account'))).toContain('Your role needs a second factor')
  const viewer = { headers: { cookie: await signIn(strict, 'looker') } }
  expect((await strict.app.request('/domains', viewer)).status).toBe(200)
  await strict.close()
})
