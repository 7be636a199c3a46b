import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { profile } from '../../../src/profiles/denic/index.js'
import { signedContent } from '../../helpers/signed-content.js'

const FIXTURES = new URL('../../fixtures/denic/', import.meta.url)
const fixture = (path: string): string => readFileSync(new URL(path, FIXTURES), 'utf8')
const decode = (text: string) => profile.decode(signedContent(text), {})

const STID = 'dfaaa080-96ef-551c-afd2-309f0fbcba9b'
const OTHER_STID = '065d3bb8-765d-5c3c-a3f3-3393049a6f8d'
const nothing = { domain: null, action: null, undelegatedUntil: null, nameservers: null }

const EXPECTED: Record<string, object[]> = {
  'success.txt': [
    {
      ...nothing,
      outcome: 'done',
      reference: 'sp-20250301-000101',
      ticket: STID,
      code: '16000063119',
      text: 'DNS data accepted [example.de]',
      findings: [{ level: 'info', code: '16000063119', text: 'DNS data accepted [example.de]' }],
    },
  ],
  'success-bare.txt': [
    {
      ...nothing,
      outcome: 'done',
      reference: 'sp-20250301-000101',
      ticket: STID,
      code: null,
      text: 'The registry reports success.',
      findings: [],
    },
  ],
  'success-not-delegated.txt': [
    {
      ...nothing,
      outcome: 'done',
      reference: 'sp-20250301-000101',
      ticket: STID,
      code: '53300102912',
      text: 'Nameserver error [ERROR: 901 Unexpected RCODE (1)]',
      undelegatedUntil: new Date('2025-03-31T12:06:05Z'),
      findings: [
        { level: 'error', code: '53300102912', text: 'Nameserver error [ERROR: 901 Unexpected RCODE (1)]' },
        {
          level: 'warning',
          code: '33300102900',
          text: 'The provided DNS data are not acceptable. Domain "Status" is "failed". [2025-03-01T13:06:05+01:00]',
        },
      ],
    },
  ],
  'success-not-delegated-undated.txt': [
    { outcome: 'done', code: '53300102902', undelegatedUntil: new Date('2025-03-31T12:10:00Z') },
  ],
  'success-with-warning.txt': [
    {
      outcome: 'done',
      domain: 'xn--bcher-mller-thbg.de',
      code: '33000000022',
      undelegatedUntil: null,
      expiresAt: null,
      findings: [
        { level: 'warning', code: '33000000022', text: 'Quota is nearly used up [995 of 1000]' },
        { level: 'info', code: '16000063119', text: 'DNS data accepted [bücher-müller.de]' },
      ],
    },
  ],
  'failed.txt': [
    {
      outcome: 'refused',
      reference: 'sp-20250301-000104',
      ticket: OTHER_STID,
      code: '63300062009',
      text: "Domain doesn't exist [example.de]",
    },
  ],
  'failure-without-reason.txt': [{ outcome: 'refused', code: null, text: 'The registry gave no reason.' }],
  'exception.txt': [{ outcome: 'refused', code: '73000000001', text: 'Internal error [please try again]' }],
  'failed-without-ctid.txt': [{ outcome: 'refused', reference: null, domain: null, code: '60009500901' }],
  'several.txt': [
    { outcome: 'done', reference: 'sp-20250301-000101' },
    { outcome: 'refused', reference: 'sp-20250301-000102', code: '53000060009' },
  ],
  'several-one-damaged.txt': [
    { outcome: 'done', reference: 'sp-20250301-000101' },
    { outcome: 'unrecognised', reference: null },
  ],
  'info.txt': [
    {
      outcome: 'notice',
      action: 'info',
      reference: null,
      domain: 'example.de',
      nameservers: [
        { host: 'ns1.example.de', addresses: ['192.0.2.53', '2001:db8:0:53::1'] },
        { host: 'ns2.example.org', addresses: [] },
      ],
      text: 'Data of example.de: Status connect, RegAccId DENIC-1234, Changed 2025-03-01T13:06:05+01:00.',
    },
  ],
  'notice-moved-away.txt': [
    {
      outcome: 'notice',
      code: 'chprovAuthInfo',
      domain: 'xn--bcher-kva.de',
      text: 'xn--bcher-kva.de was transferred to another provider (Chprov-from DENIC-1234, Chprov-to DENIC-4321).',
    },
  ],
  'notice-contacts-deleted.txt': [
    {
      outcome: 'notice',
      code: 'contactDelete',
      domain: null,
      text: 'The contacts DENIC-1234-ALT, DENIC-1234-ALT2 were deleted by the registry.',
    },
  ],
  'notice-status.txt': [
    {
      outcome: 'notice',
      code: 'domainStatusUpdate',
      domain: 'example.de',
      text: 'example.de has another status (Status serverHold).',
    },
  ],
  'unicode-domain-alone.txt': [{ outcome: 'notice', code: 'domainDelete', domain: null }],
}

