import { type Advance, advance } from '../core/advance.js'
import type { Connection } from '../core/connection.js'
import type { Happening, Subject } from '../core/happening.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

export type Loaded = { subject: Subject; connection: Connection; superseded: boolean }

/**
 * A request with its order and domain, held until the transaction ends. The domain is the one lock that every flow takes,
 * so whatever happens to a domain happens in an order.
 */
export const loadSubject = async (tables: Tables, requestId: string): Promise<Loaded | null> => {
  const loaded = await tables.subjects.lock(requestId)
  if (loaded === null) return null
  const { subject, connection, latestOrderId } = loaded
  return { subject, connection, superseded: latestOrderId !== subject.order.id }
}

/** Decides what a happening changes and writes all of it; on a conflict nothing is written. */
export const applyHappening = async (
  deps: Deps,
  tables: Tables,
  loaded: Loaded,
  happening: Happening,
  actor: string,
): Promise<Advance> => {
  const { subject, connection, superseded } = loaded
  const { replyTimeout, checkEvery } = connection
  const context = { now: deps.clock.now(), replyTimeout, checkEvery, actor, superseded }
  const result = advance(subject, happening, context)
  if (result.kind === 'conflict') return result
  await tables.subjects.save(result.subject)
  await tables.actions.append(result.actions)
  await tables.events.append(result.events)
  return result
}
