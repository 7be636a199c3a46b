import type { Connection } from '../core/connection.js'
import type { Order } from '../core/order.js'
import { askRegistry } from './ask-registry.js'
import type { Deps } from './deps.js'
import { applyHappening, loadSubject } from './subject.js'

/**
 * Ends the wait for a reply whose deadline has passed, and asks the registry what became of it where the connection wants
 * that. Does nothing when the reply, or somebody, was faster.
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
    const result = await applyHappening(deps, tables, loaded, { kind: 'timed-out' }, 'system')
    if (result.kind === 'advanced') return { order: result.subject.order, connection: loaded.connection }
    deps.log.error({ request: requestId, reason: result.reason }, 'a deadline that contradicts the order is dropped')
    await tables.requests.update({ ...loaded.subject.request, deadline: null })
    return null
  })
