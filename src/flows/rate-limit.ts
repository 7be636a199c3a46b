import type { Connection } from '../core/connection.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

const DAY = 24 * 60 * 60_000

/**
 * When this connection may hand over another request, or null where it may now: at most `rate.perDay` in any 24 hours.
 * Workers take turns until their transactions end, so that they count one after the other.
 */
export const freeAt = async (deps: Deps, tables: Tables, { id, rate }: Connection): Promise<Date | null> => {
  if (rate === null) return null
  await tables.connections.takeTurn(id)
  const since = new Date(deps.clock.now().getTime() - DAY)
  const { count, first } = await tables.requests.handedOver(id, since)
  return count < rate.perDay || first === null ? null : new Date(first.getTime() + DAY)
}
