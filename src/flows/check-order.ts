import { Refusal } from '../core/errors.js'
import { isOpen, type OrderStatus } from '../core/order.js'
import { checkAction } from '../core/overdue.js'
import { type OrderView, orderView } from '../core/views.js'
import { askRegistry } from './ask-registry.js'
import { findLoaded } from './decide-order.js'
import type { Deps } from './deps.js'
import { pollServer } from './poll-server.js'
import { processMail } from './process-mail.js'

export type CheckedOrder = OrderView & { check: { at: string; text: string } }

/** So many mails that wait to be read are read at once; the queue reads the others. */
const MOST_MAILS = 32

/**
 * Looks for the registry's answer to an order now: mails of its connection that wait to be read are read, a server is asked
 * what became of it, and a request that waits for its next try is left to the queue. What was found is told, and is a line of the log under the name of who asked.
 * Throws `Refusal`: not-found, or conflict where no answer can come.
 */
export const checkOrder = async (deps: Deps, { id, actor }: { id: string; actor: string }): Promise<CheckedOrder> => {
  const order = await deps.store.orders.get(id)
  if (order === null) throw new Refusal('not-found', `there is no order ${id}`)
  const why = WHY_NO_CHECK[order.status]
  if (why !== null) throw new Refusal('conflict', `order ${id} is ${order.status}: ${why}`)
  const mails = await deps.store.mails.hasten(order.connectionId, deps.clock.now(), MOST_MAILS)
  // One that cannot be read is told with its own line of the log; it keeps nobody from reading the others.
  await Promise.allSettled(mails.map((mail) => processMail(deps, mail)))
  const asked = await ask(deps, id, actor)
  return deps.store.transaction(async (tables) => {
    const { subject, connection } = await findLoaded(tables, id)
    const now = deps.clock.now()
    // One that is held for its DNS keeps the time at which people are asked.
    const waits = subject.request.checkAt !== null && subject.request.state !== 'queued'
    if (waits) {
      const checkAt = new Date(now.getTime() + connection.checkEvery)
      await tables.requests.update({ ...subject.request, checkAt })
    }
    const action = checkAction({ subject, late: null, actor, now })
    const changed = subject.order.status === order.status ? '' : ` The order was ${order.status} before.`
    const found = isOpen(subject.order.status) ? `${action.text}.` : `The order is ${subject.order.status}.`
    const looked = connection.channel === 'https' ? (asked ?? NOTHING_TO_ASK) : mailsText(mails.length)
    const question = connection.channel === 'https' || asked === null ? '' : ` ${asked}`
    const text = `${looked} ${found}${changed}${question}`
    await tables.actions.append([{ ...action, text, data: { ...action.data, mails: mails.length } }])
    return { ...orderView(subject.order, subject.request), check: { at: now.toISOString(), text } }
  })
}

/** What has left and is not decided yet may be known at the registry: in a sentence whether it was asked; null where it was not. */
const ask = async (deps: Deps, id: string, actor: string): Promise<string | null> => {
  const order = await deps.store.orders.get(id)
  const connection = order === null ? null : await deps.store.connections.get(order.connectionId)
  if (order === null || connection === null || order.status === 'queued' || WHY_NO_CHECK[order.status] !== null)
    return null
  if (connection.channel === 'https') {
    const request = (await deps.store.requests.findByOrder(id)).at(-1)
    return request === undefined ? null : pollServer(deps, request.id)
  }
  const asked = await askRegistry(deps, { order, connection, actor })
  return asked ? 'The registry was asked what it has of the domain.' : null
}

/** Why an order with this status cannot be checked, as a clause; null where it can. */
export const WHY_NO_CHECK: Record<OrderStatus, string | null> = {
  'awaiting-payment': 'nothing was sent, so nothing can be answered; it is sent once it is paid',
  'awaiting-approval': 'nothing is sent before a second person approves it',
  queued: null,
  sent: null,
  acknowledged: null,
  uncertain: null,
  done: 'the registry has answered, and nothing is open',
  refused: 'the registry has answered, and nothing is open; retry it, or place a new order',
  // A success that comes late is looked for too.
  'timed-out': null,
  cancelled: 'it was withdrawn, and nothing is open',
}

const NOTHING_TO_ASK = 'There is nothing to ask the server yet.'

const mailsText = (count: number): string => {
  if (count === 0) return 'No mail of the registry waited to be read.'
  return count === 1 ? 'One mail of the registry was read.' : `${count} mails of the registry were read.`
}
