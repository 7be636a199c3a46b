import type { NewAction } from './action-log.js'
import { type Domain, isRegistered, statusOf } from './domain.js'
import { type Account, isOpen, type Order } from './order.js'

/**
 * The account that a domain belongs to: the one that it was given to, unless an order came after that; else that of the order
 * which is open on it or was done last, else the one that it was imported with. Where there is none, the last order that came
 * to nothing says whose it was to be; null for nobody's.
 *
 * @param owning what `orders.findOwning` finds for it
 */
export const ownerOf = (domain: Pick<Domain, 'accountId' | 'owner'> | null, owning: Order | null): string | null => {
  const given = givenTo(domain, owning)
  if (given !== null) return given.id
  const ordered = owning?.terms.account.id ?? null
  return stands(owning) ? ordered : (domain?.accountId ?? ordered)
}

/** The account that the domain was given to by an administrator, as long as no later order says whose it is. */
export const givenTo = (domain: Pick<Domain, 'owner'> | null, owning: Order | null): Account | null => {
  if (domain === null || domain.owner === null) return null
  return stands(owning) && !isBefore(owning, domain.owner.since) ? null : domain.owner.account
}

/** Whether an order is of an account that the domain was taken from after it: it stays over. */
export const wasGivenAway = ({ owner }: Pick<Domain, 'owner'>, order: Order): boolean =>
  owner !== null && isBefore(order, owner.since) && owner.account.id !== order.terms.account.id

/**
 * The order that mails about the domain are of, with the account that they go to; null where nobody is known to be written to.
 * Of an order from before it was given away nothing is told but what it ordered.
 */
export const orderOfOwner = (domain: Domain, owning: Order | null): Order | null => {
  if (owning === null) return null
  const given = givenTo(domain, owning)
  if (given !== null) return { ...owning, terms: { ...owning.terms, account: given, notify: null, billingOrderId: '' } }
  return ownerOf(domain, owning) === owning.terms.account.id ? owning : null
}

/** The order that billing systems know the domain's owner by; none where the domain was given to another since. */
export const ownOrder = (domain: Domain, owning: Order | null): Order | null =>
  givenTo(domain, owning) === null ? owning : null

const stands = (owning: Order | null): owning is Order =>
  owning !== null && (isOpen(owning.status) || owning.status === 'done')

const isBefore = ({ createdAt }: Order, since: string): boolean => createdAt.getTime() <= Date.parse(since)

export type Given = { kind: 'given'; domain: Domain; action: NewAction } | { kind: 'conflict'; reason: string }

export type GiveContext = {
  owning: Order | null
  open: Order | null
  /** The account that it has to belong to now; null where whoever asks does not mind. */
  from: string | null
  actor: string
  now: Date
}

/** Gives a domain to another account: nothing is asked of its registry. The reason of a conflict is a clause that says what to do. */
export const giveDomain = (domain: Domain, account: Account, context: GiveContext): Given => {
  const { owning, actor, now } = context
  const before = ownerOf(domain, owning)
  const reason = whyNotGiven(domain, account, { ...context, before })
  if (reason !== null) return { kind: 'conflict', reason }
  const { name, unicodeName } = domain
  const { id, type } = account
  return {
    kind: 'given',
    domain: { ...domain, owner: { account, since: now.toISOString() } },
    action: {
      ...{ at: now, level: 'info', actor, event: 'domain.given', domain: name, data: { from: before, to: id, type } },
      text:
        before === id
          ? `${unicodeName} stays with the account ${id}, under other data of it`
          : `${unicodeName} was given from ${before === null ? 'nobody' : `the account ${before}`} to the account ${id}`,
    },
  }
}

const whyNotGiven = (
  domain: Domain,
  account: Account,
  { owning, open, from, before }: GiveContext & { before: string | null },
): string | null => {
  const { unicodeName, state } = domain
  if (!isRegistered(state))
    return `${unicodeName} is ${statusOf(state) ?? 'not looked after'}: only a domain that is registered here can be given; order it for the account that wants it`
  if (open !== null)
    return `${unicodeName} has an open order (${open.id}, ${open.terms.action}, ${open.status}); wait for its end or cancel it first`
  if (from !== null && from !== before)
    return `${unicodeName} belongs to ${before === null ? 'nobody' : `the account ${before}`} by now, not to ${from}; look at it again`
  return isSame(givenTo(domain, owning) ?? (stands(owning) ? owning.terms.account : null), account, before)
    ? `${unicodeName} belongs to the account ${account.id} already; name the one that it is to go to`
    : null
}

/** One that is named without an address, or of which none is known, is the same by its id. */
const isSame = (known: Account | null, { id, email }: Account, before: string | null): boolean =>
  id === before && (known === null || email === null || email === known.email)
