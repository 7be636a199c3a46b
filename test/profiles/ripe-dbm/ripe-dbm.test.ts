import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Domain } from '../../../src/core/domain.js'
import { describeProblems } from '../../../src/core/errors.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { dsRecord } from '../../../src/profiles/ds-record.js'
import type { EncodeInput } from '../../../src/profiles/profile.js'
import { profile } from '../../../src/profiles/ripe-dbm/index.js'
import { sampleConnection, sampleTerms } from '../../../src/profiles/sample-order.js'
import { unsignedContent } from '../../helpers/signed-content.js'
import { render, testGoldenRequests, testReplies } from '../profile-kit.js'

const ZONE = '2.0.192.in-addr.arpa'
const V6 = '8.b.d.0.1.0.0.2.ip6.arpa'
const ACCOUNT = { source: 'RIPE', maintainers: ['EXAMPLE-MNT'] }
const MORE = {
  ...{ maintainers: ['EXAMPLE-MNT', 'OTHER-MNT'], organisation: 'ORG-EX1-RIPE', notify: ['noc@hoster.example'] },
  description: ['Example network', 'Exampletown'],
}
const HOSTS = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))
const GLUE = { host: `ns.${ZONE}`, addresses: ['192.0.2.53', '2001:db8::53'] }
const handle = (name: string) => [{ handle: name }]
const CONTACTS = {
  admin: handle('em1-ripe'),
  tech: [...handle('EM1-RIPE'), ...handle('EM2-RIPE')],
  zone: handle('EM1-RIPE'),
}
const DEFAULTS = { admin: { handle: 'AD1-RIPE' }, tech: [{ handle: 'TE1-RIPE' }], zone: { handle: 'ZO1-RIPE' } }
/** The key of RFC 4509, 2.3, and of dskey.example.com. */
const KEY =
  '256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw=='

type More = { account?: object; contacts?: object; domain?: Partial<Domain> }

const order = (change: Partial<OrderTerms> & Pick<OrderTerms, 'action'>, more: More = {}): EncodeInput => ({
  terms: sampleTerms({ domain: ZONE, ...change }),
  reference: 'sp-a1b2c3d4e5f6g7h8j9k0m1n2p3',
  domain: more.domain === undefined ? null : ({ contacts: {}, nameservers: [], dnssec: [], ...more.domain } as Domain),
  connection: sampleConnection(
    { ...ACCOUNT, ...more.account },
    { defaults: { nameservers: [], contacts: { ...more.contacts } } },
  ),
  at: new Date('2026-06-01T12:00:00Z'),
})
const register = (change: Partial<OrderTerms> = {}, more: More = {}) =>
  order({ action: 'register', contacts: CONTACTS, nameservers: HOSTS, ...change }, more)
const STORED = { contacts: CONTACTS, nameservers: [...HOSTS, GLUE], dnssec: [KEY] }

describe('requests', () => {
  testGoldenRequests(profile, {
    'register.txt': register(),
    'register-all.txt': register({ nameservers: [...HOSTS, GLUE], dnssec: [KEY] }, { account: MORE }),
    'register-defaults.txt': register({ domain: V6, contacts: {} }, { contacts: DEFAULTS }),
    'register-irrd.txt': register({}, { account: { dialect: 'irrd', source: 'EXAMPLE' } }),
    'register-range.txt': register({ domain: `0-63.${ZONE}`, period: { years: 1 } }),
    'update-nameservers.txt': order({ action: 'update-nameservers', nameservers: HOSTS }, { domain: STORED }),
    'update-without-keys.txt': order(
      {
        action: 'update-nameservers',
        nameservers: [GLUE, ...HOSTS],
        dnssec: [],
        contacts: { zone: handle('NEW1-RIPE') },
      },
      { domain: STORED },
    ),
    'close.txt': order({ action: 'close' }, { domain: STORED, account: MORE }),
    'close-as-said.txt': order({ action: 'close', nameservers: HOSTS, contacts: CONTACTS }, { domain: {} }),
  })
})

