/** Octets of about a size that are as much work as they can be for one reader or another. */
export type Grown = { name: string; grow(size: number): Buffer }

const fill = (unit: string, size: number): string => unit.repeat(Math.max(1, Math.floor(size / unit.length)))

const text = (name: string, before: string, unit: string, after = ''): Grown => ({
  name,
  grow: (size) => Buffer.from(`${before}${fill(unit, size - before.length - after.length)}${after}`, 'latin1'),
})

const HEADERS: Grown[] = [
  text('many fields', '', 'a: b\r\n', '\r\n'),
  text('one long field', 'a: ', 'x', '\r\n\r\n'),
  text('a field of blanks', 'a: ', ' ', 'x\r\n\r\n'),
  text('a name that never ends', '', 'a'),
  text('blanks before the colon', 'a', ' ', 'x: b\r\n\r\n'),
  text('continuation lines', 'a: b\r\n', ' \r\n', '\r\n'),
  text('many Received', '', 'Received: a\r\n', '\r\n'),
  text('many Content-Type', '', 'Content-Type: text/plain\r\n', '\r\n'),
  text('content-type and white space', '', 'Content-Type:\t\t\t\t', '\r\n\r\n'),
  text('MAILER-DAEMON without end', 'From: ', 'mailer-daemon', '\r\n\r\n'),
  text('Auto-Submitted without end', 'Auto-Submitted: auto-replied', '-', '\r\n\r\n'),
]

const TYPES: Grown[] = [
  text('parameters', 'Content-Type: a/b', ';a=b', '\r\n\r\n'),
  text('parameters without a value', 'Content-Type: a/b', ';a', '\r\n\r\n'),
  text('parameters of many names', 'Content-Type: a/b;x=', 'y', '\r\n\r\n'),
  text('a quote that never ends', 'Content-Type: a/b; c="', 'x', '\r\n\r\n'),
  text('escapes that never end', 'Content-Type: a/b; c="', '\\\\', '\r\n\r\n'),
  text('escaped quotes', 'Content-Type: a/b; c="', '\\"', '"x\r\n\r\n'),
  text('blanks after a type', 'Content-Type: a/b', ' ', 'x\r\n\r\n'),
  text('blanks in a parameter', 'Content-Type: a/b;', '\t', 'x\r\n\r\n'),
  text('semicolons', 'Content-Type: a/b', ';', '\r\n\r\n'),
  text('a type that never ends', 'Content-Type: ', 'a', '\r\n\r\n'),
  text('slashes', 'Content-Type: ', 'a/', '\r\n\r\n'),
  text('a long boundary', 'Content-Type: multipart/mixed; boundary="', 'b ', '"\r\n\r\n'),
  text('a protocol that never ends', 'Content-Type: multipart/signed; boundary=b; protocol="', 'p', '"\r\n\r\n'),
]

const SIGNED = 'Content-Type: multipart/signed; boundary=b; protocol="application/pgp-signature"\r\n\r\n'

