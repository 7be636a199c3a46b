import type { Scheme } from '../core/connection.js'
import { indexOfControl } from '../mail/control.js'
import type { Entity } from '../mail/mime.js'
import { type Read, read, unreadable } from '../mail/read.js'
import { decodeLeaf } from '../mail/transfer-encoding.js'
import { readSignatureArmor } from './openpgp/armor.js'
import { hasArmor, readClearSigned } from './openpgp/clear-text.js'
import { isPart, readSignedParts, type SignedLeaves } from './signed-parts.js'
import { charsetProblem } from './signed-text.js'
import { isSmimeMessage, isSmimeSignature, readDetached, readOpaque, type SmimeFound } from './smime/shape.js'

/** What a signature is over, where it is, and the octets that its text is decoded from: the signed ones or slices of them. */
export type Found =
  | { format: 'openpgp'; signed: Buffer; signature: Buffer; hashes: string[]; content: SignedLeaves }
  | ({ format: 'x509' } & SmimeFound)

/** What a mail is at its top level, which is all that counts. `odd`: not a form that the connection takes, and why. */
export type Shape =
  | { kind: 'signed'; found: Found }
  /** `text` is its decoded body; null for one that is no plain text. */
  | { kind: 'unsigned'; text: Buffer | null }
  | { kind: 'odd'; reason: string }

/** Sorts a mail by its top-level type, and takes it apart where that is one of the connection's schemes. */
export const shapeOf = (entity: Entity, schemes: readonly Scheme[]): Shape => {
  const { type, parameters } = entity.contentType
  const protocol = type === 'multipart/signed' ? (parameters.get('protocol')?.toLowerCase() ?? '') : ''
  if (protocol === PGP_SIGNATURE) {
    return schemes.includes('openpgp-mime') ? shape(readPgpMime(entity)) : odd(notTaken('signed as PGP/MIME'))
  }
  if (isSmimeSignature(protocol) || isSmimeMessage(type)) {
    return schemes.includes('smime') ? shape(readSmime(entity, protocol)) : odd(notTaken('S/MIME'))
  }
  if (type !== 'text/plain' && type !== 'text/html')
    return odd(`it is ${type}, not a form of reply that this connection takes`)
  const body = decodeLeaf(entity)
  if (!body.ok) return odd(body.reason)
  if (!hasArmor(body.value)) return { kind: 'unsigned', text: type === 'text/plain' ? body.value : null }
  if (type !== 'text/plain') return odd('it is HTML around something signed')
  return schemes.includes('openpgp-clear') ? shape(readClearText(entity, body.value)) : odd(notTaken('clear-signed'))
}

const PGP_SIGNATURE = 'application/pgp-signature'

const odd = (reason: string): Shape => ({ kind: 'odd', reason })

const notTaken = (what: string): string => `it is ${what}, which this connection does not take`

const shape = (found: Read<Found>): Shape => (found.ok ? { kind: 'signed', found: found.value } : odd(found.reason))

const readClearText = (entity: Entity, body: Buffer): Read<Found> => {
  const charset = charsetProblem(entity.contentType.parameters.get('charset'))
  if (charset !== null) return unreadable(charset)
  if (indexOfControl(body) !== -1) return unreadable('its text has a control character')
  const message = readClearSigned(body)
  if (!message.ok) return message
  const { signed } = message.value
  if (isPart(signed)) return unreadable('its signed text is a part of another mail, with a header of its own')
  const content: SignedLeaves = { mixed: false, leaves: [{ type: 'text/plain', bytes: signed }] }
  return read({ format: 'openpgp', ...message.value, content })
}

/** PGP/MIME (RFC 3156, 5). */
const readPgpMime = (entity: Entity): Read<Found> => {
  const parts = readSignedParts(entity, PGP_SIGNATURE)
  if (!parts.ok) return parts
  const { signed, content, signature: part } = parts.value
  const body = decodeLeaf(part)
  const signature = body.ok ? readSignatureArmor(body.value) : body
  return signature.ok ? read({ format: 'openpgp', signed, content, signature: signature.value, hashes: [] }) : signature
}

/** S/MIME (RFC 8551, 3.5): the signature beside the text where a protocol is named, else around it. */
const readSmime = (entity: Entity, protocol: string): Read<Found> => {
  const found = protocol === '' ? readOpaque(entity) : readDetached(entity, protocol)
  return found.ok ? read({ format: 'x509', ...found.value }) : found
}

/** True where a mail says that it is signed, whether we could read it or not. Looks at the beginning alone. */
export const claimsSignature = (raw: Buffer): boolean =>
  raw.includes('-----BEGIN PGP ') || SIGNED_TYPE.test(raw.toString('latin1', 0, 65_536))

const SIGNED_TYPE = /^content-type:\s*(?:multipart\/signed|application\/(?:x-)?pkcs7-)/im
