import sql, { raw, type Sql } from 'sql-template-tag'
import { EVENT_TYPES, type NewEvent } from '../core/event.js'
import { CALLS_AT_ONCE } from '../core/webhook.js'
import { DELIVERY_STATES, type Delivery } from '../core/webhook-delivery.js'
import type { Event, WebhookDelivery } from '../generated/prisma/client.js'
import type { ClaimedDelivery } from '../ports.js'
import type { Client } from './client.js'
import { type Claim, claimRows, unhurried } from './leases.js'
import { type Columns, EVENT_COLUMNS, type Prefixed, part, selected } from './records.js'
import { fromJson, isId, toWord } from './values.js'
import { IS_ACTIVE, toWebhook, WEBHOOK_COLUMNS, type WebhookRow } from './webhooks.js'

export const DELIVERY_COLUMNS = {
  id: 'id',
  webhookId: 'webhook_id',
  eventId: 'event_id',
  subject: 'subject',
  state: 'state',
  attempts: 'attempts',
  dueAt: 'due_at',
  createdAt: 'created_at',
  endedAt: 'ended_at',
} as const satisfies Columns<Exclude<keyof Delivery, 'type'>>

type Asked = DeliveryRow &
  Prefixed<'w_', WebhookRow> &
  Prefixed<'e_', Pick<Event, keyof typeof EVENT_COLUMNS>> & { mustWait: boolean; allowance: number }

/**
 * Claims of one moment, owner and length, each answered in its place. First it is read which of them may go: not those that
 * come after another of their subject, and of each webhook no more than it may have.
 */
export const claimDeliveries = async (
  client: Client,
  claims: readonly Claim[],
): Promise<(ClaimedDelivery | null)[]> => {
  const now = claims[0]?.now ?? new Date(0)
  const asked = await readAsked(client, claims.map(({ id }) => id).filter(isId), now)
  await putOff(
    client,
    asked.filter(({ mustWait }) => mustWait).map(({ id }) => id),
  )
  const free = new Map(withinAllowance(asked).map((row) => [row.id, row]))
  const wanted = claims.filter(({ id }) => free.has(id.toLowerCase()))
  const claimed = await claimRows<{ id: string; fence: number; attempts: number }>(client, wanted, {
    ...{ table: 'webhook_deliveries', columns: sql`id, attempts`, isDue },
  })
  const ours = new Map(claimed.flatMap((one) => (one === null ? [] : [[one.row.id, one] as const])))
  return claims.map(({ id }) => {
    const [row, one] = [free.get(id.toLowerCase()), ours.get(id.toLowerCase())]
    ours.delete(id.toLowerCase())
    return row === undefined || one === undefined ? null : toClaimed({ ...row, attempts: one.row.attempts }, one.lease)
  })
}

const readAsked = (client: Client, ids: readonly string[], now: Date): Promise<Asked[]> => client.rows<Asked>`
  SELECT ${selected(DELIVERY_COLUMNS, 'webhook_deliveries')}, events.type,
    ${selected(WEBHOOK_COLUMNS, 'webhooks', 'w_')}, ${selected(EVENT_COLUMNS, 'events', 'e_')},
    ${ALLOWANCE(now)}::int AS allowance,
    EXISTS (
      SELECT FROM webhook_deliveries earlier WHERE earlier.webhook_id = webhook_deliveries.webhook_id
        AND earlier.subject = webhook_deliveries.subject AND earlier.state = 'waiting' AND earlier.seq < webhook_deliveries.seq
    ) AS "mustWait"
  FROM webhook_deliveries JOIN webhooks ON webhooks.id = webhook_deliveries.webhook_id AND ${IS_ACTIVE}
    JOIN events ON events.id = webhook_deliveries.event_id
  WHERE webhook_deliveries.id = ANY (${ids}::uuid[]) AND ${isDue(now)} ORDER BY webhook_deliveries.due_at, seq`

const withinAllowance = (asked: readonly Asked[]): Asked[] => {
  const taken = new Map<string, number>()
  return asked.filter(({ webhookId, mustWait, allowance }) => {
    const before = taken.get(webhookId) ?? 0
    if (mustWait || before >= allowance) return false
    taken.set(webhookId, before + 1)
    return true
  })
}

/**
 * Those that come after another of their subject wait without a time, so that no sweep looks at them again, until whoever ends
 * that one wakes them. The other is held meanwhile: it has ended before, and they are left as they are, or it ends after
 * this, and they are seen.
 */
const putOff = async (client: Client, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  await client.run`
    WITH ahead AS (
      SELECT webhook_id, subject, seq FROM webhook_deliveries WHERE state = 'waiting' AND id IN (
        SELECT DISTINCT ON (late.id) first.id FROM webhook_deliveries late JOIN webhook_deliveries first
          ON first.webhook_id = late.webhook_id AND first.subject = late.subject AND first.state = 'waiting'
            AND first.seq < late.seq
        WHERE late.id = ANY (${ids}::uuid[]) ORDER BY late.id, first.seq
      ) ORDER BY id FOR SHARE
    )
    UPDATE webhook_deliveries SET due_at = NULL FROM ahead, ${unhurried(client)}
    WHERE unhurried.commit IS NOT NULL AND webhook_deliveries.id = ANY (${ids}::uuid[])
      AND webhook_deliveries.state = 'waiting' AND webhook_deliveries.lease_owner IS NULL
      AND ahead.webhook_id = webhook_deliveries.webhook_id AND ahead.subject = webhook_deliveries.subject
      AND ahead.seq < webhook_deliveries.seq`
}

/** How many more calls the webhook of a row of `webhooks` may have now. */
export const ALLOWANCE = (now: Date): Sql =>
  sql`(CASE WHEN webhooks.failing_since IS NULL THEN ${raw(String(CALLS_AT_ONCE.taking))}
      ELSE ${raw(String(CALLS_AT_ONCE.failing))} END
    - (SELECT count(*) FROM webhook_deliveries busy
        WHERE busy.webhook_id = webhooks.id AND busy.lease_until > ${now.toISOString()}::timestamptz))`

export const isDue = (now: Date): Sql => {
  const at = sql`${now.toISOString()}::timestamptz`
  return sql`(state = 'waiting' AND due_at IS NOT NULL AND due_at <= ${at} AND (lease_until IS NULL OR lease_until <= ${at}))`
}

export type DeliveryRow = Pick<WebhookDelivery, keyof typeof DELIVERY_COLUMNS> & { type: string }

export const toDelivery = (row: DeliveryRow): Delivery => ({
  id: row.id,
  webhookId: row.webhookId,
  eventId: row.eventId,
  type: toWord(EVENT_TYPES, row.type),
  subject: row.subject,
  state: toWord(DELIVERY_STATES, row.state),
  attempts: row.attempts,
  dueAt: row.dueAt,
  createdAt: row.createdAt,
  endedAt: row.endedAt,
})

const toClaimed = (row: Asked, lease: ClaimedDelivery['lease']): ClaimedDelivery => {
  const { id, type, at, subject, data } = part<Pick<Event, keyof typeof EVENT_COLUMNS>>(row, EVENT_COLUMNS, 'e_')
  return {
    delivery: toDelivery(row),
    webhook: toWebhook(part<WebhookRow>(row, WEBHOOK_COLUMNS, 'w_')),
    event: { id, type: toWord(EVENT_TYPES, type), at, subject, data: fromJson<NewEvent['data']>(data) },
    lease,
  }
}
