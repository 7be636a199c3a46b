import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authenticate } from '../../src/signing/authenticate.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { signMail } from '../../src/signing/sign-mail.js'
import { copyKey } from '../helpers/gateway.js'
import { accountOf, loadMailProfiles } from '../helpers/mail-profiles.js'
import { needs } from '../helpers/needs.js'
import { signedContent, unsignedContent } from '../helpers/signed-content.js'

/**
 * Whole mails of every profile whose registry knows OpenPGP. `requests` and `replies` of its fixtures are texts; `golden` are the
 * requests as mails that we signed, `mails` the replies as mails that gpg signed, or that nobody did where the registry never signs.
 */
const FIXTURES = join(import.meta.dirname, '../fixtures')
const SIGNED_AT = new Date('2026-06-01T12:00:00Z')
const FORMS = { 'openpgp-clear': 'clear', 'openpgp-mime': 'mime' } as const
type OpenPgp = keyof typeof FORMS

const isOpenPgp = (scheme: string): scheme is OpenPgp => Object.hasOwn(FORMS, scheme)
const filesOf = (id: string, kind: string, ending: string): string[] => {
  const at = join(FIXTURES, id, kind)
  return existsSync(at) ? readdirSync(at).filter((name) => name.endsWith(ending)) : []
}

const profiles = (await loadMailProfiles())
  .map((profile) => ({ id: profile.id, profile, schemes: profile.schemes.filter(isOpenPgp) }))
  .filter(({ schemes }) => schemes.length > 0)

const folder = mkdtempSync(join(tmpdir(), 'sealpost-mails-'))
afterAll(() => rmSync(folder, { recursive: true }))

const [neverSign, sign] = [
  profiles.filter(({ profile }) => profile.decodeUnsigned !== undefined),
  profiles.filter(({ profile }) => profile.decodeUnsigned === undefined),
]

describe.each(sign)('$id: whole mails, signed by gpg, mean what their text means', ({ id, profile, schemes }) => {
  const mails = filesOf(id, 'mails', '.eml')
  const key = { file: 'registry.asc', notBefore: null, notAfter: null, names: null, format: 'openpgp' as const }
  const bytes = readFileSync(join(FIXTURES, 'openpgp/keys/rsa2048.pub.asc'))

  test('there is one of each kind of reply in each form', () => {
    const kinds = filesOf(id, 'replies', '.txt').map((name) => name.replace('.txt', ''))
    expect(kinds.length).toBeGreaterThan(0)
    const wanted = kinds.flatMap((kind) => schemes.map((scheme) => `${kind}.${FORMS[scheme]}.eml`))
    expect(mails.sort()).toEqual(wanted.sort())
  })

  test.each(mails)('%s', async (name) => {
    const account = accountOf(profile)
    const result = await authenticate({
      several: profile.signsSeveral === true,
      raw: readFileSync(join(FIXTURES, id, 'mails', name)),
      trust: { schemes: [...schemes], maxAge: 86_400_000, weak: [] },
      registryAddresses: [],
      keys: [{ ...key, bytes }],
      receivedAt: new Date('2026-06-01T12:00:10Z'),
    })
    expect(result.verdict).toMatchObject({ kind: 'trusted', signedAt: SIGNED_AT })
    if (result.stage !== 'trusted') throw new Error('the mail is not trusted')
    const text = readFileSync(join(FIXTURES, id, 'replies', name.replace(/\.(clear|mime)\.eml$/, '.txt')), 'utf8')
    expect(profile.decode(result.content, account)).toEqual(profile.decode(signedContent(text, SIGNED_AT), account))
  })
})

