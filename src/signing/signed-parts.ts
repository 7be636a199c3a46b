import { indexOfControl } from '../mail/control.js'
import { isBlank, withCrlf } from '../mail/lines.js'
import { type Entity, type HeaderField, readEntity, readHeader } from '../mail/mime.js'
import { readMultipart } from '../mail/multipart.js'
import { type Read, read, unreadable } from '../mail/read.js'
import { decodeLeaf } from '../mail/transfer-encoding.js'
import { charsetProblem } from './signed-text.js'

/** A `multipart/signed` (RFC 1847, 2.1) taken apart: what is signed, the text in it, and the part with the signature. */
export type SignedParts = { signed: Buffer; content: Buffer; signature: Entity }

/**
 * A text and its signature, and nothing beside them that a reader might take for signed. `type` is that of the signature, as
 * the `protocol` of the whole names it.
 */
export const readSignedParts = (entity: Entity, type: string): Read<SignedParts> => {
  const multipart = readMultipart(entity)
  if (!multipart.ok) return multipart
  const { parts, epilogue } = multipart.value
  const [signedPart, signaturePart] = parts
  if (signedPart === undefined || signaturePart === undefined || parts.length !== 2) {
    return unreadable(`it has ${parts.length} parts; a signed mail has two`)
  }
  if (!isBlank(epilogue)) return unreadable('something stands after its last part')
  if (!IDENTITY.includes(entity.encoding))
    return unreadable('its Content-Transfer-Encoding is none of 7bit, 8bit and binary')
  const content = readSignedLeaf(signedPart)
  if (!content.ok) return content
  const signature = readEntity(signaturePart)
  if (!signature.ok) return signature
  const found = signature.value.contentType.type
  if (found !== type) return unreadable(`its second part is ${found}, not a signature`)
  return read({ signed: withCrlf(signedPart), content: content.value, signature: signature.value })
}

/** Parts are never encoded as a whole (RFC 2045, 6.4): some programs would see other parts than we do. */
const IDENTITY = ['7bit', '8bit', 'binary']

/**
 * The text of a signed part: one leaf of plain text, with its transfer encoding undone once. Its header is one: lines of
 * `key: value` before an empty line may also be the beginning of a text that was signed as such, and would be lost.
 */
export const readSignedLeaf = (bytes: Buffer): Read<Buffer> => {
  if (indexOfControl(bytes) !== -1) return unreadable('its signed part has a control character')
  const part = readEntity(bytes)
  if (!part.ok) return part
  const { headers, contentType } = part.value
  if (headers.length > 0 && !saysType(headers))
    return unreadable('its signed part begins with lines that may be header or text; with a Content-Type it is clear')
  const { type, parameters } = contentType
  if (type !== 'text/plain') return unreadable(`its signed part is ${type}, not text/plain`)
  const charset = charsetProblem(parameters.get('charset'))
  return charset === null ? decodeLeaf(part.value) : unreadable(charset)
}

/** True for octets that were signed as a part: read as a text they would be another, and use up what the part says. */
export const isPart = (bytes: Buffer): boolean => {
  const header = readHeader(bytes)
  return header.ok && saysType(header.value.fields)
}

const saysType = (headers: readonly HeaderField[]): boolean => headers.some(({ name }) => name === 'content-type')
