import sql, { type Sql } from 'sql-template-tag'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { idsOf } from './ids.js'

export const expiriesTable = (client: Client): Tables['expiries'] => ({
  due: (now, limit) =>
    idsOf(client, expiring({ days: 'warnDays', open: sql`expiry_told IS DISTINCT FROM expires_at`, now, limit })),

  markTold: async (name, expiresAt) => {
    const told = await client.run`UPDATE domains SET expiry_told = expires_at
      WHERE name = ${name} AND expires_at = ${expiresAt.toISOString()}::timestamptz
        AND expiry_told IS DISTINCT FROM expires_at`
    return told === 1
  },

  renewable: (now, limit) => {
    const open = sql`renewed_for IS DISTINCT FROM expires_at
      AND (renew_at IS NULL OR renew_at <= ${now.toISOString()}::timestamptz)`
    return idsOf(client, expiring({ days: 'renewDays', open, now, limit }))
  },

  markRenewed: async (name, expiresAt) => {
    const marked = await client.run`UPDATE domains SET renewed_for = expires_at, renew_at = NULL
      WHERE name = ${name} AND expires_at = ${expiresAt.toISOString()}::timestamptz
        AND renewed_for IS DISTINCT FROM expires_at`
    return marked === 1
  },

  putOffRenewal: async (name, { now, tryAt }) => {
    const put = await client.run`UPDATE domains SET renew_at = ${tryAt.toISOString()}::timestamptz
      WHERE name = ${name} AND (renew_at IS NULL OR renew_at <= ${now.toISOString()}::timestamptz)`
    return put === 1
  },
})

/**
 * Names of our domains whose last days have begun, where the connection says how many these are. One look into the index for
 * each connection, which `LATERAL` and its limit see to: a join in another order would read every domain, each second.
 */
const expiring = ({
  days,
  open,
  now,
  limit,
}: {
  days: 'warnDays' | 'renewDays'
  open: Sql
  now: Date
  limit: number
}): Sql => sql`
  SELECT due.name AS id FROM connections c CROSS JOIN LATERAL (
    SELECT name, expires_at FROM domains WHERE connection_id = c.id
      AND expires_at IS NOT NULL AND ${open}
      AND state = ANY (ARRAY['registered', 'faulty']::domain_state[])
      AND expires_at <= ${now.toISOString()}::timestamptz
        + (c.config -> 'expiry' ->> ${days}::text)::int * interval '24 hours'
    ORDER BY expires_at LIMIT ${limit}
  ) due
  WHERE c.removed_at IS NULL AND c.config -> 'expiry' ->> ${days}::text IS NOT NULL
  ORDER BY due.expires_at LIMIT ${limit}`
