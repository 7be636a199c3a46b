import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeProblems } from '../../../src/core/errors.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { profile } from '../../../src/profiles/core-srsp/index.js'
import { fieldOf, linesOf, readPayload } from '../../../src/profiles/core-srsp/payload.js'
import type { EncodeInput } from '../../../src/profiles/profile.js'
import { sampleConnection, sampleTerms } from '../../../src/profiles/sample-order.js'
import { signedContent } from '../../helpers/signed-content.js'
import { formTakes, render, testForm, testGoldenRequests, testReplies } from '../profile-kit.js'

const REFERENCE = 'sp-a1b2c3d4e5f6g7h8j9k0m1n2p3'
const ACCOUNT = { registrar: 'reg.hoster.example', hosts: { 'ns1.hoster.example': 'ns00017' }, interval: 2 }

const PERSON = {
  ...{ name: 'Erika Größe', street: ['Beispielweg 1', 'Hinterhaus'], city: 'Köln', postalCode: '50667', country: 'DE' },
  ...{ phone: '+492211234567', email: 'erika@example.net' },
}
const OWNER = { ...PERSON, organization: 'Übersee GmbH', type: 'organization' as const }
const holder = [{ organization: 'Übersee GmbH' }]
const admin = [{ handle: 'ac00017' }]
const HOSTS = [
  { host: 'ns1.hoster.example', addresses: [] },
  { host: 'NS2.example.info', addresses: ['192.0.2.53', '198.51.100.53'] },
]

const hostsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ host: `a${n}.example.net`, addresses: [`192.0.2.${n + 1}`] }))

type More = { account?: object; contacts?: Record<string, unknown> }

const order = (change: Partial<OrderTerms> & Pick<OrderTerms, 'action'>, more: More = {}): EncodeInput => ({
  terms: sampleTerms({ domain: 'example.info', ...change }),
  reference: REFERENCE,
  domain: null,
  connection: sampleConnection(
    { ...ACCOUNT, ...more.account },
    { defaults: { nameservers: [], contacts: more.contacts ?? {} } },
  ),
  at: new Date('2026-06-01T12:00:00Z'),
})
const register = (change: Partial<OrderTerms> = {}, more: More = {}) =>
  order({ action: 'register', contacts: { holder, admin }, nameservers: HOSTS, ...change }, more)
const transfer = (change: Partial<OrderTerms> = {}) =>
  order({ action: 'transfer', contacts: { tech: admin }, authInfo: '00xQPHYlVDIw6', ...change })
const contact = (change: object, action: 'create-contact' | 'update-contact' = 'create-contact') =>
  order({ action, contacts: { tech: [{ ...PERSON, ...change }] } })

describe('requests', () => {
  testGoldenRequests(profile, {
    'register.txt': register(),
    'register-owner.txt': register({ contacts: { holder: [OWNER] }, period: { years: 2 } }),
    'register-all.txt': register({
      ...{ domain: 'xn--bcher-kva.info', unicodeName: 'bücher.info' },
      contacts: { holder: [{ name: '"Das Beispiel" GmbH' }], admin: [PERSON], tech: [OWNER], billing: admin },
    }),
    'register-defaults.txt': register(
      { contacts: { holder } },
      { contacts: { admin: { handle: 'AC1' }, tech: [{ handle: 'AC2' }], zone: { handle: 'AC3' } } },
    ),
    'register-long-lines.txt': register(
      {
        contacts: { holder: [{ organization: `Gesellschaft ${'zur Pflege des Beispiels '.repeat(8)}mbH` }], admin },
        nameservers: [HOSTS[0], { host: `ns2.${'long.'.repeat(12)}example.net`, addresses: ['192.0.2.1'] }].flatMap(
          (host) => host ?? [],
        ),
      },
      { account: { registrar: 'the-registrar-with-a-long-name.hoster.example' } },
    ),
    'transfer.txt': transfer(),
    'update-nameservers.txt': order({ action: 'update-nameservers', nameservers: HOSTS }),
    'update.txt': order({ action: 'update', nameservers: HOSTS, contacts: { holder, tech: [PERSON] } }),
    'change-holder.txt': order({ action: 'change-holder', contacts: { holder, admin } }),
    'renew.txt': order({ action: 'renew', period: { years: 2 } }),
    'close.txt': order({ action: 'close' }),
    'info.txt': order({ action: 'info', domain: 'xn--bcher-kva.info' }),
    'create-contact.txt': contact({ province: 'NRW' }),
    'create-contact-handle.txt': contact({ handle: 'my-own' }),
    'update-contact.txt': order({
      action: 'update-contact',
      contacts: { tech: [{ handle: 'TC00017', city: 'Bonn' }] },
    }),
  })
})

