import { parseDomainName } from '../../core/domain-name.js'
import { describeProblems } from '../../core/errors.js'
import { blankReply, type Reply, unrecognised } from '../../core/reply.js'
import type { SignedContent } from '../../signing/scheme.js'
import { parseKeyValue, type Section } from '../key-value.js'
import { hasUnseen } from '../unseen.js'
import { accountOf, type RobotAccount } from './account.js'
import { actionOf, OBJECT } from './operations.js'

/**
 * What the robot's signed text means: the lines of `key: value` above `original request:`, below which it gives our whole mail back.
 * Keys that are not known say nothing.
 */
export const decode = ({ text }: SignedContent, given: Record<string, unknown>): Reply[] => {
  const meaning = meaningOf(text, accountOf(given))
  return [typeof meaning === 'string' ? unrecognised(meaning) : meaning]
}

const QUOTES = 'original request:'

const meaningOf = (text: string, account: RobotAccount): Reply | string => {
  if (hasUnseen(text)) return 'The text has a control character in it.'
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const quote = lines.findIndex((line) => line.trimEnd().toLowerCase() === QUOTES)
  if (quote < 0) return 'There is no line "original request:".'
  const read = parseKeyValue(lines.slice(0, quote).map(withHyphen).join('\n'), { repeatable: new Set() })
  if (!read.ok) return describeProblems(read.problems)
  const [head, ...sections] = read.value.sections
  return sections.length > 0 ? 'The answer has a line in brackets.' : readAnswer(head, account)
}

/** The samples of the document write it `tracking-id`, `tracking id` and `tracking ID`. */
const withHyphen = (line: string): string => line.replace(/^([ \t]*tracking) (?=id[ \t]*:)/i, '$1-')

const readAnswer = (head: Section, account: RobotAccount): Reply | string => {
  const [status, reference] = [head.first('status'), head.first('tracking-id') ?? '']
  if (status !== 'success' && status !== 'failed') return 'The status is neither "success" nor "failed".'
  if (!/^[0-9a-z_-]{1,255}$/.test(reference)) return 'The tracking-id is not of small letters, digits, - and _.'
  if (head.first('object') !== OBJECT) return `The object is not ${OBJECT}: this gateway asks for nothing else.`
  const action = actionOf(head.first('operation') ?? '', account)
  if (action === undefined) return 'The operation is none that this connection asks for.'
  const domain = readDomain(head)
  if (domain === undefined) return 'The answer has a tld or an sld, and they are no name together.'
  const error = head.first('error') || null
  if (status === 'success' && error !== null) return 'The answer says "success" and tells of an error.'
  const common = { ...blankReply(), reference, domain, action }
  return status === 'success'
    ? { ...common, outcome: 'done', text: 'The registrar carried it out.' }
    : { ...common, outcome: 'refused', text: error ?? 'The registrar refused it and gave no reason.' }
}

/** By the keys of a request, in A-labels; null where it has neither. Undefined: what they say is no name. */
const readDomain = (head: Section): string | null | undefined => {
  const [sld, tld] = [head.first('sld'), head.first('tld')]
  if (sld === null && tld === null) return null
  const parsed = parseDomainName(`${sld ?? ''}.${tld ?? ''}`)
  return parsed.ok ? parsed.value.name : undefined
}
