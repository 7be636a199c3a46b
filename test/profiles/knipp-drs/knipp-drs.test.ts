import { describe, expect, test } from 'vitest'
import type { Domain } from '../../../src/core/domain.js'
import { describeProblems } from '../../../src/core/errors.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { profile } from '../../../src/profiles/knipp-drs/index.js'
import { samples } from '../../../src/profiles/knipp-drs/samples.js'
import { capabilityOf, type EncodeInput } from '../../../src/profiles/profile.js'
import { sampleConnection, sampleTerms } from '../../../src/profiles/sample-order.js'
import { signedContent } from '../../helpers/signed-content.js'
import { formTakes, render, testForm, testGoldenRequests, testReplies } from '../profile-kit.js'

const REFERENCE = 'sp-a1b2c3d4e5f6g7h8j9k0m1n2p3'
const ACCOUNT = {
  contacts: { key: 'id', roles: ['holder', 'admin', 'tech', 'zone'] },
  nameservers: { key: 'ns.<n>.name', addressKey: 'ns.<n>.ip' },
}
const GENERIC = {
  ...{ document: 'appli-en-generic.txt', version: '4.0.1', language: 'de' },
  ...{ contacts: { key: 'contact-id', roles: ['holder', 'admin'] }, nameservers: { key: 'nserver<n>' } },
}
const id = (handle: string) => [{ handle }]
const CONTACTS = { holder: id('C-12345'), admin: id('C-12346'), tech: id('C-12347'), zone: id('C-12347') }
const HOSTS = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))
const OWN_HOST = { host: 'ns3.example.de', addresses: ['192.0.2.53', '2001:db8::53'] }

const stored = samples.find(({ input }) => input.domain !== null)?.input.domain ?? null
type More = { account?: object; contacts?: object; domain?: Domain | null }

const order = (change: Partial<OrderTerms> & Pick<OrderTerms, 'action'>, more: More = {}): EncodeInput => ({
  terms: sampleTerms({ domain: 'example.de', ...change }),
  reference: REFERENCE,
  domain: more.domain ?? null,
  connection: sampleConnection(
    { ...(more.account ?? ACCOUNT) },
    { defaults: { nameservers: [], contacts: { ...more.contacts } } },
  ),
  at: new Date('2026-06-01T12:00:00Z'),
})
const register = (change: Partial<OrderTerms> = {}, more: More = {}) =>
  order({ action: 'register', contacts: CONTACTS, nameservers: HOSTS, ...change }, more)
const update = (change: Partial<OrderTerms> & Pick<OrderTerms, 'action'>, more: More = {}) =>
  order(change, { domain: stored, ...more })

describe('requests', () => {
  testGoldenRequests(profile, {
    'register.txt': register({ nameservers: [...HOSTS, OWN_HOST] }),
    'register-idn.txt': register({ domain: 'xn--bcher-kva.de', unicodeName: 'bücher.de' }),
    'register-defaults.txt': register(
      { contacts: { holder: id('C-1') } },
      { contacts: { admin: { handle: 'C-2' }, tech: { handle: 'C-3' }, zone: [{ handle: 'C-4' }] } },
    ),
    'register-generic.txt': register(
      { domain: 'example.com', contacts: { holder: id('C-1'), admin: id('C-2') } },
      { account: GENERIC },
    ),
    'transfer.txt': order({ action: 'transfer', contacts: CONTACTS, nameservers: HOSTS, authInfo: 'Ab3-xY7_kQ' }),
    'transfer-generic.txt': order(
      {
        ...{ action: 'transfer', domain: 'example.com', nameservers: HOSTS, authInfo: 'Ab3-xY7_kQ' },
        contacts: { holder: id('C-1'), admin: id('C-2') },
      },
      { account: GENERIC },
    ),
    'update-nameservers.txt': update({ action: 'update-nameservers', nameservers: [...HOSTS, OWN_HOST] }),
    'update.txt': update({ action: 'update', contacts: { tech: id('C-9') } }),
    'change-holder.txt': update({ action: 'change-holder', contacts: { holder: id('C-54321') } }),
    'close.txt': order({ action: 'close' }, { account: {} }),
  })
})

