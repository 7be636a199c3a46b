/*
 * gpg as an independent judge of the mails that tricks are played with: whatever we believe, gpg believes. Where gpg
 * believes more than we do is printed with our reason: those differences are meant.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WEAKNESSES } from '../../src/core/connection.js'
import { readEntity, withoutMboxLine } from '../../src/mail/mime.js'
import { readMultipart } from '../../src/mail/multipart.js'
import { needs } from '../helpers/needs.js'
import { FIXTURES, mailFixture, pin, RECEIVED_AT, receive } from './fixtures.js'
import { armorOf, trick, trickPin } from './openpgp-tricks.js'

const namesIn = (folder: string, end: string): string[] =>
  readdirSync(join(FIXTURES, folder)).flatMap((name) => (name.endsWith(end) ? [name.slice(0, -end.length)] : []))

/** Files that hold the same key as another one. */
const REVOKED = /revoked/

const withGpg = await needs('gpg')

withGpg('gpg as a judge', () => {
  const home = mkdtempSync(join(tmpdir(), 'sealpost-judge-'))
  const gpg = (...args: string[]) =>
    spawnSync('gpg', ['--homedir', home, '--batch', '--no-tty', '--status-fd', '1', '--trust-model', 'always', ...args])
  const file = (name: string, content: Buffer) => {
    writeFileSync(join(home, name), content)
    return join(home, name)
  }
  const keys = namesIn('keys', '.pub.asc').filter((name) => !REVOKED.test(name))
  const trickKeys = namesIn('tricks/keys', '.pub.asc').filter((name) => !REVOKED.test(name))
  const pins = [...keys.map((name) => pin(name)), ...trickKeys.map((name) => trickPin(name))]

  beforeAll(() => {
    const files = [
      ...keys.map((name) => join(FIXTURES, 'keys', `${name}.pub.asc`)),
      ...trickKeys.map((name) => join(FIXTURES, 'tricks/keys', `${name}.pub.asc`)),
    ]
    expect(gpg('--import', ...files).status).toBe(0)
  })
  afterAll(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    rmSync(home, { recursive: true, force: true })
  })

  /** As gpg is called for such a mail: on the mail as it is, or on a part and its signature. */
  const verify = (raw: Buffer): { good: boolean; said: string } => {
    const time = RECEIVED_AT.toISOString().replace(/[-:]|\.\d+Z/g, '')
    const entity = readEntity(withoutMboxLine(raw))
    const multipart =
      entity.ok && entity.value.contentType.type === 'multipart/signed' ? readMultipart(entity.value) : null
    const [signed = Buffer.alloc(0)] = multipart?.ok ? multipart.value.parts : []
    const what =
      multipart === null
        ? [file('mail', raw)]
        : [file('signature', Buffer.from(armorOf(raw), 'latin1')), file('part', signed)]
    const { status, stdout } = gpg('--faked-system-time', `${time}!`, '--verify', ...what)
    const said = stdout.toString('latin1')
    return { good: status === 0 && said.includes('[GNUPG:] GOODSIG') && said.includes('[GNUPG:] VALIDSIG'), said }
  }

  // The bomb is left out: gpg unpacks it.
  const MAILS: [name: string, raw: Buffer][] = [
    ...namesIn('mails', '.eml').map((name): [string, Buffer] => [name, mailFixture(name)]),
    ...namesIn('tricks/mails', '.eml')
      .filter((name) => name !== 'message-bomb')
      .map((name): [string, Buffer] => [`tricks/${name}`, trick(name)]),
  ]

  test('believes every mail that we believe, with overrides or without', async () => {
    const counts = { both: 0, neither: 0, gpgAlone: 0 }
    const wrong: string[] = []
    for (const [name, raw] of MAILS) {
      const strict = await receive(raw, { keys: pins })
      const lenient = await receive(raw, { keys: pins, weak: [...WEAKNESSES] })
      const { good, said } = verify(raw)
      if (lenient.stage === 'trusted' && !good) wrong.push(`${name}: ${said}`)
      if (strict.stage === 'trusted' && lenient.stage !== 'trusted') wrong.push(`${name}: an override takes trust away`)
      if (!good) counts.neither += 1
      else if (strict.stage === 'trusted') counts.both += 1
      else {
        counts.gpgAlone += 1
        console.info(`gpg alone believes ${name}: ${strict.verdict.reason}`)
      }
    }
    console.info(`${MAILS.length} mails: ${JSON.stringify(counts)}`)
    expect(wrong).toEqual([])
    expect(counts.both).toBeGreaterThan(20)
    expect(counts.gpgAlone).toBeGreaterThan(10)
  })
})
