import type { NewAction } from './action-log.js'
import type { Domain } from './domain.js'
import type { NewEvent } from './event.js'
import { daysUntil, expiryWords } from './key-alarm.js'
import type { Order } from './order.js'

const DAY_MS = 86_400_000

export type Expiring = Domain & { expiresAt: Date }

/** Whether the last `days` of a domain's registration have begun, and it is ours. False where it has no end that is known. */
export const isWithinDays = (domain: Domain, days: number | null, now: Date): domain is Expiring => {
  if (domain.expiresAt === null || days === null) return false
  const ours = domain.state === 'registered' || domain.state === 'faulty'
  return ours && domain.expiresAt.getTime() - days * DAY_MS <= now.getTime()
}

/** Whether the registration of a domain of ours has ended, as far as is known here. */
export const isExpired = (domain: Domain, now: Date): boolean => isWithinDays(domain, 0, now)

/** Whether the registry keeps it out of the zone: it says so (RFC 5731, 2.3), or did not take its name servers. */
export const isSuspended = ({ eppStatus, undelegatedUntil }: Domain): boolean =>
  undelegatedUntil !== null || eppStatus.some((status) => /^(server|client)Hold$/.test(status))

/** The same day that many years later; the end of February stays in February. */
export const renewedUntil = (expiresAt: Date, years: number): Date => {
  const later = new Date(expiresAt)
  later.setUTCFullYear(expiresAt.getUTCFullYear() + years)
  if (later.getUTCMonth() !== expiresAt.getUTCMonth()) later.setUTCDate(0)
  return later
}

/** The billing id of the order that renews a domain before this date: there is one such order. */
export const renewalId = ({ name, expiresAt }: Expiring): string =>
  `renew:${name.slice(0, 80)}:${expiresAt.toISOString().slice(0, 10)}`

/**
 * How the end of a domain's registration is told to the administrator and to billing systems. `renews`: the gateway orders
 * its renewal by itself.
 */
export const expiryWarning = (
  { name, unicodeName, connectionId, expiresAt }: Expiring,
  { owner, renews, now }: { owner: Order | null; renews: boolean; now: Date },
): { action: NewAction; event: NewEvent } => {
  const days = daysUntil(expiresAt, now)
  const known = { connection: connectionId, expiresAt: expiresAt.toISOString(), days }
  const order = owner === null ? {} : { orderId: owner.id, billingOrderId: owner.terms.billingOrderId }
  const fate = renews
    ? 'its renewal is ordered by itself before that'
    : 'the gateway does not renew it: have it renewed at its registry, or let it go'
  return {
    action: {
      ...{ at: now, actor: 'system', event: 'domain.expiry-warning', level: days === 0 ? 'error' : 'warning' },
      ...{ domain: name, orderId: owner?.id ?? null, data: known },
      text: `${unicodeName} ${expiryWords(expiresAt, now)}; ${fate}`,
    },
    event: {
      ...{ type: 'domain.expiry-warning', at: now, subject: name },
      data: { ...order, domain: name, ...known },
    },
  }
}

/** What the log says where a domain could not be renewed. */
export const renewalFailure = (
  { name, unicodeName, connectionId, expiresAt }: Expiring,
  { reason, tryAt, now }: { reason: string; tryAt: Date | null; now: Date },
): NewAction => ({
  ...{ at: now, actor: 'system', level: 'error', event: 'domain.renewal-failed', domain: name },
  data: { connection: connectionId, expiresAt: expiresAt.toISOString(), reason, tryAt: tryAt?.toISOString() ?? null },
  text: `${unicodeName} ${expiryWords(expiresAt, now)}, and its renewal cannot be ordered: ${reason}${tryAt === null ? '' : `; it is tried again ${tryAt.toISOString()}`}`,
})
