import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { enums, readPrivateKey, SecretKeyPacket } from 'openpgp'
import { describe, expect, test } from 'vitest'
import {
  FIXTURES,
  later,
  mailFixture,
  pin,
  RECEIVED_AT,
  receive,
  SIGNED_AT,
  toCrlf,
  toLf,
  verdictOf,
} from './fixtures.js'

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

describe('a signature that does not make it trusted', () => {
  const good = 'clear-utf8-rsa2048'
  const wrong: [string, string, Parameters<typeof verdictOf>[1], RegExp][] = [
    ['by a key that is not pinned', 'clear-stranger', {}, /by key [0-9A-F]{40}, which this connection does not pin/],
    ['by a key that is not pinned, PGP/MIME', 'mime-stranger', {}, /which this connection does not pin/],
    ['with no key pinned', good, { keys: [] }, /which this connection does not pin/],
    ['with a pin that is no key', good, { keys: [pin('rsa2048', { bytes: Buffer.from('x') })] }, /does not pin/],
    ['with SHA-1', 'clear-sha1', {}, /uses SHA1; SHA-256 or better/],
    ['with SHA-1, PGP/MIME', 'mime-sha1', {}, /uses SHA1; SHA-256 or better/],
    ['with SHA-224', 'clear-sha224', {}, /uses SHA224; SHA-256 or better/],
    ['with RIPEMD-160', 'clear-ripemd160', {}, /uses RIPEMD; SHA-256 or better/],
    ['by RSA of 1024 bits', 'clear-rsa1024', { keys: [pin('rsa1024')] }, /does not hold|not valid/],
    ['by DSA', 'clear-dsa', { keys: [pin('dsa')] }, /does not hold|not valid/],
    ['by a key revoked as compromised', 'clear-utf8-ed25519', { keys: [pin('revoked-compromised')] }, /revoked/],
    ['by a key revoked as superseded', 'clear-utf8-ed25519', { keys: [pin('revoked-superseded')] }, /revoked/],
    [
      'made before its key expired, come after',
      'clear-expiring',
      { keys: [pin('expiring')], receivedAt: later(24 * 31), maxAge: 1e12 },
      /expired at 2026-07-01/,
    ],
    ['from the future', good, { receivedAt: later(-0.1) }, /after the mail came/],
    ['too old', good, { receivedAt: later(24 * 8) }, /longer ago than this connection accepts/],
    ['that has itself expired', 'clear-signature-expires', { receivedAt: later(25) }, /Signature is expired/],
    ['by a pin that is not valid yet', good, { keys: [pin('rsa2048', { notBefore: later(1) })] }, /pinned only from/],
    ['by a pin that is over', good, { keys: [pin('rsa2048', { notAfter: later(0) })] }, /was pinned only until/],
  ]

  test.each(wrong)('%s', async (_, name, options, reason) => {
    const verdict = await verdictOf(mailFixture(name), options)
    expect(verdict).toMatch(/^untrusted \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test('by a signing subkey that was revoked later', async () => {
    const { file, bytes } = pin('subkey')
    const sec = readFileSync(join(FIXTURES, 'keys', 'subkey.sec.asc'), 'latin1')
    const key = await readPrivateKey({ armoredKey: sec })
    const reason = { flag: enums.reasonForRevocation.keySuperseded }
    if (!(key.keyPacket instanceof SecretKeyPacket)) throw new Error(`${file} has no private part`)
    const { keyPacket } = key
    key.subkeys = await Promise.all(key.subkeys.map((subkey) => subkey.revoke(keyPacket, reason, later(24))))
    const revoked = pin('subkey', { bytes: Buffer.from(key.toPublic().write()) })
    expect(Buffer.from(bytes).equals(revoked.bytes)).toBe(false)
    expect(await verdictOf(mailFixture('clear-utf8-subkey'), { keys: [revoked] })).toMatch(/^untrusted .*revoked/)
  })

  test('the same mails are fine a little earlier, or with the right pin', async () => {
    const fine = [
      verdictOf(mailFixture('clear-expiring'), { keys: [pin('expiring')] }),
      verdictOf(mailFixture('clear-signature-expires'), { receivedAt: later(23) }),
      verdictOf(mailFixture(good), { receivedAt: later(-0.05) }),
      verdictOf(mailFixture(good), { receivedAt: later(24 * 6.9) }),
      verdictOf(mailFixture(good), {
        keys: [pin('rsa2048', { notAfter: later(0) }), pin('rsa2048', { notBefore: later(0) })],
      }),
      verdictOf(mailFixture('clear-sha256')),
    ]
    for (const verdict of await Promise.all(fine)) expect(verdict).toMatch(/^trusted/)
  })

  test('of which nothing holds names no signer; one that is only too old names it', async () => {
    const forged = await receive(mailFixture(good).toString('latin1').replace('4711', '4712'))
    expect(forged).toMatchObject({ stage: 'untrusted', content: null, verdict: { fingerprint: null, signedAt: null } })
    const old = await receive(mailFixture(good), { receivedAt: later(24 * 8) })
    expect(old.verdict.fingerprint).toMatch(/^[0-9A-F]{40}$/)
    expect(old.verdict.signedAt).toBeInstanceOf(Date)
  })
})

describe('a clear-signed mail of another shape is put aside', () => {
  const raw = mailFixture('clear-utf8-rsa2048').toString('latin1')
  const split = raw.indexOf('\n\n') + 2
  const block = raw.slice(split)
  const change = (from: string | RegExp, to: string) => {
    const changed = raw.replace(from, to)
    expect(changed).not.toBe(raw)
    return changed
  }
  const cases: [string, () => string | Buffer, RegExp][] = [
    ['text before the block', () => change('\n\n', '\n\nCTID: 9\n'), /stands before/],
    ['text after the block', () => `${raw}CTID: 9\n`, /something follows/],
    ['a mailing list footer', () => `${raw}_____\nlist mailing list\n`, /something follows/],
    ['a second block', () => `${raw}${block}`, /second signed message/],
    [
      "an attacker's block first",
      () => change('\n\n', `\n\n${block.replace('4711', '4712')}`),
      /second signed message/,
    ],
    ['two signers', () => mailFixture('clear-two-signers'), /not exactly one signature packet/],
    ['a Comment header', () => change('Hash: SHA512\n', 'Hash: SHA512\nComment: x\n'), /header other than Hash/],
    ['text among the headers', () => change('Hash: SHA512\n', 'Hash: SHA512\nCTID: 9\n'), /header other than Hash/],
    ['text in the Hash header', () => change('SHA512\n', 'SHA512 CTID: 9\n'), /header other than Hash/],
    ['a NUL in the Hash header', () => change('SHA512\n', 'SHA512\0 CTID: 9\n'), /control character/],
    ['a form feed in the Hash header', () => change('SHA512\n', 'SHA512\f CTID: 9\n'), /control character/],
    ['NotDashEscaped', () => mailFixture('clear-not-dash-escaped'), /header other than Hash/],
    ['a dash that is not escaped', () => change('- -- dash', '-- dash'), /not escaped/],
    ['a form feed in the text', () => change('4711', '47\f11'), /control character/],
    ['a NUL in the text', () => change('4711', '4711\0'), /control character/],
    ['a bare CR in the text', () => change('4711', '47\r11'), /control character/],
    ['DEL in the text', () => change('4711', '47\x7f11'), /control character/],
    ['no signature', () => raw.slice(0, raw.indexOf('-----BEGIN PGP SIGNATURE')), /has no signature/],
    ['a signature without an end', () => change('-----END PGP SIGNATURE-----', ''), /does not end/],
    [
      'a huge signature part',
      () => change('-----END PGP SIG', `${'A'.repeat(9_000)}\n-----END PGP SIG`),
      /more than 8192/,
    ],
    ['a signature that is not base64', () => change('\n\niQ', '\n\n!Q'), /base64/],
    ['an inline PGP message', () => mailFixture('pgp-message'), /stands before its signed message/],
    ['UTF-7', () => change('charset=utf-8', 'charset=utf-7'), /hides ASCII/],
    ['UTF-16', () => change('charset=utf-8', 'charset="UTF-16LE"'), /hides ASCII/],
    ['ISO-2022-JP', () => change('charset=utf-8', 'charset=iso-2022-jp'), /hides ASCII/],
    [
      'two Content-Type fields',
      () => change('MIME-Version', 'Content-Type: text/html\nMIME-Version'),
      /2 content-type fields/,
    ],
    ['an unknown transfer encoding', () => change('8bit', 'x-uuencode'), /Content-Transfer-Encoding/],
    ['HTML', () => change('text/plain', 'text/html'), /HTML/],
    ['text/markdown', () => change('text/plain', 'text/markdown'), /text\/markdown/],
    ['more than 256 KiB', () => change('\n\n', `\n\n${' '.repeat(262_144)}\n`), /octets; at most/],
    [
      'wrapped in multipart/mixed',
      () => `Content-Type: multipart/mixed; boundary=b\n\n--b\n${raw}\n--b--\n`,
      /multipart\/mixed/,
    ],
    ['forwarded as message/rfc822', () => `Content-Type: message/rfc822\n\n${raw}`, /message\/rfc822/],
  ]

  test.each(cases)('%s', async (_, mail, reason) => {
    const verdict = await verdictOf(mail())
    expect(verdict).toMatch(/^quarantined \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test('a scheme that the connection does not take', async () => {
    expect(await verdictOf(raw, { schemes: ['openpgp-mime'] })).toMatch(/^quarantined .* does not take$/)
    expect(await verdictOf(mailFixture('mime-utf8-rsa2048'), { schemes: ['openpgp-clear'] })).toMatch(
      /^quarantined .* does not take$/,
    )
  })

  test('changes on the way that mean nothing do no harm', async () => {
    const harmless = [
      toCrlf(Buffer.from(raw, 'latin1')),
      change('RESULT: success', 'RESULT: success  \t'),
      change('RESULT: success', '- RESULT: success'),
      change('Hash: SHA512\n', ''),
      change('Hash: SHA512\n', 'Hash: SHA256, SHA512\n'),
      change('SIGNATURE-----\n', 'SIGNATURE-----\nVersion: GnuPG v2\nComment: hello\n'),
      `${raw}\n \t\n`,
      change('\n\n', '\n\n\n  \n'),
    ]
    const results = await Promise.all(harmless.map((mail) => receive(mail)))
    for (const { stage, content } of results) expect([stage, content?.text]).toEqual(['trusted', CLEAR_TEXT])
    expect(await verdictOf(change('Hash: SHA512', 'Hash: SHA256'))).toMatch(/which its Hash header does not name/)
  })

  test('C1 controls in Latin-1 and in UTF-8 are refused', async () => {
    expect(await verdictOf(change('4711', '47\x8511'))).toMatch(/^quarantined .*control character/)
    expect(await verdictOf(change('4711', '47\xc2\x8511'))).toMatch(/^quarantined .*control character/)
  })
})

describe('a PGP/MIME mail of another shape is put aside', () => {
  const raw = mailFixture('mime-utf8-rsa2048').toString('latin1')
  const change = (from: string | RegExp, to: string) => {
    const changed = raw.replace(from, to)
    expect(changed).not.toBe(raw)
    return changed
  }
  const part = 'Content-Type: text/plain\r\n\r\nCTID: 9\r\n'
  const cases: [string, () => string | Buffer, RegExp][] = [
    ['three parts', () => change('\r\n--=-=b--', `\r\n--=-=b\r\n${part}\r\n--=-=b--`), /3 parts/],
    ['one part', () => change(/\r\n--=-=b\r\nContent-Type: application.*--=-=b--/s, '\r\n--=-=b--'), /1 parts/],
    ['an epilogue', () => `${raw}CTID: 9\r\n`, /after its last part/],
    ['no closing boundary', () => change('\r\n--=-=b--\r\n', ''), /closing boundary is missing/],
    ['a boundary that another continues', () => change('STID', '--=-=bb\r\nSTID'), /starts with the boundary/],
    ['no boundary parameter', () => change('; boundary="=-=b"', ''), /boundary is missing/],
    ['two boundary parameters', () => change('; boundary', '; boundary=x; boundary'), /boundary twice/],
    ['a comment in the boundary', () => change('boundary="=-=b"', 'boundary=(x)"=-=b"'), /comment or is malformed/],
    ['a split boundary', () => change('boundary="=-=b"', 'boundary*0="=-=b"'), /splits or encodes boundary/],
    ['two Content-Type fields', () => change('MIME-V', 'Content-Type: text/plain\r\nMIME-V'), /2 content-type fields/],
    ['a signed part that is HTML', () => change('text/plain', 'text/html'), /text\/html, not text\/plain/],
    [
      'a signed part that is a multipart',
      () => change('text/plain;', 'multipart/mixed; boundary=q;'),
      /not text\/plain/,
    ],
    ['a signature part of another type', () => change('pgp-signature; name', 'octet-stream; name'), /not a signature/],
    [
      'text around the signature',
      () => change('-----BEGIN PGP SIG', 'x\r\n-----BEGIN PGP SIG'),
      /does not start with a signature/,
    ],
    ['two signers', () => mailFixture('mime-two-signers'), /not exactly one signature packet/],
    ['a NUL in the signed part', () => change('4711', '47\x0011'), /control character/],
    ['a hidden character set', () => change('charset=utf-8', 'charset=utf-7'), /hides ASCII/],
    ['S/MIME', () => change('pgp-signature"', 'pkcs7-signature"'), /multipart\/signed/],
    [
      'nested in multipart/mixed',
      () => `Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n${raw}\r\n--x--\r\n`,
      /multipart\/mixed/,
    ],
  ]

  test.each(cases)('%s', async (_, mail, reason) => {
    const verdict = await verdictOf(mail())
    expect(verdict).toMatch(/^quarantined \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test('changed content, or a changed header of the signed part, does not hold', async () => {
    expect(await verdictOf(change('4711', '4712'))).toMatch(/^untrusted .*does not hold/)
    expect(await verdictOf(change('text/plain; charset=utf-8', 'text/plain; charset=latin1'))).toMatch(/^untrusted/)
    expect(await verdictOf(change('Content-Transfer-Encoding: 8bit', 'Content-Transfer-Encoding: 7bit'))).toMatch(
      /^untrusted/,
    )
  })

  test('a preamble and micalg mean nothing', async () => {
    expect(await verdictOf(change('\r\n\r\n--', '\r\n\r\nCTID: 9\r\n--'))).toMatch(/^trusted/)
    expect((await receive(change('\r\n\r\n--', '\r\n\r\nCTID: 9\r\n--'))).content?.text).toBe(MIME_TEXT)
    expect(await verdictOf(change(/ micalg=pgp-sha512;/, ''))).toMatch(/^trusted/)
  })

  test('control characters that a transfer encoding brings in are refused before the signature is looked at', async () => {
    const encoded = change('8bit', 'quoted-printable')
      .replace(/47(?=11)/, '47=00')
      .replace(/[\x80-\xff]/g, 'u')
    expect(await verdictOf(encoded)).toMatch(/^quarantined .*control character/)
  })
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

test('no single changed octet makes another content trusted', async () => {
  for (const name of ['clear-utf8-ed25519', 'mime-utf8-ed25519']) {
    const raw = mailFixture(name)
    const keys = [pin('ed25519')]
    const original = (await receive(raw, { keys })).content
    expect(original).not.toBeNull()
    for (let at = 0; at < raw.length; at += 1) {
      const flipped = Buffer.from(raw)
      flipped.writeUInt8(raw.readUInt8(at) ^ (1 << (at % 8)), at)
      const { content } = await receive(flipped, { keys, receivedAt: RECEIVED_AT })
      if (content !== null) expect([content.text, content.sha256]).toEqual([original?.text, original?.sha256])
    }
  }
})
