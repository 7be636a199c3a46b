import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { profile } from '../../../src/profiles/denic/index.js'
import { authenticate } from '../../../src/signing/authenticate.js'
import { openKeyring } from '../../../src/signing/keyring.js'
import { signMail } from '../../../src/signing/sign-mail.js'
import { copyKey } from '../../helpers/gateway.js'
import { needs } from '../../helpers/needs.js'
import { signedContent } from '../../helpers/signed-content.js'

const FIXTURES = join(import.meta.dirname, '../../fixtures/denic')
const SIGNED_AT = new Date('2026-06-01T12:00:00Z')
const SCHEMES = ['openpgp-clear', 'openpgp-mime'] as const

const folder = mkdtempSync(join(tmpdir(), 'sealpost-mails-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('whole mails of the registry, signed by gpg, mean what their text means', () => {
  const mails = readdirSync(join(FIXTURES, 'mails')).filter((name) => name.endsWith('.eml'))
  const key = { file: 'registry.asc', notBefore: null, notAfter: null, names: null, format: 'openpgp' as const }
  const bytes = readFileSync(join(FIXTURES, '../openpgp/keys/rsa2048.pub.asc'))

  test('there are two of each kind of reply', () => {
    const kinds = readdirSync(join(FIXTURES, 'replies')).flatMap((name) => {
      const kind = name.replace('.txt', '')
      return [`${kind}.clear.eml`, `${kind}.mime.eml`]
    })
    expect(mails.sort()).toEqual(kinds.sort())
  })

  test.each(mails)('%s', async (name) => {
    const result = await authenticate({
      raw: readFileSync(join(FIXTURES, 'mails', name)),
      trust: { schemes: [...SCHEMES], maxAge: 86_400_000, weak: [] },
      registryAddresses: [],
      keys: [{ ...key, bytes }],
      receivedAt: new Date('2026-06-01T12:00:10Z'),
    })
    expect(result.verdict).toMatchObject({ kind: 'trusted', signedAt: SIGNED_AT })
    if (result.stage !== 'trusted') throw new Error('the mail is not trusted')
    const text = readFileSync(join(FIXTURES, 'replies', name.replace(/\.(clear|mime)\.eml$/, '.txt')), 'utf8')
    expect(profile.decode(result.content, {})).toEqual(profile.decode(signedContent(text, SIGNED_AT), {}))
  })
})

/** `GOLDEN=write npx vitest run test/profiles/denic/mails.test.ts` writes them anew; read the difference. */
const WRITE = process.env['GOLDEN'] === 'write'

const drafts = readdirSync(join(FIXTURES, 'requests')).filter((name) => name.endsWith('.txt'))
const golden = drafts.flatMap((draft) =>
  SCHEMES.map((scheme) => [draft.replace('.txt', `.${scheme}.eml`), draft, scheme] as const),
)

const write = async (draft: string, scheme: (typeof SCHEMES)[number]): Promise<Buffer> => {
  const [subject = '', ...body] = readFileSync(join(FIXTURES, 'requests', draft), 'utf8').split('\n')
  const key = await openKeyring(folder).signingKey('gateway.asc', null, SIGNED_AT)
  return signMail({
    ...{ scheme, key, at: SIGNED_AT, from: 'domains@hoster.example', to: 'robot@registry.example' },
    ...{ replyTo: 'denic-main@in.hoster.example', subject: subject.replace('Subject: ', '') },
    ...{ messageId: '<sp-20250301-000101@hoster.example>', body: body.slice(1).join('\n') },
  })
}

describe('golden mails', () => {
  beforeAll(() => copyKey(folder, 'ed25519.sec.asc', 'gateway.asc', true))

  test.each(golden)('%s is the same octets every time', async (name, draft, scheme) => {
    const raw = await write(draft, scheme)
    const file = join(FIXTURES, 'golden', name)
    if (WRITE) writeFileSync(file, raw)
    expect(raw.toString('latin1')).toBe(readFileSync(file, 'latin1'))
  })

  test.each(golden)('%s has lines of at most 76 octets', (name) => {
    const lines = readFileSync(join(FIXTURES, 'golden', name), 'latin1').split('\r\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76)
  })
})

const withGpg = await needs('gpg')
withGpg('gpg accepts the golden mails', () => {
  const home = mkdtempSync(join(tmpdir(), 'sealpost-gpg-'))
  const gpg = (...args: string[]) =>
    spawnSync('gpg', ['--homedir', home, '--batch', '--faked-system-time', '20260601T120100!', ...args], {
      encoding: 'utf8',
    })
  beforeAll(() => {
    expect(gpg('--import', join(FIXTURES, '../openpgp/keys/ed25519.pub.asc')).status).toBe(0)
  })
  afterAll(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    rmSync(home, { recursive: true })
  })

  test.each(golden.filter(([, , scheme]) => scheme === 'openpgp-clear'))('%s', (name) => {
    const raw = readFileSync(join(FIXTURES, 'golden', name), 'latin1')
    const file = join(home, 'mail')
    writeFileSync(file, raw.includes('quoted-printable') ? decodeQuotedPrintable(raw) : raw, 'latin1')
    const { status, stderr } = gpg('--verify', file)
    expect(stderr).toContain('Good signature')
    expect(status).toBe(0)
  })

  test.each(golden.filter(([, , scheme]) => scheme === 'openpgp-mime'))('%s', (name) => {
    const raw = readFileSync(join(FIXTURES, 'golden', name), 'latin1')
    const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? ''
    const [, part = '', signature = ''] = raw.split(`\r\n--${boundary}`)
    writeFileSync(join(home, 'part'), part.replace(/^\r\n/, ''), 'latin1')
    writeFileSync(join(home, 'signature'), signature, 'latin1')
    const { status, stderr } = gpg('--verify', join(home, 'signature'), join(home, 'part'))
    expect(stderr).toContain('Good signature')
    expect(status).toBe(0)
  })
})

const decodeQuotedPrintable = (text: string): string =>
  text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
