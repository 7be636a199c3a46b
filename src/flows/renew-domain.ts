import type { Connection } from '../core/connection.js'
import type { Domain } from '../core/domain.js'
import { Refusal } from '../core/errors.js'
import { type Expiring, isWithinDays, renewalFailure, renewalId } from '../core/expiry.js'
import type { Account, Order } from '../core/order.js'
import { givenTo, ownerOf } from '../core/owner.js'
import type { Deps } from './deps.js'
import { placeOrder } from './place-order.js'
import type { OrderBody } from './prepare-order.js'

/** How soon it is tried again where something stands in the way, such as another order on the domain. */
const TRY_AGAIN_MS = 6 * 60 * 60_000

/**
 * Orders the renewal of a domain that expires in `expiry.renewDays` of its connection, for the account that has it, once for
 * each date: the order's billing id is made of it, so that a second process or a second try finds the first order. Domains of
 * registries that renew by themselves are passed over.
 */
export const renewDomain = async (deps: Deps, name: string): Promise<void> => {
  const due = await readDue(deps, name)
  if (due === null) return
  const { domain, connection, account } = due
  const profile = deps.profiles.get(connection.profile)
  if (profile?.renewal !== 'request') return settle(deps, domain, null)
  if (account === null) return settle(deps, domain, 'nobody is known whose it is, and who would be charged for it')
  try {
    await placeOrder(deps, {
      body: renewalBody(domain, { account, connection, years: profile.renewalYears ?? 1 }),
      actor: 'system',
      idempotency: null,
    })
    await settle(deps, domain, null)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    await putOff(deps, domain, error.message)
  }
}

const readDue = async (deps: Deps, name: string) => {
  const domain = await deps.store.domains.get(name)
  const connection = domain === null ? null : await deps.store.connections.get(domain.connectionId)
  if (domain === null || connection === null) return null
  if (!isWithinDays(domain, connection.expiry?.renewDays ?? null, deps.clock.now())) return null
  return { domain, connection, account: accountOf(domain, await deps.store.orders.findOwning(name)) }
}

const accountOf = (domain: Domain, owning: Order | null): Account | null => {
  const given = givenTo(domain, owning)
  if (given !== null) return { ...given, type: 'provider' }
  const id = ownerOf(domain, owning)
  if (id === null) return null
  const email = owning?.terms.account.id === id ? owning.terms.account.email : null
  return { id, type: 'provider', email }
}

/** It goes at once: the connection asks for it, and billing is told to charge when it is filed. */
const renewalBody = (
  domain: Expiring,
  { account, connection, years }: { account: Account; connection: Connection; years: number },
): OrderBody => ({
  billingOrderId: renewalId(domain),
  account,
  ...{ origin: 'provider', action: 'renew', domain: domain.name, period: { years }, paid: false },
  ...{ nameservers: [], contacts: {}, authInfo: null, dnssec: null, records: [], disconnect: null },
  ...{ notify: null, price: null, agreement: null, connection: connection.id },
})

/** Nothing more is due for this date; a reason is told. */
const settle = (deps: Deps, domain: Expiring, reason: string | null): Promise<void> =>
  deps.store.transaction(async (tables) => {
    await tables.domains.lock(domain.name)
    if (!(await tables.expiries.markRenewed(domain.name, domain.expiresAt)) || reason === null) return
    await tables.actions.append([renewalFailure(domain, { reason, tryAt: null, now: deps.clock.now() })])
  })

const putOff = (deps: Deps, domain: Expiring, reason: string): Promise<void> =>
  deps.store.transaction(async (tables) => {
    await tables.domains.lock(domain.name)
    const now = deps.clock.now()
    const tryAt = new Date(now.getTime() + TRY_AGAIN_MS)
    if (!(await tables.expiries.putOffRenewal(domain.name, { now, tryAt }))) return
    await tables.actions.append([renewalFailure(domain, { reason, tryAt, now })])
  })