describe('the forms of billing systems', () => {
  testForm(profile, {
    'no owner': register({ contacts: { admin } }),
    'two owners': register({ contacts: { admin, holder: [...holder, ...holder] } }),
    'an owner by a handle': register({ contacts: { holder: admin } }),
    'an owner of two names beside an admin of the connection': register(
      { contacts: { holder: [{ organization: 'Übersee GmbH', name: 'Erika Größe' }] } },
      { contacts: { admin: admin[0] } },
    ),
    'an owner of two names in an update': order({ action: 'update', contacts: { holder: [OWNER] } }),
    'an admin without e-mail': register({ contacts: { holder, admin: [{ name: 'Erika' }] } }),
    'an admin without a name': register({ contacts: { holder, admin: [{ email: 'erika@example.net' }] } }),
    'a handle and data': register({ contacts: { holder, admin: [{ ...PERSON, handle: 'A' }] } }),
    'a handle that refers': register({ contacts: { holder, admin: [{ handle: '=tech' }] } }),
    'two admins': register({ contacts: { holder, admin: [...admin, ...admin] } }),
    'a role that is none': register({ contacts: { holder, admin, zone: admin } }),
    'three lines of a street': register({ contacts: { holder, admin: [{ ...PERSON, street: ['a', 'b', 'c'] }] } }),
    'a country by its name': register({ contacts: { holder, admin: [{ ...PERSON, country: 'Germany' }] } }),
    'an empty name': register({ contacts: { holder: [{ name: '' }], admin } }),
    'a name that is too long': register({ contacts: { holder: [{ name: 'x'.repeat(256) }], admin } }),
    'a template of an address': contact({ uriTemplate: 'mailto:a@example.net' }),
    'no name servers': register({ nameservers: [] }),
    'one name server': register({ nameservers: HOSTS.slice(1) }),
    thirteen: register({ nameservers: hostsOf(13) }),
    'nine addresses': register({
      nameservers: [...HOSTS, { host: 'a.example.net', addresses: [...'123456789'].map((n) => `192.0.2.${n}`) }],
    }),
    'other years than the registry has': register({ period: { years: 1 } }),
    'years that nobody knows': order({ action: 'renew', period: { years: 2 } }, { account: { interval: undefined } }),
    'an AuthInfo': register({ authInfo: 'x' }),
    'DNSSEC keys': register({ dnssec: ['257 3 13 AAAA'] }),
    'a transfer without the key': transfer({ authInfo: null }),
    'a transfer that nobody countersigns': transfer({ contacts: {} }),
    'a transfer that two countersign': transfer({ contacts: { admin, tech: admin } }),
    'a transfer by data': transfer({ contacts: { admin: [PERSON] } }),
    'a transfer by the owner': transfer({ contacts: { holder: admin } }),
    'name servers of a transfer': transfer({ nameservers: HOSTS }),
    'an update of no name servers': order({ action: 'update-nameservers' }),
    'contacts of an update of name servers': order({
      ...{ action: 'update-nameservers', nameservers: HOSTS, contacts: { admin } },
    }),
    'a change of holder without one': order({ action: 'change-holder', contacts: { admin } }),
    'name servers of a change of holder': order({
      ...{ action: 'change-holder', nameservers: HOSTS, contacts: { holder } },
    }),
    'a contact of a deletion': order({ action: 'close', contacts: { holder } }),
    'no contact': order({ action: 'create-contact' }),
    'two contacts': order({ action: 'create-contact', contacts: { admin: [PERSON], tech: [PERSON] } }),
    'a contact without a name': contact({ name: undefined }),
    'a contact without e-mail': contact({ email: undefined }),
    'a changed contact without a handle': contact({}, 'update-contact'),
    'a change of nothing': order({ action: 'update-contact', contacts: { tech: [{ handle: 'TC00017' }] } }),
  })

  test('F56: ask for no name servers where the connection has its own', () => {
    const input = order({ action: 'register', contacts: { holder, admin } })
    const defaults = { nameservers: HOSTS, contacts: {} }
    expect(formTakes(profile, input)).toBe(false)
    expect(formTakes(profile, { ...input, connection: { ...input.connection, defaults } })).toBe(true)
  })

  test.each(['transfer', 'create-contact', 'update-contact'] as const)('F56: ask for one contact of %s', (action) => {
    const form = profile.formOf?.(action, transfer().connection) ?? z.never()
    expect(form.safeParse({ contacts: {}, authInfo: 'x' }).success).toBe(false)
    expect(z.toJSONSchema(form)).toMatchObject({ properties: { contacts: { minProperties: 1, maxProperties: 1 } } })
  })

  test('F56: take a holder who is the admin too, unless the connection has one', () => {
    const change = { contacts: { holder: [OWNER] } }
    expect(formTakes(profile, register(change))).toBe(true)
    expect(formTakes(profile, register(change, { contacts: { admin: admin[0] } }))).toBe(false)
  })
})

