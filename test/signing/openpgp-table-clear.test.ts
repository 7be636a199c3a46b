/*
 * The security table "OpenPGP clear-signed", as far as it is about the text and what stands around it. Signed by gpg, then
 * changed on the way as an attacker or a mail server would.
 *
 * | row of the table                                  | test                                                             |
 * |---------------------------------------------------|------------------------------------------------------------------|
 * | text before / after block                         | text before / after block, a mailing list's footer too           |
 * | second block (attacker's) after good              | second block after good, before good, and inside a quotation     |
 * | header Comment:, text among Hash headers          | header Comment:, other headers, text among Hash headers          |
 * | Hash: SHA512\0 Domain: evil.tld                   | Hash with NUL, with blanks, with other controls                  |
 * | NotDashEscaped                                    | NotDashEscaped, by gpg; a dash that is not escaped               |
 * | Hash header missing / wrong                       | Hash header missing; several; wrong                              |
 * | "- " added to any line                            | "- " added to any line                                           |
 * | trailing blanks/tabs, CRLF and LF changed         | trailing blanks added to and removed from any line; CRLF and LF  |
 * | lone CR, FF, NUL, NBSP, U+2028 inserted           | inserted on the way; signed so by the registry                   |
 * | PGP MESSAGE                                       | openpgp-table-signature.test.ts                                  |
 * | charset (Replay, correlation, body)               | charset that hides ASCII                                         |
 * | shape (Must do, 3)                                | wrapped, forwarded, HTML, two Content-Types, transfer encodings  |
 *
 * Rows about the signature and its key, with everything that is the same in PGP/MIME: openpgp-table-signature.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { mailFixture, receive, toCrlf, verdictOf } from './fixtures.js'
import { trick } from './openpgp-tricks.js'

const raw = mailFixture('clear-utf8-rsa2048').toString('latin1')
const split = raw.indexOf('\n\n') + 2
const header = raw.slice(0, split)
const block = raw.slice(split)
const TEXT = 'RESULT: success\nSTID: 1e7d\nCTID: 4711\n-- dash\nFrom Köln with blanks\nINFO: 0 Bücher für Müller'

const change = (from: string | RegExp, to: string): string => {
  const changed = raw.replace(from, to)
  expect(changed).not.toBe(raw)
  return changed
}

describe('security table, clear-signed: what is put aside', () => {
  const evil = block.replace('4711', '4712')
  const rows: [row: string, mail: () => string | Buffer, reason: RegExp][] = [
    ['text before block', () => `${header}CTID: 9\n${block}`, /stands before/],
    ['text before block, behind an empty line', () => `${header}\nCTID: 9\n\n${block}`, /stands before/],
    ['text after block', () => `${raw}CTID: 9\n`, /something follows/],
    ["text after block: a mailing list's footer", () => `${raw}_____\nlist mailing list\n`, /something follows/],
    ['text after block: an armor of another kind', () => `${raw}-----BEGIN PGP PUBLIC KEY BLOCK-----\n`, /follows/],
    ['second block after good', () => `${raw}${block}`, /second signed message/],
    ['second block after good, changed', () => `${raw}${evil}`, /second signed message/],
    ['second block before good, changed', () => `${header}${evil}${block}`, /second signed message/],
    ['second block inside the text', () => change('STID', '-----BEGIN PGP SIGNED MESSAGE-----\nSTID'), /second signed/],
    [
      'second signature after the first',
      () => `${raw}${block.slice(block.indexOf('-----BEGIN PGP SIGNATURE'))}`,
      /base64/,
    ],
    ['block quoted with blanks', () => `${header} ${block}`, /stands before/],
    ['header Comment:', () => change('Hash: SHA512\n', 'Hash: SHA512\nComment: x\n'), /header other than Hash/],
    ['header Version:', () => change('Hash: SHA512\n', 'Version: 1\nHash: SHA512\n'), /header other than Hash/],
    ['header Charset:', () => change('Hash: SHA512\n', 'Charset: utf-8\nHash: SHA512\n'), /header other than Hash/],
    ['text among Hash headers', () => change('SHA512\n', 'SHA512\nCTID: 9\nHash: SHA512\n'), /other than Hash/],
    ['text among Hash headers, in one', () => change('Hash: SHA512', 'Hash: SHA512 CTID: 9'), /other than Hash/],
    ['text instead of the Hash header', () => change('Hash: SHA512', 'CTID: 9'), /header other than Hash/],
    ['Hash in lower case', () => change('Hash: SHA512', 'hash: sha512'), /header other than Hash/],
    ['Hash without a name', () => change('Hash: SHA512', 'Hash:'), /header other than Hash/],
    ['Hash with NUL', () => change('SHA512\n', 'SHA512\0 Domain: evil.example\n'), /NUL/],
    ['Hash with form feed', () => change('SHA512\n', 'SHA512\f Domain: evil.example\n'), /control character/],
    ['Hash with lone CR', () => change('SHA512\n', 'SHA512\r Domain: evil.example\n'), /CR without LF/],
    ['NotDashEscaped', () => mailFixture('clear-not-dash-escaped'), /header other than Hash/],
    [
      'NotDashEscaped in a good mail',
      () => change('SHA512\n', 'SHA512\nNotDashEscaped: x\n'),
      /header other than Hash/,
    ],
    ['a dash that is not escaped', () => change('- -- dash', '-- dash'), /not escaped/],
    ['a dash that is escaped with a tab', () => change('- -- dash', '-\t-- dash'), /not escaped/],
    ['no empty line before the text', () => change('SHA512\n\n', 'SHA512\n'), /header other than Hash/],
    ['no signature', () => change(/-----BEGIN PGP SIGNATURE.*$/s, ''), /has no signature/],
    ['a signature without an end', () => change('-----END PGP SIGNATURE-----', ''), /does not end/],
    ['a signature without an empty line', () => change(/(SIGNATURE-----\n)\n/, '$1'), /no empty line/],
    [
      'a signature with a malformed header',
      () => change('SIGNATURE-----\n', 'SIGNATURE-----\nx\n'),
      /malformed header/,
    ],
    ['a signature that is not base64', () => change('\n\niQ', '\n\n!Q'), /base64/],
    ['a signature with padding inside', () => change('\n\niQ', '\n\niQ==\niQ'), /base64/],
    ['HTML', () => change('text/plain', 'text/html'), /HTML/],
    ['text of another kind', () => change('text/plain', 'text/markdown'), /text\/markdown/],
    ['two Content-Type fields', () => change('MIME-V', 'Content-Type: text/html\nMIME-V'), /2 content-type fields/],
    ['two charsets', () => change('charset=utf-8', 'charset=utf-8; charset=utf-7'), /charset twice/],
    ['a charset in pieces', () => change('charset=utf-8', "charset*=us-ascii''utf-7"), /splits or encodes charset/],
    ['two transfer encodings', () => change('8bit', '8bit\nContent-Transfer-Encoding: base64'), /2 content-transfer/],
    ['an unknown transfer encoding', () => change('8bit', 'x-uuencode'), /Content-Transfer-Encoding/],
    ['multipart/mixed around it', () => wrapped('multipart/mixed'), /multipart\/mixed/],
    ['multipart/alternative around it', () => wrapped('multipart/alternative'), /multipart\/alternative/],
    ['multipart/related around it', () => wrapped('multipart/related'), /multipart\/related/],
    ['message/rfc822 around it', () => `Content-Type: message/rfc822\n\n${raw}`, /message\/rfc822/],
    ['more than 256 KiB', () => `${header}${' \n'.repeat(131_072)}${block}`, /octets; at most/],
  ]

  test.each(rows)('%s', async (_, mail, reason) => {
    const verdict = await verdictOf(mail())
    expect(verdict).toMatch(/^quarantined \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test.each([
    ['utf-7', 'UTF-7', 'unicode-1-1-utf-7', 'csUnicode11UTF7', 'x-imap4-modified-utf7', 'cp65000'],
    ['utf-16', 'UTF-16LE', 'utf-16be', 'UTF-32', 'ucs-2', 'ISO-10646-UCS-2', 'unicode', 'unicodeFFFE', 'cp1200'],
    ['iso-2022-jp', 'ISO-2022-KR', 'iso-2022-cn-ext', 'csISO2022JP', 'cp50220', 'hz-gb-2312'],
    [
      'IBM037',
      'ebcdic-cp-us',
      'cp500',
      'csIBM273',
      'IBM01140',
      'utf-ebcdic',
      'SCSU',
      'BOCU-1',
      'java',
      'no-such-charset',
    ],
  ])('charset that hides ASCII: %s and its like', async (...names) => {
    for (const name of names)
      expect(await verdictOf(change('charset=utf-8', `charset="${name}"`))).toMatch(/^quarantined .*hides ASCII/)
  })
})

const wrapped = (type: string): string => `Content-Type: ${type}; boundary=b\n\n--b\n${raw}\n--b--\n`

describe('security table, clear-signed: what does not hold', () => {
  const rows: [row: string, mail: () => string, reason: RegExp][] = [
    ['a changed octet', () => change('4711', '4712'), /does not hold/],
    [
      'a line more at the end of the text',
      () => change('\n-----BEGIN PGP SIGNATURE', '\nCTID: 9\n-----BEGIN PGP SIGNATURE'),
      /not hold/,
    ],
    ['a line more at the beginning of the text', () => change('SHA512\n\n', 'SHA512\n\nCTID: 9\n'), /does not hold/],
    ['an empty line more', () => change('CTID', '\nCTID'), /does not hold/],
    ['lines in another order', () => change('STID: 1e7d\nCTID: 4711', 'CTID: 4711\nSTID: 1e7d'), /does not hold/],
    ['blanks at the beginning of a line', () => change('CTID', ' CTID'), /does not hold/],
    ['Hash header wrong', () => change('Hash: SHA512', 'Hash: SHA256'), /which its Hash header does not name/],
    ['NBSP inserted', () => change('4711', '47\xc2\xa011'), /does not hold/],
    ['NBSP inserted, in Latin-1', () => change('4711', '47\xa011'), /does not hold/],
    ['a zero-width joiner inserted', () => change('4711', '47\xe2\x80\x8d11'), /does not hold/],
  ]

  test.each(rows)('%s', async (_, mail, reason) => {
    const verdict = await verdictOf(mail())
    expect(verdict).toMatch(/^untrusted \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })
})

describe('security table, clear-signed: octets that programs read in different ways', () => {
  test.each([
    ['NUL', '\0'],
    ['lone CR', '\r'],
    ['form feed', '\f'],
    ['vertical tab', '\v'],
    ['escape', '\x1b'],
    ['backspace', '\b'],
    ['DEL', '\x7f'],
    ['NEL in Latin-1', '\x85'],
    ['NEL in UTF-8', '\xc2\x85'],
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
      expect(await verdictOf(trick(`clear-odd-${name}`))).toMatch(/^quarantined .*(control character|NUL|without LF)/)
    },
  )

  test('a no-break space that the registry itself signed is text like any other', async () => {
    const { stage, content } = await receive(trick('clear-odd-nbsp'))
    expect([stage, content?.text]).toEqual(['trusted', 'RESULT: success\nSTID: 1e7d\nCTID: 47\u00a011\nINFO: 0 ok'])
  })
})

describe('security table, clear-signed: changes that mean nothing', () => {
  const lines = (/\n\n(.*)\n-----BEGIN PGP SIGNATURE/s.exec(block)?.[1] ?? '').split('\n')
  const withLine = (at: number, line: string): string =>
    raw.replace(lines.join('\n'), lines.map((one, index) => (index === at ? line : one)).join('\n'))
  const each = lines.map((line, at) => ({ line: line.trimEnd(), at, number: at + 1 }))

  const sameText = async (mail: string | Buffer): Promise<void> => {
    const [{ stage, content }, original] = await Promise.all([receive(mail), receive(raw)])
    expect([stage, content?.text, content?.sha256]).toEqual(['trusted', TEXT, original.content?.sha256])
  }

  test('there is a text to change', () => {
    expect(lines).toHaveLength(6)
  })

  test.each(each)('"- " added to line $number', async ({ line, at }) => {
    if (!line.startsWith('- ')) await sameText(withLine(at, `- ${line}`))
    else expect(await verdictOf(withLine(at, `- ${line}`))).toMatch(/^untrusted .*does not hold/)
  })

  test.each(each)('trailing blanks and tabs added to line $number, or removed', async ({ line, at }) => {
    for (const blanks of ['', ' ', '\t', ' \t  \t']) await sameText(withLine(at, `${line}${blanks}`))
  })

  const rows: [row: string, mail: () => string | Buffer][] = [
    ['CRLF for LF', () => toCrlf(Buffer.from(raw, 'latin1'))],
    ['Hash header missing', () => change('Hash: SHA512\n', '')],
    ['several Hash headers', () => change('Hash: SHA512\n', 'Hash: SHA256\nHash: SHA512, SHA384\n')],
    ['a Hash header with several names', () => change('Hash: SHA512\n', 'Hash: SHA256,SHA512\n')],
    ['other headers of the armor', () => change('SIGNATURE-----\n', 'SIGNATURE-----\nVersion: GnuPG v2\nComment:\n')],
    ['a header of the armor in UTF-8', () => change('SIGNATURE-----\n', 'SIGNATURE-----\nComment: K\xc3\xb6ln\n')],
    ['a wrong checksum', () => change(/\n=[A-Za-z0-9+/]{4}\n/, '\n=AAAA\n')],
    ['no checksum', () => change(/\n=[A-Za-z0-9+/]{4}\n/, '\n')],
    ['white space around the block', () => `${header}\n \t\n${block}\n \t\n`],
    ['blanks after the marks', () => change(/-----\n/g, '----- \t\n')],
    ['an mbox line before the mail', () => `From robot Mon Jun  1 12:00:00 2026\n${raw}`],
    ['base64', () => `${header.replace('8bit', 'base64')}${Buffer.from(block, 'latin1').toString('base64')}\n`],
    ['a charset that is not the text’s', () => change('charset=utf-8', 'charset=iso-8859-15')],
    ['a charset that keeps ASCII', () => change('charset=utf-8', 'charset="Shift_JIS"')],
    ['no charset', () => change('; charset=utf-8', '')],
    ['an unknown charset that says so', () => change('charset=utf-8', 'charset=unknown-8bit')],
  ]

  test.each(rows)('%s', async (_, mail) => sameText(mail()))
})
