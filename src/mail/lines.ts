import { MAX_LINES } from './read.js'

const LF = 0x0a
const CR = 0x0d

/** One line: its octets without the line end, where it starts, and where the next one does. */
export type Line = { bytes: Buffer; start: number; next: number }

/**
 * The lines of a buffer, as views on it. Lines end with CRLF or LF; a last line without an end counts when it is not
 * empty.
 */
export function* linesOf(bytes: Buffer): Generator<Line> {
  let start = 0
  while (start < bytes.length) {
    const found = bytes.indexOf(LF, start)
    const end = found === -1 ? bytes.length : found
    const next = found === -1 ? bytes.length : found + 1
    const cut = found !== -1 && end > start && bytes[end - 1] === CR ? end - 1 : end
    yield { bytes: bytes.subarray(start, cut), start, next }
    start = next
  }
}

/** What is wrong with octets of so many lines, as the end of a sentence about them; null where there are few enough. */
export const lineCountProblem = (bytes: Buffer): string | null => {
  let lines = 0
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    lines += 1
    if (lines > MAX_LINES) return `has more than ${MAX_LINES} lines`
  }
  return null
}

/** The same octets with every line end as CRLF: the canonical form that signatures of text are made over. */
export const withCrlf = (bytes: Buffer): Buffer => {
  const parts: Buffer[] = []
  let from = 0
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (at > 0 && bytes[at - 1] === CR) continue
    parts.push(bytes.subarray(from, at), Buffer.from('\r\n'))
    from = at + 1
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(from)])
}

const SPACE = 0x20
const TAB = 0x09

/** A view without the blanks and tabs at the end. */
export const trimEnd = (bytes: Buffer): Buffer => {
  let end = bytes.length
  while (end > 0 && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end -= 1
  return bytes.subarray(0, end)
}

/** True where there is nothing but blanks, tabs and line ends. */
export const isBlank = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === SPACE || byte === TAB || byte === CR || byte === LF)
