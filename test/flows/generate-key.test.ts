import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GenerateKey, generateKey } from '../../src/flows/generate-key.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { emptyFolder } from '../signing/certified-keys.js'

let folder: ReturnType<typeof emptyFolder>
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => folder.remove())

const at = new Date('2026-07-01T10:00:00Z')
const expiresAt = new Date('2028-07-01T10:00:00Z')
const generate = (change: Partial<GenerateKey> = {}) =>
  generateKey({
    ...{
      keysDir: folder.path,
      name: 'main',
      user: 'Hoster <domains@hoster.example>',
      scheme: 'openpgp',
      at,
      expiresAt,
    },
    ...{ algorithm: null, passphrase: null },
    ...change,
  })
const modes = () =>
  Object.fromEntries(
    readdirSync(folder.path).map((file) => [file, (statSync(join(folder.path, file)).mode & 0o777).toString(8)]),
  )

test('an OpenPGP key is two files, of which one is for its owner alone', async () => {
  const made = await generate()
  expect(made).toEqual({
    ...{ file: 'main.asc', publicFile: 'main.pub.asc', requestFile: null, scheme: 'openpgp', algorithm: 'Ed25519' },
    ...{ user: 'Hoster <domains@hoster.example>', expiresAt: '2028-07-01T10:00:00.000Z' },
    fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/),
  })
  expect(modes()).toEqual({ 'main.asc': '600', 'main.pub.asc': '644' })
  const keyring = openKeyring(folder.path)
  expect(await keyring.signingKey('main.asc', null, at)).toMatchObject({ fingerprint: made.fingerprint, expiresAt })
  expect(await keyring.describe('main.pub.asc')).toMatchObject({ fingerprint: made.fingerprint, secret: false })
})

test.each([0, 0o077])('a certified key is three files, whatever the process masks: %o', async (mask) => {
  const before = process.umask(mask)
  const made = await generate({ scheme: 'smime', algorithm: 'p256', passphrase: 'secret' }).finally(() =>
    process.umask(before),
  )
  expect(made).toMatchObject({ file: 'main.pem', publicFile: 'main.crt.pem', requestFile: 'main.csr.pem' })
  expect(modes()).toEqual({ 'main.pem': '600', 'main.crt.pem': '644', 'main.csr.pem': '644' })
  const keyring = openKeyring(folder.path)
  expect(await keyring.signingKey('main.pem', 'secret', at)).toMatchObject({ fingerprint: made.fingerprint })
  await expect(keyring.signingKey('main.pem', null, at)).rejects.toMatchObject({ code: 'key-locked' })
})

test('a folder that is not there is made, for its owner alone', async () => {
  const keysDir = join(folder.path, 'new')
  await generate({ keysDir })
  expect(statSync(keysDir).mode & 0o777).toBe(0o700)
})

test.each([
  ['main', 'main.asc', 'main.pub.asc'],
  ['main.asc', 'main.asc', 'main.pub.asc'],
  ['main.key', 'main.key', 'main.key.pub.asc'],
])('the name %s makes %s and %s', async (name, file, publicFile) => {
  expect(await generate({ name })).toMatchObject({ file, publicFile })
})

describe('nothing is written over, and nothing is left of what could not be made', () => {
  test.each(['main.asc', 'main.pub.asc'])('where %s is there', async (there) => {
    writeFileSync(join(folder.path, there), 'precious')
    await expect(generate()).rejects.toMatchObject({ name: 'Refusal', code: 'conflict' })
    await expect(generate()).rejects.toThrow(`${there} is there already: choose another name`)
    expect(readdirSync(folder.path)).toEqual([there])
    expect(readFileSync(join(folder.path, there), 'utf8')).toBe('precious')
  })
})

describe('refused', () => {
  test.each([
    ['a path', { name: '../main' }, /"..\/main" is no name for a key file/],
    ['a hidden name', { name: '.main' }, /no name for a key file/],
    ['two dots', { name: 'a..b' }, /no name for a key file/],
    ['the name of the page about keys', { name: 'README.md' }, /no name for a key file/],
    ['a user without an address', { user: 'Hoster' }, /is no name with a mail address/],
    [
      'an algorithm of the other kind',
      { algorithm: 'p256' },
      /p256 is no algorithm for openpgp: choose one of ed25519,/,
    ],
    ['an algorithm of no kind', { scheme: 'smime' as const, algorithm: 'ed25519' }, /choose one of rsa3072, rsa2048/],
  ])('%s', async (_, change, words) => {
    await expect(generate(change)).rejects.toMatchObject({ name: 'Refusal', code: 'invalid' })
    await expect(generate(change)).rejects.toThrow(words)
    expect(readdirSync(folder.path)).toEqual([])
  })

  test('a folder that cannot be written to', async () => {
    const keysDir = join(folder.path, folder.put('file', ''))
    await expect(generate({ keysDir })).rejects.toMatchObject({ name: 'Fault', code: 'key-folder', temporary: false })
  })
})
