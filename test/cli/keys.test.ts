import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keysCommands } from '../../src/cli/keys.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { CERTIFIED_PASSPHRASE, certified, emptyFolder } from '../signing/certified-keys.js'

let folder: ReturnType<typeof emptyFolder>
beforeEach(() => {
  folder = emptyFolder()
  vi.stubEnv('SEALPOST_KEYS', join(folder.path, 'keys'))
  vi.stubEnv('SEALPOST_DATA', join(folder.path, 'data'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  folder.remove()
})

/** Runs a command within this process: what it printed, and what it ended with. */
const keys = async (...args: string[]): Promise<{ out: string; error: unknown; said: string }> => {
  let [out, said] = ['', '']
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += chunk
    return true
  })
  const program = new Command('sealpost').exitOverride().configureOutput({
    writeErr: (text) => {
      said += text
    },
  })
  keysCommands(program)
  const error = await program.parseAsync(['keys', ...args], { from: 'user' }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  vi.restoreAllMocks()
  return { out, error, said }
}

const inKeys = () => readdirSync(join(folder.path, 'keys')).sort()
const GENERATE = ['generate', '--name', 'main', '--user', 'Hoster <domains@hoster.example>']

describe('wrong usage is found before anything is made', () => {
  test.each([
    [['generate', '--name', 'main'], /--user/],
    [['generate', '--user', 'a@b.example'], /--name/],
    [[...GENERATE, '--scheme', 'pgp'], /openpgp, smime/],
    [[...GENERATE, '--algorithm', 'dsa'], /ed25519, rsa3072/],
    [[...GENERATE, '--expires', 'soon'], /2y, 90d, a date to come/],
    [[...GENERATE, '--expires', '2020-01-01'], /a date to come/],
    [[...GENERATE, '--expires', '2028-02-30'], /a date to come/],
    [[...GENERATE, '--expires', '0d'], /a date to come/],
    [[...GENERATE, '--expires', '101y'], /at most 100 years/],
    [['import'], /--file/],
  ])('%j', async (args, words) => {
    const { error, said } = await keys(...args)
    expect(error).toBeInstanceOf(CommanderError)
    expect(said).toMatch(words)
    expect(readdirSync(folder.path)).toEqual([])
  })

  test('an algorithm of the other scheme', async () => {
    for (const args of [
      ['--algorithm', 'p256'],
      ['--scheme', 'smime', '--algorithm', 'ed25519'],
    ]) {
      const { error } = await keys(...GENERATE, ...args)
      expect(error).toMatchObject({ name: 'CommandError', exitCode: 2 })
      expect(String(error)).toMatch(/is none for (openpgp: choose one of ed25519|smime: choose one of rsa3072)/)
    }
    expect(readdirSync(folder.path)).toEqual([])
  })

  test('a passphrase that is not set', async () => {
    const { error } = await keys(...GENERATE, '--passphrase-env', 'NO_SUCH_VARIABLE')
    expect(error).toMatchObject({ name: 'CommandError', exitCode: 1 })
    expect(String(error)).toContain('NO_SUCH_VARIABLE is not set')
    expect(readdirSync(folder.path)).toEqual([])
  })
})

describe('keys generate', () => {
  test('says what it made and what to do with it', async () => {
    const { out, error } = await keys(...GENERATE)
    expect(error).toBeNull()
    const { fingerprint, expiresAt } = await openKeyring(join(folder.path, 'keys')).describe('main.pub.asc')
    expect(out.split('\n')).toEqual([
      `Ed25519 for Hoster <domains@hoster.example>, until ${expiresAt?.toISOString().slice(0, 10)}`,
      `fingerprint ${fingerprint}`,
      `in ${join(folder.path, 'keys')}:`,
      '  main.asc  the private key: name it in signing.key',
      '  main.pub.asc  for the registry, which should compare the fingerprint by another way than mail',
      '',
    ])
    expect(inKeys()).toEqual(['main.asc', 'main.pub.asc'])
    expect(statSync(join(folder.path, 'keys/main.asc')).mode & 0o777).toBe(0o600)
  })

  test('lets a key end in two years unless said', async () => {
    const { out } = await keys(...GENERATE, '--json')
    const { expiresAt } = JSON.parse(out) as { expiresAt: string }
    const days = (new Date(expiresAt).getTime() - Date.now()) / 86_400_000
    expect(Math.abs(days - 730.5)).toBeLessThan(1.6)
  })

  test.each([
    ['2099-01-31', '2099-01-31T00:00:00.000Z'],
    ['never', null],
  ])('takes the end %s', async (expires, end) => {
    const { out } = await keys(...GENERATE, '--expires', expires, '--json')
    expect(JSON.parse(out)).toMatchObject({ expiresAt: end })
    const { expiresAt } = await openKeyring(join(folder.path, 'keys')).describe('main.asc')
    expect(expiresAt?.toISOString() ?? null).toBe(end)
  })

  test('makes a certificate and a request too, and locks the key', async () => {
    vi.stubEnv('MAIN_PASS', 'secret')
    const args = ['--scheme', 'smime', '--algorithm', 'p256', '--passphrase-env', 'MAIN_PASS']
    const { out, error } = await keys(...GENERATE, ...args)
    expect(error).toBeNull()
    expect(out).toContain('main.pem  the private key: name it in signing.key, and MAIN_PASS in signing.passphraseEnv')
    expect(out).toContain('main.crt.pem  for the registry')
    expect(out).toMatch(/main\.csr\.pem {2}the request, .* add what it issues to main\.pem/)
    expect(out).not.toContain('secret')
    const signing = await openKeyring(join(folder.path, 'keys')).signingKey('main.pem', 'secret', new Date())
    expect(out).toContain(`fingerprint ${signing.fingerprint}`)
  })

  test('writes over nothing', async () => {
    await keys(...GENERATE)
    const { error } = await keys(...GENERATE)
    expect(String(error)).toMatch(/main\.asc is there already/)
  })
})

describe('keys import', () => {
  test('takes the name of the file, and says to compare the fingerprint', async () => {
    const file = join(folder.path, folder.put('registry.crt.pem', certified('rsa2048.crt.pem')))
    const { out, error } = await keys('import', '--file', file)
    expect(error).toBeNull()
    const { fingerprint } = await openKeyring(join(folder.path, 'keys')).describe('registry.crt.pem')
    expect(out.split('\n')).toEqual([
      'registry.crt.pem  certificate, RSA 2048, until 2036-01-01',
      '  CN=Sealpost test rsa2048',
      '  robot@registry.example',
      `  fingerprint ${fingerprint}`,
      `  in ${join(folder.path, 'keys')}: compare the fingerprint with the registry by another way than mail before you name it in trust.keys`,
      '',
    ])
  })

  test('needs the passphrase of PKCS #12', async () => {
    const file = join(folder.path, folder.put('own.p12', certified('locked.p12')))
    vi.stubEnv('RIGHT', CERTIFIED_PASSPHRASE)
    vi.stubEnv('WRONG', 'wrong')
    expect(String((await keys('import', '--file', file)).error)).toMatch(/has a passphrase: .* by --passphrase-env/)
    expect(String((await keys('import', '--file', file, '--passphrase-env', 'WRONG')).error)).toMatch(
      /the passphrase in WRONG does not open/,
    )
    const { out, error } = await keys(
      'import',
      '--file',
      file,
      '--name',
      'main.p12',
      '--passphrase-env',
      'RIGHT',
      '--json',
    )
    expect(error).toBeNull()
    expect(JSON.parse(out)).toMatchObject({
      file: 'main.p12',
      format: 'x509',
      secret: true,
      written: true,
      problem: null,
    })
    expect(inKeys()).toEqual(['main.p12'])
  })

  test('replaces what has its name when that is said', async () => {
    const [one, two] = ['rsa2048', 'p256'].map((name) =>
      join(folder.path, folder.put(name, certified(`${name}.crt.pem`))),
    )
    await keys('import', '--file', one ?? '', '--name', 'registry.pem')
    const second = ['import', '--file', two ?? '', '--name', 'registry.pem']
    expect(String((await keys(...second)).error)).toMatch(
      /registry\.pem is in the keys folder already.* \(--name, --replace\)$/,
    )
    expect((await keys(...second, '--replace')).out).toMatch(/^registry\.pem {2}certificate, P-256,/)
    expect((await keys(...second)).out).toMatch(/until 2036-01-01, which was there already/)
  })

  test('names a file that is not there, or is too large', async () => {
    expect(String((await keys('import', '--file', join(folder.path, 'absent'))).error)).toMatch(/absent cannot be read/)
    const large = join(folder.path, folder.put('large', Buffer.alloc(1024 * 1024 + 1)))
    expect(String((await keys('import', '--file', large)).error)).toMatch(/has 1048577 octets, more than any key/)
  })
})

test('without any database the keys are told, none is said to be good, and no database is made', async () => {
  await keys(...GENERATE)
  expect((await keys('list')).out).toMatch(/^main\.asc {2}OpenPGP private key, .*is not known: .*holds no database/s)
  expect((await keys('check')).error).toMatchObject({
    exitCode: 1,
    message: expect.stringMatching(/not known: \S+data holds no database; give the gateway's folder in SEALPOST_DATA/),
  })
  expect(existsSync(join(folder.path, 'data'))).toBe(false)
})
