import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import { composeMail, type MailFields, textPart } from '../../src/mail/compose.js'
import { readEntity } from '../../src/mail/mime.js'
import { decodeLeaf } from '../../src/mail/transfer-encoding.js'

const FIELDS: MailFields = {
  from: 'domains@hoster.example',
  to: 'robot@registry.example',
  replyTo: 'denic-main@in.hoster.example',
  subject: 'CREATE example.de [gw-1]',
  date: new Date('2026-02-03T04:05:06Z'),
  messageId: '<gw-1@in.hoster.example>',
}

const compose = (fields: Partial<MailFields> = {}, text: string | Buffer = 'Domain: example.de\r\n') =>
  composeMail({ ...FIELDS, ...fields, content: { kind: 'text', text: Buffer.from(text) } })

const longest = (raw: Buffer) =>
  Math.max(
    ...raw
      .toString('latin1')
      .split('\r\n')
      .map((line) => line.length),
  )

test('a plain mail, octet for octet', () => {
  expect(compose().toString('latin1')).toBe(
    [
      'From: domains@hoster.example',
      'To: robot@registry.example',
      'Reply-To: denic-main@in.hoster.example',
      'Subject: CREATE example.de [gw-1]',
      'Date: Tue, 03 Feb 2026 04:05:06 +0000',
      'Message-ID: <gw-1@in.hoster.example>',
      'Auto-Submitted: auto-generated',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 7bit',
      '',
      'Domain: example.de',
      '',
    ].join('\r\n'),
  )
})

describe('subjects', () => {
  test.each([
    ['short'],
    [''],
    [`${'word '.repeat(40)}end`],
    ['CREATE bücher-müller.de [gw-1]'],
    ['ä'.repeat(200)],
    ['日本語'.repeat(30)],
    ['x'.repeat(200)],
    ['two  blanks '],
    ['=?utf-8?Q?not_encoded?='],
  ])('%s', async (subject) => {
    const raw = compose({ subject })
    expect(longest(raw)).toBeLessThanOrEqual(76)
    expect(raw.toString('latin1')).not.toMatch(/[^\0-\x7f]|\r\n[ \t]*\r\n[ \t]/)
    expect((await simpleParser(raw)).subject ?? '').toBe(subject)
  })
})

describe('what cannot stand in a header is refused, and the field named', () => {
  const cases: [keyof MailFields, string][] = [
    ['subject', 'a\r\nBcc: evil@evil.example'],
    ['subject', 'a\nb'],
    ['subject', 'a\0b'],
    ['subject', 'a\u0085b'],
    ['subject', 'a\u2028b'],
    ['to', 'a@reg.example\r\nBcc: evil@evil.example'],
    ['to', 'b@y.example>\r\nRCPT TO:<c@c'],
    ['to', 'a@reg.example, evil@evil.example'],
    ['to', 'group: evil@evil.example;'],
    ['to', 'a@bücher.example'],
    ['to', ''],
    ['from', 'a@x.example> SIZE=1\r\nRCPT TO:<q@q'],
    ['from', 'Name <a@x.example>'],
    ['from', `${'a'.repeat(60)}@${'b'.repeat(60)}.example`],
    ['replyTo', 'a b@x.example'],
    ['messageId', 'gw-1@in.hoster.example'],
    ['messageId', '<a@b>\r\nX: y'],
    ['messageId', `<${'a'.repeat(80)}@b>`],
  ]

  test.each(cases)('%s: %j', (field, value) => {
    expect(() => compose({ [field]: value })).toThrow(
      expect.objectContaining({
        name: 'Refusal',
        code: 'invalid',
        problems: [{ pointer: `/${field}`, detail: expect.any(String) }],
      }),
    )
    expect(() => compose({ [field]: value })).toThrow(field)
  })
})

test('no Reply-To where there is none, long values on a line of their own', () => {
  expect(compose({ replyTo: null }).toString()).not.toContain('Reply-To')
  const replyTo = `${'a'.repeat(60)}@x.example`
  const raw = compose({ replyTo })
  expect(raw.toString()).toContain(`Reply-To:\r\n ${replyTo}\r\n`)
  expect(longest(raw)).toBeLessThanOrEqual(76)
})

test.each([
  ['7bit', 'a\r\nb'],
  ['8bit', 'Köln\r\n'],
  ['quoted-printable', `${'x'.repeat(77)}\r\n`],
  ['quoted-printable', `${'ü'.repeat(39)}\r\n`],
  ['quoted-printable', 'From here\r\n'],
  ['7bit', `${'x'.repeat(76)}\r\n`],
])('a text goes as %s where it needs that', (encoding, text) => {
  const read = readEntity(compose({}, text))
  expect(read.ok && read.value.encoding).toBe(encoding)
  const body = read.ok ? decodeLeaf(read.value) : read
  expect(body.ok && body.value.toString()).toBe(text)
})

test('PGP/MIME: the signed octets stand between the boundaries unchanged, and the same input gives the same mail', async () => {
  const signedPart = textPart(Buffer.from('Domain: bücher.de\r\n'))
  const signature = Buffer.from('-----BEGIN PGP SIGNATURE-----\r\n\r\nAAAA\r\n-----END PGP SIGNATURE-----\r\n')
  const content = { kind: 'pgp-mime' as const, signedPart, signature, micalg: 'pgp-sha512' }
  const raw = composeMail({ ...FIELDS, content })
  expect(composeMail({ ...FIELDS, content }).equals(raw)).toBe(true)
  expect(raw.includes(signedPart)).toBe(true)
  expect(signedPart.toString('latin1')).not.toMatch(/[^\0-\x7f]/)
  const parsed = await simpleParser(raw)
  expect(parsed.text?.trim()).toBe('Domain: bücher.de')
  expect(parsed.attachments.map(({ contentType, content }) => [contentType, content.toString()])).toEqual([
    ['application/pgp-signature', signature.toString()],
  ])
  expect(longest(raw)).toBeLessThanOrEqual(76)
})

test('S/MIME: the signed octets stand between the boundaries unchanged, and the signature in lines of base64', async () => {
  const signedPart = textPart(Buffer.from('Domain: bücher.de\r\n'))
  const signature = Buffer.from(Array.from({ length: 500 }, (_, at) => at & 0xff))
  const content = { kind: 'smime' as const, signedPart, signature, micalg: 'sha-256' }
  const raw = composeMail({ ...FIELDS, content })
  expect(raw.includes(signedPart)).toBe(true)
  expect(raw.toString('latin1')).not.toMatch(/[^\0-\x7f]/)
  const parsed = await simpleParser(raw)
  expect(parsed.text?.trim()).toBe('Domain: bücher.de')
  expect(parsed.attachments.map(({ contentType, filename, content }) => [contentType, filename, content])).toEqual([
    ['application/pkcs7-signature', 'smime.p7s', signature],
  ])
  expect(longest(raw)).toBe(76)
})