describe('check refuses', () => {
  test.each<[string, EncodeInput, string, RegExp]>([
    ['a name on the third level', register({ domain: 'example.co.uk' }), '/domain', /directly below/],
    ['what is no name', register({ domain: 'info' }), '/domain', /one label/],
    ['no owner', register({ contacts: { admin } }), '/contacts/holder/0', /no owner/],
    ['two owners', register({ contacts: { holder: [...holder, ...holder] } }), '/contacts/holder', /several owners/],
    [
      'an owner by a handle',
      register({ contacts: { holder: admin } }),
      '/contacts/holder/0/organization',
      /name alone/,
    ],
    [
      'data of an owner that has no place',
      register({ contacts: { holder: [OWNER], admin } }),
      '/contacts/holder/0/email',
      /name alone/,
    ],
    ['an owner who cannot be the admin', register({ contacts: { holder } }), '/contacts/holder/0/email', /e-mail/],
    ['two admins', register({ contacts: { holder, admin: [...admin, ...admin] } }), '/contacts/admin', /several/],
    [
      'a handle and data',
      register({ contacts: { holder, admin: [{ ...PERSON, handle: 'A' }] } }),
      '/contacts/admin/0/handle',
      /Leave one/,
    ],
    [
      'a handle that refers',
      register({ contacts: { holder, admin: [{ handle: '=tech' }] } }),
      '/contacts/admin/0/handle',
      /no handle/,
    ],
    ['a role that is none', register({ contacts: { holder, admin, zone: admin } }), '/contacts/zone', /no place/],
    ['one name server', register({ nameservers: HOSTS.slice(1) }), '/nameservers', /2 to 12/],
    [
      'thirteen',
      register({
        nameservers: hostsOf(13),
      }),
      '/nameservers',
      /2 to 12/,
    ],
    [
      'a host without address',
      register({ nameservers: [...HOSTS, { host: 'a.example.net', addresses: [] }] }),
      '/nameservers/2/addresses',
      /account\.hosts/,
    ],
    [
      'addresses of a host that exists',
      register({ nameservers: [{ host: 'ns1.hoster.example', addresses: ['192.0.2.1'] }, ...HOSTS.slice(1)] }),
      '/nameservers/0/addresses',
      /leave these out/,
    ],
    [
      'an IPv6 address',
      register({ nameservers: [...HOSTS, { host: 'a.example.net', addresses: ['2001:db8::1'] }] }),
      '/nameservers/2/addresses',
      /IPv6/,
    ],
    ['a host twice', register({ nameservers: [...HOSTS, ...HOSTS.slice(1)] }), '/nameservers/2/host', /twice/],
    ['other years than the registry has', register({ period: { years: 1 } }), '/period/years', /for 2 years/],
    [
      'years that nobody knows',
      order({ action: 'renew', period: { years: 1 } }, { account: { interval: undefined } }),
      '/period/years',
      /account\.interval/,
    ],
    ['DNSSEC keys', register({ dnssec: ['257 3 13 AAAA'] }), '/dnssec', /DNSSEC/],
    ['records', register({ records: ['example.info IN A 192.0.2.1'] }), '/records', /records/],
    ['an AuthInfo', register({ authInfo: 'x' }), '/authInfo', /AuthInfo/],
    ['a transfer without the key', transfer({ authInfo: null }), '/authInfo', /key of the contact/],
    ['a key that swallows a line', transfer({ authInfo: 'x\\' }), '/authInfo', /backslash/],
    ['a transfer that nobody countersigns', transfer({ contacts: {} }), '/contacts/admin', /countersigned/],
    [
      'a transfer that two countersign',
      transfer({ contacts: { admin, tech: admin } }),
      '/contacts/admin/0',
      /countersigned/,
    ],
    ['a transfer by data', transfer({ contacts: { admin: [PERSON] } }), '/contacts/admin/0', /countersigned/],
    ['name servers of a transfer', transfer({ nameservers: HOSTS }), '/nameservers', /name servers/],
    ['an update of nothing', order({ action: 'update' }), '', /changes nothing/],
    [
      'a change of holder without one',
      order({ action: 'change-holder', contacts: { admin } }),
      '/contacts/holder/0',
      /no owner/,
    ],
    [
      'contacts of an update of name servers',
      order({ action: 'update-nameservers', nameservers: HOSTS, contacts: { admin } }),
      '/contacts/admin',
      /no place/,
    ],
    ['a contact of a deletion', order({ action: 'close', contacts: { holder } }), '/contacts/holder', /none/],
    ['no contact', order({ action: 'create-contact' }), '/contacts', /one contact/],
    ['a contact without a name', contact({ name: undefined }), '/contacts/tech/0/name', /wants a name/],
    ['a contact without e-mail', contact({ email: undefined }), '/contacts/tech/0/email', /e-mail/],
    ['an odd phone', contact({ phone: '0221' }), '/contacts/tech/0/phone', /no phone number/],
    ['an odd country', contact({ country: 'XX' }), '/contacts/tech/0/country', /no country/],
    ['three lines of a street', contact({ street: ['a', 'b', 'c'] }), '/contacts/tech/0/street', /at most 2/],
    ['letters without a form in ASCII', contact({ city: '東京' }), '/contacts/tech/0/city', /ASCII/],
    ['a name that swallows a line', contact({ name: 'x\\' }), '/contacts/tech/0/name', /backslash/],
    [
      'a colon in a text of two lines',
      contact({ organization: `${'x'.repeat(70)}: y` }),
      '/contacts/tech/0/organization',
      /has a colon/,
    ],
    [
      'a template of an address',
      contact({ uriTemplate: 'mailto:a@example.net' }),
      '/contacts/tech/0/uriTemplate',
      /no place/,
    ],
    ['a change of no contact', contact({}, 'update-contact'), '/contacts/tech/0/handle', /handle/],
    [
      'a change of nothing',
      order({ action: 'update-contact', contacts: { tech: [{ handle: 'TC1' }] } }),
      '/contacts/tech/0',
      /changes nothing/,
    ],
  ])('%s', (_, input, pointer, detail) => {
    const found = profile.check(input).filter((problem) => problem.pointer === pointer)
    expect(describeProblems(found)).toMatch(detail)
  })
})

