import { createHash } from 'node:crypto'

export type ActionLevel = 'info' | 'warning' | 'error'
export const ACTION_LEVELS = ['info', 'warning', 'error'] as const satisfies readonly ActionLevel[]

/** A line of the action log before it has its place in the chain. */
export type NewAction = {
  at: Date
  level: ActionLevel
  /** Who: `system`, `registry`, `token:NAME`, `user:NAME`, `cli`. */
  actor: string
  /** What happened, in dotted words: `order.placed`, `mail.sent`. */
  event: string
  /** A sentence for the administrator. */
  text: string
  domain?: string | null
  orderId?: string | null
  requestId?: string | null
  mailId?: string | null
  /** Facts beside the sentence. Strings, integers, booleans, null, arrays and objects of these. */
  data?: Record<string, unknown>
}

export type ActionEntry = Required<Omit<NewAction, 'domain' | 'orderId' | 'requestId' | 'mailId'>> & {
  id: string
  domain: string | null
  orderId: string | null
  requestId: string | null
  mailId: string | null
  /** 128 random bits, in hexadecimal, that its digest covers; null in entries of versions that had none. */
  salt: string | null
  /** SHA-256 over the entry before and this one, lower-case hexadecimal. */
  hash: string
}

/** The hash before the first entry. */
export const CHAIN_START = '0'.repeat(64)

/**
 * An entry's link in the chain: SHA-256 over the hash of the entry before, a line feed, and the digest of the entry
 * (`entryDigest`) in hexadecimal; in entries without a salt its JSON in the digest's place. Changing, removing or inserting
 * an entry changes every hash after it.
 */
export const chainHash = (previous: string, entry: Omit<ActionEntry, 'hash'>): string =>
  linkHash(previous, entry.salt === null ? entryJson(entry) : entryDigest(entry))

/** The hash that follows `previous` where the next entry has this digest, whatever is in it. */
export const linkHash = (previous: string, digest: string): string => sha256(`${previous}\n${digest}`)

/**
 * SHA-256 over what an entry says (`digestedText`), in hexadecimal. It stands for the entry where the chain is shown to
 * somebody who may not read it: without the salt nobody can guess what is in it.
 */
export const entryDigest = (entry: Omit<ActionEntry, 'hash'>): string => sha256(digestedText(entry))

/** The octets that `entryDigest` is over: the salt, a line feed, and the entry as JSON (`entryJson`). */
export const digestedText = (entry: Omit<ActionEntry, 'hash'>): string => `${entry.salt ?? ''}\n${entryJson(entry)}`

/** An entry without its hash and its salt as JSON, with its keys in alphabetical order at every depth. */
export const entryJson = ({ salt: _salt, ...content }: Omit<ActionEntry, 'hash'>): string => canonicalJson(content)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** JSON with sorted keys; dates as RFC 3339 in UTC with milliseconds. */
export const canonicalJson = (value: unknown): string => {
  if (value instanceof Date) return JSON.stringify(value.toISOString())
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`)
    return `{${pairs.join(',')}}`
  }
  return JSON.stringify(value)
}

/**
 * Text from outside as the log and the database can keep it: PostgreSQL takes neither NUL nor half a surrogate pair, and
 * an administrator's terminal should obey no escape sequence of a stranger's, and show text in the order that it has
 * (Unicode's property Bidi_Control). Line feeds and tabs stay.
 */
export const printable = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '�')

/** `printable` for every string within. */
export const printableData = (value: unknown): unknown => {
  if (typeof value === 'string') return printable(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(printableData)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) =>
        item === undefined ? [] : [[printable(key), printableData(item)]],
      ),
    )
  return value
}
