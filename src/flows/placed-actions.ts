import type { NewAction } from '../core/action-log.js'
import { needsAcceptance } from '../core/agreement.js'
import type { Connection } from '../core/connection.js'
import type { Subject } from '../core/happening.js'
import type { NewForm } from '../core/order-form.js'
import type { Profile } from '../profiles/profile.js'
import type { Deps } from './deps.js'

type Placing = { profile: Profile; connection: Connection; actor: string; form: NewForm | null }

/** What the log says of an order that was taken. */
export const placedActions = (deps: Deps, subject: Subject, placing: Placing): NewAction[] => {
  const { connection, actor } = placing
  const accepted = acceptedAction(deps, subject, connection, actor)
  return [
    placedAction(deps, subject, placing),
    ...(accepted === null ? [] : [accepted]),
    ...warnedActions(deps, subject, actor),
  ]
}

/** Who accepted which agreement and when, as whoever ordered says. */
const acceptedAction = (
  deps: Deps,
  { order, request }: Subject,
  connection: Connection,
  actor: string,
): NewAction | null => {
  const { terms } = order
  if (connection.agreement === null || terms.agreement === null || !needsAcceptance(terms.action)) return null
  const { version, acceptedBy, acceptedAt } = terms.agreement
  return {
    ...{ at: deps.clock.now(), level: 'info', actor, event: 'agreement.accepted', domain: terms.domain },
    ...{
      orderId: order.id,
      requestId: request.id,
      data: { connection: connection.id, version, acceptedBy, acceptedAt },
    },
    text: `${acceptedBy} accepted the agreement of the connection "${connection.title}" for ${terms.unicodeName} at ${acceptedAt} (${version})`,
  }
}

const placedAction = (deps: Deps, { order, request }: Subject, { profile, actor, form }: Placing): NewAction => {
  const { terms } = order
  const waits = order.status === 'awaiting-payment' ? '; it waits for its payment' : ''
  return {
    at: deps.clock.now(),
    level: 'info',
    actor,
    event: 'order.placed',
    text: `${terms.action} ${terms.unicodeName} was ordered by ${terms.account.id} (${terms.billingOrderId}) through ${profile.title}${waits}`,
    domain: terms.domain,
    orderId: order.id,
    requestId: request.id,
    data: {
      ...{ billingOrderId: terms.billingOrderId, accountType: terms.account.type, origin: terms.origin },
      // Its digest proves later which form it was.
      ...(form === null ? {} : { form: { file: form.file, sha256: form.sha256, size: form.octets.length } }),
    },
  }
}

const warnedActions = (deps: Deps, { order, request }: Subject, actor: string): NewAction[] =>
  order.warnings.map(({ pointer, detail }) => ({
    ...{ at: deps.clock.now(), level: 'warning', actor, event: 'order.warning', data: { pointer } },
    ...{ domain: order.terms.domain, orderId: order.id, requestId: request.id },
    text: `${order.terms.action} ${order.terms.unicodeName}: ${detail}`,
  }))
