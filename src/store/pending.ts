import sql, { empty } from 'sql-template-tag'
import { ACTIONS } from '../core/action.js'
import { MAIL_STAGES } from '../core/mail.js'
import type { PendingOrder, ReplyTimes } from '../core/pending.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { isOpenIn, type OrderRow, toOrder } from './orders.js'
import { ORDER_COLUMNS, type Prefixed, part, REQUEST_COLUMNS, selected } from './records.js'
import { type RequestRow, toRequest } from './requests.js'
import { fromCursor, toPage, toWord } from './values.js'

/** So many of the latest decisions tell what is usual. */
const LATEST = 500

/**
 * The page's orders are chosen before anything is joined to them, for which the planner would reckon with all that are open.
 * `OFFSET 0` keeps the mails of an order from being looked for among all mails, newest first: that reads every mail where an
 * order has none.
 */
export const pendingTable = (client: Client): Tables['pending'] => ({
  list: async ({ accountId, status, connectionId, late = false }, { limit, cursor }) => {
    const after = fromCursor('pending', 'id', cursor)
    const rows = await client.rows<PendingRow>`
      SELECT ${selected(ORDER_COLUMNS, 'o', 'o_')}, ${selected(REQUEST_COLUMNS, 'r', 'r_')},
        m.id AS "mailId", m.received_at AS "receivedAt", m.stage, m.reason
      FROM (
        SELECT * FROM orders o
        WHERE ${isOpenIn('o')} AND (${status ?? null}::text IS NULL OR o.status::text = ${status ?? null}::text)
          AND (${accountId ?? null}::text IS NULL OR o.account_id = ${accountId ?? null}::text)
          AND (${connectionId ?? null}::text IS NULL OR o.connection_id = ${connectionId ?? null}::text)
          AND (${after}::uuid IS NULL OR o.id > ${after}::uuid) ${late ? IS_LATE : empty}
        ORDER BY o.id LIMIT ${limit + 1}
      ) o
      JOIN LATERAL (SELECT * FROM requests WHERE order_id = o.id ORDER BY id DESC LIMIT 1) r ON true
      LEFT JOIN LATERAL (
        SELECT * FROM (
          SELECT id, received_at, stage, reason FROM mails WHERE orders @> ARRAY[o.id] AND direction = 'in' OFFSET 0
        ) of_order ORDER BY id DESC LIMIT 1
      ) m ON true
      ORDER BY o.id`
    return toPage(rows, { limit, list: 'pending', key: (row) => row.o_id, item: toPending })
  },

  replyTimes: async (of) => {
    const rows = await client.rows<ReplyTimes & { action: string }>`
      SELECT asked.connection_id AS "connectionId", asked.action, past.count, past.p50, past.p95
      FROM unnest(${of.map(({ connectionId }) => connectionId)}::text[], ${of.map(({ action }) => action)}::text[])
        AS asked (connection_id, action),
      LATERAL (
        SELECT count(*)::int AS count, percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS p50,
          percentile_cont(0.95) WITHIN GROUP (ORDER BY took) AS p95
        FROM (
          SELECT (extract(epoch FROM replied_at - sent_at) * 1000)::double precision AS took FROM requests
          WHERE connection_id = asked.connection_id AND action = asked.action AND replied_at IS NOT NULL
          ORDER BY replied_at DESC LIMIT ${LATEST}
        ) latest WHERE took IS NOT NULL
      ) past
      WHERE past.count > 0`
    return rows.map((row) => ({ ...row, action: toWord(ACTIONS, row.action) }))
  },
})

/** The few that are late are looked up, instead of the request of each that is open. */
const IS_LATE = sql`AND o.id IN (
  SELECT order_id FROM requests WHERE overdue_at IS NOT NULL AND state IN ('sent', 'acknowledged', 'uncertain'))`

type PendingRow = Prefixed<'o_', OrderRow> &
  Prefixed<'r_', RequestRow> & { mailId: string | null; receivedAt: Date; stage: string; reason: string | null }

const toPending = (row: PendingRow): PendingOrder => ({
  order: toOrder(part<OrderRow>(row, ORDER_COLUMNS, 'o_')),
  request: toRequest(part<RequestRow>(row, REQUEST_COLUMNS, 'r_')),
  lastReply:
    row.mailId === null
      ? null
      : {
          ...{ mailId: row.mailId, receivedAt: row.receivedAt, reason: row.reason },
          stage: toWord(MAIL_STAGES, row.stage),
        },
})
