/**
 * The line grammar that several registries share: `key: value` a line, `[name]` opens a section, empty lines mean nothing.
 * A line is split at its first colon and both sides are trimmed; keys are compared without regard to case.
 */
import { type Checked, ok, type Problem, wrong } from '../core/errors.js'

export type Pair = readonly [key: string, value: string]

/** One section's pairs in their order; `name` is null for what comes before the first section. */
export type Section = {
  name: string | null
  pairs: readonly Pair[]
  /** Every value of a key, in order. */
  all(key: string): readonly string[]
  /** The first value of a key; null where the section does not have it. */
  first(key: string): string | null
}

/** At least one section: the unnamed one comes first, even when it is empty. */
export type KeyValue = { sections: readonly [Section, ...Section[]] }

/** A pair, where it has a value. */
export const optionalPair = (key: string, value: string | null): Pair[] => (value === null ? [] : [[key, value]])

export const MAX_LINES = 200
export const MAX_LINE_LENGTH = 1_000

/** C0 and C1 controls, and Unicode's own line ends: none of them belongs into a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const BYTE_ORDER_MARK = '\ufeff'

/** Visible ASCII without the characters that have a meaning in the grammar. */
const KEY = /^[!-9;-Z\\^-~]+$/
const SECTION = /^\[([!-Z\\^-~]+)\]$/

/**
 * Writes pairs, one a line, each line with LF at its end. Refuses whatever would not be read back as the same pair: a
 * value with a line end or another control character, white space at its ends, a key that is no visible ASCII.
 * Pointers are the key's place among the pairs (`/0`).
 */
export const writeKeyValue = (pairs: readonly Pair[]): Checked<string> => {
  const problems = pairs.flatMap(([key, value], index) => {
    const detail = pairProblem(key, value)
    return detail === null ? [] : [{ pointer: `/${index}`, detail }]
  })
  if (pairs.length > MAX_LINES) problems.push({ pointer: '', detail: tooManyLines(pairs.length) })
  if (problems.length > 0) return wrong(...problems)
  return ok(pairs.map(([key, value]) => (value === '' ? `${key}:\n` : `${key}: ${value}\n`)).join(''))
}

/**
 * Reads a text in LF or CRLF lines. `repeatable` names, in lower case, the keys that a section may have more than once;
 * any other repeated key is a problem, as are control characters, a byte order mark, and lines of no known form.
 */
export const parseKeyValue = (text: string, options: { repeatable: ReadonlySet<string> }): Checked<KeyValue> => {
  const lines = text.split('\n', MAX_LINES + 2)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length > MAX_LINES) return wrong({ pointer: '', detail: tooManyLines(null) })
  const sections: [SectionLines, ...SectionLines[]] = [{ name: null, pairs: [] }]
  const problems: Problem[] = []
  let current = sections[0]
  for (const [index, line] of lines.entries()) {
    const read = readLine(line.replace(/\r$/, ''))
    if (read === null) continue
    if (typeof read === 'string') problems.push({ pointer: '', detail: `Line ${index + 1} ${read}.` })
    else if ('pair' in read) current.pairs.push(read.pair)
    else {
      current = { name: read.section, pairs: [] }
      sections.push(current)
    }
  }
  problems.push(...sections.flatMap(({ pairs }) => repeatedKeys(pairs, options.repeatable)))
  if (problems.length > 0) return wrong(...problems)
  const [head, ...rest] = sections
  return ok({ sections: [toSection(head), ...rest.map(toSection)] })
}

type SectionLines = { name: string | null; pairs: Pair[] }

/** What a line says; null for an empty one, the end of a sentence for one that says nothing we know. */
const readLine = (line: string): { pair: Pair } | { section: string } | string | null => {
  if (line.length > MAX_LINE_LENGTH) return `has ${line.length} characters; at most ${MAX_LINE_LENGTH} are allowed`
  if (line.includes(BYTE_ORDER_MARK)) return 'has a byte order mark in it'
  const text = stripBlanks(line)
  const colon = text.indexOf(':')
  const [key, value] = colon < 0 ? [text, ''] : [stripBlanks(text.slice(0, colon)), stripBlanks(text.slice(colon + 1))]
  if (CONTROL.test(key) || CONTROL.test(value)) return 'has a control character in it'
  if (text === '') return null
  const section = SECTION.exec(text)
  if (section?.[1] !== undefined) return { section: section[1] }
  if (colon < 0) return 'is neither "key: value" nor "[section]"'
  if (!KEY.test(key)) return 'has a key that is not of visible ASCII characters'
  return { pair: [key, value] }
}

/**
 * Blanks and tabs alone: `trim` would take form feeds and other controls with them, unseen, and white space of Unicode, which
 * the other side may well take for a part of the value.
 */
const stripBlanks = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '')

const repeatedKeys = (pairs: readonly Pair[], repeatable: ReadonlySet<string>): Problem[] => {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const [name] of pairs) {
    const key = name.toLowerCase()
    if (seen.has(key) && !repeatable.has(key)) repeated.add(key)
    seen.add(key)
  }
  return [...repeated].map((key) => ({ pointer: '', detail: `The key "${key}" is there more than once.` }))
}

const toSection = ({ name, pairs }: SectionLines): Section => {
  const all = (key: string) =>
    pairs.filter(([other]) => other.toLowerCase() === key.toLowerCase()).map(([, text]) => text)
  return { name, pairs, all, first: (key) => all(key)[0] ?? null }
}

const pairProblem = (key: string, value: string): string | null => {
  if (!KEY.test(key))
    return `The key ${JSON.stringify(key)} must be visible ASCII characters without a colon or brackets.`
  if (CONTROL.test(value)) return `The value of ${key} has a line end or another control character in it.`
  if (value.includes(BYTE_ORDER_MARK)) return `The value of ${key} has a byte order mark in it.`
  if (!value.isWellFormed()) return `The value of ${key} is no valid Unicode text.`
  if (value.trim() !== value) return `The value of ${key} begins or ends with white space.`
  if (key.length + value.length + 2 > MAX_LINE_LENGTH)
    return `The line of ${key} has more than ${MAX_LINE_LENGTH} characters.`
  return null
}

const tooManyLines = (count: number | null): string =>
  `The text has ${count ?? 'too many'} lines; at most ${MAX_LINES} are allowed.`
