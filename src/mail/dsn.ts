import { linesOf } from './lines.js'
import { type HeaderField, headerValue, readEntity, readHeader, withoutMboxLine } from './mime.js'
import { readMultipart } from './multipart.js'
import { decodeLeaf } from './transfer-encoding.js'

export type DeliveryAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'

export type DeliveryStatus = {
  action: DeliveryAction
  /** Enhanced status code (RFC 3463), such as 5.1.1. */
  status: string
  /** The failing server's own words. */
  diagnostic: string | null
}

/** Worst first: with several recipients the worst action is what we must know. */
const ACTIONS: readonly DeliveryAction[] = ['failed', 'delayed', 'expanded', 'relayed', 'delivered']

/**
 * Reads a delivery status notification (RFC 3464, 2): the worst that happened to any recipient. Null for a mail that is
 * none. Nothing in it is proven.
 */
export const readDeliveryStatus = (raw: Buffer): DeliveryStatus | null => {
  const mail = readEntity(withoutMboxLine(raw))
  if (!mail.ok || mail.value.contentType.type !== 'multipart/report') return null
  const multipart = readMultipart(mail.value)
  if (!multipart.ok) return null
  const found = multipart.value.parts.flatMap(readPart)
  return found.sort((a, b) => ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action))[0] ?? null
}

const readPart = (bytes: Buffer): DeliveryStatus[] => {
  const part = readEntity(bytes)
  if (!part.ok || part.value.contentType.type !== 'message/delivery-status') return []
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

const readRecipient = (fields: readonly HeaderField[]): DeliveryStatus[] => {
  const action = ACTIONS.find((known) => known === (headerValue(fields, 'action') ?? '').toLowerCase())
  if (action === undefined) return []
  const [status] = /^[245]\.\d{1,3}\.\d{1,3}/.exec(headerValue(fields, 'status') ?? '') ?? []
  return [{ action, status: status ?? unnamed(action), diagnostic: diagnosticOf(fields) }]
}

const unnamed = (action: DeliveryAction): string =>
  action === 'failed' ? '5.0.0' : action === 'delayed' ? '4.0.0' : '2.0.0'

const MAX_DIAGNOSTIC = 1_000

const diagnosticOf = (fields: readonly HeaderField[]): string | null => {
  const text = (headerValue(fields, 'diagnostic-code') ?? '').replace(/^[\w-]+[ \t]*;/, '').replace(/\s+/g, ' ')
  return text.trim() === '' ? null : text.trim().slice(0, MAX_DIAGNOSTIC)
}
