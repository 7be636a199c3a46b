import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ImportKey, importKey } from '../../src/flows/import-key.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { CERTIFIED_PASSPHRASE, certified, emptyFolder, keyAndCertificate } from '../signing/certified-keys.js'
import { FIXTURES, SIGNED_AT } from '../signing/fixtures.js'
import { PASSPHRASE } from '../signing/keys.js'

let folder: ReturnType<typeof emptyFolder>
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => folder.remove())

const openpgp = (file: string) => readFileSync(join(FIXTURES, 'keys', file))
const bring = (bytes: Buffer | string, change: Partial<ImportKey> = {}) =>
  importKey({
    ...{ keysDir: folder.path, name: 'key', passphrase: null, at: SIGNED_AT, replace: false },
    ...change,
    bytes: Buffer.from(bytes),
  })
const kept = () => ({
  content: readFileSync(join(folder.path, 'key')),
  mode: (statSync(join(folder.path, 'key')).mode & 0o777).toString(8),
})

describe('what is taken, octet for octet', () => {
  const cases: [string, () => Buffer | string, string | null, string, object][] = [
    ['an OpenPGP public key', () => openpgp('rsa2048.pub.asc'), null, '644', { format: 'openpgp', secret: false }],
    ['an OpenPGP private key', () => openpgp('ed25519.sec.asc'), null, '600', { format: 'openpgp', secret: true }],
    ['a locked one with its passphrase', () => openpgp('locked.sec.asc'), PASSPHRASE, '600', { secret: true }],
    ['a locked one without', () => openpgp('locked.sec.asc'), null, '600', { secret: true, problem: null }],
    ['a certificate', () => certified('rsa2048.crt.pem'), null, '644', { format: 'x509', secret: false, ca: false }],
    ["an authority's", () => certified('ca.crt.pem'), null, '644', { format: 'x509', secret: false, ca: true }],
    ['a certified key', () => keyAndCertificate('p256'), null, '600', { secret: true, algorithm: 'P-256' }],
    ['PKCS #12', () => certified('locked.p12'), CERTIFIED_PASSPHRASE, '600', { secret: true, algorithm: 'RSA 3072' }],
  ]
  test.each(cases)('%s', async (_, content, passphrase, mode, expected) => {
    const imported = await bring(content(), { passphrase })
    expect(imported).toMatchObject({ file: 'key', problem: null, written: true, ...expected })
    expect(kept()).toEqual({ content: Buffer.from(content()), mode })
    const { fingerprint } = await openKeyring(folder.path).describe('key', passphrase)
    expect(imported.fingerprint).toBe(fingerprint)
    expect(readdirSync(folder.path)).toEqual(['key'])
  })
})

describe('what is taken with a word about it', () => {
  test.each([
    ['an expired certificate', () => certified('expired.crt.pem'), /^key expired at 2026-02-01/],
    ['an expired certified key', () => keyAndCertificate('expired'), /Key key has expired/],
    ['a key of ours that is too weak', () => keyAndCertificate('rsa1024'), /Key key cannot sign: its key is RSA 1024/],
    [
      "a registry's key that is too weak",
      () => openpgp('rsa1024.pub.asc'),
      /^key holds an RSA key of .* rsa1024 in trust/,
    ],
    ['a revoked key', () => openpgp('revoked-compromised.pub.asc'), /^key is revoked/],
  ])('%s', async (_, content, words) => {
    expect((await bring(content())).problem).toMatch(words)
    expect(readdirSync(folder.path)).toEqual(['key'])
  })
})

describe('what is not taken, and leaves nothing behind', () => {
  const cases: [string, () => Buffer | string, Partial<ImportKey>, RegExp][] = [
    ['two OpenPGP keys', () => openpgp('rsa2048.pub.asc').toString().repeat(2), {}, /several armored blocks/],
    [
      'two certificates',
      () => Buffer.concat([certified('ca.crt.pem'), certified('p256.crt.pem')]),
      {},
      /holds 2 certificates/,
    ],
    ['two private keys', () => keyAndCertificate('p256') + keyAndCertificate('p384'), {}, /holds 2 private keys/],
    ['a private key alone', () => certified('p256.key.pem'), {}, /without its certificate/],
    ['a text', () => 'hello', {}, /is of no use/],
    ['a wrong passphrase', () => openpgp('locked.sec.asc'), { passphrase: 'wrong' }, /does not open key/],
    ['PKCS #12 without its passphrase', () => certified('locked.p12'), {}, /has a passphrase/],
    ['a name that is a path', () => openpgp('rsa2048.pub.asc'), { name: '../key' }, /is no name for a key file/],
  ]
  test.each(cases)('%s', async (_, content, change, words) => {
    await expect(bring(content(), change)).rejects.toThrow(words)
    expect(readdirSync(folder.path)).toEqual([])
  })
})

describe('a name that is taken', () => {
  beforeEach(() => {
    folder.put('key', openpgp('rsa2048.pub.asc'), 0o644)
  })

  test('keeps what it has', async () => {
    const failure = bring(openpgp('rsa3072.pub.asc'))
    await expect(failure).rejects.toMatchObject({ name: 'Refusal', code: 'conflict' })
    await expect(failure).rejects.toThrow('key is in the keys folder already and holds something else')
    expect(kept().content).toEqual(openpgp('rsa2048.pub.asc'))
  })

  test('has another when that is asked for, with its mode', async () => {
    const imported = await bring(keyAndCertificate('p256'), { replace: true })
    expect(imported.written).toBe(true)
    expect(kept()).toEqual({ content: Buffer.from(keyAndCertificate('p256')), mode: '600' })
    expect(readdirSync(folder.path)).toEqual(['key'])
  })

  test('may have the same again', async () => {
    expect(await bring(openpgp('rsa2048.pub.asc'))).toMatchObject({ written: false })
    expect(readdirSync(folder.path)).toEqual(['key'])
  })
})
