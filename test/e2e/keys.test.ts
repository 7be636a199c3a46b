import { chmodSync } from 'node:fs'
import * as path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { aConnectionFile, copyKey } from '../helpers/gateway.js'
import { type Place, run, write } from './program.js'
import { cleanUp, place, serving } from './stage.js'

afterEach(cleanUp)

const SMIME = path.resolve(import.meta.dirname, '../fixtures/smime/keys')
const keyFile = (where: Place, file: string) => path.join(where.folder, 'keys', file)
const check = (where: Place) => run(where, ['keys', 'check'])

test('a key is made, imported, used and checked, by commands alone', async () => {
  const where = await place({ OWN_PASS: 'secret' })
  const user = ['--user', 'Hoster <domains@hoster.example>', '--passphrase-env', 'OWN_PASS']
  const made = await run(where, ['keys', 'generate', '--name', 'own', '--scheme', 'smime', ...user, '--json'])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const { file, fingerprint } = JSON.parse(made.stdout) as { file: string; fingerprint: string }
  const registry = path.join(SMIME, 'rsa2048.crt.pem')
  expect(await run(where, ['keys', 'import', '--file', registry])).toMatchObject({ code: 0, stderr: '' })
  const signing = { scheme: 'smime', key: file, passphraseEnv: 'OWN_PASS' }
  expect(await run(where, ['keys', 'import', '--file', path.join(SMIME, 'expired.crt.pem')])).toMatchObject({ code: 0 })
  const pins = ['rsa2048.crt.pem', { file: 'expired.crt.pem', notAfter: '2026-02-01' }]
  const connection = write(where, 'c.yaml', aConnectionFile({ signing, trust: { keys: pins } }))
  expect(await run(where, ['connection', 'add', '--file', connection])).toMatchObject({ code: 0, stderr: '' })
  const listed = await run(where, ['keys', 'list'])
  expect(listed).toMatchObject({ code: 0, stderr: '' })
  expect(listed.stdout).toMatch(/^own\.pem {2}certificate with its private key, RSA 3072, until \d{4}-\d\d-\d\d$/m)
  expect(listed.stdout).toContain(`fingerprint ${fingerprint}\n`)
  expect(listed.stdout).toContain('signs for "DENIC main account"\n')
  expect(listed.stdout).toContain('vouches for the registry of "DENIC main account"\n')
  expect(listed.stdout).toMatch(
    /^own\.csr\.pem {2}no key that can be read\n {2}no connection uses it\n.*CERTIFICATE REQUEST/m,
  )
  const checked = await check(where)
  expect(checked).toMatchObject({ code: 0, stderr: '' })
  expect(checked.stdout).toMatch(/^warning: no connection uses own\.csr\.pem: .*\nthe 2 keys .* are good\n$/)
})

test("what keeps a key from its use ends with 1; passphrases are the gateway's while it runs", async () => {
  const where = await place()
  copyKey(path.join(where.folder, 'keys'), 'locked.sec.asc', 'gateway.asc', true)
  where.env['OWN_PASS_FILE'] = write(where, 'passphrase', 'test passphrase\n')
  const gateway = await serving(where)
  const signing = { scheme: 'openpgp-clear', key: 'gateway.asc', passphraseEnv: 'OWN_PASS' }
  const file = write(where, 'denic.yaml', aConnectionFile({ signing }))
  expect(await run(where, ['connection', 'add', '--file', file])).toMatchObject({ code: 0, stderr: '' })
  delete where.env['OWN_PASS_FILE']
  expect(await check(where)).toMatchObject({ code: 0, stderr: '' })
  chmodSync(keyFile(where, 'gateway.asc'), 0o644)
  const readable = await check(where)
  expect(readable.code).toBe(1)
  expect(readable.stderr).toMatch(/gateway\.asc can be read by others \(mode 0644\): run chmod 600/)
  chmodSync(keyFile(where, 'gateway.asc'), 0o600)
  await gateway.end('SIGTERM')
  const locked = await run(where, ['keys', 'check', '--json'])
  expect(locked).toMatchObject({ code: 1, stderr: expect.stringMatching(/gateway\.asc has a passphrase/) })
  expect(JSON.parse(locked.stdout)).toMatchObject({
    notices: [{ level: 'error', file: 'gateway.asc' }],
    keys: [
      { file: 'gateway.asc', key: { algorithm: 'Ed25519' }, uses: [{ for: 'signing' }] },
      { file: 'registry.asc' },
    ],
  })
})

test('without its database the keys are listed all the same, and not said to be good', async () => {
  const where = await place()
  where.env['DATABASE_URL'] = 'postgresql://nobody@127.0.0.1:1/none'
  const listed = await run(where, ['keys', 'list'])
  expect(listed.code).toBe(0)
  expect(listed.stdout).toMatch(/^gateway\.asc {2}OpenPGP private key, Ed25519, without an end\n/)
  expect(listed.stdout).toMatch(/which connections use them is not known: /)
  expect(listed.stdout).not.toContain('no connection uses it')
  const checked = await check(where)
  expect(checked).toMatchObject({
    code: 75,
    stderr: expect.stringMatching(/which keys the connections use is not known/),
  })
})
