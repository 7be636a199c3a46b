import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey } from 'openpgp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Keyring, openKeyring } from '../../src/signing/keyring.js'
import { emptyFolder } from './certified-keys.js'
import { SIGNED_AT } from './fixtures.js'
import { keysFolder, PASSPHRASE } from './keys.js'

const folder = keysFolder()
const at = SIGNED_AT
let keyring: Keyring
beforeAll(() => {
  keyring = openKeyring(folder.path)
})
afterAll(() => folder.remove())

const inFolder = (file: string) => join(folder.path, file)
const pinOf = (file: string) => keyring.pinnedKeys([{ file, notBefore: null, notAfter: null, names: null }])

describe('signingKey', () => {
  test.each(['rsa2048', 'rsa3072', 'rsa4096', 'ed25519', 'subkey', 'subkey-only'])('unlocks %s', async (name) => {
    const key = await keyring.signingKey(`${name}.sec.asc`, null, at)
    expect(key).toMatchObject({ fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/), expiresAt: null })
  })

  test('opens a key with its passphrase', async () => {
    const { fingerprint } = await keyring.describe('locked.sec.asc')
    expect(await keyring.signingKey('locked.sec.asc', PASSPHRASE, at)).toMatchObject({ fingerprint })
  })

  test('says when a key ends', async () => {
    const key = await keyring.signingKey('expiring.sec.asc', null, at)
    expect(key.expiresAt?.toISOString()).toMatch(/^2026-07-01/)
  })

  test('reads a new key of version 6, and Ed25519 as RFC 9580 has it', async () => {
    for (const v6Keys of [true, false]) {
      const options = {
        userIDs: { email: 'new@test.example' },
        type: 'curve25519' as const,
        date: new Date('2026-01-01'),
      }
      const { privateKey } = await generateKey({ ...options, config: { v6Keys } })
      writeFileSync(inFolder('new.asc'), privateKey, { mode: 0o600 })
      const key = await keyring.signingKey('new.asc', null, at)
      expect(key.fingerprint).toHaveLength(v6Keys ? 64 : 40)
      expect((await keyring.describe('new.asc')).algorithm).toBe('Ed25519')
    }
  })

  const cases: [string, string, string | null, string, RegExp][] = [
    [
      'a file that is not there',
      'absent.asc',
      null,
      'key-missing',
      /absent\.asc is not in the keys folder .*: put it there/,
    ],
    ['a path', '../rsa2048.sec.asc', null, 'key-missing', /without a path/],
    ['a name with ..', '..', null, 'key-missing', /without a path/],
    ['an empty name', '', null, 'key-missing', /without a path/],
    [
      'a passphrase that is missing',
      'locked.sec.asc',
      null,
      'key-locked',
      /locked\.sec\.asc has a passphrase: name the environment/,
    ],
    ['a wrong passphrase', 'locked.sec.asc', 'wrong', 'key-locked', /does not open key locked\.sec\.asc/],
    ['a public key', 'rsa2048.pub.asc', null, 'key-unusable', /rsa2048\.pub\.asc holds a public key/],
    ['a key that may not sign', 'certify-only.sec.asc', null, 'key-unusable', /certify-only\.sec\.asc cannot sign/],
    ['RSA of 1024 bits', 'rsa1024.sec.asc', null, 'key-unusable', /rsa1024\.sec\.asc cannot sign/],
    ['DSA', 'dsa.sec.asc', null, 'key-unusable', /dsa\.sec\.asc cannot sign/],
  ]

  test.each(cases)('refuses %s', async (_, file, passphrase, code, message) => {
    const failure = keyring.signingKey(file, passphrase, at)
    await expect(failure).rejects.toMatchObject({ name: 'Fault', code, temporary: false })
    await expect(failure).rejects.toThrow(message)
  })

  test('refuses an expired key, and one that is not valid yet', async () => {
    const late = keyring.signingKey('expiring.sec.asc', null, new Date('2026-08-01'))
    await expect(late).rejects.toMatchObject({
      code: 'key-expired',
      message: expect.stringMatching(/expiring\.sec\.asc has expired/),
    })
    await expect(keyring.signingKey('expiring.sec.asc', null, new Date('2025-01-01'))).rejects.toMatchObject({
      code: 'key-unusable',
    })
  })

  test('refuses what is no key, and two keys in a file', async () => {
    writeFileSync(inFolder('text.asc'), 'hello', { mode: 0o600 })
    writeFileSync(inFolder('two.asc'), readFileSync(inFolder('rsa2048.sec.asc'), 'latin1').repeat(2), { mode: 0o600 })
    await expect(keyring.signingKey('text.asc', null, at)).rejects.toThrow(/text\.asc is of no use/)
    await expect(keyring.signingKey('two.asc', null, at)).rejects.toThrow(/several armored blocks/)
  })

  test('refuses a private key that others can read, even after it was read once', async () => {
    copyFileSync(inFolder('ed25519.sec.asc'), inFolder('open.asc'))
    chmodSync(inFolder('open.asc'), 0o600)
    await keyring.signingKey('open.asc', null, at)
    chmodSync(inFolder('open.asc'), 0o640)
    const failure = keyring.signingKey('open.asc', null, at)
    await expect(failure).rejects.toMatchObject({ code: 'key-mode' })
    await expect(failure).rejects.toThrow('open.asc can be read by others (mode 0640): run chmod 600')
  })

  test('finds a file that was added or replaced meanwhile', async () => {
    await expect(keyring.signingKey('later.asc', null, at)).rejects.toMatchObject({ code: 'key-missing' })
    for (const name of ['ed25519', 'stranger']) {
      copyFileSync(inFolder(`${name}.sec.asc`), inFolder('later.tmp'))
      chmodSync(inFolder('later.tmp'), 0o600)
      renameSync(inFolder('later.tmp'), inFolder('later.asc'))
      const { fingerprint } = await keyring.describe(`${name}.pub.asc`)
      expect(await keyring.signingKey('later.asc', null, at)).toMatchObject({ fingerprint })
    }
  })
})

