import type { Connection } from '../core/connection.js'
import type { Happening } from '../core/happening.js'
import type { Order } from '../core/order.js'
import { NOT_APPROVED } from '../core/two-persons.js'
import { askRegistry } from './ask-registry.js'
import type { Deps } from './deps.js'
import { applyHappening, loadSubject } from './subject.js'

/**
 * Ends the wait for a reply whose deadline has passed, and asks the registry what became of it where the connection wants
 * that; or the wait for a second person, which nothing was sent before. Does nothing when the reply, or somebody, was faster.
 */
export const checkDeadline = async (deps: Deps, requestId: string): Promise<void> => {
  const ended = await end(deps, requestId)
  if (ended !== null) await askRegistry(deps, { ...ended, actor: 'system' })
}

const end = (deps: Deps, requestId: string): Promise<{ order: Order; connection: Connection } | null> =>
  deps.store.together(async (tables) => {
    const loaded = await loadSubject(tables, requestId)
    const deadline = loaded?.subject.request.deadline ?? null
    if (loaded === null || deadline === null || deadline.getTime() > deps.clock.now().getTime()) return null
    const rests = loaded.subject.order.status === 'awaiting-approval'
    const result = await applyHappening(deps, tables, loaded, rests ? NOBODY_CAME : { kind: 'timed-out' }, 'system')
    if (rests && result.kind === 'advanced') return null
    if (result.kind === 'advanced') return { order: result.subject.order, connection: loaded.connection }
    deps.log.error({ request: requestId, reason: result.reason }, 'a deadline that contradicts the order is dropped')
    await tables.requests.update({ ...loaded.subject.request, deadline: null })
    return null
  })

const NOBODY_CAME: Happening = {
  kind: 'cancelled',
  refusal: { code: NOT_APPROVED, text: 'no second person approved it in time' },
}
