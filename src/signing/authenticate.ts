import { createHash } from 'node:crypto'
import { messageOf } from '../core/errors.js'
import type { Verdict } from '../core/mail.js'
import { singleAddress } from '../core/mail-address.js'
import { lineEndProblem } from '../mail/control.js'
import { type Entity, headerValue, readEntity, withoutMboxLine } from '../mail/mime.js'
import { MAX_PARSED } from '../mail/read.js'
import { verifyOpenpgp } from './openpgp/verify.js'
import type { Authenticated, AuthenticateInput, SignatureVerdict, SignedContent, UnsignedContent } from './scheme.js'
import { claimsSignature, type Found, shapeOf } from './shape.js'
import { charsetProblem, decodeLeaves, decodeSigned } from './signed-text.js'
import { verifySmime } from './smime/verify.js'

/**
 * Decides whether a mail is a registry's word: one of the shapes that its connection takes, with one good signature by a
 * pinned key, as of the time of receipt. Works on the octets that came. Never throws: what is wrong with a mail is its
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
  const { raw, trust, handedOver = false } = input
  if (raw.length > MAX_PARSED) return quarantined(raw, `it has ${raw.length} octets; at most ${MAX_PARSED} are read`)
  const mail = withoutMboxLine(raw)
  const lineEnds = lineEndProblem(mail, { mixed: handedOver })
  if (lineEnds !== null) return quarantined(raw, `it ${lineEnds}`)
  const entity = readEntity(mail)
  if (!entity.ok) return quarantined(raw, entity.reason)
  const shape = shapeOf(entity.value, trust.schemes)
  if (shape.kind === 'odd') return quarantined(raw, shape.reason)
  if (shape.kind === 'unsigned') {
    const content = shape.text === null || claimsSignature(mail) ? null : readUnsigned(entity.value, shape.text)
    return untrusted({ kind: 'unsigned', reason: 'it carries no signature', ...NOBODY }, content)
  }
  const { content: found } = shape.found
  if (found.mixed && input.several !== true)
    return quarantined(raw, 'its signed part is multipart/mixed, not text/plain')
  const texts = decodeLeaves(found)
  if (!texts.ok) return quarantined(raw, texts.reason)
  const verdict = await verify(shape.found, input)
  const { reason, fingerprint, signedAt } = verdict
  if (!verdict.holds) return untrusted({ kind: 'untrusted', reason, fingerprint, signedAt })
  const content = signedContent({
    text: texts.value.text,
    parts: Object.freeze(texts.value.parts),
    sha256: createHash('sha256').update(shape.found.signed).digest('hex'),
    fingerprint: verdict.fingerprint,
    signedAt: verdict.signedAt,
  })
  return { stage: 'trusted', verdict: { kind: 'trusted', reason, fingerprint, signedAt }, content, weak: verdict.weak }
}

const verify = async (found: Found, input: AuthenticateInput): Promise<SignatureVerdict> => {
  const { trust, registryAddresses, receivedAt } = input
  const keys = input.keys.filter(({ format }) => format === found.format)
  const asked = { keys, receivedAt, maxAge: trust.maxAge, weak: trust.weak }
  return found.format === 'openpgp'
    ? verifyOpenpgp({ ...found, ...asked })
    : verifySmime({ ...found, ...asked, registryAddresses })
}

const NOBODY = { fingerprint: null, signedAt: null }

const untrusted = (verdict: Verdict, unsigned: UnsignedContent | null = null): Authenticated => ({
  ...{ stage: 'untrusted', verdict, content: null, unsigned },
})

/** Null for what no text of a registry is: armor within a line, control characters, an unknown character set. */
const readUnsigned = ({ headers, contentType }: Entity, body: Buffer): UnsignedContent | null => {
  const text = decodeSigned(body)
  if (!text.ok || text.value.includes(ARMOR) || charsetProblem(contentType.parameters.get('charset')) !== null)
    return null
  return unsignedContent({
    text: text.value,
    subject: headerValue(headers, 'subject') ?? '',
    from: singleAddress(headerValue(headers, 'from') ?? ''),
    inReplyTo: (headerValue(headers, 'in-reply-to') ?? '').match(/<[^<>\s]+>/g) ?? [],
    sha256: createHash('sha256').update(body).digest('hex'),
  })
}

/** Wherever it stands, quoted too: such a mail says something of a signature, and is none that was never to have one. */
const ARMOR = '-----BEGIN PGP '

/** Kept, shown, and never read: whether it claims to be signed is all that is said of it. */
const quarantined = (raw: Buffer, reason: string): Authenticated => {
  const kind = claimsSignature(raw) ? 'untrusted' : 'unsigned'
  return { stage: 'quarantined', verdict: { kind, reason, ...NOBODY }, content: null, unsigned: null }
}

/**
 * The one door through which signed content comes into being. The brand exists in the type system alone, so it takes this
 * one cast; every parser downstream leans on nobody else having made it.
 */
const signedContent = (
  content: Pick<SignedContent, 'text' | 'parts' | 'sha256' | 'fingerprint' | 'signedAt'>,
): SignedContent => Object.freeze(content) as SignedContent

/** The same for what carries no signature; the two brands keep one from being taken for the other. */
const unsignedContent = (content: {
  text: string
  subject: string
  from: string | null
  inReplyTo: readonly string[]
  sha256: string
}): UnsignedContent => Object.freeze(content) as UnsignedContent
