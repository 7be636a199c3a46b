import { validate } from 'uuid'
import { Fault, Refusal } from '../core/errors.js'

/** The name that Prisma gives to one of our words in an enum: underscores for hyphens. */
type Member<Word extends string> = Word extends `${infer Head}-${infer Tail}` ? `${Head}_${Member<Tail>}` : Word

export const toMember = <Word extends string>(word: Word) => word.replaceAll('-', '_') as Member<Word>

/** The word for what an enum column holds: Prisma's member name, or the word itself out of plain SQL. */
export const toWord = <Word extends string>(words: readonly Word[], stored: string): Word => {
  const found = words.find((word) => word === stored || toMember(word) === stored)
  if (found !== undefined) return found
  throw new Fault('store-corrupt', `the database holds "${stored}" where one of ${words.join(', ')} belongs`, {
    temporary: false,
  })
}

/** What JSON keeps of a `T`: its dates are text. Only this folder writes these columns, so their shape is the one it was given. */
export const fromJson = <T>(value: unknown): T => value as T

/** Ids from outside can be any text; PostgreSQL answers an error, not "none", to one that is no UUID. */
export const isId = (id: string): boolean => validate(id)

/** PostgreSQL's text has no NUL: a value that holds one cannot be in the database, and to ask for it is an error. */
export const isStorable = (text: string): boolean => !text.includes('\0')

const CURSOR_KEYS = {
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  number: /^[0-9]{1,18}$/,
  name: /^[a-z0-9.-]{1,253}$/,
  /** A TLD and an action. */
  price: /^[a-z0-9.-]{1,253}\/[a-z-]{1,30}$/,
  /** Milliseconds since 1970, or a rank, and the number that tells rows of one apart. */
  time: /^[0-9]{1,14}:[0-9]{1,15}$/,
  rank: /^-?[0-9]{1,2}:[0-9]{1,15}$/,
}
export type CursorKey = keyof typeof CURSOR_KEYS

/** A page's continuation: opaque, URL-safe, and of use only to the list that made it. */
export const toCursor = (list: string, key: string): string => Buffer.from(`${list}:${key}`).toString('base64url')

/** @throws Refusal `invalid` for a cursor that this list did not make */
export const fromCursor = (list: string, kind: CursorKey, cursor: string | null): string | null => {
  if (cursor === null) return null
  const key = Buffer.from(cursor, 'base64url')
    .toString()
    .slice(list.length + 1)
  if (CURSOR_KEYS[kind].test(key) && toCursor(list, key) === cursor) return key
  throw invalid('/cursor', 'is not the `next` of a page of this list: use it as it was given, or leave it out')
}

/** Rows that were fetched as one more than asked for, as a page; the last row tells where the next begins. */
export const toPage = <Row, Item>(
  rows: readonly Row[],
  page: { limit: number; list: string; key(row: Row): string; item(row: Row): Item },
): { items: Item[]; next: string | null } => {
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  const next = rows.length > page.limit && last !== undefined ? toCursor(page.list, page.key(last)) : null
  return { items: shown.map(page.item), next }
}

export const invalid = (pointer: string, detail: string): Refusal =>
  new Refusal('invalid', `${pointer} ${detail}`, { problems: [{ pointer, detail }] })
