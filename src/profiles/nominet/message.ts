import { hasUnseen } from '../unseen.js'

/** A mail of the registry, in what it says itself, what it tells of a name, and what it quotes of the mail that it answers. */
export type Message = {
  /**
   * What the registry says itself, without blanks at the ends of lines. Sentences go over the ends of lines, and begin at the
   * beginning of one, where nobody else's text can stand.
   */
  prose: string
  /** Lines that begin with a star: what registrants and others wrote, which never is the registry's word. */
  fields: { name: string; value: string }[]
  /** What the quoted original was about; null where nothing is quoted, or it names nothing. */
  original: { operation: string; key: string } | 'several' | null
}

const MOST_LINES = 2_000
const LONGEST_LINE = 1_000

/** A sentence for a text that no mail of the registry can be. */
export const readMessage = (text: string): Message | string => {
  const all = text.replaceAll('\r\n', '\n').split('\n')
  if (all.length > MOST_LINES || all.some((line) => line.length > LONGEST_LINE))
    return 'The text is too long to be an answer.'
  if (hasUnseen(text) || text.includes('\t')) return 'The text has a control character in it.'
  const lines = all.map((line) => line.trim())
  const quote = lines.indexOf(QUOTES)
  const own = quote < 0 ? lines : lines.slice(0, quote)
  const original = quote < 0 ? null : readOriginal(lines.slice(quote + 1))
  const fields = own.flatMap((line) => {
    const [, name, value] = /^\*([a-z0-9_-]+): *(.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [{ name, value }]
  })
  return { prose: own.filter((line) => !line.startsWith('*')).join('\n'), fields, original }
}

const QUOTES = 'Your original message follows'

/** The fields of a request that say what it is about; `several` where one of them is there more than once. */
const readOriginal = (lines: readonly string[]): Message['original'] => {
  const values = (wanted: string): string[] =>
    lines.flatMap((line) => {
      const [, field = '', value = ''] = /^([A-Za-z0-9-]+): *(.*)$/.exec(line) ?? []
      return field.toLowerCase() === wanted ? [value] : []
    })
  const [operations, keys] = [values('operation'), values('key')]
  if (operations.length > 1 || keys.length > 1) return 'several'
  const [operation = '', key = ''] = [operations[0], keys[0]?.replace(/[A-Z]/g, (letter) => letter.toLowerCase())]
  return isName(key) ? { operation, key } : null
}

/** Names are in small letters of ASCII at this registry. */
export const isName = (name: string | undefined): name is string =>
  name !== undefined && name.length <= 253 && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name)
