import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey } from 'openpgp'
import { afterAll, describe, expect, test } from 'vitest'
import type { Scheme } from '../../src/core/connection.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { type SignMailInput, signMail } from '../../src/signing/sign-mail.js'
import { keyAndCertificate } from './certified-keys.js'
import { pin, RECEIVED_AT, receive, SIGNED_AT } from './fixtures.js'
import { keysFolder, PASSPHRASE } from './keys.js'

const folder = keysFolder()
const keyring = openKeyring(folder.path)
afterAll(() => folder.remove())

const BODY = 'Version: 5.0\nAction: CREATE\nDomain: bücher-müller.de\n-- \nFrom here\n-dash  \nCtid: abc\n'
const CONTENT = 'Version: 5.0\nAction: CREATE\nDomain: bücher-müller.de\n--\nFrom here\n-dash\nCtid: abc'

const input = async (over: Partial<SignMailInput> & { name?: string } = {}): Promise<SignMailInput> => ({
  scheme: 'openpgp-clear',
  key: await keyring.signingKey(`${over.name ?? 'ed25519'}.sec.asc`, PASSPHRASE, SIGNED_AT),
  at: SIGNED_AT,
  from: 'domains@hoster.example',
  to: 'robot@registry.example',
  replyTo: 'denic-main@in.hoster.example',
  subject: 'CREATE bücher-müller.de',
  messageId: '<1@in.hoster.example>',
  body: BODY,
  ...over,
})

const SCHEMES: Scheme[] = ['openpgp-clear', 'openpgp-mime']

describe.each(SCHEMES)('%s', (scheme) => {
  test.each(['rsa2048', 'rsa4096', 'ed25519', 'subkey'])(
    'our own verification accepts what %s signed',
    async (name) => {
      const raw = await signMail(await input({ scheme, name }))
      const { verdict, content } = await receive(raw, { keys: [pin(name)], receivedAt: RECEIVED_AT })
      expect(verdict.reason).toContain('signed by')
      expect(content?.text.trimEnd()).toBe(CONTENT)
      expect(content?.signedAt).toEqual(SIGNED_AT)
    },
  )

  test('lines are at most 76 octets and end with CRLF, long ones of the body too', async () => {
    const body = `${BODY}${'Straße '.repeat(30)}\nFrom ${'x'.repeat(200)}\n.\n=\n`
    const raw = (await signMail(await input({ scheme, body }))).toString('latin1')
    expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76)
    const { content } = await receive(raw, { keys: [pin('ed25519')] })
    expect(content?.text).toContain(`${'Straße '.repeat(30).trimEnd()}\nFrom ${'x'.repeat(200)}\n.\n=`)
  })

  test('is the same mail when it is signed again at the same time', async () => {
    const [one, two] = await Promise.all([signMail(await input({ scheme })), signMail(await input({ scheme }))])
    expect(one.equals(two)).toBe(true)
  })

  test('is made with keys of version 6', async () => {
    const options = {
      userIDs: { email: 'new@test.example' },
      type: 'curve25519' as const,
      date: new Date('2026-01-01'),
    }
    const { privateKey, publicKey } = await generateKey({ ...options, format: 'object', config: { v6Keys: true } })
    const key = {
      format: 'openpgp' as const,
      fingerprint: privateKey.getFingerprint(),
      expiresAt: null,
      key: privateKey,
    }
    const raw = await signMail(await input({ scheme, key }))
    const { verdict } = await receive(raw, { keys: [pin('ed25519', { bytes: Buffer.from(publicKey.write()) })] })
    expect(verdict.kind).toBe('trusted')
  })

  test.each([
    ['a NUL', 'a\0b'],
    ['a bare CR', 'a\rb'],
    ['an escape', 'a\x1bb'],
    ['nothing', ' \n'],
  ])('refuses a body with %s', async (_, body) => {
    await expect(signMail(await input({ scheme, body }))).rejects.toMatchObject({
      name: 'Refusal',
      message: expect.stringContaining('body'),
    })
  })
})

