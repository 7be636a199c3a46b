import { randomBytes } from 'node:crypto'
import { type ActionEntry, chainHash, type NewAction, printable, printableData } from '../core/action-log.js'
import { alarmsOf } from '../core/alarm-notice.js'
import type { Action as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import { endOfLook, indexed, isSearch, searched } from './action-filter.js'
import type { Client } from './client.js'
import { ACTION_COLUMNS, inserted } from './records.js'
import { fromCursor, fromJson, invalid, toCursor, toPage } from './values.js'

/**
 * Chains entries to the log. Everybody who writes has to hold the head of the chain: it is the last that a transaction does,
 * so that it is held shortest.
 */
export const appendActions = async (client: Client, actions: readonly NewAction[]): Promise<void> => {
  if (actions.length === 0) return
  const [head] = await client.rows<Head>`
    SELECT last_id AS "lastId", hash FROM log_head WHERE id = 1 FOR UPDATE`
  if (head === undefined)
    throw new Error('log_head has no row: the migrations make it; restore the database from a backup')
  const entries = chain(head, actions)
  const last = entries.at(-1)
  if (last === undefined) return
  await client.run`
    WITH appended AS (${inserted(ACTION_COLUMNS, 'actions', entries)})
    UPDATE log_head SET last_id = ${last.id}::bigint, hash = ${last.hash} WHERE id = 1`
}

/** Who reads the log within a transaction sees what it appended. */
const flush = async (client: Client): Promise<void> => appendActions(client, client.unit?.actions.splice(0) ?? [])

export const actionsTable = (client: Client): Tables['actions'] => ({
  append: async (actions) => {
    if (client.unit === null) throw new Error('the log is appended to within a transaction: the head needs a lock')
    client.unit.actions.push(...actions)
    client.unit.notices.push(...alarmsOf(actions))
  },

  list: async (filter, { limit, cursor }) => {
    const from = fromCursor('actions', 'number', cursor)
    await flush(client)
    const { action } = await client.models()
    const { id, order } = filter.after === undefined ? newestFirst(from) : oldestFirst(filter.after, from)
    const where = { ...indexed(filter), ...(id === null ? {} : { id }) }
    const end = isSearch(filter) ? await endOfLook(action, where, order) : null
    const rows = await action.findMany({
      where: { ...where, ...searched(filter), ...(end === null ? {} : { AND: { id: upTo(end, order) } }) },
      orderBy: { id: order },
      take: limit + 1,
    })
    const page = toPage(rows, { limit, list: 'actions', key: (row) => String(row.id), item: toEntry })
    return end === null || page.next !== null ? page : { ...page, next: toCursor('actions', String(end)) }
  },

  read: async (afterId, limit) => {
    await flush(client)
    const rows = await (await client.models()).action.findMany({
      ...(afterId === null ? {} : { where: { id: { gt: toNumber('/after', afterId) } } }),
      orderBy: { id: 'asc' },
      take: limit,
    })
    return rows.map(toEntry)
  },

  head: async () => {
    await flush(client)
    const [head] = await client.rows<Head>`SELECT last_id AS "lastId", hash FROM log_head WHERE id = 1`
    return head === undefined || head.lastId === 0n ? null : { id: String(head.lastId), hash: head.hash }
  },
})

type Head = { lastId: bigint; hash: string }

const SALT_OCTETS = 16

/** The entries as they will be read back, each hashed onto the one before. */
const chain = (head: Head, actions: readonly NewAction[]): ActionEntry[] => {
  let { lastId: id, hash } = head
  return actions.map((action) => {
    id += 1n
    const entry = { id: String(id), ...settle(action), salt: randomBytes(SALT_OCTETS).toString('hex') }
    hash = chainHash(hash, entry)
    return { ...entry, hash }
  })
}

/** What is hashed must be what the database gives back: clean text, absent as null, data as JSON keeps it. */
const settle = ({ at, level, actor, event, text, domain, orderId, requestId, mailId, data }: NewAction) => ({
  at: new Date(at),
  level,
  actor: printable(actor),
  event: printable(event),
  text: printable(text),
  domain: clean(domain),
  orderId: clean(orderId),
  requestId: clean(requestId),
  mailId: clean(mailId),
  data: asStored(data ?? {}),
})

const clean = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : printable(text)

/** Prisma's own copy of an object loses a key `__proto__`, so it must not be hashed either. */
const asStored = (data: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(printableData(data)), (key, value) => (key === '__proto__' ? undefined : value))

/** As it stands in the database, whatever somebody made of it there: the hash has to show that. */
const toEntry = ({ id, data, ...row }: Row): ActionEntry => ({ ...row, id: String(id), data: fromJson(data) })

const newestFirst = (from: string | null) => ({
  id: from === null ? null : { lt: BigInt(from) },
  order: 'desc' as const,
})

const oldestFirst = (after: string, from: string | null) => ({
  id: { gt: from === null ? toNumber('/after', after) : BigInt(from) },
  order: 'asc' as const,
})

const upTo = (end: bigint, order: 'asc' | 'desc') => (order === 'desc' ? { gte: end } : { lte: end })

const toNumber = (pointer: string, id: string): bigint => {
  if (/^[0-9]{1,18}$/.test(id)) return BigInt(id)
  throw invalid(pointer, 'is not the id of an entry of the action log: these are whole numbers')
}
