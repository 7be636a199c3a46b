import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeProblems } from '../../../src/core/errors.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { profile } from '../../../src/profiles/denic/index.js'
import { BUILT_IN_TEMPLATES, loadTemplates } from '../../../src/profiles/load.js'
import type { EncodeInput } from '../../../src/profiles/profile.js'
import { createTemplateRenderer } from '../../../src/profiles/template.js'
import { bare, connection, contactInput, orderInput, postal, storedDomain } from './order-input.js'

const REQUESTS = new URL('../../fixtures/denic/requests/', import.meta.url)
const renderer = createTemplateRenderer(await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null }))

const render = (input: EncodeInput) => {
  expect(profile.check(input)).toEqual([])
  const draft = renderer.render('denic', input.terms.action, profile.encode(input))
  if (!draft.ok) throw new Error(describeProblems(draft.problems))
  return draft.value
}

/** The subject means nothing to the registry. */
const confirmBody = (body: string, input: EncodeInput) => profile.confirm({ subject: '', body }, input)

const KEY = '257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=='
const idn: Partial<OrderTerms> = {
  domain: 'xn--bcher-mller-thbg.de',
  unicodeName: 'bücher-müller.de',
  contacts: {
    holder: [{ handle: 'denic-1234-muster' }, { handle: 'DENIC-1234-ZWEI' }],
    'general-request': [{ handle: 'DENIC-1234-GENERAL' }],
  },
  nameservers: [
    { host: 'ns1.xn--bcher-mller-thbg.de', addresses: ['192.0.2.53', '2001:db8:0:53::1'] },
    { host: 'NS2.example.net', addresses: [] },
  ],
  dnssec: [KEY],
}
const HOSTER_SERVERS = ['ns1.hoster.example', 'ns2.hoster.example'].map((host) => ({ host, addresses: [] }))
const withDefaults = {
  connection: {
    ...connection,
    defaults: {
      nameservers: [],
      contacts: { tech: { handle: 'X' }, abuse: { handle: 'DENIC-1234-ABUSE' } },
    },
  },
}

const GOLDEN: Record<string, EncodeInput> = {
  'register.txt': orderInput(),
  'register-idn.txt': orderInput(idn),
  'register-defaults.txt': orderInput({ nameservers: HOSTER_SERVERS }, withDefaults),
  'register-records.txt': orderInput({
    nameservers: [],
    records: [
      'example.de IN A 192.0.2.1',
      'example.de in mx 10 MAIL.example.de',
      '*.example.de IN MX 20 mail.example.net',
    ],
  }),
  'transfer.txt': orderInput({ action: 'transfer', authInfo: 'Ab3-xY7_kQ' }),
  'update-nameservers.txt': orderInput({ action: 'update-nameservers', contacts: {} }, { domain: storedDomain() }),
  'update-nameservers-idn.txt': orderInput({ ...idn, action: 'update-nameservers' }),
  'change-holder.txt': orderInput(
    { ...bare('change-holder'), contacts: { holder: [{ handle: 'DENIC-1234-NEU' }] } },
    { domain: storedDomain({ nameservers: orderInput().terms.nameservers, dnssec: ['257 3 13 AAAAAAAA'] }) },
  ),
  'close.txt': orderInput(bare('close'), { domain: storedDomain() }),
  'close-holder.txt': orderInput(
    { ...bare('close'), contacts: orderInput().terms.contacts },
    { domain: storedDomain() },
  ),
  'transit.txt': orderInput({ ...bare('transit'), disconnect: true }),
  'transit-connected-idn.txt': orderInput({ ...bare('transit'), domain: idn.domain ?? '', disconnect: false }),
  'restore.txt': orderInput(bare('restore')),
  'create-authinfo.txt': orderInput({ ...bare('create-authinfo'), authInfo: 'Ab3-xY7_kQ' }),
  'create-authinfo-letter.txt': orderInput(bare('create-authinfo')),
  'delete-authinfo.txt': orderInput(bare('delete-authinfo')),
  'create-contact.txt': contactInput('create-contact', {
    organization: 'Beispiel GmbH',
    street: ['Beispielweg 1', 'Hinterhaus'],
    phone: '+49691234567',
  }),
  'create-contact-organization.txt': orderInput({
    ...bare('create-contact'),
    contacts: {
      abuse: [{ ...postal, handle: 'denic-1234-gmbh', organization: 'Beispiel GmbH', type: 'organization' }],
    },
  }),
  'create-contact-requests.txt': orderInput({
    ...bare('create-contact'),
    contacts: {
      'general-request': [
        { handle: 'denic-1234-general', type: 'role', uriTemplate: 'https://hoster.example/ask{?domain}' },
      ],
    },
  }),
  'update-contact.txt': contactInput('update-contact'),
  'check.txt': orderInput({ ...bare('check'), domain: idn.domain ?? '' }),
  'info.txt': orderInput({ ...bare('info'), domain: idn.domain ?? '' }),
}

