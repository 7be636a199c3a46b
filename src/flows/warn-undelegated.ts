import { ownOrder } from '../core/owner.js'
import { endsSoon, endWarning, isEnding } from '../core/undelegated.js'
import type { Deps } from './deps.js'

/** Tells, once for each such time, that a registry soon drops a domain whose name servers it did not take. */
export const warnUndelegated = (deps: Deps, name: string): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const now = deps.clock.now()
    const domain = await tables.domains.lock(name)
    const until = domain?.undelegatedUntil ?? null
    if (domain === null || until === null || until > endsSoon(now)) return
    if (!(await tables.delegations.markEndTold(name, until)) || !isEnding(domain, now)) return
    const owning = ownOrder(domain, await tables.orders.findOwning(name))
    await tables.actions.append([endWarning(domain, { owning, now })])
  })
