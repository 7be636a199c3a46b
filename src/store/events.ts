import { v7 as newId } from 'uuid'
import { EVENT_TYPES, type NewEvent } from '../core/event.js'
import type { Event as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { EVENT_COLUMNS, inserted } from './records.js'
import { fromJson, toWord } from './values.js'

export const appendEvents = async (client: Client, events: readonly NewEvent[]): Promise<void> => {
  if (events.length > 0) await client.run`${inserted(EVENT_COLUMNS, 'events', events.map(toRow))}`
}

export const eventsTable = (client: Client): Tables['events'] => ({
  append: async (events) => {
    if (client.unit === null) return appendEvents(client, events)
    client.unit.events.push(...events)
  },

  list: async ({ orderId, type }) => {
    await appendEvents(client, client.unit?.events.splice(0) ?? [])
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
