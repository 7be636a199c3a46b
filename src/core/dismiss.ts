import type { NewAction } from './action-log.js'
import { type Domain, type DomainDetail, isRegistered, statusOf, transition } from './domain.js'
import type { NewEvent } from './event.js'
import type { NewNotice } from './notice.js'
import { statusChange } from './notify.js'
import { isOpen, type Order } from './order.js'
import { orderOfOwner, ownOrder } from './owner.js'

export type Dismissal =
  | { kind: 'dismissed'; domain: Domain; actions: NewAction[]; events: NewEvent[]; notices: NewNotice[] }
  /** `reason` is a clause that says what to do instead. */
  | { kind: 'conflict'; reason: string }

type Context = {
  /** The order that says whose the domain is. */
  owning: Order | null
  note: string
  actor: string
  now: Date
}

/**
 * A person lets a domain in Error stand as it is: Registered where it is ours, Closed where it never became so. Its orders
 * stay as they are, and nothing is charged or refunded.
 */
export const dismiss = (domain: Domain, context: Context): Dismissal => {
  const { owning, now } = context
  const [from, name] = [statusOf(domain.state), domain.unicodeName]
  if (from !== 'Error')
    return { kind: 'conflict', reason: `${name} is ${from ?? 'unknown'}: it has no error that could be dismissed` }
  if (owning !== null && isOpen(owning.status))
    return {
      kind: 'conflict',
      reason: `${name} has an open order (${owning.terms.action}); cancel it or wait for its end`,
    }
  const state = transition(domain.state, 'dismissed')
  if (state === null) return { kind: 'conflict', reason: `${name} is ${from}, where nothing can be dismissed` }
  const after: Domain = { ...domain, state, detail: detailOf(isRegistered(state)), since: now }
  return {
    kind: 'dismissed',
    domain: after,
    actions: [line(domain, after, context)],
    events: tell(after, context),
    notices: mailed(domain, after, context),
  }
}

/** How the delegation is now nobody has looked at. */
const detailOf = (registered: boolean): DomainDetail => (registered ? 'REG-OK' : 'closed')

const line = (before: Domain, after: Domain, { owning, note, actor, now }: Context): NewAction => {
  const [from, to] = [statusOf(before.state), statusOf(after.state)]
  return {
    ...{ at: now, level: 'warning', actor, event: 'domain.dismissed', domain: after.name, orderId: owning?.id ?? null },
    text: `${after.unicodeName} is now ${to} (was ${from}): its error was dismissed: ${note}`,
    data: { from, to, registered: isRegistered(after.state), detail: after.detail, note },
  }
}

/** A name that never was ours is closed for nobody: whoever takes hosting away on that event has to leave it here. */
const tell = (after: Domain, { owning, note, now }: Context): NewEvent[] => {
  if (!isRegistered(after.state)) return []
  const own = ownOrder(after, owning)
  const order = own === null ? {} : { orderId: own.id, billingOrderId: own.terms.billingOrderId }
  const data = { ...order, domain: after.name, mode: after.mode, reason: `its error was dismissed: ${note}` }
  return [{ type: 'domain.registered', at: now, subject: after.name, data }]
}

/** To the address of the order that says whose the domain is. The note is for the log: it was not written for customers. */
const mailed = (before: Domain, after: Domain, { owning, now }: Context): NewNotice[] => {
  const order = orderOfOwner(before, owning)
  return order === null ? [] : statusChange({ before, after, order, now, reason: { text: LOOKED_AT, code: null } })
}

const LOOKED_AT = 'we looked at the error; nothing more is done about it'
