import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Reply } from '../../../src/core/reply.js'
import { BUILT_IN_TEMPLATES, loadTemplates } from '../../../src/profiles/load.js'
import { profile } from '../../../src/profiles/opensrs/index.js'
import { signatureOf } from '../../../src/profiles/opensrs/signature.js'
import type { EncodeInput, PollInput, ServerReading } from '../../../src/profiles/profile.js'
import { createTemplateRenderer } from '../../../src/profiles/template.js'
import { readMessage } from '../../../src/simulator/opensrs/xml.js'

const FIXTURES = path.join(import.meta.dirname, '../../fixtures/opensrs')
const octets = (file: string): Buffer => readFileSync(path.join(FIXTURES, file))
const answer = (name: string) => ({ status: 200, body: octets(`replies/${name}.xml`) })

const renderer = createTemplateRenderer(await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null }))
const sampleOf = (action: string, index = 0): EncodeInput => {
  const sample = profile.samples.filter((one) => one.action === action)[index]?.input
  if (sample === undefined) throw new Error(`there is no sample of ${action}`)
  return sample
}
const bodyOf = (input: EncodeInput): string => {
  const draft = renderer.render('opensrs', input.terms.action, profile.encode(input))
  if (!draft.ok) throw new Error(JSON.stringify(draft.problems))
  return draft.value.body
}
const withTerms = (input: EncodeInput, change: Partial<EncodeInput['terms']>): EncodeInput => ({
  ...input,
  terms: { ...input.terms, ...change },
})

describe('a call', () => {
  test('is proved as the documentation has it', () => {
    expect(signatureOf(Buffer.from('<OPS_envelope/>'), '0123456789abcdef')).toBe('44cf92302ddeaabfd5109a451a9a41f8')
    const body = Buffer.from('<x/>')
    expect(profile.headers({ account: { username: 'hoster', keyEnv: 'K' }, secret: 'k', body })).toEqual({
      ...{ 'content-type': 'text/xml', 'x-username': 'hoster', 'x-signature': signatureOf(body, 'k') },
    })
  })

  test('goes to the live server in live mode alone, by the key of that mode', () => {
    const account = { username: 'hoster', keyEnv: 'LIVE_KEY', test: { keyEnv: 'TEST_KEY' } }
    expect(profile.endpoint(account, 'live')).toMatchObject({ host: 'rr-n1-tor.opensrs.net', port: 55_443 })
    expect(profile.endpoint(account, 'test')).toMatchObject({ host: 'horizon.opensrs.net', port: 55_443 })
    expect([profile.secretName(account, 'live'), profile.secretName(account, 'test')]).toEqual(['LIVE_KEY', 'TEST_KEY'])
  })

  test.each(profile.samples.map(({ action }, index) => ({ name: `${index + 1}-${action}`, index })))(
    'is written as in $name',
    async ({ name, index }) => {
      const input = profile.samples[index]?.input
      if (input === undefined) throw new Error('there is no sample')
      await expect(bodyOf(input)).toMatchFileSnapshot(path.join(FIXTURES, `requests/${name}.xml`))
    },
  )

  test('says to another reader what the order says', () => {
    const { attributes } = readMessage(bodyOf(sampleOf('register', 1)))
    expect(attributes).toMatchObject({
      ...{ domain: 'example.com', reg_type: 'new', period: '2', custom_tech_contact: '1' },
      nameserver_list: [
        { name: 'ns1.example.net', sortorder: '1' },
        { name: 'ns2.example.org', sortorder: '2' },
      ],
      contact_set: {
        owner: {
          ...{ first_name: 'Erika', last_name: 'Muster', org_name: 'Müller & Söhne <GmbH>', address3: 'Tor "3"' },
          ...{ state: 'NRW', phone: '+49.30123456' },
        },
        tech: { org_name: 'Erika Muster', state: 'n/a' },
      },
    })
    expect(readMessage(bodyOf(sampleOf('transfer')))).toMatchObject({ attributes: { auth_info: `a<b>&"c'` } })
  })

  test('is the same when it is written again, and has a login of its own for each domain', () => {
    const register = sampleOf('register')
    expect(bodyOf(register)).toBe(bodyOf(structuredClone(register)))
    const [one, other] = ['sp-1', 'sp-2'].map((reference) => profile.encode({ ...register, reference }))
    expect(one?.['password']).not.toBe(other?.['password'])
  })

  test.each([
    { name: 'another domain', change: (body: string) => body.replace('example.com', 'example.net') },
    { name: 'another command', change: (body: string) => body.replace('SW_REGISTER', 'CANCEL') },
    {
      name: 'no name server',
      change: (body: string) => body.replace(/<item key="nameserver_list">[\s\S]*?<\/dt_array><\/item>/, ''),
    },
    {
      name: 'one more name server',
      change: (body: string) =>
        body.replace(
          '</dt_array>',
          '<item key="2"><dt_assoc><item key="name">ns3.x.example</item></dt_assoc></item></dt_array>',
        ),
    },
    { name: 'another owner', change: (body: string) => body.replace('>Muster<', '>Evil<') },
    {
      name: 'a value twice',
      change: (body: string) =>
        body.replace('<item key="domain">', '<item key="domain">x.com</item><item key="domain">'),
    },
    { name: 'no XML', change: () => 'register example.com\n' },
  ])('is not taken from a template that makes it say $name', ({ change }) => {
    const input = sampleOf('register')
    expect(profile.confirm({ subject: '', body: bodyOf(input) }, input)).toEqual([])
    expect(profile.confirm({ subject: '', body: change(bodyOf(input)) }, input)).not.toEqual([])
  })
})

