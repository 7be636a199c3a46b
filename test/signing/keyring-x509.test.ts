import { spawnSync } from 'node:child_process'
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openKeyring } from '../../src/signing/keyring.js'
import type { CertifiedKey } from '../../src/signing/smime/sign.js'
import { writeSelfSigned } from '../../src/signing/x509/write-certificate.js'
import { needs } from '../helpers/needs.js'
import { CERTIFIED_PASSPHRASE, certified, emptyFolder, keyAndCertificate } from './certified-keys.js'
import { SIGNED_AT } from './fixtures.js'

const folder = emptyFolder()
const keyring = openKeyring(folder.path)
afterAll(() => folder.remove())

const at = SIGNED_AT
const LONG_AGO = new Date('2025-12-31T23:59:59Z')

const crt = (name: string) => certified(`${name}.crt.pem`).toString()
const key = (name: string) => certified(`${name}.key.pem`).toString()
const der = (name: string) => new X509Certificate(crt(name)).raw
const fingerprintOf = (name: string) => createHash('sha256').update(der(name)).digest('hex').toUpperCase()

/** The private key of the fixtures in another form. */
const keyAs = (name: string, options: { type: 'pkcs1' | 'sec1' | 'pkcs8'; cipher?: string; passphrase?: string }) =>
  createPrivateKey(key(name))
    .export({ format: 'pem', ...options })
    .toString()

const open = async (content: string | Buffer, passphrase: string | null = null, when = at) => {
  folder.put('tried', content)
  const opened = await keyring.signingKey('tried', passphrase, when)
  const { privateKey, certificate, chain } = opened.key as CertifiedKey
  expect(certificate.checkPrivateKey(privateKey)).toBe(true)
  return { ...opened, chain: chain.map(({ fingerprint256 }) => fingerprint256.replaceAll(':', '')) }
}

const refused = (content: string | Buffer, passphrase: string | null = null, when = at): Promise<string> =>
  open(content, passphrase, when).then(
    () => 'not refused',
    ({ name, code, temporary, message }) => `${name} ${code} ${temporary}: ${message}`,
  )

