import { type Advance, advance } from '../core/advance.js'
import type { Connection } from '../core/connection.js'
import type { Happening, Subject } from '../core/happening.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

export type Loaded = { subject: Subject; connection: Connection; superseded: boolean }

/**
 * A request with its order and domain, held until the transaction ends. The domain's name is the one lock that every
 * flow takes, so whatever happens to a domain happens in an order.
 */
export const loadSubject = async (tables: Tables, requestId: string): Promise<Loaded | null> => {
  const name = (await tables.requests.get(requestId))?.domain
  if (name === undefined) return null
  const domain = await tables.domains.lock(name)
  const request = await tables.requests.get(requestId)
  const order = request === null ? null : await tables.orders.get(request.orderId)
  const connection = request === null ? null : await tables.connections.get(request.connectionId)
  if (domain === null || request === null || order === null || connection === null)
    throw new Error(`request ${requestId} has lost its domain, order or connection`)
  const latest = await tables.orders.findLatest(name)
  return { subject: { order, request, domain }, connection, superseded: latest !== null && latest.id !== order.id }
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
  const context = { now: deps.clock.now(), replyTimeout: connection.replyTimeout, actor, superseded }
  const result = advance(subject, happening, context)
  if (result.kind === 'conflict') return result
  await tables.domains.save(result.subject.domain)
  await tables.orders.update(result.subject.order)
  await tables.requests.update(result.subject.request)
  await tables.actions.append(result.actions)
  await tables.events.append(result.events)
  return result
}