describe('an order', () => {
  const register = sampleOf('register')
  const holder = register.terms.contacts['holder']?.[0]
  const owned = (change: object) => withTerms(register, { contacts: { holder: [{ ...holder, ...change }] } })

  test.each([
    ...['name', 'organization', 'city', 'province', 'postalCode', 'country', 'phone', 'email'].map((field) => ({
      name: `/contacts/holder/0/${field}`,
      input: (evil: string) => owned({ [field]: evil }),
    })),
    { name: '/contacts/holder/0/street/0', input: (evil: string) => owned({ street: [evil] }) },
    { name: '/authInfo', input: (evil: string) => withTerms(sampleOf('transfer'), { authInfo: evil }) },
  ])('cannot smuggle a line or half a character in by $name', ({ name, input }) => {
    for (const evil of ['a\nb', 'a\r\n<item key="domain">evil.com</item>', 'a\u0000', '\ud800', '\ufffe', 'a\u2028b'])
      expect(profile.check(input(evil)).map(({ pointer }) => pointer)).toContain(name)
  })

  test.each([
    { name: 'an owner', input: withTerms(register, { contacts: {} }), pointer: '/contacts/holder' },
    { name: 'data in the place of a handle', input: owned({ handle: 'X-1' }), pointer: '/contacts/holder/0/handle' },
    { name: 'a street', input: owned({ street: [] }), pointer: '/contacts/holder/0/street' },
    { name: 'a phone', input: owned({ phone: undefined }), pointer: '/contacts/holder/0/phone' },
    { name: 'two name servers', input: withTerms(register, { nameservers: [] }), pointer: '/nameservers' },
    { name: 'a password', input: withTerms(sampleOf('transfer'), { authInfo: null }), pointer: '/authInfo' },
    { name: 'a date', input: { ...sampleOf('renew'), domain: null }, pointer: '/domain' },
    { name: 'fewer years', input: withTerms(register, { period: { years: 11 } }), pointer: '/period/years' },
    { name: 'one year', input: withTerms(sampleOf('transfer'), { period: { years: 2 } }), pointer: '/period/years' },
    { name: 'no language', input: withTerms(register, { domain: 'xn--bcher-kva.com' }), pointer: '/domain' },
    { name: 'no DNSSEC', input: withTerms(register, { dnssec: ['257 3 13 AAAA'] }), pointer: '/dnssec' },
    {
      ...{ name: 'hosts without addresses', pointer: '/nameservers/0/addresses' },
      input: withTerms(register, {
        nameservers: ['ns1.example.com', 'ns2.example.com'].map((host) => ({ host, addresses: ['192.0.2.1'] })),
      }),
    },
    {
      name: 'roles that there are',
      input: withTerms(register, { contacts: { zone: [holder ?? {}] } }),
      pointer: '/contacts/zone',
    },
  ])('needs $name', ({ input, pointer }) => {
    expect(profile.check(input).map((problem) => problem.pointer)).toContain(pointer)
  })
})

type Expected = { kind: ServerReading['kind'] } & Partial<
  Pick<Reply, 'outcome' | 'ticket' | 'code' | 'data' | 'expiresAt'>
>

