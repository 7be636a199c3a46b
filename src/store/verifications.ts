import type { Tables } from '../ports.js'
import type { Client } from './client.js'

type Row = { at: Date; by: string; entries: number; brokenAt: string | null; reason: string | null }

export const verificationsTable = (client: Client): Tables['verifications'] => ({
  last: async () => {
    const [row] = await client.rows<Row>`
      SELECT at, by, entries, broken_at AS "brokenAt", reason FROM log_verifications WHERE id = 1`
    if (row === undefined) return null
    const { at, by, entries, brokenAt, reason } = row
    return { at, by, entries, broken: brokenAt === null ? null : { at: brokenAt, reason: reason ?? '' } }
  },

  save: async ({ at, by, entries, broken }) => {
    await client.run`
      INSERT INTO log_verifications (id, at, by, entries, broken_at, reason)
      VALUES (1, ${at.toISOString()}::timestamptz, ${by}, ${entries}::int, ${broken?.at ?? null}, ${broken?.reason ?? null})
      ON CONFLICT (id) DO UPDATE SET at = excluded.at, by = excluded.by, entries = excluded.entries,
        broken_at = excluded.broken_at, reason = excluded.reason WHERE log_verifications.at <= excluded.at`
  },
})
