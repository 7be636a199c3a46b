import { describe, expect, test } from 'vitest'
import { type ConnectionParts, parseConnection } from '../src/connection-file/parse.js'
import { aConnectionFile } from './helpers/gateway.js'

const problemsOf = (input: unknown) => {
  const parsed = parseConnection(input, 'mail')
  return parsed.ok ? [] : parsed.problems
}

const pointersOf = (input: unknown): string[] => problemsOf(input).map(({ pointer }) => pointer)

const partsOf = (input: unknown): ConnectionParts => parseConnection(input, 'mail').parts

describe('a good file', () => {
  test('has every default filled in', () => {
    const parsed = parseConnection(aConnectionFile(), 'mail')
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        registry: { test: null },
        relay: { tls: 'none', user: null, passwordEnv: null, ca: null, localAddress: null },
        signing: { keys: [{ file: 'gateway.asc', passphraseEnv: null, notBefore: null, notAfter: null }] },
        trust: {
          keys: [{ file: 'registry.asc', notBefore: null, notAfter: null, names: null }],
          schemes: ['openpgp-clear'],
          weak: [],
          senderChecks: 'off',
        },
        replyTimeout: 432_000_000,
        checkEvery: 3_600_000,
        defaults: { nameservers: [], contacts: {} },
      },
    })
  })

  test.each([
    ['a TLD below a TLD', { tlds: ['DE', 'co.uk', 'xn--p1ai'] }],
    ['a contact or a list of them', { defaults: { contacts: { abuse: { handle: 'A-1' }, tech: [{ name: 'T' }] } } }],
    ['settings of later versions', { checkEvery: '2h', expiry: { warnDays: 30 }, support: { email: 'a@b.example' } }],
    [
      'dates of keys',
      { trust: { keys: [{ file: 'a.asc', notBefore: '2026-01-31', notAfter: '2027-01-31T00:00:00Z' }] } },
    ],
    ['S/MIME, both ways', { signing: { scheme: 'smime', key: 'a.p12' }, trust: { keys: ['registry.crt'] } }],
    [
      'an authority whose certificates name the registry',
      { trust: { keys: [{ file: 'ca.crt', names: ['robot@registry.example'] }], schemes: ['smime'] } },
    ],
    ['overrides for a weak registry', { trust: { keys: ['a.asc'], weak: ['sha1', 'dsa', 'rsa1024'] } }],
    ['no relay', { relay: undefined }],
    ['no relay, and TLS that is required', { relay: undefined, mx: { tls: 'starttls', ca: 'registry-ca.pem' } }],
    ['DKIM', { relay: undefined, dkim: { domain: 'Hoster.example', selector: 's1.2026', key: 'dkim.pem' } }],
    ['checks of the sender', { trust: { keys: ['a.asc'], senderChecks: 'require' } }],
    [
      'keys of ours that follow each other',
      {
        signing: {
          scheme: 'openpgp-clear',
          keys: [
            { file: 'a.asc', notAfter: '2026-12-31' },
            { file: 'b.asc', notBefore: '2026-12-01', passphraseEnv: 'B_PASS' },
          ],
        },
      },
    ],
  ])('may have %s', (_, change) => {
    expect(problemsOf(aConnectionFile(change))).toEqual([])
  })
})

