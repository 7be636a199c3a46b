import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../../src/core/errors.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { profile } from '../../../src/profiles/joker/index.js'
import { capabilityOf, type EncodeInput } from '../../../src/profiles/profile.js'
import { sampleConnection, sampleTerms } from '../../../src/profiles/sample-order.js'
import { signedContent } from '../../helpers/signed-content.js'
import { render, testGoldenRequests, testReplies } from '../profile-kit.js'

const REFERENCE = 'sp-a1b2c3d4e5f6g7h8j9k0m1n2p3'
const ACCOUNT = { authIdKey: 'auth-id', language: 'GER' }

const handle = [{ handle: 'CCOM-176269' }]
const robot = [{ handle: 'CCOM-1234' }]
const HANDLES = { holder: handle, admin: robot, tech: [{ handle: 'same-as-admin-contact' }], billing: robot }
const PERSON = {
  ...{
    name: 'Jürgen Größe',
    street: ['Beispielweg 1', 'Hinterhaus'],
    city: 'Köln',
    postalCode: '50667',
    country: 'DE',
  },
  ...{ phone: '+4930123456', email: 'juergen@example.net' },
}
const COMPANY = { ...PERSON, type: 'organization' as const, organization: 'Übersee GmbH', province: 'NRW' }
const HOSTS = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))
const OWN_HOST = { host: 'ns1.example.com', addresses: ['192.0.2.53'] }

type More = { account?: object; defaults?: object; expiresAt?: string }

const order = (change: Partial<OrderTerms> & Pick<OrderTerms, 'action'>, more: More = {}): EncodeInput => ({
  terms: sampleTerms({ domain: 'example.com', ...change }),
  reference: REFERENCE,
  domain: more.expiresAt === undefined ? null : ({ expiresAt: new Date(more.expiresAt) } as EncodeInput['domain']),
  connection: sampleConnection(
    { ...ACCOUNT, ...more.account },
    { defaults: { nameservers: [], contacts: { ...more.defaults } } },
  ),
  at: new Date('2026-06-01T12:00:00Z'),
})
const register = (change: Partial<OrderTerms> = {}, more: More = {}) =>
  order({ action: 'register', contacts: HANDLES, nameservers: HOSTS, ...change }, more)

describe('requests', () => {
  testGoldenRequests(profile, {
    'register.txt': register(),
    'register-data.txt': register({
      ...{ contacts: { ...HANDLES, holder: [COMPANY] }, nameservers: [OWN_HOST, ...HOSTS], period: { years: 9 } },
    }),
    'register-defaults.txt': register(
      { contacts: { holder: handle } },
      { defaults: { admin: { handle: 'CCOM-1' }, tech: [{ handle: 'CCOM-2' }], billing: { handle: 'CCOM-3' } } },
    ),
    'register-idn.txt': register({ domain: 'xn--bcher-kva.com', unicodeName: 'bücher.com' }),
    'register-name.txt': register({ domain: 'example.name' }),
    'transfer.txt': order({ action: 'transfer', contacts: { billing: robot }, authInfo: 'Ab3-xY7_kQ' }),
    'update-nameservers.txt': order({ action: 'update-nameservers', nameservers: HOSTS }),
    'update.txt': order({ action: 'update', contacts: { tech: robot }, nameservers: HOSTS }),
    'renew.txt': order({ action: 'renew', period: { years: 2 } }),
    'renew-until.txt': order({ action: 'renew', period: { years: 2 } }, { expiresAt: '2027-06-30T00:00:00Z' }),
    'renew-at-the-turn-of-a-year.txt': order({ action: 'renew' }, { expiresAt: '2027-01-01T00:30:00Z' }),
    'close.txt': order({ action: 'close' }),
    'setup.txt': order({
      action: 'setup',
      records: [
        'example.com in a 192.0.2.1',
        '*.example.com IN A 192.0.2.2',
        'www.example.com IN CNAME WWW.example.net',
        'example.com IN MX 10 mail.example.net',
      ],
    }),
    'create-contact.txt': order({ action: 'create-contact', contacts: { tech: [PERSON] } }),
    'create-contact-biz.txt': order({
      ...{ action: 'create-contact', domain: 'example.biz' },
      contacts: { holder: [{ ...COMPANY, street: ['Weg 1', 'Hof 2', 'Tor 3'] }] },
    }),
  })
})

