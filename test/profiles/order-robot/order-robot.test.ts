import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../../src/core/errors.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { profile } from '../../../src/profiles/order-robot/index.js'
import type { EncodeInput } from '../../../src/profiles/profile.js'
import { sampleConnection, sampleTerms } from '../../../src/profiles/sample-order.js'
import { formTakes, render, testForm, testGoldenRequests, testReplies } from '../profile-kit.js'

const REFERENCE = 'sp-a1b2c3d4e5f6g7h8j9k0m1n2p3'
const ACCOUNT = { admin: 'xyz00', authInfoField: 'DOMAIN_AUTHINFO' }
const owner = [{ handle: 'ABC123@HANDLES.DE' }]
const admin = [{ handle: 'DEF456@HANDLES.DE' }]
const BOTH = { holder: owner, admin }
const PERSON = {
  ...{ name: 'Jürgen Größe', organization: 'Übersee', street: ['Beispielweg 1'], city: 'Köln', postalCode: '50667' },
  ...{ country: 'DE', phone: '+4930123456', email: 'juergen@example.net' },
}
const HOSTS = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))

type More = { account?: object; defaults?: object; mode?: 'live' | 'test' }
const order = (change: Partial<OrderTerms> & Pick<OrderTerms, 'action'>, more: More = {}): EncodeInput => ({
  terms: sampleTerms({ domain: 'example.com', ...change }),
  ...{ reference: REFERENCE, domain: null, at: new Date('2026-06-01T12:00:00Z') },
  connection: sampleConnection(
    { ...ACCOUNT, ...more.account },
    { mode: more.mode ?? 'live', defaults: { nameservers: [], contacts: { ...more.defaults } } },
  ),
})
const register = (change: Partial<OrderTerms> = {}, more: More = {}) =>
  order({ action: 'register', contacts: BOTH, ...change }, more)
const transfer = (change: Partial<OrderTerms> = {}, more: More = {}) =>
  order({ action: 'transfer', contacts: BOTH, ...change }, more)

describe('requests', () => {
  testGoldenRequests(profile, {
    'register.txt': register({ nameservers: HOSTS }),
    'register-data.txt': register({ contacts: { holder: [PERSON], admin, tech: owner, zone: [PERSON] } }),
    'register-defaults.txt': register(
      {},
      { defaults: { tech: { handle: 'T1@HANDLES.DE' }, zone: [{ handle: 'Z1@HANDLES.DE' }] } },
    ),
    'transfer.txt': transfer(),
    'transfer-authinfo.txt': transfer({ authInfo: 'Ab3-xY7_kQ' }),
    'update.txt': order({ action: 'update', contacts: { holder: [PERSON] } }),
    'update-nameservers.txt': order({
      ...{ action: 'update-nameservers' },
      nameservers: [...HOSTS, { host: 'ns3.example.com', addresses: ['192.0.2.53', '2001:db8::53'] }],
    }),
    'close.txt': order({ action: 'close' }),
    'transit.txt': order({ action: 'transit' }),
    'lock.txt': order({ action: 'lock' }),
    'release.txt': order({ action: 'release' }),
    'approve-transfer.txt': order({ action: 'approve-transfer' }),
    'reject-transfer.txt': order({ action: 'reject-transfer' }),
    'debug.txt': order({ action: 'close' }, { mode: 'test', account: { debug: 'yes' } }),
    'another-domain-field.txt': order({ action: 'close' }, { account: { domainField: 'DOMAIN' } }),
  })
})

describe('F64: ROBOT_DEBUG', () => {
  test.each([
    ['live', 1],
    [undefined, 1],
    ['test', 0],
  ] as const)('of a connection in mode %s', (mode, problems) => {
    expect(profile.refuse?.({ mode, account: { ...ACCOUNT, debug: 'yes' } })).toHaveLength(problems)
    expect(profile.refuse?.({ mode, account: ACCOUNT })).toEqual([])
  })

  test('is never sent outside test mode, even where the account has it', () => {
    const { body } = render(profile, order({ action: 'close' }, { account: { debug: 'yes' } }))
    expect(body).toContain('\nROBOT_DEBUG=""\n')
  })
})

