import type { Pool } from 'pg'
import { dueWork, runWork } from '../../src/flows/run-work.js'
import type { TestGateway } from './gateway.js'

/**
 * The earliest time at which a row of this database comes due. Keys that are looked at each hour are left out: that they
 * are is another test's matter, and the looks would be most of the steps.
 */
const NEXT_DUE = `
  SELECT min(at) AS at FROM (
    SELECT min(due_at) AS at FROM upkeep_tasks WHERE plan IS NOT NULL
    UNION ALL SELECT min(due_at) FROM requests WHERE state = 'queued'
    UNION ALL SELECT min(LEAST(check_at, deadline)) FROM requests WHERE state IN ('sent', 'acknowledged', 'uncertain')
    UNION ALL SELECT min(due_at) FROM mails WHERE stage = 'received' AND direction = 'in'
    UNION ALL SELECT min(due_at) FROM notices WHERE state = 'waiting'
    UNION ALL SELECT min(d.expires_at - (c.config #>> '{expiry,warnDays}')::int * interval '24 hours')
      FROM domains d JOIN connections c ON c.id = d.connection_id
      WHERE d.expiry_told IS DISTINCT FROM d.expires_at AND d.state IN ('registered', 'faulty')
    UNION ALL SELECT min(GREATEST(d.renew_at, d.expires_at - (c.config #>> '{expiry,renewDays}')::int * interval '24 hours'))
      FROM domains d JOIN connections c ON c.id = d.connection_id
      WHERE d.renewed_for IS DISTINCT FROM d.expires_at AND d.state IN ('registered', 'faulty')
    UNION ALL SELECT min(remind_at) FROM tickets WHERE state = 'open'
    UNION ALL SELECT min(d.watch_at) FROM domains d JOIN connections c ON c.id = d.connection_id
      WHERE d.state = 'registered' AND d.mode::text = c.config ->> 'mode'
        AND COALESCE((c.config #>> '{watch,delegation}')::boolean, c.config ->> 'mode' = 'live')
    UNION ALL SELECT min(undelegated_until) - 7 * interval '24 hours' FROM domains
      WHERE undelegated_told IS DISTINCT FROM undelegated_until
  ) due`

/** So often a row may still be due after its work was done before that is taken for a defect. */
const MOST_ROUNDS = 5

/**
 * Goes forward in time, from one row that comes due to the next, and has each done by all of these gateways at once, which
 * share one database and may differ in what their clocks show: each jumps by as much. How many times it stopped.
 */
export const fastForward = async (gateways: readonly TestGateway[], pool: Pool, until: Date): Promise<number> => {
  const now = () => Math.min(...gateways.map((gateway) => gateway.now().getTime()))
  const sweep = async ({ deps }: TestGateway) => {
    for (const work of await dueWork(deps)) if (work.kind !== 'check-keys') await runWork(deps, work)
  }
  for (let stops = 0, rounds = 0; ; ) {
    await Promise.all(gateways.map(sweep))
    const { rows } = await pool.query<{ at: Date | null }>(NEXT_DUE)
    const next = rows[0]?.at?.getTime() ?? Number.POSITIVE_INFINITY
    if (next <= now()) {
      if (++rounds > MOST_ROUNDS) throw new Error(`what was due at ${new Date(next).toISOString()} is due for ever`)
      continue
    }
    if (now() >= until.getTime()) return stops
    rounds = 0
    stops += 1
    const jump = Math.min(next, until.getTime()) - now()
    for (const gateway of gateways) gateway.pass(jump)
  }
}
