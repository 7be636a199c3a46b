import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readContentType } from '../../src/mail/content-type.js'
import { linesOf, withCrlf } from '../../src/mail/lines.js'
import { headerValue, readEntity, withoutMboxLine } from '../../src/mail/mime.js'
import { readMultipart } from '../../src/mail/multipart.js'
import { decodeLeaf, encodeQuotedPrintable } from '../../src/mail/transfer-encoding.js'

const bytes = (text: string) => Buffer.from(text, 'latin1')

const entityOf = (text: string) => {
  const read = readEntity(bytes(text))
  if (!read.ok) throw new Error(read.reason)
  return read.value
}

const reasonOf = (read: { ok: true } | { ok: false; reason: string }) => (read.ok ? 'it was read' : read.reason)

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
])('a header with %s', (_, end) => {
  test('is read in order, unfolded, repeated fields kept', () => {
    const text = [
      'Received: by a',
      'SUBJECT: one',
      '\ttwo',
      '  three ',
      'received:by b',
      'X-Empty:',
      '',
      'body',
      '',
      'more',
    ].join(end)
    const entity = entityOf(text)
    expect(entity.headers).toEqual([
      { name: 'received', value: 'by a' },
      { name: 'subject', value: 'one\ttwo  three' },
      { name: 'received', value: 'by b' },
      { name: 'x-empty', value: '' },
    ])
    expect(entity.body.toString()).toBe(['body', '', 'more'].join(end))
    expect(entity.contentType.type).toBe('text/plain')
    expect(entity.encoding).toBe('7bit')
    expect(headerValue(entity.headers, 'received')).toBeNull()
    expect(headerValue(entity.headers, 'subject')).toBe('one\ttwo  three')
  })
})

test('the body is a view on the octets that were read', () => {
  const raw = bytes('A: b\r\n\r\nbody')
  const read = readEntity(raw)
  expect(read.ok && read.value.body.buffer === raw.buffer && read.value.body.byteOffset === raw.byteOffset + 8).toBe(
    true,
  )
})

test.each([
  ['no colon', 'A: b\nhello\n\nx', 'a line that is no field'],
  ['a blank in a name', 'A b: c\n\nx', 'a line that is no field'],
  ['a continuation first', ' A: b\n\nx', 'starts with a continuation'],
  ['a NUL', 'A: b\0c\n\nx', 'NUL or a bare CR'],
  ['a bare CR', 'A: b\rB: c\n\nx', 'NUL or a bare CR'],
  ['two Content-Types', 'Content-Type: text/plain\ncontent-type: text/html\n\nx', '2 content-type fields'],
  [
    'two transfer encodings',
    'Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nx',
    '2 content-transfer-encoding',
  ],
  ['too many fields', `${'A: b\n'.repeat(1_001)}\nx`, 'more than 1000 fields'],
  ['too many octets', `A: b\n\n${'x'.repeat(262_144)}`, 'more than 262144 octets'],
])('a header with %s is refused', (_, text, reason) => {
  expect(reasonOf(readEntity(bytes(text)))).toContain(reason)
})

test('a mail without a body, and one from a delivery agent', () => {
  expect(entityOf('A: b').body.length).toBe(0)
  expect(entityOf('A: b\r\n').headers).toHaveLength(1)
  expect(withoutMboxLine(bytes('From a@b Mon\nA: b\n\nx')).toString()).toBe('A: b\n\nx')
  expect(withoutMboxLine(bytes('From: a@b\n\nx')).toString()).toBe('From: a@b\n\nx')
})

describe('Content-Type', () => {
  test.each([
    ['text/plain', 'text/plain', []],
    ['Text/PLAIN; Charset=UTF-8;', 'text/plain', [['charset', 'UTF-8']]],
    [
      'application/pgp-signature; name="a;\\"b"; micalg=pgp-sha512',
      'application/pgp-signature',
      [
        ['name', 'a;"b'],
        ['micalg', 'pgp-sha512'],
      ],
    ],
    ['multipart/mixed; boundary=----=_Part_1', 'multipart/mixed', [['boundary', '----=_Part_1']]],
    ["text/plain ; name*=utf-8''x", 'text/plain', [['name*', "utf-8''x"]]],
  ])('%s', (value, type, parameters) => {
    const read = readContentType(value)
    expect(read.ok && [read.value.type, [...read.value.parameters]]).toEqual([type, parameters])
  })

  test.each([
    'text',
    '',
    'text/plain; charset',
    'text/plain (comment)',
    'multipart/mixed; boundary=a (b)',
    'multipart/mixed; boundary="a" "b"',
    'multipart/mixed; boundary="a',
    'multipart/mixed; boundary=a; Boundary=b',
    'multipart/mixed; boundary*0=a; boundary*1=b',
    'text/plain charset=utf-8',
  ])('%s is refused', (value) => {
    expect(readContentType(value).ok).toBe(false)
  })
})

