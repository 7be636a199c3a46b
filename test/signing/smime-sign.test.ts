import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openKeyring } from '../../src/signing/keyring.js'
import { signMail } from '../../src/signing/sign-mail.js'
import { needs } from '../helpers/needs.js'
import { CERTIFIED_PASSPHRASE, certified, emptyFolder, keyAndCertificate } from './certified-keys.js'
import { RECEIVED_AT, SIGNED_AT } from './fixtures.js'
import { pinned, receiveSmime } from './smime-fixtures.js'

const folder = emptyFolder()
const keyring = openKeyring(folder.path)
afterAll(() => folder.remove())

const PKCS12: Record<string, [string, string | null]> = {
  'rsa2048.p12': ['rsa2048', null],
  'p256.p12': ['p256', null],
  'locked.p12': ['rsa3072', CERTIFIED_PASSPHRASE],
  'locked-p256.p12': ['p256', CERTIFIED_PASSPHRASE],
}
const PEM = ['rsa2048', 'rsa3072', 'rsa4096', 'p256', 'p384', 'p521']

/** Every key that we sign with, and the certificate that its signatures are judged with. */
const KEYS = [
  ...PEM.map((name) => ({ file: `${name}.pem`, certificate: name, passphrase: null })),
  ...Object.entries(PKCS12).map(([file, [certificate, passphrase]]) => ({ file, certificate, passphrase })),
]

const SHORT = 'Action: CREATE\nDomain: bücher-müller.de\n\n- dash\nFrom Köln\n.\n=\nCtid: abc'
const BODIES = ['Action: CREATE\nDomain: example.de', SHORT, `${SHORT}\n${'Straße '.repeat(40).trim()}`]

type Mail = { file: string; body?: string; passphrase?: string | null; at?: Date; subject?: string }

const sign = async ({ file, body = SHORT, passphrase = null, at = SIGNED_AT, subject = 'CREATE' }: Mail) => {
  const content = file.endsWith('.p12') ? certified(file) : keyAndCertificate(file.replace(/\.pem$/, ''))
  const key = await keyring.signingKey(folder.put(file, content), passphrase, at)
  const addresses = { from: 'domains@hoster.example', to: 'robot@registry.example', replyTo: null }
  return signMail({ scheme: 'smime', key, at, ...addresses, subject, messageId: '<1@hoster.example>', body })
}

describe('our own verification', () => {
  test.each(KEYS)('trusts what $file signed', async ({ file, certificate, passphrase }) => {
    for (const body of BODIES) {
      const raw = await sign({ file, passphrase, body })
      const { verdict, content } = await receiveSmime(raw, { keys: [pinned(certificate)], receivedAt: RECEIVED_AT })
      expect(verdict).toMatchObject({ kind: 'trusted', reason: expect.stringContaining('signed by') })
      expect(content?.text.trimEnd()).toBe(body)
      expect(content?.signedAt).toEqual(SIGNED_AT)
    }
  })

  test('trusts a signature by a certificate that its authority issued, by the authority alone', async () => {
    const raw = await sign({ file: 'issued-good.pem' })
    const { verdict } = await receiveSmime(raw, { keys: [pinned('ca')], receivedAt: RECEIVED_AT })
    expect(verdict.kind).toBe('trusted')
  })

  test('does not trust it after a change', async () => {
    const raw = (await sign({ file: 'p256.pem' })).toString('latin1')
    const changed = raw.replace('Ctid: abc', 'Ctid: abd')
    expect(changed).not.toBe(raw)
    const { verdict } = await receiveSmime(changed, { keys: [pinned('p256')], receivedAt: RECEIVED_AT })
    expect(verdict.kind).toBe('untrusted')
  })
})

test('RSA signs the same mail twice as the same octets, and another second as others', async () => {
  const [one, two] = [await sign({ file: 'rsa3072.pem' }), await sign({ file: 'rsa3072.pem' })]
  const later = await sign({ file: 'rsa3072.pem', at: new Date(SIGNED_AT.getTime() + 1_000) })
  expect(one.equals(two)).toBe(true)
  expect(one.equals(later)).toBe(false)
})

