import sql, { empty, type Sql } from 'sql-template-tag'
import type { Delivery, DeliveryAttempt, DeliveryState } from '../core/webhook-delivery.js'
import type { WebhookAttempt } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import { type Client, eachOnce } from './client.js'
import { idsOf } from './ids.js'
import { among, claimsOfOne, type Held, heldRows, isHeld } from './leases.js'
import { type Columns, inserted, selected } from './records.js'
import { fromCursor, fromJson, isId, toPage } from './values.js'
import { ALLOWANCE, claimDeliveries, DELIVERY_COLUMNS, type DeliveryRow, isDue, toDelivery } from './webhook-claims.js'
import { IS_ACTIVE } from './webhooks.js'

export const deliveriesTable = (client: Client): Tables['deliveries'] => ({
  get: async (webhookId, id) => {
    if (!isId(webhookId) || !isId(id)) return null
    const [row] = await client.rows<DeliveryRow>`
      SELECT ${DELIVERY} WHERE webhook_deliveries.id = ${id}::uuid AND webhook_id = ${webhookId}::uuid`
    return row === undefined ? null : toDelivery(row)
  },

  list: async ({ webhookId, state }, { limit, cursor }) => {
    const before = fromCursor('deliveries', 'number', cursor)
    const rows = await client.rows<DeliveryRow & { seq: bigint }>`
      SELECT ${DELIVERY} WHERE webhook_id = ${webhookId}::uuid
        ${state === undefined ? empty : IN_STATE[state]} ${before === null ? empty : sql`AND seq < ${before}::bigint`}
      ORDER BY seq DESC LIMIT ${limit + 1}`
    return toPage(rows, { limit, list: 'deliveries', key: ({ seq }) => String(seq), item: (row) => toDelivery(row) })
  },

  ofEvent: async (eventId) => {
    const rows = await client.rows<DeliveryRow & { url: string }>`
      SELECT ${selected(DELIVERY_COLUMNS, 'webhook_deliveries')}, events.type, webhooks.url
      FROM webhook_deliveries JOIN events ON events.id = webhook_deliveries.event_id
        JOIN webhooks ON webhooks.id = webhook_deliveries.webhook_id AND webhooks.removed_at IS NULL
      WHERE event_id = ${eventId}::uuid ORDER BY seq`
    return rows.map(({ url, ...row }) => ({ delivery: toDelivery(row), url }))
  },

  attempts: async (id, limit) => {
    const rows = await client.rows<AttemptRow>`
      SELECT ${selected(ATTEMPT_COLUMNS, 'webhook_attempts')} FROM webhook_attempts WHERE delivery_id = ${id}::uuid
      ORDER BY id DESC LIMIT ${limit}`
    return rows.reverse().map(({ deliveryId: _, ...row }) => ({ ...row, headers: fromJson(row.headers) }))
  },

  claim: (id, options) => client.together(claimDeliveries, { id, ...options }, claimsOfOne),

  settle: (id, lease, after) => client.together(settleDeliveries, { ...after, id, lease }, eachOnce),

  insertAttempt: (deliveryId, attempt) => client.together(insertAttempts, { ...attempt, deliveryId }),

  wakeNext: ({ webhookId, subject }, now) => client.together(wakeDeliveries, { webhookId, subject, now }),

  redeliver: async (webhookId, id, now) => {
    const at = sql`${now.toISOString()}::timestamptz`
    const made = await client.run`
      UPDATE webhook_deliveries SET ${anew(now)}, attempts = CASE WHEN state = 'waiting' THEN attempts ELSE 0 END
      WHERE id = ${id}::uuid AND webhook_id = ${webhookId}::uuid AND (lease_until IS NULL OR lease_until <= ${at})`
    return made === 1
  },

  redeliverFailed: (webhookId, since, now) =>
    client.run`UPDATE webhook_deliveries SET ${anew(now)}, attempts = 0
      WHERE webhook_id = ${webhookId}::uuid AND state = 'failed' AND created_at >= ${since.toISOString()}::timestamptz`,

  // One look into the index for each webhook, so that one with many that wait hides none of another.
  due: (now, limit) =>
    idsOf(
      client,
      sql`
      SELECT due.id FROM webhooks CROSS JOIN LATERAL (
        SELECT id, due_at FROM webhook_deliveries WHERE webhook_id = webhooks.id AND ${isDue(now)}
        ORDER BY due_at, seq LIMIT greatest(0, ${ALLOWANCE(now)})
      ) due
      WHERE ${IS_ACTIVE} ORDER BY webhooks.failing_since IS NOT NULL, due.due_at LIMIT ${limit}`,
    ),

  drop: (before, limit) =>
    client.run`
      DELETE FROM webhook_deliveries WHERE id IN (
        SELECT webhook_deliveries.id FROM webhook_deliveries JOIN webhooks ON webhooks.id = webhook_id
        WHERE webhooks.removed_at IS NOT NULL OR (state = 'delivered' AND ended_at < ${before.toISOString()}::timestamptz)
        ORDER BY seq LIMIT ${limit}
      )`,
})