test('the clear-signed mail as it goes out', async () => {
  const raw = (await signMail(await input())).toString('utf8')
  expect(raw.replace(/(SIGNATURE-----\r\n\r\n)[^-]*/, '$1...\r\n')).toBe(
    [
      'From: domains@hoster.example',
      'To: robot@registry.example',
      'Reply-To: denic-main@in.hoster.example',
      'Subject: =?utf-8?B?Q1JFQVRFIGLDvGNoZXItbcO8bGxlci5kZQ==?=',
      'Date: Mon, 01 Jun 2026 12:00:00 +0000',
      'Message-ID: <1@in.hoster.example>',
      'Auto-Submitted: auto-generated',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      '-----BEGIN PGP SIGNED MESSAGE-----',
      'Hash: SHA512',
      '',
      'Version: 5.0',
      'Action: CREATE',
      'Domain: bücher-müller.de',
      '- --',
      '- From here',
      '- -dash',
      'Ctid: abc',
      '-----BEGIN PGP SIGNATURE-----',
      '',
      '...',
      '-----END PGP SIGNATURE-----',
      '',
    ].join('\r\n'),
  )
})

const certifiedInput = async (over: Partial<SignMailInput> = {}): Promise<SignMailInput> => {
  writeFileSync(join(folder.path, 'certified.pem'), keyAndCertificate('rsa2048'), { mode: 0o600 })
  return input({ scheme: 'smime', key: await keyring.signingKey('certified.pem', null, SIGNED_AT), ...over })
}

test('the S/MIME mail as it goes out', async () => {
  const raw = (await signMail(await certifiedInput())).toString('latin1')
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? 'none'
  const [head = '', ...parts] = raw.split(`--${boundary}`)
  expect(head.split('\r\n').slice(7)).toEqual([
    'MIME-Version: 1.0',
    'Content-Type: multipart/signed; micalg=sha-256;',
    ' protocol="application/pkcs7-signature";',
    ` boundary="${boundary}"`,
    '',
    '',
  ])
  expect(parts[0]).toBe(
    [
      '',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Version: 5.0',
      'Action: CREATE',
      'Domain: b=C3=BCcher-m=C3=BCller.de',
      '--',
      '=46rom here',
      '-dash',
      'Ctid: abc',
      '',
      '',
    ].join('\r\n'),
  )
  const [signatureHead, signature = ''] = parts[1]?.split('\r\n\r\n') ?? []
  expect(signatureHead?.split('\r\n')).toEqual([
    '',
    'Content-Type: application/pkcs7-signature; name="smime.p7s"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="smime.p7s"',
  ])
  expect(signature).toMatch(/^(?:[A-Za-z0-9+/]{76}\r\n)+[A-Za-z0-9+/]+={0,2}\r\n$/)
  expect(parts[2]).toBe('--\r\n')
})

test('a key of another kind is a fault that says what to change', async () => {
  await expect(signMail(await input({ scheme: 'smime' }))).rejects.toMatchObject({
    ...{ name: 'Fault', code: 'key-unusable', temporary: false },
    message: expect.stringMatching(/set signing\.scheme to openpgp-clear or openpgp-mime/),
  })
  for (const scheme of SCHEMES)
    await expect(signMail(await certifiedInput({ scheme }))).rejects.toMatchObject({
      ...{ name: 'Fault', code: 'key-unusable', temporary: false },
      message: expect.stringMatching(/is no OpenPGP key: .* set signing\.scheme to smime/),
    })
  const key = { format: 'openpgp' as const, fingerprint: 'AB', expiresAt: null, key: 'no key' }
  await expect(signMail(await input({ key }))).rejects.toMatchObject({ name: 'Fault', code: 'key-unusable' })
  await expect(signMail(await input({ name: 'expiring', at: new Date('2027-01-01') }))).rejects.toMatchObject({
    code: 'key-unusable',
  })
})