describe('check refuses', () => {
  const withContact = (change: object) =>
    order({ action: 'create-contact', contacts: { holder: [{ ...PERSON, ...change }] } })

  test.each<[string, EncodeInput, string, RegExp]>([
    ['a name below a second level', register({ domain: 'example.co.uk' }), '/domain', /right below a top-level domain/],
    ['no name', register({ domain: 'x' }), '/domain', /one label/],
    ['a missing contact', register({ contacts: { holder: handle } }), '/contacts/admin', /needs a admin contact/],
    ['a role that is none', register({ contacts: { ...HANDLES, zone: robot } }), '/contacts/zone', /no such contact/],
    [
      'two holders',
      register({ contacts: { ...HANDLES, holder: [...handle, ...robot] } }),
      '/contacts/holder',
      /takes one/,
    ],
    [
      'no handle',
      register({ contacts: { ...HANDLES, tech: [{ handle: 'a b' }] } }),
      '/contacts/tech/0/handle',
      /no handle/,
    ],
    ['one name server', register({ nameservers: HOSTS.slice(1) }), '/nameservers', /give 2 to 12/],
    ['a host twice', register({ nameservers: [...HOSTS, ...HOSTS] }), '/nameservers/2/host', /twice/],
    [
      'an IPv6 address',
      register({ nameservers: [...HOSTS, { host: 'a.example.com', addresses: ['2001:db8::1'] }] }),
      '/nameservers/2/addresses',
      /one IPv4/,
    ],
    [
      'an address of a host that is there already',
      order({ action: 'update-nameservers', nameservers: [...HOSTS, OWN_HOST] }),
      '/nameservers/2/addresses',
      /leave the addresses out/,
    ],
    ['ten years', register({ period: { years: 10 } }), '/period/years', /1 to 9 years/],
    [
      'a year of a name that has two',
      register({ domain: 'example.us', period: { years: 1 } }),
      '/period/years',
      /2 to 9/,
    ],
    [
      'letters beyond ASCII without a language',
      register({ domain: 'xn--bcher-kva.com' }, { account: { language: undefined } }),
      '/domain',
      /account\.language/,
    ],
    ['DNSSEC keys', register({ dnssec: ['257 3 13 AAAA'] }), '/dnssec', /says nothing of DNS data/],
    [
      'name servers of a transfer',
      order({ action: 'transfer', contacts: { billing: robot }, authInfo: 'x', nameservers: HOSTS }),
      '/nameservers',
      /says nothing/,
    ],
    [
      'a transfer without its password',
      order({ action: 'transfer', contacts: { billing: robot } }),
      '/authInfo',
      /AuthInfo/,
    ],
    [
      'a transfer while its key is not known',
      order({ action: 'transfer', contacts: { billing: robot }, authInfo: 'x' }, { account: { authIdKey: undefined } }),
      '/action',
      /account\.authIdKey/,
    ],
    ['an update of nothing', order({ action: 'update' }), '', /changes nothing/],
    [
      'an update with data',
      order({ action: 'update', contacts: { tech: [PERSON] } }),
      '/contacts/tech/0',
      /handle alone/,
    ],
    [
      'an update of the holder',
      order({ action: 'update', contacts: { holder: handle } }),
      '/contacts/holder',
      /no such/,
    ],
    ['a zone without records', order({ action: 'setup' }), '/records', /no record/],
    ...['x', 'example.net IN A 192.0.2.1', 'example.com IN AAAA 2001:db8::1', 'example.com IN MX 99999 a.example.net']
      .map((record) => order({ action: 'setup', records: [record] }))
      .map((input): [string, EncodeInput, string, RegExp] => [
        `the record ${input.terms.records[0]}`,
        ...([input, '/records/0', /no record that|not for a name/] as const),
      ]),
    ['no contact', order({ action: 'create-contact' }), '/contacts', /one contact/],
    ['a contact with a handle', withContact({ handle: 'CCOM-1' }), '/contacts/holder/0/handle', /not by both/],
    ['no e-mail address', withContact({ email: undefined }), '/contacts/holder/0/email', /e-mail/],
    ['no phone', withContact({ phone: undefined }), '/contacts/holder/0/phone', /phone/],
    ['an odd phone', withContact({ phone: '030' }), '/contacts/holder/0/phone', /no phone number/],
    ['no name', withContact({ name: undefined }), '/contacts/holder/0/name', /no name/],
    ['no organization', withContact({ type: 'organization' }), '/contacts/holder/0/organization', /its name/],
    ['three lines of a street', withContact({ street: ['a', 'b', 'c'] }), '/contacts/holder/0/street', /at most 2/],
    ['letters that ASCII has no form for', withContact({ city: '東京' }), '/contacts/holder/0/city', /ASCII/],
    [
      'a holder for the deletion',
      order({ action: 'close', contacts: { holder: handle } }),
      '/contacts/holder',
      /nothing of this/,
    ],
    ['what it has no request for', order({ action: 'lock' }), '/action', /sends no lock/],
  ])('%s', (_, input, pointer, detail) => {
    const found = profile.check(input).filter((problem) => problem.pointer === pointer)
    expect(describeProblems(found)).toMatch(detail)
  })
})