test('the digest of a DNSSEC key is that of RFC 4509, 2.3', () => {
  const digest = 'D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A'
  expect(dsRecord('dskey.example.com', KEY)).toBe(`60485 5 2 ${digest}`)
  for (const odd of ['256 3 5', `256  3 5 ${KEY.slice(8)}`, `258 3 5 ${KEY.slice(8)}`, `${KEY}=`, '257 3 999 AAAA'])
    expect(dsRecord('example.com', odd)).toBeNull()
})

describe('check refuses', () => {
  test.each<[string, EncodeInput, string, RegExp]>([
    ['a name of no network', register({ domain: 'example.de' }), '/domain', /no zone below in-addr\.arpa/],
    ['a zone that is none', register({ domain: '256.in-addr.arpa' }), '/domain', /0 to 255/],
    ['no contacts', register({ contacts: {} }), '/contacts/admin', /1 to 10 admin-c/],
    [
      'data of a contact',
      register({ contacts: { ...CONTACTS, zone: [{ name: 'A' }] } }),
      '/contacts/zone/0/handle',
      /no handle/,
    ],
    [
      'an odd handle',
      register({ contacts: { ...CONTACTS, zone: handle('EM1 RIPE') } }),
      '/contacts/zone/0/handle',
      /no handle/,
    ],
    [
      'a handle twice',
      register({ contacts: { ...CONTACTS, zone: [...handle('A'), ...handle('a')] } }),
      '/contacts/zone/1/handle',
      /twice/,
    ],
    [
      'a holder',
      register({ contacts: { ...CONTACTS, holder: handle('A') } }),
      '/contacts/holder',
      /no "holder" contact/,
    ],
    [
      'a role of objects in general',
      register({ contacts: { ...CONTACTS, constructor: handle('A') } }),
      '/contacts/constructor',
      /no "constructor"/,
    ],
    ['no name servers', register({ nameservers: [] }), '/nameservers', /1 to 13/],
    [
      'a change that names none',
      order({ action: 'update-nameservers' }, { domain: STORED }),
      '/nameservers',
      /1 to 13/,
    ],
    ['a host twice', register({ nameservers: [...HOSTS, ...HOSTS] }), '/nameservers/2/host', /twice/],
    [
      'a host that is none',
      register({ nameservers: [{ host: 'x', addresses: [] }] }),
      '/nameservers/0/host',
      /one label/,
    ],
    [
      'glue of others',
      register({ nameservers: [{ host: 'ns1.example.net', addresses: ['192.0.2.1'] }] }),
      '/nameservers/0/addresses',
      /lies outside/,
    ],
    [
      'no glue of its own',
      register({ nameservers: [{ ...GLUE, addresses: [] }] }),
      '/nameservers/0/addresses',
      /needs 1 to 4/,
    ],
    ['what is no key', register({ dnssec: ['257 3 13'] }), '/dnssec/0', /no DNSKEY/],
    ['a key twice', register({ dnssec: [KEY, KEY] }), '/dnssec/1', /twice/],
    ['too many keys', register({ dnssec: Array.from({ length: 11 }, () => KEY) }), '/dnssec', /at most 10/],
    ['a password', register({ authInfo: 'x' }), '/authInfo', /leave it out/],
    ['records', register({ records: ['x'] }), '/records', /leave them out/],
    ['two years', register({ period: { years: 2 } }), '/period', /leave them out/],
    [
      'a connection, being there',
      order({ action: 'close', disconnect: true }, { domain: STORED }),
      '/disconnect',
      /leave it out/,
    ],
    ['what it has no request for', order({ action: 'lock' }), '/action', /sends no lock/],
    [
      'an account that is none',
      register({}, { account: { maintainers: undefined } }),
      '',
      /account of Sample is incomplete/,
    ],
  ])('%s', (_, input, pointer, detail) => {
    const found = profile.check(input).filter((problem) => problem.pointer === pointer)
    expect(describeProblems(found)).toMatch(detail)
  })

  test.each<[string, object]>([
    ['no maintainer', { maintainers: [] }],
    ['a comment in a description', { description: ['Networks # of ours'] }],
    ['a line end in a description', { description: ['Networks\nmnt-by: EVIL-MNT'] }],
    ['a description that begins with a blank', { description: [' x'] }],
    ['letters beyond ASCII', { description: ['Übersee'] }],
    ['a source of two words', { source: 'RIPE x' }],
    ['another dialect', { dialect: 'apnic' }],
    ['an address that is none', { notify: ['a b@example.net'] }],
  ])('%s, of an account', (_, change) => {
    expect(profile.account.safeParse({ ...ACCOUNT, ...MORE, ...change }).success).toBe(false)
    expect(profile.account.safeParse({ ...ACCOUNT, ...MORE }).success).toBe(true)
  })
})

