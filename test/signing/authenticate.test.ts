import { describe, expect, test } from 'vitest'
import { later, mailFixture, pin, receive, SIGNED_AT, toCrlf, toLf, verdictOf } from './fixtures.js'

/* What is not trusted, row by row of the security tables: openpgp-table-*.test.ts. */

const KEYS = ['rsa2048', 'rsa3072', 'rsa4096', 'ed25519', 'subkey'] as const
const CLEAR_TEXT = 'RESULT: success\nSTID: 1e7d\nCTID: 4711\n-- dash\nFrom Köln with blanks\nINFO: 0 Bücher für Müller'
const MIME_TEXT = 'RESULT: success\nSTID: 1e7d\nCTID: 4711\n-- dash\nINFO: 0 Bücher für Müller\n'

describe('what gpg signed is trusted', () => {
  const cases = KEYS.flatMap((key) =>
    ['utf8', 'latin1'].flatMap((charset) =>
      [toLf, toCrlf].map((ends) => ({ key, charset, ends, lineEnds: ends === toLf ? 'LF' : 'CRLF' })),
    ),
  )

  test.each(cases)('clear-signed with $key, $charset, $lineEnds', async ({ key, charset, ends }) => {
    const result = await receive(ends(mailFixture(`clear-${charset}-${key}`)), { keys: [pin('stranger'), pin(key)] })
    expect(result.verdict.reason).toMatch(/^signed by [0-9A-F]{40} at 2026-06-01T12:00:0\d\.000Z; key /)
    expect(result.content?.text).toBe(CLEAR_TEXT)
    expect(result.verdict.kind).toBe('trusted')
  })

  test.each(cases)('PGP/MIME with $key, $charset, $lineEnds', async ({ key, charset, ends }) => {
    const result = await receive(ends(mailFixture(`mime-${charset}-${key}`)), { keys: [pin(key)] })
    expect(result.verdict.reason).toContain('signed by')
    expect(result.content?.text).toBe(MIME_TEXT)
  })

  test('the digest is of what was signed, whatever carried it', async () => {
    const raw = mailFixture('clear-utf8-rsa2048').toString('latin1')
    const split = raw.indexOf('\n\n') + 2
    const base64 = `${raw.slice(0, split).replace('8bit', 'base64')}${Buffer.from(raw.slice(split), 'latin1').toString('base64')}\n`
    const armored = raw.replace('-----BEGIN PGP SIGNATURE-----\n', '-----BEGIN PGP SIGNATURE-----\nComment: again\n')
    const bare = `From: robot@registry.example\n\n${raw.slice(split)}`
    const results = await Promise.all(
      [raw, base64, armored, bare, `From robot Mon Jun  1 12:00:00 2026\n${raw}`].map((mail) => receive(mail)),
    )
    const digests = new Set(results.map(({ content }) => content?.sha256))
    expect([...digests]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
  })

  test('content and verdict carry the primary key of a signing subkey', async () => {
    const result = await receive(mailFixture('clear-utf8-subkey'), { keys: [pin('subkey')] })
    expect(result.content?.fingerprint).toBe(result.verdict.fingerprint)
    expect(result.verdict.reason).toContain(`signed by ${result.verdict.fingerprint}`)
    expect(result.content?.signedAt.getTime()).toBe(SIGNED_AT.getTime())
  })
})

test('a signature of which nothing holds names no signer; one that is only too old names it', async () => {
  const good = mailFixture('clear-utf8-rsa2048')
  const forged = await receive(good.toString('latin1').replace('4711', '4712'))
  expect(forged).toMatchObject({ stage: 'untrusted', content: null, verdict: { fingerprint: null, signedAt: null } })
  const old = await receive(good, { receivedAt: later(24 * 8) })
  expect(old).toMatchObject({ stage: 'untrusted', content: null, verdict: { signedAt: SIGNED_AT } })
  expect(old.verdict.fingerprint).toMatch(/^[0-9A-F]{40}$/)
})

test('a scheme that the connection does not take', async () => {
  const [clear, mime] = [mailFixture('clear-utf8-rsa2048'), mailFixture('mime-utf8-rsa2048')]
  expect(await verdictOf(clear, { schemes: ['openpgp-mime'] })).toMatch(/^quarantined .* does not take$/)
  expect(await verdictOf(mime, { schemes: ['openpgp-clear'] })).toMatch(/^quarantined .* does not take$/)
})

describe('mail without a signature', () => {
  test.each([
    ['plain text', 'Content-Type: text/plain\n\nRESULT: success\n'],
    ['no MIME fields at all', 'Subject: hi\n\nRESULT: success\n'],
    ['a quoted block alone', 'Subject: hi\n\n> -----BEGIN PGP SIGNED MESSAGE-----\n> x\n'],
    ['HTML', 'Content-Type: text/html\n\n<p>RESULT: success</p>\n'],
  ])('%s is untrusted as unsigned', async (_, raw) => {
    expect(await verdictOf(raw)).toBe('untrusted (unsigned): it carries no signature')
  })

  test.each([
    ['an alternative', 'Content-Type: multipart/alternative; boundary=b\n\n--b\n\nx\n--b--\n'],
    ['an attachment', 'Content-Type: application/pdf\n\nx\n'],
    ['a header that is none', 'hello\n\nRESULT: success\n'],
    ['nothing', ''],
  ])('%s is put aside or unsigned, and never trusted', async (_, raw) => {
    expect(await verdictOf(raw)).toMatch(/^(quarantined|untrusted) \(unsigned\)/)
  })
})
