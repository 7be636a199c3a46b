import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEntity } from '../../src/mail/mime.js'
import { decodeLeaf } from '../../src/mail/transfer-encoding.js'
import { openKeyring } from '../../src/signing/keyring.js'
import {
  type GeneratedKey,
  generateCertifiedKey,
  generateOpenpgpKey,
  KEY_ALGORITHMS,
  type NewKey,
} from '../../src/signing/keys/generate-key.js'
import { parseUserId } from '../../src/signing/keys/user-id.js'
import { signMail } from '../../src/signing/sign-mail.js'
import { needs } from '../helpers/needs.js'
import { emptyFolder } from './certified-keys.js'
import { MAX_AGE, receive } from './fixtures.js'

const folder = emptyFolder()
const keyring = openKeyring(folder.path)
afterAll(() => folder.remove())

// The present time, because gpg and openssl judge by theirs.
const at = new Date()
const YEAR = 365 * 86_400_000
const expiresAt = new Date(Math.floor(at.getTime() / 1_000) * 1_000 + YEAR)
const PASSPHRASE = 'grüße aus Köln'

const input = (change: Partial<NewKey> = {}): NewKey => ({
  ...{ user: { name: 'Höster domains', email: 'domains@hoster.example' }, at, expiresAt, passphrase: null },
  ...change,
})

const openpgp = (algorithm: (typeof KEY_ALGORITHMS.openpgp)[number], change: Partial<NewKey> = {}) =>
  generateOpenpgpKey({ ...input(change), algorithm })

const certified = (algorithm: (typeof KEY_ALGORITHMS.x509)[number], change: Partial<NewKey> = {}) =>
  generateCertifiedKey({ ...input(change), algorithm })

/** The mail that the key signs once it is in a keys folder, and what the door says of it with the public part pinned. */
const roundTrip = async (key: GeneratedKey, scheme: 'openpgp-clear' | 'smime', passphrase: string | null = null) => {
  folder.put('own', key.privateKey)
  folder.put('public', key.publicKey, 0o644)
  const signing = await keyring.signingKey('own', passphrase, at)
  const raw = await signMail({
    ...{ scheme, key: signing, at, subject: 'CREATE', body: 'Domain: bücher.de', messageId: '<1@hoster.example>' },
    ...{ from: 'domains@hoster.example', to: 'robot@registry.example', replyTo: null },
  })
  const keys = await keyring.pinnedKeys([{ file: 'public', notBefore: null, notAfter: null, names: null }])
  const { verdict } = await receive(raw, { keys, schemes: [scheme], receivedAt: at, maxAge: MAX_AGE })
  return { raw, signing, verdict }
}

describe('an OpenPGP key', () => {
  test.each([
    ['ed25519', 'Ed25519'],
    ['rsa3072', 'RSA 3072'],
  ] as const)('%s signs mails that its public part vouches for', async (algorithm, words) => {
    const key = await openpgp(algorithm)
    const { signing, verdict } = await roundTrip(key, 'openpgp-clear')
    expect(verdict).toMatchObject({ kind: 'trusted', fingerprint: key.fingerprint })
    expect(signing).toMatchObject({ format: 'openpgp', fingerprint: key.fingerprint, expiresAt })
    expect(await keyring.describe('public')).toMatchObject({
      ...{ fingerprint: key.fingerprint, algorithm: words, secret: false, expiresAt },
      userIds: ['Höster domains <domains@hoster.example>'],
    })
    expect(key).toMatchObject({ algorithm: words, request: null })
  })

  test('opens with its passphrase alone', async () => {
    const key = await openpgp('ed25519', { passphrase: PASSPHRASE })
    const { signing } = await roundTrip(key, 'openpgp-clear', PASSPHRASE)
    expect(signing.fingerprint).toBe(key.fingerprint)
    await expect(keyring.signingKey('own', null, at)).rejects.toMatchObject({ code: 'key-locked' })
  })

  test('without an end never ends, and with one ends then', async () => {
    const endless = await roundTrip(await openpgp('ed25519', { expiresAt: null }), 'openpgp-clear')
    expect(endless.signing.expiresAt).toBeNull()
    await roundTrip(await openpgp('ed25519'), 'openpgp-clear')
    await expect(keyring.signingKey('own', null, expiresAt)).rejects.toMatchObject({ code: 'key-expired' })
  })
})

