import { describe, expect, test } from 'vitest'
import { classify } from '../../src/mail/classify.js'
import { mailFixture } from '../signing/fixtures.js'

const kindOf = (header: string, envelopeFrom = 'robot@registry.example', body = 'x\n') =>
  classify({ raw: Buffer.from(`${header}\n\n${body}`), envelopeFrom }).kind

const SIGNED = '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n'
const DSN = 'Content-Type: multipart/report; report-type=delivery-status; boundary=b'

describe('ordinary', () => {
  test.each([
    ['no special field', 'Subject: x'],
    ['a registry robot', 'Auto-Submitted: auto-generated'],
    ['a person', 'Auto-Submitted: no'],
    ['a list', 'Precedence: bulk'],
    ['a wish not to be answered', 'X-Auto-Response-Suppress: All'],
    ['thirty hops', Array(30).fill('Received: by x').join('\n')],
    ['a header that cannot be read', 'hello'],
    ['another multipart', 'Content-Type: multipart/signed; boundary=b'],
  ])('%s', (_, header) => {
    expect(kindOf(header)).toBe('ordinary')
  })

  test('the null sender alone', () => {
    expect(kindOf('From: robot@registry.example', '')).toBe('ordinary')
  })

  test('an automatic reply that bears a signature: the signature decides', () => {
    expect(kindOf('Auto-Submitted: auto-replied', 'r@x.example', SIGNED)).toBe('ordinary')
    expect(
      kindOf(
        'Auto-Submitted: auto-replied\nContent-Transfer-Encoding: base64',
        '',
        Buffer.from(SIGNED).toString('base64'),
      ),
    ).toBe('ordinary')
    const mime = mailFixture('mime-utf8-ed25519')
    expect(
      classify({ raw: Buffer.concat([Buffer.from('Auto-Submitted: auto-replied\r\n'), mime]), envelopeFrom: '' }).kind,
    ).toBe('ordinary')
  })
})

test.each([
  ['opaque S/MIME', 'Content-Type: application/pkcs7-mime; smime-type=signed-data', 'MIAG'],
  ['opaque S/MIME by its old name, on a second line', 'Content-Type:\n application/x-pkcs7-mime', 'MIAG'],
  ['a type that comes twice', 'Content-Type: multipart/signed; boundary=b\nContent-Type: text/plain', 'x'],
  ['a transfer encoding that nobody knows', 'Content-Transfer-Encoding: x', SIGNED],
  ['a header that cannot be read', 'Content-Type: text/plain; a="', SIGNED],
])('an automatic reply that claims a signature which cannot be read is ordinary too: %s', (_, header, body) => {
  expect(kindOf(`Auto-Submitted: auto-replied\n${header}`, 'r@x.example', body)).toBe('ordinary')
  expect(kindOf(`Auto-Submitted: auto-replied\n${header.replace(/pkcs7|signed/, 'x')}`, 'r@x.example', 'x')).toBe(
    'auto-reply',
  )
})

test.each([
  ['bounce', 'a DSN', DSN, ''],
  ['bounce', 'a report without a type', 'Content-Type: multipart/report; boundary=b', ''],
  ['bounce', 'a DSN with a sender', DSN, 'postmaster@x.example'],
  ['bounce', 'an old bounce', 'From: "Mail Delivery" <MAILER-DAEMON@x.example>', ''],
  ['auto-reply', 'RFC 3834', 'Auto-Submitted: auto-replied', 'a@x.example'],
  ['auto-reply', 'RFC 3834 with a parameter', 'Auto-Submitted: Auto-Replied (vacation)', ''],
  ['auto-reply', 'an older mark', 'X-Autoreply: yes', ''],
  ['auto-reply', 'another older mark', 'Precedence: auto_reply', ''],
  [
    'auto-reply',
    'a read receipt',
    'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
    '',
  ],
  ['loop', 'many hops', Array(31).fill('Received: by x').join('\n'), ''],
])('%s: %s', (kind, _, header, envelopeFrom) => {
  expect(kindOf(header, envelopeFrom)).toBe(kind)
})