describe('the forms of billing systems', () => {
  const contacts = (change: object) => register({ contacts: { ...CONTACTS, ...change } })
  const transfer = (change: Partial<OrderTerms> = {}) =>
    order({ action: 'transfer', contacts: CONTACTS, nameservers: HOSTS, authInfo: 'x', ...change })
  const hosts = Array.from({ length: 13 }, (_, n) => ({ host: `ns${n}.example.net`, addresses: [] }))
  testForm(profile, {
    'no holder, whatever the connection has': register(
      { contacts: { admin: id('C-2'), tech: id('C-3'), zone: id('C-4') } },
      { contacts: { holder: { handle: 'C-1' } } },
    ),
    'no tech': register({ contacts: { holder: id('C-1'), admin: id('C-2'), zone: id('C-3') } }),
    'two admins': contacts({ admin: [...id('C-1'), ...id('C-2')] }),
    data: contacts({ tech: [{ name: 'Erika' }] }),
    'data beside an id': contacts({ tech: [{ handle: 'C-1', name: 'Erika' }] }),
    'what is no id': contacts({ tech: id('a b') }),
    'a role that the form has not': contacts({ billing: id('C-1') }),
    'a role that another form has': register(
      { domain: 'example.com', contacts: { holder: id('C-1'), admin: id('C-2'), tech: id('C-3') } },
      { account: GENERIC },
    ),
    'no name servers': register({ nameservers: [] }),
    'one name server': register({ nameservers: HOSTS.slice(1) }),
    thirteen: register({ nameservers: hosts }),
    'glue whose key is not known': register(
      { nameservers: [...HOSTS, OWN_HOST] },
      { account: { ...ACCOUNT, nameservers: { key: 'ns<n>' } } },
    ),
    'a transfer without AuthInfo': transfer({ authInfo: null }),
    'an AuthInfo with a blank': transfer({ authInfo: 'a b' }),
    'an AuthInfo elsewhere': register({ authInfo: 'x' }),
    'the holder of an update': update({ action: 'update', contacts: { holder: id('C-1') } }),
    'a change of holder without one': update({ action: 'change-holder' }),
    'an update of no name servers': update({ action: 'update-nameservers' }),
    years: register({ period: { years: 1 } }),
    'a contact of a deletion': order({ action: 'close', contacts: CONTACTS }),
  })

  test('F56: leave out what the connection has', () => {
    const input = order({ action: 'register', contacts: { holder: id('C-1'), admin: id('C-2') } })
    const defaults = { nameservers: HOSTS, contacts: { tech: { handle: 'C-3' }, zone: [{ handle: 'C-4' }] } }
    expect(formTakes(profile, input)).toBe(false)
    expect(formTakes(profile, { ...input, connection: { ...input.connection, defaults } })).toBe(true)
  })

  test('F56: are there only for what the account tells the keys of', () => {
    const { connection } = register({}, { account: {} })
    expect([profile.formOf?.('register', connection), profile.formOf?.('close', connection)]).toMatchObject([null, {}])
  })
})

