import { expiryWarning, isWithinDays } from '../core/expiry.js'
import { ownOrder } from '../core/owner.js'
import type { Deps } from './deps.js'

/** Tells, once for each date, that a domain expires in `expiry.warnDays` of its connection; too late is told too. */
export const warnExpiry = (deps: Deps, name: string): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const now = deps.clock.now()
    const domain = await tables.domains.lock(name)
    if (domain === null) return
    const connection = await tables.connections.get(domain.connectionId)
    if (connection === null || !isWithinDays(domain, connection.expiry?.warnDays ?? null, now)) return
    if (!(await tables.expiries.markTold(name, domain.expiresAt))) return
    const renews = connection.expiry?.renewDays != null && deps.profiles.get(connection.profile)?.renewal === 'request'
    const owner = ownOrder(domain, await tables.orders.findOwning(name))
    const { action, event } = expiryWarning(domain, { owner, renews, now })
    await tables.actions.append([action])
    await tables.events.append([event])
  })
