import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Fault } from '../../src/core/errors.js'
import { type KeyReport, listKeys, listKeysAlone } from '../../src/flows/list-keys.js'
import type { OpenedStore } from '../../src/store/open.js'
import { openTestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, copyKey, createTestGateway, START, type TestGateway } from '../helpers/gateway.js'
import { newKey, putKey } from '../helpers/keys.js'
import { CERTIFIED_PASSPHRASE, certified, keyAndCertificate } from '../signing/certified-keys.js'

const DAY = 86_400_000
const folder = temporaryFolder()
let store: OpenedStore
let gateway: TestGateway

beforeAll(async () => {
  store = await openTestStore()
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  for (const { id } of await store.connections.list()) await store.connections.remove(id, START)
  rmSync(path.join(folder, 'keys'), { recursive: true, force: true })
  gateway = await createTestGateway(store, folder)
  gateway.deps.newId = () => crypto.randomUUID()
})

const put = (file: string, content: string | Buffer, mode = 0o600) =>
  writeFileSync(path.join(gateway.keysDir, file), content, { mode })
const key = (report: KeyReport, file: string) => report.keys.find((one) => one.file === file)
const notices = ({ notices }: KeyReport) => notices.map(({ level, file, text }) => `${level} ${file}: ${text}`)
const report = () => listKeys(gateway.deps)

test('every file is listed: what it is, what it is for, and why it is of no use', async () => {
  const { id, title } = await addTestConnection(gateway)
  put('README.md', 'About keys')
  put('notes.txt', 'hello')
  put('spare.pem', keyAndCertificate('p256'))
  put('later.crt.pem', certified('rsa2048.crt.pem'))
  put('open.pem', keyAndCertificate('rsa2048'))
  chmodSync(path.join(gateway.keysDir, 'open.pem'), 0o644)
  mkdirSync(path.join(gateway.keysDir, 'folder'))
  const listed = await report()
  expect(listed.unknownUses).toBeNull()
  expect(listed.keys.map(({ file }) => file)).toEqual([
    ...['gateway.asc', 'later.crt.pem', 'notes.txt', 'open.pem', 'registry.asc', 'spare.pem'],
  ])
  expect(key(listed, 'gateway.asc')).toEqual({
    file: 'gateway.asc',
    key: {
      ...{
        format: 'openpgp',
        fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/),
        algorithm: 'Ed25519',
        secret: true,
      },
      ...{ userIds: ['Sealpost test key ed25519 <ed25519@test.example>'], usable: true, weak: [], ca: false },
      ...{ notBefore: '2026-01-01T00:00:00.000Z', expiresAt: null },
    },
    uses: [{ connection: id, title, for: 'signing' }],
    problem: null,
  })
  expect(key(listed, 'registry.asc')).toMatchObject({ key: { secret: false }, uses: [{ for: 'trust' }], problem: null })
  expect(key(listed, 'spare.pem')).toMatchObject({
    key: { format: 'x509', expiresAt: '2036-01-01T00:00:00.000Z', secret: true },
    ...{ uses: [], problem: null },
  })
  expect(key(listed, 'notes.txt')).toMatchObject({ key: null, problem: expect.stringMatching(/is of no use/) })
  expect(key(listed, 'open.pem')).toMatchObject({ key: null, problem: expect.stringMatching(/can be read by others/) })
  expect(notices(listed)).toEqual([
    expect.stringMatching(/^warning notes\.txt: no connection uses notes\.txt: /),
    expect.stringMatching(/^warning open\.pem: no connection uses open\.pem: .* run chmod 600/),
  ])
})