describe('confirm refuses a payload', () => {
  const input = register({ contacts: { holder: [OWNER] } })
  const { subject, body } = render(profile, input)
  test.each<[string, (body: string) => string, RegExp]>([
    ['of another transaction', (text) => text.replace(/-sp-a1/, '-sp-b1'), /"transaction-id" says/],
    ['of another registrar', (text) => text.replace('Id: reg.', 'Id: other.'), /"registrar-id" says/],
    ['of another type', (text) => text.replace('create domain', 'remove domain'), /"request-type" says/],
    ['about another domain', (text) => text.replace('SLD: example', 'SLD: other'), /"sld" says/],
    ['without a name server', (text) => text.replace(/NS2-IP-Address.*\n/, ''), /no line "ns2-ip-address"/],
    ['with a line more', (text) => `${text}Fax: 1\n`, /a line "fax"/],
    ['with a keyword twice', (text) => `${text}tld: info\n`, /more than once/],
    ['with prose', (text) => `Dear registry,\n${text}`, /Line 1 is no/],
    [
      'that begins with the domain',
      (text) => text.replace(/(.*\n)(.*\n)(.*\n)(.*\n)(.*\n)/, '$5$1$2$3$4'),
      /among the first/,
    ],
    ['with its first lines in another order', (text) => text.replace(/(.*\n)(.*\n)/, '$2$1'), /among the first/],
    ['with a line that swallows the next', (text) => text.replace('info\nSLD', 'info\\\nSLD'), /no line "sld"/],
    ['that is empty', () => '', /no line "payload-version"/],
  ])('%s', (_, change, reason) => {
    expect(change(body)).not.toBe(body)
    expect(describeProblems(profile.confirm({ subject, body: change(body) }, input))).toMatch(reason)
  })

  test('with another key, without repeating either', () => {
    const draft = render(profile, transfer())
    const other = { ...draft, body: draft.body.replace('00xQPHYlVDIw6', '00otherother1') }
    const text = JSON.stringify(profile.confirm(other, transfer()))
    expect(text).toMatch(/authenticating-key/)
    expect(text).not.toMatch(/00xQPHYlVDIw6|00otherother1/)
  })
})

