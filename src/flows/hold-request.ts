import type { NewAction } from '../core/action-log.js'
import { awaitsDns } from '../core/dns-preparation.js'
import { Fault, messageOf } from '../core/errors.js'
import type { Request } from '../core/request.js'
import type { Lease, Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { applyHappening, type Loaded, loadSubject } from './subject.js'
import { withdrawAnswer } from './withdraw-answer.js'

/** Why a request that is due does not leave, and what is written about it. Nothing of it has left. */

/** How soon a request that waits for an operator's mend is looked at again. */
const HOLD_MS = 60_000

/** Held, so that whoever pauses or resumes it comes before this transaction or after it, and no request is left behind. */
export const isPaused = async (tables: Tables, connectionId: string): Promise<boolean> =>
  (await tables.connections.hold(connectionId))?.paused ?? false

/** The connection is paused: the request waits without a time, so that nobody looks at it again before it is resumed. */
export const park = async (
  deps: Deps,
  tables: Tables,
  { subject, connection }: Loaded,
  lease: Lease,
): Promise<null> => {
  const { request, domain } = subject
  await tables.requests.update({ ...request, state: 'queued', dueAt: null })
  await tables.requests.release(request.id, lease)
  await tables.actions.append([
    {
      ...aboutRequest(deps, request),
      level: 'info',
      event: 'request.paused',
      text: `${request.action} ${domain.unicodeName} waits until the connection "${connection.title}" is resumed`,
      data: { connection: connection.id },
    },
  ])
  return null
}

/**
 * The order takes a second person who was not asked yet: it was let go before the settings wanted one, or by a process whose
 * settings do not. It rests, unless its request is not ours any more.
 */
export const rest = (deps: Deps, { id }: Request, lease: Lease): Promise<null> =>
  deps.store.together(async (tables) => {
    const loaded = await loadSubject(tables, id)
    if (loaded === null || !(await tables.requests.release(id, lease))) return null
    if (loaded.subject.request.state !== 'queued') return null
    const applied = await applyHappening(deps, tables, loaded, { kind: 'queued' }, 'system')
    if (applied.kind === 'conflict') deps.log.error({ request: id, reason: applied.reason }, 'an order cannot rest')
    return null
  })

/** What it answers is not as it was when it was ordered: it is cancelled. Whether it was. */
export const withdrawn = async (deps: Deps, tables: Tables, loaded: Loaded, lease: Lease): Promise<boolean> => {
  if ((await withdrawAnswer(deps, tables, loaded)) === null) return false
  await tables.requests.release(loaded.subject.request.id, lease)
  return true
}

/** Its DNS is not prepared yet, though somebody made it due: it waits without a time, unless that came to be at this moment. */
export const setAside = (deps: Deps, { id }: Request, lease: Lease): Promise<null> =>
  deps.store.together(async (tables) => {
    const loaded = await loadSubject(tables, id)
    if (loaded === null || !(await tables.requests.release(id, lease))) return null
    const { order, request } = loaded.subject
    if (request.state === 'queued' && awaitsDns(order)) await tables.requests.update({ ...request, dueAt: null })
    return null
  })

/** The connection has sent all that it may for now: the request waits for the hour when it may again. */
export const limit = async (
  deps: Deps,
  tables: Tables,
  { loaded, lease, free }: { loaded: Loaded; lease: Lease; free: Date },
): Promise<null> => {
  const { request, domain } = loaded.subject
  const perDay = loaded.connection.rate?.perDay
  const answer = `held: the connection may send ${perDay} requests in 24 hours; the next leaves after ${free.toISOString()}`
  await tables.requests.update({ ...request, dueAt: free, answer })
  await tables.requests.release(request.id, lease)
  if (request.answer === answer) return null
  await tables.actions.append([
    {
      ...aboutRequest(deps, request),
      level: 'warning',
      event: 'request.rate-limited',
      text: `${request.action} ${domain.unicodeName} is ${answer}`,
      data: { perDay, dueAt: free.toISOString() },
    },
  ])
  return null
}

/**
 * The request could not be made ready, and nothing has left. What only an operator can mend (a key, a template, an
 * address) holds it, with an alarm, and does not fail the order; where the database is away it is tried again soon.
 */
export const putOff = async (deps: Deps, { id }: Request, lease: Lease, error: unknown): Promise<null> => {
  if (error instanceof Fault && error.temporary) {
    await deps.store.requests.release(id, lease).catch(() => undefined) // else the lease runs out
    throw error
  }
  const reason = `held: ${messageOf(error)}`
  deps.log.error({ request: id, err: error }, `request ${reason}`)
  await deps.store.together(async (tables) => {
    const loaded = await loadSubject(tables, id)
    if (loaded === null || !(await tables.requests.holds(id, lease))) return
    const { request } = loaded.subject
    await tables.requests.release(id, lease)
    if (request.state !== 'queued') return
    const dueAt = new Date(deps.clock.now().getTime() + HOLD_MS)
    await tables.requests.update({ ...request, dueAt, answer: reason })
    if (request.answer !== reason) await tables.actions.append([held(deps, loaded, error)])
  })
  return null
}

const held = (deps: Deps, { subject }: Loaded, error: unknown): NewAction => ({
  ...aboutRequest(deps, subject.request),
  level: 'error',
  event: 'request.held',
  text: `${subject.request.action} ${subject.domain.unicodeName} is held until this is mended: ${messageOf(error)}`,
  data: { code: error instanceof Fault ? error.code : 'unforeseen' },
})

export const aboutRequest = (
  deps: Deps,
  request: Request,
): Pick<NewAction, 'at' | 'actor' | 'domain' | 'orderId' | 'requestId' | 'mailId'> => ({
  at: deps.clock.now(),
  actor: 'system',
  domain: request.domain,
  orderId: request.orderId,
  requestId: request.id,
  mailId: request.mailId,
})
