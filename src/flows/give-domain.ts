import type { Domain } from '../core/domain.js'
import { parseOrderedName } from '../core/domain-name.js'
import { Refusal } from '../core/errors.js'
import type { Account } from '../core/order.js'
import { giveDomain as decide } from '../core/owner.js'
import type { Deps } from './deps.js'

export type GiveDomain = { name: string; account: Account; from: string | null; actor: string }

/**
 * Gives a domain to another account, without a word to its registry. Throws `Refusal`: not-found for a name that is not looked
 * after here, or conflict with the reason; a second time it is a conflict, and changes nothing.
 */
export const giveDomain = (deps: Deps, { name, account, from, actor }: GiveDomain): Promise<Domain> =>
  deps.store.transaction(async (tables) => {
    const parsed = parseOrderedName(name)
    const domain = parsed.ok ? await tables.domains.lock(parsed.value.name) : null
    if (domain === null || domain.state === 'none')
      throw new Refusal('not-found', `no domain ${name} is looked after here`)
    const owning = await tables.orders.findOwning(domain.name)
    const open = await tables.orders.findOpen(domain.name)
    const given = decide(domain, account, { owning, open, from, actor, now: deps.clock.now() })
    if (given.kind === 'conflict') throw new Refusal('conflict', given.reason)
    await tables.domains.save(given.domain)
    await tables.actions.append([given.action])
    return given.domain
  })