describe('decode reads every kind of reply', () => {
  test('there is an expectation for every fixture', () => {
    expect(readdirSync(new URL('replies/', FIXTURES)).sort()).toEqual(Object.keys(EXPECTED).sort())
  })

  test.each(Object.entries(EXPECTED))('%s, in LF and in CRLF', (name, expected) => {
    const text = fixture(`replies/${name}`)
    expect(decode(text)).toMatchObject(expected)
    expect(decode(text)).toHaveLength(expected.length)
    expect(decode(text.replaceAll('\n', '\r\n'))).toEqual(decode(text))
    expect(decode(text.trimEnd())).toEqual(decode(text))
  })
})

describe('messages tell', () => {
  const message = (type: string, ...more: string[]) =>
    decode(['RESULT: success', 'Msgtime: 2025-03-02T09:00:00+01:00', `Msgtype: ${type}`, ...more].join('\n'))[0]
      ?.tidings
  const at = new Date('2025-03-02T08:00:00Z')

  test.each([
    [
      ['CHPROVAUTHINFO', 'Chprov-to: denic-4321', 'Chprov-from: DENIC-1234'],
      { kind: 'moved', from: 'DENIC-1234', to: 'DENIC-4321' },
    ],
    [['chprovAuthInfo', 'Chprov-to: somebody'], { kind: 'moved', from: null, to: null }],
    [['domainDelete'], { kind: 'deleted' }],
    [['expire', 'Expire: 2025-03-02T09:00:00+01:00'], { kind: 'deleted' }],
    [
      ['expireWarning', 'Expire: 2025-03-09T09:00:00+01:00'],
      { kind: 'failing', until: new Date('2025-03-09T08:00:00Z') },
    ],
    [['expireWarning', 'Expire: 9 March'], { kind: 'failing', until: null }],
    [['authInfoExpire'], { kind: 'news', urgent: true }],
    [['authInfo2Notify'], { kind: 'news', urgent: false }],
    [['authInfo2Delete'], { kind: 'news', urgent: true }],
    [['contactDelete', 'handle: DENIC-1-A'], { kind: 'news', urgent: true }],
    [['domainStatusUpdate', 'Status: serverHold'], { kind: 'news', urgent: true }],
  ] as const)('%j', ([type, ...more], expected) => {
    expect(message(type, ...more)).toEqual({ at, ...expected })
  })

  test('no time where it has none, or none of a form that is known', () => {
    for (const time of ['', 'Msgtime: yesterday', 'Msgtime: 2025-13-02T09:00:00+01:00'])
      expect(decode(`RESULT: success\nMsgtype: domainDelete\n${time}\n`)[0]?.tidings).toEqual({
        at: null,
        kind: 'deleted',
      })
  })

  test('answers tell nothing', () => {
    expect(decode(fixture('replies/success.txt'))[0]?.tidings).toBeNull()
    expect(decode(fixture('replies/info.txt'))[0]?.tidings).toBeNull()
  })
})

describe('decode recognises nothing else', () => {
  test.each(readdirSync(new URL('not/', FIXTURES)))('%s', (name) => {
    for (const text of [fixture(`not/${name}`), fixture(`not/${name}`).replaceAll('\n', '\r\n')]) {
      const replies = decode(text)
      expect(replies.map(({ outcome }) => outcome)).toEqual(['unrecognised'])
      expect(replies[0]).toMatchObject({ reference: null, ticket: null, domain: null, findings: [] })
      expect(replies[0]?.text).toMatch(/^[A-Z].*\.$/)
    }
  })

  test('a success that was changed in one character never speaks about another order or another domain', () => {
    const good = fixture('replies/success-with-warning.txt')
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.string({ unit: 'binary', minLength: 0, maxLength: 3 }), (at, junk) => {
        for (const reply of decode(good.slice(0, at) + junk + good.slice(at + 1))) {
          if (reply.domain !== null) expect(reply.domain).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)
          if (reply.reference !== null) expect(reply.reference).toMatch(/^[\x21-\x7e]{3,64}$/)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a letter of Unicode that has one of ASCII as its small form names no domain', () => {
    const [reply] = decode(fixture('replies/success-bare.txt').replace(/\n$/, '\nDomain: \u212aunde.de\n'))
    expect(reply).toMatchObject({ outcome: 'unrecognised', domain: null })
  })

  test('thousands of separators are one reply', () => {
    expect(decode('RESULT: success\n=-=\n'.repeat(5_000))).toHaveLength(1)
  })
})

test.each(['bücher.de', 'exаmple.de', 'other_name.de', 'example.de\u00a0', ''])(
  'an outcome for the domain %j, which cannot be compared with that of the order, is for a person',
  (domain) => {
    for (const result of ['success', 'failed']) {
      const [reply] = decode(`RESULT: ${result}\nCTID: sp-1\nDomain: ${domain}\n`)
      expect(reply).toMatchObject({ outcome: 'unrecognised', reference: 'sp-1', domain: null })
    }
  },
)

test('a RESULT with white space of Unicode around it is none', () => {
  expect(decode('RESULT:\u00a0success\nCTID: sp-1\n')).toMatchObject([{ outcome: 'unrecognised' }])
})

test('a date that is none is not taken as the day of the failure', () => {
  const [reply] = decode(
    'RESULT: success\nCTID: sp-1\nWARNING: 33300102900 Domain "Status" is "failed". [2025-13-41T13:06:05+01:00]\n',
  )
  expect(reply?.undelegatedUntil).toEqual(new Date('2025-03-31T12:10:00Z'))
})
