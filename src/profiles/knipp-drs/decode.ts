import { blankReply, type Finding, type Reply, type Tidings, unrecognised } from '../../core/reply.js'
import type { SignedContent } from '../../signing/scheme.js'
import { parseKeyValue, type Section } from '../key-value.js'
import { hasUnseen } from '../unseen.js'

/**
 * What the robot's signed mail means: of its parts the one for machines, which alone is lines of `key: value` with a
 * `result.code`. The part for people says the same in prose and decides nothing.
 */
export const decode = ({ parts, signedAt }: SignedContent): Reply[] => {
  if (parts.some(({ text }) => hasUnseen(text))) return [unrecognised('The mail has a control character in it.')]
  const found = parts.flatMap((part) => readMachinePart(part.text) ?? [])
  const [machine, second] = found
  if (machine === undefined) return [unrecognised('No part of the mail is lines of "key: value" with one result.code.')]
  if (second !== undefined) return [unrecognised('Several parts of the mail have a result.code.')]
  return [readResult(machine, signedAt)]
}

/** Blank lines and those that begin with # are comments; a key that comes twice makes it none. */
const readMachinePart = (text: string): Section | null => {
  const read = parseKeyValue(text.replace(/^[ \t]*#.*$/gm, ''), { repeatable: new Set() })
  if (!read.ok || read.value.sections.length > 1) return null
  const [head] = read.value.sections
  return head.first('result.code') === null ? null : head
}

/** "Registered, not delegated": to be mended until `expire.date`, or within a month (drsrobot3). */
const NOT_DELEGATED = '23300'
const DAYS_TO_MEND = 30
const DAY = 24 * 60 * 60_000

const COMPLETED = '10000'
const INCOMING_TRANSFER = '10310'

/** How a message names the account that a domain left: it can be that of the connection alone. */
export const OUR_ACCOUNT = 'DRS'

/** What is told unasked of a domain of ours that another registrar wants. */
const OUTGOING: ReadonlyMap<string, Tidings> = new Map<string, Tidings>([
  ['10300', { at: null, kind: 'news', urgent: true }],
  ['10302', { at: null, kind: 'news', urgent: false }],
  ['10303', { at: null, kind: 'moved', from: OUR_ACCOUNT, to: null }],
  ['10304', { at: null, kind: 'news', urgent: false }],
])

const readResult = (head: Section, signedAt: Date): Reply => {
  const [code, reference] = [head.first('result.code') ?? '', head.first('reference')]
  if (!/^[0-9]{5}$/.test(code)) return unrecognised('The result.code is no number of five digits.')
  if (reference !== null && reference !== '' && !/^[!-~]{3,64}$/.test(reference))
    return unrecognised('The reference is not 3 to 64 visible ASCII characters.')
  const name = (head.first('domain.name') ?? '').replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (name !== '' && (name.length > 253 || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)))
    return {
      ...unrecognised('The domain.name is no name in A-labels, so it cannot be compared with the order.'),
      reference: reference || null,
    }
  const findings = readFindings(head)
  const common = {
    ...{ ...blankReply(), reference: reference || null, domain: name || null, code, findings },
    text: (head.first('result.msg') ?? '').slice(0, LONGEST_TEXT) || `The registrar says ${code}.`,
  }
  const tidings = OUTGOING.get(code)
  if (tidings !== undefined)
    return common.reference === null
      ? { ...common, outcome: 'notice', text: `${name || 'A domain'}: ${common.text}`, tidings }
      : { ...unrecognised(`The code ${code} tells of another registrar's transfer and answers no order.`), reference }
  return { ...common, ...outcomeOf(head, { code, findings, signedAt }) }
}

const LONGEST_TEXT = 1_000

type Facts = { code: string; findings: readonly Finding[]; signedAt: Date }

/** Good codes begin with 1, and of them only one is the end of it; bad ones with 2 and above. */
const outcomeOf = (
  head: Section,
  { code, findings, signedAt }: Facts,
): Pick<Reply, 'outcome' | 'undelegatedUntil'> & Partial<Reply> => {
  const isUndelegated = findings.some((finding) => finding.code === NOT_DELEGATED)
  if (code === NOT_DELEGATED || (code === COMPLETED && isUndelegated))
    return { outcome: 'done', code: NOT_DELEGATED, undelegatedUntil: mendBefore(head, signedAt) }
  // Registered by a finding and failed as a whole: a person has to look.
  if (isUndelegated) return { outcome: 'unrecognised', undelegatedUntil: null }
  if (!code.startsWith('1')) return { outcome: 'refused', undelegatedUntil: null }
  return {
    outcome: code === COMPLETED ? 'done' : 'accepted',
    undelegatedUntil: null,
    ...(code === INCOMING_TRANSFER ? { action: 'transfer' } : {}),
  }
}

const mendBefore = (head: Section, signedAt: Date): Date => {
  const stated = head.first('expire.date') ?? ''
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/.test(stated)
    ? Date.parse(stated)
    : Number.NaN
  return new Date(Number.isNaN(at) ? signedAt.getTime() + DAYS_TO_MEND * DAY : at)
}

const MOST_FINDINGS = 50

/** `result.1.code` and so on, each with where in the form it is. */
const readFindings = (head: Section): Finding[] => {
  const findings: Finding[] = []
  for (let n = 1; n <= MOST_FINDINGS; n++) {
    const of = (key: string): string | null => head.first(`result.${n}.${key}`)
    const code = of('code')
    if (code === null) break
    if (!/^[0-9]{5}$/.test(code)) continue
    const where = ['section', 'key', 'line.no'].flatMap((key) => (of(key) === null ? [] : [`${key} ${of(key)}`]))
    const text = [of('msg') ?? '', ...(where.length === 0 ? [] : [`(${where.join(', ')})`])].join(' ').trim()
    findings.push({ level: code.startsWith('1') ? 'info' : 'error', code, text: text.slice(0, LONGEST_TEXT) })
  }
  return findings
}
