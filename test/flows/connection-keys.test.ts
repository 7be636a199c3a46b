import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MailParts, parseConnection } from '../../src/connection-file/parse.js'
import { keyProblems } from '../../src/flows/connection-keys.js'
import { withSecretFiles } from '../../src/secret-files.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { aConnectionFile, copyKey } from '../helpers/gateway.js'
import { CERTIFIED_PASSPHRASE, certified, emptyFolder, keyAndCertificate } from '../signing/certified-keys.js'
import { SIGNED_AT } from '../signing/fixtures.js'

const folder = emptyFolder()
afterAll(() => folder.remove())
beforeAll(() => {
  copyKey(folder.path, 'ed25519.sec.asc', 'own.asc', true)
  copyKey(folder.path, 'rsa2048.pub.asc', 'registry.asc', false)
  folder.put('own.pem', keyAndCertificate('p256'))
  folder.put('own.p12', certified('locked.p12'))
  folder.put('passphrase', `${CERTIFIED_PASSPHRASE}\n`)
  folder.put('registry.crt.pem', certified('rsa2048.crt.pem'))
  folder.put('two.pem', Buffer.concat([certified('rsa2048.crt.pem'), certified('p256.crt.pem')]))
  folder.put('expired.crt.pem', certified('expired.crt.pem'))
})

const PASSED = '2026-01-01'
const env = withSecretFiles({
  ...{ RIGHT: CERTIFIED_PASSPHRASE, WRONG: 'wrong' },
  ...{ FILED_FILE: `${folder.path}/passphrase`, GONE_FILE: `${folder.path}/no-such-file` },
})
const partsOf = (change: Record<string, unknown>): MailParts => {
  const { mail } = parseConnection(aConnectionFile(change), 'mail').parts
  if (mail === null) throw new Error('it sends no mail')
  return mail
}
const problemsOf = async (change: { signing?: object; trust?: object; more?: object }): Promise<string[]> => {
  const { signing = { scheme: 'openpgp-clear', key: 'own.asc' }, trust = { keys: ['registry.asc'] }, more } = change
  const deps = { keyring: openKeyring(folder.path), env, clock: { now: () => SIGNED_AT } }
  const problems = await keyProblems(deps, partsOf({ signing, trust, ...more }))
  return problems.map(({ pointer, detail }) => `${pointer} ${detail}`)
}

describe('nothing is said of', () => {
  test.each([
    ['OpenPGP keys for OpenPGP', {}],
    ['a certified key and a certificate for S/MIME', smime()],
    ['PKCS #12 that its passphrase opens', smime({ key: 'own.p12', passphraseEnv: 'RIGHT' })],
    ['PKCS #12 that a passphrase in a file opens', smime({ key: 'own.p12', passphraseEnv: 'FILED' })],
    ['both kinds of pins where both kinds of schemes are taken', both('openpgp-clear', 'smime')],
    [
      'keys whose time has passed, whatever became of them, beside those in use',
      {
        signing: { scheme: 'smime', keys: [{ file: 'gone.pem', notAfter: PASSED }, { file: 'own.pem' }] },
        trust: { keys: [{ file: 'expired.crt.pem', notAfter: PASSED }, 'registry.crt.pem'] },
      },
    ],
  ])('%s', async (_, change) => {
    expect(await problemsOf(change)).toEqual([])
  })
})

