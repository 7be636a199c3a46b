import { type Action, acquires } from '../../core/action.js'
import { blankReply, type Reply, type ReplyData } from '../../core/reply.js'
import type { CallAnswer } from '../../core/server-call.js'
import type { EncodeInput, Question, ServerReading } from '../profile.js'
import { AVAILABLE, DONE, FAILED, IN_HAND, REFUSED, SUBMITTED, TAKEN } from './codes.js'
import { openReply, timeIn, wordsOf, type XcpReply } from './reply.js'
import { mapAt, textAt, type XcpMap } from './xcp.js'

/** What the server says to a request. Only what is clearly final settles it; an order that exists is asked about later. */
export const read = (answer: CallAnswer, { terms }: EncodeInput): ServerReading => {
  const reply = openReply(answer)
  if ('kind' in reply) return reply
  const { action, domain } = terms
  const said = (change: Partial<Reply>): ServerReading => replies(reply, { domain, action, ...change })
  const { code, attributes } = reply
  if (isQuestion(action)) return readAnswer(reply, action, said)
  const ticket = ticketOf(attributes)
  const pending = textAt(attributes, 'forced_pending')
  if (pending !== null && pending !== '')
    return said({ outcome: 'accepted', ticket: pending, findings: [{ level: 'error', code, text: reply.text }] })
  if (code === SUBMITTED) return said({ outcome: 'accepted', ticket })
  if (code === DONE && reply.success) return readDone(reply, action, said, ticket)
  if (IN_HAND.includes(code)) return acquires(action) ? said({ outcome: 'accepted', ticket }) : untaken(reply)
  if (FAILED.includes(code))
    return ticket === null ? { kind: 'unclear', words: wordsOf(reply) } : said({ outcome: 'accepted', ticket })
  if (REFUSED.includes(code) && !reply.success) return said({ outcome: 'refused', ticket })
  return said({ outcome: 'unrecognised', ticket })
}

type Said = (change: Partial<Reply>) => ServerReading

/** A transfer that was taken is submitted, and done much later (inferred: nothing says it of the code). */
const readDone = ({ attributes }: XcpReply, action: Action, said: Said, ticket: string | null): ServerReading => {
  if (!acquires(action)) {
    const expiresAt = timeIn(textAt(attributes, 'registration expiration date'))
    return said({ outcome: 'done', ticket, expiresAt: action === 'renew' ? expiresAt : null })
  }
  const code = textAt(attributes, 'registration_code') ?? DONE
  const text = textAt(attributes, 'registration_text') ?? ''
  if (code !== DONE && code !== SUBMITTED)
    return said({ outcome: 'accepted', ticket, findings: [{ level: 'warning', code, text }] })
  return said({ outcome: action === 'register' && code === DONE ? 'done' : 'accepted', ticket })
}

const isQuestion = (action: Action): boolean => ['check', 'info', 'lookup-transfer'].includes(action)

const readAnswer = (reply: XcpReply, action: Action, said: Said): ServerReading => {
  const { code, attributes } = reply
  if (action === 'check' && code === AVAILABLE) return said({ outcome: 'done', data: { status: 'available' } })
  if (action === 'check' && TAKEN.includes(code)) return said({ outcome: 'done', data: { status: 'taken' } })
  if (action !== 'check' && code === DONE && reply.success) return said({ outcome: 'done', data: dataOf(attributes) })
  if (REFUSED.includes(code)) return said({ outcome: 'refused' })
  return FAILED.includes(code) ? untaken(reply) : said({ outcome: 'unrecognised' })
}

const untaken = (reply: XcpReply): ServerReading => ({ kind: 'untaken', words: wordsOf(reply) })

/** What an order is called from then on; of a request that the registry queued, that. */
const ticketOf = (attributes: XcpMap): string | null =>
  ['id', 'order_id', 'queue_request_id']
    .map((key) => textAt(attributes, key))
    .find((text) => text !== null && text !== '') ?? null

export const replies = (reply: XcpReply, change: Partial<Reply>): ServerReading => ({
  kind: 'replies',
  words: wordsOf(reply),
  replies: [{ ...blankReply(), outcome: 'unrecognised', code: reply.code, text: reply.text || reply.code, ...change }],
})

/** The texts of an answer by their keys, name servers as a list; contacts stay in the archive. */
const dataOf = (attributes: XcpMap): ReplyData => {
  const texts = [...attributes].filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const hosts = hostsIn(attributes)
  return { ...Object.fromEntries(texts), ...(hosts.length === 0 ? {} : { nameservers: hosts }) }
}

export const hostsIn = (attributes: XcpMap): string[] => {
  const list = mapAt(attributes, 'nameserver_list')
  return [...list.keys()].flatMap((key) => (textAt(list, key, 'name') ?? '').toLowerCase() || [])
}

/** Until when a domain is registered, by the registry's own date before OpenSRS's. */
export const expiryIn = (attributes: XcpMap): Date | null =>
  timeIn(textAt(attributes, 'registry_expiredate')) ?? timeIn(textAt(attributes, 'expiredate'))

/** The answer to an order does not say until when the domain is registered. */
export const more = {
  question: (reply: Reply, { terms }: EncodeInput): Question | null =>
    reply.expiresAt === null && (acquires(terms.action) || terms.action === 'renew')
      ? dataOfDomain(terms.domain)
      : null,
  add: (reply: Reply, answer: CallAnswer): Reply => {
    const told = openReply(answer)
    if ('kind' in told || told.code !== DONE || !told.success) return reply
    return { ...reply, expiresAt: expiryIn(told.attributes) }
  },
}

export const dataOfDomain = (domain: string): Question => ({ template: 'info', values: { domain } })
