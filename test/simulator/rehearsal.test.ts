import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SCHEMES } from '../../src/core/connection.js'
import { newRegistryKey, type RegistryKey, takesMail } from '../../src/simulator/rehearsal.js'
import { temporaryFolder } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'

const ADDRESS = 'robot@registry.example'
const AT = new Date('2026-07-01T10:00:00Z')
const DAY = 86_400_000
const TEXT = 'RESULT: success\nName: Müller'

const newKey = (scheme: (typeof SCHEMES)[number]) => newRegistryKey({ scheme, address: ADDRESS, at: AT })
const write = (key: RegistryKey, at = AT) => key.write({ to: 'in@hoster.example', text: TEXT, at })

describe.each(SCHEMES)('a registry that signs by %s', (scheme) => {
  let mine: RegistryKey
  let other: RegistryKey
  let mail: Buffer
  beforeAll(async () => {
    ;[mine, other] = await Promise.all([newKey(scheme), newKey(scheme)])
    mail = await write(mine)
  })
  const takes = (octets: Buffer, keys: readonly RegistryKey[], at = AT) =>
    takesMail(octets, { trusted: keys.map(({ publicKey }) => publicKey), at })

  test('takes what one of the keys that it knows has signed, and has its text', async () => {
    const answer = await takes(mail, [other, mine])
    expect(answer.ok && answer.text.trim()).toBe(TEXT)
  })

  test.each([
    ['by a key that it does not know', async () => takes(mail, [other])],
    [
      'and changed since',
      async () => takes(Buffer.from(mail.toString('latin1').replace('success', 'failure'), 'latin1'), [mine]),
    ],
    ['at no time of the key', async () => takes(mail, [mine], new Date(AT.getTime() - 2 * DAY))],
    ['and knows no key at all', async () => takes(mail, [])],
    ['by nobody', async () => takes(Buffer.from('Subject: x\r\n\r\nRESULT: success\r\n'), [mine])],
    ['in no mail', async () => takes(Buffer.from([0, 255, 1]), [mine])],
  ])('refuses what is signed %s', async (_, refused) => {
    expect(await refused()).toMatchObject({ ok: false, reason: expect.stringMatching(/.{10}/) })
  })
})

test('what is signed in two forms is not taken for each other', async () => {
  const [pgp, cms] = [await newKey('openpgp-mime'), await newKey('smime')]
  expect(await takesMail(await write(pgp), { trusted: [cms.publicKey], at: AT })).toMatchObject({ ok: false })
  expect(await takesMail(await write(cms), { trusted: [pgp.publicKey], at: AT })).toMatchObject({ ok: false })
})

const withOpenssl = await needs('openssl')
withOpenssl('openssl as a judge of S/MIME', () => {
  const folder = temporaryFolder()
  const at = (file: string) => path.join(folder, file)
  const openssl = (...args: string[]) => spawnSync('openssl', args, { encoding: 'latin1' })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('it verifies what the registry signs', async () => {
    const key = await newKey('smime')
    writeFileSync(at('registry.pem'), key.publicKey)
    const verify = (mail: Buffer) => {
      writeFileSync(at('mail'), mail)
      const when = String(AT.getTime() / 1_000)
      const trust = ['-CAfile', at('registry.pem'), '-partial_chain', '-purpose', 'smimesign', '-attime', when]
      return openssl('cms', '-verify', '-in', at('mail'), ...trust).status
    }
    const mail = await write(key)
    expect(verify(mail)).toBe(0)
    expect(verify(Buffer.from(mail.toString('latin1').replace('success', 'failure'), 'latin1'))).not.toBe(0)
  })

  test.each(['rsa:2048', 'ec -pkeyopt ec_paramgen_curve:P-256'])(
    'the registry takes what it signs, %s',
    async (kind) => {
      const name = ['-subj', '/CN=Gateway', '-days', '2', '-nodes']
      const made = openssl(
        'req',
        '-x509',
        '-newkey',
        ...kind.split(' '),
        ...name,
        '-keyout',
        at('key'),
        '-out',
        at('cert'),
      )
      expect(made.status, made.stderr).toBe(0)
      writeFileSync(at('text'), 'Content-Type: text/plain\r\n\r\nAction: CREATE\r\n')
      const files = ['-in', at('text'), '-out', at('signed'), '-signer', at('cert'), '-inkey', at('key')]
      const signed = openssl('cms', '-sign', '-md', 'sha256', '-crlfeol', '-binary', ...files)
      expect(signed.status, signed.stderr).toBe(0)
      // It writes LF around the parts, and the mail system puts CRLF there.
      const mail = Buffer.from(readFileSync(at('signed'), 'latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
      const trusted = [readFileSync(at('cert'), 'utf8')]
      const answer = await takesMail(mail, { trusted, at: new Date(Date.now() + 60_000) })
      expect(answer.ok ? answer.text.trim() : answer.reason).toBe('Action: CREATE')
    },
  )
})
