import sql from 'sql-template-tag'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { idsOf } from './ids.js'

export const expiriesTable = (client: Client): Tables['expiries'] => ({
  // One look into the index for each connection, which `LATERAL` and its limit see to: how many days ahead it warns is known
  // there alone, and a join in another order would read every domain, each second.
  due: (now, limit) =>
    idsOf(
      client,
      sql`
      SELECT due.name AS id FROM connections c CROSS JOIN LATERAL (
        SELECT name, expires_at FROM domains WHERE connection_id = c.id
          AND expires_at IS NOT NULL AND expiry_told IS DISTINCT FROM expires_at
          AND state = ANY (ARRAY['registered', 'faulty']::domain_state[])
          AND expires_at <= ${now.toISOString()}::timestamptz
            + (c.config #>> '{expiry,warnDays}')::int * interval '24 hours'
        ORDER BY expires_at LIMIT ${limit}
      ) due
      WHERE c.removed_at IS NULL AND c.config #>> '{expiry,warnDays}' IS NOT NULL
      ORDER BY due.expires_at LIMIT ${limit}`,
    ),

  markTold: async (name, expiresAt) => {
    const told = await client.run`UPDATE domains SET expiry_told = expires_at
      WHERE name = ${name} AND expires_at = ${expiresAt.toISOString()}::timestamptz
        AND expiry_told IS DISTINCT FROM expires_at`
    return told === 1
  },
})
