import { describe, expect, test } from 'vitest'
import { endOfKey, type KeyState, keyFindings } from '../../src/core/key-state.js'
import { senderChecksWords, trustWarnings } from '../../src/core/weak-trust.js'

const NOW = new Date('2026-01-01T00:00:00.000Z')
const DAY = 86_400_000
const day = (days: number): Date => new Date(NOW.getTime() + days * DAY)
const fault = { code: 'key-missing', message: 'Key file a is not there.' }

const aKey = (change: Partial<KeyState> = {}): KeyState => ({
  ...{ role: 'signing', file: 'a', notBefore: null, notAfter: null, fingerprint: 'AAAA', expiresAt: null, fault: null },
  ...change,
})

const find = (...states: KeyState[]) => keyFindings({ title: 'Main' }, states, NOW)
/** File, alarm, level and successor of each finding. */
const told = (...states: KeyState[]) =>
  find(...states).map(({ file, alarm, level, successor }) => [file, alarm, level, successor])

describe('when a key stops to be of use', () => {
  test.each([
    ['nothing ends it', null, null, null],
    ['it expires', day(3), null, day(3)],
    ['its window ends', null, day(3), day(3)],
    ['it expires within its window', day(3), day(4), day(3)],
    ['its window ends before it expires', day(4), day(3), day(3)],
  ])('%s', (_, expiresAt, notAfter, end) => {
    expect(endOfKey({ expiresAt, notAfter })).toEqual(end)
  })
})

describe('a key of ours that ends', () => {
  const ending = aKey({ expiresAt: day(20) })

  test('alone: an alarm that says when, which, where and what to do', () => {
    const [finding] = find(ending)
    expect(finding).toMatchObject({ alarm: '30', level: 'warning', days: 20, end: day(20), successor: null })
    expect(finding?.text).toBe(
      'the key a (AAAA) of the connection "Main", which signs its requests, expires in 20 days, at 2026-01-21T00:00:00.000Z; ' +
        'no other key takes over, and requests will be held: extend it or make a new one, and give that to the registry',
    )
  })

  test('far away, or never: nothing', () => {
    expect(told(aKey({ expiresAt: day(61) }), aKey({ file: 'b' }))).toEqual([])
  })

  test('with a key whose window begins before that: only to be known', () => {
    const next = aKey({ file: 'b', notBefore: day(10) })
    expect(told(ending, next)).toEqual([['a', '30', 'info', 'b']])
    expect(find(ending, next)[0]?.text).toMatch(/; b takes over, and nothing is left to do$/)
  })

  test('with a key beside it that the windows do not give the turn: an alarm, because requests will be held', () => {
    expect(told(ending, aKey({ file: 'b' }))).toEqual([['a', '30', 'warning', null]])
  })

  test.each([
    ['that cannot be used', { notBefore: day(10), fault }],
    ['that has ended by then itself', { notBefore: day(10), expiresAt: day(15) }],
    ['whose window is over by then', { notBefore: day(10), notAfter: day(15) }],
    ['that is of the registry', { notBefore: day(10), role: 'trust' as const }],
  ])('with one %s: an alarm', (_, change) => {
    expect(told(ending, aKey({ file: 'b', ...change }))).toContainEqual(['a', '30', 'warning', null])
  })

  test('with a gap before the next: an alarm that names both', () => {
    const [finding] = find(ending, aKey({ file: 'c', notBefore: day(40) }), aKey({ file: 'b', notBefore: day(25) }))
    expect(finding).toMatchObject({ level: 'warning', successor: null })
    expect(finding?.text).toContain('b takes over at 2026-01-26T00:00:00.000Z only, and requests will be held')
  })

  test('whose window ends first: the window is named, and the next day counts', () => {
    const old = aKey({ expiresAt: day(100), notAfter: day(1) })
    expect(find(old)[0]?.text).toContain(
      'is to be used for less than a day, until 2026-01-02T00:00:00.000Z (notAfter); no other',
    )
    expect(told(old, aKey({ file: 'b', notBefore: day(1) }))).toEqual([['a', '1', 'info', 'b']])
  })
})