const shortly = (reading: ServerReading): Expected => {
  if (reading.kind !== 'replies') return { kind: reading.kind }
  const [reply] = reading.replies
  if (reply === undefined) throw new Error('there is no reply')
  const { outcome, ticket, code, data, expiresAt } = reply
  return {
    ...{ kind: 'replies', outcome, ticket, code },
    ...(data === null ? {} : { data }),
    ...(expiresAt === null ? {} : { expiresAt }),
  }
}
const said = (outcome: Reply['outcome'], code: string, ticket: string | null = null): Expected => ({
  ...{ kind: 'replies', outcome, code, ticket },
})

describe('an answer', () => {
  test.each<{ action: string; name: string; means: Expected }>([
    { action: 'register', name: 'registered', means: said('done', '200', '3700001') },
    { action: 'transfer', name: 'registered', means: said('accepted', '200', '3700001') },
    { action: 'register', name: 'submitted', means: said('accepted', '250', '3700002') },
    { action: 'register', name: 'kept-as-pending', means: said('accepted', '435', '3700003') },
    { action: 'register', name: 'other-registration-code', means: said('accepted', '200', '3700004') },
    { action: 'register', name: 'taken', means: said('refused', '485') },
    { action: 'register', name: 'refused-without-reason', means: said('refused', '460') },
    { action: 'register', name: 'in-hand', means: said('accepted', '486') },
    { action: 'register', name: 'waits-for-another', means: said('accepted', '437') },
    { action: 'renew', name: 'waits-for-another', means: { kind: 'untaken' } },
    { action: 'register', name: 'failed', means: { kind: 'unclear' } },
    { action: 'register', name: 'failed-with-order', means: said('accepted', '404', '3700005') },
    { action: 'check', name: 'failed', means: { kind: 'untaken' } },
    { action: 'register', name: 'success-that-is-none', means: said('unrecognised', '200') },
    { action: 'register', name: 'code-of-no-list', means: said('unrecognised', '599') },
    { action: 'register', name: 'wrong-key', means: { kind: 'untaken' } },
    { action: 'register', name: 'too-many', means: { kind: 'untaken' } },
    { action: 'register', name: 'quota', means: { kind: 'untaken' } },
    {
      action: 'renew',
      name: 'renewed',
      means: { ...said('done', '200', '3700010'), expiresAt: new Date('2029-06-30T10:00:00Z') },
    },
    { action: 'update-nameservers', name: 'free', means: said('unrecognised', '210') },
    { action: 'check', name: 'free', means: { ...said('done', '210'), data: { status: 'available' } } },
    { action: 'check', name: 'not-free', means: { ...said('done', '211'), data: { status: 'taken' } } },
    { action: 'check', name: 'not-free-and-waited-for', means: { ...said('done', '221'), data: { status: 'taken' } } },
    {
      ...{ action: 'lookup-transfer', name: 'transferable' },
      means: { ...said('done', '200'), data: { transferrable: '0', reason: 'Domain & owner <locked>', type: '' } },
    },
    {
      ...{ action: 'info', name: 'domain' },
      means: {
        ...said('done', '200'),
        data: {
          ...{ expiredate: '2028-06-29 10:00:00', registry_expiredate: '2028-06-30 10:00:00' },
          nameservers: ['ns2.example.org', 'ns1.example.net'],
        },
      },
    },
    { action: 'info', name: 'domain-of-another', means: said('refused', '541') },
  ])('$name to $action', ({ action, name, means }) => {
    const input = sampleOf(action)
    expect(shortly(profile.read(answer(name), input))).toEqual(means)
    const crlf = Buffer.from(octets(`replies/${name}.xml`).toString().replaceAll('\n', '\r\n'))
    expect(profile.read({ status: 200, body: crlf }, input)).toEqual(profile.read(answer(name), input))
  })

  test.each(readdirSync(path.join(FIXTURES, 'not')))('%s says nothing of the order', (name) => {
    const body = octets(`not/${name}`)
    for (const { input } of profile.samples)
      if (input !== undefined) expect(profile.read({ status: 200, body }, input).kind).toBe('unclear')
  })

  test.each([
    [302, 'untaken'],
    [403, 'untaken'],
    [500, 'unclear'],
    [503, 'unclear'],
  ])('with HTTP %i is %s, whatever its body says', (status, kind) => {
    expect(profile.read({ ...answer('registered'), status }, sampleOf('register')).kind).toBe(kind)
  })

  test('does not say until when a domain is registered, so that is asked', () => {
    const input = sampleOf('register')
    const reading = profile.read(answer('registered'), input)
    const [reply] = reading.kind === 'replies' ? reading.replies : []
    if (reply === undefined) throw new Error('there is no reply')
    expect(profile.more.question(reply, input)).toEqual({ template: 'info', values: { domain: 'example.com' } })
    expect(profile.more.add(reply, answer('domain')).expiresAt).toEqual(new Date('2028-06-30T10:00:00Z'))
    expect(profile.more.add(reply, answer('domain-of-another'))).toEqual(reply)
    expect(profile.more.add(reply, { status: 200, body: octets('not/page') })).toEqual(reply)
  })

  test('to a test tells whether the account is known', () => {
    expect(profile.probe.judge(answer('not-free')).ok).toBe(true)
    expect(profile.probe.judge(answer('wrong-key'))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('401'),
    })
    expect(profile.probe.judge({ status: 200, body: Buffer.alloc(0) }).ok).toBe(false)
  })
})

