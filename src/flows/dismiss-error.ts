import { dismiss } from '../core/dismiss.js'
import type { Domain } from '../core/domain.js'
import { parseOrderedName } from '../core/domain-name.js'
import { Refusal } from '../core/errors.js'
import type { Deps } from './deps.js'

/**
 * Lets a domain in Error stand as it is, with a note of who looked. Throws `Refusal`: not-found for a name that is not looked
 * after here, or conflict with the reason; a second time it is a conflict, and changes nothing.
 */
export const dismissError = (
  deps: Deps,
  { name, note, actor }: { name: string; note: string; actor: string },
): Promise<Domain> =>
  deps.store.transaction(async (tables) => {
    const parsed = parseOrderedName(name)
    const domain = parsed.ok ? await tables.domains.lock(parsed.value.name) : null
    if (domain === null || domain.state === 'none')
      throw new Refusal('not-found', `no domain ${name} is looked after here`)
    const owning = await tables.orders.findOwning(domain.name)
    const result = dismiss(domain, { owning, note, actor, now: deps.clock.now() })
    if (result.kind === 'conflict') throw new Refusal('conflict', result.reason)
    await tables.domains.save(result.domain)
    await tables.actions.append(result.actions)
    await tables.events.append(result.events)
    await tables.notices.insert(result.notices)
    return result.domain
  })
