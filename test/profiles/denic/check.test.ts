import { describe, expect, test } from 'vitest'
import type { Contact } from '../../../src/core/domain.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { profile } from '../../../src/profiles/denic/index.js'
import { bare, connection, contactInput, orderInput, storedDomain } from './order-input.js'

const two = [
  { host: 'ns1.example.net', addresses: [] },
  { host: 'ns2.example.org', addresses: [] },
]
const holder = [{ handle: 'DENIC-1234-MUSTER' }]
const KEY = '257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=='
const check = (...args: Parameters<typeof orderInput>) => profile.check(orderInput(...args))

describe('check finds nothing wrong with', () => {
  test.each<[string, Partial<OrderTerms>]>([
    ['a plain registration', {}],
    ['one period of a year', { period: { years: 1 } }],
    ['an IDN', { domain: 'xn--bcher-mller-thbg.de' }],
    ['the shortest name', { domain: 'a.de' }],
    ['the longest name', { domain: `${'a'.repeat(63)}.de` }],
    [
      'five holders',
      { contacts: { holder: ['A', 'B', 'C', 'D', 'E'].map((code) => ({ handle: `DENIC-1-${code}` })) } },
    ],
    ['all the roles', { contacts: { holder, 'general-request': holder, abuse: holder } }],
    ['a handle in lower case', { contacts: { holder: [{ handle: 'denic-1234-muster' }] } }],
    [
      'glue of both families',
      { nameservers: [...two, { host: 'ns.example.de', addresses: ['192.0.2.1', '2001:db8::1'] }] },
    ],
    ['the domain itself as name server', { nameservers: [...two, { host: 'example.de', addresses: ['192.0.2.1'] }] }],
    [
      '13 name servers',
      { nameservers: Array.from({ length: 13 }, (_, n) => ({ host: `ns${n}.example.net`, addresses: [] })) },
    ],
    ['DNSSEC', { dnssec: [KEY] }],
    [
      'records instead of name servers',
      {
        nameservers: [],
        records: [
          'example.de IN A 192.0.2.1',
          'www.example.de IN AAAA 2001:db8::1',
          '*.example.de IN MX 0 mail.example.net',
        ],
      },
    ],
    ['a transfer', { action: 'transfer', authInfo: 'Ab3-xY7_kQ' }],
  ])('%s', (_, change) => {
    expect(check(change)).toEqual([])
  })

  test('roles among the defaults that the registry does not know', () => {
    const contacts = {
      tech: { handle: 'nonsense' },
      zone: [1],
      admin: null,
      billing: 'x',
      abuse: { handle: 'DENIC-1234-ABUSE' },
    }
    expect(check({}, { connection: { ...connection, defaults: { nameservers: [], contacts } } })).toEqual([])
  })

  test('a name-server update that takes the holder from the domain', () => {
    expect(check({ action: 'update-nameservers', contacts: {} }, { domain: storedDomain() })).toEqual([])
  })
})

