import sql from 'sql-template-tag'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { idsOf } from './ids.js'

export const delegationsTable = (client: Client): Tables['delegations'] => ({
  // One look into the index for each connection that wants it (core/watch.ts, isWatched): others may have a million rows there.
  due: (now, limit) =>
    idsOf(
      client,
      sql`
      SELECT due.name AS id FROM connections c CROSS JOIN LATERAL (
        SELECT name, watch_at FROM domains WHERE connection_id = c.id
          AND watch_at IS NOT NULL AND watch_at <= ${now.toISOString()}::timestamptz
          AND state = 'registered' AND mode::text = c.config ->> 'mode'
        ORDER BY watch_at LIMIT ${limit}
      ) due
      WHERE c.removed_at IS NULL
        AND COALESCE((c.config -> 'watch' ->> 'delegation')::boolean, c.config ->> 'mode' = 'live')
      ORDER BY due.watch_at LIMIT ${limit}`,
    ),

  ending: (before, limit) =>
    idsOf(
      client,
      sql`
      SELECT name AS id FROM domains
      WHERE undelegated_until IS NOT NULL AND undelegated_told IS DISTINCT FROM undelegated_until
        AND undelegated_until <= ${before.toISOString()}::timestamptz
      ORDER BY undelegated_until LIMIT ${limit}`,
    ),

  markEndTold: async (name, until) => {
    const told = await client.run`UPDATE domains SET undelegated_told = undelegated_until
      WHERE name = ${name} AND undelegated_until = ${until.toISOString()}::timestamptz
        AND undelegated_told IS DISTINCT FROM undelegated_until`
    return told === 1
  },
})
