import { acquires } from '../../core/action.js'
import type { CallAnswer } from '../../core/server-call.js'
import type { PollInput, Question, ServerProfile, ServerReading } from '../profile.js'
import { DONE, ORDER_DONE, ORDER_ENDED } from './codes.js'
import { dataOfDomain, expiryIn, hostsIn, replies } from './read.js'
import { openReply, timeIn, wordsOf, type XcpReply } from './reply.js'
import { mapAt, textAt, type XcpMap, xmlText } from './xcp.js'

/** How much older than the request an order may look whose clock is not ours. Milliseconds. */
const SKEW = 3_600_000

/**
 * An order is asked for by its number; where nobody knows that, since the answer to it was lost, the orders of the domain are. A
 * change of a domain has no order that could be asked for: the domain itself tells whether it was made.
 */
const question = ({ terms, ticket }: PollInput): Question | null => {
  if (acquires(terms.action))
    return ticket === null
      ? { template: 'orders-of-domain', values: { domain: terms.domain } }
      : { template: 'order-status', values: { order: xmlText(ticket) } }
  return terms.action === 'renew' || terms.action === 'update-nameservers' ? dataOfDomain(terms.domain) : null
}

const read = (answer: CallAnswer, input: PollInput): ServerReading => {
  const reply = openReply(answer)
  if ('kind' in reply) return reply
  if (reply.code !== DONE || !reply.success) return nothing(reply, 'it does not tell')
  if (!acquires(input.terms.action)) return readDomain(reply, input)
  return input.ticket === null ? readOrders(reply, input) : readOrder(reply, input)
}

export const poll: ServerProfile['poll'] = { question, read }

const nothing = (reply: XcpReply, why: string): ServerReading => ({
  kind: 'unclear',
  words: `${wordsOf(reply)} (${why})`,
})

const readOrder = (reply: XcpReply, input: PollInput): ServerReading => {
  const order = mapAt(reply.attributes, 'field_hash')
  const domain = textAt(order, 'domain')
  const id = textAt(order, 'id')
  const isOurs =
    (id === null || id === input.ticket) && (domain === null || domain.toLowerCase() === input.terms.domain)
  if (!isOurs) return nothing(reply, `it tells of the order ${id} for ${domain}, which is another one`)
  return said(reply, input, { id: input.ticket, status: textAt(order, 'status') })
}

/**
 * Orders have no reference of ours. One alone that is as young as the request is taken for it; of several, or where their dates
 * cannot be read (their form is not documented), a person has to find out.
 */
const readOrders = (reply: XcpReply, input: PollInput): ServerReading => {
  const list = mapAt(reply.attributes, 'orders')
  const orders = [...list.keys()].map((key) => orderIn(mapAt(list, key)))
  if (orders.length === 0) return nothing(reply, 'it knows no order of the domain')
  if (orders.some(({ at }) => at === null))
    return nothing(reply, 'the dates of its orders cannot be read: compare them in the control panel')
  const young = orders.filter(({ at }) => at !== null && at.getTime() >= input.since.getTime() - SKEW)
  const [order] = young
  if (order === undefined || young.length > 1)
    return nothing(reply, `it has ${orders.length} orders of the domain, of which ${young.length} can be this one`)
  return said(reply, input, order)
}

const orderIn = (order: XcpMap) => ({
  id: textAt(order, 'id'),
  status: textAt(order, 'status'),
  at: dateIn(textAt(order, 'order_date')),
})

const dateIn = (text: string | null): Date | null =>
  text !== null && /^\d{9,10}$/.test(text) ? new Date(Number(text) * 1_000) : timeIn(text)

const said = (
  reply: XcpReply,
  { terms }: PollInput,
  { id, status }: { id: string | null; status: string | null },
): ServerReading => {
  const word = status?.toLowerCase() ?? ''
  const outcome = ORDER_DONE.includes(word) ? 'done' : ORDER_ENDED.includes(word) ? 'refused' : 'accepted'
  const text = `the order ${id ?? 'without a number'} is ${word || 'in no state that it tells'}`
  const told = replies(reply, {
    outcome,
    ticket: id,
    domain: terms.domain,
    action: terms.action,
    code: word || null,
    text,
  })
  return { ...told, words: `${wordsOf(reply)}: ${text}` }
}

const readDomain = (reply: XcpReply, { terms, domain }: PollInput): ServerReading => {
  const done = (text: string, expiresAt: Date | null): ServerReading => ({
    ...replies(reply, { outcome: 'done', domain: terms.domain, action: terms.action, text, expiresAt }),
    words: `${wordsOf(reply)}: ${text}`,
  })
  if (terms.action === 'renew') {
    const [before, now] = [domain?.expiresAt ?? null, expiryIn(reply.attributes)]
    const years = terms.period?.years ?? 1
    if (before === null || now === null || now.getUTCFullYear() < before.getUTCFullYear() + years)
      return nothing(
        reply,
        `the domain ends ${now?.toISOString() ?? 'at a date that it does not tell'}, so it is not renewed yet`,
      )
    return done(`the domain is registered until ${now.toISOString()}`, now)
  }
  const has = hostsIn(reply.attributes).sort().join(' ')
  const ordered = terms.nameservers
    .map(({ host }) => host)
    .sort()
    .join(' ')
  return has === ordered
    ? done(`the domain has ${has}`, null)
    : nothing(reply, `the domain has ${has || 'no name servers'}`)
}