describe('a private key with its certificate', () => {
  test.each(['rsa2048', 'rsa3072', 'rsa4096', 'p256', 'p384', 'p521', 'issued-good', 'issued-non-repudiation'])(
    'signs: %s in PEM',
    async (name) => {
      const { format, fingerprint, expiresAt, chain } = await open(keyAndCertificate(name))
      expect({ format, fingerprint, expiresAt, chain }).toEqual({
        ...{ format: 'x509', fingerprint: fingerprintOf(name), chain: [] },
        expiresAt: new Date('2036-01-01T00:00:00Z'),
      })
    },
  )

  const forms: [string, () => string | Buffer, string | null, string][] = [
    ['the certificate first', () => crt('rsa2048') + key('rsa2048'), null, 'rsa2048'],
    ['PKCS #1', () => keyAs('rsa2048', { type: 'pkcs1' }) + crt('rsa2048'), null, 'rsa2048'],
    ['SEC 1', () => keyAs('p256', { type: 'sec1' }) + crt('p256'), null, 'p256'],
    [
      'the parameters of its curve before it',
      () =>
        `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${keyAndCertificate('p256')}`,
      null,
      'p256',
    ],
    [
      'words around the blocks, and CRLF',
      () => `Bag Attributes\n    friendlyName: x\n${keyAndCertificate('rsa2048')}\nend\n`.replaceAll('\n', '\r\n'),
      null,
      'rsa2048',
    ],
    ['the certificate twice', () => keyAndCertificate('rsa2048') + crt('rsa2048'), null, 'rsa2048'],
    ['a passphrase that it does not need', () => keyAndCertificate('rsa2048'), 'not needed', 'rsa2048'],
    [
      'PKCS #8 with a passphrase',
      () => keyAs('p256', { type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'päss' }) + crt('p256'),
      'päss',
      'p256',
    ],
    [
      'PKCS #1 with a passphrase',
      () => keyAs('rsa2048', { type: 'pkcs1', cipher: 'aes-128-cbc', passphrase: 'pass' }) + crt('rsa2048'),
      'pass',
      'rsa2048',
    ],
    ['what openssl locked', () => keyAndCertificate('locked'), CERTIFIED_PASSPHRASE, 'rsa3072'],
    ['PKCS #12 with RSA', () => certified('rsa2048.p12'), null, 'rsa2048'],
    ['PKCS #12 with P-256', () => certified('p256.p12'), null, 'p256'],
    ['PKCS #12 with RSA and a passphrase', () => certified('locked.p12'), CERTIFIED_PASSPHRASE, 'rsa3072'],
    ['PKCS #12 with P-256 and a passphrase', () => certified('locked-p256.p12'), CERTIFIED_PASSPHRASE, 'p256'],
    ['PKCS #12 as it was made for long', () => certified('old-ciphers.p12'), CERTIFIED_PASSPHRASE, 'rsa2048'],
  ]
  test.each(forms)('may have %s', async (_, content, passphrase, name) => {
    expect(await open(content(), passphrase)).toMatchObject({ fingerprint: fingerprintOf(name), chain: [] })
  })

  test.each([
    ['last first', ['ca', 'issued-below', 'issued-deep']],
    ['first first', ['issued-deep', 'issued-below', 'ca']],
    ['with a stranger between them', ['issued-deep', 'stranger', 'ca', 'issued-below']],
  ])('brings its chain in its order: %s', async (_, names) => {
    const { fingerprint, chain } = await open(names.map(crt).join('') + key('issued-deep'))
    expect({ fingerprint, chain }).toEqual({
      fingerprint: fingerprintOf('issued-deep'),
      chain: [fingerprintOf('issued-below'), fingerprintOf('ca')],
    })
  })

  test('brings its chain out of PKCS #12', async () => {
    const { fingerprint, chain } = await open(certified('chain.p12'), CERTIFIED_PASSPHRASE)
    expect({ fingerprint, chain }).toEqual({ fingerprint: fingerprintOf('issued-good'), chain: [fingerprintOf('ca')] })
  })

  test('goes by its newest certificate, and by one that an authority issued before one that signs itself', async () => {
    const keys = {
      privateKey: createPrivateKey(key('issued-good')),
      publicKey: new X509Certificate(crt('issued-good')).publicKey,
    }
    const [older, newer] = ['2026-02-01', '2026-03-01'].map((from) => {
      const window = { notBefore: new Date(from), notAfter: new Date('2027-01-01') }
      const self = new X509Certificate(
        writeSelfSigned(keys, { user: { name: 'Own', email: 'own@hoster.example' }, ...window }),
      )
      return { pem: self.toString(), fingerprint: self.fingerprint256.replaceAll(':', '') }
    })
    for (const order of [
      [older, newer],
      [newer, older],
    ]) {
      const own = order.map((certificate) => certificate?.pem).join('')
      expect(await open(key('issued-good') + own)).toMatchObject({ fingerprint: newer?.fingerprint, chain: [] })
      expect(await open(key('issued-good') + own + crt('issued-good'))).toMatchObject({
        fingerprint: fingerprintOf('issued-good'),
      })
    }
  })

  test.each([
    ['no passphrase', () => keyAndCertificate('locked'), null, /key-locked .* has a passphrase: name the environment/],
    ['a wrong passphrase', () => keyAndCertificate('locked'), 'wrong', /key-locked .* does not open key tried/],
    ['no passphrase for PKCS #12', () => certified('locked.p12'), null, /key-locked .* has a passphrase: name/],
    ['a wrong passphrase for PKCS #12', () => certified('locked.p12'), 'wrong', /key-locked .* does not open key/],
    ['an empty passphrase that is wrong', () => certified('locked-p256.p12'), '', /key-locked .* does not open key/],
  ])('is refused with %s', async (_, content, passphrase, words) => {
    const said = await refused(content(), passphrase)
    expect(said).toMatch(/^Fault .* false: /)
    expect(said).toMatch(words)
  })

  test.each([
    ['RSA of 1024 bits', 'rsa1024', /its key is RSA 1024; it takes RSA of 2048 bits or more, P-256/],
    ['RSA for PSS alone', 'rsa-pss', /its key is RSA-PSS 2048/],
    ['Ed25519', 'ed25519', /its key is Ed25519/],
    ['a certificate for encryption', 'issued-encryption-only', /its key usage allows no digital signatures/],
    ['the certificate of an authority', 'ca', /its key usage allows no digital signatures/],
  ])('is refused when it is %s', async (_, name, words) => {
    const said = await refused(keyAndCertificate(name))
    expect(said).toMatch(/^Fault key-unusable false: Key tried cannot sign: /)
    expect(said).toMatch(words)
    expect(await keyring.describe('tried')).toMatchObject({ usable: false, secret: true })
  })

  test('is refused when it has expired, or is not valid yet', async () => {
    expect(await refused(keyAndCertificate('expired'))).toMatch(
      /^Fault key-expired false: Key tried has expired \(its certificate ended 2026-02-01T00:00:00\.000Z\)/,
    )
    expect(await refused(keyAndCertificate('rsa2048'), null, LONG_AGO)).toMatch(
      /^Fault key-unusable false: Key tried cannot sign at 2025-12-31T23:59:59\.000Z: .* only from 2026-01-01/,
    )
  })

  test.each([
    ['the first second', '2026-01-01T00:00:00Z', true],
    ['the last second', '2026-02-01T00:00:00Z', true],
    ['a second later', '2026-02-01T00:00:01Z', false],
  ])('at %s of its time', async (_, when, holds) => {
    const said = await refused(keyAndCertificate('expired'), null, new Date(when))
    expect(said).toMatch(holds ? /^not refused$/ : /^Fault key-expired/)
  })

  const broken: [string, () => string | Buffer, RegExp][] = [
    [
      'the certificate of another key',
      () => key('rsa2048') + crt('stranger'),
      /none of its certificates belongs to its/,
    ],
    ['no certificate', () => key('rsa2048'), /holds a private key without its certificate; add the certificate/],
    [
      'no certificate, in DER',
      () => createPrivateKey(key('rsa2048')).export({ format: 'der', type: 'pkcs8' }),
      /in DER without a certificate; put both into one PEM/,
    ],
    [
      'two private keys',
      () => keyAndCertificate('rsa2048') + keyAndCertificate('p256'),
      /holds 2 private keys; keep one/,
    ],
    ['the same private key twice', () => key('rsa2048') + keyAndCertificate('rsa2048'), /holds 2 private keys/],
    ['a certificate alone', () => crt('rsa2048'), /holds a certificate alone: to sign, put its private key into/],
    [
      'a request',
      () => `${key('rsa2048')}-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n`,
      /holds a CERTIFICATE REQUEST, which is neither/,
    ],
    [
      'a public key',
      () => '-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n',
      /holds a PUBLIC KEY, which is neither/,
    ],
    [
      'a block without its end',
      () => keyAndCertificate('rsa2048').replace(/-----END CERTIFICATE-----\s*$/, ''),
      /a PEM block without its end/,
    ],
    ['a certificate that is damaged', () => key('rsa2048') + crt('rsa2048').replace(/\n.{64}\n/, '\n'), /certificate/],
    [
      'a private key that is damaged',
      () => key('rsa2048').replace(/\n.{64}\n/, '\n') + crt('rsa2048'),
      /its private key cannot be read/,
    ],
    [
      'octets after a certificate in DER',
      () => Buffer.concat([der('rsa2048'), Buffer.from([0])]),
      /certificate is malformed/,
    ],
    ['a PKCS #12 that is damaged', () => certified('rsa2048.p12').subarray(0, -20), /cannot be read/],
    ['a PKCS #12 whose octets were changed', () => flipped(certified('rsa2048.p12'), 400), /key-locked|cannot be read/],
    [
      'a hundred blocks and more',
      () => `${keyAndCertificate('p256')}${crt('p256').repeat(99)}`,
      /holds 101 PEM blocks/,
    ],
    ['nothing', () => '', /is empty/],
  ]
  test.each(broken)('is refused with %s', async (_, content, words) => {
    const said = await refused(content())
    expect(said).toMatch(/^Fault key-(unusable|locked) false: Key (file )?tried /)
    expect(said).toMatch(words)
  })

  test('is refused when others can read it, and its certificate alone is not', async () => {
    folder.put('open.pem', keyAndCertificate('rsa2048'))
    await keyring.signingKey('open.pem', null, at)
    chmodSync(join(folder.path, 'open.pem'), 0o644)
    await expect(keyring.signingKey('open.pem', null, at)).rejects.toMatchObject({ code: 'key-mode' })
    await expect(keyring.describe('open.pem')).rejects.toThrow('can be read by others (mode 0644): run chmod 600')
    folder.put('open.p12', certified('locked.p12'))
    chmodSync(join(folder.path, 'open.p12'), 0o640)
    await expect(keyring.signingKey('open.p12', CERTIFIED_PASSPHRASE, at)).rejects.toMatchObject({ code: 'key-mode' })
    folder.put('public.pem', crt('rsa2048'))
    chmodSync(join(folder.path, 'public.pem'), 0o644)
    expect(await keyring.describe('public.pem')).toMatchObject({ secret: false })
  })
})

