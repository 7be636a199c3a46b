import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../../src/core/errors.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { profile } from '../../../src/profiles/nominet/index.js'
import type { EncodeInput } from '../../../src/profiles/profile.js'
import { sampleConnection, sampleTerms } from '../../../src/profiles/sample-order.js'
import { signedContent } from '../../helpers/signed-content.js'
import { render, testGoldenRequests, testReplies } from '../profile-kit.js'

const PERSON = {
  ...{ name: 'Erika Größe', street: ['1 Example Street', 'Flat 2'], city: 'Exampletown', postalCode: 'EX1 1EX' },
  ...{ country: 'GB', phone: '+441632960000', email: 'erika@example.net' },
}
const COMPANY = { ...PERSON, organization: 'Übersee Ltd', province: 'Exampleshire' }
const HOSTS = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))
const OWN_HOST = { host: 'ns1.example.co.uk', addresses: ['192.0.2.53'] }

const order = (change: Partial<OrderTerms> & Pick<OrderTerms, 'action'>): EncodeInput => ({
  terms: sampleTerms({ domain: 'example.co.uk', ...change }),
  reference: 'sp-a1b2c3d4e5f6g7h8j9k0m1n2p3',
  domain: null,
  connection: sampleConnection({ tag: 'EXAMPLE' }),
  at: new Date('2026-06-01T12:00:00Z'),
})
const holding = (holder: object, change: Partial<OrderTerms> = {}) =>
  order({ action: 'register', contacts: { holder: [holder] }, ...change })

describe('requests', () => {
  testGoldenRequests(profile, {
    'register.txt': holding(COMPANY, { nameservers: [OWN_HOST, ...HOSTS], period: { years: 2 } }),
    'register-person.txt': holding(PERSON, { domain: 'example.me.uk' }),
    'register-foreigner.txt': holding({ ...PERSON, country: 'DE', type: 'person' }),
    'register-account.txt': holding({ handle: '10001' }, { nameservers: HOSTS }),
    'update-nameservers.txt': order({ action: 'update-nameservers', nameservers: [OWN_HOST, ...HOSTS] }),
    'update.txt': order({
      action: 'update',
      contacts: {
        holder: [{ street: ['2 Other Street'], city: 'Othertown', country: 'GB', email: 'new@example.net' }],
      },
    }),
    'renew.txt': order({ action: 'renew', period: { years: 2 } }),
    'close.txt': order({ action: 'close' }),
    'transit.txt': order({ action: 'transit', disconnect: false }),
    'info.txt': order({ action: 'info' }),
  })
})

