/**
 * The mail robot of nic-direct, as far as it is known: the layout of its answers is that of its samples, with the keys in columns, and
 * one of them spelt as they spell it in a failure (`tracking ID`). That an answer about a domain repeats `tld` and `sld` is ours.
 *
 * | operation                        | carried out when                                                       |
 * |----------------------------------|------------------------------------------------------------------------|
 * | `CREATE`                         | the name is free; four contacts and two name servers with addresses    |
 * | `TRANSFER-IN`                    | the name is not the gateway's; an `auth-info`, where there is one, fits |
 * | `UPDATE`, `CHANGE-OWNER`         | the name is the gateway's                                              |
 * | `DELETE`, `LOCK`, `UNLOCK`       | the name is the gateway's                                              |
 *
 * Each request is decided at once. It tells nothing unasked, because how it would is not known.
 */
import type { Answer, Personality, SignedOrder } from '../personality.js'
import { type Request, readRequest } from './request.js'
import { RULES } from './rules.js'

const personality: Personality = {
  id: 'nic-direct',
  handle: (order, memory) => {
    const request = readRequest(order.text, order.subject)
    if (request.error !== null) return answer(request, order, request.error)
    const rule = RULES[request.operation]
    return answer(request, order, rule === undefined ? 'invalid operation' : rule(request, memory))
  },
  refuse: (order) => answer(readRequest(order.text, order.subject), order, 'simulated refusal'),
  tell: () => null,
  unauthenticated: () => null,
}

export default personality

const line = (key: string, value: string): string => `${`${key}:`.padEnd(13)} ${value}`

const answer = (request: Request, { text, subject }: SignedOrder, error: string | null): Answer => {
  const { trackingId, object, operation, name, fields } = request
  const repeated = ['tld', 'sld'].flatMap((key) => (fields.has(key) ? [line(key, fields.get(key) ?? '')] : []))
  return {
    text: [
      line('status', error === null ? 'success' : 'failed'),
      line(error === null ? 'tracking-id' : 'tracking ID', trackingId),
      ...[line('object', object), line('operation', operation), ...repeated],
      ...(error === null ? [] : [line('error', error)]),
      ...['', 'original request:', `subject: ${subject}`, '', text.trimEnd()],
    ].join('\n'),
    outcome: error === null ? 'success' : 'failed',
    ...{ action: operation || null, domain: name || null, reference: trackingId || null },
  }
}