describe.each(neverSign)('$id: whole mails without a signature mean what their text means', ({ id, profile }) => {
  const mails = filesOf(id, 'mails', '.eml')

  test('there is one of each kind of reply', () => {
    expect(mails.length).toBeGreaterThan(0)
    expect(mails.sort()).toEqual(
      filesOf(id, 'replies', '.txt')
        .map((name) => name.replace('.txt', '.plain.eml'))
        .sort(),
    )
  })

  test.each(mails)('%s', async (name) => {
    const result = await authenticate({
      raw: readFileSync(join(FIXTURES, id, 'mails', name)),
      ...{ trust: { schemes: [...profile.schemes], maxAge: 86_400_000, weak: [] }, registryAddresses: [], keys: [] },
      receivedAt: new Date('2026-06-01T12:00:10Z'),
    })
    if (result.stage === 'trusted' || result.unsigned === null) throw new Error('the mail is not taken as unsigned')
    const text = readFileSync(join(FIXTURES, id, 'replies', name.replace('.plain.eml', '.txt')), 'utf8')
    const reading = profile.decodeUnsigned?.(result.unsigned, {})
    expect(reading).toEqual(profile.decodeUnsigned?.(unsignedContent(text), {}))
    expect(reading?.messageId).toBe('<sp-20250301-000101@hoster.example>')
  })
})

/** `GOLDEN=write npx vitest run test/profiles/mails.test.ts` writes them anew; read the difference. */
const WRITE = process.env['GOLDEN'] === 'write'

const golden = profiles.flatMap(({ id, schemes }) =>
  filesOf(id, 'requests', '.txt').flatMap((draft) =>
    schemes.map((scheme) => ({ id, draft, scheme, name: draft.replace('.txt', `.${scheme}.eml`) })),
  ),
)
type Golden = (typeof golden)[number]

const fileOf = ({ id, name }: Golden): string => join(FIXTURES, id, 'golden', name)

const write = async ({ id, draft, scheme }: Golden): Promise<Buffer> => {
  const [subject = '', ...body] = readFileSync(join(FIXTURES, id, 'requests', draft), 'utf8').split('\n')
  const key = await openKeyring(folder).signingKey('gateway.asc', null, SIGNED_AT)
  return signMail({
    ...{ scheme, key, at: SIGNED_AT, from: 'domains@hoster.example', to: 'robot@registry.example' },
    ...{ replyTo: `${id}-main@in.hoster.example`, subject: subject.replace('Subject: ', '') },
    ...{ messageId: '<sp-20250301-000101@hoster.example>', body: body.slice(1).join('\n') },
  })
}

describe('golden mails', () => {
  beforeAll(() => copyKey(folder, 'ed25519.sec.asc', 'gateway.asc', true))

  test.each(profiles)('$id has one of each request in each form', ({ id }) => {
    const wanted = golden.filter((one) => one.id === id).map(({ name }) => name)
    expect(wanted.length).toBeGreaterThan(0)
    if (!WRITE) expect(filesOf(id, 'golden', '.eml').sort()).toEqual(wanted.sort())
  })

  test.each(golden)('$id/$name is the same octets every time, in lines of at most 76', async (one) => {
    const raw = await write(one)
    if (WRITE) writeFileSync(fileOf(one), raw)
    const wire = readFileSync(fileOf(one), 'latin1')
    expect(raw.toString('latin1')).toBe(wire)
    expect(Math.max(...wire.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76)
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
    expect(gpg('--import', join(FIXTURES, 'openpgp/keys/ed25519.pub.asc')).status).toBe(0)
  })
  afterAll(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    rmSync(home, { recursive: true })
  })

  test.each(golden.filter(({ scheme }) => scheme === 'openpgp-clear'))('$id/$name', (one) => {
    const raw = readFileSync(fileOf(one), 'latin1')
    const file = join(home, 'mail')
    writeFileSync(file, raw.includes('quoted-printable') ? decodeQuotedPrintable(raw) : raw, 'latin1')
    const { status, stderr } = gpg('--verify', file)
    expect(stderr).toContain('Good signature')
    expect(status).toBe(0)
  })

  test.each(golden.filter(({ scheme }) => scheme === 'openpgp-mime'))('$id/$name', (one) => {
    const raw = readFileSync(fileOf(one), 'latin1')
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