describe('check refuses', () => {
  test.each<[string, EncodeInput, string, RegExp]>([
    ['another TLD', holding(PERSON, { domain: 'example.com' }), '/domain', /not under \.uk/],
    [
      'a name of a school',
      holding(PERSON, { domain: 'example.town.sch.uk' }),
      '/domain',
      /cannot be registered by mail/,
    ],
    ['a name right below .uk', holding(PERSON, { domain: 'example.uk' }), '/domain', /cannot be registered by mail/],
    ['two letters', holding(PERSON, { domain: 'ab.co.uk' }), '/domain', /too short/],
    ['letters beyond ASCII', holding(PERSON, { domain: 'xn--bcher-kva.co.uk' }), '/domain', /does not take/],
    ['a long name', holding(PERSON, { domain: `${'a'.repeat(58)}.co.uk` }), '/domain', /64 characters/],
    ['no holder', order({ action: 'register' }), '/contacts/holder', /needs a holder/],
    [
      'two holders',
      order({ action: 'register', contacts: { holder: [PERSON, PERSON] } }),
      '/contacts/holder/1',
      /one holder/,
    ],
    ['another role', holding(PERSON, { contacts: { holder: [PERSON], tech: [PERSON] } }), '/contacts/tech', /no other/],
    ['no id', holding({ handle: 'a b' }), '/contacts/holder/0/handle', /no id/],
    ['an id and data', holding({ ...PERSON, handle: '10001' }), '/contacts/holder/0/handle', /not by both/],
    ['no name', holding({ ...PERSON, name: undefined }), '/contacts/holder/0/name', /no name/],
    ['no e-mail', holding({ ...PERSON, email: undefined }), '/contacts/holder/0/email', /e-mail/],
    ['no street', holding({ ...PERSON, street: undefined }), '/contacts/holder/0/street', /street/],
    ['an odd phone', holding({ ...PERSON, phone: '030' }), '/contacts/holder/0/phone', /no phone number/],
    ['the word that empties a field', holding({ ...PERSON, city: 'NULL' }), '/contacts/holder/0', /empties a field/],
    ['a year', holding(PERSON, { period: { years: 1 } }), '/period/years', /2 years/],
    [
      'an address of a host elsewhere',
      holding(PERSON, { nameservers: [{ host: 'a.example.net', addresses: ['192.0.2.1'] }] }),
      '/nameservers/0/addresses',
      /outside/,
    ],
    [
      'two addresses',
      holding(PERSON, { nameservers: [{ ...OWN_HOST, addresses: ['192.0.2.1', '192.0.2.2'] }] }),
      '/nameservers/0/addresses',
      /one IPv4/,
    ],
    [
      'an IPv6 address',
      holding(PERSON, { nameservers: [{ ...OWN_HOST, addresses: ['2001:db8::1'] }] }),
      '/nameservers/0/addresses',
      /one IPv4/,
    ],
    [
      'eleven name servers',
      holding(PERSON, {
        nameservers: Array.from({ length: 11 }, (_, index) => ({ host: `n${index}.example.net`, addresses: [] })),
      }),
      '/nameservers',
      /at most 10/,
    ],
    ['an update of no name servers', order({ action: 'update-nameservers' }), '/nameservers', /Give the new/],
    ['an update of nothing', order({ action: 'update' }), '', /changes nothing/],
    [
      'another name of the holder',
      order({ action: 'update', contacts: { holder: [{ name: 'X' }] } }),
      '/contacts/holder/0/name',
      /cannot be modified/,
    ],
    ['a renewal that does not say for how long', order({ action: 'renew' }), '/period', /2 years/],
    ['a disconnected transit', order({ action: 'transit', disconnect: true }), '/disconnect', /keeps its name servers/],
    ['a password', order({ action: 'close', authInfo: 'x' }), '/authInfo', /leave it out/],
    ['what it has no operation for', order({ action: 'lock' }), '/action', /sends no lock/],
  ])('%s', (_, input, pointer, detail) => {
    const found = profile.check(input).filter((problem) => problem.pointer === pointer)
    expect(describeProblems(found)).toMatch(detail)
  })
})

describe('confirm refuses a draft', () => {
  const input = holding(COMPANY, { nameservers: HOSTS })
  const draft = render(profile, input)
  test.each<[string, { subject?: string; body?: string }, RegExp]>([
    ['of another tag', { subject: 'OTHER REQUEST' }, /subject says/],
    ['of another operation', { subject: 'EXAMPLE DELETE' }, /subject says/],
    ['with our reference in the subject', { subject: `${draft.subject} [sp-1]` }, /subject says/],
    ['with an empty line', { body: draft.body.replace('key:', '\nkey:') }, /begin another request/],
    ['with an empty line of blanks', { body: draft.body.replace('addr:', '  \naddr:') }, /begin another request/],
    [
      'that does not begin with its operation',
      { body: draft.body.replace(/^(.*\n)(.*\n)/, '$2$1') },
      /first two lines/,
    ],
    ['with another name', { body: draft.body.replace('key: example', 'key: other') }, /"key" says/],
    ['without a name server', { body: draft.body.replace(/dns1.*\n/, '') }, /no line "dns1"/],
    ['with a field more', { body: `${draft.body}registrar-tag: OTHER\n` }, /"registrar-tag"/],
    ['with a field twice', { body: `${draft.body}key: example.co.uk\n` }, /more than once/],
    ['with a signature below', { body: `${draft.body}-- \nHostmaster\n` }, /neither/],
  ])('%s', (_, change, reason) => {
    expect(describeProblems(profile.confirm({ ...draft, ...change }, input))).toMatch(reason)
  })
})

