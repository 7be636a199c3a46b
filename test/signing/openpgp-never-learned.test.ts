/*
 * Keys come from the operator alone: what a mail brings along is never believed, in this mail or in the next one. Carriers
 * are those that mail programs do learn from.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FIXTURES, mailFixture, pin, receive, toCrlf, verdictOf } from './fixtures.js'
import { FORMS, octetsOfArmor, trick } from './openpgp-tricks.js'

const KEY = readFileSync(join(FIXTURES, 'keys/stranger.pub.asc'), 'latin1')
const NOT_PINNED = /^untrusted \(untrusted\): the signature is by key [0-9A-F]{40}, which this connection does not pin$/

describe.each(FORMS)('keys are never learned from mail, %s', (form) => {
  const stranger = toCrlf(mailFixture(`${form}-stranger`)).toString('latin1')
  const good = toCrlf(mailFixture(`${form}-utf8-rsa2048`)).toString('latin1')
  const withHeader = (mail: string, field: string): string => mail.replace('Subject:', `${field}\r\nSubject:`)

  const carriers: [carrier: string, mail: (key: string) => string | Buffer, first: RegExp][] = [
    [
      'Autocrypt header',
      (key) =>
        withHeader(stranger, `Autocrypt: addr=robot@registry.example; prefer-encrypt=mutual;\r\n keydata=${key}`),
      NOT_PINNED,
    ],
    [
      'Autocrypt header of a mail that is trusted',
      (key) => withHeader(good, `Autocrypt: addr=robot@registry.example;\r\n keydata=${key}`),
      /^trusted/,
    ],
    ['OpenPGP header', () => withHeader(stranger, 'OpenPGP: url=https://registry.example/key.asc'), NOT_PINNED],
    ['key inside the signature (key block subpacket)', () => trick(`${form}-key-block-stranger`), NOT_PINNED],
    [
      'attached key, beside the signed mail',
      () => `Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n${stranger}\r\n--x\r\n${ATTACHED}\r\n--x--\r\n`,
      /^quarantined .*multipart\/mixed/,
    ],
    ['a mail that is a key', () => `Subject: new key\r\n${ATTACHED}`, /^quarantined .*application\/pgp-keys/],
    ['a text that is a key', () => `Subject: new key\r\n\r\n${crlf(KEY)}`, /^quarantined .*stands before/],
  ]

  test.each(carriers)('%s', async (_, mail, first) => {
    const keydata = (await octetsOfArmor(KEY))
      .toString('base64')
      .replace(/.{1,70}/g, '$&\r\n ')
      .trimEnd()
    const keys = [pin('rsa2048')]
    expect(await verdictOf(mail(keydata), { keys })).toMatch(first)
    expect(await verdictOf(stranger, { keys })).toMatch(NOT_PINNED)
    expect(keys).toEqual([pin('rsa2048')])
  })

  test('the stranger’s mails would be good if the operator had pinned the key', async () => {
    const keys = [pin('stranger')]
    for (const mail of [stranger, trick(`${form}-key-block-stranger`)])
      expect((await receive(mail, { keys })).verdict.kind).toBe('trusted')
  })

  test('a key that is inside the signature does not replace the one that is pinned under its fingerprint', async () => {
    const keys = [pin('revoked-compromised')]
    expect(await verdictOf(trick(`${form}-key-block`), { keys })).toMatch(/^untrusted .*is revoked/)
    expect(await verdictOf(trick(`${form}-key-block`), { keys: [pin('ed25519')] })).toMatch(/^trusted/)
    expect(await verdictOf(trick(`${form}-key-block`), { keys })).toMatch(/^untrusted .*is revoked/)
  })
})

const crlf = (text: string): string => text.replaceAll('\n', '\r\n')

const ATTACHED = `Content-Type: application/pgp-keys\r\n\r\n${crlf(KEY)}`
