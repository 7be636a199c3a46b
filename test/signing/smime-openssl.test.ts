import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'
import { toCrlf } from './fixtures.js'
import { pinned, receiveSmime, SMIME } from './smime-fixtures.js'

const PART =
  'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nRESULT: success\nINFO: Bücher\n'

const withOpenssl = await needs('openssl')

withOpenssl('openssl, as it is installed here, signs what is trusted', () => {
  const signed = (key: string, options: readonly string[]): Buffer => {
    const file = join(SMIME, 'keys', key)
    const args = ['cms', '-sign', '-signer', `${file}.crt.pem`, '-inkey', `${file}.key.pem`, ...options]
    const { status, stdout, stderr } = spawnSync('openssl', args, { input: Buffer.from(PART) })
    expect([status, stderr.toString()]).toEqual([0, ''])
    return toCrlf(stdout)
  }

  const algorithms = [
    ...['rsa2048', 'rsa3072', 'rsa4096'].flatMap((key) => [
      { key, padding: [] },
      { key, padding: ['-keyopt', 'rsa_padding_mode:pss'] },
    ]),
    { key: 'p256', padding: [] },
  ]
  const cases = algorithms.flatMap(({ key, padding }) =>
    ['sha256', 'sha384', 'sha512'].map((digest) => ({
      key,
      digest,
      padding,
      by: padding.length === 0 ? 'plain' : 'PSS',
    })),
  )

  test.each(cases)('$key, $digest, $by', async ({ key, digest, padding }) => {
    for (const certificates of [[], ['-nocerts']]) {
      for (const form of [[], ['-nodetach']]) {
        const raw = signed(key, ['-md', digest, ...padding, ...certificates, ...form])
        const result = await receiveSmime(raw, { keys: [pinned(key)], receivedAt: new Date() })
        expect(result.verdict.reason).toMatch(/^signed by/)
        expect(result).toMatchObject({ stage: 'trusted', content: { text: 'RESULT: success\nINFO: Bücher\n' } })
      }
    }
  })

  test('by a certificate that a pinned authority issued, and with the key identifier as its name', async () => {
    for (const options of [[], ['-keyid'], ['-certfile', join(SMIME, 'keys', 'ca.crt.pem')], ['-cades']]) {
      const raw = signed('issued-good', options)
      const { verdict } = await receiveSmime(raw, { keys: [pinned('ca')], receivedAt: new Date() })
      expect(verdict.reason).toMatch(/^signed by [0-9A-F]{64} at .*; key ca\.crt\.pem$/)
    }
  })

  test('by a certificate as `openssl req -x509` makes it, which calls itself an authority', async () => {
    const folder = temporaryFolder()
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'crt.pem')]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=robot']
    spawnSync('openssl', [...request, '-keyout', key, '-out', certificate])
    const { raw: bytes, ca } = new X509Certificate(readFileSync(certificate))
    expect(ca).toBe(true)
    const keys = [{ ...pinned('ca'), file: 'robot.crt', bytes }]
    for (const options of [[], ['-nocerts'], ['-nodetach'], ['-keyid']]) {
      const { stdout } = spawnSync('openssl', ['cms', '-sign', '-signer', certificate, '-inkey', key, ...options], {
        input: Buffer.from(PART),
      })
      const { verdict } = await receiveSmime(toCrlf(stdout), { keys, receivedAt: new Date() })
      expect(verdict.reason).toMatch(/^signed by [0-9A-F]{64} at .*; key robot\.crt$/)
    }
    rmSync(folder, { recursive: true })
  })
})
