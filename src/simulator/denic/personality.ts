/**
 * DENIC (.de): orders and answers as lines of `Key: value`, version 5.0.
 *
 * | order                    | carried out when                                           | otherwise               |
 * |--------------------------|------------------------------------------------------------|-------------------------|
 * | CREATE                   | the name is free                                           | 53300062010 (invented)  |
 * | CHPROV                   | the name is with another provider, and the AuthInfo is its | 63300062009, 53300088733 (invented) |
 * | UPDATE, CHHOLDER, DELETE, TRANSIT, ...-AUTHINFO1 and 2 | the name is held by the gateway                            | 63300062009, 53000020002 |
 * | UPDATE                   | the holders are those of the domain                        | 63000000007             |
 * | all that carry an object | every handle exists                                        | 53000060009             |
 * |                          | two name servers or more                                   | 53300102912 with NAST 127 |
 * |                          | each host inside the domain has an address                 | 53300102902             |
 * |                          | no host is lame                                            | success, not delegated: 53300102912 and 33300102900 |
 * | RESTORE                  | the gateway deleted the name, and nobody took it since     | 63300062009, 63300062011 (invented) |
 * | TRANSIT                  | Disconnect is true or false                                | 63000000007             |
 * | CREATE-AUTHINFO1         | a SHA-256, and a day at most 30 days ahead                 | 63000000007             |
 * | CREATE-AUTHINFO2         | it brings no password of its own (invented)                | 63000000007             |
 * | DELETE-AUTHINFO1         | there is one                                               | 63300088735 (invented)  |
 * | CREATE, UPDATE of a contact | it is new, or has the name that it had; its data are there | 53300060010 (invented), 63000000007 |
 * | any                      | the name does not begin with `refuse` (CREATE, CHPROV)     | 53000020002             |
 * | CHECK, INFO              | there is no Ctid                                           | 63000000007             |
 *
 * Which names are taken, elsewhere or reserved is in `../memory.ts`. A line that is no pair is 63000000006; an unknown
 * key, version or action, or a name that is none under .de, is 63000000007.
 */
import { randomUUID } from 'node:crypto'
import type { Answer, Personality } from '../personality.js'
import { CODES, error } from './codes.js'
import { CONTACT_RULES } from './contact-rules.js'
import { message } from './messages.js'
import { type Reading, readOrder } from './order.js'
import { RULES, type Ruling } from './rules.js'

const personality: Personality = {
  id: 'denic',
  handle: ({ text }, memory) => {
    const reading = readOrder(text)
    if (!reading.ok) return answer(reading, { result: 'failed', findings: reading.findings })
    const rules = reading.order.handle === null ? RULES : CONTACT_RULES
    const rule = Object.hasOwn(rules, reading.order.action) ? rules[reading.order.action] : undefined
    if (rule === undefined) return answer(reading, semantics(`Action is not supported [${reading.order.action}]`))
    return answer(reading, rule(reading.order, memory))
  },
  refuse: ({ text }) =>
    answer(readOrder(text), {
      result: 'failed',
      findings: [error(CODES.unauthorized, 'Unauthorized [simulated refusal]')],
    }),
  tell: (news, { text }, memory) => {
    const reading = readOrder(text)
    return reading.ok ? message(news, reading.order.name, memory) : null
  },
  unauthenticated: (reason) =>
    answer(null, {
      result: 'failed',
      findings: [error(CODES.signature, `The signature was not accepted: [${reason}]`)],
    }),
}

export default personality

const semantics = (text: string): Ruling => ({ result: 'failed', findings: [error(CODES.semantics, text)] })

const answer = (reading: Reading | null, { result, findings, data = [] }: Ruling): Answer => {
  const reference = reading?.reference ?? null
  const lines = [
    `RESULT: ${result}`,
    `STID: ${randomUUID()}`,
    ...findings.map(({ level, code, text }) => `${level}: ${code} ${text}`),
    ...(reference === null ? [] : [`CTID: ${reference}`]),
    ...(data.length === 0 ? [] : ['', ...data]),
  ]
  return {
    text: lines.join('\n'),
    outcome: result,
    action: reading?.action ?? null,
    domain: reading?.ok ? reading.order.name : null,
    reference,
  }
}
