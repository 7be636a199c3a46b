import type { Context } from 'hono'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { mailView } from '../../src/core/views.js'
import { clientAddress, clientNetwork } from '../../src/http/client-address.js'
import {
  ageOf,
  hostWords,
  readableMail,
  stageWords,
  timeWords,
  verdictWords,
} from '../../src/http/console/frame/words.js'
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
    ['192.0.2.1', '203.0.113.9, 198.51.100.7:50000', ['192.0.2.1'], '198.51.100.7'],
    ['192.0.2.1', '[2001:DB8:0:0::7]:50000', ['192.0.2.1'], '2001:db8::7'],
    ['192.0.2.1', '::ffff:198.51.100.7', ['192.0.2.1'], '198.51.100.7'],
    ['192.0.2.1', '198.51.100.7, unknown', ['192.0.2.1'], '192.0.2.1'],
    ['192.0.2.1', '198.51.100.7, <script>', ['192.0.2.1'], '192.0.2.1'],
    ['::1', '198.51.100.7', ['::1'], '198.51.100.7'],
    ['::ffff:127.0.0.1', '198.51.100.7', ['127.0.0.1'], '198.51.100.7'],
  ])('%s forwarding for %s, trusting %j: %s', async (peer, forwarded, proxies, expected) => {
    expect(await addressOf(peer, forwarded, proxies)).toBe(expected)
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
  ['unknown', 'unknown'],
])('the client %s is counted as %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network)
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

  const AT = '2026-03-01T10:00:00.000Z'
  test.each([
    ['out', null, 'Written and signed by us.'],
    ['in', null, 'Not judged yet.'],
    [
      'in',
      { kind: 'unsigned', reason: 'no signature.', fingerprint: null, signedAt: null },
      'Not signed: no signature.',
    ],
    [
      'in',
      { kind: 'trusted', reason: 'good', fingerprint: 'AB', signedAt: AT },
      'Trusted: good. Signer: AB. Signed at 2026-03-01 10:00:00 UTC.',
    ],
    [
      'in',
      { kind: 'trusted', reason: `signed by AB at ${AT}; key a.asc`, fingerprint: 'AB', signedAt: AT },
      'Trusted: signed by AB at 2026-03-01 10:00:00 UTC; key a.asc.',
    ],
  ] as const)('a mail that goes %s with %j', (direction, verdict, words) => {
    expect(verdictWords({ direction, verdict }, timeWords('UTC'))).toBe(words)
  })

  const effect = (text: string) => ({
    ...{ outcome: 'done' as const, reference: null, domain: null, code: null, text: '', effect: text },
  })
  const untrusted = { kind: 'untrusted' as const, reason: 'of a stranger', fingerprint: null, signedAt: null }
  test.each([
    ['the effect has said it', { stage: 'settled', reason: 'settled by x', replies: [effect('settled by x')] }, null],
    [
      'two effects',
      { stage: 'settled', reason: 'settled; noted', replies: [effect('settled'), effect('noted')] },
      null,
    ],
    [
      'an effect in other words',
      { stage: 'informational', reason: 'noted', replies: [effect('noted')] },
      'informational',
    ],
    ['the verdict has said it', { stage: 'untrusted', reason: 'of a stranger', verdict: untrusted }, null],
    ['a pile of its own', { stage: 'bounce', reason: 'of a stranger', verdict: untrusted }, 'bounce'],
    ['no verdict', { stage: 'unrecognised', reason: 'for nobody' }, 'unrecognised: for nobody'],
    ['not judged', { stage: 'received' }, 'received'],
    ['an outbound mail', { stage: 'settled', direction: 'out' }, null],
  ] as const)('the stage of a mail where %s', (_, change, words) => {
    const mail = mailView({
      ...{ id: 'm', direction: 'in', connectionId: null, envelope: { from: '', to: [] }, receivedAt: NOW, sha256: '' },
      ...{
        size: 0,
        stage: 'received',
        reason: null,
        verdict: null,
        replies: [],
        orders: [],
        requestId: null,
        archivedAt: null,
        erasedAt: null,
        evidence: null,
      },
    })
    expect(stageWords({ ...mail, ...change, replies: 'replies' in change ? [...change.replies] : [] })).toBe(words)
  })

  test.each([
    ['ns1.example.net', 'ns1.example.net'],
    ['ns1.xn--bcher-kva.de', 'ns1.bücher.de (ns1.xn--bcher-kva.de)'],
    ['xn--a.de', 'xn--a.de'],
    ['<b>', '<b>'],
  ])('the host %s is shown as %s', (host, words) => {
    expect(hostWords(host)).toBe(words)
  })
})
