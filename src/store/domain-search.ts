import sql, { empty, join, type Sql } from 'sql-template-tag'
import type { Domain } from '../core/domain.js'
import type { DomainSearch, DomainSort } from '../core/overview.js'
import type { Page, PageOptions } from '../ports.js'
import type { Client } from './client.js'
import { type DomainRow, statesOf, toDomain } from './domains.js'
import { DOMAIN_COLUMNS, selected } from './records.js'
import { fromCursor, invalid, isStorable, toPage } from './values.js'

type Row = DomainRow & { seq: bigint }

/** The domains of one page of the console's list. The cursor holds what the list is sorted by, never a place in it. */
export const searchDomains = async (
  client: Client,
  search: DomainSearch,
  { limit, cursor }: PageOptions,
): Promise<Page<Domain>> => {
  const { order, after, key } = SORTS[search.sort]
  const list = `domains ${search.sort}`
  const from = fromCursor(list, 'text', cursor)
  const conditions = [...conditionsOf(search), ...(from === null ? [] : [after(from)])]
  if (![search.text, search.tld, search.connectionId].every((text) => isStorable(text ?? '')))
    return { items: [], next: null }
  const rows = await client.rows<Row>`
    SELECT ${selected(DOMAIN_COLUMNS, 'domains')}, seq FROM domains
    ${conditions.length === 0 ? empty : sql`WHERE ${join(conditions, ' AND ')}`} ORDER BY ${order} LIMIT ${limit + 1}`
  return toPage(rows, { limit, list, key, item: toDomain })
}

const conditionsOf = ({ status, connectionId, tld, text }: DomainSearch): Sql[] => [
  ...(status === null ? [] : [sql`state = ANY (${statesOf({ status })}::domain_state[])`]),
  ...(connectionId === null ? [] : [sql`connection_id = ${connectionId}`]),
  ...(tld === null ? [] : [sql`name LIKE ${`%.${literally(tld)}`}`]),
  ...(text === null ? [] : [sql`(name LIKE ${`%${literally(text)}%`} OR unicode_name LIKE ${`%${literally(text)}%`})`]),
]

/** For LIKE, which gives a meaning to three characters. */
const literally = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&')

const numberOf = (key: string): string => {
  if (/^\d{1,18}$/.test(key)) return key
  throw foreignCursor()
}

const foreignCursor = () => invalid('/cursor', 'is not the `next` of a page of this list: leave it out')

type Sort = { order: Sql; after(key: string): Sql; key(row: Row): string }

const byName = (order: Sql, after: (name: string) => Sql): Sort => ({ order, after, key: ({ name }) => name })

const byAge = (order: Sql, after: (since: string, seq: string) => Sql): Sort => ({
  order,
  after: (key) => {
    const [since = '', seq = ''] = key.split('/')
    if (Number.isNaN(Date.parse(since))) throw foreignCursor()
    return after(since, numberOf(seq))
  },
  key: ({ since, seq }) => `${since.toISOString()}/${seq}`,
})

const SORTS: Record<DomainSort, Sort> = {
  newest: {
    order: sql`seq DESC`,
    after: (key) => sql`seq < ${numberOf(key)}::bigint`,
    key: ({ seq }) => String(seq),
  },
  name: byName(sql`name`, (name) => sql`name > ${name}`),
  '-name': byName(sql`name DESC`, (name) => sql`name < ${name}`),
  age: byAge(sql`since, seq`, (since, seq) => sql`(since, seq) > (${since}::timestamptz, ${seq}::bigint)`),
  '-age': byAge(sql`since DESC, seq DESC`, (since, seq) => sql`(since, seq) < (${since}::timestamptz, ${seq}::bigint)`),
}