describe('a certified key', () => {
  test.each([
    ['rsa2048', 'RSA 2048'],
    ['rsa3072', 'RSA 3072'],
    ['p256', 'P-256'],
  ] as const)('%s signs mails that its certificate vouches for', async (algorithm, words) => {
    const key = certified(algorithm)
    const { signing, verdict } = await roundTrip(key, 'smime')
    expect(verdict).toMatchObject({ kind: 'trusted', fingerprint: key.fingerprint })
    expect(signing).toMatchObject({ format: 'x509', fingerprint: key.fingerprint, expiresAt })
    expect(await keyring.describe('public')).toMatchObject({
      ...{ fingerprint: key.fingerprint, algorithm: words, secret: false, expiresAt, usable: true, ca: false },
      userIds: ['CN=Höster domains', 'domains@hoster.example'],
    })
    expect(key.algorithm).toBe(words)
  })

  test('opens with its passphrase alone', async () => {
    const key = certified('p256', { passphrase: PASSPHRASE })
    expect(key.privateKey).toContain('ENCRYPTED')
    expect((await roundTrip(key, 'smime', PASSPHRASE)).verdict.kind).toBe('trusted')
    await expect(keyring.signingKey('own', 'wrong', at)).rejects.toMatchObject({ code: 'key-locked' })
  })

  test('has a serial number of its own, positive and of no more than 20 octets', () => {
    const serials = Array.from({ length: 20 }, () => new X509Certificate(certified('p256').publicKey).serialNumber)
    expect(new Set(serials).size).toBe(20)
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/)
  })
})

const withGpg = await needs('gpg')

withGpg('gpg reads an OpenPGP key', () => {
  let home = ''
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'sealpost-gpg-'))
  })
  afterAll(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    rmSync(home, { recursive: true, force: true })
  })

  const gpg = (args: string[], input: string | Buffer) => {
    const all = ['--homedir', home, '--batch', '--yes', '--no-tty', '--pinentry-mode', 'loopback', '--status-fd', '2']
    const { status, stdout, stderr } = spawnSync('gpg', [...all, ...args], { input })
    return { status, stdout: stdout.toString(), stderr: stderr.toString() }
  }

  test.each([
    ['ed25519', null],
    ['rsa3072', null],
    ['ed25519', 'pass phrase'],
  ] as const)('%s with the passphrase %j: verifies what it signs, and signs with it', async (algorithm, passphrase) => {
    const key = await openpgp(algorithm, { passphrase })
    const shown = gpg(['--show-keys', '--with-colons'], key.publicKey).stdout
    expect(shown).toContain(`:${key.fingerprint}:`)
    expect(shown).toContain('Höster domains <domains@hoster.example>')
    expect(/^pub:(?:[^:]*:){5}(\d+):/m.exec(shown)?.[1]).toBe(String(expiresAt.getTime() / 1_000))
    expect(gpg(['--import'], key.privateKey).status).toBe(0)
    const { raw } = await roundTrip(key, 'openpgp-clear', passphrase)
    const entity = readEntity(raw)
    const body = entity.ok ? decodeLeaf(entity.value) : entity
    expect(gpg(['--verify'], body.ok ? body.value : '').stderr).toContain(`[GNUPG:] VALIDSIG ${key.fingerprint}`)
    const signed = gpg(
      [...(passphrase === null ? [] : ['--passphrase', passphrase]), '--local-user', key.fingerprint, '--clear-sign'],
      'Domain: example.de\n',
    )
    expect(signed.status).toBe(0)
    const keys = await keyring.pinnedKeys([{ file: 'public', notBefore: null, notAfter: null, names: null }])
    const mail = `Subject: reply\n\n${signed.stdout}`
    const { verdict } = await receive(mail, { keys, receivedAt: new Date(), maxAge: MAX_AGE })
    expect(verdict.kind).toBe('trusted')
  })
})

const withOpenssl = await needs('openssl')

