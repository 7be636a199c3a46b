import { type ContentType, DEFAULT_CONTENT_TYPE, readContentType } from './content-type.js'
import { lineCountProblem, linesOf } from './lines.js'
import { MAX_PARSED, type Read, read, unreadable } from './read.js'

/** A header field: name in lower case, value unfolded and trimmed, one character an octet (Latin-1). */
export type HeaderField = { name: string; value: string }

/** A mail or a part of one (RFC 2045, 2.4). `body` is a view on the octets that were read, never a copy. */
export type Entity = {
  headers: readonly HeaderField[]
  body: Buffer
  contentType: ContentType
  /** Content-Transfer-Encoding in lower case. */
  encoding: string
}

/**
 * The mail itself: local delivery agents put an mbox line (`From sender date`) before what they pipe into a command, and
 * it is no header field.
 */
export const withoutMboxLine = (raw: Buffer): Buffer => {
  if (!raw.subarray(0, 5).equals(MBOX)) return raw
  const end = raw.indexOf('\n')
  return end === -1 ? raw : raw.subarray(end + 1)
}

const MBOX = Buffer.from('From ')

/** Reads the header of a mail or of a part, and says where its body is. Lines end with CRLF or LF. */
export const readEntity = (bytes: Buffer): Read<Entity> => {
  if (bytes.length > MAX_PARSED) return unreadable(`it has more than ${MAX_PARSED} octets`)
  const lines = lineCountProblem(bytes)
  if (lines !== null) return unreadable(`it ${lines}`)
  const header = readHeader(bytes)
  if (!header.ok) return header
  const { fields, body } = header.value
  const type = only(fields, 'content-type')
  if (!type.ok) return type
  const encoding = only(fields, 'content-transfer-encoding')
  if (!encoding.ok) return encoding
  const contentType = type.value === null ? read(DEFAULT_CONTENT_TYPE) : readContentType(type.value)
  if (!contentType.ok) return contentType
  return read({
    headers: fields,
    body,
    contentType: contentType.value,
    encoding: (encoding.value ?? '7bit').toLowerCase(),
  })
}

/** The fields of a header in order, repeated ones kept, and the octets after the empty line. */
export const readHeader = (bytes: Buffer): Read<{ fields: HeaderField[]; body: Buffer }> => {
  const fields: HeaderField[] = []
  for (const { bytes: line, next } of linesOf(bytes)) {
    if (line.length === 0) return read({ fields: fields.map(trimmed), body: bytes.subarray(next) })
    if (next > MAX_PARSED) return unreadable(`its header has more than ${MAX_PARSED} octets`)
    const problem = take(fields, line)
    if (problem !== null) return unreadable(problem)
  }
  return read({ fields: fields.map(trimmed), body: bytes.subarray(bytes.length) })
}

/** The value of a field that there is once at most; null where there is none or there are several. */
export const headerValue = (headers: readonly HeaderField[], name: string): string | null => {
  const found = headers.filter((field) => field.name === name)
  return found.length === 1 ? (found[0]?.value ?? null) : null
}

const MAX_FIELDS = 1_000
const FIELD = /^([!-9;-~]+)[ \t]*:(.*)$/s

const take = (fields: HeaderField[], line: Buffer): string | null => {
  const text = line.toString('latin1')
  if (text.includes('\0') || text.includes('\r')) return 'its header has a NUL or a bare CR'
  const last = fields.at(-1)
  if (text.startsWith(' ') || text.startsWith('\t')) {
    if (last === undefined) return 'its header starts with a continuation line'
    last.value += text
    return null
  }
  const [, name, value] = FIELD.exec(text) ?? []
  if (name === undefined || value === undefined) return 'its header has a line that is no field'
  if (fields.length >= MAX_FIELDS) return `its header has more than ${MAX_FIELDS} fields`
  fields.push({ name: name.toLowerCase(), value })
  return null
}

const trimmed = ({ name, value }: HeaderField): HeaderField => ({ name, value: value.trim() })

const only = (fields: readonly HeaderField[], name: string): Read<string | null> => {
  const found = fields.filter((field) => field.name === name)
  return found.length > 1 ? unreadable(`it has ${found.length} ${name} fields`) : read(found[0]?.value ?? null)
}
