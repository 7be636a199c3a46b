/**
 * Joker.com's mail gateway, as far as it is known. Requests are read as documented; a mail whose signature does not hold is
 * ignored, and one without a known request type is answered with an error. How the gateway words its answers is not known: these
 * have the header lines of the registrar's other interface, and as an invention of ours
 *
 * - a first mail that acknowledges the request, and a second one with `Completion-Status`, `ack` or `nack`,
 * - a line `Request` with the subject of the request, so that our reference is under the signature, and a line `Domain`,
 * - EPP's result codes as `Status-Code`, and a line `Contact` with the handle of a contact that was made.
 *
 * | request type          | carried out when                                                 | otherwise        |
 * |-----------------------|------------------------------------------------------------------|------------------|
 * | `create TLD-order`    | the name is free, every handle is known, two name servers         | 2302, 2303, 2003 |
 * | `transfer TLD-domain` | the name is elsewhere, and the AuthInfo (`auth-id`) is its        | 2202, 2106       |
 * | `modify domain`       | the name is held by the gateway                                  | 2303, 2201       |
 * | `renew TLD-domain`    | the same, with a number of years or a year                       | 2303, 2201, 2004 |
 * | `delete domain`       | the same                                                         | 2303, 2201       |
 * | `create dns-config`   | the same, and each record is one                                 | 2003, 2005       |
 * | `create TLD-contact`  | its data are there                                               | 2003             |
 *
 * Which names are taken, elsewhere or reserved is in `../memory.ts`. What cannot be read at all is refused at once.
 */
import { randomInt } from 'node:crypto'
import type { Answer, Personality } from '../personality.js'
import { type Reading, readRequest } from './request.js'
import { RULES, type Ruling } from './rules.js'

const personality: Personality = {
  id: 'joker',
  handle: (order, memory) => {
    const reading = readRequest(order)
    if (!reading.ok) return rejected(reading, 2001, reading.error)
    const rule = RULES[reading.request.verb]
    if (rule === undefined) return rejected(reading, 2101, 'unknown request type')
    return decided(reading, rule(reading.request, memory))
  },
  refuse: (order) => rejected(readRequest(order), 2201, 'Authorization error (simulated refusal)'),
  tell: () => null, // no message that the gateway sends unasked is known
  unauthenticated: () => null,
}

export default personality

/** Taken, then done or not; both mails have the number of the job. */
const decided = (reading: Reading & { ok: true }, ruling: Ruling): Answer => {
  const about = aboutOf(reading)
  const made =
    ruling === null && reading.request.verb === 'create contact' ? [`Contact: C${randomInt(100_000, 999_999)}`] : []
  const completed = ruling === null ? ['Completion-Status: ack'] : ['Completion-Status: nack', `Error: ${ruling.text}`]
  return {
    text: [...about, 'Status-Code: 0', 'Status-Text: Request accepted', 'Result: ACK'].join('\n'),
    later: [[...about, ...(ruling === null ? [] : [`Status-Code: ${ruling.code}`]), ...completed, ...made].join('\n')],
    ...factsOf(reading, ruling === null),
  }
}

const rejected = (reading: Reading, code: number, text: string): Answer => ({
  text: [...aboutOf(reading), `Status-Code: ${code}`, 'Result: NACK', `Error: ${text}`].join('\n'),
  ...factsOf(reading, false),
})

const aboutOf = (reading: Reading): string[] => [
  `Tracking-Id: ${randomInt(10_000_000, 99_999_999)}`,
  ...(reading.ok ? [`Proc-ID: ${randomInt(1_000_000, 9_999_999)}`] : []),
  ...(reading.type === null
    ? []
    : [`Request: ${reading.type}${reading.reference === null ? '' : ` [${reading.reference}]`}`]),
  ...(reading.ok && reading.request.domain !== '' ? [`Domain: ${reading.request.domain}`] : []),
]

const factsOf = (reading: Reading, done: boolean): Omit<Answer, 'text' | 'later'> => ({
  outcome: done ? 'success' : 'failed',
  action: reading.type,
  domain: reading.ok ? reading.request.domain : null,
  reference: reading.reference,
})
