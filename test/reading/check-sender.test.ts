import { dkimSign } from 'mailauth'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Envelope, SenderEvidence } from '../../src/core/mail.js'
import { checkSender } from '../../src/reading/check-sender.js'
import { type DkimKey, dkimKey, dkimSigned, type Zone, zoneDns } from '../helpers/sender-domain.js'

const FROM = 'From: Robot <robot@registry.example>\r\n'
const MAIL = `${FROM}To: domains@hoster.example\r\nSubject: done\r\n\r\nRESULT: success\r\n`
const REGISTRY: Envelope = {
  from: 'bounces@registry.example',
  to: ['domains@hoster.example'],
  remoteAddress: '192.0.2.10',
  helo: 'mx.registry.example',
}
const STRANGER: Envelope = { ...REGISTRY, remoteAddress: '198.51.100.66' }
const ELSEWHERE: Envelope = { ...STRANGER, from: 'x@evil.example', helo: 'evil.example' }

let key: DkimKey
let zone: Zone
let signed: Buffer
beforeAll(async () => {
  key = dkimKey()
  zone = {
    'registry.example TXT': ['some-token=1', 'v=spf1 ip4:192.0.2.0/24 -all'],
    '_dmarc.registry.example TXT': ['v=DMARC1; p=reject'],
    's._domainkey.registry.example TXT': key.record,
    'evil.example TXT': ['v=spf1 ip4:198.51.100.0/24 -all'],
    '_dmarc.evil.example TXT': ['v=DMARC1; p=none'],
    's._domainkey.evil.example TXT': key.record,
  }
  signed = await dkimSigned(MAIL, 'registry.example', key)
})

type Mail = { raw?: Buffer | string; envelope?: Envelope; records?: Zone; receivedAt?: Date }

const check = async ({ raw = signed, envelope = REGISTRY, records = {}, receivedAt = new Date() }: Mail) => {
  const { resolve, asked } = zoneDns({ ...zone, ...records })
  const octets = typeof raw === 'string' ? Buffer.from(raw, 'latin1') : raw
  const task = { raw: octets, envelope, receivedAt, mtaHostname: 'mx.hoster.example' }
  return { evidence: await checkSender(task, resolve), asked }
}

/** `spf dkim dmarc`, in one word each. */
const wordsOf = async (mail: Mail): Promise<string> => {
  const { spf, dkim, dmarc } = (await check(mail)).evidence
  return `${spf} ${dkim} ${dmarc}`
}

const before = (fields: string): Buffer => Buffer.concat([Buffer.from(fields, 'latin1'), signed])
const after = (octets: string): Buffer => Buffer.concat([signed, Buffer.from(octets)])

describe('an honest mail', () => {
  test('from its own server, signed', async () => {
    const expected: SenderEvidence = {
      ...{ spf: 'pass', dkim: 'pass', dmarc: 'pass' },
      domains: { spf: 'registry.example', dkim: ['registry.example'], from: 'registry.example' },
    }
    expect((await check({})).evidence).toEqual(expected)
  })

  test.each([
    ['through another server', { envelope: STRANGER }, 'fail pass pass'],
    ['unsigned', { raw: MAIL }, 'pass none pass'],
    [
      'from an IPv4 address within IPv6',
      { envelope: { ...REGISTRY, remoteAddress: '::ffff:192.0.2.10' } },
      'pass pass pass',
    ],
    [
      'from an IPv6 address that SPF does not name',
      { envelope: { ...REGISTRY, remoteAddress: '2001:db8::1' } },
      'fail pass pass',
    ],
    [
      'whose sub-domain sends it',
      {
        envelope: { ...REGISTRY, from: 'x@sub.registry.example' },
        records: { 'sub.registry.example TXT': ['v=spf1 ip4:192.0.2.10 -all'] },
      },
      'pass pass pass',
    ],
    [
      'of a domain that asks for nothing',
      { records: { '_dmarc.registry.example TXT': 'ENOTFOUND' } },
      'pass pass none',
    ],
    [
      'of a domain that publishes nothing',
      { raw: MAIL, records: { 'registry.example TXT': 'ENODATA', '_dmarc.registry.example TXT': 'ENODATA' } },
      'none none none',
    ],
    ['with lines that end in LF', { raw: MAIL.replaceAll('\r\n', '\n') }, 'pass none pass'],
  ])('%s', async (_, mail, expected) => {
    expect(await wordsOf(mail)).toBe(expected)
  })

  test('from the null sender: SPF is about the name that the host gives', async () => {
    const records = { 'mx.registry.example TXT': ['v=spf1 ip4:192.0.2.10 -all'] }
    const { evidence } = await check({ envelope: { ...REGISTRY, from: '' }, records })
    expect(evidence).toMatchObject({ spf: 'pass', dmarc: 'pass', domains: { spf: 'mx.registry.example' } })
  })
})

