import fc from 'fast-check'
import type { Seed } from './seeds.js'

/** A way to spoil octets; told in words when a property fails. */
type Mutation = { say: string; spoil(raw: Buffer): Buffer }

/** A mail, what was done to it, and what came out. */
export type Mutant = { say: string; seed: Seed; raw: Buffer }

/** Where, as a part of the whole: it fits a mail of any length. */
const place = fc.noBias(fc.nat({ max: 10_000 })).map((part) => part / 10_000)

const at = (raw: Buffer, where: number): number => Math.min(raw.length, Math.floor(where * (raw.length + 1)))

const insert = (raw: Buffer, where: number, octets: string | Uint8Array): Buffer => {
  const here = at(raw, where)
  const inserted = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets
  return Buffer.concat([raw.subarray(0, here), inserted, raw.subarray(here)])
}

const linesOf = (raw: Buffer): string[] => raw.toString('latin1').split('\n')
const ofLines = (lines: readonly string[]): Buffer => Buffer.from(lines.join('\n'), 'latin1')
const pick = <T>(list: readonly T[], where: number): number =>
  Math.min(list.length - 1, Math.floor(where * list.length))

const boundaryOf = (raw: Buffer): string => /boundary="?([^"\s;]+)/i.exec(raw.toString('latin1'))?.[1] ?? 'b'

const CHARACTERS = [
  '\0',
  '\r',
  '\n',
  '\r\r\n',
  '\x7f',
  '\x85',
  '\xa0',
  '\xff',
  '\xe2\x80\xa8',
  '\xef\xbb\xbf',
  '\x1b[2J',
  '\t',
  '\x0c',
]

const FRAGMENTS = [
  ...[
    '=',
    '=3D',
    '=\r\n',
    '==',
    '=ZZ',
    '=0',
    '-',
    '--',
    '- ',
    '\r\n\r\n',
    ';;;',
    '"',
    '\\',
    '(comment)',
    '[x]',
    '=-=\n',
  ],
  ...['-----BEGIN PGP SIGNED MESSAGE-----\n', '-----BEGIN PGP SIGNATURE-----\n', '-----END PGP SIGNATURE-----\n'],
  ...[
    '-----BEGIN PGP MESSAGE-----\n',
    'Hash: SHA1\n',
    'NotDashEscaped: yes\n',
    'RESULT: success\n',
    'RESULT: failed\n',
  ],
  ...['__proto__: x\n', 'constructor: x\n', 'From nobody Thu Jan  1 00:00:00 1970\n', '\n.\n', '0\x80\x30\x80'],
]

const FIELDS = [
  ...[
    'Content-Type: text/html',
    'Content-Type: multipart/signed; boundary=b',
    'Content-Type: multipart/mixed; boundary=""',
  ],
  ...["Content-Type: text/plain; charset*=utf-8''utf-7", 'Content-Type: text/plain; charset*0=utf-; charset*1=7'],
  ...['Content-Type: text/plain; charset=utf-16', 'Content-Type: text/plain; charset=a; charset=b', 'Content-Type: ;'],
  ...[
    'Content-Transfer-Encoding: base64',
    'Content-Transfer-Encoding: quoted-printable',
    'Content-Transfer-Encoding: x',
  ],
  ...['Auto-Submitted: auto-replied', ' folded', ':', 'No colon here', 'Received: from a', 'MIME-Version: 9'],
  ...['Content-Type: message/rfc822', 'Content-Type: multipart/report; report-type=delivery-status; boundary=r'],
]

const mutation = (say: string, spoil: Mutation['spoil']): Mutation => ({ say, spoil })