describe('what a connection cannot do its work with is an error', () => {
  test('a file that is gone, and one that others can read', async () => {
    await addTestConnection(gateway)
    rmSync(path.join(gateway.keysDir, 'registry.asc'))
    chmodSync(path.join(gateway.keysDir, 'gateway.asc'), 0o644)
    const listed = await report()
    expect(notices(listed)).toEqual([
      expect.stringMatching(/^error gateway\.asc: the connection "DENIC main account" cannot sign with .* chmod 600/),
      expect.stringMatching(/^error registry\.asc: .* cannot check signatures with registry\.asc: .* put it there/),
    ])
    expect(key(listed, 'registry.asc')).toMatchObject({
      key: null,
      problem: expect.stringMatching(/is not in the keys/),
    })
  })

  test('a passphrase that is missing or wrong, which is then the problem of the key', async () => {
    copyKey(gateway.keysDir, 'locked.sec.asc', 'locked.asc', true)
    put('locked.p12', certified('locked.p12'))
    put('registry.crt.pem', certified('rsa2048.crt.pem'))
    gateway.deps.env = { PGP: 'test passphrase', PKCS12: CERTIFIED_PASSPHRASE }
    await addTestConnection(gateway, {
      signing: { scheme: 'openpgp-clear', key: 'locked.asc', passphraseEnv: 'PGP' },
    })
    await addTestConnection(gateway, {
      ...{ title: 'Second', tlds: ['at'], signing: { scheme: 'smime', key: 'locked.p12', passphraseEnv: 'PKCS12' } },
      registry: { to: 'robot@x.example', from: 'a@hoster.example', replyTo: 'second@in.hoster.example' },
      trust: { keys: ['registry.crt.pem'] },
    })
    expect((await report()).notices).toEqual([])
    expect(key(await report(), 'locked.p12')).toMatchObject({ key: { algorithm: 'RSA 3072' }, problem: null })
    gateway.deps.env = { PGP: 'wrong' }
    const listed = await report()
    expect(notices(listed).sort()).toEqual([
      expect.stringMatching(/^error locked\.asc: .*"DENIC main account".* passphrase does not open key locked\.asc/),
      expect.stringMatching(/^error locked\.p12: .*"Second".* has a passphrase/),
    ])
    expect(key(listed, 'locked.asc')).toMatchObject({
      key: { algorithm: 'Ed25519' },
      problem: expect.stringMatching(/does not open/),
    })
  })

  test('an expired key, and one whose window has ended or has not begun', async () => {
    putKey(gateway.keysDir, 'short.asc', await newKey({ at: START, seconds: (10 * DAY) / 1_000 }), 'private')
    const registry = { file: 'registry.asc', notAfter: '2026-07-10' }
    await addTestConnection(gateway, {
      ...{ signing: { scheme: 'openpgp-clear', key: 'short.asc' }, trust: { keys: [registry] } },
    })
    gateway.pass(20 * DAY)
    expect(notices(await report())).toEqual([
      expect.stringMatching(/^error short\.asc: .* expired at 2026-07-11/),
      expect.stringMatching(/^error registry\.asc: .* was to be used until 2026-07-10/),
    ])
  })

  test('keys that all begin later', async () => {
    const pins = [{ file: 'registry.asc', notBefore: '2026-08-01' }]
    const connection = await addTestConnection(gateway, { trust: { keys: pins } })
    await store.connections.remove(connection.id, START)
    const keys = connection.signing.keys.map((own) => ({ ...own, notBefore: new Date('2026-07-20') }))
    const changed = { ...connection, id: crypto.randomUUID(), signing: { ...connection.signing, keys } }
    await store.connections.insert(changed)
    expect(notices(await report())).toEqual([
      expect.stringMatching(/^error gateway\.asc: .* has no key to sign with now: each of signing\.keys begins later/),
      expect.stringMatching(/^error registry\.asc: .* believes no signature now: each of trust\.keys begins later/),
    ])
    gateway.pass(40 * DAY)
    expect(notices(await report())).toEqual([])
  })
})

test.each([
  [61, null],
  [60, /^warning own\.asc: .* expires in 60 days/],
  [30, /^warning own\.asc: .* expires in 30 days/],
  [7, /^warning own\.asc: .* expires in 7 days/],
  [1, /^warning own\.asc: .* expires within a day/],
])('%d days before a key ends it says so, and no error', async (days, words) => {
  putKey(gateway.keysDir, 'own.asc', await newKey({ at: START, seconds: (days * DAY) / 1_000 }), 'private')
  await addTestConnection(gateway, { signing: { scheme: 'openpgp-clear', key: 'own.asc' } })
  expect(notices(await report())).toEqual(words === null ? [] : [expect.stringMatching(words)])
})

test('what a relay is known by is no key, and nothing is wrong with it', async () => {
  put('relay.pem', Buffer.concat([certified('ca.crt.pem'), certified('ca-p256.crt.pem')]), 0o644)
  await addTestConnection(gateway, { relay: { host: 'relay.example', port: 465, tls: 'implicit', ca: 'relay.pem' } })
  const listed = await report()
  expect(key(listed, 'relay.pem')).toMatchObject({ key: null, uses: [{ for: 'relay' }], problem: null })
  expect(listed.notices).toEqual([])
})

describe('while the database is away', () => {
  const away = new Fault('store-away', 'the database is away', { temporary: true })

  test('the keys are listed, and it says that their uses are not known', async () => {
    const connections = { ...store.connections, list: () => Promise.reject(away) }
    const listed = await listKeys({ ...gateway.deps, store: { ...store, connections } })
    expect(listed.unknownUses).toBe('the database is away')
    expect(listed.keys.map(({ file, uses }) => [file, uses])).toEqual([
      ['gateway.asc', []],
      ['registry.asc', []],
    ])
  })

  test('another process lists them all the same', async () => {
    const listed = await listKeysAlone(gateway.keysDir, {}, 'the database is away')
    expect(listed).toMatchObject({ unknownUses: 'the database is away', keys: [{ file: 'gateway.asc' }, {}] })
    expect(readdirSync(gateway.keysDir)).toHaveLength(2)
  })
})
