import sql, { empty, join, type Sql } from 'sql-template-tag'
import type { Mail } from '../core/mail.js'
import type { MailFilter, Page, PageOptions } from '../ports.js'
import type { Client } from './client.js'
import { COLUMNS, type Row, toMail } from './mail-rows.js'
import { fromCursor, invalid, isId, isStorable, toCursor, toPage } from './values.js'

/** So many mails one page looks at for an address, which no index has: mails are larger than entries of the log. */
const LOOKED_AT = 20_000

export const listMails = async (
  client: Client,
  filter: MailFilter,
  { limit, cursor }: PageOptions,
): Promise<Page<Mail>> => {
  const before = fromCursor('mails', 'id', cursor)
  const { party, order } = filter
  if (order !== undefined && !isId(order)) throw invalid('/order', 'is not the id of an order')
  if (![party, filter.connection].every((word) => word === undefined || isStorable(word)))
    return { items: [], next: null }
  const where = join([...conditions(filter), before === null ? sql`true` : sql`id < ${before}::uuid`], ' AND ')
  const end = party === undefined ? null : await endOfLook(client, where)
  const looked =
    party === undefined ? empty : sql` AND ${isParty(party)}${end === null ? empty : sql` AND id >= ${end}::uuid`}`
  const rows = await client.rows<Row>`
    SELECT ${COLUMNS} FROM mails WHERE ${where}${looked} ORDER BY id DESC LIMIT ${limit + 1}`
  const page = toPage(rows, { limit, list: 'mails', key: ({ id }) => id, item: toMail })
  return end === null || page.next !== null ? page : { ...page, next: toCursor('mails', end) }
}

const conditions = ({ direction, verdict, stage, order, connection, since, until }: MailFilter): Sql[] => [
  ...(direction === undefined ? [] : [sql`direction = ${direction}::mail_direction`]),
  ...(verdict === undefined ? [] : [sql`verdict_kind = ${verdict}::verdict_kind`]),
  ...(stage === undefined ? [] : [sql`stage = ${stage}::mail_stage`]),
  ...(order === undefined ? [] : [sql`orders @> ARRAY[${order}::uuid]`]),
  ...(connection === undefined ? [] : [sql`connection_id = ${connection}`]),
  ...(since === undefined ? [] : [sql`received_at >= ${since.toISOString()}::timestamptz`]),
  ...(until === undefined ? [] : [sql`received_at <= ${until.toISOString()}::timestamptz`]),
]

/** The addresses as JSON keeps them: a quotation mark in one has a backslash before it. */
const isParty = (party: string): Sql => {
  const like = `%${party.replace(/[\\%_]/g, '\\$&')}%`
  return sql`(envelope->>'from' ILIKE ${like} OR envelope->>'to' ILIKE ${like})`
}

/** The last mail that this page may look at; null where there are fewer. */
const endOfLook = async (client: Client, where: Sql): Promise<string | null> => {
  const [last] = await client.rows<{ id: string }>`
    SELECT id FROM mails WHERE ${where} ORDER BY id DESC OFFSET ${LOOKED_AT - 1}::int LIMIT 1`
  return last?.id ?? null
}