describe('what keeps a key from its use is told with its place', () => {
  const cases: [string, Parameters<typeof problemsOf>[0], RegExp[]][] = [
    [
      'an OpenPGP key for S/MIME',
      { ...smime({ key: 'own.asc' }) },
      [
        /^\/signing\/key own\.asc is an OpenPGP key, which is for openpgp-clear and openpgp-mime and not for signing\.scheme smime$/,
      ],
    ],
    [
      'a certified key for OpenPGP',
      { signing: { scheme: 'openpgp-mime', key: 'own.pem' } },
      [/^\/signing\/key own\.pem is a certificate, which is for smime and not for signing\.scheme openpgp-mime$/],
    ],
    [
      'one of several keys',
      {
        signing: { scheme: 'openpgp-clear', keys: [{ file: 'own.asc' }, { file: 'own.pem', notBefore: '2027-01-01' }] },
      },
      [/^\/signing\/keys\/1 own\.pem is a certificate/],
    ],
    [
      'a pin that no scheme uses, the signing scheme being the one that is taken',
      { trust: { keys: ['registry.asc', 'registry.crt.pem'] } },
      [
        /^\/trust\/keys\/1 registry\.crt\.pem is a certificate, which is for smime and not for any of trust\.schemes \(openpgp-clear\)$/,
      ],
    ],
    [
      'a pin that no scheme uses, with schemes of its own',
      { trust: { keys: ['registry.asc'], schemes: ['smime'] } },
      [/^\/trust\/keys\/0 registry\.asc is an OpenPGP key, which .* not for any of trust\.schemes \(smime\)$/],
    ],
    [
      'the same while the rest of the file is wrong too',
      { ...smime({ key: 'own.asc' }), more: { mode: 'loud', title: '' } },
      [/^\/signing\/key own\.asc is an OpenPGP key/],
    ],
    ['two certificates as one pin', smime({}, ['two.pem']), [/^\/trust\/keys\/0 .*two\.pem .* holds 2 certificates/]],
    [
      'an expired pin',
      smime({}, ['expired.crt.pem']),
      [/^\/trust\/keys\/0 expired\.crt\.pem is expired.* or take this one out of trust\.keys$/],
    ],
    [
      'keys whose time has passed alone',
      {
        signing: { scheme: 'smime', keys: [{ file: 'own.pem', notAfter: PASSED }] },
        trust: { keys: [{ file: 'registry.crt.pem', notAfter: PASSED }] },
      },
      [/^\/signing\/keys has no key .*; name the key that is used now$/, /^\/trust\/keys has no key .* has passed/],
    ],
    ['our own key as a pin', smime({}, ['own.pem']), [/^\/trust\/keys\/0 .* holds a private key/]],
    [
      'a passphrase that is not set, once',
      smime({ key: 'own.p12', passphraseEnv: 'UNSET' }),
      [
        /^\/signing\/passphraseEnv names UNSET, which is not set .* UNSET_FILE: set one of them, and start the gateway again/,
      ],
    ],
    [
      'a passphrase whose file cannot be read, once',
      smime({ key: 'own.p12', passphraseEnv: 'GONE' }),
      [
        /^\/signing\/passphraseEnv names GONE: GONE_FILE names .*no-such-file, which cannot be read \(ENOENT: .*\): let /,
      ],
    ],
    [
      'a passphrase that is not set, and the missing file',
      smime({ key: 'absent.p12', passphraseEnv: 'UNSET' }),
      [/^\/signing\/passphraseEnv names UNSET/, /^\/signing\/key .*absent\.p12 is not in the keys folder/],
    ],
    ['no passphrase where one is needed', smime({ key: 'own.p12' }), [/^\/signing\/key .* has a passphrase/]],
    [
      'a wrong passphrase',
      smime({ key: 'own.p12', passphraseEnv: 'WRONG' }),
      [/^\/signing\/key The passphrase does not open key own\.p12/],
    ],
  ]
  test.each(cases)('%s', async (_, change, words) => {
    const problems = await problemsOf(change)
    expect(problems).toEqual(words.map((word) => expect.stringMatching(word)))
  })
})

function smime(signing: object = {}, keys: unknown[] = ['registry.crt.pem']) {
  return { signing: { scheme: 'smime', key: 'own.pem', ...signing }, trust: { keys } }
}

function both(...schemes: string[]) {
  return { trust: { keys: ['registry.asc', 'registry.crt.pem'], schemes } }
}