describe('check refuses', () => {
  test.each<[string, EncodeInput, string, RegExp]>([
    ['what its keys are not known for', register({}, { account: {} }), '/action', /account\.contacts/],
    ['a name of another form', register({ domain: 'example.com' }), '/domain', /appli-en-de\.txt/],
    ['what is no name', register({ domain: 'x' }), '/domain', /one label/],
    [
      'no holder',
      register({ contacts: {} }, { contacts: { holder: { handle: 'C-1' } } }),
      '/contacts/holder/0',
      /needs a holder/,
    ],
    [
      'two admins',
      register({ contacts: { ...CONTACTS, admin: [...id('C-1'), ...id('C-2')] } }),
      '/contacts/admin',
      /several/,
    ],
    [
      'data',
      register({ contacts: { ...CONTACTS, tech: [{ name: 'Erika' }] } }),
      '/contacts/tech/0',
      /leave its data out/,
    ],
    ['what is no id', register({ contacts: { ...CONTACTS, tech: id('a b') } }), '/contacts/tech/0/handle', /no id/],
    [
      'a role that the form has not',
      register({ contacts: { ...CONTACTS, billing: id('C-1') } }),
      '/contacts/billing',
      /no such contact/,
    ],
    ['one name server', register({ nameservers: HOSTS.slice(1) }), '/nameservers', /2 to 12/],
    ['a host twice', register({ nameservers: [...HOSTS, ...HOSTS] }), '/nameservers/2/host', /twice/],
    [
      'glue that is missing',
      register({ nameservers: [...HOSTS, { ...OWN_HOST, addresses: [] }] }),
      '/nameservers/2/addresses',
      /needs its addresses/,
    ],
    [
      'glue outside',
      register({ nameservers: [...HOSTS, { host: 'a.example.net', addresses: ['192.0.2.1'] }] }),
      '/nameservers/2/addresses',
      /lies outside/,
    ],
    [
      'glue whose key is not known',
      register({ nameservers: [...HOSTS, OWN_HOST] }, { account: { ...ACCOUNT, nameservers: { key: 'ns<n>' } } }),
      '/nameservers/2/addresses',
      /addressKey/,
    ],
    [
      'a transfer without AuthInfo',
      order({ action: 'transfer', contacts: CONTACTS, nameservers: HOSTS }),
      '/authInfo',
      /AuthInfo/,
    ],
    [
      'an AuthInfo with a blank',
      order({ action: 'transfer', contacts: CONTACTS, nameservers: HOSTS, authInfo: 'a b' }),
      '/authInfo',
      /visible/,
    ],
    ['an AuthInfo elsewhere', register({ authInfo: 'x' }), '/authInfo', /AuthInfo/],
    [
      'the holder of an update',
      update({ action: 'update', contacts: { holder: id('C-1') } }),
      '/contacts/holder',
      /change-holder/,
    ],
    ['a change of holder without one', update({ action: 'change-holder' }), '/contacts/holder/0', /no new holder/],
    [
      'an update of what is not stored',
      order({ action: 'update', nameservers: HOSTS }),
      '/contacts/holder/0',
      /sent whole/,
    ],
    [
      'an update without name servers anywhere',
      order({ action: 'update', contacts: CONTACTS }),
      '/nameservers',
      /sent whole/,
    ],
    ['an update of no name servers', update({ action: 'update-nameservers' }), '/nameservers', /2 to 12/],
    ['years', register({ period: { years: 1 } }), '/period', /years/],
    ['a contact of a deletion', order({ action: 'close', contacts: CONTACTS }), '/contacts/holder', /nothing of this/],
  ])('%s', (_, input, pointer, detail) => {
    const found = profile.check(input).filter((problem) => problem.pointer === pointer)
    expect(describeProblems(found)).toMatch(detail)
  })
})

describe('confirm refuses a form', () => {
  const input = register({ nameservers: [...HOSTS, OWN_HOST] })
  const { subject, body } = render(profile, input)
  const confirm = (text: string) => describeProblems(profile.confirm({ subject, body: text }, input))
  test.each<[string, (body: string) => string, RegExp]>([
    ['with another reference', (text) => text.replace('sp-a1', 'sp-b1'), /"0\/reference" says/],
    ['with another mode', (text) => text.replace('mode: new', 'mode: delete'), /"1\/mode" says/],
    ['with another domain', (text) => text.replace('domain: example', 'domain: other'), /"1\/domain" says/],
    ['with an empty mode', (text) => text.replace('mode: new', 'mode:'), /no line "1\/mode"/],
    [
      'with a contact in another section',
      (text) => text.replace('section: 2\nid: C-12345', 'section: 2\nid: C-12346'),
      /"2\/id" says/,
    ],
    ['with a contact twice', (text) => text.replace('id: C-12345', 'id: C-12345\nid: C-1'), /"2\/id" says/],
    ['with a section twice', (text) => `${text}section: 6\n`, /do not ascend/],
    [
      'with sections in another order',
      (text) =>
        text
          .replace('section: 2', 'section: x')
          .replace('section: 3', 'section: 2')
          .replace('section: x', 'section: 3'),
      /do not ascend/,
    ],
    ['with a name server that is commented out', (text) => text.replace('ns.2', '#ns.2'), /no line "6\/ns\.2\.name"/],
    ['with a line more', (text) => `${text}ns.9.name: evil.example\n`, /a line "6\/ns\.9\.name"/],
    ['with an AuthInfo', (text) => text.replace('\nauthinfo:', '\nauthinfo: x'), /a line "1\/authinfo"/],
    ['with prose', (text) => `Dear robot,\n${text}`, /Line 1 is neither/],
    ['that is empty', () => '', /no line "section"/],
  ])('%s', (_, change, reason) => {
    expect(change(body)).not.toBe(body)
    expect(confirm(change(body))).toMatch(reason)
  })

  test('comments and blank lines change nothing', () => {
    expect(confirm(`# for people: mode: delete\n\n${body}\n`)).toBe('')
  })
})