describe('what somebody did to a mail that its domain signed', () => {
  const elsewhere = (raw: Buffer, records: Zone = {}) => wordsOf({ raw, envelope: ELSEWHERE, records })

  test('nothing', async () => expect(await elsewhere(signed)).toBe('pass pass pass'))

  test.each([
    ['its text changed', () => Buffer.from(signed.toString('latin1').replace('success', 'failure'), 'latin1'), 'fail'],
    [
      'its subject changed',
      () => Buffer.from(signed.toString('latin1').replace('Subject: done', 'Subject: due'), 'latin1'),
      'fail',
    ],
    ['text was put after it', () => after('RESULT: failure\r\n'), 'fail'],
    ['a second subject', () => before('Subject: more\r\n'), 'policy'],
    ['a second content type', () => before('Content-Type: text/plain\r\nContent-Type: text/html\r\n'), 'policy'],
    ['a second From', () => before('From: x@evil.example\r\n'), 'policy'],
    ['a header that cannot be read', () => before('no field\r\n'), 'permerror'],
    ['more lines of header than anybody reads', () => before(`X: a\r\n${' b\r\n'.repeat(1_000)}`), 'permerror'],
  ])('%s', async (_, change, dkim) => {
    const dmarc = dkim === 'permerror' || _ === 'a second From' ? 'permerror' : 'fail'
    expect(await elsewhere(change())).toBe(`pass ${dkim} ${dmarc}`)
  })

  test.each([
    ['no key is there', 'ENOTFOUND', 'neutral fail'],
    ['the key is another', () => dkimKey().record, 'fail fail'],
    ['the key was withdrawn', ['v=DKIM1; p='], 'neutral fail'],
  ])('%s', async (_, record, expected) => {
    const records = { 's._domainkey.registry.example TXT': typeof record === 'function' ? record() : record }
    expect(await elsewhere(signed, records)).toBe(`pass ${expected}`)
  })
})

