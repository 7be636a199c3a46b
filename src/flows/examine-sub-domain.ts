import { acquires } from '../core/action.js'
import type { Domain } from '../core/domain.js'
import { Refusal } from '../core/errors.js'
import type { Mode } from '../core/mode.js'
import type { OrderTerms } from '../core/order.js'
import { ownerOf } from '../core/owner.js'
import type { Sight } from '../core/parent-answer.js'
import { isSelf } from '../core/set-up.js'
import { isHere, judgeSubDelegation, undelegatedText } from '../core/sub-domain.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { lookAtParent } from './look-at-parent.js'

/** What the servers of the zone above a sub-domain say of it; null where they could not be found. */
export type SubDomainLook = { domain: string; sight: Sight | null }

export type SubDomainOrder = {
  terms: OrderTerms
  /** The registrable name that it lies below; null where it is one. */
  below: string | null
  mode: Mode
}

/**
 * Whether a name has to be delegated to us before it is ordered: a sub-domain of what another account has here, or one of
 * nobody's here that is to be set up. What an account has, it may divide; and what people order in somebody else's zone they see to.
 */
export const needsDelegation = async (tables: Tables, { terms, below, mode }: SubDomainOrder): Promise<boolean> => {
  const { domain: name, action, account } = terms
  if (below === null || !(acquires(action) || action === 'setup')) return false
  for (const above of namesBetween(name, below)) {
    const domain = await tables.domains.get(above)
    const isTest = domain?.mode === 'test' && mode === 'live'
    if (domain !== null && !isTest && isHere(domain))
      return ownerOf(domain, await tables.orders.findOwning(above)) !== account.id
  }
  return action === 'setup'
}

/** The names above it up to the registrable one, the nearest first. */
const namesBetween = (name: string, registrable: string): string[] => {
  const labels = name.split('.')
  return labels
    .map((_, index) => labels.slice(index + 1).join('.'))
    .slice(0, labels.length - registrable.split('.').length)
}

/** Asks the servers of the zone above. Up to half a minute: for outside of transactions. Never fails. */
export const lookAtSubDomain = async ({ dns }: Pick<Deps, 'dns'>, domain: string): Promise<SubDomainLook> => ({
  domain,
  sight: await lookAtParent(dns, domain),
})

/** Throws `Refusal`: invalid (422) where it is not delegated to the name servers of its order, dns-failed (503) where nobody can say. */
export const refuseUndelegated = (terms: OrderTerms, { sight }: SubDomainLook): void => {
  const { unicodeName, nameservers } = terms
  if (nameservers.length === 0) {
    const detail =
      'are missing: a sub-domain is put up where it is delegated to us; name the name servers, or set defaults.nameservers of the connection'
    throw new Refusal('invalid', `/nameservers: ${detail}`, { problems: [{ pointer: '/nameservers', detail }] })
  }
  const found = judgeSubDelegation(sight, nameservers)
  if (found.kind === 'unknown')
    throw new Refusal(
      'dns-failed',
      `whether ${unicodeName} is delegated to us cannot be told now: ${found.reason}; order again later`,
      { temporary: true },
    )
  if (found.kind === 'ours') return
  const detail = undelegatedText(terms, found)
  throw new Refusal('invalid', detail, { problems: [{ pointer: '/domain', detail }] })
}

/** Throws `Refusal` (conflict) where another account had a sub-domain set up meanwhile. */
export const refuseTakenBelow = async (
  tables: Tables,
  { terms, below }: SubDomainOrder,
  existing: Domain | null,
): Promise<void> => {
  if (below === null || existing === null || !isSelf(existing) || !acquires(terms.action)) return
  if (ownerOf(existing, await tables.orders.findOwning(terms.domain)) === terms.account.id) return
  throw new Refusal(
    'conflict',
    `${terms.unicodeName} was set up for another account meanwhile; it has to be removed there first`,
    { problems: [{ pointer: '/domain', detail: 'was set up for another account' }] },
  )
}