describe('a key that has ended', () => {
  test('by itself: requests are held', () => {
    expect(find(aKey({ expiresAt: day(-1) }))[0]).toMatchObject({
      ...{ alarm: 'expired', level: 'error', days: 0 },
      text: expect.stringMatching(/expired at .*; no other key takes over, so requests are held: extend it/),
    })
  })

  test('with its window, while another is in use or has taken over: nothing, whatever became of its file', () => {
    const old = aKey({ notAfter: day(-1), expiresAt: day(-1) })
    expect(told(old, aKey({ file: 'b' }))).toEqual([])
    expect(told({ ...old, fault }, aKey({ file: 'b' }))).toEqual([])
    expect(told(old, aKey({ file: 'b', notBefore: day(-2), notAfter: day(-0.5) }))).toEqual([
      ['b', 'expired', 'error', null],
    ])
  })

  test('with its window, with a gap that is over: nothing', () => {
    expect(told(aKey({ notAfter: day(-5) }), aKey({ file: 'b', notBefore: day(-2) }))).toEqual([])
  })

  test('with its window, and nothing is in use now: an alarm that says when the next begins', () => {
    const [finding] = find(aKey({ notAfter: day(-1) }), aKey({ file: 'b', notBefore: day(2) }))
    expect(finding).toMatchObject({ alarm: 'expired', level: 'error' })
    expect(finding?.text).toContain('was to be used until 2025-12-31T00:00:00.000Z (notAfter)')
    expect(finding?.text).toContain('b takes over at 2026-01-03T00:00:00.000Z only, so requests are held')
  })

  test('after another took over: only to be known', () => {
    const next = aKey({ file: 'b', notBefore: day(-2) })
    expect(find(aKey({ expiresAt: day(-1) }), next)[0]).toMatchObject({ alarm: 'expired', level: 'info' })
  })
})

describe("a registry's key that ends", () => {
  const pin = aKey({ role: 'trust', expiresAt: day(5) })

  test('alone: an alarm', () => {
    expect(told(pin)).toEqual([['a', '7', 'error', null]])
    expect(find(pin)[0]?.text).toMatch(/"Main", which its registry's replies are checked with, .*ask the registry/)
  })

  test.each([
    ['any other that lasts longer', { file: 'b' }, 'b'],
    ['one whose window reaches beyond', { file: 'b', notBefore: day(4), notAfter: day(9) }, 'b'],
    ['one whose window begins later', { file: 'b', notBefore: day(6) }, null],
    ['one that expires sooner', { file: 'b', expiresAt: day(4) }, null],
    ['one that cannot be used', { file: 'b', fault }, null],
  ])('beside %s', (_, change, successor) => {
    const level = successor === null ? 'error' : 'info'
    expect(told(pin, aKey({ role: 'trust', ...change }))).toContainEqual(['a', '7', level, successor])
  })
})

describe('a key that cannot be used', () => {
  test('is an error that says why, also when its turn has not come', () => {
    const [finding] = find(aKey({ fault, fingerprint: null, notBefore: day(10) }))
    expect(finding).toMatchObject({ alarm: 'unusable', level: 'error', days: null, successor: null })
    expect(finding?.text).toBe('the connection "Main" cannot sign with a: Key file a is not there.')
    expect(find(aKey({ fault, role: 'trust' }))[0]?.text).toContain('cannot check signatures with a: ')
  })

  test('for the same reason is the same, whatever time the reason names; for another it is not', () => {
    const aboutOf = (message: string, code = 'key-unusable') => find(aKey({ fault: { code, message } }))[0]?.about
    expect(aboutOf('a cannot sign at 2026-01-01T00:00:00.000Z')).toBe(
      aboutOf('a cannot sign at 2026-01-01T01:00:00.000Z'),
    )
    expect(aboutOf('a is revoked')).not.toBe(aboutOf('a is public'))
    expect(aboutOf('x'.repeat(100_000))?.length).toBeLessThan(1_000)
  })
})

test('the state of a key is another when its end, its key or its successor is another', () => {
  const states = [
    [aKey({ expiresAt: day(20) })],
    [aKey({ expiresAt: day(21) })],
    [aKey({ expiresAt: day(20), fingerprint: 'BBBB' })],
    [aKey({ expiresAt: day(20) }), aKey({ file: 'b', notBefore: day(1) })],
  ]
  expect(new Set(states.map((keys) => find(...keys)[0]?.about)).size).toBe(states.length)
})

describe('unusual trust in words', () => {
  const connection = (weak: ('sha1' | 'dsa' | 'rsa1024')[], senderChecks: 'off' | 'record' | 'require' = 'off') => ({
    title: 'Main',
    trust: { weak, senderChecks, allowUnsigned: false },
  })

  test('weak signatures are named, each', () => {
    expect(trustWarnings(connection([]))).toEqual([])
    expect(trustWarnings(connection(['sha1']))).toEqual([
      expect.stringMatching(/"Main" believes weak .*\(trust.weak: sha1\), made with SHA-1,/),
    ])
    expect(trustWarnings(connection(['dsa', 'rsa1024']))).toEqual([
      expect.stringMatching(/DSA keys or RSA keys of less than 2048 bits/),
    ])
  })

  test('that unsigned replies are believed is told beside it', () => {
    const { title, trust } = connection(['sha1'])
    expect(trustWarnings({ title, trust: { ...trust, allowUnsigned: true } })).toEqual([
      expect.stringMatching(/weak signatures/),
      expect.stringMatching(/"Main" believes replies that nobody signed .* set trust\.senderChecks to require/),
    ])
  })

  test('checks of senders are named unless they are off', () => {
    expect(senderChecksWords(connection([]))).toBeNull()
    expect(senderChecksWords(connection([], 'record'))).not.toContain('believes none')
    expect(senderChecksWords(connection([], 'require'))).toContain('believes none')
  })
})