const withOpenssl = await needs('openssl')

withOpenssl('openssl, as it is installed here', () => {
  const openssl = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('openssl', args)
    return { status, stdout, stderr: stderr.toString() }
  }
  const file = (name: string, content: string | Buffer) => {
    writeFileSync(join(folder.path, name), content)
    return join(folder.path, name)
  }
  const authority = (name: string) => file(`${name}.ca`, certified(`${name}.crt.pem`))
  const verify = (tool: 'cms' | 'smime', raw: Buffer, ca: string) =>
    openssl(tool, '-verify', '-in', file('mail.eml', raw), '-CAfile', authority(ca))

  test.each(KEYS)('verifies what $file signed', async ({ file: key, certificate, passphrase }) => {
    for (const body of BODIES) {
      const raw = await sign({ file: key, passphrase, body })
      for (const tool of ['cms', 'smime'] as const) {
        const { status, stdout, stderr } = verify(tool, raw, certificate)
        expect(`${status} ${stderr.trim()}`).toMatch(/^0 (CMS )?Verification successful$/)
        expect(raw.includes(stdout.toString('latin1').trimEnd())).toBe(true)
        expect(stdout.toString('latin1')).toContain('Action: CREATE')
      }
    }
  })

  test('verifies it with the authority of the chain that came along', async () => {
    folder.put('deep.pem', keyAndCertificate('issued-deep') + certified('issued-below.crt.pem').toString())
    const key = await keyring.signingKey('deep.pem', null, SIGNED_AT)
    const raw = await signMail({
      ...{ scheme: 'smime', key, at: SIGNED_AT, body: SHORT, subject: 'x', messageId: '<1@x.example>' },
      ...{ from: 'a@x.example', to: 'b@x.example', replyTo: null },
    })
    expect(verify('cms', raw, 'ca')).toMatchObject({ status: 0 })
    expect(verify('cms', await sign({ file: 'issued-deep.pem' }), 'ca').status).not.toBe(0)
  })

  test('does not verify a mail that was changed, or another certificate', async () => {
    const raw = await sign({ file: 'rsa2048.pem' })
    const changed = Buffer.from(raw.toString('latin1').replace('Ctid: abc', 'Ctid: abd'), 'latin1')
    expect(verify('cms', changed, 'rsa2048').stderr).toMatch(/verification failure|digest/i)
    expect(verify('cms', raw, 'stranger').status).not.toBe(0)
  })

  test.each([
    ['rsa2048', 'sha256', 'rsaEncryption'],
    ['p256', 'sha256', 'ecdsa-with-SHA256'],
    ['p384', 'sha384', 'ecdsa-with-SHA384'],
    ['p521', 'sha512', 'ecdsa-with-SHA512'],
  ])(
    'reads the signature of %s as SignedData of version 1 with one signer: %s, %s',
    async (name, digest, algorithm) => {
      const raw = await sign({ file: `${name}.pem` })
      const { stdout } = openssl('cms', '-cmsout', '-print', '-noout', '-in', file('mail.eml', raw))
      const text = stdout.toString()
      expect(text.match(/^ {4}version: 1$/gm)).toHaveLength(1)
      expect(text.match(/issuerAndSerialNumber/g)).toHaveLength(1)
      expect(text).toMatch(/eContent: <ABSENT>/)
      expect([...text.matchAll(/object: (\w+) \(1\.2\.840\.113549\.1\.9/g)].map(([, type]) => type).sort()).toEqual([
        'contentType',
        'messageDigest',
        'signingTime',
      ])
      expect(text).toContain('UTCTIME:Jun  1 12:00:00 2026 GMT')
      expect(text).toMatch(new RegExp(`signatureAlgorithm: \\n +algorithm: ${algorithm} `))
      expect(text).toMatch(new RegExp(`digestAlgorithm: \\n +algorithm: ${digest} `))
      expect(raw.toString('latin1')).toContain(`micalg=${digest.replace('sha', 'sha-')};`)
    },
  )
})
