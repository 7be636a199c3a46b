import { linesOf, trimEnd } from './lines.js'
import type { Entity } from './mime.js'
import { type Read, read, unreadable } from './read.js'

/** The parts between the boundaries, as views on the same octets. A part ends before the line end that its boundary owns. */
export type Multipart = { parts: Buffer[]; epilogue: Buffer }

const MAX_PARTS = 100
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/

/**
 * Splits the body of a multipart (RFC 2046, 5.1.1). A line that starts with the boundary and goes on is refused: some
 * programs take it for the boundary and others do not.
 */
export const readMultipart = (entity: Entity): Read<Multipart> => {
  const boundary = entity.contentType.parameters.get('boundary')
  if (boundary === undefined || !BOUNDARY.test(boundary)) return unreadable('its boundary is missing or malformed')
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  const parts: Buffer[] = []
  let open: number | null = null
  for (const { bytes: line, start, next } of linesOf(entity.body)) {
    if (!line.subarray(0, delimiter.length).equals(delimiter)) continue
    const rest = trimEnd(line.subarray(delimiter.length)).toString('latin1')
    if (rest !== '' && rest !== '--') return unreadable('a line of it starts with the boundary and goes on')
    if (open !== null) parts.push(entity.body.subarray(open, Math.max(open, beforeLineEnd(entity.body, start))))
    if (parts.length > MAX_PARTS) return unreadable(`it has more than ${MAX_PARTS} parts`)
    if (rest === '--') return closed(parts, open, entity.body.subarray(next))
    open = next
  }
  return unreadable('its closing boundary is missing')
}

const closed = (parts: Buffer[], open: number | null, epilogue: Buffer): Read<Multipart> =>
  open === null ? unreadable('its closing boundary comes before any part') : read({ parts, epilogue })

const LF = 0x0a
const CR = 0x0d

const beforeLineEnd = (bytes: Buffer, at: number): number => {
  if (bytes[at - 1] !== LF) return at
  return bytes[at - 2] === CR ? at - 2 : at - 1
}