describe('payloads', () => {
  test.each<[string, string, string | null]>([
    ['blanks around a value are none of it', 'K :\t a b \t\n', 'a b'],
    ['a backslash before the line end joins', 'K: a \\\n b\n', 'a  b'],
    ['one before a blank does not', 'K: a\\ \nL: b\n', 'a\\'],
    ['two do once', 'K: a\\\\\nb\n', 'a\\b'],
    ['quotes hold line ends', 'K: "a\n b" \n', 'a\n b'],
    ['two quotes are one', 'K: ""a" b\n', '"a" b'],
    ['two quotes alone are one', 'K: ""\n', '"'],
    ['nothing is a value', 'K:\n', ''],
    ['a colon may be in it', 'K: a:b\n', 'a:b'],
    ['CRLF', 'K: a\\\r\nb\r\n', 'ab'],
    ['a line without colon', 'K\n', null],
    ['a quote that is not closed', 'K: "a\n', null],
    ['something behind a quote', 'K: "a" b\n', null],
    ['a keyword with a blank', 'A K: a\n', null],
    ['a keyword twice in another case', 'K: a\nk: b\n', null],
    ['letters beyond ASCII', 'K: ä\n', null],
  ])('%s', (_, text, value) => {
    const read = readPayload(text)
    expect(read.ok ? fieldOf(read.value, 'k') : null).toBe(value)
  })

  test('every value is read back from its lines, which nothing has to encode', () => {
    for (const value of [
      'a',
      '"',
      '"a"',
      '""a',
      'a b',
      `${'x'.repeat(70)}From here`,
      'x y '.repeat(60).trim(),
      '\\\\x'.repeat(60),
    ])
      for (const pad of Array.from({ length: 12 }, (_, index) => 'k'.repeat(index + 1))) {
        const lines = linesOf([pad, value])
        expect(lines.every((line, index) => line.length <= 76 && (index === 0 || !line.startsWith('From ')))).toBe(true)
        const read = readPayload(lines.join('\n'))
        expect(read.ok && fieldOf(read.value, pad)).toBe(value)
      }
  })

  test('long ones are read without going back', () => {
    expect(readPayload(`K: ${'\\\n'.repeat(30_000)}`).ok).toBe(true)
    expect(readPayload(`K: "${'\\\n'.repeat(30_000)}`).ok).toBe(false)
    expect(readPayload(`K: ${' '.repeat(60_000)}"`).ok).toBe(false)
    expect(readPayload(`K: a${' '.repeat(60_000)}b`).ok).toBe(true)
  })
})

