import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../../src/core/errors.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { profile } from '../../../src/profiles/nic-direct/index.js'
import type { EncodeInput } from '../../../src/profiles/profile.js'
import { sampleConnection, sampleTerms } from '../../../src/profiles/sample-order.js'
import { authenticate } from '../../../src/signing/authenticate.js'
import { signedContent } from '../../helpers/signed-content.js'
import { render, testGoldenRequests, testReplies } from '../profile-kit.js'

const REFERENCE = 'sp-a1b2c3d4e5f6g7h8j9k0m1n2p3'
const id = (handle: string) => [{ handle }]
const CONTACTS = { holder: id('JOWE0014'), admin: id('JOWE0014'), tech: id('ERMU0002'), zone: id('ERMU0002') }
const HOSTS = [
  { host: 'ns1.example.net', addresses: ['192.0.2.53'] },
  { host: 'ns2.example.org', addresses: ['198.51.100.53'] },
]
const THIRD = { host: 'ns3.example.com', addresses: [] }

type More = { account?: object; contacts?: object; reference?: string }
const order = (change: Partial<OrderTerms> & Pick<OrderTerms, 'action'>, more: More = {}): EncodeInput => ({
  terms: sampleTerms({ domain: 'example.at', ...change }),
  ...{ reference: more.reference ?? REFERENCE, domain: null, at: new Date('2026-06-01T12:00:00Z') },
  connection: sampleConnection(
    { userId: 'U1234', ...more.account },
    { defaults: { nameservers: [], contacts: { ...more.contacts } } },
  ),
})
const register = (change: Partial<OrderTerms> = {}, more: More = {}) =>
  order({ action: 'register', contacts: CONTACTS, nameservers: HOSTS, ...change }, more)
const transfer = (change: Partial<OrderTerms> = {}) =>
  order({ action: 'transfer', contacts: CONTACTS, nameservers: HOSTS, ...change })
const update = (change: Partial<OrderTerms> = {}) => order({ action: 'update', ...change })

describe('requests', () => {
  testGoldenRequests(profile, {
    'register.txt': register({ period: { years: 2 }, nameservers: [...HOSTS, THIRD] }),
    'register-idn.txt': register({ domain: 'xn--bcher-kva.co.at', unicodeName: 'bücher.co.at' }),
    'register-defaults.txt': register(
      { contacts: { holder: id('JOWE0014'), admin: id('JOWE0014') } },
      { contacts: { tech: { handle: 'T1' }, zone: [{ handle: 'Z1' }] } },
    ),
    'transfer.txt': transfer(),
    'transfer-authinfo.txt': transfer({ authInfo: 'Ab3-xY7_kQ' }),
    'update.txt': update({ contacts: { tech: id('ERMU0002') } }),
    'update-all.txt': update({ contacts: { admin: id('A1'), tech: id('T1'), zone: id('Z1') }, nameservers: HOSTS }),
    'update-nameservers.txt': order({ action: 'update-nameservers', nameservers: [...HOSTS, THIRD] }),
    'change-holder.txt': order({ action: 'change-holder', contacts: { holder: id('ERMU0002') } }),
    'close.txt': order({ action: 'close' }),
    'lock.txt': order({ action: 'lock' }),
    'release.txt': order({ action: 'release' }),
    'another-word.txt': order({ action: 'close' }, { account: { userId: '55', operations: { close: 'CANCEL' } } }),
  })
})

