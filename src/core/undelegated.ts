import type { NewAction } from './action-log.js'
import type { Domain } from './domain.js'
import { daysUntil } from './key-alarm.js'
import type { Order } from './order.js'

const WARN_MS = 7 * 86_400_000

/** A registry's time to mend name servers that ends before this is warned of now. */
export const endsSoon = (now: Date): Date => new Date(now.getTime() + WARN_MS)

type Ending = Domain & { undelegatedUntil: Date }

/** Whether the registry soon drops a domain of ours that it registered and does not delegate. */
export const isEnding = (domain: Domain, now: Date): domain is Ending =>
  domain.undelegatedUntil !== null &&
  domain.undelegatedUntil <= endsSoon(now) &&
  (domain.state === 'registered' || domain.state === 'faulty')

/** What the log says before a registry drops a domain; where the DNS has it all the same, the registry should say so too. */
export const endWarning = (
  { name, unicodeName, delegation, undelegatedUntil, delegationFault }: Ending,
  { owning, now }: { owning: Order | null; now: Date },
): NewAction => {
  const until = undelegatedUntil.toISOString()
  const seen =
    delegation === null
      ? 'it still is not delegated: mend its name servers, then order update-nameservers'
      : 'the DNS has it meanwhile: ask the registry whether that is enough'
  return {
    ...{ at: now, actor: 'system', event: 'domain.undelegated', domain: name, orderId: owning?.id ?? null },
    level: delegation === null ? 'error' : 'warning',
    text: `${unicodeName} is dropped by its registry ${until}; ${seen}`,
    data: { until, days: daysUntil(undelegatedUntil, now), delegation, fault: delegationFault },
  }
}