describe('confirm refuses a draft', () => {
  const input = order({ action: 'close' }, { domain: STORED })
  const draft = render(profile, input)
  test.each<[string, string, RegExp]>([
    ['with an empty line', draft.body.replace('admin-c', '\nadmin-c'), /Line 2 of the request is empty/],
    ['with a line that continues', draft.body.replace('admin-c', '+'), /continues another/],
    ['with an indented line', draft.body.replace('admin-c', ' admin-c'), /continues another/],
    ['with a comment', draft.body.replace('EM1', 'EM1 # '), /has a comment/],
    ['with its domain behind', draft.body.replace(/^(domain.*\n)([\s\S]*)$/, '$2$1'), /must be "domain"/],
    ['of another domain', draft.body.replace('2.0.192', '3.0.192'), /"domain" says/],
    ['without its deletion', draft.body.replace(/delete.*\n/, ''), /no line "delete"/],
    ['with a password', `${draft.body}password:       x\n`, /a line "password"/],
    ['with another maintainer', draft.body.replace('mnt-by:', 'mnt-by: EVIL-MNT\nmnt-by:'), /"mnt-by" says EVIL-MNT/],
    ['with a section', `${draft.body}[x]\n`, /no attribute/],
  ])('%s', (_, body, reason) => {
    expect(describeProblems(profile.confirm({ ...draft, body }, input))).toMatch(reason)
  })

  test('with a keyword in its subject that the order does not have, or without the one that it has', () => {
    expect(describeProblems(profile.confirm({ ...draft, subject: 'NEW' }, input))).toMatch(/subject says "NEW"/)
    const creation = render(profile, register())
    expect(creation.subject).toBe('NEW')
    expect(describeProblems(profile.confirm({ ...creation, subject: 'sp-1' }, register()))).toMatch(/needs "NEW"/)
  })
})

const done = (action: string, change: object = {}) => ({
  outcome: 'done',
  reference: null,
  domain: ZONE,
  action,
  code: null,
  ...change,
})
const refused = (action: string, text: string, change: object = {}) => ({
  ...{ outcome: 'refused', reference: null, domain: ZONE, action, code: 'Error', text },
  ...change,
})
const UNAUTHORISED = `Authorisation for [domain] ${ZONE} failed using "mnt-by:" not authenticated by: OTHER-MNT`