describe('check says what is wrong with', () => {
  test.each<[string, Partial<OrderTerms>, string, RegExp]>([
    ['hyphens at the ends', { domain: '-bad-.de' }, '/domain', /begins or ends with a hyphen/],
    ['an underscore', { domain: 'a_b.de' }, '/domain', /"_" in it/],
    ['a sub-domain', { domain: 'www.example.de' }, '/domain', /sub-domain/],
    ['a label of 64 octets', { domain: `${'a'.repeat(64)}.de` }, '/domain', /at most 63/],
    ['mixed scripts', { domain: 'exаmple.de' }, '/domain', /Latin and Cyrillic/],
    ['mixed scripts as an A-label', { domain: 'xn--exmple-4nf.de' }, '/domain', /Latin and Cyrillic/],
    [
      'one script that .de does not take',
      { domain: 'xn--80ak6aa92e.de' },
      '/domain',
      /letters that the registry does not take/,
    ],
    ['another TLD', { domain: 'example.com' }, '/domain', /not under \.de/],
    ['a second line in the name', { domain: 'example.de\nAction: DELETE' }, '/domain', /control/],
    ['no holder', { contacts: {} }, '/contacts/holder/0/handle', /names no holder/],
    [
      'an unknown form of handle',
      { contacts: { holder: [{ handle: 'MUSTER' }] } },
      '/contacts/holder/0/handle',
      /no handle; write one like/,
    ],
    [
      'a handle of 33 characters',
      { contacts: { holder: [{ handle: `DENIC-1234-${'A'.repeat(22)}` }] } },
      '/contacts/holder/0/handle',
      /9 to 32/,
    ],
    [
      'a second line in a handle',
      { contacts: { holder: [{ handle: 'DENIC-1-A\nAction: X' }] } },
      '/contacts/holder/0/handle',
      /no handle/,
    ],
    [
      'a line end after a handle',
      { contacts: { holder: [{ handle: 'DENIC-1234-A\n' }] } },
      '/contacts/holder/0/handle',
      /no handle/,
    ],
    [
      'a contact as data',
      { contacts: { holder: [{ name: 'Erika Muster' }] } },
      '/contacts/holder/0/handle',
      /given as data.*give its handle/,
    ],
    [
      'six holders',
      { contacts: { holder: ['A', 'B', 'C', 'D', 'E', 'F'].map((code) => ({ handle: `DENIC-1-${code}` })) } },
      '/contacts/holder',
      /at most 5/,
    ],
    [
      'a holder twice',
      { contacts: { holder: [...holder, { handle: 'denic-1234-muster' }] } },
      '/contacts/holder/1/handle',
      /twice/,
    ],
    [
      'a second abuse contact',
      { contacts: { holder, abuse: [...holder, { handle: 'DENIC-1-B' }] } },
      '/contacts/abuse',
      /at most 1/,
    ],
    [
      'an admin contact',
      { contacts: { holder, admin: holder } },
      '/contacts/admin',
      /no "admin" contact.*holder, general-request, abuse/,
    ],
    ['a role with a slash', { contacts: { holder, 'a/b': holder } }, '/contacts/a~1b', /no "a\/b" contact/],
    ['no name server', { nameservers: [] }, '/nameservers', /no name server/],
    ['one name server', { nameservers: two.slice(1) }, '/nameservers', /one name server; the registry wants 2 to 13/],
    ['the same one twice', { nameservers: [...two, ...two.slice(1)] }, '/nameservers/2/host', /there twice/],
    [
      '14 name servers',
      { nameservers: Array.from({ length: 14 }, (_, n) => ({ host: `ns${n}.example.net`, addresses: [] })) },
      '/nameservers',
      /14 name servers/,
    ],
    [
      'missing glue',
      { nameservers: [...two, { host: 'ns.example.de', addresses: [] }] },
      '/nameservers/2/addresses',
      /inside example\.de.*IPv4/,
    ],
    [
      'glue of IPv6 alone',
      { nameservers: [...two, { host: 'ns.example.de', addresses: ['2001:db8::1'] }] },
      '/nameservers/2/addresses',
      /IPv4/,
    ],
    [
      'glue outside',
      { nameservers: [{ host: 'ns1.example.net', addresses: ['192.0.2.1'] }, ...two.slice(1)] },
      '/nameservers/0/addresses',
      /outside example\.de/,
    ],
    [
      'glue of a name that ends alike',
      { nameservers: [...two, { host: 'ns.badexample.de', addresses: ['192.0.2.1'] }] },
      '/nameservers/2/addresses',
      /outside/,
    ],
    [
      'a bad address',
      { nameservers: [...two, { host: 'ns.example.de', addresses: ['192.0.2.300'] }] },
      '/nameservers/2/addresses/0',
      /no IP address/,
    ],
    [
      'a second line in an address',
      { nameservers: [...two, { host: 'ns.example.de', addresses: ['192.0.2.3\nX: y'] }] },
      '/nameservers/2/addresses/0',
      /no IP address/,
    ],
    [
      'a private address',
      { nameservers: [...two, { host: 'ns.example.de', addresses: ['10.0.0.1'] }] },
      '/nameservers/2/addresses/0',
      /private/,
    ],
    [
      'a unique local address',
      { nameservers: [...two, { host: 'ns.example.de', addresses: ['192.0.2.1', 'fd00::1'] }] },
      '/nameservers/2/addresses/1',
      /private/,
    ],
    [
      'one address for two hosts',
      {
        nameservers: [
          { host: 'a.example.de', addresses: ['192.0.2.1'] },
          { host: 'b.example.de', addresses: ['192.0.2.1'] },
        ],
      },
      '/nameservers/1/addresses/0',
      /there twice/,
    ],
    [
      'nine addresses of a host',
      {
        nameservers: [
          ...two,
          { host: 'ns.example.de', addresses: Array.from({ length: 9 }, (_, n) => `192.0.2.${n + 1}`) },
        ],
      },
      '/nameservers/2/addresses',
      /at most 8/,
    ],
    [
      'a bad host',
      { nameservers: [...two, { host: 'ns_1.example.net', addresses: [] }] },
      '/nameservers/2/host',
      /"_"/,
    ],
    [
      'a second line in a host',
      { nameservers: [...two, { host: 'ns3.example.net\nHolder: X', addresses: [] }] },
      '/nameservers/2/host',
      /control/,
    ],
    [
      'six keys',
      { dnssec: ['A', 'B', 'C', 'D', 'E', 'F'].map((x) => `257 3 13 ${x.repeat(8)}`) },
      '/dnssec',
      /at most 5/,
    ],
    ['a key of another form', { dnssec: ['257 3 13'] }, '/dnssec/0', /no DNSKEY/],
    ['a key with a line end', { dnssec: [`${KEY}\nAction: DELETE`] }, '/dnssec/0', /no DNSKEY/],
    ['a key with a line end inside', { dnssec: ['257 3 13 AAAA\nAAAA'] }, '/dnssec/0', /no DNSKEY/],
    ['a key twice', { dnssec: [KEY, KEY] }, '/dnssec/1', /twice/],
    ['records and name servers', { records: ['example.de IN A 192.0.2.1'] }, '/records', /one or the other/],
    [
      'a record of another name',
      { nameservers: [], records: ['example.net IN A 192.0.2.1'] },
      '/records/0',
      /inside example\.de/,
    ],
    ['a wildcard address', { nameservers: [], records: ['*.example.de IN A 192.0.2.1'] }, '/records/0', /wildcard/i],
    [
      'a record of another type',
      { nameservers: [], records: ['example.de IN TXT hello'] },
      '/records/0',
      /no record that/,
    ],
    [
      'a preference over 999',
      { nameservers: [], records: ['example.de IN MX 1000 mail.example.de'] },
      '/records/0',
      /no record that/,
    ],
    [
      'a second line in a record',
      { nameservers: [], records: ['example.de IN A 192.0.2.1\nAction: X'] },
      '/records/0',
      /no record that/,
    ],
    ['an AuthInfo for a registration', { authInfo: 'Ab3-xY7_kQ' }, '/authInfo', /belongs to a transfer/],
    ['a transfer without AuthInfo', { action: 'transfer' }, '/authInfo', /needs the AuthInfo/],
    ['a short AuthInfo', { action: 'transfer', authInfo: 'secret7' }, '/authInfo', /8 to 16/],
    ['a second line in an AuthInfo', { action: 'transfer', authInfo: 'secret12\nX: y' }, '/authInfo', /8 to 16/],
    ['a line end after an AuthInfo', { action: 'transfer', authInfo: 'secret1234\n' }, '/authInfo', /8 to 16/],
    ['two years', { period: { years: 2 } }, '/period/years', /runs until it is deleted/],
    ['a disconnect', { disconnect: true }, '/disconnect', /Only a transit/],
    ['an action that is not there', { action: 'renew' }, '/action', /sends no renew/],
    ['a transit that does not say how', bare('transit'), '/disconnect', /true puts the page of the registry/],
    ['a short AuthInfo to create', { ...bare('create-authinfo'), authInfo: 'short' }, '/authInfo', /8 to 16/],
    ['an AuthInfo to delete', { ...bare('delete-authinfo'), authInfo: 'Ab3-xY7_kQ' }, '/authInfo', /belongs to/],
    ['name servers of a deletion', { ...bare('close'), nameservers: two }, '/nameservers', /nothing of DNS data/],
    ['records of a restoration', { ...bare('restore'), records: ['x'] }, '/records', /nothing of DNS data/],
    ['keys of a transit', { ...bare('transit'), dnssec: [KEY] }, '/dnssec', /nothing of DNS data/],
    ['an abuse contact of a deletion', { ...bare('close'), contacts: { abuse: holder } }, '/contacts/abuse', /nothing/],
    ['a holder of a transit', { ...bare('transit'), contacts: { holder } }, '/contacts/holder', /nothing of this/],
    ['a change of holder without one', bare('change-holder'), '/contacts/holder/0/handle', /names no holder/],
    [
      'a change of holder of which no name servers are known',
      { ...bare('change-holder'), contacts: { holder } },
      '/nameservers',
      /not stored here; give them/,
    ],
  ])('%s', (_, change, pointer, detail) => {
    const problems = check(change)
    expect(problems.map((problem) => problem.pointer)).toContain(pointer)
    expect(
      problems
        .filter((problem) => problem.pointer === pointer)
        .map((problem) => problem.detail)
        .join(' '),
    ).toMatch(detail)
    for (const problem of problems) expect(problem.detail).toMatch(/[.)]$/)
  })

  test('an order with many mistakes: all at once, and never the password', () => {
    const problems = check({
      action: 'transfer',
      domain: 'a_b.de',
      contacts: {},
      nameservers: [],
      authInfo: 'geheim',
      period: { years: 9 },
    })
    expect(problems.map(({ pointer }) => pointer).sort()).toEqual([
      '/authInfo',
      '/contacts/holder/0/handle',
      '/domain',
      '/nameservers',
      '/period/years',
    ])
    expect(JSON.stringify(problems)).not.toContain('geheim')
  })

  test('a default contact that is no handle', () => {
    const defaults = { nameservers: [], contacts: { abuse: { handle: 'nobody' } } }
    expect(check({}, { connection: { ...connection, defaults } })).toMatchObject([
      { pointer: '/contacts/abuse/0/handle', detail: expect.stringMatching(/default of the connection DENIC main/) },
    ])
  })

  test.each<[string, Contact, string, RegExp]>([
    ["another account's handle", { handle: 'DENIC-999-X' }, 'handle', /begins with DENIC-1234-/],
    ['a handle of another form', { handle: 'MUSTER' }, 'handle', /no handle/],
    ['a province', { province: 'Bayern' }, 'province', /no province/],
    ['a template of an address', { uriTemplate: 'mailto:a@example.net' }, 'uriTemplate', /Only a contact for requests/],
    ['two names of an organisation', { type: 'organization', organization: 'GmbH' }, 'name', /one name here/],
    ['a city that is too long', { city: 'x'.repeat(81) }, 'city', /at most 80/],
    ['a line break', { street: ['Weg 1\nAction: DELETE'] }, 'street/0', /line break/],
    ['a byte order mark', { name: '\ufeffErika' }, 'name', /not seen/],
    ['a blank at an end', { name: ' Erika' }, 'name', /blank/],
  ])('a contact with %s', (_, change, field, detail) => {
    const problems = profile.check(contactInput('create-contact', change))
    expect(problems).toContainEqual({ pointer: `/contacts/holder/0/${field}`, detail: expect.stringMatching(detail) })
  })

  const forRequests = (contact: Contact) =>
    check({
      ...bare('create-contact'),
      contacts: { abuse: [{ handle: 'DENIC-1234-ABUSE', type: 'role', ...contact }] },
    })

  test.each([
    'mailto:abuse@hoster.example',
    'mailto:abuse+{domain}@hoster.example',
    'https://hoster.example/abuse{?domain,date:8}{&path*}',
    'http://hoster.example/%20{+a.b}',
  ])('a contact for requests with %s is right', (uriTemplate) => {
    expect(forRequests({ uriTemplate })).toEqual([])
  })

  test.each([
    ...['', 'abuse@hoster.example', 'javascript:alert(1)', 'mailto:', 'https://hoster.example/{', 'https://a/{?}'],
    ...[
      'https://a/{a b}',
      'https://a/b c',
      'https://a/%zz',
      'https://ä.example',
      'mailto:a@example.net\nAction: DELETE',
    ],
    `https://hoster.example/${'x'.repeat(240)}`,
  ])('a contact for requests with %j is none', (uriTemplate) => {
    expect(forRequests({ uriTemplate })).toEqual([
      { pointer: '/contacts/abuse/0/uriTemplate', detail: expect.stringMatching(/RFC 6570/) },
    ])
  })

  test('a contact for requests without a template, of another account, with data of a person: all at once', () => {
    const problems = forRequests({ handle: 'DENIC-9-X', name: 'Erika', email: 'a@example.net' })
    expect(problems.map(({ pointer }) => pointer.split('/').at(-1))).toEqual(['handle', 'uriTemplate', 'name', 'email'])
  })

  test('contacts: none, two, one with nothing, one with name servers', () => {
    const pointers = (change: Partial<OrderTerms>) =>
      check({ ...bare('create-contact'), ...change }).map(({ pointer }) => pointer)
    expect(pointers({})).toEqual(['/contacts'])
    const { contacts } = contactInput('create-contact').terms
    expect(pointers({ contacts: { ...contacts, abuse: holder } })).toContain('/contacts')
    expect(pointers({ contacts: { holder: [{}] } }).sort()).toEqual(
      ['city', 'country', 'email', 'handle', 'name', 'postalCode', 'street'].map(
        (field) => `/contacts/holder/0/${field}`,
      ),
    )
    expect(pointers({ contacts, nameservers: two })).toEqual(['/nameservers'])
  })

  test('a question that says more than the name', () => {
    expect(check({ ...bare('info'), contacts: { holder }, authInfo: 'Ab3-xY7_kQ' })).toMatchObject([
      { pointer: '/contacts/holder' },
      { pointer: '/authInfo' },
    ])
    expect(check({ ...bare('check'), domain: 'exämple.com' })).toMatchObject([{ pointer: '/domain' }])
  })

  test('a holder who is not the one that is stored: of an update, and of a deletion; of a change of holder it is right', () => {
    const contacts = { holder: [{ handle: 'DENIC-1234-OTHER' }] }
    const stored = { domain: storedDomain({ nameservers: two }) }
    const of = (action: OrderTerms['action']) => check({ ...bare(action), contacts }, stored)
    expect(of('update-nameservers').map(({ detail }) => detail)).toContainEqual(
      expect.stringMatching(/belongs to DENIC-1234-MUSTER.*or order change-holder/),
    )
    expect(of('close')).toMatchObject([
      { pointer: '/contacts/holder', detail: expect.stringMatching(/deletes nothing for another holder/) },
    ])
    expect(of('change-holder')).toEqual([])
    expect(check({ ...bare('change-holder') }, stored)).toMatchObject([{ pointer: '/contacts/holder/0/handle' }])
  })

  test('a default holder is not taken', () => {
    const defaults = { nameservers: [], contacts: { holder: { handle: 'DENIC-1234-MUSTER' } } }
    expect(check({ contacts: {} }, { connection: { ...connection, defaults } })).toMatchObject([
      { pointer: '/contacts/holder/0/handle' },
    ])
  })

  test('a name-server update without name servers, or without a holder anywhere', () => {
    const nameservers = ['ns1.example.net', 'ns2.example.net'].map((host) => ({ host, addresses: [] }))
    const defaults = { nameservers, contacts: {} }
    const update: Partial<OrderTerms> = { action: 'update-nameservers', nameservers: [], contacts: {} }
    expect(check(update, { connection: { ...connection, defaults } }).map(({ pointer }) => pointer)).toEqual([
      '/contacts/holder/0/handle',
      '/nameservers',
    ])
  })
})

describe('account', () => {
  test.each([
    [{ regacc: 'DENIC-1234' }, true],
    [{ regacc: 'DENIC-0' }, false],
    [{ regacc: 'denic-1234' }, false],
    [{ regacc: 'DENIC-1234\n' }, false],
    [{ regacc: 'DENIC-1234', user: 'x' }, false],
    [{}, false],
  ])('%j', (value, good) => {
    expect(profile.account.safeParse(value).success).toBe(good)
  })
})
