import { describeProblems } from '../../core/errors.js'
import { type Finding, type Reply, unrecognised } from '../../core/reply.js'
import type { SignedContent } from '../../signing/scheme.js'
import { parseKeyValue, type Section } from '../key-value.js'
import { DAYS_TO_MEND, FINDING, isDecisive, isUndelegated, NOT_ACCEPTABLE } from './codes.js'
import { MESSAGE_TYPES, readTidings } from './messages.js'
import { askedFor, readData } from './reply-data.js'
import { isKnownKey, REPEATABLE } from './reply-keys.js'
import { readName, readNameservers } from './reply-names.js'

/** Several results in one mail stand between lines that begin like this. */
const SEPARATOR = /^=-=.*$/m
const MOST_RESULTS = 100
const DAY = 24 * 60 * 60_000

/**
 * What the registry's signed text means: one reply for each result in it. A result that is not exactly of the known form
 * is `unrecognised` with the reason as its text, whatever else it says.
 */
export const decode = (content: SignedContent): Reply[] => {
  const blocks = content.text
    .replaceAll('\r\n', '\n')
    .split(SEPARATOR)
    .filter((block) => /[^ \t\n]/.test(block))
  if (blocks.length === 0) return [unrecognised('The text is empty.')]
  if (blocks.length > MOST_RESULTS)
    return [unrecognised(`The text has ${blocks.length} results; at most ${MOST_RESULTS} are read.`)]
  return blocks.map((block) => decodeResult(block, content.signedAt))
}

const decodeResult = (block: string, signedAt: Date): Reply => {
  const read = parseKeyValue(block.replace(/^\n/, ''), { repeatable: REPEATABLE })
  if (!read.ok) return unrecognised(describeProblems(read.problems))
  const [head, ...rest] = read.value.sections
  const unknown = head.pairs.find(([key]) => !isKnownKey(key))
  if (unknown !== undefined) return unrecognised(`The key "${unknown[0]}" is not known.`)
  if (rest.length > 0 && (head.first('CTID') !== null || head.first('Msgtype') !== null))
    return unrecognised(`The section [${rest[0]?.name}] belongs to data that were asked for, not to this reply.`)
  const facts = readFacts(head)
  if (typeof facts === 'string') return unrecognised(facts)
  if (facts.messageType !== null) return notice(facts, head)
  return outcome(facts, head, signedAt)
}

type Facts = Pick<Reply, 'reference' | 'ticket' | 'domain' | 'findings' | 'nameservers'> & {
  result: 'success' | 'failed' | null
  messageType: string | null
}

const RESULTS: ReadonlyMap<string, 'success' | 'failed'> = new Map([
  ['success', 'success'],
  ['failed', 'failed'],
  ['failure', 'failed'],
  ['exception', 'failed'],
])

/** Everything in a result that a machine acts upon; a sentence where one of them is not of its form. */
const readFacts = (head: Section): Facts | string => {
  const [resultText, reference, ticket] = [head.first('RESULT'), head.first('CTID'), head.first('STID')]
  const result = resultText === null ? null : (RESULTS.get(resultText.toLowerCase()) ?? null)
  if (resultText !== null && result === null) return `The RESULT is "${resultText.slice(0, 60)}", which is not known.`
  const messageType = head.first('Msgtype')
  if (resultText === null && messageType === null) return 'There is neither a RESULT nor a Msgtype.'
  if (reference !== null && !/^[\x21-\x7e]{3,64}$/.test(reference))
    return 'The CTID is not 3 to 64 visible ASCII characters.'
  if (ticket !== null && !/^[\x21-\x7e]{1,255}$/.test(ticket))
    return 'The STID is not 1 to 255 visible ASCII characters.'
  const findings = readFindings(head)
  if (findings === null) return 'An INFO, WARNING or ERROR is not a code of eleven digits and a text.'
  const domain = readName(head)
  if (!domain.ok) return describeProblems(domain.problems)
  const nameservers = readNameservers(head.all('Nserver'))
  if (!nameservers.ok) return describeProblems(nameservers.problems)
  return { result, reference, ticket, messageType, findings, domain: domain.value, nameservers: nameservers.value }
}

const LEVELS = { info: 'info', warning: 'warning', error: 'error' } as const
const isLevel = (key: string): key is keyof typeof LEVELS => Object.hasOwn(LEVELS, key)

const readFindings = (head: Section): Finding[] | null => {
  const findings: Finding[] = []
  for (const [name, value] of head.pairs) {
    const key = name.toLowerCase()
    if (!isLevel(key)) continue
    const [, code, text] = FINDING.exec(value) ?? []
    if (code === undefined || text === undefined) return null
    findings.push({ level: LEVELS[key], code, text: text.trim() })
  }
  return findings
}

