import { readContentType } from './content-type.js'
import { type HeaderField, headerValue, readEntity, readHeader, withoutMboxLine } from './mime.js'
import { MAX_PARSED } from './read.js'
import { decodeLeaf } from './transfer-encoding.js'

export type MailClass = { kind: 'ordinary' | 'bounce' | 'auto-reply' | 'loop'; reason: string }

/** More hops than any honest mail has (RFC 5321, 6.3 wants at least 100 to be let pass between servers; we are the end). */
const MAX_HOPS = 30

/**
 * What sort of mail this is, by its header. Nothing in a header is proven, so this only sorts: a mail that bears a
 * signature is ordinary whatever its header says of automatic replies, and the signature decides. Robots of
 * registries mark their replies `auto-generated` (RFC 3834, 5), or lists them as bulk.
 */
export const classify = ({ raw, envelopeFrom }: { raw: Buffer; envelopeFrom: string }): MailClass => {
  const header = readHeader(withoutMboxLine(raw))
  if (!header.ok) return { kind: 'ordinary', reason: `the header cannot be read: ${header.reason}` }
  const { fields } = header.value
  const hops = fields.filter(({ name }) => name === 'received').length
  if (hops > MAX_HOPS)
    return { kind: 'loop', reason: `it went through ${hops} servers; at most ${MAX_HOPS} are believed` }
  const bounce = bounceReason(fields, envelopeFrom)
  if (bounce !== null) return { kind: 'bounce', reason: bounce }
  const reply = autoReplyReason(fields)
  if (reply === null) return { kind: 'ordinary', reason: 'its header says nothing special' }
  if (bearsSignature(raw)) return { kind: 'ordinary', reason: `${reply}, but it bears a signature` }
  return { kind: 'auto-reply', reason: reply }
}

const bounceReason = (fields: readonly HeaderField[], envelopeFrom: string): string | null => {
  const { type, report } = typeOf(fields)
  const isReport = type === 'multipart/report' && report !== 'disposition-notification'
  if (isReport && envelopeFrom === '') return 'a report (multipart/report) from the null sender'
  if (isReport && report === 'delivery-status') return 'a delivery status report'
  const from = headerValue(fields, 'from') ?? ''
  if (envelopeFrom === '' && /mailer-daemon@/i.test(from)) return 'from the null sender and MAILER-DAEMON'
  return null
}

const AUTO_REPLY_FIELDS = ['x-autoreply', 'x-autorespond', 'x-auto-reply', 'x-autoresponder', 'x-mail-autoreply']

const autoReplyReason = (fields: readonly HeaderField[]): string | null => {
  const submitted = headerValue(fields, 'auto-submitted') ?? ''
  if (/^auto-replied\b/i.test(submitted)) return 'Auto-Submitted says auto-replied'
  const { type, report } = typeOf(fields)
  if (type === 'multipart/report' && report === 'disposition-notification') return 'a read receipt'
  if (/^auto[_-]reply$/i.test(headerValue(fields, 'precedence') ?? '')) return 'Precedence says auto_reply'
  const mark = AUTO_REPLY_FIELDS.find((name) => fields.some((field) => field.name === name))
  return mark === undefined ? null : `it has the field ${mark}`
}

const typeOf = (fields: readonly HeaderField[]): { type: string; report: string } => {
  const read = readContentType(headerValue(fields, 'content-type') ?? '')
  if (!read.ok) return { type: '', report: '' }
  return { type: read.value.type, report: (read.value.parameters.get('report-type') ?? '').toLowerCase() }
}

/** Also of a mail that cannot be read as a whole: what claims to be signed is for a person, not for the pile. */
const bearsSignature = (raw: Buffer): boolean => {
  const text = raw.toString('latin1', 0, MAX_PARSED)
  if (SIGNED_TYPE.test(text) || CLEAR_SIGNED.test(text)) return true
  const entity = readEntity(withoutMboxLine(raw))
  const body = entity.ok ? decodeLeaf(entity.value) : entity
  return body.ok && CLEAR_SIGNED.test(body.value.toString('latin1'))
}

/** PGP/MIME and both forms of S/MIME (RFC 3156, 5; RFC 8551, 3.5). */
const SIGNED_TYPE = /^content-type:\s*(?:multipart\/signed|application\/(?:x-)?pkcs7-)/im
const CLEAR_SIGNED = /^-----BEGIN PGP SIGNED MESSAGE-----/m
