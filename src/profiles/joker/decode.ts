import { mentionsOf } from '../../core/mail-rule.js'
import { blankReply, type Finding, type Reply, unrecognised } from '../../core/reply.js'
import type { SignedContent } from '../../signing/scheme.js'
import { hasUnseen } from '../unseen.js'
import { accountOf } from './account.js'

/**
 * What the gateway's signed text means. How it words its mails is not public, so this looks for the header lines of the
 * registrar's other interface (DMAPI), wherever they stand: whatever else is in the text says nothing. What is not clearly a
 * refusal, nor clearly carried out, is no outcome.
 */
export const decode = ({ text }: SignedContent, given: Record<string, unknown>): Reply[] => {
  const lines = readLines(text)
  return [
    typeof lines === 'string' ? unrecognised(lines) : meaningOf(lines, text, accountOf(given).ackIsOutcome === true),
  ]
}

/** By keys in lower case; those that may be there more than once have all their values. */
type Lines = ReadonlyMap<string, readonly string[]>

const ONCE = ['tracking-id', 'proc-id', 'status-code', 'status-text', 'result', 'completion-status', 'domain']
const OF_REQUEST = ['domains0', 'tld', 'sld']
const OFTEN = ['error', 'warning']
const KEYS = new Set([...ONCE, ...OF_REQUEST, ...OFTEN])
const MOST_LINES = 500
const LONGEST_LINE = 1_000

const readLines = (text: string): Lines | string => {
  const all = text.replaceAll('\r\n', '\n').split('\n')
  if (all.length > MOST_LINES || all.some((line) => line.length > LONGEST_LINE))
    return 'The text is too long to be an answer.'
  if (hasUnseen(text)) return 'The text has a control character in it.'
  const found = new Map<string, string[]>()
  for (const line of all) {
    const [, name = '', value = ''] = /^([A-Za-z0-9-]{1,40}):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    const key = name.toLowerCase()
    if (!KEYS.has(key)) continue
    if (value.includes('\t')) return `The line "${key}" has a tab in it.`
    found.set(key, [...(found.get(key) ?? []), value])
  }
  const twice = [...ONCE, ...OF_REQUEST].find((key) => (found.get(key)?.length ?? 0) > 1)
  return twice === undefined ? found : `The line "${twice}" is there more than once.`
}

/** What one of these lines says of the request; null where it is not there, `unknown` for a word that we do not know. */
type Sign = 'good' | 'bad' | 'unknown' | null

const signOf = (value: string | undefined, words: { good: RegExp; bad: RegExp }): Sign =>
  value === undefined ? null : words.good.test(value) ? 'good' : words.bad.test(value) ? 'bad' : 'unknown'

const WORDS = { good: /^ack$/i, bad: /^nack$/i }
/** 0 and 1000 to 1999 are no error; any other number is. */
const CODES = { good: /^(?:0|1[0-9]{3})$/, bad: /^-?[0-9]{1,6}$/ }

const meaningOf = (lines: Lines, text: string, ackIsOutcome: boolean): Reply => {
  const first = (key: string): string | undefined => lines.get(key)?.[0]
  const code = first('status-code')
  const completion = signOf(first('completion-status'), WORDS)
  const errors = (lines.get('error') ?? []).filter((line) => line !== '')
  const signs = [signOf(first('result'), WORDS), signOf(code, CODES), completion, errors.length > 0 ? 'bad' : null]
  const said = new Set(signs.filter((sign) => sign !== null))
  if (said.size === 0) return unrecognised('There is no Result, Status-Code, Completion-Status or Error in the text.')
  if (said.has('unknown')) return unrecognised('The Result, Status-Code or Completion-Status is not known.')
  if (said.size > 1) return unrecognised('The text says that the request was accepted and that it was not.')
  const about = aboutOf(lines, text)
  if (typeof about === 'string') return unrecognised(about)
  const reply = { ...blankReply(), ...about, findings: findingsOf(lines, errors) }
  const words = first('status-text') ?? ''
  if (said.has('bad'))
    return {
      ...{ ...reply, outcome: 'refused', code: signOf(code, CODES) === 'bad' ? (code ?? null) : null },
      text: errors[0] ?? (words === '' ? 'The registrar gave no reason.' : words),
    }
  const done = completion === 'good' || ackIsOutcome
  const plain = done ? 'The registrar carried it out.' : 'The registrar took the request; this is not its outcome yet.'
  return { ...reply, outcome: done ? 'done' : 'accepted', text: words === '' ? plain : words }
}

const findingsOf = (lines: Lines, errors: readonly string[]): Finding[] => [
  ...errors.map((text): Finding => ({ level: 'error', code: 'Error', text })),
  ...(lines.get('warning') ?? []).map((text): Finding => ({ level: 'warning', code: 'Warning', text })),
]

const TICKET = /^[\x21-\x7e]{1,255}$/
const A_LABELS = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/

/** Our reference where the signed text repeats it, the registrar's number of the job, and the domain where one is named. */
const aboutOf = (lines: Lines, text: string): Pick<Reply, 'reference' | 'ticket' | 'domain'> | string => {
  const references = mentionsOf(text).references.filter((one) => text.includes(one))
  if (references.length > 1) return 'The text names several references of ours.'
  const ticket = lines.get('proc-id')?.[0] ?? lines.get('tracking-id')?.[0] ?? null
  if (ticket !== null && !TICKET.test(ticket)) return 'The Proc-ID or Tracking-Id is not of visible ASCII characters.'
  const [tld, sld] = [lines.get('tld')?.[0], lines.get('sld')?.[0]]
  const named = [
    lines.get('domain')?.[0],
    lines.get('domains0')?.[0]?.split(':')[0],
    ...(tld === undefined || sld === undefined ? [] : [`${sld}.${tld}`]),
  ].filter((name) => name !== undefined)
  const domains = [...new Set(named.map((name) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())))]
  const [domain = null, other] = domains
  if (other !== undefined) return 'The text names two domains.'
  if (domain !== null && (domain.length > 253 || !A_LABELS.test(domain))) return 'The domain is no name in A-labels.'
  return { reference: references[0] ?? null, ticket, domain }
}