describe('replies', () => {
  testReplies(profile, {
    'ack.txt': [{ outcome: 'accepted', reference: REFERENCE, ticket: '88121', domain: null, action: null, code: null }],
    'ack-estimated.txt': [{ outcome: 'accepted', text: expect.stringMatching(/20260601 12:15:00 UTC/) }],
    'pending.txt': [{ outcome: 'accepted', reference: REFERENCE, text: expect.stringMatching(/pending/) }],
    'in-process.txt': [{ outcome: 'accepted', code: '310001', findings: [{ level: 'error' }] }],
    'created.txt': [
      {
        ...{ outcome: 'done', reference: REFERENCE, ticket: '88121', domain: 'example.info', action: 'register' },
        ...{ code: null, findings: [], expiresAt: null, data: null },
        text: expect.stringMatching(/Admin-Contact-Handle AC00100, .*NS2-Handle NS00018/),
      },
    ],
    'modified-with-warning.txt': [
      {
        // Three actions are sent as this request, so it names none.
        ...{ outcome: 'done', domain: 'xn--bcher-kva.info', action: null, text: 'a name server does not answer' },
        findings: [{ level: 'warning', code: '230001', text: 'a name server does not answer' }],
      },
    ],
    'renewed.txt': [
      {
        ...{ outcome: 'done', domain: 'example.info', action: 'renew' },
        expiresAt: new Date('2027-06-01T12:00:00Z'),
      },
    ],
    'contact-created.txt': [
      { outcome: 'done', domain: null, action: 'create-contact', text: expect.stringMatching(/AC00100/) },
    ],
    'inquired.txt': [
      {
        ...{ outcome: 'done', domain: 'example.info', action: 'info' },
        data: {
          ...{ TLD: 'info', SLD: 'example', Organization: '"Das Beispiel" GmbH', Status: 'production' },
          'NS1-Domain-Name': 'ns1.a-host-with-a-long-name.in-a-domain-with-a-long-name.example.net',
          'NS2-Domain-Name': 'ns2.example.org',
        },
      },
    ],
    'failed.txt': [
      {
        ...{ outcome: 'refused', action: 'transfer', code: '440001', text: 'countersignature missing' },
        findings: [{ level: 'error', code: '440001', text: 'countersignature missing' }],
      },
    ],
    'failed-without-reason.txt': [{ outcome: 'refused', action: 'close', text: 'The registry gave no reason.' }],
  })

  const decode = (text: string) => profile.decode(signedContent(text), ACCOUNT)[0]
  const head = (registrar: string, transaction: string) =>
    `Registrar-ID: ${registrar}\nTransaction-ID: ${transaction}\nResponse-Type: reply\nRequest-State: succeeded\n`
  const original = (transaction: string, more = 'Request-Type: renew domain\nTLD: info\nSLD: example\n') =>
    `=== multipart/signed\nRegistrar-Id: reg.hoster.example\nTransaction-ID: ${transaction}\n${more}`
  const OURS = head('reg.hoster.example', 'reg.hoster.example-sp-1')
  const own = 'reg.hoster.example-sp-1'

  test('a transaction that is our reference alone is that', () => {
    expect(decode(`${head('reg.hoster.example', 'sp-1')}${original('sp-1')}`)).toMatchObject({
      outcome: 'done',
      reference: 'sp-1',
    })
  })

  test.each<[string, string]>([
    ['no request', ''],
    ['one that nobody signed', original(own).replace('multipart/signed', 'text/plain')],
    ['one of another transaction', original('reg.hoster.example-sp-2')],
    ['one of another registrar', original(own).replace('Id: reg', 'Id: other')],
    ['one that cannot be read', original(own, 'Request-Type: renew domain\nx\n')],
    ['one of no type that we send', original(own, 'Request-Type: remove host\nHandle: NS1\n')],
    ['one without a domain', original(own, 'Request-Type: renew domain\nTLD: info\n')],
    ['one about no domain', original(own, 'Request-Type: renew domain\nTLD: info\nSLD: a b\n')],
  ])('a success that gives back %s settles nothing', (_, given) => {
    expect(decode(`${OURS}${given}`)).toMatchObject({ outcome: 'unrecognised', reference: 'sp-1', domain: null })
  })

  test('a refusal of what could not be read names nothing of ours', () => {
    const text = `Response-Type: reply\nRequest-State: failed\nError-Code: 420001\n${original(own)}`
    expect(decode(text)).toMatchObject({ outcome: 'unrecognised', reference: null })
  })

  test.each(['20271301', '20270230', '2027-06-01', 'never'])('the date %s is none', (date) => {
    expect(decode(`${OURS}Expiration-Date: ${date}\n${original(own)}`)).toMatchObject({
      outcome: 'done',
      expiresAt: null,
    })
  })
})

test.each([
  {},
  { registrar: 'a b' },
  { registrar: '' },
  { ...ACCOUNT, hosts: { 'ns1.hoster.example': '=tech' } },
  { ...ACCOUNT, interval: 0 },
])('the account %j is refused', (account) => {
  expect(profile.account.safeParse(account).success).toBe(false)
})