describe('multipart', () => {
  const multipart = (body: string, boundary = 'b') =>
    readMultipart(entityOf(`Content-Type: multipart/mixed; boundary="${boundary}"\n\n${body}`))

  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('parts end before the line end that belongs to the boundary (%s)', (_, end) => {
    const read = multipart(
      ['preamble', '--b', 'A: 1', '', 'one', '', '--b \t', '', 'two', '--b', '--b--', 'epilogue'].join(end),
    )
    expect(read.ok && read.value.parts.map(String)).toEqual([`A: 1${end}${end}one${end}`, `${end}two`, ''])
    expect(read.ok && read.value.epilogue.toString()).toBe('epilogue')
  })

  test.each([
    ['no parameter', '--b\n\nx\n--b--', '', 'missing or malformed'],
    ['a boundary that ends with a blank', '--b \n\nx\n--b --', 'b ', 'missing or malformed'],
    ['no closing boundary', '--b\n\nx\n--b\n', 'b', 'closing boundary is missing'],
    ['a closing boundary alone', 'x\n--b--', 'b', 'before any part'],
    ['a longer boundary', '--b\n\nx\n--bc\n--b--', 'b', 'starts with the boundary'],
    ['text after the closing boundary', '--b\n\nx\n--b-- x', 'b', 'starts with the boundary'],
    ['hundreds of parts', `${'--b\n'.repeat(200)}--b--`, 'b', 'more than 100 parts'],
  ])('%s is refused', (_, body, boundary, reason) => {
    expect(reasonOf(multipart(body, boundary))).toContain(reason)
  })
})

describe('transfer encodings', () => {
  const decode = (encoding: string, body: string) => decodeLeaf({ encoding, body: bytes(body) })

  test.each([
    ['7bit', 'a\r\n', 'a\r\n'],
    ['8bit', '\xfc', '\xfc'],
    ['base64', 'YcO8\r\nYg==\r\n', 'a\xc3\xbcb'],
    ['base64', '', ''],
    ['quoted-printable', 'a=3Db=\r\nc =\n d \t\r\ne=c3=BC\n', 'a=bc  d\r\ne\xc3\xbc\n'],
    ['quoted-printable', 'a=  \r\nb', 'ab'],
  ])('%s', (encoding, body, expected) => {
    const read = decode(encoding, body)
    expect(read.ok && read.value.toString('latin1')).toBe(expected)
  })

  test.each([
    ['base64', 'YQ==YQ=='],
    ['base64', 'YQ='],
    ['base64', 'YQ==\nfooter'],
    ['quoted-printable', 'a=3'],
    ['quoted-printable', 'a=zz'],
    ['quoted-printable', '\xfc'],
    ['binary', 'x'],
    ['x-uuencode', 'x'],
    ['7bit (comment)', 'x'],
  ])('%s is refused for %j', (encoding, body) => {
    expect(decode(encoding, body).ok).toBe(false)
  })

  test('quoted-printable of any text is read back, with short lines that nothing on the way changes', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '=', ' ', '\t', '.', 'ü', '日', 'From ', '-'), maxLength: 60 })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const text = Buffer.from(lines.join('\r\n'))
        const encoded = encodeQuotedPrintable(text)
        const read = decodeLeaf({ encoding: 'quoted-printable', body: encoded })
        expect(read.ok && read.value.equals(text)).toBe(true)
        for (const row of encoded.toString('latin1').split('\r\n'))
          expect(row).toMatch(/^(?!From )[!-~ \t]{0,76}(?<![ \t])$/)
      }),
    )
  })
})

test('lines and their ends', () => {
  expect([...linesOf(bytes('a\r\nb\n\nc\r'))].map((line) => line.bytes.toString('latin1'))).toEqual([
    'a',
    'b',
    '',
    'c\r',
  ])
  expect(withCrlf(bytes('a\nb\r\n\nc\r')).toString('latin1')).toBe('a\r\nb\r\n\r\nc\r')
})

describe('10,000 lines are read, and one more is not', () => {
  const [enough, tooMany] = ['\n'.repeat(10_000), '\n'.repeat(10_001)]

  test('as they stand', () => {
    expect(readEntity(Buffer.from(enough)).ok).toBe(true)
    expect(readEntity(Buffer.from(tooMany))).toEqual({ ok: false, reason: 'it has more than 10000 lines' })
  })

  test.each([
    ['base64', (text: string) => Buffer.from(text).toString('base64')],
    ['quoted-printable', (text: string) => text],
    ['8bit', (text: string) => text],
  ])('in %s', (encoding, encode) => {
    const read = (text: string) => decodeLeaf({ encoding, body: Buffer.from(encode(text)) })
    expect(read(enough).ok).toBe(true)
    expect(read(tooMany)).toEqual({ ok: false, reason: 'its text has more than 10000 lines' })
  })
})

test('no octets make the readers throw', () => {
  const hostile = fc.array(
    fc.constantFrom(
      '\r',
      '\n',
      '--b',
      '--',
      ':',
      ' ',
      'Content-Type: multipart/mixed; boundary=b',
      '=',
      '\0',
      'x',
      '\r\n\r\n',
    ),
  )
  fc.assert(
    fc.property(hostile, (pieces) => {
      const read = readEntity(bytes(pieces.join('')))
      if (!read.ok) return
      readMultipart(read.value)
      decodeLeaf(read.value)
    }),
  )
})