describe('confirm refuses a draft', () => {
  const input = register({ nameservers: HOSTS })
  const draft = render(profile, input)
  test.each<[string, { subject?: string; body?: string }, RegExp]>([
    ['without a reference', { subject: 'create com-order' }, /subject says "create com-order"/],
    ['with another one', { subject: draft.subject.replace('a1', 'b1') }, /the order needs/],
    ['with another request type', { subject: draft.subject.replace('create', 'delete') }, /subject says/],
    ['with more in its subject', { subject: `Re: ${draft.subject}` }, /subject says/],
    ['with another domain', { body: draft.body.replace('example.com', 'example.net') }, /"domains0" says/],
    [
      'without the billing contact',
      { body: draft.body.replace(/billing.*\n/, '') },
      /no line "billing-contact-handle"/,
    ],
    ['with a line more', { body: `${draft.body}force:1\n` }, /a line "force"/],
    ['with a key twice', { body: `${draft.body}period:1\n` }, /more than once/],
    ['with name servers in another order', { body: draft.body.replace('ns1-', 'ns3-') }, /"ns1-handle"/],
    ['with a section', { body: `${draft.body}[x]\n` }, /section/],
  ])('%s', (_, change, reason) => {
    expect(describeProblems(profile.confirm({ ...draft, ...change }, input))).toMatch(reason)
  })

  test('with another AuthInfo, without repeating either', () => {
    const transfer = order({ action: 'transfer', contacts: { billing: robot }, authInfo: 'Ab3-xY7_kQ' })
    const { subject, body } = render(profile, transfer)
    const text = JSON.stringify(profile.confirm({ subject, body: body.replace('Ab3-xY7_kQ', 'Zz9-other1') }, transfer))
    expect(text).toMatch(/auth-id/)
    expect(text).not.toMatch(/Ab3-xY7_kQ|Zz9-other1/)
  })
})

describe('replies', () => {
  testReplies(profile, {
    'acknowledged.txt': [
      {
        ...{ outcome: 'accepted', reference: REFERENCE, ticket: '7730041', domain: 'example.com', action: null },
        ...{ code: null, text: 'Request accepted', findings: [] },
      },
    ],
    'completed.txt': [
      { outcome: 'done', reference: REFERENCE, ticket: '7730041', domain: null, text: 'Domain modified' },
    ],
    'completed-in-prose.txt': [
      {
        ...{ outcome: 'done', reference: null, ticket: '7730042', domain: 'example.org' },
        text: 'The registrar carried it out.',
        findings: [
          { level: 'warning', code: 'Warning', text: 'ns2.example.org does not answer' },
          { level: 'warning', code: 'Warning', text: 'the balance is low' },
        ],
      },
    ],
    'not-completed.txt': [{ outcome: 'refused', reference: REFERENCE, code: '2302', text: 'Object exists' }],
    'rejected.txt': [
      {
        ...{
          outcome: 'refused',
          reference: REFERENCE,
          ticket: '48213380',
          code: '2001',
          text: 'missing field: period',
        },
        findings: [{ text: 'missing field: period' }, { text: 'missing field: ns2-handle' }],
      },
    ],
    'error-alone.txt': [
      { outcome: 'refused', reference: null, domain: null, code: null, text: 'unknown request type' },
    ],
    'bad-code.txt': [{ outcome: 'refused', domain: 'example.com', code: '5', text: 'no such domain' }],
    'nack-alone.txt': [{ outcome: 'refused', code: null, text: 'The registrar gave no reason.' }],
    'code-alone.txt': [{ outcome: 'accepted', text: 'The registrar took the request; this is not its outcome yet.' }],
  })

  test('an ACK is the outcome where the account says so, and nothing else changes', () => {
    const decode = (text: string) => profile.decode(signedContent(text), { ackIsOutcome: true })[0]?.outcome
    expect(decode('Result: ACK')).toBe('done')
    expect(decode('Result: NACK')).toBe('refused')
    expect(decode('Result: ACK\nError: x')).toBe('unrecognised')
  })
})

test('there are no transfers until the account names the key of the AuthInfo', () => {
  const capability = (account: object) => capabilityOf(profile, sampleConnection({ ...account }), 'transfer')
  expect(capability({})).toMatchObject({ supported: false, reason: /account\.authIdKey/ })
  expect(capability(ACCOUNT)).toMatchObject({ supported: true, takesHosts: false })
})

test.each([{ authIdKey: 'Auth Id' }, { authIdKey: 'a:b' }, { language: 'de' }, { ackIsOutcome: 'yes' }, { other: 1 }])(
  'the account %j is refused',
  (account) => {
    expect(profile.account.safeParse(account).success).toBe(false)
  },
)
