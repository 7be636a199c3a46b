import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey } from 'openpgp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseConnection } from '../../src/connection-file/parse.js'
import { WEAKNESSES, type Weakness } from '../../src/core/connection.js'
import { keyProblems } from '../../src/flows/connection-keys.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { aConnectionFile } from '../helpers/gateway.js'
import { FIXTURES, RECEIVED_AT } from '../signing/fixtures.js'
import { keysFolder } from '../signing/keys.js'

const folder = keysFolder()
const keyring = openKeyring(folder.path)
const MADE = new Date('2026-01-01')

beforeAll(async () => {
  for (const name of ['dsa1024', 'rsa1024-primary', 'rsa1024-subkey'])
    copyFileSync(join(FIXTURES, 'tricks/keys', `${name}.pub.asc`), join(folder.path, `${name}.pub.asc`))
  const options = { type: 'rsa' as const, rsaBits: 1023, userIDs: { email: 'small@test.example' }, date: MADE }
  const { publicKey } = await generateKey({ ...options, config: { minRSABits: 0 } })
  writeFileSync(join(folder.path, 'rsa1023.pub.asc'), publicKey)
})
afterAll(() => folder.remove())

const problemsOf = async (file: string, weak: unknown) => {
  const input = aConnectionFile({
    signing: { scheme: 'openpgp-clear', key: 'ed25519.sec.asc' },
    trust: { keys: [file], weak },
  })
  const { mail } = parseConnection(input, 'mail').parts
  if (mail === null) throw new Error('it sends no mail')
  const deps = { keyring, env: {}, clock: { now: () => RECEIVED_AT } }
  return keyProblems(deps, mail)
}

describe('a registry’s key that is weak', () => {
  const KEYS: [file: string, needs: Weakness, words: RegExp][] = [
    ['dsa.pub.asc', 'dsa', /^dsa\.pub\.asc holds a DSA key; .* ask the registry .* name dsa in trust\.weak/],
    ['dsa1024.pub.asc', 'dsa', /holds a DSA key/],
    ['rsa1024.pub.asc', 'rsa1024', /holds an RSA key of fewer than 2048 bits; .* or name rsa1024 in trust\.weak/],
    ['rsa1024-primary.pub.asc', 'rsa1024', /holds an RSA key of fewer than 2048 bits/],
    ['rsa1024-subkey.pub.asc', 'rsa1024', /holds an RSA key of fewer than 2048 bits/],
  ]

  test.each(KEYS)('%s is taken with the override for %s and refused without', async (file, needs, words) => {
    expect(await problemsOf(file, [needs])).toEqual([])
    expect(await problemsOf(file, [...WEAKNESSES])).toEqual([])
    for (const weak of [undefined, [], WEAKNESSES.filter((one) => one !== needs)])
      expect(await problemsOf(file, weak)).toEqual([{ pointer: '/trust/keys/0', detail: expect.stringMatching(words) }])
    expect(await keyring.describe(file)).toMatchObject({ weak: [needs], usable: true })
  })

  test('is told of only once the override itself can be read', async () => {
    expect(await problemsOf('dsa.pub.asc', ['rot13'])).toEqual([])
  })

  test('no override takes RSA of fewer than 1024 bits, or a key that may not sign', async () => {
    for (const file of ['rsa1023.pub.asc', 'certify-only.pub.asc']) {
      const problems = await problemsOf(file, [...WEAKNESSES])
      expect(problems).toEqual([
        { pointer: '/trust/keys/0', detail: expect.stringContaining(`${file} is expired, revoked`) },
      ])
      expect(await keyring.describe(file)).toMatchObject({ weak: [], usable: false })
    }
  })

  test.each(['rsa2048', 'ed25519', 'subkey'])('%s needs no override', async (name) => {
    expect(await problemsOf(`${name}.pub.asc`, [])).toEqual([])
    expect(await keyring.describe(`${name}.pub.asc`)).toMatchObject({ weak: [], usable: true })
  })
})

test('a weak key of our own is of no use, whatever connections allow registries', async () => {
  for (const [name, weak] of [
    ['dsa', 'dsa'],
    ['rsa1024', 'rsa1024'],
  ] as const)
    expect(await keyring.describe(`${name}.sec.asc`)).toMatchObject({ weak: [weak], usable: false })
  expect(await keyring.describe('rsa2048.sec.asc')).toMatchObject({ weak: [], usable: true })
})
