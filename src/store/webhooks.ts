import { raw } from 'sql-template-tag'
import { EVENT_TYPES } from '../core/event.js'
import type { Webhook, WebhookSecret } from '../core/webhook.js'
import type { Webhook as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { type Columns, incoming, inserted, renewed, selected } from './records.js'
import { fromJson, isId, toWord } from './values.js'

export const WEBHOOK_COLUMNS = {
  id: 'id',
  url: 'url',
  types: 'types',
  secrets: 'secrets',
  createdAt: 'created_at',
  disabledAt: 'disabled_at',
  disabledReason: 'disabled_reason',
  failingSince: 'failing_since',
} as const satisfies Columns<keyof Webhook>

/** Of webhooks that events are written for and posted to. */
export const IS_ACTIVE = raw('webhooks.removed_at IS NULL AND webhooks.disabled_at IS NULL')

export const webhooksTable = (client: Client): Tables['webhooks'] => ({
  get: async (id) => {
    if (!isId(id)) return null
    const [row] = await client.rows<WebhookRow>`
      SELECT ${SELECTED} FROM webhooks WHERE id = ${id}::uuid AND removed_at IS NULL`
    return row === undefined ? null : toWebhook(row)
  },

  // NO KEY: whoever writes a delivery for it only needs that it stays.
  lock: async (id) => {
    if (!isId(id)) return null
    const [row] = await client.rows<WebhookRow>`
      SELECT ${SELECTED} FROM webhooks WHERE id = ${id}::uuid AND removed_at IS NULL FOR NO KEY UPDATE`
    return row === undefined ? null : toWebhook(row)
  },

  list: async () => {
    const rows = await client.rows<WebhookRow>`
      SELECT ${SELECTED} FROM webhooks WHERE removed_at IS NULL ORDER BY created_at, id`
    return rows.map(toWebhook)
  },

  insert: async (webhook) => {
    await client.run`${inserted(WEBHOOK_COLUMNS, 'webhooks', [webhook])}`
  },

  update: async (webhook) => {
    const { failingSince: _, ...columns } = WEBHOOK_COLUMNS
    await client.run`UPDATE webhooks SET ${renewed(columns)} FROM ${incoming(columns, 'webhooks', [webhook])}
      WHERE webhooks.id = new.id`
  },

  noteFailing: async (id, since) => {
    const at = since?.toISOString() ?? null
    await client.run`UPDATE webhooks SET failing_since = ${at}::timestamptz
      WHERE id = ${id}::uuid AND (failing_since IS NULL) <> (${at}::timestamptz IS NULL)`
  },

  remove: async (id, at) => {
    await client.run`UPDATE webhooks SET removed_at = ${at.toISOString()}::timestamptz WHERE id = ${id}::uuid`
  },
})

const SELECTED = selected(WEBHOOK_COLUMNS, 'webhooks')

export type WebhookRow = Pick<Row, keyof Webhook>

/** As JSON keeps a secret: its date is text. */
type Stored = Omit<WebhookSecret, 'notAfter'> & { notAfter: string | null }

export const toWebhook = ({ types, secrets, ...row }: WebhookRow): Webhook => ({
  ...row,
  types: types.map((type) => (type === '*' ? type : toWord(EVENT_TYPES, type))),
  secrets: fromJson<Stored[]>(secrets).map(({ value, notAfter }) => ({
    value,
    notAfter: notAfter === null ? null : new Date(notAfter),
  })),
})
