/**
 * Nominet's Automaton: a mail has a subject of tag and operation, and one or more requests, divided by empty lines.
 *
 * | operation | carried out when                                            | otherwise       |
 * |-----------|-------------------------------------------------------------|-----------------|
 * | `request` | the name is free, and its registrant is there               | V900, V902; V205 for names that begin with `refuse` |
 * | `modify`  | the name is on the gateway's tag; no account name           | V901, V013      |
 * | `renew`, `delete`, `query` | the name is on the gateway's tag           | V901            |
 * | `release` | the same, and the receiver is a tag                         | V901, V016      |
 *
 * A subject of another form is V000, an unknown operation V001, an unknown field V007, no name V008, one that is none under .uk
 * V009. V900 and above are invented, as are the words around the documented sentences, the answer to a deletion, and that a mail
 * whose signature does not hold is ignored. Which names are taken or reserved is in `../memory.ts`.
 *
 * A mail about several requests is answered by several, all under the first one's subject. Errors quote the request.
 */
import type { Answer, Personality } from '../personality.js'
import { type Request, readRequests } from './request.js'
import { RULES, type Ruling } from './rules.js'

const personality: Personality = {
  id: 'nominet',
  handle: ({ subject, text }, memory) => {
    const reading = readRequests(subject, text)
    if (!reading.ok) return { text: errorText('', reading, text), ...FAILED, domain: null, action: null }
    const answers = reading.requests.map((request) =>
      answer(reading.tag, request, RULES[request.operation]?.(request, memory)),
    )
    const [first, ...others] = answers
    if (first === undefined) return { text: errorText('', NO_RULE, text), ...FAILED, domain: null, action: null }
    return others.length === 0 ? first : { ...first, later: others.map((other) => other.text) }
  },
  refuse: ({ text }) => ({
    text: errorText('', { code: 'V015', text: 'The tag has been barred (simulated refusal)' }, text),
    ...{ ...FAILED, domain: null, action: null },
  }),
  tell: (news, { text, subject }, memory) => {
    const reading = readRequests(subject, text)
    const name = reading.ok ? reading.requests[0]?.name : undefined
    // How a name that leaves the tag is told is not known, and nothing is told of one that cannot be served.
    if (news !== 'deleted' || name === undefined || memory.find(name)?.provider !== 'gateway') return null
    memory.remove(name)
    const by = ['has been cancelled by', '', 'registrant@example.org']
    return [
      'The following message was sent from the Automaton:',
      '',
      'Please be informed that the domain name',
      '',
      name,
      '',
      ...by,
    ].join('\n')
  },
  unauthenticated: () => null,
}

export default personality

const FAILED = { outcome: 'failed', reference: null } as const
const NO_RULE = { code: 'V001', text: 'Subject Line contains unknown action' }

const answer = (tag: string, request: Request, ruling: Ruling | undefined): Answer => {
  const { operation, name } = request
  const about = { action: operation, domain: name, reference: null }
  if (ruling === undefined || !ruling.ok)
    return { text: errorText(operation, ruling ?? NO_RULE, request.lines.join('\n')), outcome: 'failed', ...about }
  const subjects: Record<string, string> = { request: `${name} ACCEPTED`, query: `Re: ${tag} Query` }
  return {
    text: ruling.text,
    outcome: 'success',
    subject: subjects[operation] ?? `Re: ACK ${tag} ${operation}`,
    ...about,
  }
}

const errorText = (operation: string, { code, text }: { code: string; text: string }, original: string): string =>
  [
    'The following error occurred while processing',
    `your ${operation === '' ? 'DNS auto delegation' : operation} request:`,
    '',
    `${code} ${text}`,
    '',
    'Your original message follows',
    '-'.repeat(79),
    original.trimEnd(),
  ].join('\n')
