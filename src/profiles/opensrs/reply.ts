import { type Checked, ok } from '../../core/errors.js'
import type { CallAnswer } from '../../core/server-call.js'
import type { ServerReading } from '../profile.js'
import { BUSY, UNKNOWN_CALLER } from './codes.js'
import { mapAt, readXcp, textAt, type XcpMap } from './xcp.js'

/** A reply of the server as it stands in its envelope. */
export type XcpReply = {
  success: boolean
  code: string
  text: string
  attributes: XcpMap
}

const LONGEST_TEXT = 500

/** Problems are sentences about the message. */
const readReply = (octets: Buffer): Checked<XcpReply> => {
  const message = readXcp(octets)
  if (!message.ok) return message
  return ok({
    success: textAt(message.value, 'is_success') === '1',
    code: textAt(message.value, 'response_code') ?? '',
    text: (textAt(message.value, 'response_text') ?? '').replace(/\s+/g, ' ').slice(0, LONGEST_TEXT),
    attributes: mapAt(message.value, 'attributes'),
  })
}

export const wordsOf = ({ code, text }: XcpReply): string => `${code} ${text}`.trim()

/**
 * The reply in an answer, or what an answer without one says: who is not let in gets an error of HTTP, or one of XCP, and what
 * is no reply at all says nothing about the order.
 */
export const openReply = ({ status, body }: CallAnswer): XcpReply | Exclude<ServerReading, { kind: 'replies' }> => {
  if (status !== 200) {
    const words = status < 500 ? 'the server does not take the call' : 'the server or what stands before it failed'
    return { kind: status < 500 ? 'untaken' : 'unclear', words }
  }
  if (body.length === 0)
    return { kind: 'unclear', words: 'the answer is empty, which may mean that our address is not let in' }
  const reply = readReply(body)
  if (!reply.ok) return { kind: 'unclear', words: reply.problems.map(({ detail }) => detail).join('; ') }
  const untaken = UNKNOWN_CALLER.includes(reply.value.code) || BUSY.includes(reply.value.code)
  return untaken ? { kind: 'untaken', words: wordsOf(reply.value) } : reply.value
}

/** `YYYY-MM-DD HH:MM:SS`, or the date alone, which is taken for UTC (inferred: nothing says in which zone it is); else null. */
export const timeIn = (text: string | null): Date | null => {
  const [, date, time = '00:00:00'] = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}))?Z?$/.exec(text ?? '') ?? []
  const at = date === undefined ? null : new Date(`${date}T${time}Z`)
  return at === null || Number.isNaN(at.getTime()) ? null : at
}