describe('replies', () => {
  const done = { outcome: 'done', reference: REFERENCE, action: null, undelegatedUntil: null, expiresAt: null }
  testReplies(profile, {
    'completed.txt': [
      { ...done, domain: 'example.de', code: '10000', text: 'Command completed successfully', findings: [] },
    ],
    'completed-alone.txt': [{ ...done, domain: null }],
    'transfer-initiated.txt': [
      { outcome: 'accepted', reference: REFERENCE, domain: 'example.de', action: 'transfer', code: '10310' },
    ],
    'good-code-unknown.txt': [{ outcome: 'accepted', code: '10999' }],
    'not-delegated.txt': [
      { ...done, domain: 'xn--bcher-kva.de', code: '23300', undelegatedUntil: new Date('2026-06-30T22:00:00Z') },
    ],
    // A month from the time of the signature, which the tests have in their own way.
    'not-delegated-undated.txt': [{ ...done, code: '23300', undelegatedUntil: new Date('2025-03-31T12:10:00Z') }],
    'syntax-error.txt': [
      {
        ...{ outcome: 'refused', reference: REFERENCE, code: '20001', text: 'Command syntax error' },
        findings: [
          { level: 'error', code: '20206', text: 'invalid field content (section 2, key country, line.no 43)' },
          { level: 'error', code: '20204', text: 'field missing (section 2, key phone)' },
        ],
      },
    ],
    'syntax-error-without-reference.txt': [{ outcome: 'refused', reference: null, domain: null }],
    'bad-code-unknown.txt': [{ outcome: 'refused', code: '30001', text: 'The registrar says 30001.' }],
    'moved-away.txt': [
      {
        ...{ outcome: 'notice', domain: 'example.de', code: '10303', reference: null },
        tidings: { at: null, kind: 'moved', from: profile.accountName({}), to: null },
      },
    ],
    'moving-away.txt': [{ outcome: 'notice', tidings: { at: null, kind: 'news', urgent: true } }],
  })

  const decode = (text: string) => profile.decode(signedContent(text), ACCOUNT)[0]

  test.each<[string, string]>([
    ['a transfer away that answers an order', 'result.code: 10303\n'],
    ['a failure that says registered', 'result.code: 20001\nresult.1.code: 23300\n'],
    ['a name in Unicode', 'result.code: 10000\ndomain.name: bücher.de\n'],
  ])('%s is for a person', (_, lines) => {
    expect(decode(`reference: sp-1\n${lines}`)).toMatchObject({ outcome: 'unrecognised', reference: 'sp-1' })
  })
})

test('there is no more than a deletion until the account tells the keys of the form', () => {
  const capability = (account: object, action: 'register' | 'close') =>
    capabilityOf(profile, sampleConnection({ ...account }), action).supported
  expect([capability({}, 'register'), capability({}, 'close'), capability(ACCOUNT, 'register')]).toEqual([
    false,
    true,
    true,
  ])
})

test.each([
  { document: 'form.txt' },
  { version: '5' },
  { contacts: { key: 'id:', roles: ['holder'] } },
  { contacts: { key: 'id', roles: ['nobody'] } },
  { nameservers: { key: 'ns' } },
  { other: 1 },
])('the account %j is refused', (account) => {
  expect(profile.account.safeParse(account).success).toBe(false)
})