/** Word for word, so that an index of those in one state is used. */
const IN_STATE: Record<DeliveryState, Sql> = {
  waiting: sql`AND state = 'waiting'`,
  delivered: sql`AND state = 'delivered'`,
  failed: sql`AND state = 'failed'`,
}

const anew = (now: Date): Sql =>
  sql`state = 'waiting', due_at = ${now.toISOString()}::timestamptz, ended_at = NULL, lease_owner = NULL, lease_until = NULL`

type Settled = Held & Pick<Delivery, 'state' | 'attempts' | 'dueAt' | 'endedAt'>

const settleDeliveries = async (client: Client, ended: readonly Settled[]): Promise<boolean[]> =>
  among(
    ended,
    await client.rows<{ id: string }>`
      UPDATE webhook_deliveries SET lease_owner = NULL, lease_until = NULL, state = ended.state,
        attempts = ended.attempts, due_at = ended.due_at, ended_at = ended.ended_at
      FROM ${heldRows(ended)}, unnest(${ended.map(({ id }) => id)}::uuid[],
        ${ended.map(({ state }) => state)}::webhook_delivery_state[], ${ended.map(({ attempts }) => attempts)}::int[],
        ${ended.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[],
        ${ended.map(({ endedAt }) => endedAt?.toISOString() ?? null)}::timestamptz[]
      ) AS ended (id, state, attempts, due_at, ended_at)
      WHERE ${isHeld('webhook_deliveries')} AND ended.id = webhook_deliveries.id RETURNING webhook_deliveries.id`,
  )

const insertAttempts = async (
  client: Client,
  attempts: readonly (DeliveryAttempt & { deliveryId: string })[],
): Promise<undefined[]> => {
  await client.run`${inserted(ATTEMPT_COLUMNS, 'webhook_attempts', attempts)}`
  return attempts.map(() => undefined)
}

/** A statement of its own after the one that ended them: it has to see who was put off meanwhile (`claimDeliveries`). */
const wakeDeliveries = async (
  client: Client,
  ended: readonly (Pick<Delivery, 'webhookId' | 'subject'> & { now: Date })[],
): Promise<(string | null)[]> => {
  const rows = await client.rows<{ id: string; webhookId: string; subject: string }>`
    UPDATE webhook_deliveries SET due_at = next.now
    FROM (
      SELECT DISTINCT ON (waiting.webhook_id, waiting.subject) waiting.id, ended.now
      FROM unnest(${ended.map(({ webhookId }) => webhookId)}::uuid[], ${ended.map(({ subject }) => subject)}::text[],
        ${ended.map(({ now }) => now.toISOString())}::timestamptz[]) AS ended (webhook_id, subject, now)
      JOIN webhook_deliveries waiting ON waiting.webhook_id = ended.webhook_id AND waiting.subject = ended.subject
        AND waiting.state = 'waiting'
      ORDER BY waiting.webhook_id, waiting.subject, waiting.seq
    ) next
    WHERE webhook_deliveries.id = next.id AND webhook_deliveries.due_at IS NULL
    RETURNING webhook_deliveries.id, webhook_id AS "webhookId", subject`
  const known = new Map(rows.map(({ id, webhookId, subject }) => [`${webhookId} ${subject}`, id]))
  return ended.map(({ webhookId, subject }) => known.get(`${webhookId} ${subject}`) ?? null)
}

const ATTEMPT_COLUMNS = {
  deliveryId: 'delivery_id',
  at: 'at',
  duration: 'duration',
  url: 'url',
  headers: 'headers',
  body: 'body',
  status: 'status',
  answer: 'answer',
  reason: 'reason',
} as const satisfies Columns<keyof DeliveryAttempt | 'deliveryId'>

type AttemptRow = Omit<WebhookAttempt, 'id'>

const DELIVERY = sql`${selected({ ...DELIVERY_COLUMNS, seq: 'seq' }, 'webhook_deliveries')}, events.type
  FROM webhook_deliveries JOIN events ON events.id = webhook_deliveries.event_id`