describe('replies', () => {
  testReplies(profile, {
    'ripe-created.txt': [done('register', { text: `Create SUCCEEDED: [domain] ${ZONE}`, findings: [] })],
    'ripe-modified-with-warnings.txt': [
      done('update-nameservers', {
        findings: [{ level: 'info', code: 'Info', text: `Value ${ZONE}. converted to ${ZONE}` }],
      }),
    ],
    'ripe-no-operation.txt': [done('update-nameservers', { text: `No operation: [domain] ${ZONE}` })],
    'ripe-deleted.txt': [done('close')],
    'ripe-failed.txt': [refused('register', UNAUTHORISED)],
    'ripe-error-within-object.txt': [
      refused('register', 'Syntax error in ns2.example.org', {
        findings: [
          { level: 'error', code: 'Error', text: 'Syntax error in ns2.example.org' },
          { level: 'warning', code: 'Warning', text: 'A value is odd' },
        ],
      }),
    ],
    'ripe-failed-without-reason.txt': [
      refused('close', `Delete FAILED: [domain] ${ZONE}, without a reason.`, { code: null, findings: [] }),
    ],
    'ripe-signature-too-old.txt': [refused('register', 'Message was signed more than one hour ago')],
    'ripe-several.txt': [
      refused('close', UNAUTHORISED.replace(ZONE, '100.51.198.in-addr.arpa'), { domain: '100.51.198.in-addr.arpa' }),
      done('register'),
    ],
    'ripe-with-paragraph.txt': [done('register', { domain: V6 })],
    'irrd-created.txt': [done('register', { text: `Create succeeded: [domain] ${ZONE}` })],
    'irrd-failed.txt': [
      refused(
        'update-nameservers',
        `Authorisation for domain ${ZONE} failed: must be authenticated by one of: EXAMPLE-MNT`,
        {
          ...{ code: 'ERROR', findings: [{ level: 'error' }, { level: 'info', text: 'Dummy values were kept' }] },
        },
      ),
    ],
    'irrd-several.txt': [
      done('register'),
      {
        outcome: 'unrecognised',
        domain: null,
        text: expect.stringMatching(/\[route\] 192\.0\.2\.0\/24AS64500.* no zone/),
      },
    ],
  })
})

describe('an unsigned report', () => {
  const text = readFileSync(new URL('../../fixtures/ripe-dbm/replies/ripe-created.txt', import.meta.url), 'utf8')
  const failed = readFileSync(new URL('../../fixtures/ripe-dbm/replies/ripe-failed.txt', import.meta.url), 'utf8')
  const ID = '<sp-20250301-000101@hoster.example>'
  const read = (report: string, subject = 'SUCCESS: NEW') =>
    profile.decodeUnsigned?.(unsignedContent(report, { subject }), {})

  test('quotes the mail that it answers, and says what became of it', () => {
    expect(read(text)).toMatchObject({
      messageId: ID,
      replies: [{ outcome: 'done', action: 'register', domain: ZONE }],
    })
    expect(read(`\n\n${text.replaceAll('>  ', '> ')}`)).toEqual(read(text))
  })

  test.each<[string, string]>([
    ['quotes none', text.replace(/^>.*Message-ID.*\n/m, '')],
    ['quotes two', text.replace(/^(>.*Message-ID.*\n)/m, '$1$1')],
    ['quotes it below', `${text.replace(/^>.*Message-ID.*\n/m, '')}\n>  Message-ID: ${ID}\n`],
    ['quotes it after an empty line', text.replace(/^(>.*Message-ID)/m, '\n$1')],
    ['has a greeting above', `Hello,\n${text}`],
    ['does not quote it as one', text.replace(ID, `${ID} ${ID}`)],
    ['has it in the text alone', text.replace(/^>.*\n/gm, '').replace('---', `Message-ID: ${ID}\n---`)],
  ])('that %s names no mail', (_, report) => {
    expect(read(report)?.messageId).toBeNull()
  })

  test.each<[string, string, string]>([
    ['FAILED of a success', 'FAILED: NEW', text],
    ['ERROR of a success', 'ERROR: NEW', text],
    ['SUCCESS of a failure', 'SUCCESS: NEW', failed],
    ['SUCCEEDED of a failure', 'SUCCEEDED: NEW', failed],
  ])('whose subject says %s is for a person', (_, subject, report) => {
    expect(read(report, subject)).toMatchObject({ messageId: ID, replies: [{ outcome: 'unrecognised' }] })
  })

  test('may have any other subject', () => {
    for (const subject of ['', 'Re: NEW', 'SUCCESSFUL']) expect(read(text, subject)).toEqual(read(text))
    expect(read(failed, 'FAILED: NEW')?.replies).toMatchObject([{ outcome: 'refused' }])
  })

  test('about an internal error quotes the mail, and means nothing', () => {
    const head = text.slice(0, text.indexOf('SUMMARY'))
    expect(read(`${head}Internal software error\n`, 'ERROR: NEW')).toMatchObject({
      ...{
        messageId: ID,
        replies: [{ outcome: 'unrecognised', text: expect.stringMatching(/Internal software error/) }],
      },
    })
  })
})
