import sql, { empty, join, type Sql } from 'sql-template-tag'
import { DOMAIN_STATUSES, type DomainState, STATES, statusOf } from '../core/domain.js'
import type { DomainFilter, DomainSort } from '../core/domain-list.js'
import type { Page, PageOptions } from '../ports.js'
import type { Client } from './client.js'
import type { DomainRow } from './domains.js'
import { DOMAIN_COLUMNS, selected } from './records.js'
import { type CursorKey, fromCursor, isStorable, toPage } from './values.js'

/** Where a row stands among those of one sort: what a page ends with, and where the next one begins. */
type Place = {
  cursor: CursorKey
  keyOf(row: ListedRow): string
  /** Rows of one state, of that rank, behind that key. */
  behind(key: string, rank: number): Sql
  /** Within one state, as an index has it. */
  within: Sql
  overall: Sql
}

type ListedRow = DomainRow & { seq: bigint; rank: number }

/** What is added later never moves what was shown: every key ends in one that no two rows share. */
const byRank: Place = {
  cursor: 'rank',
  keyOf: ({ rank, seq }) => `${rank}:${seq}`,
  behind: (key, rank) => {
    const [shown = 0, seq] = key.split(':').map(Number)
    return rank > shown ? sql`true` : rank < shown ? sql`false` : sql`seq < ${seq}::bigint`
  },
  within: sql`seq DESC`,
  overall: sql`rank, seq DESC`,
}

const bySince = (order: Sql, sign: Sql): Place => ({
  cursor: 'time',
  keyOf: ({ since, seq }) => `${since.getTime()}:${seq}`,
  behind: (key) => {
    const [since, seq] = key.split(':').map(Number)
    return sql`(since, seq) ${sign} (to_timestamp(${since}::double precision / 1000), ${seq}::bigint)`
  },
  within: sql`since ${order}, seq ${order}`,
  overall: sql`since ${order}, seq ${order}`,
})

const byName = (order: Sql, sign: Sql): Place => ({
  cursor: 'name',
  keyOf: ({ name }) => name,
  behind: (key) => sql`name ${sign} ${key}`,
  within: sql`name ${order}`,
  overall: sql`name ${order}`,
})

const [ASC, DESC, ABOVE, BELOW] = [sql`ASC`, sql`DESC`, sql`>`, sql`<`]

const PLACES: Record<DomainSort | 'newest', Place> = {
  newest: {
    cursor: 'number',
    keyOf: ({ seq }) => String(seq),
    behind: (key) => sql`seq < ${key}::bigint`,
    within: sql`seq DESC`,
    overall: sql`seq DESC`,
  },
  ...{ name: byName(ASC, ABOVE), '-name': byName(DESC, BELOW) },
  ...{ status: byRank, '-status': byRank },
  ...{ age: bySince(DESC, BELOW), '-age': bySince(ASC, ABOVE) },
}

/**
 * A page of domains. Each state is asked by itself for a page, which an index has ready in every sort, and these are merged.
 * The states stand in the statement one by one: joined from a list PostgreSQL takes them for equally many and reads all rows.
 */
export const listDomains = async (
  client: Client,
  filter: DomainFilter,
  { limit, cursor }: PageOptions,
): Promise<Page<DomainRow>> => {
  const sort = filter.sort ?? 'newest'
  const place = PLACES[sort]
  const list = sort === 'newest' ? 'domains' : `domains ${sort}`
  const key = fromCursor(list, place.cursor, cursor)
  const { connectionId = '', tld = '', part = '' } = filter
  if (![connectionId, tld, part].every(isStorable)) return { items: [], next: null }
  const branches = statesOf(filter).map((state) => {
    const rank = rankOf(state) * (sort === '-status' ? -1 : 1)
    const behind = key === null ? empty : sql`AND ${place.behind(key, rank)}`
    return sql`(SELECT ${selected(DOMAIN_COLUMNS, 'd')}, d.seq, ${rank}::int AS rank FROM domains d
      WHERE state = ${state}::domain_state ${behind} ${matching(filter)} ORDER BY ${place.within} LIMIT ${limit + 1})`
  })
  if (branches.length === 0) return { items: [], next: null }
  const rows = await client.rows<ListedRow>`
    SELECT * FROM (${join(branches, ' UNION ALL ')}) listed ORDER BY ${place.overall} LIMIT ${limit + 1}`
  return toPage(rows, { limit, list, key: place.keyOf, item: (row) => row })
}

/** No index helps these: they are quick where much matches, and read every row where nothing does. */
const matching = ({ connectionId, tld, part }: DomainFilter): Sql => sql`
  ${connectionId === undefined ? empty : sql`AND connection_id = ${connectionId}`}
  ${tld === undefined ? empty : sql`AND right(name, ${tld.length + 1}::int) = ${`.${tld}`}`}
  ${part === undefined ? empty : sql`AND (position(${part} IN name) > 0 OR position(${part} IN unicode_name) > 0)`}`

/** The states that show as asked for: a name in the state `none` is none of ours and in no list. */
const statesOf = ({ status, registered }: DomainFilter): DomainState[] =>
  STATE_NAMES.filter((state) => {
    const shown = STATES[state]
    return (
      shown !== null &&
      (status === undefined || shown.status === status) &&
      (registered === undefined || shown.registered === registered)
    )
  })

const rankOf = (state: DomainState): number => {
  const status = statusOf(state)
  return status === null ? 0 : DOMAIN_STATUSES.indexOf(status) + 1
}

const isState = (name: string): name is DomainState => Object.hasOwn(STATES, name)
const STATE_NAMES = Object.keys(STATES).filter(isState)