const flipped = (bytes: Buffer, place: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[place] = (copy[place] ?? 0) ^ 1
  return copy
}

describe('a pin', () => {
  const pinned = (content: string | Buffer) => {
    folder.put('pin', content, 0o600)
    return keyring.pinnedKeys([{ file: 'pin', notBefore: null, notAfter: at, names: ['a@b.example'] }])
  }

  test.each([
    ['a certificate in PEM', () => crt('rsa2048'), 'rsa2048'],
    ['a certificate in DER', () => der('rsa2048'), 'rsa2048'],
    ['the certificate of an authority', () => crt('ca'), 'ca'],
    ['an expired certificate, for the verdict to say so', () => crt('expired'), 'expired'],
  ])('is %s', async (_, content, name) => {
    const window = { file: 'pin', notBefore: null, notAfter: at, names: ['a@b.example'] }
    expect(await pinned(content())).toEqual([{ ...window, format: 'x509', bytes: new Uint8Array(der(name)) }])
  })

  test.each([
    ['two certificates', () => crt('rsa2048') + crt('ca'), /holds 2 certificates and no private key; keep the one/],
    ['a private key', () => keyAndCertificate('rsa2048'), /holds a private key: a registry's certificate belongs/],
    ['PKCS #12', () => certified('locked.p12'), /holds a private key: a registry's certificate belongs/],
  ])('is not %s', async (_, content, words) => {
    await expect(pinned(content())).rejects.toMatchObject({ name: 'Fault', code: 'key-unusable' })
    await expect(pinned(content())).rejects.toThrow(words)
  })
})

describe('describe', () => {
  test('says whose a certificate is', async () => {
    folder.put('described.pem', crt('issued-two-names'))
    expect(await keyring.describe('described.pem')).toEqual({
      file: 'described.pem',
      format: 'x509',
      fingerprint: fingerprintOf('issued-two-names'),
      userIds: ['CN=Sealpost test issued-two-names', 'noc@registry.example', 'ROBOT@Registry.Example'],
      notBefore: new Date('2026-01-01T00:00:00Z'),
      expiresAt: new Date('2036-01-01T00:00:00Z'),
      algorithm: 'RSA 2048',
      secret: false,
      usable: true,
      weak: [],
      ca: false,
    })
  })

  test.each([
    ['rsa1024', 'RSA 1024', true, false],
    ['rsa-pss', 'RSA-PSS 2048', true, false],
    ['p384', 'P-384', true, false],
    ['ed25519', 'Ed25519', false, false],
    ['ca', 'RSA 2048', true, true],
    ['ca-no-signing', 'RSA 2048', true, true],
    ['issued-encryption-only', 'RSA 2048', false, false],
  ])('of the certificate %s: %s, usable %s, authority %s', async (name, algorithm, usable, ca) => {
    folder.put('described.pem', crt(name))
    expect(await keyring.describe('described.pem')).toMatchObject({ algorithm, usable, ca })
  })

  test('needs no passphrase for a locked key in PEM, and one for PKCS #12', async () => {
    folder.put('locked.pem', crt('ca') + key('locked') + crt('locked'))
    expect(await keyring.describe('locked.pem')).toMatchObject({ fingerprint: fingerprintOf('rsa3072'), secret: true })
    folder.put('locked.p12', certified('locked.p12'))
    await expect(keyring.describe('locked.p12')).rejects.toMatchObject({ code: 'key-locked' })
    expect(await keyring.describe('locked.p12', CERTIFIED_PASSPHRASE)).toMatchObject({
      fingerprint: fingerprintOf('rsa3072'),
    })
  })
})

const withOpenssl = await needs('openssl')

withOpenssl('PKCS #12 as openssl makes it', () => {
  const pkcs12 = (name: string, passphrase: string, ...options: string[]): Buffer => {
    const inkey = folder.put('p12.key.pem', key(name))
    const cert = folder.put('p12.crt.pem', crt(name))
    const files = ['-inkey', join(folder.path, inkey), '-in', join(folder.path, cert)]
    const { status, stdout, stderr } = spawnSync(
      'openssl',
      ['pkcs12', '-export', ...files, '-passout', 'env:PASS', ...options],
      { env: { ...process.env, PASS: passphrase, LC_ALL: 'C.UTF-8' } },
    )
    expect(`${status} ${stderr}`).toBe('0 ')
    return stdout
  }

  test.each([
    ['by default', 'pass', []],
    ['with a passphrase that is not ASCII', 'grüße 日本', []],
    [
      'with one, and older ciphers',
      'grüße',
      ['-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'],
    ],
    ['with AES-128 and SHA-1', 'pass', ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-128-CBC', '-macalg', 'sha1']],
    ['with SHA-512 to check it', 'pass', ['-macalg', 'sha512']],
    ['with the certificate in clear', 'pass', ['-certpbe', 'NONE']],
    ['with nothing enciphered', 'pass', ['-certpbe', 'NONE', '-keypbe', 'NONE']],
    ['without a check value', 'pass', ['-nomac']],
  ])('%s', async (_, passphrase, options) => {
    for (const name of ['rsa2048', 'p256'])
      expect(await open(pkcs12(name, passphrase, ...options), passphrase)).toMatchObject({
        fingerprint: fingerprintOf(name),
      })
  })

  test('without a check value and with another passphrase', async () => {
    expect(await refused(pkcs12('p256', 'pass', '-nomac'), 'wrong')).toMatch(/^Fault key-(locked|unusable)/)
  })
})
