import { lineCountProblem, linesOf, trimEnd } from './lines.js'
import type { Entity } from './mime.js'
import { type Read, read, unreadable } from './read.js'

/** The octets of a body that is no multipart, with its Content-Transfer-Encoding undone (RFC 2045, 6). */
export const decodeLeaf = (entity: Pick<Entity, 'encoding' | 'body'>): Read<Buffer> => {
  const decoded = decode(entity)
  const lines = decoded.ok ? lineCountProblem(decoded.value) : null
  return lines === null ? decoded : unreadable(`its text ${lines}`)
}

const decode = ({ encoding, body }: Pick<Entity, 'encoding' | 'body'>): Read<Buffer> => {
  if (encoding === '7bit' || encoding === '8bit') return read(body)
  if (encoding === 'base64') return decodeBase64(body)
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(body)
  return unreadable('its Content-Transfer-Encoding is none of 7bit, 8bit, quoted-printable and base64')
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Strict: nothing but the alphabet and white space, padding at the end alone, whole groups. */
export const decodeBase64 = (bytes: Buffer): Read<Buffer> => {
  const text = bytes.toString('latin1').replace(/[ \t\r\n]+/g, '')
  if (text.length % 4 !== 0 || !BASE64.test(text)) return unreadable('its base64 is malformed')
  return read(Buffer.from(text, 'base64'))
}

const EQUALS = 0x3d

const decodeQuotedPrintable = (bytes: Buffer): Read<Buffer> => {
  const out = Buffer.alloc(bytes.length)
  let length = 0
  for (const { bytes: whole, start, next } of linesOf(bytes)) {
    const line = trimEnd(whole)
    const soft = line.at(-1) === EQUALS
    const text = soft ? line.subarray(0, -1) : line
    for (let at = 0; at < text.length; at += 1) {
      const byte = text[at]
      if (byte === undefined || byte > 0x7e) return unreadable('its quoted-printable has an octet that must be encoded')
      const value = byte === EQUALS ? hexadecimal(text.subarray(at + 1, at + 3)) : byte
      if (value === null) return unreadable('its quoted-printable is malformed')
      out[length] = value
      length += 1
      if (byte === EQUALS) at += 2
    }
    if (!soft) length += bytes.copy(out, length, start + whole.length, next)
  }
  return read(out.subarray(0, length))
}

const hexadecimal = (bytes: Buffer): number | null => {
  const text = bytes.toString('latin1')
  return /^[0-9A-Fa-f]{2}$/.test(text) ? Number.parseInt(text, 16) : null
}

const MAX_LINE = 76

/** Quoted-printable of text with CRLF line ends: lines of at most 76 octets, none that starts with `From `. */
export const encodeQuotedPrintable = (text: Buffer): Buffer => {
  const lines = text.toString('latin1').split('\r\n').map(encodeLine)
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

const encodeLine = (line: string): string => {
  const tokens = [...line].map((character, at) => encodeCharacter(character, at === line.length - 1))
  // Mailboxes in mbox form change such a line, and the signature would not hold any more (RFC 3156, 3).
  if (line.startsWith('From ')) tokens[0] = '=46'
  const rows: string[] = []
  let row = ''
  tokens.forEach((token, at) => {
    const room = at === tokens.length - 1 ? MAX_LINE : MAX_LINE - 1
    if (row.length + token.length > room) {
      rows.push(`${row}=`)
      row = ''
    }
    row += token
  })
  return [...rows, row].join('\r\n')
}

const encodeCharacter = (character: string, last: boolean): string => {
  const code = character.charCodeAt(0)
  const blank = character === ' ' || character === '\t'
  if (blank ? !last : code > 0x20 && code < 0x7f && character !== '=') return character
  return `=${code.toString(16).toUpperCase().padStart(2, '0')}`
}