describe('what became of an order', () => {
  const since = new Date('2026-07-01T10:00:00Z')
  const asked = (action: string, ticket: string | null = null): PollInput => ({ ...sampleOf(action), ticket, since })

  test.each([
    { action: 'register', ticket: '3700002', template: 'order-status' },
    { action: 'transfer', ticket: null, template: 'orders-of-domain' },
    { action: 'renew', ticket: '3700010', template: 'info' },
    { action: 'update-nameservers', ticket: null, template: 'info' },
    { action: 'check', ticket: null, template: undefined },
  ])('is asked of $action with the number $ticket', ({ action, ticket, template }) => {
    const question = profile.poll.question(asked(action, ticket))
    expect(question?.template).toBe(template)
    if (question !== null) expect(renderer.render('opensrs', question.template, question.values).ok).toBe(true)
  })

  test.each<{ action: string; ticket?: string; name: string; means: Expected }>([
    { action: 'register', ticket: '3700002', name: 'order-completed', means: said('done', 'completed', '3700002') },
    { action: 'transfer', ticket: '3700002', name: 'order-declined', means: said('refused', 'declined', '3700002') },
    { action: 'register', ticket: '3700002', name: 'order-waiting', means: said('accepted', 'waiting', '3700002') },
    {
      action: 'register',
      ticket: '3700002',
      name: 'order-in-new-words',
      means: said('accepted', 'contemplated', '3700002'),
    },
    { action: 'register', ticket: '3700002', name: 'order-of-another', means: { kind: 'unclear' } },
    { action: 'register', ticket: '3700009', name: 'order-completed', means: { kind: 'unclear' } },
    { action: 'register', ticket: '3700002', name: 'order-unknown', means: { kind: 'unclear' } },
    { action: 'register', name: 'no-orders', means: { kind: 'unclear' } },
    { action: 'register', name: 'one-young-order', means: said('accepted', 'waiting', '3700006') },
    { action: 'register', name: 'two-young-orders', means: { kind: 'unclear' } },
    { action: 'register', name: 'dates-of-no-form', means: { kind: 'unclear' } },
    { action: 'renew', name: 'domain', means: { kind: 'unclear' } },
    { action: 'update-nameservers', name: 'domain', means: said('done', '200') },
    { action: 'update-nameservers', name: 'domain-of-another', means: { kind: 'unclear' } },
    { action: 'register', ticket: '1', name: 'too-many', means: { kind: 'untaken' } },
  ])('$name for $action', ({ action, ticket = null, name, means }) => {
    expect(shortly(profile.poll.read(answer(name), asked(action, ticket)))).toEqual(means)
  })

  test('a renewal was carried out where the domain ends as many years later', () => {
    const renew = { ...asked('renew'), terms: { ...asked('renew').terms, period: { years: 1 } } }
    expect(shortly(profile.poll.read(answer('domain'), renew))).toEqual({
      ...{ ...said('done', '200'), expiresAt: new Date('2028-06-30T10:00:00Z') },
    })
  })

  test('other name servers than those that were ordered say nothing', () => {
    const other = [{ host: 'ns9.example.net', addresses: [] }]
    const changed = {
      ...asked('update-nameservers'),
      terms: { ...asked('update-nameservers').terms, nameservers: other },
    }
    expect(profile.poll.read(answer('domain'), changed).kind).toBe('unclear')
  })
})
