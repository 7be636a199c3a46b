import sql, { empty, type Sql } from 'sql-template-tag'
import { v7 as newId } from 'uuid'
import { ALARM_KINDS } from '../core/alarm-flood.js'
import {
  type NewNotice,
  NOTICE_KINDS,
  NOTICE_STATES,
  type Notice,
  type NoticeRecipient,
  type NoticeState,
} from '../core/notice.js'
import type { AfterTry } from '../core/notice-sending.js'
import type { Notice as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import { type Client, eachOnce } from './client.js'
import { idsOf } from './ids.js'
import { among, type Claim, claimRows, claimsOfOne, type Held, heldRows, isHeld } from './leases.js'
import { incoming, NOTICE_COLUMNS, selected } from './records.js'
import { fromCursor, fromJson, isId, toPage, toWord } from './values.js'

/**
 * Writes notices, each due at once; one whose `once` is there already is left out. In the order of these keys, so that no two
 * transactions wait for each other's.
 */
export const insertNotices = async (client: Client, notices: readonly NewNotice[]): Promise<void> => {
  if (notices.length === 0) return
  const rows = notices.map(toRow).sort((a, b) => compare(a.once ?? '', b.once ?? ''))
  await client.run`
    INSERT INTO notices (id, kind, at, recipient, domain, order_id, values, once, state, attempts, since, due_at)
    SELECT id, kind, at, recipient, domain, order_id, values, once, 'waiting', 0, since, due_at
    FROM ${incoming(NOTICE_COLUMNS, 'notices', rows)} ON CONFLICT (once) DO NOTHING`
}

/** Who reads notices within a transaction sees what it wrote. */
const flush = async (client: Client): Promise<void> => insertNotices(client, client.unit?.notices.splice(0) ?? [])

export const noticesTable = (client: Client): Tables['notices'] => ({
  insert: async (notices) => {
    if (client.unit === null) await insertNotices(client, notices)
    else client.unit.notices.push(...notices)
  },

  get: async (id) => {
    await flush(client)
    if (!isId(id)) return null
    const [row] = await client.rows<NoticeRow>`SELECT ${SELECTED} FROM notices WHERE id = ${id}::uuid`
    return row === undefined ? null : toNotice(row)
  },

  list: async ({ state, kind }, { limit, cursor }) => {
    const before = fromCursor('notices', 'id', cursor)
    await flush(client)
    const rows = await client.rows<NoticeRow>`
      SELECT ${SELECTED} FROM notices WHERE true
        ${state === undefined ? empty : IN_STATE[state]} ${kind === undefined ? empty : sql`AND kind = ${kind}`}
        ${before === null ? empty : sql`AND id < ${before}::uuid`}
      ORDER BY id DESC LIMIT ${limit + 1}`
    return toPage(rows, { limit, list: 'notices', key: ({ id }) => id, item: toNotice })
  },

  alarmsSent: async (since, most) => {
    const [row] = await client.rows<{ count: bigint }>`
      SELECT count(*) AS count FROM (
        SELECT 1 FROM notices WHERE ${IS_ALARM} AND state = 'sent' AND sent_at >= ${since.toISOString()}::timestamptz LIMIT ${most}
      ) AS sent`
    return Number(row?.count ?? 0)
  },

  alarmsRecorded: async (answer) => {
    const [row] = await client.rows<{ count: bigint }>`
      SELECT count(*) AS count FROM notices WHERE ${IS_ALARM} AND state = 'recorded' AND answer = ${answer}`
    return Number(row?.count ?? 0)
  },

  unsent: async () => {
    const rows = await client.rows<{ state: string; count: bigint }>`
      SELECT state, count(*) AS count FROM notices WHERE state = ANY (ARRAY['waiting', 'failed']::notice_state[])
      GROUP BY state`
    const of = (state: NoticeState) => Number(rows.find((row) => row.state === state)?.count ?? 0)
    return { waiting: of('waiting'), failed: of('failed') }
  },

  claim: (id, options) => client.together(claimNotices, { id, ...options }, claimsOfOne),

  settle: (id, lease, after) => client.together(settleNotices, { ...after, id, lease }, eachOnce),

  sendAgain: async (id, now) => {
    if (!isId(id)) return false
    const at = sql`${now.toISOString()}::timestamptz`
    const made = await client.run`
      UPDATE notices SET state = 'waiting', attempts = 0, since = ${at}, due_at = ${at}, lease_owner = NULL, lease_until = NULL
      WHERE id = ${id}::uuid AND state <> 'sent' AND (lease_until IS NULL OR lease_until <= ${at})`
    return made === 1
  },

  due: (now, limit) =>
    idsOf(client, sql`SELECT id FROM notices WHERE ${isDue(now)} ORDER BY due_at, id LIMIT ${limit}`),

  drop: (before, limit) =>
    client.run`
      DELETE FROM notices WHERE id IN (
        SELECT id FROM notices WHERE state = ANY (ARRAY['recorded', 'sent']::notice_state[])
          AND at < ${before.toISOString()}::timestamptz
        ORDER BY id LIMIT ${limit}
      )`,
})

export const quietAccountsTable = (client: Client): Tables['quietAccounts'] => ({
  since: async (accountId) => {
    const [row] = await client.rows<{ since: Date }>`SELECT since FROM quiet_accounts WHERE account_id = ${accountId}`
    return row?.since ?? null
  },

  add: async (accountId, since) => {
    const added = await client.run`
      INSERT INTO quiet_accounts (account_id, since) VALUES (${accountId}, ${since.toISOString()}::timestamptz)
      ON CONFLICT (account_id) DO NOTHING`
    return added === 1
  },

  remove: async (accountId) => (await client.run`DELETE FROM quiet_accounts WHERE account_id = ${accountId}`) === 1,
})

const claimNotices = async (client: Client, claims: readonly Claim[]) => {
  const claimed = await claimRows<NoticeRow & { fence: number }>(client, claims, {
    ...{ table: 'notices', columns: SELECTED, isDue },
  })
  return claimed.map((one) => one && { notice: toNotice(one.row), lease: one.lease })
}

const settleNotices = async (client: Client, ended: readonly (Held & AfterTry)[]): Promise<boolean[]> =>
  among(
    ended,
    await client.rows<{ id: string }>`
      UPDATE notices SET lease_owner = NULL, lease_until = NULL, state = ended.state, attempts = ended.attempts,
        due_at = ended.due_at, answer = ended.answer, sent_at = ended.sent_at
      FROM ${heldRows(ended)}, unnest(${ended.map(({ id }) => id)}::uuid[],
        ${ended.map(({ state }) => state)}::notice_state[], ${ended.map(({ attempts }) => attempts)}::int[],
        ${ended.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[],
        ${ended.map(({ answer }) => answer)}::text[],
        ${ended.map(({ sentAt }) => sentAt?.toISOString() ?? null)}::timestamptz[]
      ) AS ended (id, state, attempts, due_at, answer, sent_at)
      WHERE ${isHeld('notices')} AND ended.id = notices.id RETURNING notices.id`,
  )

const IS_ALARM = sql`kind = ANY (${ALARM_KINDS}::text[])`

/** Word for word, so that an index of those in one state is used. */
const IN_STATE: Record<NoticeState, Sql> = {
  waiting: sql`AND state = 'waiting'`,
  recorded: sql`AND state = 'recorded'`,
  sent: sql`AND state = 'sent'`,
  failed: sql`AND state = 'failed'`,
}

const isDue = (now: Date): Sql => {
  const at = sql`${now.toISOString()}::timestamptz`
  return sql`(state = 'waiting' AND due_at <= ${at} AND (lease_until IS NULL OR lease_until <= ${at}))`
}

const SELECTED = selected(NOTICE_COLUMNS, 'notices')

type NoticeRow = Pick<Row, keyof typeof NOTICE_COLUMNS>

const ADMIN = 'admin'

const toRow = ({ to, at, ...notice }: NewNotice) => ({
  ...{ ...notice, at, id: newId(), since: at, dueAt: at },
  recipient: to.kind === 'admin' ? ADMIN : to.address,
})

const toNotice = ({ recipient, kind, state, values, ...row }: NoticeRow): Notice => ({
  id: row.id,
  kind: toWord(NOTICE_KINDS, kind),
  at: row.at,
  to: toRecipient(recipient),
  values: fromJson(values),
  domain: row.domain,
  orderId: row.orderId,
  once: row.once,
  state: toWord(NOTICE_STATES, state),
  attempts: row.attempts,
  since: row.since,
  dueAt: row.dueAt,
  answer: row.answer,
  sentAt: row.sentAt,
})

const toRecipient = (recipient: string): NoticeRecipient =>
  recipient === ADMIN ? { kind: 'admin' } : { kind: 'account', address: recipient }

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