describe('a file with mistakes', () => {
  test.each(['-x', 'a--', 'x-', 'co.-uk', '.de', 'de.', '', 'ä', `${'a'.repeat(64)}`])(
    'the TLD %j is refused',
    (tld) => {
      expect(pointersOf(aConnectionFile({ tlds: ['de', tld] }))).toEqual(['/tlds/1'])
    },
  )

  test.each([
    [{ owner: { handle: 'A-1' } }, '/defaults/contacts/owner'],
    [{ abuse: 'A-1' }, '/defaults/contacts/abuse'],
    [{ abuse: {} }, '/defaults/contacts/abuse'],
    [{ abuse: { handle: 'A-1', nick: 'a' } }, '/defaults/contacts/abuse/nick'],
    [{ abuse: { handle: 'A-1\nB-2' } }, '/defaults/contacts/abuse/handle'],
  ])('the contacts %j are refused', (contacts, pointer) => {
    expect(pointersOf(aConnectionFile({ defaults: { contacts } }))).toEqual([pointer])
  })

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['/mx', { mx: { tls: 'starttls' } }, /is beside relay/],
    ['/relay/localAddress', { relay: { host: 'r.example', port: 25, localAddress: 'eth0' } }, /give an IP address/],
    ['/mx/localAddress', { relay: undefined, mx: { localAddress: '::' } }, /give an IP address/],
    ['/mx/tls', { relay: undefined, mx: { tls: 'implicit' } }, /must be opportunistic, starttls or false/],
    [
      '/dkim/domain',
      { dkim: { domain: 'registry.example', selector: 's1', key: 'd.pem' } },
      /must be hoster\.example or/,
    ],
    ['/dkim/domain', { dkim: { domain: 'oster.example', selector: 's1', key: 'd.pem' } }, /does not vouch/],
    ['/dkim/domain', { dkim: { domain: 'hoster', selector: 's1', key: 'd.pem' } }, /is no domain/],
    ['/dkim/selector', { dkim: { domain: 'hoster.example', selector: 's1;', key: 'd.pem' } }, /is no DKIM selector/],
    ['/lookup', { lookup: 'check.sh' }, /must begin with a slash/],
    ['/lookup', { lookup: '/sub/../check.sh' }, /leads out of SEALPOST_SCRIPTS/],
    ['/dkim/key', { dkim: { domain: 'hoster.example', selector: 's1', key: '../d.pem' } }, /is no file name/],
  ])('%s is told of %j', (pointer, change, detail) => {
    expect(problemsOf(aConnectionFile(change))).toEqual([{ pointer, detail: expect.stringMatching(detail) }])
  })

  test('a date of a key that is none is told the forms', () => {
    const keys = [{ file: 'a.asc', notBefore: 'x' }]
    expect(problemsOf(aConnectionFile({ trust: { keys } }))).toEqual([
      { pointer: '/trust/keys/0/notBefore', detail: expect.stringContaining('2026-01-31T10:00:00Z') },
    ])
  })

  test.each([
    [{ scheme: 'openpgp-clear' }, '/signing/key'],
    [{ scheme: 'openpgp-clear', key: 'a.asc', keys: [{ file: 'a.asc' }] }, '/signing/key'],
    [{ scheme: 'openpgp-clear', keys: [] }, '/signing/keys'],
    [{ scheme: 'openpgp-clear', keys: ['a.asc'] }, '/signing/keys/0'],
    [{ scheme: 'openpgp-clear', keys: [{ file: 'a.asc' }], passphraseEnv: 'A' }, '/signing/passphraseEnv'],
    [
      { scheme: 'openpgp-clear', keys: [{ file: 'a.asc', notBefore: '2026-02-01', notAfter: '2026-01-01' }] },
      '/signing/keys/0',
    ],
  ])('the signing keys %j are refused', (signing, pointer) => {
    expect(pointersOf(aConnectionFile({ signing }))).toEqual([pointer])
  })

  test.each([
    [{ keys: ['a.asc'], weak: ['md5'] }, '/trust/weak/0'],
    [{ keys: ['a.asc'], senderChecks: 'maybe' }, '/trust/senderChecks'],
    [{ keys: ['a.asc'], unsignedFrom: [] }, '/trust/unsignedFrom'],
    [{ keys: ['a.asc'], unsignedFrom: ['Robot <a@b.example>'] }, '/trust/unsignedFrom/0'],
    [{ keys: [{ file: 'a.asc', names: ['robot'] }] }, '/trust/keys/0/names/0'],
    [{ keys: [{ file: 'a.asc', notBefore: '2026-02-01', notAfter: '2026-02-01' }] }, '/trust/keys/0'],
  ])('the trust %j is refused', (trust, pointer) => {
    expect(pointersOf(aConnectionFile({ trust }))).toEqual([pointer])
  })

  test('mistakes of one field and of two together are told at once', () => {
    const found = pointersOf(
      aConnectionFile({
        title: '',
        mode: 'test',
        lookup: 'x',
        relay: { host: 'relay.example', port: 25, user: 'me', colour: 'red' },
        signing: { scheme: 'pem', key: '../a.asc' },
      }),
    )
    const wanted = ['/title', '/registry/test', '/lookup', '/relay/colour', '/relay/passwordEnv', '/relay/tls']
    expect(new Set(found)).toEqual(new Set([...wanted, '/signing/scheme', '/signing/key']))
    expect(found.length).toBe(8)
  })

  test('the parts that are good are given for the other checks', () => {
    const file = aConnectionFile({
      mode: 'loud',
      signing: { scheme: 'none', key: 'gateway.asc', passphraseEnv: 'not a name' },
      trust: { keys: ['registry.asc'], maxAge: 'long' },
      registry: { to: 'nobody', replyTo: 'in@hoster.example' },
      tlds: ['-x'],
    })
    expect(partsOf(file)).toEqual({
      title: 'DENIC main account',
      profile: 'denic',
      tlds: undefined,
      account: { regacc: 'DENIC-1234' },
      agreement: null,
      defaults: { nameservers: [] },
      mail: {
        registry: { replyTo: 'in@hoster.example' },
        signing: { keys: undefined },
        trust: {
          keys: [{ file: 'registry.asc', notBefore: null, notAfter: null, names: null }],
          ...{ weak: [], allowUnsigned: false, unsignedFrom: null },
        },
        dkim: null,
      },
    })
  })

  test.each([null, undefined, 'text', 7, [], { signing: 'x', registry: null, trust: [] }])(
    '%j has no parts',
    (input) => {
      const parts = partsOf(input)
      expect(problemsOf(input).length).toBeGreaterThan(0)
      expect(parts.title).toBeUndefined()
      expect(parts.mail).toMatchObject({ registry: { replyTo: undefined }, trust: { keys: undefined } })
      expect(parts.mail?.signing).toEqual({ keys: undefined })
    },
  )
})

