import type { Problem } from './errors.js'

/** An issue as zod 4 reports it, as far as it is read here. */
export type Issue = {
  code: string
  path: readonly PropertyKey[]
  message: string
  expected?: string
  keys?: readonly string[]
  /** Of a union: the issues of each alternative, with paths from the union on. */
  errors?: readonly (readonly Issue[])[]
  /** Of a key or an element. */
  issues?: readonly Issue[]
  values?: readonly unknown[]
  minimum?: number | bigint
  maximum?: number | bigint
  inclusive?: boolean
  origin?: string
  divisor?: number
  format?: string
}

/**
 * What zod found wrong, as problems: an RFC 6901 pointer to each field, what is wrong with it, and what to give instead.
 * A sentence that a schema gave to one of its checks is kept; zod's own are replaced, because they speak of types and
 * patterns. Of a union, only the alternative that was meant is reported where that can be told.
 */
export const problemsOfIssues = (issues: readonly Issue[]): Problem[] =>
  issues.flatMap((issue) => problemsOf(issue, []))

const problemsOf = (issue: Issue, prefix: readonly PropertyKey[]): Problem[] => {
  const path = [...prefix, ...issue.path]
  const pointer = pointerOf(path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return (issue.keys ?? []).map((key) => ({
        pointer: pointerOf([...path, key]),
        detail: 'is not a field that is known here; remove it, or check how it is spelled',
      }))
    case 'invalid_union':
      return unionProblems(issue, path)
    case 'invalid_key':
      return [{ pointer, detail: `has a name that is not allowed: ${(issue.issues ?? []).map(sentence).join('; ')}` }]
    case 'invalid_element':
      return (issue.issues ?? []).flatMap((inner) => problemsOf(inner, path))
    default:
      return [{ pointer, detail: sentence(issue) }]
  }
}

/** An alternative whose very type does not fit was not meant; one that is left alone says what is wrong. */
const unionProblems = ({ errors = [], message }: Issue, path: readonly PropertyKey[]): Problem[] => {
  const meant = errors.filter((issues) => !issues.some(isWrongType))
  const [only] = meant
  if (meant.length === 1 && only !== undefined) return only.flatMap((inner) => problemsOf(inner, path))
  if (isOwnSentence(message)) return [{ pointer: pointerOf(path), detail: message }]
  const choices = [...new Set(errors.flatMap((issues) => issues.filter(isWrongType).map(expectation)))]
  const detail = choices.length === 0 ? 'has none of the allowed forms' : `must be ${choices.join(' or ')}`
  return [{ pointer: pointerOf(path), detail }]
}

const isWrongType = (issue: Issue): boolean => issue.path.length === 0 && issue.code === 'invalid_type'

const sentence = (issue: Issue): string => {
  if (isOwnSentence(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? `is missing; give ${expectation(issue)}`
        : `must be ${expectation(issue)}`
    case 'invalid_value':
      return oneOf(issue.values ?? [])
    case 'too_small':
      return tooSmall(issue)
    case 'too_big':
      return `must ${limit(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum ?? 0)}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_format':
      return FORMATS[issue.format ?? ''] ?? 'does not have the form that is wanted here'
    default:
      return 'is not valid'
  }
}

const oneOf = (values: readonly unknown[]): string =>
  `must be ${values.length === 1 ? '' : 'one of: '}${values.map(String).join(', ')}`

const tooSmall = (issue: Issue): string => {
  if (issue.minimum === 1 && issue.origin === 'string') return 'is empty; give some text, or leave the field out'
  if (issue.minimum === 1 && issue.origin === 'array')
    return 'is empty; give at least one entry, or leave the field out'
  return `must ${limit(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum ?? 0)}`
}

const limit = (origin: string | undefined, comparison: string, bound: number | bigint): string => {
  if (origin === 'string') return `have ${comparison} ${bound} characters`
  if (origin === 'array' || origin === 'set' || origin === 'map') return `have ${comparison} ${bound} entries`
  return `be ${comparison} ${bound}`
}

const FORMATS: Record<string, string> = {
  datetime: 'must be a time as RFC 3339 writes it, such as 2026-01-31T10:00:00Z',
  date: 'must be a date such as 2026-01-31',
  email: 'must be an e-mail address such as owner@example.net',
  url: 'must be a URL such as https://billing.example.net/hook',
  uuid: 'must be an id as it was given out here (a UUID)',
  ipv4: 'must be an IPv4 address such as 192.0.2.53',
  ipv6: 'must be an IPv6 address such as 2001:db8::53',
}

const TYPES: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

const expectation = (issue: Issue): string => TYPES[issue.expected ?? ''] ?? issue.expected ?? 'another value'

/** Zod's English sentences begin in these ways; a schema's own never does. */
const isOwnSentence = (message: string): boolean =>
  message !== '' && !/^(Invalid|Too big|Too small|Unrecognized key|Expected|Required)/.test(message)

/** RFC 6901, section 3. */
const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
