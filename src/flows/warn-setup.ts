import { isBelowRegistrable } from '../core/domain-name.js'
import { ownOrder } from '../core/owner.js'
import { isSelf, lateSetUp, monthOf } from '../core/set-up.js'
import type { Deps } from './deps.js'

/** Tells, once for each set-up, that its month passed without the transfer that it was made for. */
export const warnSetup = (deps: Deps, name: string): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const now = deps.clock.now()
    const domain = await tables.domains.lock(name)
    if (domain === null || !isSelf(domain) || domain.since >= monthOf(now)) return
    if (!(await tables.setups.markTold(name, domain.since))) return
    // Nobody transfers a sub-domain.
    if (isBelowRegistrable(name)) return
    const owning = ownOrder(domain, await tables.orders.findOwning(name))
    const { action, event } = lateSetUp(domain, { owning, now })
    await tables.actions.append([action])
    await tables.events.append([event])
  })