const PARTS: Grown[] = [
  text('parts', SIGNED, '--b\r\n\r\nx\r\n', '--b--\r\n'),
  text('boundaries that go on', SIGNED, '--bb\r\n'),
  text('lines of dashes', SIGNED, '--\r\n'),
  text('empty lines', SIGNED, '\n'),
  text('one line of dashes', SIGNED, '-'),
  text('a boundary and blanks', `${SIGNED}--b`, ' ', '\r\n--b--\r\n'),
  text('an epilogue of blanks', `${SIGNED}--b\r\n\r\nx\r\n--b\r\n\r\nx\r\n--b--\r\n`, ' \r\n', 'x'),
  text('a signed part of line feeds', `${SIGNED}--b\n\n`, '\n', '\n--b\n\nx\n--b--\n'),
  text('nested parts', '', 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n', '--b--\r\n'),
]

const encoded = (encoding: string): string =>
  `Content-Type: text/plain\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n-----BEGIN PGP \r\n`

const LEAVES: Grown[] = [
  text('quoted-printable: escapes', encoded('quoted-printable'), '=41'),
  text('quoted-printable: soft ends', encoded('quoted-printable'), '=\r\n'),
  text('quoted-printable: blanks', encoded('quoted-printable'), ' ', '\r\n'),
  text('quoted-printable: lines of blanks', encoded('quoted-printable'), '   \n', 'x'),
  text('quoted-printable: bad at the end', encoded('quoted-printable'), 'a', '=Z'),
  text('base64', encoded('base64').replace('-----BEGIN PGP ', 'LS0tLS1CRUdJTiBQR1Ag'), 'QUFB'),
  text('base64: white space', encoded('base64'), ' \r\n\t', '!'),
  text('base64: padding', encoded('base64'), '='),
  text('base64: bad at the end', encoded('base64'), 'A', '!'),
]

const CLEAR = 'Content-Type: text/plain\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n'
const END = '-----BEGIN PGP SIGNATURE-----\r\n\r\nAAAA\r\n-----END PGP SIGNATURE-----\r\n'

const CLEAR_TEXTS: Grown[] = [
  text('clear: Hash headers', CLEAR, 'Hash: SHA512\r\n', `\r\nx\r\n${END}`),
  text('clear: one Hash header', `${CLEAR}Hash: SHA512`, ',SHA512', `;\r\n\r\nx\r\n${END}`),
  text('clear: empty lines', `${CLEAR}\r\n`, '\r\n', END),
  text('clear: line feeds', `${CLEAR}\n`.replaceAll('\r', ''), '\n', END.replaceAll('\r', '')),
  text('clear: escaped dashes', `${CLEAR}\r\n`, '- -\r\n', END),
  text('clear: blanks', `${CLEAR}\r\n`, ' ', `\r\n${END}`),
  text('clear: lines of blanks', `${CLEAR}\r\n`, 'x  \r\n', END),
  text('clear: signatures', `${CLEAR}\r\nx\r\n`, '-----BEGIN PGP SIGNATURE-----\r\n', END),
  text('clear: messages', CLEAR, '-----BEGIN PGP SIGNED MESSAGE-----\r\n', END),
  text('clear: a long signature', `${CLEAR}\r\nx\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n`, 'AAAA\r\n'),
  text('clear: 8-bit', `${CLEAR}\r\n`, '\xe9', `\r\n${END}`),
  text('clear: octets that begin a character', `${CLEAR}\r\n`, '\xe2\x80', `\r\n${END}`),
]

const REPORT = 'Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n'

const REPORTS: Grown[] = [
  text('report: empty groups', REPORT, '\n', '\r\n--b--\r\n'),
  text('report: recipients', REPORT, 'Action: failed\r\n\r\n', '\r\n--b--\r\n'),
  text('report: fields', REPORT, 'a:\r\n', '\r\n--b--\r\n'),
  text('report: lines that are no field', REPORT, 'a\n\n', '\r\n--b--\r\n'),
  text('report: a long diagnostic', `${REPORT}Action: failed\r\nDiagnostic-Code: `, 'x \t', '\r\n\r\n--b--\r\n'),
  text('report: a diagnostic of dashes', `${REPORT}Action: failed\r\nDiagnostic-Code: `, '-', '\r\n\r\n--b--\r\n'),
]

export const GROWN_MAILS: readonly Grown[] = [...HEADERS, ...TYPES, ...PARTS, ...LEAVES, ...CLEAR_TEXTS, ...REPORTS]

/** Texts as a registry would have signed them. */
export const GROWN_TEXTS: readonly Grown[] = [
  text('separators', '', '=-=\n'),
  text('results', '', 'RESULT: success\n=-=\n'),
  text('one line', '', 'a'),
  text('one line of blanks', '', ' ', 'x'),
  text('empty lines', '', '\n'),
  text('keys', '', 'a:b\n'),
  text('colons', '', ':'),
  text('brackets', '', '['),
  text('sections', '', '[a]\n'),
  text('long lines of blanks', '', `a:${' '.repeat(990)}b\n`),
  text('long names', 'RESULT: success\nDomain-Ace: ', 'a.', '\n'),
  text('names at the limit', 'RESULT: success\n', `Nserver: ${'a.'.repeat(490)}\n`),
  text('findings', 'RESULT: failed\n', `ERROR: 63300062009 ${'[x] '.repeat(240)}\n`),
  text('addresses', 'RESULT: success\n', `Nserver: ns.example.de ${'1.'.repeat(450)}\n`),
]

/** DER with one kind of element too many. */
export const GROWN_DER: readonly Grown[] = [
  { name: 'NULLs in a sequence', grow: (size) => tlv(0x30, Buffer.from(fill('\x05\x00', size), 'latin1')) },
  { name: 'empty sequences', grow: (size) => tlv(0x30, Buffer.from(fill('0\x00', size), 'latin1')) },
  { name: 'one long string', grow: (size) => tlv(0x04, Buffer.alloc(size)) },
  { name: 'one long number', grow: (size) => tlv(0x02, Buffer.alloc(size, 0x7f)) },
  { name: 'one long identifier', grow: (size) => tlv(0x06, Buffer.alloc(size, 0x81)) },
  {
    name: 'bit strings that look like more',
    grow: (size) => tlv(0x03, Buffer.concat([Buffer.from([0]), nested(30, size)])),
  },
  { name: 'nested 30 deep', grow: (size) => nested(30, size) },
  { name: 'nested without end', grow: (size) => nested(Math.floor(size / 5), 0) },
  { name: 'sequences without a length', grow: (size) => Buffer.from(fill('0\x80', size), 'latin1') },
]

const nested = (depth: number, size: number): Buffer => {
  // From the inside out, each level in front of the last: the octets are put together once.
  const heads: Buffer[] = []
  let length = size
  for (let level = 0; level < depth; level += 1) {
    const head = headOf(0x30, length)
    heads.push(head)
    length += head.length
  }
  return Buffer.concat([...heads.reverse(), Buffer.from(fill('\x05\x00', size), 'latin1').subarray(0, size)])
}

const headOf = (tag: number, length: number): Buffer =>
  length < 128
    ? Buffer.from([tag, length])
    : length < 65_536
      ? Buffer.from([tag, 0x82, length >> 8, length & 0xff])
      : Buffer.from([tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff])

export const tlv = (tag: number, content: Buffer): Buffer => Buffer.concat([headOf(tag, content.length), content])