describe('the forms of billing systems', () => {
  const owned = (change: object) => register({ contacts: { admin, holder: [{ ...PERSON, ...change }] } })
  const hosts = Array.from({ length: 14 }, (_, n) => ({ host: `ns${n}.example.net`, addresses: [] }))
  testForm(profile, {
    'no admin-c': register({ contacts: { holder: owner } }),
    'no owner, whatever the connection has': register({ contacts: { admin } }, { defaults: { holder: owner } }),
    'no contacts': transfer({ contacts: {} }),
    'two owners': register({ contacts: { admin, holder: [...owner, ...admin] } }),
    'a role that is none': register({ contacts: { ...BOTH, billing: owner } }),
    'a handle of nobody': register({ contacts: { admin, holder: [{ handle: 'A@example.net' }] } }),
    'a handle of another domain': register({ contacts: BOTH }, { account: { handleDomain: 'handles.example' } }),
    'what only looks like the domain of handles': register({
      contacts: { admin, holder: [{ handle: 'A@HANDLESxDE' }] },
    }),
    'a handle of two addresses': register({ contacts: { admin, holder: [{ handle: 'A@x@HANDLES.DE' }] } }),
    'a handle with data': owned({ handle: 'ABC123@HANDLES.DE' }),
    'data without a name': owned({ name: undefined }),
    'data without a street': owned({ street: undefined }),
    'data without a phone': owned({ phone: undefined }),
    'data without e-mail': owned({ email: undefined }),
    'four lines of a street': owned({ street: ['a', 'b', 'c', 'd'] }),
    'an e-mail address of 81 characters': owned({ email: `${'a'.repeat(69)}@example.net` }),
    'a country by its name': owned({ country: 'Germany' }),
    'a role': owned({ type: 'role' }),
    'a template of an address': owned({ uriTemplate: 'mailto:a@example.net' }),
    fourteen: register({ nameservers: hosts }),
    'an update of no name servers': order({ action: 'update-nameservers' }),
    'an update of one name server': order({ action: 'update-nameservers', nameservers: HOSTS.slice(1) }),
    'contacts of an update of name servers': order({
      ...{ action: 'update-nameservers', nameservers: HOSTS, contacts: BOTH },
    }),
    'an AuthInfo without a field': transfer({ authInfo: 'x' }, { account: { authInfoField: undefined } }),
    'an AuthInfo with a quotation mark': transfer({ authInfo: 'a"b' }),
    'an AuthInfo elsewhere': register({ authInfo: 'x' }),
    years: register({ period: { years: 2 } }),
    'name servers of an answer': order({ action: 'reject-transfer', nameservers: HOSTS }),
    'contacts of a deletion': order({ action: 'close', contacts: BOTH }),
  })

  test("F56: leave out the admin-c that the connection has, and what is the robot's own", () => {
    const defaults = { admin: { handle: 'A1@HANDLES.DE' } }
    expect(formTakes(profile, register({ contacts: { holder: owner } }, { defaults }))).toBe(true)
  })

  test('F56: take handles in any case', () => {
    const input = register({ contacts: { admin, holder: [{ handle: 'abc123@handles.de' }] } })
    expect([profile.check(input), formTakes(profile, input)]).toEqual([[], true])
  })
})

