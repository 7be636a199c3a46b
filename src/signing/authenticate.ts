import { createHash } from 'node:crypto'
import { messageOf } from '../core/errors.js'
import type { Verdict } from '../core/mail.js'
import { indexOfControl } from '../mail/control.js'
import { isBlank, withCrlf } from '../mail/lines.js'
import { type Entity, readEntity, withoutMboxLine } from '../mail/mime.js'
import { readMultipart } from '../mail/multipart.js'
import { MAX_PARSED, type Read, read, unreadable } from '../mail/read.js'
import { decodeLeaf } from '../mail/transfer-encoding.js'
import { readSignatureArmor } from './armor.js'
import { hasArmor, readClearSigned } from './clear-text.js'
import { verifyOpenpgp } from './openpgp.js'
import type { Authenticated, AuthenticateInput, SignedContent } from './scheme.js'
import { charsetProblem, decodeSigned } from './signed-text.js'

/** What a signature is over, where it is, and the octets that its text is decoded from: the signed ones or a slice of them. */
type Found = { signed: Buffer; signature: Buffer; hashes: string[]; content: Buffer }

type Shape = { kind: 'signed'; found: Found } | { kind: 'unsigned' } | { kind: 'odd'; reason: string }

/**
 * Decides whether a mail is a registry's word: one of the two shapes that its connection takes, with one good signature by
 * a pinned key, as of the time of receipt. Works on the octets that came. Never throws: what is wrong with a mail is its
 * verdict, in a sentence.
 */
export const authenticate = async (input: AuthenticateInput): Promise<Authenticated> => {
  try {
    return await judge(input)
  } catch (error) {
    return quarantined(input.raw, `it could not be checked (${messageOf(error)})`)
  }
}

const judge = async (input: AuthenticateInput): Promise<Authenticated> => {
  const { raw, trust, keys, receivedAt } = input
  if (raw.length > MAX_PARSED) return quarantined(raw, `it has ${raw.length} octets; at most ${MAX_PARSED} are read`)
  const entity = readEntity(withoutMboxLine(raw))
  if (!entity.ok) return quarantined(raw, entity.reason)
  const shape = shapeOf(entity.value, trust.schemes)
  if (shape.kind === 'odd') return quarantined(raw, shape.reason)
  if (shape.kind === 'unsigned') return untrusted({ kind: 'unsigned', reason: 'it carries no signature', ...NOBODY })
  const text = decodeSigned(shape.found.content)
  if (!text.ok) return quarantined(raw, text.reason)
  const verdict = await verifyOpenpgp({ ...shape.found, keys, receivedAt, maxAge: trust.maxAge })
  const { reason, fingerprint, signedAt } = verdict
  if (!verdict.holds) return untrusted({ kind: 'untrusted', reason, fingerprint, signedAt })
  const content = signedContent({
    text: text.value,
    sha256: createHash('sha256').update(shape.found.signed).digest('hex'),
    fingerprint: verdict.fingerprint,
    signedAt: verdict.signedAt,
  })
  return { stage: 'trusted', verdict: { kind: 'trusted', reason, fingerprint, signedAt }, content, weak: [] }
}

const shapeOf = (entity: Entity, schemes: AuthenticateInput['trust']['schemes']): Shape => {
  const { type, parameters } = entity.contentType
  if (type === 'multipart/signed' && parameters.get('protocol')?.toLowerCase() === 'application/pgp-signature') {
    if (!schemes.includes('openpgp-mime')) return odd('it is signed as PGP/MIME, which this connection does not take')
    return shape(readSignedParts(entity))
  }
  if (type !== 'text/plain' && type !== 'text/html')
    return odd(`it is ${type}, not a form of reply that this connection takes`)
  const body = decodeLeaf(entity)
  if (!body.ok) return odd(body.reason)
  if (!hasArmor(body.value)) return { kind: 'unsigned' }
  if (type !== 'text/plain') return odd('it is HTML around something signed')
  if (!schemes.includes('openpgp-clear')) return odd('it is clear-signed, which this connection does not take')
  return shape(readClearText(entity, body.value))
}

const odd = (reason: string): Shape => ({ kind: 'odd', reason })

const shape = (found: Read<Found>): Shape => (found.ok ? { kind: 'signed', found: found.value } : odd(found.reason))

const readClearText = (entity: Entity, body: Buffer): Read<Found> => {
  const charset = charsetProblem(entity.contentType.parameters.get('charset'))
  if (charset !== null) return unreadable(charset)
  if (indexOfControl(body) !== -1) return unreadable('its text has a control character')
  const message = readClearSigned(body)
  return message.ok ? read({ ...message.value, content: message.value.signed }) : message
}

/** PGP/MIME (RFC 3156, 5): a text and its signature, and nothing beside them that a reader might take for signed. */
const readSignedParts = (entity: Entity): Read<Found> => {
  const multipart = readMultipart(entity)
  if (!multipart.ok) return multipart
  const { parts, epilogue } = multipart.value
  const [signedPart, signaturePart] = parts
  if (signedPart === undefined || signaturePart === undefined || parts.length !== 2) {
    return unreadable(`it has ${parts.length} parts; a signed mail has two`)
  }
  if (!isBlank(epilogue)) return unreadable('something stands after its last part')
  const content = readSignedLeaf(signedPart)
  if (!content.ok) return content
  const signature = readSignaturePart(signaturePart)
  if (!signature.ok) return signature
  return read({ signed: withCrlf(signedPart), signature: signature.value, hashes: [], content: content.value })
}

const readSignedLeaf = (bytes: Buffer): Read<Buffer> => {
  if (indexOfControl(bytes) !== -1) return unreadable('its signed part has a control character')
  const part = readEntity(bytes)
  if (!part.ok) return part
  const { type, parameters } = part.value.contentType
  if (type !== 'text/plain') return unreadable(`its signed part is ${type}, not text/plain`)
  const charset = charsetProblem(parameters.get('charset'))
  return charset === null ? decodeLeaf(part.value) : unreadable(charset)
}

const readSignaturePart = (bytes: Buffer): Read<Buffer> => {
  const part = readEntity(bytes)
  if (!part.ok) return part
  const { type } = part.value.contentType
  if (type !== 'application/pgp-signature') return unreadable(`its second part is ${type}, not a signature`)
  const body = decodeLeaf(part.value)
  return body.ok ? readSignatureArmor(body.value) : body
}

const NOBODY = { fingerprint: null, signedAt: null }

const untrusted = (verdict: Verdict): Authenticated => ({ stage: 'untrusted', verdict, content: null })

/** Kept, shown, and never read: whether it claims to be signed is all that is said of it. */
const quarantined = (raw: Buffer, reason: string): Authenticated => {
  const claims =
    raw.includes('-----BEGIN PGP ') || /^content-type:[ \t]*multipart\/signed/im.test(raw.toString('latin1', 0, 65_536))
  return {
    stage: 'quarantined',
    verdict: { kind: claims ? 'untrusted' : 'unsigned', reason, ...NOBODY },
    content: null,
  }
}

/**
 * The one door through which signed content comes into being. The brand exists in the type system alone, so it takes this
 * one cast; every parser downstream leans on nobody else having made it.
 */
const signedContent = (content: Pick<SignedContent, 'text' | 'sha256' | 'fingerprint' | 'signedAt'>): SignedContent =>
  Object.freeze(content) as SignedContent
