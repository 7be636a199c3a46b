import { linesOf } from './lines.js'
import { type HeaderField, headerValue, readEntity, readHeader, withoutMboxLine } from './mime.js'
import { readMultipart } from './multipart.js'
import { decodeLeaf } from './transfer-encoding.js'

export type DeliveryAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'

/** What became of the mail on its way to one recipient. */
export type RecipientStatus = {
  action: DeliveryAction
  /** Enhanced status code (RFC 3463), such as 5.1.1: 4 is a failure that might have passed, 5 one that would not. */
  status: string
  /** The failing server's own words. */
  diagnostic: string | null
  /** Whom the mail was for at last, and whom its sender named; null where it is not said. */
  recipient: string | null
  original: string | null
}

/** A delivery status notification: one entry a recipient, at least one. */
export type DeliveryStatus = readonly RecipientStatus[]

const ACTIONS: readonly DeliveryAction[] = ['failed', 'delayed', 'expanded', 'relayed', 'delivered']

/** The types of its part (RFC 3464, 2.1; RFC 6533, 3). */
const STATUS_TYPES: readonly string[] = ['message/delivery-status', 'message/global-delivery-status']

/** Reads a delivery status notification (RFC 3464, 2). Null for a mail that is none. Nothing in it is proven. */
export const readDeliveryStatus = (raw: Buffer): DeliveryStatus | null => {
  const mail = readEntity(withoutMboxLine(raw))
  if (!mail.ok || mail.value.contentType.type !== 'multipart/report') return null
  const multipart = readMultipart(mail.value)
  if (!multipart.ok) return null
  const found = multipart.value.parts.flatMap(readPart)
  return found.length === 0 ? null : found
}

const readPart = (bytes: Buffer): RecipientStatus[] => {
  const part = readEntity(bytes)
  if (!part.ok || !STATUS_TYPES.includes(part.value.contentType.type)) return []
  const body = decodeLeaf(part.value)
  if (!body.ok) return []
  return groupsOf(body.value).flatMap((group) => {
    const fields = readHeader(group)
    return fields.ok ? readRecipient(fields.value.fields) : []
  })
}

/** Groups of fields with empty lines between them: the first is about the mail, each other about one recipient. */
const groupsOf = (body: Buffer): Buffer[] => {
  const groups: Buffer[] = []
  let from = 0
  for (const { bytes: line, start, next } of linesOf(body)) {
    if (line.length > 0) continue
    if (start > from) groups.push(body.subarray(from, start))
    from = next
  }
  return [...groups, body.subarray(from)]
}

const readRecipient = (fields: readonly HeaderField[]): RecipientStatus[] => {
  const action = ACTIONS.find((known) => known === (headerValue(fields, 'action') ?? '').toLowerCase())
  if (action === undefined) return []
  const [status] = /^[245]\.\d{1,3}\.\d{1,3}/.exec(headerValue(fields, 'status') ?? '') ?? []
  const [recipient, original] = [addressOf(fields, 'final-recipient'), addressOf(fields, 'original-recipient')]
  return [{ action, status: status ?? unnamed(action), diagnostic: diagnosticOf(fields), recipient, original }]
}

const unnamed = (action: DeliveryAction): string =>
  action === 'failed' ? '5.0.0' : action === 'delayed' ? '4.0.0' : '2.0.0'

const MAX_DIAGNOSTIC = 1_000

const diagnosticOf = (fields: readonly HeaderField[]): string | null => {
  const text = textOf(headerValue(fields, 'diagnostic-code') ?? '').slice(0, MAX_DIAGNOSTIC)
  return text === '' ? null : text.toWellFormed()
}

const MAX_ADDRESS = 320

/** `rfc822; robot@registry.example`, also in angle brackets, as some servers write it. */
const addressOf = (fields: readonly HeaderField[], name: string): string | null => {
  const text = textOf(headerValue(fields, name) ?? '').replace(/^<(.*)>$/, '$1')
  return text === '' || text.length > MAX_ADDRESS ? null : text.toLowerCase()
}

/** The value after its type; in UTF-8 where it is that (RFC 6533, 3). */
const textOf = (value: string): string =>
  utf8(value)
    .replace(/^[\w-]+[ \t]*;/, '')
    .replace(/\s+/g, ' ')
    .trim()

const utf8 = (latin1: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'))
  } catch {
    return latin1
  }
}