describe('signatures that the library takes and we do not', () => {
  const by = async (
    options: Partial<Parameters<typeof dkimSign>[1]>,
    more: { tail?: string; receivedAt?: Date } = {},
  ) => {
    const settings = { signingDomain: 'registry.example', selector: 's', privateKey: key.privateKey, ...options }
    const { signatures } = await dkimSign(MAIL, { ...settings, signatureData: [settings] })
    const { tail = '', ...when } = more
    return wordsOf({ raw: `${signatures}${MAIL}${tail}`, envelope: ELSEWHERE, ...when })
  }

  test('the same signer in honest use', async () => expect(await by({})).toBe('pass pass pass'))

  test.each([
    ['over a part of the text (l=)', { maxBodyLength: 17 }, { tail: 'RESULT: failure\r\n' }],
    ['with SHA-1 (RFC 8301)', { algorithm: 'rsa-sha1' }, {}],
  ])('%s', async (_, options, more) => {
    expect(await by(options, more)).toBe('pass policy fail')
  })

  test.each([
    ['before the mail came', '2026-06-01T14:00:00Z', 'pass neutral fail'],
    ['after it came, though long before it is read', '2026-06-01T12:30:00Z', 'pass pass pass'],
  ])('that ended %s', async (_, receivedAt, expected) => {
    const times = { signTime: new Date('2026-06-01T12:00:00Z'), expires: new Date('2026-06-01T13:00:00Z') }
    expect(await by(times, { receivedAt: new Date(receivedAt) })).toBe(expected)
  })

  test('over fields of which From is none (RFC 6376, 6.1.1)', async () => {
    const raw = await dkimSigned(MAIL, 'registry.example', key, 'subject:to')
    expect(await wordsOf({ raw, envelope: ELSEWHERE })).toBe('pass permerror fail')
  })

  test('by a small key', async () => {
    const small = dkimKey(1_024)
    const raw = await dkimSigned(MAIL, 'registry.example', small)
    const records = { 's._domainkey.registry.example TXT': small.record }
    expect(await wordsOf({ raw, envelope: ELSEWHERE, records })).toBe('pass policy fail')
  })

  test('of which there are more than ten: nobody is asked about them', async () => {
    const field = signed.toString('latin1').slice(0, signed.toString('latin1').indexOf('From:'))
    const { evidence, asked } = await check({
      raw: `${field.repeat(10)}${signed.toString('latin1')}`,
      envelope: ELSEWHERE,
    })
    expect(evidence).toMatchObject({ dkim: 'permerror', dmarc: 'fail' })
    expect(asked.filter((question) => question.includes('_domainkey'))).toEqual([])
  })

  test('that cannot be read are no pass', async () => {
    expect(await wordsOf({ raw: `DKIM-Signature: v=1; a=none\r\n${MAIL}`, envelope: ELSEWHERE })).toBe(
      'pass neutral fail',
    )
  })
})

describe('a domain vouches for itself alone', () => {
  test.each([
    ['a stranger for his own', `From: x@evil.example\r\n\r\nx\r\n`, 'evil.example', 'pass', 'evil.example'],
    ['a stranger for the registry', `${FROM}\r\nx\r\n`, 'evil.example', 'fail', 'registry.example'],
    [
      'a stranger with the registry in his name',
      'From: "robot@registry.example" <x@evil.example>\r\n\r\nx\r\n',
      'evil.example',
      'pass',
      'evil.example',
    ],
    [
      'two addresses in From',
      'From: robot@registry.example, x@evil.example\r\n\r\nx\r\n',
      'evil.example',
      'permerror',
      null,
    ],
    ['no address in From', 'From: registry\r\n\r\nx\r\n', 'evil.example', 'permerror', null],
    ['a From that is no domain name', 'From: x@[192.0.2.10]\r\n\r\nx\r\n', 'evil.example', 'permerror', null],
    ['no From', 'Subject: x\r\n\r\nx\r\n', 'evil.example', 'permerror', null],
  ])('%s', async (_, raw, domain, dmarc, from) => {
    const { evidence } = await check({ raw: await dkimSigned(raw, domain, key), envelope: ELSEWHERE })
    expect({ dmarc: evidence.dmarc, from: evidence.domains.from }).toEqual({ dmarc, from })
  })

  test.each([
    ['DKIM', 'adkim=s', 'fail', ELSEWHERE],
    ['DKIM', 'adkim=r', 'pass', ELSEWHERE],
    ['SPF', 'adkim=s; aspf=s', 'fail', { ...REGISTRY, from: 'x@mail.registry.example' }],
    ['SPF', 'adkim=s; aspf=r', 'pass', { ...REGISTRY, from: 'x@mail.registry.example' }],
  ])('%s of a sub-domain where the record says %s: %s', async (_, asked, dmarc, envelope) => {
    const raw = await dkimSigned(MAIL, 'mail.registry.example', key)
    const records = {
      's._domainkey.mail.registry.example TXT': key.record,
      'mail.registry.example TXT': ['v=spf1 ip4:192.0.2.10 -all'],
      '_dmarc.registry.example TXT': [`v=DMARC1; p=reject; ${asked}`],
    }
    expect((await check({ raw, envelope, records })).evidence.dmarc).toBe(dmarc)
  })
})

