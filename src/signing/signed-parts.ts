import { indexOfControl } from '../mail/control.js'
import { isBlank, withCrlf } from '../mail/lines.js'
import { type Entity, type HeaderField, readEntity, readHeader } from '../mail/mime.js'
import { readMultipart } from '../mail/multipart.js'
import { type Read, read, unreadable } from '../mail/read.js'
import { decodeLeaf } from '../mail/transfer-encoding.js'
import { charsetProblem } from './signed-text.js'

/** A text within what is signed: the MIME type of its part, and its octets with their transfer encoding undone. */
export type SignedLeaf = { type: string; bytes: Buffer }

/** What is signed: one text, or the texts of a `multipart/mixed` in their order. */
export type SignedLeaves = { mixed: boolean; leaves: readonly [SignedLeaf, ...SignedLeaf[]] }

/** A `multipart/signed` (RFC 1847, 2.1) taken apart: what is signed, the texts in it, and the part with the signature. */
export type SignedParts = { signed: Buffer; content: SignedLeaves; signature: Entity }

/**
 * A text and its signature, and nothing beside them that a reader might take for signed. `type` is that of the signature, as
 * the `protocol` of the whole names it.
 */
export const readSignedParts = (entity: Entity, type: string): Read<SignedParts> => {
  const parts = readParts(entity)
  if (!parts.ok) return parts
  const [signedPart, signaturePart] = parts.value
  if (signedPart === undefined || signaturePart === undefined || parts.value.length !== 2) {
    return unreadable(`it has ${parts.value.length} parts; a signed mail has two`)
  }
  const content = readSignedContent(signedPart)
  if (!content.ok) return content
  const signature = readEntity(signaturePart)
  if (!signature.ok) return signature
  const found = signature.value.contentType.type
  if (found !== type) return unreadable(`its second part is ${found}, not a signature`)
  return read({ signed: withCrlf(signedPart), content: content.value, signature: signature.value })
}

/** Parts are never encoded as a whole (RFC 2045, 6.4): some programs would see other parts than we do. */
const IDENTITY = ['7bit', '8bit', 'binary']

const readParts = (entity: Entity): Read<Buffer[]> => {
  const multipart = readMultipart(entity)
  if (!multipart.ok) return multipart
  if (!isBlank(multipart.value.epilogue)) return unreadable('something stands after its last part')
  if (!IDENTITY.includes(entity.encoding))
    return unreadable('its Content-Transfer-Encoding is none of 7bit, 8bit and binary')
  return read(multipart.value.parts)
}

/**
 * The text of a signed part: one leaf of plain text, or those of a `multipart/mixed`, each with its transfer encoding undone
 * once.
 */
export const readSignedContent = (bytes: Buffer): Read<SignedLeaves> => {
  const part = readSignedPart(bytes)
  if (!part.ok) return part
  const { type } = part.value.contentType
  if (type === 'multipart/mixed') return readMixed(part.value)
  if (type !== 'text/plain') return unreadable(`its signed part is ${type}, not text/plain`)
  const leaf = readLeaf(part.value)
  return leaf.ok ? read({ mixed: false, leaves: [leaf.value] }) : leaf
}

/** A text, what answers it, and a program's own words: more parts than this are no reply. */
const MOST_TEXTS = 5

const readMixed = (entity: Entity): Read<SignedLeaves> => {
  const parts = readParts(entity)
  if (!parts.ok) return parts
  if (parts.value.length > MOST_TEXTS) return unreadable(`its signed part has more than ${MOST_TEXTS} parts`)
  const leaves: SignedLeaf[] = []
  for (const bytes of parts.value) {
    const leaf = readMixedPart(bytes)
    if (!leaf.ok) return leaf
    leaves.push(leaf.value)
  }
  const [first, ...rest] = leaves
  return first === undefined
    ? unreadable('its signed part has no parts')
    : read({ mixed: true, leaves: [first, ...rest] })
}

/** Of one that is signed itself, as a mail that is given back is, the text within: whoever signed the whole answers for it. */
const readMixedPart = (bytes: Buffer): Read<SignedLeaf> => {
  const part = readSignedPart(bytes)
  if (!part.ok) return part
  const { type } = part.value.contentType
  if (/^(?:text|message)\//.test(type)) return readLeaf(part.value)
  if (type !== 'multipart/signed') return unreadable(`a part of its signed part is ${type}, which is not read`)
  const parts = readParts(part.value)
  if (!parts.ok) return parts
  const [within] = parts.value
  if (within === undefined || parts.value.length !== 2)
    return unreadable('a signed mail within it does not have two parts')
  const text = readSignedPart(within)
  if (!text.ok) return text
  const inner = text.value.contentType.type
  if (inner !== 'text/plain') return unreadable(`a signed mail within it has ${inner} signed, not text/plain`)
  const leaf = readLeaf(text.value)
  return leaf.ok ? read({ type, bytes: leaf.value.bytes }) : leaf
}

/**
 * A part within what is signed. Its header is one: lines of `key: value` before an empty line may also be the beginning of a
 * text that was signed as such, and would be lost.
 */
const readSignedPart = (bytes: Buffer): Read<Entity> => {
  if (indexOfControl(bytes) !== -1) return unreadable('its signed part has a control character')
  const part = readEntity(bytes)
  if (!part.ok) return part
  const { headers } = part.value
  if (headers.length === 0 || saysType(headers)) return part
  return unreadable('its signed part begins with lines that may be header or text; with a Content-Type it is clear')
}

const readLeaf = (entity: Entity): Read<SignedLeaf> => {
  const { type, parameters } = entity.contentType
  const charset = charsetProblem(parameters.get('charset'))
  if (charset !== null) return unreadable(charset)
  const bytes = decodeLeaf(entity)
  return bytes.ok ? read({ type, bytes: bytes.value }) : bytes
}

/** True for octets that were signed as a part: read as a text they would be another, and use up what the part says. */
export const isPart = (bytes: Buffer): boolean => {
  const header = readHeader(bytes)
  return header.ok && saysType(header.value.fields)
}

const saysType = (headers: readonly HeaderField[]): boolean => headers.some(({ name }) => name === 'content-type')