describe('a connection whose requests are tickets for people', () => {
  const { registry, relay, signing, trust, ...common } = aConnectionFile({ account: {} })

  test('has no fields about mail', () => {
    const parsed = parseConnection(common, 'people')
    expect(parsed).toMatchObject({ ok: true, value: { channel: 'people', replyTimeout: 432_000_000 } })
    expect(parsed.ok && ('registry' in parsed.value || 'trust' in parsed.value)).toBe(false)
    expect(parsed.parts.mail).toBeNull()
  })

  test('is told of each that it has, beside its other mistakes', () => {
    const mx = { tls: 'starttls' }
    const dkim = { domain: 'hoster.example', selector: 's1', key: 'dkim.pem' }
    const parsed = parseConnection({ ...common, registry, relay, mx, dkim, signing, trust, mode: 'demo' }, 'people')
    const problems = parsed.ok ? [] : parsed.problems
    expect(problems.map(({ pointer }) => pointer)).toEqual([
      ...['/mode', '/registry', '/relay', '/mx', '/dkim', '/signing', '/trust'],
    ])
    expect(problems.at(-1)?.detail).toMatch(/tickets for people and no mails; leave it out/)
  })

  test('may have them empty, as a merge of what was there leaves them', () => {
    expect(parseConnection({ ...common, relay: null, mx: null, dkim: null }, 'people').ok).toBe(true)
  })

  test('needs them where its requests are mails', () => {
    expect(pointersOf(common)).toEqual(['/registry', '/signing', '/trust'])
  })
})