describe('golden requests', () => {
  test('there is one for every file', () => {
    expect(readdirSync(REQUESTS).sort()).toEqual(Object.keys(GOLDEN).sort())
  })

  test.each(Object.entries(GOLDEN))('%s', (name, input) => {
    const { subject, body } = render(input)
    expect(`Subject: ${subject}\n\n${body}`).toBe(readFileSync(new URL(name, REQUESTS), 'utf8'))
    expect(confirmBody(body, input)).toEqual([])
  })

  test.each(Object.entries(GOLDEN))('%s is the same every time', (_, input) => {
    expect(render(structuredClone(input))).toEqual(render(input))
  })
})

describe('confirm refuses a body that', () => {
  const input = GOLDEN['register-idn.txt'] ?? orderInput()
  const { body } = render(input)
  test.each<[string, (body: string) => string, RegExp]>([
    ['has another reference', (text) => text.replace('sp-20250301-000101', 'sp-20250301-000102'), /"ctid" says/],
    ['has another action', (text) => text.replace('CREATE', 'DELETE'), /"action" says DELETE/],
    ['has another version', (text) => text.replace('5.0', '2.0'), /"version"/],
    ['has another domain', (text) => text.replace('Domain: bücher-müller.de', 'Domain: example.de'), /"domain" says/],
    [
      'has another ACE',
      (text) => text.replace('Domain-Ace: xn--bcher-mller-thbg.de', 'Domain-Ace: example.de'),
      /"domain-ace"/,
    ],
    ['has two actions', (text) => `${text}Action: DELETE\n`, /"action" is there more than once/],
    ['has two references', (text) => `${text}CTID: x-y-z\n`, /"ctid" is there more than once/],
    ['lacks the reference', (text) => text.replace(/Ctid: .*\n/, ''), /no line "ctid"/],
    ['lacks a holder', (text) => text.replace(/Holder: .*ZWEI\n/, ''), /"holder" says/],
    ['has one holder more', (text) => `${text}Holder: DENIC-1-X\n`, /"holder" says/],
    ['lacks an address', (text) => text.replace(/Nserver: .*2001.*\n/, ''), /"nserver" says/],
    ['lacks the key', (text) => text.replace(/Dnskey: .*\n/, ''), /no line "dnskey"/],
    ['has a key that the order does not have', (text) => `${text}Abusecontact: DENIC-1-X\n`, /a line "abusecontact"/],
    ['has a section', (text) => `${text}[Holder]\nName: x\n`, /section \[Holder\]/],
    ['has a no-break space before a value', (text) => text.replace('Ctid: ', 'Ctid:\u00a0'), /"ctid"/],
    ['has prose in it', (text) => `Dear registry,\n${text}`, /Line 1 is neither/],
    ['is empty', () => '', /no line "version"/],
  ])('%s', (_, change, reason) => {
    expect(change(body)).not.toBe(body)
    expect(describeProblems(confirmBody(change(body), input))).toMatch(reason)
  })

  test('lines in another order or case, and blank lines, change nothing', () => {
    const lines = body.trimEnd().split('\n').reverse()
    expect(confirmBody(`\n${lines.join('\n\n').replaceAll('Nserver', 'NSERVER')}\n`, input)).toEqual([])
  })

  test('has another AuthInfo, without repeating either', () => {
    const transfer = orderInput({ action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
    const text = JSON.stringify(confirmBody(render(transfer).body.replace('Ab3-xY7_kQ', 'Zz9-other1'), transfer))
    expect(text).toMatch(/authinfo/)
    expect(text).not.toMatch(/Ab3-xY7_kQ|Zz9-other1/)
  })
})

test('an AuthInfo that is created leaves as its digest alone', () => {
  const input = GOLDEN['create-authinfo.txt'] ?? orderInput()
  expect(JSON.stringify([render(input), profile.encode(input)])).not.toContain('Ab3-xY7_kQ')
  const other = confirmBody(render(input).body.replace(/AuthInfoHash: .*/, 'AuthInfoHash: 00ff'), input)
  expect(describeProblems(other)).toMatch(/"authinfohash" is not what the order says/)
  expect(describeProblems(other)).not.toMatch(/bae111|00ff/)
})

describe('encode', () => {
  test.each(['', 'ab', 'x'.repeat(65), 'a b c', 'sp-1\nAction: DELETE', 'sp-ä12'])(
    'stops at the reference %j',
    (reference) => {
      expect(() => profile.encode(orderInput({}, { reference }))).toThrow(/3 to 64 visible/)
    },
  )

  test('stops at an order that was not checked', () => {
    expect(() => profile.encode(orderInput({ contacts: {} }))).toThrow(/check would have refused/)
  })
})

describe('no value of an order becomes a second line', () => {
  /** Every place of an order where a text of the customer's goes into the request. */
  const PLACES: Record<string, (text: string) => Partial<OrderTerms>> = {
    domain: (text) => ({ domain: `example.de${text}` }),
    'start of the domain': (text) => ({ domain: `${text}example.de` }),
    unicodeName: (text) => ({ unicodeName: `example.de${text}` }),
    holder: (text) => ({ contacts: { holder: [{ handle: `DENIC-1234-MUSTER${text}` }] } }),
    abuse: (text) => ({ contacts: { holder: [{ handle: 'DENIC-1-A' }], abuse: [{ handle: `DENIC-1234-B${text}` }] } }),
    role: (text) => ({ contacts: { holder: [{ handle: 'DENIC-1-A' }], [text]: [{ handle: 'DENIC-1-A' }] } }),
    host: (text) => ({
      nameservers: ['ns1.example.net', `ns2.example.net${text}`].map((host) => ({ host, addresses: [] })),
    }),
    address: (text) => ({
      nameservers: [
        { host: 'ns1.example.net', addresses: [] },
        { host: 'ns1.example.de', addresses: [`192.0.2.1${text}`] },
      ],
    }),
    dnssec: (text) => ({ dnssec: [`257 3 13 AAAAAAAA${text}`] }),
    record: (text) => ({ nameservers: [], records: [`example.de IN MX 10 mail.example.de${text}`] }),
    authInfo: (text) => ({ action: 'transfer', authInfo: `secret12${text}` }),
    'name of a contact': (text) => contactInput('create-contact', { name: `Erika${text}` }).terms,
    organisation: (text) => contactInput('create-contact', { organization: `GmbH${text}` }).terms,
    street: (text) => contactInput('create-contact', { street: [`Weg 1${text}`] }).terms,
    city: (text) => contactInput('create-contact', { city: `Ort${text}` }).terms,
    'postal code': (text) => contactInput('create-contact', { postalCode: `1${text}` }).terms,
    phone: (text) => contactInput('create-contact', { phone: `+4930123456${text}` }).terms,
    'e-mail': (text) => contactInput('create-contact', { email: `a@example.net${text}` }).terms,
    country: (text) => contactInput('create-contact', { country: `DE${text}` }).terms,
  }
  const ends = fc.constantFrom(
    '\n',
    '\r\n',
    '\r',
    '\u0085',
    '\u2028',
    '\u2029',
    '\v',
    '\f',
    '\0',
    '\u{e0001}',
    '\\n',
    '%0A',
    ' ',
    '',
  )
  const text = fc
    .tuple(fc.string({ maxLength: 3 }), ends, fc.constantFrom('Action: DELETE', 'Holder: DENIC-1-X', '', 'x'))
    .map((parts) => parts.join(''))

  test.each(Object.entries(PLACES))('%s', (_, change) => {
    fc.assert(
      fc.property(text, (value) => {
        const input = orderInput(change(value))
        if (profile.check(input).length > 0) return
        const { body } = render(input)
        expect(confirmBody(body, input)).toEqual([])
        expect(body.match(/^\s*action\s*:/gim)).toHaveLength(1)
        expect(body).not.toMatch(/[\r\v\f\0\u0085\u2028\u2029]/)
      }),
    )
  })
})