describe('check refuses', () => {
  test.each<[string, EncodeInput, string, RegExp]>([
    ['no name', register({ domain: 'x' }), '/domain', /one label/],
    ['no admin-c', register({ contacts: { holder: owner } }), '/contacts/admin', /needs the admin/],
    [
      'no owner',
      register({ contacts: { admin } }, { defaults: { holder: owner } }),
      '/contacts/holder',
      /needs the holder/,
    ],
    ['two owners', register({ contacts: { admin, holder: [...owner, ...admin] } }), '/contacts/holder', /several/],
    [
      'a role that is none',
      register({ contacts: { ...BOTH, billing: owner } }),
      '/contacts/billing',
      /no such contact/,
    ],
    [
      'a handle of nobody',
      register({ contacts: { admin, holder: [{ handle: 'A@example.net' }] } }),
      '/contacts/holder/0/handle',
      /no handle/,
    ],
    [
      'a handle with data',
      register({ contacts: { admin, holder: [{ ...PERSON, ...owner[0] }] } }),
      '/contacts/holder/0/handle',
      /not by both/,
    ],
    [
      'a handle as an address',
      register({ contacts: { admin, holder: [{ ...PERSON, email: 'abc1@handles.de' }] } }),
      '/contacts/holder/0/email',
      /nobody reads/,
    ],
    ['a handle to notify', register({ notify: 'ABC123@HANDLES.DE' }), '/notify', /nobody reads/],
    [
      'a handle as the address of the account',
      register({ account: { id: 'a', type: 'provider', email: 'A@handles.de' } }),
      '/account/email',
      /nobody reads/,
    ],
    [
      'a quotation mark',
      register({ contacts: { admin, holder: [{ ...PERSON, name: 'A "B" C' }] } }),
      '/contacts/holder/0',
      /quotation mark/,
    ],
    ['one name server', register({ nameservers: HOSTS.slice(1) }), '/nameservers', /give 2 to 13/],
    [
      'an AuthInfo without a field',
      transfer({ authInfo: 'x' }, { account: { authInfoField: undefined } }),
      '/authInfo',
      /leave it out/,
    ],
    ['an AuthInfo with a quotation mark', transfer({ authInfo: 'a"b' }), '/authInfo', /quotation mark/],
    ['years', register({ period: { years: 2 } }), '/period', /nothing of years/],
    ['an update of nothing', order({ action: 'update' }), '', /changes nothing/],
    ['a release of .de', order({ action: 'release', domain: 'example.de' }), '/domain', /locks no \.de/],
    [
      'name servers of an answer',
      order({ action: 'reject-transfer', nameservers: HOSTS }),
      '/nameservers',
      /nothing of/,
    ],
    ['a lock of .de', order({ action: 'lock', domain: 'example.de' }), '/domain', /locks no \.de/],
    ['contacts of a deletion', order({ action: 'close', contacts: BOTH }), '/contacts/holder', /nothing of this/],
    ['what it has no form for', order({ action: 'setup' }), '/action', /sends no setup/],
  ])('%s', (_, input, pointer, detail) => {
    const found = profile.check(input).filter((problem) => problem.pointer === pointer)
    expect(describeProblems(found)).toMatch(detail)
  })
})

