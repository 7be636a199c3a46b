/** The grammar of SRSP payloads (draft-crispin-srs-00, 2.1): `Keyword: value`, quoted, or joined over several lines. */
import { type Checked, ok, wrong } from '../../core/errors.js'
import type { Pair } from '../key-value.js'

/** With all that is around it a payload has 65,536 octets at most (2.1.3). */
const LONGEST_PAYLOAD = 65_536

/** A keyword, its colon and the blanks around that; nothing that follows is looked at twice, however long it is. */
const KEYWORD = /([!-9;-~]+)[ \t]*:[ \t]*/y
/** A value without quotes: a line that ends in a backslash goes on in the next. */
const UNQUOTED = /((?:\\\n|[^\n])*)(?:\n|$)/y
const EMPTY = /[ \t]*(?:\n|$)/y
const PRINTABLE = /^[\t\n\x20-\x7e]*$/

/**
 * Reads a payload in LF or CRLF lines; keywords stay as they are written and are the same in any case. Refused: what is no
 * ASCII, a keyword that is there twice, a line of no known form.
 */
export const readPayload = (payload: string): Checked<Pair[]> => {
  const text = payload.replaceAll('\r\n', '\n')
  if (text.length > LONGEST_PAYLOAD) return refused(`The payload has more than ${LONGEST_PAYLOAD} characters.`)
  if (!PRINTABLE.test(text)) return refused('The payload has a character that is not printable ASCII.')
  const pairs: Pair[] = []
  const seen = new Set<string>()
  let at = 0
  while (at < text.length) {
    const end = matchAt(EMPTY, text, at)?.end
    if (end !== undefined) {
      at = end
      continue
    }
    const pair = pairAt(text, at)
    if (pair === null) return refused(`Line ${text.slice(0, at).split('\n').length} is no "Keyword: value".`)
    if (seen.has(pair.keyword.toLowerCase())) return refused(`The keyword "${pair.keyword}" is there more than once.`)
    seen.add(pair.keyword.toLowerCase())
    pairs.push([pair.keyword, pair.value])
    at = pair.end
  }
  return ok(pairs)
}

/** The pair that begins there. Two quotes at the beginning of a value stand for one and quote nothing. */
const pairAt = (text: string, at: number): { keyword: string; value: string; end: number } | null => {
  const begin = matchAt(KEYWORD, text, at)
  if (begin === null) return null
  const keyword = begin.found
  const isQuoted = text[begin.end] === '"' && text[begin.end + 1] !== '"'
  if (!isQuoted) {
    const plain = matchAt(UNQUOTED, text, begin.end)
    return plain === null ? null : { keyword, value: unquoted(plain.found), end: plain.end }
  }
  const close = text.indexOf('"', begin.end + 1)
  const rest = close === -1 ? null : matchAt(EMPTY, text, close + 1)
  return rest === null ? null : { keyword, value: text.slice(begin.end + 1, close), end: rest.end }
}

const matchAt = (pattern: RegExp, text: string, at: number): { found: string; end: number } | null => {
  pattern.lastIndex = at
  const groups = pattern.exec(text)
  return groups === null ? null : { found: groups[1] ?? '', end: pattern.lastIndex }
}

const unquoted = (value: string): string => value.replaceAll('\\\n', '').trim().replace(/^""/, '"')

/** The value of a keyword, written in lower case here; null where the payload does not have it. */
export const fieldOf = (pairs: readonly Pair[], keyword: string): string | null =>
  pairs.find(([name]) => name.toLowerCase() === keyword)?.[1] ?? null

const WIDTH = 76

/**
 * The lines of a pair. The registry ignores transfer encodings (3.1.3), so that no line may be one that has to be encoded: a long
 * value goes on behind a backslash, and no line begins with `From `.
 */
export const linesOf = ([keyword, value]: Pair): string[] => {
  let rest = `${keyword}: ${value.startsWith('"') ? '"' : ''}${value}`
  const lines: string[] = []
  while (rest.length > WIDTH) {
    const cut = rest.startsWith('From ', WIDTH - 1) ? WIDTH - 2 : WIDTH - 1
    lines.push(`${rest.slice(0, cut)}\\`)
    rest = rest.slice(cut)
  }
  return [...lines, rest]
}

/** What keeps a text from being the value of a keyword, as the end of a sentence; null where nothing does. */
export const valueProblem = ([keyword, value]: Pair, longest: number): string | null => {
  if (value.length > longest) return `has ${value.length} characters; at most ${longest} are allowed`
  if (!/^[\x20-\x7e]+$/.test(value)) return 'is empty, or has a character that is not printable ASCII'
  if (value !== value.trim()) return 'begins or ends with a blank'
  // It would join the next line to this one; the blank that prevents it is lost where mails are signed.
  if (value.endsWith('\\')) return 'ends with a backslash, which would swallow the line after it'
  // Whoever does not join lines would read a field in it.
  if (value.includes(':') && linesOf([keyword, value]).length > 1)
    return 'has a colon and is too long for one line; shorten it, or leave the colon out'
  return null
}

const refused = (detail: string) => wrong({ pointer: '', detail })
