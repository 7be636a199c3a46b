import type { Context } from 'hono'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { clientAddress } from '../../src/http/client-address.js'
import { ageOf, readableMail, timeWords, verdictWords } from '../../src/http/console/words.js'
import { createOneTimeLinks } from '../../src/http/one-time-links.js'
import { createThrottle } from '../../src/http/throttle.js'
import { later, NOW } from '../helpers/records.js'

const clockAt = (start: Date) => {
  let now = start
  return {
    now: () => now,
    advance: (ms: number) => {
      now = later(ms, now)
    },
  }
}

describe('one-time links', () => {
  test('are consumed once, and looking at them does not consume them', () => {
    const links = createOneTimeLinks(clockAt(NOW))
    const token = links.issue()
    expect([links.isValid(token), links.isValid(token)]).toEqual([true, true])
    expect([links.consume(token), links.consume(token), links.isValid(token)]).toEqual([true, false, false])
    expect(links.consume('')).toBe(false)
  })

  test('end after a day', () => {
    const clock = clockAt(NOW)
    const links = createOneTimeLinks(clock)
    const token = links.issue()
    clock.advance(24 * 3_600_000)
    expect(links.consume(token)).toBe(false)
  })
})

describe('the throttle', () => {
  test('counts by key within a window, and forgets', () => {
    const clock = clockAt(NOW)
    const throttle = createThrottle({ clock, tries: 2, windowMs: 1_000 })
    expect([throttle.take('a'), throttle.take('a'), throttle.take('a'), throttle.take('b')]).toEqual([
      true,
      true,
      false,
      true,
    ])
    clock.advance(1_000)
    expect(throttle.take('a')).toBe(true)
    throttle.take('a')
    throttle.forget('a')
    expect(throttle.take('a')).toBe(true)
  })

  test('keeps the keys that were used last when there are too many', () => {
    const throttle = createThrottle({ clock: clockAt(NOW), tries: 1, windowMs: 1_000, keys: 2 })
    throttle.take('old')
    for (const key of ['a', 'b']) throttle.take(key)
    expect([throttle.take('b'), throttle.take('old')]).toEqual([false, true])
  })
})

describe('the address of a client', () => {
  const addressOf = async (peer: string | null, forwarded: string | null, proxies: string[]): Promise<string> => {
    const app = new Hono().get('/', (c: Context) => c.text(clientAddress(c, proxies)))
    const headers: Record<string, string> = forwarded === null ? {} : { 'x-forwarded-for': forwarded }
    const env = peer === null ? {} : { incoming: { socket: { remoteAddress: peer } } }
    return (await app.request('/', { headers }, env)).text()
  }

  test.each([
    ['192.0.2.1', null, [], '192.0.2.1'],
    ['::ffff:192.0.2.1', null, [], '192.0.2.1'],
    ['192.0.2.1', '198.51.100.7', [], '192.0.2.1'],
    ['192.0.2.1', '203.0.113.9, 198.51.100.7', ['192.0.2.1'], '198.51.100.7'],
    ['192.0.2.1', '198.51.100.7, 192.0.2.2', ['192.0.2.1', '192.0.2.2'], '198.51.100.7'],
    ['192.0.2.1', '', ['192.0.2.1'], '192.0.2.1'],
    [null, '198.51.100.7', ['192.0.2.1'], 'unknown'],
  ])('%s forwarding for %s, trusting %j: %s', async (peer, forwarded, proxies, expected) => {
    expect(await addressOf(peer, forwarded, proxies)).toBe(expected)
  })
})

describe('words', () => {
  test.each([
    [Buffer.from('grün\r\n'), 'grün\n'],
    [Buffer.from('gr\xfcn', 'latin1'), 'grün'],
    [Buffer.from('a\u001b[2Jb\rc\u0000d'), 'a\ufffd[2Jb\ufffdc\ufffdd'],
  ])('%j is shown as %j', (raw, text) => {
    expect(readableMail(raw)).toEqual({ text, cut: false })
  })

  test('a long mail is cut, even within a character', () => {
    const { text, cut } = readableMail(Buffer.from(`x${'ü'.repeat(131_072)}`))
    expect([text.startsWith('xüü'), text.length, cut]).toEqual([true, 131_072, true])
  })

  test.each([
    [0, '0 s'],
    [59_000, '59 s'],
    [60_000, '1 min'],
    [47 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 d'],
    [-5_000, '0 s'],
  ])('%i ms ago is %s', (ms, words) => {
    expect(ageOf(NOW.toISOString(), later(ms))).toBe(words)
  })

  test('times are shown in the time zone of the settings', () => {
    expect(timeWords('UTC')('2026-07-01T00:05:09Z')).toBe('2026-07-01 00:05:09 UTC')
    expect(timeWords('Europe/Berlin')('2026-07-01T22:05:09Z')).toMatch(/^2026-07-02 00:05:09 (GMT\+2|CEST)$/)
  })

  test.each([
    ['out', null, 'Written and signed by us.'],
    ['in', null, 'Not judged yet.'],
    [
      'in',
      { kind: 'unsigned', reason: 'no signature.', fingerprint: null, signedAt: null },
      'Not signed: no signature.',
    ],
    ['in', { kind: 'trusted', reason: 'good', fingerprint: 'AB', signedAt: null }, 'Trusted: good. Signer: AB.'],
  ] as const)('a mail that goes %s with %j', (direction, verdict, words) => {
    expect(verdictWords({ direction, verdict })).toBe(words)
  })
})
