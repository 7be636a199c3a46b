import type { NewAction } from './action-log.js'
import type { Domain } from './domain.js'
import type { NewEvent } from './event.js'
import { daysUntil, expiryWords } from './key-alarm.js'
import type { Order } from './order.js'

const DAY_MS = 86_400_000

/** Whether the end of a domain's registration is to be told by now: it is ours, and its last `warnDays` have begun. */
export const isExpiring = (domain: Domain, warnDays: number | null, now: Date): domain is Expiring => {
  if (domain.expiresAt === null || warnDays === null) return false
  const ours = domain.state === 'registered' || domain.state === 'faulty'
  return ours && domain.expiresAt.getTime() - warnDays * DAY_MS <= now.getTime()
}

export type Expiring = Domain & { expiresAt: Date }

/** How the end of a domain's registration is told to the administrator and to billing systems. */
export const expiryWarning = (
  { name, unicodeName, connectionId, expiresAt }: Expiring,
  { owner, now }: { owner: Order | null; now: Date },
): { action: NewAction; event: NewEvent } => {
  const days = daysUntil(expiresAt, now)
  const known = { connection: connectionId, expiresAt: expiresAt.toISOString(), days }
  const order = owner === null ? {} : { orderId: owner.id, billingOrderId: owner.terms.billingOrderId }
  return {
    action: {
      ...{ at: now, actor: 'system', event: 'domain.expiry-warning', level: days === 0 ? 'error' : 'warning' },
      ...{ domain: name, orderId: owner?.id ?? null, data: known },
      text: `${unicodeName} ${expiryWords(expiresAt, now)}; the gateway does not renew it: have it renewed at its registry, or let it go`,
    },
    event: {
      ...{ type: 'domain.expiry-warning', at: now, subject: name },
      data: { ...order, domain: name, ...known },
    },
  }
}