withOpenssl('openssl reads a certified key', () => {
  const openssl = (...args: string[]) => {
    const env = { ...process.env, LC_ALL: 'C.UTF-8' }
    const { status, stdout, stderr } = spawnSync('openssl', args, { env })
    return { status, stdout: stdout.toString(), stderr: stderr.toString() }
  }
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder.path, name), content)
    return join(folder.path, name)
  }

  test.each(KEY_ALGORITHMS.x509.filter((algorithm) => algorithm !== 'rsa4096'))(
    '%s: verifies what it signs, and signs with it',
    async (algorithm) => {
      const key = certified(algorithm)
      const own = file('own.pem', key.privateKey)
      const certificate = file('own.crt', key.publicKey)
      const { raw } = await roundTrip(key, 'smime')
      const trust = ['-CAfile', certificate, '-purpose', 'smimesign']
      expect(openssl('cms', '-verify', '-in', file('mail', raw), ...trust)).toMatchObject({ status: 0 })
      expect(openssl('verify', ...trust, certificate)).toMatchObject({ status: 0 })
      const part = file('part', 'Content-Type: text/plain\r\n\r\nDomain: example.de\r\n')
      const signed = openssl('cms', '-sign', '-in', part, '-md', 'sha256', '-signer', own)
      expect(signed.status).toBe(0)
      const keys = await keyring.pinnedKeys([{ file: 'public', notBefore: null, notAfter: null, names: null }])
      const arrived = signed.stdout.replace(/\r?\n/g, '\r\n')
      const { verdict } = await receive(arrived, { keys, schemes: ['smime'], receivedAt: new Date() })
      expect(verdict).toMatchObject({ kind: 'trusted', fingerprint: key.fingerprint })
    },
  )

  test('shows the certificate as one for signing mails', () => {
    const { publicKey } = certified('p256')
    const text = openssl('x509', '-noout', '-text', '-nameopt', 'utf8', '-in', file('own.crt', publicKey)).stdout
    expect(text).toMatch(/Version: 3 /)
    expect(text).toMatch(/Issuer: CN=Höster domains\n/)
    expect(text).toMatch(/Subject: CN=Höster domains\n/)
    expect(text).toMatch(/Basic Constraints: critical\n +CA:FALSE\n/)
    expect(text).toMatch(/Key Usage: critical\n +Digital Signature\n/)
    expect(text).toMatch(/Extended Key Usage: \n +E-mail Protection\n/)
    expect(text).toMatch(/Subject Alternative Name: \n +email:domains@hoster\.example\n/)
    expect(text).toMatch(/Subject Key Identifier: \n +(?:[0-9A-F]{2}:){19}[0-9A-F]{2}\n/)
  })

  test('never ends where that is asked for', () => {
    const { publicKey } = certified('p256', { expiresAt: null })
    expect(openssl('x509', '-noout', '-enddate', '-in', file('own.crt', publicKey)).stdout).toBe(
      'notAfter=Dec 31 23:59:59 9999 GMT\n',
    )
  })

  test.each(['rsa2048', 'p256'] as const)('accepts the request of %s, which asks for the same', (algorithm) => {
    const { request, publicKey } = certified(algorithm)
    const { stdout, stderr, status } = openssl(
      'req',
      '-verify',
      '-noout',
      '-text',
      '-in',
      file('own.csr', request ?? ''),
    )
    expect(`${status} ${stderr}`).toMatch(/^0 .*self-signature verify OK/)
    expect(stdout).toMatch(/Key Usage: critical\n +Digital Signature\n/)
    expect(stdout).toMatch(/email:domains@hoster\.example\n/)
    const key = openssl('req', '-noout', '-pubkey', '-in', join(folder.path, 'own.csr')).stdout
    expect(key).toBe(new X509Certificate(publicKey).publicKey.export({ format: 'pem', type: 'spki' }))
  })

  test('what an authority makes of the request is added to the file and signs from then on', async () => {
    const key = certified('p256')
    const [ca, issued] = [certified('rsa2048'), join(folder.path, 'issued.pem')]
    const request = ['-in', file('own.csr', key.request ?? ''), '-copy_extensions', 'copyall', '-days', '30']
    const by = ['-CA', file('ca.crt', ca.publicKey), '-CAkey', file('ca.key', ca.privateKey), '-out', issued]
    expect(openssl('x509', '-req', ...request, ...by)).toMatchObject({ status: 0 })
    const added = openssl('x509', '-in', issued).stdout
    folder.put('own', key.privateKey + added)
    const signing = await keyring.signingKey('own', null, new Date(at.getTime() + 60_000))
    expect(signing.fingerprint).toBe(new X509Certificate(added).fingerprint256.replaceAll(':', ''))
  })
})

describe('a user id', () => {
  test.each([
    ['Hoster domains <domains@hoster.example>', 'Hoster domains', 'domains@hoster.example'],
    ['  Höster <a@b.example> ', 'Höster', 'a@b.example'],
    ['domains@hoster.example', '', 'domains@hoster.example'],
    ['<domains@hoster.example>', '', 'domains@hoster.example'],
  ])('%j', (text, name, email) => {
    expect(parseUserId(text)).toEqual({ name, email })
  })

  test.each([
    ['', /is no name with a mail address/],
    ['Hoster', /is no name with a mail address/],
    ['a@b@c.example', /is no name with/],
    ['Hoster <a@b.example> <c@d.example>', /is no name with/],
    ['Hoster <domains@hoster>', /is no name with/],
    ['Hoster <dömains@hoster.example>', /is no name with/],
    ['Hos\u0007ter <a@b.example>', /has a control character/],
    [`${'x'.repeat(65)} <a@b.example>`, /more than 64 characters/],
  ])('is not %j', (text, words) => {
    expect(() => parseUserId(text)).toThrow(words)
    expect(() => parseUserId(text)).toThrow(expect.objectContaining({ name: 'Refusal', code: 'invalid' }))
  })
})