const outcome = (facts: Facts, head: Section, signedAt: Date): Reply => {
  const { result, messageType: _type, ...common } = facts
  const base = { ...common, action: null, undelegatedUntil: null, expiresAt: null, data: null, tidings: null }
  if (facts.reference !== null && facts.domain === null && head.first('Domain') !== null)
    return { ...unrecognised(NOT_COMPARED), reference: facts.reference }
  if (result === 'failed') {
    const decisive =
      facts.findings.find(({ code }) => isDecisive(code)) ?? facts.findings.find(({ level }) => level === 'error')
    return {
      ...(facts.reference === null && facts.domain === null ? { ...base, ...askedFor(decisive) } : base),
      outcome: 'refused',
      code: decisive?.code ?? null,
      text: decisive?.text ?? 'The registry gave no reason.',
    }
  }
  if (isData(head))
    return facts.reference === null
      ? dataReply(facts, head)
      : { ...unrecognised('Data that answers a question comes with the CTID of an order.'), reference: facts.reference }
  const trouble = facts.findings.find(({ code }) => isUndelegated(code))
  if (trouble !== undefined) {
    const undelegatedUntil = mendBefore(facts.findings, signedAt)
    return { ...base, outcome: 'done', code: trouble.code, text: trouble.text, undelegatedUntil }
  }
  const first = facts.findings.find(({ level }) => level === 'error') ?? facts.findings[0]
  return { ...base, outcome: 'done', code: first?.code ?? null, text: first?.text ?? 'The registry reports success.' }
}

/** A result that names a domain must name the order's, and only A-labels are compared. */
const NOT_COMPARED =
  'The Domain is no name in A-labels and there is no Domain-Ace beside it, so it cannot be compared with the order.'

/** The registry states when the domain became `failed`; without that, the time of its signature is the best there is. */
const mendBefore = (findings: readonly Finding[], signedAt: Date): Date => {
  const stated = findings.find(({ code }) => code === NOT_ACCEPTABLE)?.text
  const [, text] = /\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d))\]/.exec(stated ?? '') ?? []
  const since = text === undefined ? Number.NaN : Date.parse(text)
  return new Date((Number.isNaN(since) ? signedAt.getTime() : since) + DAYS_TO_MEND * DAY)
}

/** Keys that only an answer to a question has; orders that change something are answered with findings alone. */
const DATA_KEYS = ['Status', 'RegAccId', 'Changed', 'Nserver', 'Msgcnt', 'Handle']
const isData = (head: Section): boolean => DATA_KEYS.some((key) => head.first(key) !== null)

/** Data that was asked for, never the outcome of an order: orders carry a CTID, and questions must not. */
const dataReply = ({ result: _result, messageType: _type, ...common }: Facts, head: Section): Reply => {
  const data = readData(head)
  const action = head.first('RegAccId') === null && head.first('Changed') === null ? 'check' : 'info'
  const shown = ['Status', 'RegAccId', 'Changed', 'Msgcnt', 'Handle'].flatMap((key) => {
    const value = head.first(key)
    return value === null ? [] : [`${key} ${value}`]
  })
  const text = `Data of ${common.domain ?? 'the registry'}: ${shown.join(', ') || 'name servers'}.`
  return {
    ...common,
    outcome: 'notice',
    action,
    code: null,
    text,
    undelegatedUntil: null,
    expiresAt: null,
    data,
    tidings: null,
  }
}

/** A message that the registry sends unasked. Only known types: anything else is for a human. */
const notice = ({ result, messageType, ...common }: Facts, head: Section): Reply => {
  const known = MESSAGE_TYPES.get((messageType ?? '').toLowerCase())
  if (known === undefined) return unrecognised(`The Msgtype "${(messageType ?? '').slice(0, 60)}" is not known.`)
  if (result === 'failed') return unrecognised('A message of the registry comes with a RESULT that is no success.')
  const details = ['Chprov-from', 'Chprov-to', 'Expire', 'AuthInfoExpire', 'Status'].flatMap((key) => {
    const value = head.first(key)
    return value === null ? [] : [`${key} ${value}`]
  })
  const handles = head.all('Handle')
  const subject = common.domain ?? (handles.length > 0 ? `The contacts ${handles.join(', ')}` : 'A domain')
  const text = `${subject} ${known.means}${details.length > 0 ? ` (${details.join(', ')})` : ''}.`
  return {
    ...{ ...common, outcome: 'notice', action: null, code: known.type, text, undelegatedUntil: null, data: null },
    expiresAt: null,
    tidings: readTidings(known.type, head),
  }
}