describe('check refuses', () => {
  const contacts = (change: object) => register({ contacts: { ...CONTACTS, ...change } })
  test.each<[string, EncodeInput, string, RegExp]>([
    ['no name', register({ domain: 'x' }), '/domain', /one label/],
    [
      'no holder, whatever the connection has',
      register({ contacts: {} }, { contacts: { holder: { handle: 'H1' } } }),
      '/contacts/holder',
      /needs the holder/,
    ],
    ['no tech', contacts({ tech: [] }), '/contacts/tech', /tech-c/],
    ['two admins', contacts({ admin: [...id('A1'), ...id('A2')] }), '/contacts/admin', /several/],
    ['data', contacts({ tech: [{ name: 'Erika' }] }), '/contacts/tech/0', /leave its data out/],
    ['what is no handle', contacts({ tech: id('a b') }), '/contacts/tech/0/handle', /no handle/],
    ['a role of another registry', contacts({ billing: id('B1') }), '/contacts/billing', /no such contact/],
    ['one name server', register({ nameservers: HOSTS.slice(1) }), '/nameservers', /give 2 to 5/],
    [
      'six name servers',
      register({
        nameservers: [...'123456'].map((n) => ({ host: `ns${n}.example.net`, addresses: [`192.0.2.${n}`] })),
      }),
      '/nameservers',
      /There are 6/,
    ],
    ['a host twice', register({ nameservers: [...HOSTS, ...HOSTS] }), '/nameservers/2/host', /twice/],
    [
      'the second name server without its address',
      register({ nameservers: [...HOSTS.slice(0, 1), THIRD] }),
      '/nameservers/1/addresses',
      /needs the IPv4 address of the first 2/,
    ],
    [
      'an IPv6 address',
      register({ nameservers: [...HOSTS, { ...THIRD, addresses: ['2001:db8::53'] }] }),
      '/nameservers/2/addresses',
      /IPv4 addresses alone/,
    ],
    [
      'two addresses',
      register({ nameservers: [...HOSTS, { ...THIRD, addresses: ['192.0.2.1', '192.0.2.2'] }] }),
      '/nameservers/2/addresses',
      /one address/,
    ],
    ['ten years', register({ period: { years: 10 } }), '/period/years', /1 to 9/],
    ['years of a transfer', transfer({ period: { years: 1 } }), '/period', /nothing of years/],
    ['an AuthInfo with a blank', transfer({ authInfo: 'a b' }), '/authInfo', /visible/],
    ['an AuthInfo elsewhere', register({ authInfo: 'x' }), '/authInfo', /leave it out/],
    ['an update of nothing', update(), '', /changes nothing/],
    ['the holder of an update', update({ contacts: CONTACTS }), '/contacts/holder', /no such contact/],
    ['a change of holder without one', order({ action: 'change-holder' }), '/contacts/holder', /needs the holder/],
    ['no name servers', order({ action: 'update-nameservers' }), '/nameservers', /There are 0/],
    ['contacts of a deletion', order({ action: 'close', contacts: CONTACTS }), '/contacts/holder', /nothing of this/],
    ['keys', register({ dnssec: ['257 3 13 AAAA'] }), '/dnssec', /nothing of DNS/],
    ['what it has no operation for', order({ action: 'renew' }), '/action', /sends no renew/],
  ])('%s', (_, input, pointer, detail) => {
    const found = profile.check(input).filter((problem) => problem.pointer === pointer)
    expect(describeProblems(found)).toMatch(detail)
  })
})

test('a reference that is no tracking-id never becomes a request', () => {
  expect(() => profile.encode(register({}, { reference: 'SP-1' }))).toThrow(/tracking-id/)
})

type Change = (text: string) => string
const confirmed = (
  input: EncodeInput,
  { subject: of = (text) => text, body: by = (text) => text }: { subject?: Change; body?: Change },
) => {
  const { subject, body } = render(profile, input)
  expect(`${of(subject)}\n${by(body)}`).not.toBe(`${subject}\n${body}`)
  return describeProblems(profile.confirm({ subject: of(subject), body: by(body) }, input))
}

describe('confirm of what is documented, a registration', () => {
  test.each<[string, Change, RegExp]>([
    ['another tracking-id', (text) => text.replace('sp-a1', 'sp-b1'), /"tracking-id" says/],
    ['another operation', (text) => text.replace('CREATE', 'DELETE'), /"operation" says DELETE/],
    ['another object', (text) => text.replace('DOMAIN', 'CONTACT'), /"object" says/],
    ['another name', (text) => text.replace('sld: example', 'sld: other'), /"sld" says other/],
    ['a key of its own', (text) => text.replace('owner-c:', 'holder:'), /no line "owner-c"/],
    ['a line more', (text) => `${text}ns_name_4: ns4.example.net\n`, /a line "ns_name_4"/],
    ['a line twice', (text) => `${text}tld: at\n`, /more than once/],
    ['prose', (text) => `Hello\n${text}`, /Line 1/],
    ['a section', (text) => `${text}[x]\n`, /line \[x\]/],
  ])('refuses %s', (_, body, reason) => {
    expect(confirmed(register(), { body })).toMatch(reason)
  })

  test('takes lines in another order, and any text behind the USER_ID', () => {
    const body: Change = (text) => text.split('\n').reverse().join('\n').trimStart().concat('\n')
    expect(confirmed(register(), { body, subject: () => 'U1234 hello' })).toBe('')
  })

  test.each(['hello', 'U12345 hello', ''])('refuses the subject "%s"', (subject) => {
    expect(confirmed(register(), { subject: () => subject })).toMatch(/USER_ID U1234/)
  })
})

