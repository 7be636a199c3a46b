import { describe, expect, test } from 'vitest'
import { showMail } from '../../src/reading/show-mail.js'
import { mailFixture } from '../signing/fixtures.js'
import { openReader } from './readers.js'

const show = (lines: readonly string[]) =>
  showMail({ raw: Buffer.from(lines.join('\r\n')), schemes: ['openpgp-clear'] })

describe('a mail as people see it', () => {
  test('has its words decoded, its header as lines, and what the signature covers apart', async () => {
    const shown = await showMail({ raw: mailFixture('clear-utf8-rsa2048'), schemes: ['openpgp-clear'] })
    expect(shown?.signedText).not.toContain('BEGIN PGP')
    expect(shown?.text).toContain('BEGIN PGP SIGNED MESSAGE')
    expect(shown?.headers.some((line) => /^from:/i.test(line))).toBe(true)
    expect(await showMail({ raw: mailFixture('clear-utf8-rsa2048'), schemes: [] })).toMatchObject({ signedText: null })
  })

  test.each([
    [
      ['Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=', 'From: "A" <a@x.example>', '', 'x'],
      { subject: 'Größe', from: '"A" <a@x.example>', text: 'x' },
    ],
    [
      ['Content-Type: text/html', '', '<p>Hello <b>you</b></p><script>alert(1)</script>'],
      { subject: null, text: 'Hello you' },
    ],
    [['Content-Transfer-Encoding: base64', '', 'SGVsbG8='], { text: 'Hello' }],
    [['To: a@x.example', 'To: b@x.example', '', ''], { to: 'a@x.example, b@x.example', text: '' }],
    [['Subject: a', '\tb', '', ''], { headers: ['Subject: a\tb'] }],
  ])('%j', async (lines, expected) => {
    expect(await show(lines)).toMatchObject(expected)
  })

  test('names what is attached and shows none of it', async () => {
    const shown = await show([
      ...['Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'text', '--b'],
      ...['Content-Type: image/svg+xml', 'Content-Disposition: attachment; filename="../x.svg"', '', '<svg/>', '--b--'],
    ])
    expect(shown).toMatchObject({
      text: 'text',
      attachments: [{ name: '../x.svg', type: 'image/svg+xml', octets: 6 }],
    })
  })

  test('is not decoded where it is larger than what is ever read', async () => {
    expect(await show(['', 'x'.repeat(256 * 1024)])).toBeNull()
  })

  test('is what it is in a thread of its own, and one that takes too long costs that thread alone', async () => {
    const reader = openReader()
    const task = { raw: mailFixture('clear-utf8-rsa2048'), schemes: ['openpgp-clear'] as const }
    expect(await reader.show(task)).toEqual(await showMail(task))
    await reader.close()
    const hurried = openReader({ limits: { readMs: 0 } })
    const nested = Array.from(
      { length: 3_000 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
    )
    expect(await hurried.show({ raw: Buffer.from(nested.join('')), schemes: [] })).toBeNull()
    expect(hurried.warnings.length).toBeGreaterThan(0)
    await hurried.close()
  })
})
