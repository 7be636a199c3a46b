import type { Deps } from './deps.js'
import { applyHappening, loadSubject } from './subject.js'

/** Ends the wait for a reply whose deadline has passed. Does nothing when the reply, or somebody, was faster. */
export const checkDeadline = (deps: Deps, requestId: string): Promise<void> =>
  deps.store.together(async (tables) => {
    const loaded = await loadSubject(tables, requestId)
    const deadline = loaded?.subject.request.deadline ?? null
    if (loaded === null || deadline === null || deadline.getTime() > deps.clock.now().getTime()) return
    const result = await applyHappening(deps, tables, loaded, { kind: 'timed-out' }, 'system')
    if (result.kind === 'advanced') return
    deps.log.error({ request: requestId, reason: result.reason }, 'a deadline that contradicts the order is dropped')
    await tables.requests.update({ ...loaded.subject.request, deadline: null })
  })
