import { v7 as newId } from 'uuid'
import { EVENT_TYPES, type NewEvent } from '../core/event.js'
import type { Event as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { EVENT_COLUMNS, inserted } from './records.js'
import { fromJson, toWord } from './values.js'
import { IS_ACTIVE } from './webhooks.js'

/**
 * Writes events, and with the same statement a delivery for each webhook that is to hear of one. Of several about one subject
 * the first may go at once, and gives way to the others when it has ended. Gives the ids of those that may go.
 *
 * `seq` is given in the order of the rows, and to whoever holds the lock of a domain after us later: so it tells the order of
 * what happened to a domain, however many processes write.
 */
export const appendEvents = async (client: Client, events: readonly NewEvent[]): Promise<string[]> => {
  if (events.length === 0) return []
  const rows = await client.rows<{ id: string }>`
    WITH told AS (${inserted(EVENT_COLUMNS, 'events', events.map(toRow))} RETURNING id, type, subject, at),
    placed AS (
      INSERT INTO webhook_deliveries (webhook_id, event_id, subject, created_at, due_at)
      SELECT webhooks.id, told.id, told.subject, told.at,
        CASE WHEN row_number() OVER (PARTITION BY webhooks.id, told.subject ORDER BY told.id) = 1 THEN told.at END
      FROM told JOIN webhooks ON ${IS_ACTIVE} AND webhooks.types && ARRAY['*', told.type]
      ORDER BY told.id, webhooks.id
      RETURNING id, due_at
    )
    SELECT id FROM placed WHERE due_at IS NOT NULL`
  return rows.map(({ id }) => id)
}

export const eventsTable = (client: Client): Tables['events'] => ({
  append: async (events) => {
    if (client.unit === null) await appendEvents(client, events)
    else client.unit.events.push(...events)
  },

  list: async ({ orderId, type }) => {
    const placed = await appendEvents(client, client.unit?.events.splice(0) ?? [])
    client.unit?.deliveries.push(...placed)
    const where = { ...(orderId === undefined ? {} : { orderId }), ...(type === undefined ? {} : { type }) }
    return (await (await client.models()).event.findMany({ where, orderBy: { id: 'asc' } })).map(toEvent)
  },
})

const toRow = ({ type, at, subject, data, once }: NewEvent) => ({
  id: newId(),
  ...{ type, at, subject },
  data,
  orderId: typeof data['orderId'] === 'string' ? data['orderId'] : null,
  once: once ?? null,
})

const toEvent = ({ id, type, at, subject, data, once }: Row): NewEvent & { id: string } => ({
  id,
  type: toWord(EVENT_TYPES, type),
  at,
  subject,
  data: fromJson(data),
  ...(once === null ? {} : { once }),
})
