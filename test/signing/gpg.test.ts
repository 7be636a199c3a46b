import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEntity } from '../../src/mail/mime.js'
import { readMultipart } from '../../src/mail/multipart.js'
import { decodeLeaf } from '../../src/mail/transfer-encoding.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { signMail } from '../../src/signing/sign-mail.js'
import { needs } from '../helpers/needs.js'
import { FIXTURES, pin, receive, toCrlf } from './fixtures.js'
import { keysFolder } from './keys.js'

const KEYS = ['rsa2048', 'rsa3072', 'rsa4096', 'ed25519', 'subkey']
const SHORT =
  'Action: CREATE\nDomain: bücher-müller.de\n\n- dash\n-----BEGIN PGP SIGNED MESSAGE-----\nFrom Köln  \n.\nCtid: abc\n\n'
const ASCII = 'Action: CREATE\nDomain: example.de\nCtid: abc'
const LONG = `${SHORT}${'Straße '.repeat(40)}\n`

const withGpg = await needs('gpg')

withGpg('gpg, as it is installed here', () => {
  const home = mkdtempSync(join(tmpdir(), 'sealpost-gpg-'))
  const folder = keysFolder()
  const keyring = openKeyring(folder.path)

  const gpg = (args: string[], options: { input?: Buffer; utf8?: boolean } = {}) => {
    const all = [
      '--homedir',
      home,
      '--batch',
      '--yes',
      '--no-tty',
      '--status-fd',
      '2',
      '--pinentry-mode',
      'loopback',
      ...args,
    ]
    const { status, stdout, stderr } = spawnSync('gpg', all, {
      input: options.input ?? Buffer.alloc(0),
      env: { ...process.env, LC_ALL: 'C' },
    })
    return { status, stdout, stderr: stderr.toString() }
  }
  const file = (name: string, content: Buffer | string) => {
    writeFileSync(join(home, name), content)
    return join(home, name)
  }

  beforeAll(() => {
    const files = KEYS.map((name) => join(FIXTURES, 'keys', `${name}.sec.asc`))
    expect(gpg(['--import', ...files]).status).toBe(0)
  })
  afterAll(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    rmSync(home, { recursive: true, force: true })
    folder.remove()
  })

  const sign = async (name: string, scheme: 'openpgp-clear' | 'openpgp-mime', body: string) => {
    const at = new Date()
    const key = await keyring.signingKey(`${name}.sec.asc`, null, at)
    const address = 'robot@registry.example'
    return signMail({
      scheme,
      key,
      at,
      from: address,
      to: address,
      replyTo: null,
      subject: 'CREATE',
      messageId: '<1@x.example>',
      body,
    })
  }
  const bodyOf = (raw: Buffer) => {
    const entity = readEntity(raw)
    if (!entity.ok) throw new Error(entity.reason)
    const leaf = decodeLeaf(entity.value)
    if (!leaf.ok) throw new Error(leaf.reason)
    return leaf.value
  }
  const partsOf = (raw: Buffer) => {
    const entity = readEntity(raw)
    const multipart = entity.ok ? readMultipart(entity.value) : entity
    if (!multipart.ok) throw new Error(multipart.reason)
    const [signed = Buffer.alloc(0), signature = Buffer.alloc(0)] = multipart.value.parts
    return { signed, signature: bodyOf(signature) }
  }

  test.each(KEYS.flatMap((key) => [ASCII, SHORT].map((body) => ({ key, body }))))(
    'verifies the whole clear-signed mail of $key as stored',
    async ({ key, body }) => {
      const raw = await sign(key, 'openpgp-clear', body)
      const { status, stderr } = gpg(['--verify'], { input: raw })
      expect(stderr).toContain('[GNUPG:] GOODSIG')
      expect(status).toBe(0)
      const { stdout } = gpg(['--decrypt'], { input: raw })
      expect(stdout.toString('utf8').replaceAll('\r\n', '\n')).toBe(
        `${body.replace(/[ \t]+$/gm, '').replace(/\n$/, '')}\n`,
      )
    },
  )

  test('verifies the decoded body of a clear-signed mail with long lines', async () => {
    const { stderr } = gpg(['--verify'], { input: bodyOf(await sign('rsa2048', 'openpgp-clear', LONG)) })
    expect(stderr).toContain('[GNUPG:] GOODSIG')
  })

  test.each(KEYS.flatMap((key) => [ASCII, LONG].map((body) => ({ key, body }))))(
    'verifies the PGP/MIME mail of $key',
    async ({ key, body }) => {
      const { signed, signature } = partsOf(await sign(key, 'openpgp-mime', body))
      const { status, stderr } = gpg(['--verify', file('sig', signature), file('signed', signed)])
      expect(stderr).toContain('[GNUPG:] GOODSIG')
      expect(status).toBe(0)
    },
  )

  test('does not verify a mail that was changed', async () => {
    const raw = await sign('ed25519', 'openpgp-clear', ASCII)
    expect(gpg(['--verify'], { input: Buffer.from(raw.toString().replace('abc', 'abd')) }).stderr).toContain(
      '[GNUPG:] BADSIG',
    )
  })

  test.each(KEYS)('what it clear-signs with %s now is trusted', async (key) => {
    for (const text of [
      Buffer.from(SHORT),
      Buffer.from(SHORT, 'latin1'),
      Buffer.from(SHORT.replaceAll('\n', '\r\n')),
    ]) {
      const { stdout } = gpg(['--local-user', `${key}@test.example`, '--clear-sign'], { input: text })
      const { verdict, content } = await receive(toCrlf(Buffer.concat([Buffer.from('Subject: reply\n\n'), stdout])), {
        keys: [pin(key)],
        receivedAt: new Date(),
      })
      expect(verdict.reason).toContain('signed by')
      expect(content?.text).toBe(SHORT.replace(/[ \t]+$/gm, '').replace(/\n$/, ''))
    }
  })

  test.each(KEYS)('what it signs as a detached part with %s now is trusted', async (key) => {
    for (const mode of [[], ['--textmode']]) {
      const part = `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${SHORT.replaceAll('\n', '\r\n')}`
      const { stdout } = gpg([
        ...mode,
        '--local-user',
        `${key}@test.example`,
        '--armor',
        '--output',
        '-',
        '--detach-sign',
        file('part', part),
      ])
      const head = 'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r\n\r\n--b\r\n'
      const raw = `${head}${part}\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n${stdout.toString()}\r\n--b--\r\n`
      const { verdict, content } = await receive(toCrlf(Buffer.from(raw)), { keys: [pin(key)], receivedAt: new Date() })
      expect(verdict.reason).toContain('signed by')
      expect(content?.text).toBe(SHORT)
    }
  })
})
