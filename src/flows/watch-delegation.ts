import { isDeepStrictEqual } from 'node:util'
import type { Domain } from '../core/domain.js'
import { ownOrder } from '../core/owner.js'
import { isWatched, lookUntil, takeSight } from '../core/watch.js'
import type { Deps } from './deps.js'
import { lookAtParent } from './look-at-parent.js'

/**
 * Looks at a domain in the servers of its parent zone, if that is due, and tells what is new about it. While they are asked
 * nothing is held: the look is taken by its next time, and what it saw counts only for the domain that it was about.
 */
export const watchDelegation = async (deps: Deps, name: string): Promise<void> => {
  const taken = await takeLook(deps, name)
  if (taken === null) return
  const sight = await lookAtParent(deps.dns, name)
  await deps.store.transaction(async (tables) => {
    const domain = await tables.domains.lock(name)
    if (domain === null || !isSame(domain, taken)) return
    const owning = ownOrder(domain, await tables.orders.findOwning(name))
    const seen = takeSight(domain, sight, { owning, now: deps.clock.now() })
    await tables.domains.save(seen.domain)
    await tables.actions.append(seen.actions)
    await tables.events.append(seen.events)
  })
}

/** The domain with the end of this look for its next, by which whoever took it knows it again. */
const takeLook = (deps: Deps, name: string): Promise<Domain | null> =>
  deps.store.transaction(async (tables) => {
    const now = deps.clock.now()
    const domain = await tables.domains.lock(name)
    if (domain === null || domain.watchAt === null || domain.watchAt > now) return null
    const connection = await tables.connections.get(domain.connectionId)
    if (connection === null || !isWatched(domain, connection)) return null
    const taken = { ...domain, watchAt: lookUntil(now) }
    await tables.domains.save(taken)
    return taken
  })

const isSame = (domain: Domain, taken: Domain): boolean =>
  domain.state === taken.state &&
  isDeepStrictEqual(domain.watchAt, taken.watchAt) &&
  isDeepStrictEqual(domain.watchedSince, taken.watchedSince) &&
  isDeepStrictEqual(domain.nameservers, taken.nameservers)
