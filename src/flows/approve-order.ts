import type { NewAction } from '../core/action-log.js'
import { Refusal } from '../core/errors.js'
import type { Order } from '../core/order.js'
import type { Request } from '../core/request.js'
import { isAmong, orderedByText, REJECTED, type Who } from '../core/two-persons.js'
import { type OrderView, orderView } from '../core/views.js'
import type { Tables, User } from '../ports.js'
import { findLoaded } from './decide-order.js'
import type { Deps } from './deps.js'
import { applyHappening } from './subject.js'
import { withdrawAnswer } from './withdraw-answer.js'

/**
 * Lets an order go that takes a second person, in the name of one: a console user who is operator or administrator and did not
 * order it, by a session or by a token that stands for them. Once more by the same person is answered with the order as it is.
 *
 * The domain is held meanwhile, and so is the user, whose role may be taken away at this moment. Throws `Refusal`: not-found,
 * conflict where the order waits for no second person (any more) or answers another provider as is not true any more, which cancels it,
 * forbidden for who may not be that person.
 */
export const approveOrder = async (deps: Deps, { id, by }: { id: string; by: Who }): Promise<OrderView> => {
  const result = await deps.store.transaction(async (tables) => {
    const loaded = await findLoaded(tables, id)
    const { order, request } = loaded.subject
    const now = deps.clock.now()
    if (isApprovedBy(order, by)) return { view: orderView(order, request), requestId: null }
    refuseUnlessWaiting(order, request, now)
    const user = await requireSecond(tables, order, by)
    const outdated = await withdrawAnswer(deps, tables, loaded)
    if (outdated !== null) return { outdated }
    const approved = { ...order, approvedBy: { ...by, person: { id: user.id, name: user.name } }, approvedAt: now }
    await tables.actions.append([approvedAction({ order: approved, request, by, user })])
    const subject = { ...loaded.subject, order: approved }
    const result = await applyHappening(deps, tables, { ...loaded, subject }, { kind: 'queued' }, by.actor)
    if (result.kind === 'conflict') throw new Refusal('conflict', result.reason)
    return { view: orderView(result.subject.order, result.subject.request), requestId: request.id }
  })
  if ('outdated' in result)
    throw new Refusal(
      'conflict',
      `order ${id} is cancelled, because ${result.outdated}; place a new one if you mean that`,
    )
  if (result.requestId !== null) deps.queue.ring({ kind: 'send-request', id: result.requestId })
  return result.view
}

/**
 * Closes an order that waits for a second person, with their note, and refunds it as `cancelOrder` does. Whoever may withdraw an
 * order may do that. Throws `Refusal`: not-found, or conflict where it waits for no second person (any more).
 */
export const rejectOrder = (
  deps: Deps,
  { id, note, actor }: { id: string; note: string; actor: string },
): Promise<OrderView> =>
  deps.store.transaction(async (tables) => {
    const loaded = await findLoaded(tables, id)
    const { order, request } = loaded.subject
    refuseUnlessWaiting(order, request, deps.clock.now())
    const refusal = { code: REJECTED, text: note }
    const result = await applyHappening(deps, tables, loaded, { kind: 'cancelled', refusal }, actor)
    if (result.kind === 'conflict') throw new Refusal('conflict', result.reason)
    return orderView(result.subject.order, result.subject.request)
  })

/** Their browser sent it twice. */
const isApprovedBy = ({ approvedBy }: Order, { person }: Who): boolean =>
  person !== null && approvedBy?.person?.id === person.id

const refuseUnlessWaiting = (order: Order, { deadline }: Request, now: Date): void => {
  const { id, status, approvedBy, approvedAt } = order
  if (status !== 'awaiting-approval')
    throw new Refusal(
      'conflict',
      approvedBy === null
        ? `order ${id} is ${status}: it waits for no second person`
        : `order ${id} was approved by ${approvedBy.person?.name ?? approvedBy.actor} at ${approvedAt?.toISOString()}, and is ${status}`,
    )
  // The sweep that cancels it may be late.
  if (deadline !== null && deadline <= now)
    throw new Refusal(
      'conflict',
      `order ${id} waited for a second person until ${deadline.toISOString()}, and is cancelled; place a new one`,
    )
}

/** As they are now, and until the end of the transaction. */
const requireSecond = async (tables: Tables, order: Order, { person }: Who): Promise<User> => {
  if (person === null)
    throw new Refusal(
      'forbidden',
      'an approval is the word of a person: approve it in the console, or with a token that was made there to act for its user',
    )
  const user = await tables.users.lock(person.name)
  if (user === null || user.id !== person.id || user.disabledAt !== null)
    throw new Refusal('forbidden', `${person.name} is no console user who may sign in: let somebody else approve it`)
  if (user.role === 'viewer')
    throw new Refusal('forbidden', `to approve orders takes the role operator or admin, and ${user.name} is a viewer`)
  if (isAmong(order.orderedBy, user))
    throw new Refusal(
      'forbidden',
      `order ${order.id} was ordered by ${orderedByText(order.orderedBy)}: it takes another person than ${user.name} to approve it`,
    )
  return user
}

const approvedAction = (about: { order: Order; request: Request; by: Who; user: User }): NewAction => {
  const { order, request, by, user } = about
  const { action, domain, unicodeName } = order.terms
  return {
    ...{ at: order.approvedAt ?? request.createdAt, level: 'info', actor: by.actor, event: 'order.approved' },
    ...{ domain, orderId: order.id, requestId: request.id },
    text: `${action} ${unicodeName}: ${user.name} approved what ${orderedByText(order.orderedBy)} ordered`,
    data: { approvedBy: user.name, user: user.id, orderedBy: order.orderedBy.map(({ actor }) => actor) },
  }
}
