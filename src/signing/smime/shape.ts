import type { Entity } from '../../mail/mime.js'
import { type Read, read, unreadable } from '../../mail/read.js'
import { decodeLeaf } from '../../mail/transfer-encoding.js'
import { readSignedContent, readSignedParts, type SignedLeaves } from '../signed-parts.js'
import { MAX_SIGNATURE, readSignedData, type SignedData } from './cms.js'

/** What an S/MIME mail has signed, the signature, and the octets that the text is decoded from. */
export type SmimeFound = { signed: Buffer; signature: SignedData; content: SignedLeaves }

/** Signed beside the text, and around it; each has an old name that is still in use (RFC 8551, 3.2 and 3.5). */
export const isSmimeSignature = (type: string): boolean => /^application\/(?:x-)?pkcs7-signature$/.test(type)
export const isSmimeMessage = (type: string): boolean => /^application\/(?:x-)?pkcs7-mime$/.test(type)

/** A text and its detached signature (RFC 8551, 3.5.3), which carries no content of its own that could be meant instead. */
export const readDetached = (entity: Entity, type: string): Read<SmimeFound> => {
  const parts = readSignedParts(entity, type)
  if (!parts.ok) return parts
  const { signed, content, signature: part } = parts.value
  // A signature alone is small: most of what would keep us busy ends here.
  if (part.body.length > 2 * MAX_SIGNATURE) return unreadable(`its signature has more than ${MAX_SIGNATURE} octets`)
  const signature = readCms(part)
  if (!signature.ok) return signature
  if (signature.value.content !== null) return unreadable('its detached signature carries content of its own')
  return read({ signed, signature: signature.value, content })
}

/** A signature with the text inside (RFC 8551, 3.5.2): the only source of it, whatever the mail around says. */
export const readOpaque = (entity: Entity): Read<SmimeFound> => {
  const kind = entity.contentType.parameters.get('smime-type')?.toLowerCase() ?? SIGNED
  if (kind !== SIGNED)
    return unreadable(`it is S/MIME of ${/^[a-z-]{1,30}$/.test(kind) ? kind : 'an unknown kind'}, not signed data`)
  const signature = readCms(entity)
  if (!signature.ok) return signature
  const signed = signature.value.content
  if (signed === null) return unreadable('its signature carries no content')
  const content = readSignedContent(signed)
  return content.ok ? read({ signed, signature: signature.value, content: content.value }) : content
}

const SIGNED = 'signed-data'

const readCms = (part: Entity): Read<SignedData> => {
  if (part.encoding !== 'base64') return unreadable('its signature is not in base64')
  const der = decodeLeaf(part)
  return der.ok ? readSignedData(der.value) : der
}
