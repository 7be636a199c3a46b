import { SCHEMES } from '../core/connection.js'
import { readEntity, withoutMboxLine } from '../mail/mime.js'
import { decodeLeaf } from '../mail/transfer-encoding.js'
import { shapeOf } from './shape.js'
import { readSignedParts } from './signed-parts.js'
import { isSmimeSignature } from './smime/shape.js'

/**
 * What of a signed mail other programs take to verify it: a clear-signed text as a whole, a signed part and its OpenPGP
 * signature in binary, or a CMS message in DER, with the signed part where that is not within.
 */
export type SignedFiles =
  | { kind: 'clear'; text: Buffer }
  | { kind: 'openpgp'; signed: Buffer; signature: Buffer }
  | { kind: 'cms'; signed: Buffer | null; signature: Buffer }

/** Null for a mail that is not signed in a form that we read. Says nothing about whether the signature is good. */
export const signedFilesOf = (raw: Buffer): SignedFiles | null => {
  const entity = readEntity(withoutMboxLine(raw))
  if (!entity.ok) return null
  const shape = shapeOf(entity.value, SCHEMES)
  if (shape.kind !== 'signed') return null
  const { found } = shape
  if (found.format === 'openpgp') {
    const body = decodeLeaf(entity.value)
    const isClear = entity.value.contentType.type === 'text/plain'
    if (!isClear) return { kind: 'openpgp', signed: found.signed, signature: found.signature }
    return body.ok ? { kind: 'clear', text: body.value } : null
  }
  const protocol = entity.value.contentType.parameters.get('protocol')?.toLowerCase() ?? ''
  if (!isSmimeSignature(protocol)) {
    const opaque = decodeLeaf(entity.value)
    return opaque.ok ? { kind: 'cms', signed: null, signature: opaque.value } : null
  }
  const parts = readSignedParts(entity.value, protocol)
  const der = parts.ok ? decodeLeaf(parts.value.signature) : null
  return parts.ok && der?.ok === true ? { kind: 'cms', signed: parts.value.signed, signature: der.value } : null
}
