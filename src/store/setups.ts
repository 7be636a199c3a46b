import sql from 'sql-template-tag'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { idsOf } from './ids.js'

export const setupsTable = (client: Client): Tables['setups'] => ({
  late: (before, limit) =>
    idsOf(
      client,
      sql`
      SELECT name AS id FROM domains
      WHERE detail = 'self'::domain_detail AND setup_told IS DISTINCT FROM since
        AND since < ${before.toISOString()}::timestamptz
      ORDER BY since LIMIT ${limit}`,
    ),

  markTold: async (name, since) => {
    const told = await client.run`UPDATE domains SET setup_told = since
      WHERE name = ${name} AND since = ${since.toISOString()}::timestamptz AND setup_told IS DISTINCT FROM since`
    return told === 1
  },
})
