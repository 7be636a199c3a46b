import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOf, stepOf } from '../../src/core/totp.js'
import { changeUser } from '../../src/flows/manage-users.js'
import { confirmSecondFactor, startSecondFactor } from '../../src/flows/second-factor.js'
import { setPassword } from '../../src/http/accounts.js'
import { createHttpApp } from '../../src/http/app.js'
import { hashSecret } from '../../src/http/auth.js'
import { createMetrics } from '../../src/http/metrics.js'
import { createSessions } from '../../src/http/sessions.js'
import { addUser, ORIGIN, PASSWORD, postForm, signIn } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

const MINUTE = 60_000

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root')
})
afterAll(() => harness.close())

const isSignedIn = async (cookie: string): Promise<boolean> =>
  (await harness.app.request('/', { headers: { cookie } })).status === 200

const secretOf = (cookie: string): string => cookie.split('=')[1] ?? ''
const find = (key: string) => harness.deps.store.sessions.find(key, harness.deps.clock.now())

test('a session is 256 random bits, of which the store has the hash alone', async () => {
  const cookies = [await signIn(harness, 'root'), await signIn(harness, 'root')]
  const [first = '', second = ''] = cookies.map(secretOf)
  expect([Buffer.from(first, 'base64url').length, first === second]).toEqual([32, false])
  expect(await find(first)).toBeNull()
  expect(await find(hashSecret(first))).toMatchObject({ tokenHash: hashSecret(first) })
})

test('a session that somebody else chose is not taken, and signing in gives another', async () => {
  const planted = `sealpost=${'A'.repeat(43)}`
  const mine = await signIn(harness, 'root', { cookie: planted })
  expect(mine).not.toBe(planted)
  expect([await isSignedIn(planted), await isSignedIn(mine)]).toEqual([false, true])
})

test('signing in again ends the session that the browser had', async () => {
  const before = await signIn(harness, 'root')
  const after = await signIn(harness, 'root', { cookie: before })
  expect([await isSignedIn(before), await isSignedIn(after)]).toEqual([false, true])
})

test('signing out ends the session on the server, not in the browser alone', async () => {
  const cookie = await signIn(harness, 'root')
  const response = await postForm(harness, '/logout', {}, { headers: { origin: ORIGIN, cookie } })
  expect(response.headers.get('set-cookie')).toMatch(/^sealpost=; Max-Age=0; Path=\//)
  expect(await isSignedIn(cookie)).toBe(false)
  expect(await find(hashSecret(secretOf(cookie)))).toBeNull()
})

test('a session ends an hour after the last page', async () => {
  const cookie = await signIn(harness, 'root')
  for (let i = 0; i < 3; i++) {
    harness.advance(59 * MINUTE)
    expect(await isSignedIn(cookie)).toBe(true)
  }
  harness.advance(60 * MINUTE)
  expect(await isSignedIn(cookie)).toBe(false)
})

test('a session ends after twelve hours however much it is used', async () => {
  const cookie = await signIn(harness, 'root')
  for (let i = 0; i < 15; i++) {
    harness.advance(48 * MINUTE - 1)
    expect(await isSignedIn(cookie)).toBe(true)
  }
  harness.advance(15)
  expect(await isSignedIn(cookie)).toBe(false)
})

describe('what was changed while a sign-in was checked ends it', () => {
  /** The console, where somebody does that once the user was read to be checked. */
  const consoleWhere = (meanwhile: () => Promise<unknown>): Hono => {
    const { deps, links } = harness
    const users = new Proxy(deps.store.users, {
      get: (target, key) =>
        key === 'findByName'
          ? async (name: string) => {
              const user = await target.findByName(name)
              await meanwhile()
              return user
            }
          : Reflect.get(target, key),
    })
    return createHttpApp({
      ...{ deps: { ...deps, store: { ...deps.store, users } }, links },
      ...{ health: async () => ({ ready: true, parts: [] }) },
      metrics: createMetrics({ store: deps.store, processMetrics: false }),
      settings: { token: null, publicUrl: null, trustedProxies: [], timezone: 'UTC', apiPerMinute: 1_200 },
    })
  }

  test.each([
    [
      'another password',
      (name: string) =>
        setPassword(harness.deps, { name, password: 'another good one', session: null, actor: 'user:root' }),
    ],
    [
      'no leave to sign in',
      (name: string) => changeUser(harness.deps, { name, change: { disabled: true }, actor: 'user:root' }),
    ],
    [
      'a second factor',
      async (name: string) => {
        const secret = await startSecondFactor(harness.deps, { name })
        const code = codeOf(secret, stepOf(harness.deps.clock.now()))
        await confirmSecondFactor(harness.deps, { name, code, session: '', actor: `user:${name}` })
      },
    ],
  ])('%s', async (what, change) => {
    const name = what.replaceAll(' ', '-')
    await addUser(harness, name, 'operator')
    const app = consoleWhere(() => change(name))
    const answer = await postForm(harness, '/login', { name, password: PASSWORD }, { app })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([401, null])
    const { id = '' } = (await harness.deps.store.users.findByName(name)) ?? {}
    expect((await harness.deps.store.sessions.countByUser(harness.deps.clock.now())).get(id)).toBeUndefined()
  })

  test('another password, while the code of the second factor is awaited', async () => {
    const { deps } = harness
    const user = await addUser(harness, 'awaited')
    const sessions = createSessions({ store: deps.store, clock: deps.clock, secure: false })
    await setPassword(deps, { name: user.name, password: 'another good one', session: null, actor: 'user:root' })
    const app = new Hono().get('/', async (c) =>
      c.json([await sessions.startAwaiting(c, user, 'password'), await sessions.start(c, user, 'password')]),
    )
    const answer = await app.request('/')
    expect([await answer.json(), answer.headers.get('set-cookie')]).toEqual([[false, false], null])
  })
})

test('opening pages one after the other does not write each time', async () => {
  const { store, clock } = harness.deps
  let written = 0
  const counting = new Proxy(store.sessions, {
    get: (target, key) => {
      if (key === 'prolong') written++
      return Reflect.get(target, key)
    },
  })
  const sessions = createSessions({ store: { ...store, sessions: counting }, clock, secure: false })
  const headers = { cookie: await signIn(harness, 'root') }
  const app = new Hono().get('/', async (c) => c.text((await sessions.userOf(c))?.name ?? 'nobody'))
  const opened = async () => (await app.request('/', { headers })).text()
  for (let i = 0; i < 4; i++) {
    harness.advance(MINUTE)
    expect(await opened()).toBe('root')
  }
  expect(written).toBe(0)
  harness.advance(MINUTE)
  await opened()
  expect(written).toBe(1)
})

test('sessions that ended are removed when somebody signs in', async () => {
  const { store } = harness.deps
  const old = hashSecret(secretOf(await signIn(harness, 'root')))
  const beginning = new Date(0)
  harness.advance(60 * MINUTE - 1)
  await signIn(harness, 'root')
  expect(await store.sessions.find(old, beginning)).not.toBeNull()
  harness.advance(1)
  await signIn(harness, 'root')
  expect(await store.sessions.find(old, beginning)).toBeNull()
})