describe('a DNS that does not answer is temperror, where the answer would have mattered', () => {
  test.each([
    ['about the policy', { '_dmarc.registry.example TXT': 'ESERVFAIL' }, REGISTRY, 'pass pass temperror'],
    ['about the key', { 's._domainkey.registry.example TXT': 'ETIMEOUT' }, ELSEWHERE, 'pass temperror temperror'],
    [
      'about the key, and SPF passes',
      { 's._domainkey.registry.example TXT': 'ETIMEOUT' },
      REGISTRY,
      'pass temperror pass',
    ],
    ['about SPF, and DKIM passes', { 'registry.example TXT': 'EREFUSED' }, REGISTRY, 'temperror pass pass'],
    [
      'about the SPF of a stranger',
      { 'evil.example TXT': 'ESERVFAIL', 's._domainkey.registry.example TXT': 'ENOTFOUND' },
      ELSEWHERE,
      'temperror neutral fail',
    ],
    [
      'about anything',
      {
        'registry.example TXT': 'ECONNREFUSED',
        '_dmarc.registry.example TXT': 'ECONNREFUSED',
        's._domainkey.registry.example TXT': 'ECONNREFUSED',
      },
      REGISTRY,
      'temperror temperror temperror',
    ],
  ])('%s', async (_, records, envelope, expected) => {
    expect(await wordsOf({ envelope, records })).toBe(expected)
  })

  test('also within an include of SPF, which does not end in -all then', async () => {
    const records = {
      'registry.example TXT': ['v=spf1 include:spf.registry.example -all'],
      'spf.registry.example TXT': 'ESERVFAIL',
    }
    expect(await wordsOf({ raw: MAIL, envelope: STRANGER, records })).toBe('temperror none temperror')
  })

  test("a selector that no name can have is nobody's failure: it does not exist", async () => {
    for (const selector of ['x'.repeat(64), 'a..b', `${'x.'.repeat(130)}y`]) {
      const raw = signed.toString('latin1').replace(' s=s;', ` s=${selector};`)
      const { evidence, asked } = await check({ raw, envelope: ELSEWHERE })
      expect(evidence).toMatchObject({ dkim: 'neutral', dmarc: 'fail' })
      expect(asked.some((question) => question.includes('_domainkey'))).toBe(false)
    }
  })

  test("a stranger's signature whose key never comes does not make the registry's a temperror", async () => {
    const forged = signed.toString('latin1').replace('success', 'failure')
    const raw = await dkimSigned(forged, 'evil.example', key)
    const records = { 's._domainkey.evil.example TXT': 'ETIMEOUT' }
    expect(await wordsOf({ raw, envelope: ELSEWHERE, records })).toBe('pass temperror fail')
  })
})

test('each question about a mail is asked once', async () => {
  const twice = (await dkimSigned(signed, 'registry.example', key)).toString('latin1')
  const { asked } = await check({ raw: twice })
  expect([...asked].sort()).toEqual([...new Set(asked)].sort())
  expect(asked).toContain('s._domainkey.registry.example TXT')
})

test('a header of ARC reaches nothing but its own mail', async () => {
  const arc = [
    'ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=s; b=AAAA',
    'ARC-Message-Signature: i=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AA; b=AA',
    'ARC-Authentication-Results: i=1; mx.x.example; dkim=pass __proto__.polluted=yes',
    '\t__proto__.folded=yes',
  ]
  const { evidence } = await check({ raw: before(`${arc.join('\r\n')}\r\n`) })
  expect(evidence).toMatchObject({ spf: 'pass', dkim: 'pass', dmarc: 'pass' })
  expect('polluted' in {} || 'folded' in {}).toBe(false)
})