const mutations: fc.Arbitrary<Mutation>[] = [
  place.map((where) => mutation(`cut at ${where}`, (raw) => raw.subarray(0, at(raw, where)))),
  fc.tuple(place, place).map(([a, b]) =>
    mutation(`cut out ${a} to ${b}`, (raw) => {
      const [from, to] = [at(raw, Math.min(a, b)), at(raw, Math.max(a, b))]
      return Buffer.concat([raw.subarray(0, from), raw.subarray(to)])
    }),
  ),
  fc.array(fc.tuple(place, fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }).map((changes) =>
    mutation(`octets ${JSON.stringify(changes)}`, (raw) => {
      const changed = Buffer.from(raw)
      for (const [where, octet] of changes) changed[pick([...changed.keys()], where)] = octet
      return changed
    }),
  ),
  fc
    .tuple(place, fc.constantFrom(...CHARACTERS, ...FRAGMENTS))
    .map(([where, text]) => mutation(`${JSON.stringify(text)} at ${where}`, (raw) => insert(raw, where, text))),
  fc
    .tuple(place, fc.uint8Array({ maxLength: 40 }))
    .map(([where, octets]) => mutation(`${octets.length} octets at ${where}`, (raw) => insert(raw, where, octets))),
  fc.tuple(place, fc.constantFrom(...FIELDS)).map(([where, field]) =>
    mutation(`line ${field} at ${where}`, (raw) => {
      const lines = linesOf(raw)
      lines.splice(pick(lines, where), 0, `${field}\r`)
      return ofLines(lines)
    }),
  ),
  fc.tuple(place, place, fc.integer({ min: 1, max: 40 })).map(([from, to, times]) =>
    mutation(`line ${from} ${times} times at ${to}`, (raw) => {
      const lines = linesOf(raw)
      const line = lines[pick(lines, from)] ?? ''
      lines.splice(pick(lines, to), 0, ...Array.from({ length: times }, () => line))
      return ofLines(lines)
    }),
  ),
  fc
    .tuple(place, fc.constantFrom('', '--', 'x', ' ', '--x', '\t--'))
    .map(([where, end]) =>
      mutation(`boundary and ${JSON.stringify(end)} at ${where}`, (raw) =>
        insert(raw, where, `\r\n--${boundaryOf(raw)}${end}\r\n`),
      ),
    ),
  fc
    .constantFrom('\n', '\r', '\r\n', '\r\r\n', '\n\r')
    .map((end) =>
      mutation(`line ends ${JSON.stringify(end)}`, (raw) =>
        Buffer.from(raw.toString('latin1').replace(/\r?\n/g, end), 'latin1'),
      ),
    ),
  fc.integer({ min: 1, max: 60 }).map((depth) =>
    mutation(`nested ${depth} deep`, (raw) => {
      let inner = raw.toString('latin1')
      for (let level = 0; level < depth; level += 1)
        inner = `Content-Type: multipart/mixed; boundary=n${level}\r\n\r\n--n${level}\r\n${inner}\r\n--n${level}--\r\n`
      return Buffer.from(inner, 'latin1')
    }),
  ),
  fc
    .tuple(place, fc.constantFrom(998, 5_000, 60_000), fc.constantFrom('a', ' ', '\t', '=', '"', '\\', ';', '\xe9'))
    .map(([where, length, character]) =>
      mutation(`${length} of ${JSON.stringify(character)} at ${where}`, (raw) =>
        insert(raw, where, character.repeat(length)),
      ),
    ),
  fc
    .integer({ min: 1, max: 3_000 })
    .map((count) =>
      mutation(`${count} parameters`, (raw) =>
        Buffer.concat([Buffer.from(`Content-Type: text/plain${parameters(count)}\r\n`), raw]),
      ),
    ),
  fc.tuple(place, place).map(([a, b]) =>
    mutation(`lines ${a} and ${b} swapped`, (raw) => {
      const lines = linesOf(raw)
      const [i, j] = [pick(lines, a), pick(lines, b)]
      const [one = '', other = ''] = [lines[i], lines[j]]
      lines[i] = other
      lines[j] = one
      return ofLines(lines)
    }),
  ),
  place.map((where) =>
    mutation(`line ${where} in the other case`, (raw) => {
      const lines = linesOf(raw)
      const line = pick(lines, where)
      lines[line] = (lines[line] ?? '').replace(/[a-z]/gi, (c) => (c < 'a' ? c.toLowerCase() : c.toUpperCase()))
      return ofLines(lines)
    }),
  ),
]

const parameters = (count: number): string => Array.from({ length: count }, (_, index) => `; p${index}=v`).join('')

/** Octets that are more than any reader takes are cut, so that the readers are reached. */
const MAX = 256 * 1024

/** Valid mails and texts, spoilt in one to four ways. */
export const mutants = (seeds: readonly Seed[]): fc.Arbitrary<Mutant> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(fc.oneof(...mutations), { minLength: 1, maxLength: 4 }))
    .map(([seed, applied]) => ({
      say: `${seed.name}: ${applied.map(({ say }) => say).join(', then ')}`,
      seed,
      raw: applied.reduce((raw, { spoil }) => spoil(raw), seed.raw).subarray(0, MAX),
    }))

/** The beginning of one mail and the end of another. */
export const splices = (seeds: readonly Seed[]): fc.Arbitrary<Mutant> =>
  fc.tuple(fc.constantFrom(...seeds), fc.constantFrom(...seeds), place, place).map(([seed, other, from, to]) => ({
    say: `${seed.name} to ${from}, then ${other.name} from ${to}`,
    seed,
    raw: Buffer.concat([seed.raw.subarray(0, at(seed.raw, from)), other.raw.subarray(at(other.raw, to))]),
  }))
