import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FIXTURES } from '../signing/fixtures.js'
import { addUser, ORIGIN, postForm, signIn } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

let harness: Harness
let cookie: string
let folder: string

beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root')
  cookie = await signIn(harness, 'root')
  folder = harness.deps.keyring.folder
})
afterAll(() => harness.close())

const ask = (at: string) => harness.app.request(at, { headers: { cookie } })
const open = async (at: string): Promise<string> => (await ask(at)).text()
const told = async (answer: Response): Promise<string> =>
  answer.status === 303 ? open(answer.headers.get('location') ?? '') : answer.text()
const generate = async (fields: Record<string, string>) =>
  postForm(
    harness,
    '/keys/generate',
    { user: 'Hoster <domains@hoster.example>', kind: 'openpgp ed25519', ...fields },
    { headers: { cookie, origin: ORIGIN } },
  )
const upload = (name: string, bytes: Buffer, fields: Record<string, string> = {}) => {
  const body = new FormData()
  body.set('file', new File([new Uint8Array(bytes)], name))
  for (const [field, value] of Object.entries(fields)) body.set(field, value)
  return harness.app.request('/keys/import', { method: 'POST', headers: { cookie, origin: ORIGIN }, body })
}
const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, 'keys', name))
const newestAction = async () => (await harness.deps.store.actions.list({}, { limit: 1, cursor: null })).items[0]

test('the list says what each file is, who uses it and what is wrong with it', async () => {
  writeFileSync(join(folder, 'notes.txt'), 'no key')
  const page = await open('/keys')
  for (const words of [
    'ed25519.sec.asc',
    'OpenPGP private key',
    'signs for',
    'vouches for the registry of',
    'no key that can be read',
  ])
    expect(page).toContain(words)
  expect(page).not.toContain('PRIVATE KEY')
})

test('a key that is made is for the gateway alone, and in the action log', async () => {
  const page = await told(await generate({ name: 'fresh', expires: '2027-01-31' }))
  expect(page).toContain('The key was made. Its fingerprint: ')
  expect(page).toContain('fresh.pub.asc: for the registry')
  expect(statSync(join(folder, 'fresh.asc')).mode & 0o777).toBe(0o600)
  expect(await newestAction()).toMatchObject({
    event: 'key.generated',
    actor: 'user:root',
    data: { file: 'fresh.asc' },
  })
})

test.each([
  [{ name: '../up' }, 'is no name for a key file'],
  [{ name: 'ed25519.sec.asc' }, 'is there already'],
  [{ name: 'a', user: 'nobody' }, 'is no name with a mail address'],
  [{ name: 'a', kind: 'pgp rot13' }, 'Choose one of the kinds'],
  [{ name: 'a', kind: 'openpgp rot13' }, 'is no algorithm for openpgp'],
  [{ name: 'a', expires: '2020-01-01' }, 'is no end for a key'],
  [{ name: 'a', passphraseEnv: 'UNSET' }, 'UNSET is not set where the gateway runs'],
])('what cannot be made (%j) says why, and what was typed stays', async (fields, words) => {
  const answer = await generate(fields)
  const page = await answer.text()
  expect([answer.status, page]).toEqual([422, expect.stringContaining(words)])
  expect(page).toContain(`value="${fields.name}"`)
})

test('a passphrase comes from a variable of the gateway', async () => {
  const env: Record<string, string> = { PASS: 'very secret words' }
  harness.deps.env = env
  const page = await told(await generate({ name: 'sealed', passphraseEnv: 'PASS' }))
  expect(page).toContain('The key was made')
  expect(page).not.toContain('very secret words')
  await expect(harness.deps.keyring.signingKey('sealed.asc', null, harness.deps.clock.now())).rejects.toMatchObject({
    code: 'key-locked',
  })
})

test('the public half goes out and never the private one', async () => {
  for (const file of ['ed25519.sec.asc', 'rsa2048.pub.asc', 'sealed.asc']) {
    const answer = await ask(`/keys/${file}/public`)
    const text = await answer.text()
    expect([answer.status, text]).toEqual([200, expect.stringContaining('BEGIN PGP PUBLIC KEY BLOCK')])
    expect(text).not.toContain('PRIVATE')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/)
  }
  await told(await generate({ name: 'cert', kind: 'smime rsa3072' }))
  const certificate = await (await ask('/keys/cert.pem/public')).text()
  expect(certificate).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
  expect(certificate).not.toContain('PRIVATE')
})

test.each(['missing.asc', 'notes.txt', '..%2F..%2Fetc%2Fpasswd', '%2Fetc%2Fpasswd'])(
  'there is no public half of %s',
  async (file) => {
    const answer = await ask(`/keys/${file}/public`)
    expect([answer.status, await answer.text()]).toEqual([404, expect.not.stringContaining('root:')])
  },
)

test('a key that is imported is looked at first, kept by its mode, and logged once', async () => {
  const bytes = fixture('rsa4096.pub.asc')
  expect(await told(await upload('registry.asc', bytes))).toContain('registry.asc was imported')
  expect(readFileSync(join(folder, 'registry.asc'))).toEqual(bytes)
  expect(await newestAction()).toMatchObject({ event: 'key.imported', actor: 'user:root' })
  expect(await told(await upload('registry.asc', bytes))).toContain('is the same')
  expect(await told(await upload('other.asc', fixture('ed25519.pub.asc'), { name: 'registry.asc' }))).toContain(
    'holds something else',
  )
  expect(
    await told(await upload('other.asc', fixture('ed25519.pub.asc'), { name: 'registry.asc', replace: 'yes' })),
  ).toContain('registry.asc was imported')
})

test.each([
  ['x.asc', Buffer.from('no key at all'), 'is of no use'],
  ['../../x.asc', Buffer.from(''), 'No file was chosen'],
  ['.bashrc', fixture('ed25519.pub.asc'), 'is no name for a key file'],
])('what is no key (%s) is not kept', async (name, bytes, words) => {
  const answer = await upload(name, bytes)
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(words)])
})

test('keys that follow each other are shown over time, in words too', async () => {
  const { deps, connection } = harness
  const [first] = connection.signing.keys
  if (first === undefined) throw new Error('the connection has a key')
  const change = new Date(deps.clock.now().getTime() + 86_400_000)
  const keys = [
    { ...first, notAfter: change },
    { ...first, file: 'fresh.asc', notBefore: change },
  ]
  await deps.store.connections.update({ ...connection, signing: { ...connection.signing, keys } }, deps.clock.now())
  const page = await open('/keys')
  expect(page).toContain('<svg class="chart"')
  expect(page).toContain('since ever until <time datetime="2026-03-02T10:00:00.000Z">')
})