const done = { outcome: 'done', reference: null, ticket: null, data: null }
const CANCELLED = { kind: 'deleted', at: null }

describe('replies', () => {
  testReplies(profile, {
    'accepted.txt': [
      {
        ...{ ...done, domain: 'example.co.uk', action: 'register', code: null },
        text: 'The registry accepted the registration; Account: S10001; Main Admin Contact (Erika Muster): C10002; Additional Admin Contact (Collin West): C10003.',
      },
    ],
    'accepted-on-an-account.txt': [{ ...done, domain: 'example.org.uk', action: 'register', findings: [] }],
    'updated.txt': [{ ...done, domain: 'example.co.uk', action: null, findings: [] }],
    'updated-with-warning.txt': [
      {
        ...{ ...done, domain: 'example.co.uk', code: 'V123' },
        findings: [{ level: 'warning', code: 'V123', text: 'Name server ns1.example.net does not answer' }],
      },
    ],
    'updated-several.txt': [
      { ...done, domain: 'example.co.uk' },
      { ...done, domain: 'example.org.uk' },
    ],
    'released.txt': [{ ...done, domain: 'example.co.uk', action: 'transit' }],
    'error.txt': [
      {
        ...{ outcome: 'refused', domain: 'example.co.uk', action: 'transit', code: 'V016' },
        text: "The tag 'NOBODY' is unrecognised",
      },
    ],
    'error-referral.txt': [
      {
        ...{ outcome: 'refused', domain: 'example.ltd.uk', action: 'register', code: 'V205' },
        findings: [{ code: 'V205' }, { level: 'error', code: 'V007', text: "Unknown field 'co-no'" }],
      },
    ],
    'error-modify.txt': [{ outcome: 'refused', domain: 'example.co.uk', action: null, code: 'V013' }],
    'error-without-original.txt': [{ outcome: 'refused', domain: null, action: null, code: 'V000' }],
    'query.txt': [
      {
        ...{ outcome: 'notice', action: 'info', domain: 'example.co.uk', tidings: null },
        data: {
          ...{ status: 'Registered until expiry', tag: 'EXAMPLE', account: '10001', expires: '20270301' },
          ...{ created: 'domains@hoster.example 20250301' },
          nameservers: ['ns1.example.net', 'ns1.example.co.uk 192.0.2.53'],
        },
      },
    ],
    'query-by-older-fields.txt': [{ outcome: 'notice', action: 'info', data: { tag: 'EXAMPLE', autoBill: '30' } }],
    'notice-cancelled.txt': [{ outcome: 'notice', domain: 'example.co.uk', action: null, tidings: CANCELLED }],
    'notice-retagged.txt': ['example.co.uk', 'example.org.uk'].map((domain) => ({
      ...{ outcome: 'notice', domain, tidings: { kind: 'moved', from: null, to: 'EXAMPLE', at: null } },
    })),
    'notice-receive.txt': [{ outcome: 'notice', domain: 'example.co.uk', tidings: { kind: 'news', urgent: true } }],
    'notice-account.txt': [{ outcome: 'notice', domain: null, tidings: { kind: 'news', urgent: false } }],
    'notice-transferred.txt': [{ outcome: 'notice', domain: 'example.co.uk', tidings: { kind: 'news', urgent: true } }],
    'notice-registrant-request.txt': [
      { outcome: 'notice', domain: 'example.co.uk', tidings: { kind: 'news', urgent: true } },
    ],
  })

  test('persons and addresses stay in the mail of an answer', () => {
    const text = readFileSync(new URL('../../fixtures/nominet/replies/query.txt', import.meta.url), 'utf8')
    expect(text).toContain('erika@example.net')
    expect(JSON.stringify(profile.decode(signedContent(text), {}))).not.toMatch(/erika|Bakery/i)
  })
})

test('the account is its tag, by which the registry names it', () => {
  expect(profile.accountName({ tag: 'EXAMPLE' })).toBe('EXAMPLE')
  for (const tag of ['example', 'A B', 'DETAGGED', '', 'X'.repeat(17)])
    expect(profile.account.safeParse({ tag }).success).toBe(false)
})
