import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpApp } from '../../src/http/app.js'
import { createSignInLimits } from '../../src/http/console/sign-in/sign-in-limits.js'
import { createMetrics } from '../../src/http/metrics.js'
import { NOW } from '../helpers/records.js'
import { addUser, ORIGIN, PASSWORD, postForm } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

const QUARTER = 15 * 60_000

describe('the limits of signing in', () => {
  const limits = () => {
    let now = NOW
    const { take, forget } = createSignInLimits({ now: () => now })
    return {
      /** How many of so many tries are let through. */
      tries: (count: number, name: (i: number) => string, address: (i: number) => string): number =>
        Array.from({ length: count }, (_, i) => take({ name: name(i), address: address(i) })).filter(Boolean).length,
      forget,
      advance: (ms: number) => {
        now = new Date(now.getTime() + ms)
      },
    }
  }
  const one = (text: string) => () => text
  const many = (prefix: string) => (i: number) => `${prefix}${i}`

  test('5 of one name from one client, until the window ends', () => {
    const { tries, advance } = limits()
    expect(tries(20, one('root'), one('192.0.2.1'))).toBe(5)
    advance(QUARTER - 1)
    expect(tries(1, one('root'), one('192.0.2.1'))).toBe(0)
    advance(1)
    expect(tries(20, one('root'), one('192.0.2.1'))).toBe(5)
  })

  test('50 of one client under any names', () => {
    const { tries } = limits()
    expect(tries(200, many('name-'), one('192.0.2.1'))).toBe(50)
    expect(tries(1, one('root'), one('192.0.2.2'))).toBe(1)
  })

  test('100 of one name from everywhere', () => {
    const { tries } = limits()
    expect(tries(300, one('root'), many('192.0.2.'))).toBe(100)
    expect(tries(1, one('ada'), one('192.0.2.1'))).toBe(1)
  })

  test('one client locks nobody out: what is refused to it is not counted against the name', () => {
    const { tries } = limits()
    tries(1_000, one('root'), one('192.0.2.1'))
    expect(tries(200, one('root'), many('198.51.100.'))).toBe(95)
  })

  test('an IPv6 client is its /64, however many addresses it takes', () => {
    const { tries } = limits()
    expect(tries(20, one('root'), (i) => `2001:db8:0:1::${i.toString(16)}`)).toBe(5)
    expect(tries(20, one('root'), (i) => `2001:db8:0:1:${i}:2:3:4`)).toBe(0)
    expect(tries(1, one('root'), one('2001:db8:0:2::1'))).toBe(1)
  })

  test('a success forgets what was mistyped before it', () => {
    const { tries, forget } = limits()
    tries(4, one('root'), one('192.0.2.1'))
    forget({ name: 'root', address: '192.0.2.1' })
    expect(tries(20, one('root'), one('192.0.2.1'))).toBe(5)
  })

  test('guessing from many addresses locks nobody out where he signed in before, and a success there gives no new guesses', () => {
    const { tries, forget } = limits()
    const home = { name: 'root', address: '2001:db8:0:1::1' }
    forget(home)
    expect(tries(300, one('root'), many('198.51.100.'))).toBe(100)
    expect(tries(4, one('root'), one(home.address))).toBe(4)
    forget(home)
    expect(tries(20, one('root'), one('2001:db8:0:1::2'))).toBe(5)
    expect(tries(50, one('root'), many('203.0.113.'))).toBe(0)
    expect(tries(1, one('root'), one('2001:db8:0:2::1'))).toBe(0)
  })
})

describe('the console', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await openHarness()
    await addUser(harness, 'root')
  })
  afterAll(() => harness.close())

  const appWith = (trustedProxies: string[]) =>
    createHttpApp({
      ...{ deps: harness.deps, links: harness.links, health: async () => ({ ready: true, parts: [] }) },
      metrics: createMetrics({ store: harness.deps.store, processMetrics: false }),
      settings: { token: null, publicUrl: null, trustedProxies, timezone: 'UTC', apiPerMinute: 1_200 },
    })

  /** The statuses of tries of one name from one peer, each of which is said to be forwarded for another address. */
  const forwarded = async (trustedProxies: string[], count: number): Promise<number[]> => {
    const app = appWith(trustedProxies)
    const statuses: number[] = []
    for (let i = 0; i < count; i++) {
      const headers = { origin: ORIGIN, 'x-forwarded-for': `198.51.100.${i}` }
      const answer = await postForm(
        harness,
        '/login',
        { name: 'root', password: 'x' },
        { app, headers, from: '192.0.2.1' },
      )
      statuses.push(answer.status)
    }
    return statuses
  }

  test('believes X-Forwarded-For of nobody: whoever writes it is counted as who connects', async () => {
    expect(await forwarded([], 6)).toEqual([401, 401, 401, 401, 401, 429])
  })

  test('believes it of a proxy that the settings name', async () => {
    expect(await forwarded(['192.0.2.1'], 6)).toEqual([401, 401, 401, 401, 401, 401])
  })

  test('refuses a client that tried fifty names, and not the others', async () => {
    const app = appWith([])
    const attempt = async (name: string, from: string) =>
      (await postForm(harness, '/login', { name, password: PASSWORD }, { app, from })).status
    for (let i = 0; i < 50; i++) await attempt(`nobody-${i}`, '192.0.2.1')
    expect(await attempt('root', '192.0.2.1')).toBe(429)
    expect(await attempt('root', '192.0.2.2')).toBe(303)
  })

  test('says when to come back, and nothing of whether there is such a user', async () => {
    const app = appWith([])
    const answers: [number, string | null, string][] = []
    for (const name of ['root', 'nobody']) {
      const attempt = () => postForm(harness, '/login', { name, password: 'x' }, { app, from: '192.0.2.3' })
      for (let i = 0; i < 5; i++) await attempt()
      const { status, headers } = await attempt()
      const page = (await (await attempt()).text()).replaceAll(name, 'NAME')
      answers.push([status, headers.get('retry-after'), page])
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.slice(0, 2)).toEqual([429, '900'])
  })
})
