import type { NewAction } from '../core/action-log.js'
import type { Domain } from '../core/domain.js'
import {
  addressesOfDomain,
  type ErasureCounts,
  hasLeft,
  hasPeople,
  NOTHING_ERASED,
  withoutPeople,
} from '../core/erasure.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { rehearse } from './rehearse.js'

export type EraseDomain = {
  /** In A-labels. */
  name: string
  by: 'domain' | 'account' | 'contact' | 'policy'
  dryRun: boolean
  actor: string
}

/**
 * Erases what a domain that has left tells of people by itself, as one transaction: no order may tell of them any more, or ever
 * have, where it was imported or given. Null where there is nothing, or an order is open on it, which may bring it back.
 */
export const eraseDomain = (deps: Deps, input: EraseDomain): Promise<ErasureCounts | null> =>
  rehearse(deps.store, async (tables) => ({ keep: !input.dryRun, outcome: await clear(deps, tables, input) }))

const clear = async (deps: Deps, tables: Tables, input: EraseDomain): Promise<ErasureCounts | null> => {
  const domain = await tables.domains.lock(input.name)
  if (domain === null || !(await isClearable(tables, domain))) return null
  const at = deps.clock.now()
  await tables.domains.save(withoutPeople(domain))
  const notices = await tables.erasures.dropNotices(domain.name, addressesOfDomain(domain))
  const counts = { ...NOTHING_ERASED, domains: 1, notices }
  await tables.actions.append([clearedAction({ domain, counts, at }, input)])
  return counts
}

/** Whether it tells of people whom nobody needs any more. */
export const isClearable = async (tables: Tables, domain: Domain): Promise<boolean> =>
  hasLeft(domain.state) && hasPeople(domain) && (await tables.orders.findOpen(domain.name)) === null

type Cleared = { domain: Domain; counts: ErasureCounts; at: Date }

const clearedAction = ({ domain, counts, at }: Cleared, { by, actor }: EraseDomain): NewAction => ({
  ...{ at, level: 'info', actor, event: 'data.erased', domain: domain.name },
  text: `${domain.unicodeName}: the contacts and the address of the owner that it had were erased, ${REASONS[by]}`,
  data: { by, counts, mails: [] },
})

const REASONS: Record<EraseDomain['by'], string> = {
  domain: 'as was asked for it',
  account: 'as was asked for an account that it was of',
  contact: 'as was asked for one of them',
  policy: 'because it has left for long enough (SEALPOST_ERASE_AFTER)',
}
