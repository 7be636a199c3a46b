import type { Tick } from '../core/checklist.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'

export const checklistTable = (client: Client): Tables['checklist'] => ({
  list: (connectionId) =>
    client.rows<Tick>`SELECT item, by, at, note FROM checklist_ticks WHERE connection_id = ${connectionId} ORDER BY item`,

  tick: async (connectionId, { item, by, at, note }) => {
    await client.run`
      INSERT INTO checklist_ticks (connection_id, item, by, at, note)
      VALUES (${connectionId}, ${item}, ${by}, ${at.toISOString()}::timestamptz, ${note})
      ON CONFLICT (connection_id, item) DO UPDATE SET by = excluded.by, at = excluded.at, note = excluded.note`
  },

  untick: async (connectionId, item) =>
    (await client.run`DELETE FROM checklist_ticks WHERE connection_id = ${connectionId} AND item = ${item}`) === 1,

  passedTest: async (connectionId) => {
    const [passed] = await client.rows<{ id: string; domain: string; at: Date }>`
      SELECT id, domain, updated_at AS at FROM orders
      WHERE connection_id = ${connectionId} AND status = 'done' AND mode = 'test' ORDER BY id LIMIT 1`
    return passed ?? null
  },
})
