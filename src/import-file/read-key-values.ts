import { type Mistake, mistake } from '../core/import-plan.js'
import { nameserverOf, wordsOf } from '../table/cells.js'
import { type GivenPrice, readPrices } from './prices.js'
import { looksSecret, SECRET_WORDS } from './secrets.js'

/** A connection as its file writes it, or null where there is none, and prices; `lines` are those of its fields by name. */
export type ImportedSettings = {
  connection: Record<string, unknown> | null
  prices: GivenPrice[]
  lines: ReadonlyMap<string, number>
  mistakes: Mistake[]
}

type Entry = { line: number; key: string; value: string }

/**
 * Settings as lines `key = value`, with dots for nesting (`registry.to = robot@registry.example`) and prices as
 * `price.TLD.ACTION = 9.90 EUR`. A line that begins with `#` is a comment. Every mistake in the form at once; whether the
 * connection is good is not asked here.
 */
export const readKeyValues = (text: string): ImportedSettings => {
  const mistakes: Mistake[] = []
  const entries = entriesOf(text, mistakes)
  const prices = entries.filter(({ key }) => key.startsWith('price.'))
  const fields = entries.filter(({ key }) => !key.startsWith('price.'))
  return {
    connection: fields.length === 0 ? null : nested(fields, mistakes),
    prices: readPrices(prices.map(priceEntry), mistakes),
    lines: new Map(fields.map(({ key, line }) => [key, line])),
    mistakes,
  }
}

const KEY = /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*$/u

const entriesOf = (text: string, mistakes: Mistake[]): Entry[] => {
  const entries = new Map<string, Entry>()
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const [line, content] = [index + 1, raw.trim()]
    if (content === '' || content.startsWith('#')) continue
    const [, key = '', value = ''] = /^([^=]*?)\s*=\s*(.*)$/.exec(content) ?? []
    const wrong = entryProblem(key, value, entries.get(key))
    if (wrong === null) entries.set(key, { line, key, value })
    else mistakes.push(mistake(line, KEY.test(key) ? key : 'the line', wrong))
  }
  return [...entries.values()]
}

const entryProblem = (key: string, value: string, before: Entry | undefined): string | null => {
  if (!KEY.test(key)) return 'is not of the form key = value, such as registry.to = robot@registry.example'
  if (looksSecret(key.slice(key.lastIndexOf('.') + 1))) return SECRET_WORDS
  if (before !== undefined) return `is on line ${before.line} already; leave one out`
  return value === '' ? 'is empty; give a value, or leave the line out' : null
}

const priceEntry = ({ line, key, value }: Entry) => {
  const [, ...parts] = key.split('.')
  return { line, subject: key, price: value, action: parts.pop() ?? '', tld: parts.join('.') }
}

const nested = (entries: readonly Entry[], mistakes: Mistake[]): Record<string, unknown> => {
  const root: Record<string, unknown> = {}
  for (const { line, key, value } of entries) {
    const parts = key.split('.')
    const last = parts.pop() ?? ''
    const group = groupAt(root, parts)
    const read = group === null || Object.hasOwn(group, last) ? null : readValue(key, value)
    if (group === null || read === null)
      mistakes.push(
        mistake(line, key, 'is a value and a group at once: another line begins with it, or it with another'),
      )
    else if (read.ok) group[last] = read.value
    else mistakes.push(mistake(line, key, 'begins with a quotation mark and is no text in quotation marks'))
  }
  return root
}

/** The object at this place, made where there is none; null where something else is. */
const groupAt = (root: Record<string, unknown>, parts: readonly string[]): Record<string, unknown> | null => {
  let group = root
  for (const part of parts) {
    const inner: unknown = Object.hasOwn(group, part) ? group[part] : undefined
    if (inner === undefined) {
      const made: Record<string, unknown> = {}
      group[part] = made
      group = made
    } else if (isGroup(inner)) group = inner
    else return null
  }
  return group
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const LISTS = new Set(['tlds', 'trust.keys', 'trust.schemes', 'trust.weak'])
const NUMBERS = new Set(['relay.port', 'rate.perDay', 'expiry.warnDays', 'expiry.renewDays'])

type Value = { ok: true; value: unknown } | { ok: false }

/** What is in quotation marks is text as JSON has it; whatever does not fit its field is for the connection's form to say. */
const readValue = (key: string, text: string): Value => {
  if (text.startsWith('"')) return quoted(text)
  if (LISTS.has(key)) return { ok: true, value: text.split(/[\s,]+/).filter((word) => word !== '') }
  if (key === 'defaults.nameservers') return { ok: true, value: wordsOf(text).map(nameserverOf) }
  if (NUMBERS.has(key) && /^\d{1,9}$/.test(text)) return { ok: true, value: Number(text) }
  return { ok: true, value: text === 'true' ? true : text === 'false' ? false : text }
}

const quoted = (text: string): Value => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? { ok: true, value } : { ok: false }
  } catch {
    return { ok: false }
  }
}