describe('confirm of what is not, whose keys are the template’s own', () => {
  const input = transfer({ authInfo: 'Ab3-xY7_kQ' })
  test('takes other keys', () => {
    const body: Change = (text) => text.replace('auth-info', 'password').replace('owner-c', 'holder')
    expect(confirmed(input, { body })).toBe('')
  })

  test.each<[string, Change, RegExp]>([
    ['another operation', (text) => text.replace('TRANSFER-IN', 'DELETE'), /"operation" says DELETE/],
    ['no tracking-id', (text) => text.replace(/tracking-id.*\n/, ''), /no line "tracking-id"/],
    ['another name', (text) => text.replace('sld: example', 'sld: other'), /line "sld" is not/],
    ['values in another order', (text) => text.replace('JOWE0014', 'X').replace('ERMU0002', 'JOWE0014'), /is not what/],
    ['a line more', (text) => `${text}confirm: yes\n`, /line "confirm" is not/],
    ['a line less', (text) => text.replace(/ns_ip_2.*\n/, ''), /ends before .*"ns_ip_2"/],
  ])('refuses %s', (_, body, reason) => {
    expect(confirmed(input, { body })).toMatch(reason)
  })

  test('repeats no AuthInfo', () => {
    const text = confirmed(input, { body: (all) => all.replace('Ab3-xY7_kQ', 'Zz9-other1') })
    expect(text).toMatch(/auth-info/)
    expect(text).not.toMatch(/Ab3-xY7_kQ|Zz9-other1/)
  })
})

describe('replies', () => {
  const done = { outcome: 'done', reference: REFERENCE, code: null }
  const refused = { outcome: 'refused', reference: REFERENCE, code: null }
  testReplies(profile, {
    'created.txt': [{ ...done, action: 'register', domain: 'example.at' }],
    'created-idn.txt': [{ ...done, action: 'register', domain: 'xn--bcher-kva.at' }],
    'created-bare.txt': [{ ...done, action: 'register', domain: null }],
    'transferred.txt': [{ ...done, action: 'transfer' }],
    'updated.txt': [{ ...done, action: null }],
    'owner-changed.txt': [{ ...done, action: 'change-holder' }],
    'deleted.txt': [{ ...done, action: 'close' }],
    'locked.txt': [{ ...done, action: 'lock' }],
    'unlocked.txt': [{ ...done, action: 'release' }],
    'failed.txt': [{ ...refused, action: 'register', domain: 'example.at', text: 'invalid ip address' }],
    'failed-without-reason.txt': [{ ...refused, action: 'close', text: expect.stringMatching(/gave no reason/) }],
    'failed-in-german.txt': [{ ...refused, action: null, text: 'Der Inhaber Müller fehlt' }],
  })

  const read = (name: string) => readFileSync(new URL(`../../fixtures/nic-direct/${name}`, import.meta.url))

  test('a mail in Latin-1 means what the same says in UTF-8', async () => {
    const key = { file: 'registry.asc', notBefore: null, notAfter: null, names: null, format: 'openpgp' as const }
    const result = await authenticate({
      raw: read('latin1/failed-in-german.clear.eml'),
      trust: { schemes: ['openpgp-clear'], maxAge: 86_400_000, weak: [] },
      registryAddresses: [],
      keys: [{ ...key, bytes: read('../openpgp/keys/rsa2048.pub.asc') }],
      receivedAt: new Date('2026-06-01T12:00:10Z'),
    })
    if (result.stage !== 'trusted') throw new Error('the mail is not trusted')
    const account = { userId: 'U1234' }
    expect(profile.decode(result.content, account)).toEqual(
      profile.decode(signedContent(read('replies/failed-in-german.txt').toString('utf8')), account),
    )
  })

  test('an operation is known by the word of the account, and by no other', () => {
    const said = (account: object) =>
      profile.decode(signedContent(read('replies/deleted.txt').toString('utf8').replaceAll('DELETE', 'CANCEL')), {
        userId: '55',
        ...account,
      })[0]
    expect(said({})).toMatchObject({ outcome: 'unrecognised' })
    expect(said({ operations: { close: 'CANCEL' } })).toMatchObject({ outcome: 'done', action: 'close' })
    expect(said({ operations: { close: 'CANCEL', lock: 'CANCEL' } })).toMatchObject({ outcome: 'done', action: null })
  })
})

test.each([
  {},
  { userId: 'U 1' },
  { userId: 'U1', operations: { close: 'delete' } },
  { userId: 'U1', operations: { close: 'CREATE' } },
  { userId: 'U1', operations: { register: 'NEW' } },
  { userId: 'U1', other: 1 },
])('the account %j is refused', (account) => {
  expect(profile.account.safeParse(account).success).toBe(false)
})