test('a folder and a named pipe are no key files, and nobody waits for the pipe', async () => {
  mkdirSync(inFolder('folder.asc'))
  execFileSync('mkfifo', [inFolder('pipe.asc')])
  for (const file of ['folder.asc', 'pipe.asc'])
    await expect(keyring.describe(file)).rejects.toThrow(
      `Key file ${file} is no regular file: put the key there as one.`,
    )
})

describe('pinnedKeys', () => {
  test('reads public keys with their windows, expired and revoked ones too', async () => {
    const notAfter = new Date('2026-12-31')
    const entries = ['rsa2048.pub.asc', 'expiring.pub.asc', 'revoked-superseded.pub.asc'].map((file) => ({
      file,
      notBefore: null,
      notAfter,
      names: null,
    }))
    const keys = await keyring.pinnedKeys(entries)
    expect(keys).toEqual(
      entries.map((entry) => ({ ...entry, format: 'openpgp', bytes: readFileSync(inFolder(entry.file)) })),
    )
  })

  test('refuses a private key, and a file that is not there', async () => {
    await expect(pinOf('rsa2048.sec.asc')).rejects.toMatchObject({ code: 'key-unusable' })
    await expect(pinOf('rsa2048.sec.asc')).rejects.toThrow(/rsa2048\.sec\.asc holds a private key/)
    await expect(pinOf('absent.asc')).rejects.toMatchObject({ code: 'key-missing' })
  })
})

test('describe says what a key is', async () => {
  expect(await keyring.describe('rsa3072.pub.asc')).toEqual({
    file: 'rsa3072.pub.asc',
    format: 'openpgp',
    fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/),
    userIds: ['Sealpost test key rsa3072 <rsa3072@test.example>'],
    notBefore: new Date('2026-01-01'),
    expiresAt: null,
    algorithm: 'RSA 3072',
    secret: false,
    usable: true,
    weak: [],
    ca: false,
  })
  expect(await keyring.describe('ed25519.sec.asc')).toMatchObject({ algorithm: 'Ed25519', secret: true })
  expect(await keyring.describe('revoked-compromised.pub.asc')).toMatchObject({ usable: false })
})

test('files names all that may be keys', async () => {
  const other = emptyFolder()
  for (const name of ['b.pem', 'README.md', '.hidden', 'a.asc', 'notes.txt']) other.put(name, '')
  mkdirSync(join(other.path, 'folder'))
  expect(await openKeyring(other.path).files()).toEqual(['a.asc', 'b.pem', 'notes.txt'])
  expect(await openKeyring(join(other.path, 'absent')).files()).toEqual([])
  await expect(openKeyring(join(other.path, 'a.asc')).files()).rejects.toMatchObject({ code: 'key-missing' })
  other.remove()
})