describe('confirm', () => {
  const input = transfer({ authInfo: 'Ab3-xY7_kQ' })
  const draft = render(profile, input)
  const say = (from: string | RegExp, to: string) => ({ body: draft.body.replace(from, to) })
  test.each<[string, { subject?: string; body?: string }, RegExp]>([
    ['another subject', { subject: 'dom-order.example.net' }, /subject says/],
    ['another domain', say('"example.com"', '"example.net"'), /"domain_name" says/],
    ['another action', say('"transfer"', '"close"'), /"domain_action" says/],
    ['a debug word', say('DEBUG=""', 'DEBUG="1"'), /"robot_debug" says 1/],
    ['no reference', say(/Reference.*\n/, ''), /must have the line "Reference/],
    ['prose outside', say('Reference', 'Hello\nReference'), /and no other/],
    ['a field more', say(/#\n$/, 'X="y"\n#\n'), /a line "x"/],
    ['a field twice', say(/#\n$/, 'OWNER_HANDLE="y"\n#\n'), /there twice/],
    ['no end', say(/#\n$/, ''), /no line # after it/],
    ['two forms', { body: draft.body + draft.body }, /more than one/],
  ])('refuses %s', (_, change, reason) => {
    expect(describeProblems(profile.confirm({ ...draft, ...change }, input))).toMatch(reason)
  })

  test('takes comments behind the values, which the robot ignores', () => {
    expect(profile.confirm({ ...draft, ...say('"transfer"', '"transfer" ; register|transfer') }, input)).toEqual([])
  })

  test('repeats no AuthInfo', () => {
    const text = JSON.stringify(profile.confirm({ ...draft, ...say('Ab3-xY7_kQ', 'Zz9-other1') }, input))
    expect(text).toMatch(/domain_authinfo/)
    expect(text).not.toMatch(/Ab3-xY7_kQ|Zz9-other1/)
  })
})

describe('F80: the words of a status', () => {
  const about = { reference: REFERENCE, domain: 'example.com' }
  testReplies(profile, {
    'init.txt': [{ ...about, outcome: 'accepted', step: 'init' }],
    'filed.txt': [{ ...about, outcome: 'accepted', step: 'filed' }],
    'reg-req.txt': [{ ...about, outcome: 'accepted', step: 'REG-req' }],
    'reg-ok.txt': [{ ...about, outcome: 'done', step: 'REG-OK', handles: { holder: 'N1234@HANDLES.DE' } }],
    'kk-req.txt': [{ ...about, outcome: 'accepted', step: 'KK-req' }],
    'kk-ack.txt': [{ ...about, outcome: 'accepted', step: 'KK-ACK' }],
    'kk-nack.txt': [{ ...about, outcome: 'accepted', step: 'KK-NACK', text: 'example.com: owner unknown' }],
    'delegated.txt': [{ ...about, outcome: 'done', step: 'delegated' }],
    'connected.txt': [{ ...about, outcome: 'done', step: 'connected' }],
    'update.txt': [{ ...about, outcome: 'accepted', step: 'update' }],
    'error.txt': [{ ...about, outcome: 'refused', code: 'error', text: 'example.com: no such handle' }],
    'closed.txt': [{ ...about, outcome: 'done', step: 'closed' }],
    'gone.txt': [{ ...about, outcome: 'done', step: 'gone' }],
    'self.txt': [{ domain: 'example.com', outcome: 'notice', tidings: { kind: 'news', urgent: true } }],
    'closed-unasked.txt': [{ domain: 'example.com', outcome: 'notice', tidings: { kind: 'deleted' } }],
    'gone-unasked.txt': [{ domain: 'example.com', outcome: 'notice', tidings: { kind: 'moved', from: 'xyz00' } }],
    'asked-for.txt': [
      {
        ...{
          domain: 'example.com',
          outcome: 'notice',
          code: 'KK-req',
          text: 'example.com: PROVIDER-2 wants this name',
        },
        tidings: { kind: 'asked-for', at: null, by: 'PROVIDER-2', until: new Date('2026-06-06T12:00:00Z') },
      },
    ],
    'asked-for-bare.txt': [
      {
        ...{ domain: 'example.com', outcome: 'notice', text: 'example.com: another provider asks for a transfer' },
        tidings: { kind: 'asked-for', at: null, by: null, until: null },
      },
    ],
    'transit-asked.txt': [
      {
        ...{ domain: 'example.com', outcome: 'notice', code: 'TRANSIT', tidings: { kind: 'news', urgent: true } },
        text: 'example.com: the registry asks the holder to name a new provider before 2026-06-29T12:00:00.000Z',
      },
    ],
    'answered-nack.txt': [{ ...about, outcome: 'done', action: 'reject-transfer', step: 'KK-NACK' }],
    'answered-ack.txt': [{ domain: 'example.com', outcome: 'done', action: 'approve-transfer', step: 'KK-ACK' }],
    'answer-taken.txt': [{ domain: 'example.com', outcome: 'accepted', action: 'reject-transfer', step: 'init' }],
    'answer-in-vain.txt': [{ domain: 'example.com', outcome: 'refused', action: 'reject-transfer', code: 'error' }],
    'gone-after-ack.txt': [{ ...about, outcome: 'notice', action: null, tidings: { kind: 'moved', from: 'xyz00' } }],
    'bare.txt': [{ domain: 'example.com', outcome: 'accepted', reference: null, step: 'REG-req' }],
  })
})

test('F70: the TLDs whose names are locked when they come to it', () => {
  const locked = ['com', 'net', 'org', 'info', 'biz', 'name', 'tv', 'cc', 'bz', 'nu', 'cn', 'tw']
  for (const tld of [...locked, 'com.tw']) expect(profile.locks?.(`example.${tld}`), tld).toBe(true)
  for (const tld of ['de', 'eu', 'co.uk', 'network']) expect(profile.locks?.(`example.${tld}`), tld).toBe(false)
})

test.each([
  {},
  { admin: 'A B' },
  { admin: 'a', debug: 'a"b' },
  { admin: 'a', domainField: 'x"' },
  { admin: 'a', other: 1 },
])('the account %j is refused', (account) => {
  expect(profile.account.safeParse(account).success).toBe(false)
})
