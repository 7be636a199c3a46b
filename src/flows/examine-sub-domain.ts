import { acquires } from '../core/action.js'
import type { Connection } from '../core/connection.js'
import type { Domain, Nameserver } from '../core/domain.js'
import { type Problem, Refusal } from '../core/errors.js'
import type { Mode } from '../core/mode.js'
import type { OrderTerms } from '../core/order.js'
import { ownerOf } from '../core/owner.js'
import type { Sight } from '../core/parent-answer.js'
import { isSelf } from '../core/set-up.js'
import { hostText, isHere, isSameHosts, judgeSubDelegation, undelegatedText } from '../core/sub-domain.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { lookAtParent } from './look-at-parent.js'
import { normaliseHosts } from './normalise-hosts.js'

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

/**
 * The name servers that it has to be delegated to: those of the connection alone. What an order names is whatever somebody wrote,
 * and others have names delegated to the same. Throws `Refusal`: invalid (422) where the connection has none, or the order
 * names others.
 */
export const ourNameservers = (terms: OrderTerms, { title, defaults }: Connection): Nameserver[] => {
  const { unicodeName, nameservers } = terms
  const ours = normaliseHosts(defaults.nameservers).nameservers
  if (ours.length === 0)
    throw invalid({
      pointer: '/domain',
      detail: `${unicodeName} can be taken only where it is delegated to our name servers, and the connection ${title} does not say which these are: set its defaults.nameservers`,
    })
  if (nameservers.length > 0 && !isSameHosts(nameservers, ours))
    throw invalid({
      pointer: '/nameservers',
      detail: `the name servers of the order are others than ours: ${unicodeName} can be taken only where it is delegated to ${hostText(ours)}; name these, or none`,
    })
  return ours
}

/** Throws `Refusal`: invalid (422) where it is not delegated to these name servers, dns-failed (503) where nobody can say. */
export const refuseUndelegated = (terms: OrderTerms, ours: readonly Nameserver[], { sight }: SubDomainLook): void => {
  const found = judgeSubDelegation(sight, ours)
  if (found.kind === 'unknown')
    throw new Refusal(
      'dns-failed',
      `whether ${terms.unicodeName} is delegated to us cannot be told now: ${found.reason}; order again later`,
      { temporary: true },
    )
  if (found.kind === 'not-ours') throw invalid({ pointer: '/domain', detail: undelegatedText(terms, ours, found) })
}

const invalid = (problem: Problem): Refusal => new Refusal('invalid', problem.detail, { problems: [problem] })

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
