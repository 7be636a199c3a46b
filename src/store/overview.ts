import { ACTIONS } from '../core/action.js'
import { MOST_COUNTED, type OverviewCounts, WAITING_STAGES } from '../core/overview.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { isOpenIn, type OrderRow, toOrder } from './orders.js'
import { ORDER_COLUMNS, selected } from './records.js'
import { toWord } from './values.js'

export const overviewTable = (client: Client): Tables['overview'] => ({
  counts: async () => {
    const stages = await client.rows<{ stage: (typeof WAITING_STAGES)[number]; count: number }>`
      SELECT asked.stage::text AS stage, found.count FROM unnest(${WAITING_STAGES}::mail_stage[]) AS asked (stage),
        LATERAL (SELECT count(*)::int FROM (
          SELECT FROM mails WHERE mails.stage = asked.stage LIMIT ${MOST_COUNTED}) counted) AS found (count)`
    const [counts] = await client.rows<Omit<OverviewCounts, 'mails'>>`
      SELECT
        (SELECT count(*)::int FROM (
          SELECT FROM domains WHERE state IN ('failed', 'faulty') LIMIT ${MOST_COUNTED}) counted) AS "domainsInError",
        (SELECT count(*)::int FROM (
          SELECT FROM domains WHERE state = 'transferring' AND detail = 'KK-NACK' LIMIT ${MOST_COUNTED}
        ) counted) AS "domainsRefusedTransfer",
        (SELECT count(*)::int FROM (
          SELECT FROM orders WHERE ${isOpenIn('orders')} LIMIT ${MOST_COUNTED}) counted) AS "ordersOpen",
        (SELECT count(*)::int FROM (
          SELECT FROM orders WHERE status = 'uncertain' LIMIT ${MOST_COUNTED}) counted) AS "ordersUncertain",
        (SELECT count(*)::int FROM (
          SELECT FROM orders WHERE status = 'awaiting-approval' LIMIT ${MOST_COUNTED}) counted) AS "ordersToApprove",
        (SELECT count(*)::int FROM (
          SELECT FROM requests WHERE overdue_at IS NOT NULL AND state IN ('sent', 'acknowledged', 'uncertain')
          LIMIT ${MOST_COUNTED}) counted) AS "requestsLate"`
    return {
      ...NONE,
      ...counts,
      mails: { ...NONE.mails, ...Object.fromEntries(stages.map((row) => [row.stage, row.count])) },
    }
  },

  late: async (limit) => {
    const rows = await client.rows<LateRow>`
      SELECT order_id AS "orderId", domain, action, connection_id AS "connectionId", sent_at AS "sentAt", deadline
      FROM requests WHERE overdue_at IS NOT NULL AND state IN ('sent', 'acknowledged', 'uncertain')
      ORDER BY overdue_at LIMIT ${limit}`
    return rows.map((row) => ({ ...row, action: toWord(ACTIONS, row.action) }))
  },

  completed: async (after, limit) => {
    const since = after.toISOString()
    const rows = await client.rows<OrderRow>`
      SELECT ${selected(ORDER_COLUMNS, 'orders')} FROM orders
      WHERE status = 'done'::order_status AND updated_at > ${since}::timestamptz
      ORDER BY updated_at DESC LIMIT ${limit}`
    const [all] = await client.rows<{ count: number }>`
      SELECT count(*)::int AS count FROM orders
      WHERE status = 'done'::order_status AND updated_at > ${since}::timestamptz`
    return { count: all?.count ?? 0, orders: rows.map(toOrder) }
  },

  ordersSince: async (starts) => {
    const [first] = starts
    if (first === undefined) return []
    const times = starts.map((at) => at.toISOString())
    const rows = await client.rows<{ place: number; count: number }>`
      SELECT width_bucket(created_at, ${times}::timestamptz[]) AS place, count(*)::int AS count FROM orders
      WHERE created_at >= ${first.toISOString()}::timestamptz GROUP BY 1`
    return starts.map((_, index) => rows.find(({ place }) => place === index + 1)?.count ?? 0)
  },
})

type LateRow = Omit<Awaited<ReturnType<Tables['overview']['late']>>[number], 'action'> & { action: string }

const NONE: OverviewCounts = {
  mails: { unrecognised: 0, ambiguous: 0, conflict: 0, quarantined: 0, untrusted: 0 },
  ...{ domainsInError: 0, domainsRefusedTransfer: 0, ordersOpen: 0, ordersUncertain: 0, ordersToApprove: 0 },
  requestsLate: 0,
}
