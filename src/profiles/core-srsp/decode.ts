import { describeProblems } from '../../core/errors.js'
import { blankReply, type Finding, type Outcome, type Reply, type ReplyData, unrecognised } from '../../core/reply.js'
import type { SignedContent, SignedPart } from '../../signing/scheme.js'
import type { Pair } from '../key-value.js'
import { fieldOf, readPayload } from './payload.js'
import { actionOf, isRequestType, referenceOf } from './words.js'

/**
 * What the registry's signed mail means. An acknowledgement is a payload. A reply is one and, signed with it, the request that it
 * answers, whole (draft-crispin-srs-00, 1.1.5.2): that request must be the registrar's own, of the same transaction, and says which
 * domain the reply is about. `Request-State` alone says what became of it (2.3.2.2).
 */
export const decode = (
  { parts: [payload, original, ...more] }: SignedContent,
  account: Record<string, unknown>,
): Reply[] => {
  const read = readPayload(payload.text)
  if (!read.ok) return [unrecognised(describeProblems(read.problems))]
  if (more.length > 0) return [unrecognised('The mail has more than a reply and its request signed in it.')]
  return [readResponse(read.value, original ?? null, account)]
}

const readResponse = (
  fields: readonly Pair[],
  original: SignedPart | null,
  { registrar }: Record<string, unknown>,
): Reply => {
  if (fieldOf(fields, 'request-type') !== null) return unrecognised('This is a request, not what answers one.')
  const [whose, transaction] = [fieldOf(fields, 'registrar-id'), fieldOf(fields, 'transaction-id')]
  if (whose !== null && whose !== registrar) return unrecognised('The Registrar-ID is not that of this connection.')
  if (transaction !== null && !/^[!-~]{1,255}$/.test(transaction)) return unrecognised('The Transaction-ID is no word.')
  const sequence = fieldOf(fields, 'resolver-sequence')
  const base = {
    ...blankReply(),
    reference: whose === null || transaction === null ? null : referenceOf(whose, transaction),
    ticket: sequence !== null && /^[!-~]{1,255}$/.test(sequence) ? sequence : null,
  }
  const type = fieldOf(fields, 'response-type')?.toLowerCase()
  if (type === 'ack') return { ...base, outcome: 'accepted', text: acknowledged(fields) }
  if (type !== 'reply') return unrecognised('There is no Response-Type that is known: neither ack nor reply.')
  return readReply(fields, original, base)
}

const acknowledged = (fields: readonly Pair[]): string => {
  const estimate = fieldOf(fields, 'estimated-completion')
  return inOneLine(
    `The registry has the request${estimate === null ? '' : `, and means to have decided by ${estimate} UTC`}.`,
  )
}

/** The state of a request; none but the last two is final. */
const STATES: ReadonlyMap<string, Outcome> = new Map([
  ['pending', 'accepted'],
  ['in-process', 'accepted'],
  ['succeeded', 'done'],
  ['failed', 'refused'],
])

const readReply = (
  fields: readonly Pair[],
  original: SignedPart | null,
  base: Omit<Reply, 'outcome' | 'text'>,
): Reply => {
  const state = fieldOf(fields, 'request-state')?.toLowerCase() ?? ''
  const outcome = STATES.get(state)
  if (outcome === undefined) return unrecognised('There is no Request-State that is known.')
  const { code, text, findings } = readError(fields)
  const common = { ...base, outcome, code, findings, expiresAt: readDate(fieldOf(fields, 'expiration-date')) }
  if (outcome === 'accepted') return { ...common, text: text ?? `The registry has the request, which is ${state}.` }
  const request = readOriginal(fields, original)
  if (typeof request === 'string') return { ...unrecognised(request), reference: base.reference }
  return {
    ...{ ...common, ...request },
    text: text ?? (outcome === 'done' ? succeeded(fields) : 'The registry gave no reason.'),
    data: outcome === 'done' && request.action === 'info' ? dataOf(fields) : null,
  }
}

/** What the request that comes back says that it is about; a sentence where it is not the one that the reply names. */
const readOriginal = (
  fields: readonly Pair[],
  original: SignedPart | null,
): Pick<Reply, 'domain' | 'action'> | string => {
  if (original?.type !== 'multipart/signed') return 'The reply does not give back the signed request that it answers.'
  const read = readPayload(original.text)
  if (!read.ok) return `The request that it gives back cannot be read: ${describeProblems(read.problems)}`
  const asked = (keyword: string): string | null => fieldOf(read.value, keyword)
  if (
    ['registrar-id', 'transaction-id'].some(
      (keyword) => asked(keyword) === null || asked(keyword) !== fieldOf(fields, keyword),
    )
  )
    return 'The request that it gives back is of another transaction.'
  const type = (asked('request-type') ?? '').toLowerCase().replace(/[ \t]+/g, ' ')
  if (!isRequestType(type)) return 'The request that it gives back is none that this gateway sends.'
  if (type.endsWith(' contact')) return { domain: null, action: actionOf(type) }
  const domain = `${asked('sld') ?? ''}.${asked('tld') ?? ''}`.toLowerCase()
  if (domain.length > 253 || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))
    return 'The request that it gives back is about no domain that can be one.'
  return { domain, action: actionOf(type) }
}

/** A code may come with any state, and then is a remark. Its first digit is how grave it is (2.4.1). */
const readError = (fields: readonly Pair[]): { code: string | null; text: string | null; findings: Finding[] } => {
  const given = fieldOf(fields, 'error-code')
  const text = inOneLine(fieldOf(fields, 'error-text') ?? '') || null
  const code = given !== null && /^-?[0-9]{1,10}$/.test(given) ? given : null
  if (code === null) return { code, text, findings: [] }
  const level = /^1\d{5}$/.test(code) ? 'info' : /^2\d{5}$/.test(code) ? 'warning' : 'error'
  return { code, text, findings: [{ level, code, text: text ?? '' }] }
}

/** As a quoted value it may have line ends. */
const inOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_TEXT)
const LONGEST_TEXT = 1_000

/** Handles of what was made or attached are worth keeping: nobody else tells them. */
const succeeded = (fields: readonly Pair[]): string => {
  const handles = fields
    .filter(([keyword]) => /-handle$/i.test(keyword))
    .map(([keyword, value]) => `${keyword} ${value}`)
  return inOneLine(`The registry reports success${handles.length === 0 ? '' : `: ${handles.join(', ')}`}.`)
}

const GENERIC = [
  'registrar-id',
  'transaction-id',
  'response-type',
  'resolver-sequence',
  'request-state',
  'error-code',
  'error-text',
]

const dataOf = (fields: readonly Pair[]): ReplyData =>
  Object.fromEntries(fields.filter(([keyword]) => !GENERIC.includes(keyword.toLowerCase())))

/** UTC, `YYYYMMDD` or `YYYYMMDD HH:MM:SS` (2.1.3.2); null for what is no date. */
const readDate = (text: string | null): Date | null => {
  const [, year, month, day, time = '00:00:00'] =
    /^(\d{4})(\d\d)(\d\d)(?:[ \t]+(\d\d:\d\d:\d\d))?$/.exec(text ?? '') ?? []
  const at = new Date(`${year}-${month}-${day}T${time}Z`)
  return Number.isNaN(at.getTime()) || at.getUTCDate() !== Number(day) ? null : at
}
