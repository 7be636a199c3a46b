/*
 * The security table "PGP/MIME (RFC 3156)". Signed by gpg, then changed on the way.
 *
 * | rule of the table                                             | test                                                 |
 * |---------------------------------------------------------------|------------------------------------------------------|
 * | top level: multipart/signed with the protocol                 | top level: ...                                       |
 * | exactly 2 parts                                               | 2 parts: none, one, three, many, attached keys       |
 * | part 2 is application/pgp-signature                           | part 2: ...                                          |
 * | empty epilogue, preamble ignored                              | epilogue: ...; preamble: ...                         |
 * | anything nested is put aside                                  | nested: mixed, related, alternative, rfc822, footer  |
 * | part 1 is a single text/plain                                 | part 1: ..., each signed so by gpg; a clear text     |
 * | the raw octets between the boundaries, CRLF-canonical         | octets: ..., and what means nothing                  |
 * | micalg is ignored                                             | micalg: missing, wrong, unknown                      |
 * | duplicate Content-Type or boundary, comments, prefixes        | boundary: ...; header: ...                           |
 * | LF for CRLF                                                   | octets: LF for CRLF                                  |
 * | control characters (clear-signed table)                       | octets that programs read in different ways          |
 *
 * Rows about the signature and its key: openpgp-table-signature.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { detachedSign } from '../hostile/signers.js'
import { mailFixture, receive, SIGNED_AT, toLf, verdictOf } from './fixtures.js'
import { mailWith, trick } from './openpgp-tricks.js'

const raw = mailFixture('mime-utf8-rsa2048').toString('latin1')
const TEXT = 'RESULT: success\nSTID: 1e7d\nCTID: 4711\n-- dash\nINFO: 0 Bücher für Müller\n'
const PART = 'Content-Type: text/plain\r\n\r\nCTID: 9\r\n'
const END = '\r\n--=-=b--\r\n'

const change = (from: string | RegExp, to: string): string => {
  const changed = raw.replace(from, to)
  expect(changed).not.toBe(raw)
  return changed
}

const wrapped = (type: string, before: string, after: string): string =>
  `Subject: fwd\r\nContent-Type: ${type}; boundary=x\r\n\r\n${before}--x\r\n${raw}\r\n${after}--x--\r\n`

describe('security table, PGP/MIME: what is put aside', () => {
  const armor = /-----BEGIN PGP SIGNATURE.*END PGP SIGNATURE-----\r\n/s
  const rows: [row: string, mail: () => string | Buffer, reason: RegExp][] = [
    ['top level: no protocol', () => change(' protocol="application/pgp-signature";', ''), /it is multipart\/signed/],
    ['top level: another protocol', () => change('"application/pgp-s', '"application/x-s'), /it is multipart\/signed/],
    [
      'top level: the protocol of encryption',
      () => change('/pgp-signature";', '/pgp-encrypted";'),
      /multipart\/signed/,
    ],
    ['top level: multipart/mixed', () => change('multipart/signed', 'multipart/mixed'), /it is multipart\/mixed/],
    ['top level: two protocols', () => change('protocol=', 'protocol=x; protocol='), /protocol twice/],
    ['top level: a protocol in pieces', () => change('protocol=', 'protocol*0='), /splits or encodes protocol/],
    ['2 parts: none', () => change(/--=-=b\r\nContent-Type: text.*--=-=b--/s, '--=-=b--'), /before any part/],
    ['2 parts: one', () => change(/\r\n--=-=b\r\nContent-Type: application.*--=-=b--/s, '\r\n--=-=b--'), /1 parts/],
    ['2 parts: three', () => change(END, `\r\n--=-=b\r\n${PART}${END}`), /3 parts/],
    ['2 parts: three, the first unsigned', () => change('--=-=b\r\n', `--=-=b\r\n${PART}\r\n--=-=b\r\n`), /3 parts/],
    ['2 parts: three, the last empty', () => change(END, `\r\n--=-=b${END}`), /3 parts/],
    ['2 parts: hundreds', () => change(END, `${'\r\n--=-=b\r\n\r\nx'.repeat(300)}${END}`), /more than 100 parts/],
    ['2 parts: attached keys are a third', () => change(END, `\r\n--=-=b\r\n${KEYS}${END}`), /3 parts/],
    ['part 2: another type', () => change('pgp-signature; name', 'octet-stream; name'), /not a signature/],
    ['part 2: keys', () => change('pgp-signature; name', 'pgp-keys; name'), /not a signature/],
    ['part 2: text before the armor', () => change('-----BEGIN', 'x\r\n-----BEGIN'), /does not start with a signature/],
    [
      'part 2: text after the armor',
      () => change('SIGNATURE-----\r\n\r\n--', 'SIGNATURE-----\r\nx\r\n--'),
      /follows it/,
    ],
    ['part 2: two armors', () => change(armor, '$&$&'), /base64/],
    [
      'part 2: a clear-signed message',
      () =>
        change(
          armor,
          mailFixture('clear-utf8-rsa2048')
            .toString('latin1')
            .replace(/.*?\n\n/s, '')
            .replaceAll('\n', '\r\n'),
        ),
      /does not start/,
    ],
    ['part 2: nothing', () => change(armor, ''), /does not start with a signature/],
    [
      'part 2: two Content-Types',
      () => change('Content-Type: application', `Content-Type: text/plain\r\nContent-Type: application`),
      /2 content-type fields/,
    ],
    ['epilogue: text', () => `${raw}CTID: 9\r\n`, /after its last part/],
    ["epilogue: a mailing list's footer", () => `${raw}_____\r\nlist mailing list\r\n`, /after its last part/],
    ['epilogue: another part', () => `${raw}--=-=b\r\n${PART}${END}`, /after its last part/],
    ['nested: in multipart/mixed', () => wrapped('multipart/mixed', '', ''), /multipart\/mixed/],
    ['nested: in multipart/related', () => wrapped('multipart/related', '', ''), /multipart\/related/],
    ['nested: in multipart/alternative', () => wrapped('multipart/alternative', '', ''), /multipart\/alternative/],
    ["nested: a mailing list's footer", () => wrapped('multipart/mixed', '', `--x\r\n${PART}\r\n`), /multipart\/mixed/],
    ['nested: text before it', () => wrapped('multipart/mixed', `--x\r\n${PART}\r\n`, ''), /multipart\/mixed/],
    ['nested: in message/rfc822', () => `Content-Type: message/rfc822\r\n\r\n${raw}`, /message\/rfc822/],
    [
      'nested: in another signed mail',
      () => wrapped('multipart/signed; protocol="application/pgp-signature"', '', `--x\r\n${SIGNATURE}`),
      /its signed part is multipart\/signed, not text\/plain/,
    ],
    ['boundary: missing', () => change('; boundary="=-=b"', ''), /boundary is missing/],
    ['boundary: empty', () => change('boundary="=-=b"', 'boundary=""'), /boundary is missing or malformed/],
    ['boundary: ends with a blank', () => change('boundary="=-=b"', 'boundary="=-=b "'), /missing or malformed/],
    ['boundary: 71 characters', () => raw.replaceAll('=-=b', 'b'.repeat(71)), /missing or malformed/],
    ['boundary: twice', () => change('; boundary', '; boundary=x; boundary'), /boundary twice/],
    ['boundary: twice, in another case', () => change('; boundary', '; BOUNDARY=x; boundary'), /boundary twice/],
    ['boundary: a comment before', () => change('boundary="=-=b"', 'boundary=(x)"=-=b"'), /comment or is malformed/],
    ['boundary: a comment behind', () => change('boundary="=-=b"', 'boundary="=-=b" (x)'), /comment or is malformed/],
    ['boundary: in pieces', () => change('boundary="=-=b"', 'boundary*0="=-="; boundary*1=b'), /splits or encodes/],
    ['boundary: an escaped character', () => change('boundary="=-=b"', 'boundary="=-=\\b"'), /escapes a character/],
    ['boundary: a line that another continues', () => change('STID', '--=-=bb\r\nSTID'), /starts with the boundary/],
    [
      'boundary: a prefix of the real one',
      () => change('boundary="=-=b"', 'boundary="=-="'),
      /starts with the boundary/,
    ],
    ['boundary: text behind it', () => change('--=-=b\r\n', '--=-=b x\r\n'), /starts with the boundary/],
    ['boundary: never closed', () => change(END, '\r\n'), /closing boundary is missing/],
    [
      'header: two Content-Types',
      () => change('MIME-V', 'Content-Type: text/plain\r\nMIME-V'),
      /2 content-type fields/,
    ],
    [
      'header: a transfer encoding of all parts together',
      () => change('MIME-V', 'Content-Transfer-Encoding: base64\r\nMIME-V'),
      /Content-Transfer-Encoding is none of 7bit, 8bit and binary/,
    ],
    ['header: a bare CR', () => change('Subject: reply', 'Subject: a\rContent-Type: text/plain'), /CR without LF/],
    ['header: a NUL', () => change('Subject: reply', 'Subject: \0'), /NUL/],
    ['header: a line that is no field', () => change('Subject: reply', 'reply'), /no field/],
    ['octets: lines with LF among CRLF', () => change('STID: 1e7d\r\n', 'STID: 1e7d\n'), /LF alone/],
  ]

  test.each(rows)('%s', async (_, mail, reason) => {
    const verdict = await verdictOf(mail())
    expect(verdict).toMatch(/^quarantined \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test.each([
    ['html', /text\/html, not text\/plain/],
    ['mixed', /multipart\/mixed, not text\/plain/],
    ['alternative', /multipart\/alternative, not text\/plain/],
    ['rfc822', /message\/rfc822, not text\/plain/],
    ['external', /message\/external-body, not text\/plain/],
    ['utf7', /hides ASCII/],
    ['utf16', /hides ASCII/],
    ['iso2022', /hides ASCII/],
    ['two-types', /2 content-type fields/],
    ['two-encodings', /2 content-transfer-encoding fields/],
    ['quoted-nul', /control character/],
  ])('part 1: %s, signed so by the registry itself', async (name, reason) => {
    const verdict = await verdictOf(trick(`mime-part-${name}`))
    expect(verdict).toMatch(/^quarantined \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })
})

test('part 1: a text that was clear-signed is no part, however much its first lines look like a header', async () => {
  const part = Buffer.from('INFO: 0 first\r\n\r\nRESULT: success\r\nCTID: 4711')
  const armored = await detachedSign(part, { at: SIGNED_AT })
  const clear = Buffer.concat([
    Buffer.from('\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n'),
    part,
    Buffer.from(`\r\n${armored.replace(/\r?\n/g, '\r\n')}`),
  ])
  expect((await receive(clear)).content?.text).toBe(part.toString().replaceAll('\r', ''))
  const mime = mailWith('mime', armored.replace(/\r?\n/g, '\r\n'), { part })
  expect(await verdictOf(mime)).toMatch(/^quarantined .*begins with lines that may be header or text/)
})

test('part 1: is no clear-signed text either, so that what is signed can be read in one way', async () => {
  const part = Buffer.from('Content-Type: text/plain\r\n\r\nRESULT: success\r\nCTID: 4711\r\n')
  const armored = (await detachedSign(part, { at: SIGNED_AT })).replace(/\r?\n/g, '\r\n')
  expect((await receive(mailWith('mime', armored, { part }))).stage).toBe('trusted')
  const clear = `\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n${part}\r\n${armored}`
  expect(await verdictOf(clear)).toMatch(/^quarantined .*its signed text is a part of another mail/)
})

const KEYS = 'Content-Type: application/pgp-keys\r\n\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n'
const SIGNATURE = 'Content-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n'

describe('security table, PGP/MIME: what does not hold', () => {
  const rows: [row: string, mail: () => string | Buffer][] = [
    ['octets: a changed one', () => change('4711', '4712')],
    ['octets: another charset in the header of part 1', () => change('charset=utf-8', 'charset=latin1')],
    ['octets: another transfer encoding in part 1', () => change('Encoding: 8bit', 'Encoding: 7bit')],
    ['octets: a header more in part 1', () => change('--=-=b\r\n', '--=-=b\r\nX-Odd: 1\r\n')],
    ['octets: no header in part 1', () => change(/--=-=b\r\n(?:[^\r\n]+\r\n)+/, '--=-=b\r\n')],
    ['octets: blanks at the end of a line', () => change('4711\r\n', '4711 \r\n')],
    ['octets: "- " added to a line', () => change('CTID', '- CTID')],
    [
      'octets: an empty line more at the end',
      () => change('\r\n--=-=b\r\nContent-Type: app', '\r\n\r\n--=-=b\r\nContent-Type: app'),
    ],
    [
      'octets: an empty line less at the end',
      () => change('\r\n\r\n--=-=b\r\nContent-Type: app', '\r\n--=-=b\r\nContent-Type: app'),
    ],
    ['octets: NBSP inserted', () => change('4711', '47\xc2\xa011')],
  ]

  test.each(rows)('%s', async (_, mail) => {
    expect(await verdictOf(mail())).toMatch(/^untrusted \(untrusted\): .*does not hold/)
  })
})

describe('security table, PGP/MIME: octets that programs read in different ways', () => {
  test.each([
    ['NUL', '\0'],
    ['lone CR', '\r'],
    ['form feed', '\f'],
    ['escape', '\x1b'],
    ['DEL', '\x7f'],
    ['NEL', '\xc2\x85'],
    ['U+2028', '\xe2\x80\xa8'],
    ['U+2029', '\xe2\x80\xa9'],
  ])('%s inserted on the way', async (_, octets) => {
    expect(await verdictOf(change('4711', `47${octets}11`))).toMatch(
      /^quarantined .*(control character|NUL|without LF)/,
    )
  })

  test.each(['nul', 'lone-cr', 'form-feed', 'escape', 'delete', 'next-line', 'line-separator', 'paragraph-separator'])(
    '%s, signed so by the registry itself',
    async (name) => {
      expect(await verdictOf(trick(`mime-odd-${name}`))).toMatch(/^quarantined .*(control character|NUL|without LF)/)
    },
  )

  test('control characters that a transfer encoding brings in are refused before the signature is looked at', async () => {
    const encoded = change('8bit', 'quoted-printable')
      .replace(/47(?=11)/, '47=00')
      .replace(/[\x80-\xff]/g, 'u')
    expect(await verdictOf(encoded)).toMatch(/^quarantined .*control character/)
  })
})

describe('security table, PGP/MIME: changes that mean nothing', () => {
  const rows: [row: string, mail: () => string | Buffer][] = [
    ['the mail that tricks are played on', () => raw],
    ['octets: LF for CRLF', () => toLf(Buffer.from(raw, 'latin1'))],
    ['micalg: missing', () => change(' micalg=pgp-sha512;', '')],
    ['micalg: wrong', () => change('micalg=pgp-sha512', 'micalg=pgp-md5')],
    ['micalg: unknown', () => change('micalg=pgp-sha512', 'micalg="x y"')],
    ['preamble: text', () => change('\r\n\r\n--', '\r\n\r\nCTID: 9\r\n--')],
    ['preamble: a signed message', () => change('\r\n\r\n--', `\r\n\r\n${CLEAR}\r\n--`)],
    ['epilogue: white space', () => `${raw}\r\n \t\r\n`],
    ['boundary: blanks behind it', () => raw.replace(/(\r\n--=-=b(?:--)?)\r\n/g, '$1 \t\r\n')],
    ['boundary: not quoted', () => change('"=-=b"', '=-=b')],
    [
      'top level: other cases',
      () => change('multipart/signed', 'Multipart/SIGNED').replace('protocol="application', 'PROTOCOL="Application'),
    ],
    ['top level: parameters on one line', () => raw.replace(/;\r\n /g, '; ')],
    ['part 2: in base64', () => inBase64(raw)],
    ['part 2: headers of the armor', () => change('SIGNATURE-----\r\n', 'SIGNATURE-----\r\nComment: x\r\n')],
  ]

  test.each(rows)('%s', async (_, mail) => {
    const [{ stage, content }, original] = await Promise.all([receive(mail()), receive(raw)])
    expect([stage, content?.text, content?.sha256]).toEqual(['trusted', TEXT, original.content?.sha256])
  })

  test.each(['base64', 'quoted-printable'])(
    'part 1: %s is undone once, after its octets were verified',
    async (name) => {
      const { stage, content } = await receive(trick(`mime-part-${name}`))
      expect([stage, content?.text.trimEnd()]).toEqual(['trusted', 'RESULT: success\nCTID: 4711'])
    },
  )
})

const CLEAR = mailFixture('clear-utf8-ed25519')
  .toString('latin1')
  .replace(/.*?\n\n/s, '')
  .replaceAll('\n', '\r\n')

const inBase64 = (mail: string): string =>
  mail.replace(/(name="signature.asc")(\r\n\r\n)(.*?)(\r\n--=-=b--)/s, (_, name, gap, armor, end) => {
    const encoded = Buffer.from(armor)
      .toString('base64')
      .replace(/.{1,76}/g, '$&\r\n')
    return `${name}\r\nContent-Transfer-Encoding: base64${gap}${encoded}${end}`
  })
