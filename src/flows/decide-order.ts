import { Refusal } from '../core/errors.js'
import { isOpen, type OrderStatus } from '../core/order.js'
import { type OrderView, orderView } from '../core/views.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { applyHappening, type Loaded, loadSubject } from './subject.js'

type Decision = { id: string; actor: string }

/**
 * Withdraws an order that is open, and refunds it unless it was never paid. What has left may still be carried out: the
 * registry's late success is then a conflict for a person. Throws `Refusal`: not-found, or conflict for an order that is over.
 */
export const cancelOrder = (deps: Deps, { id, actor }: Decision): Promise<OrderView> =>
  deps.store.transaction(async (tables) => {
    const loaded = await findLoaded(tables, id)
    const { order } = loaded.subject
    if (!isOpen(order.status))
      throw new Refusal('conflict', `order ${id} is ${order.status}: it is over, and there is nothing to cancel`)
    return apply(deps, tables, { loaded, kind: 'cancelled', actor })
  })

/**
 * Has the request of an uncertain order sent again with the same reference, or one that waits for its next try, now.
 * Throws `Refusal`: not-found, or conflict with the reason for every other order.
 */
export const retryOrder = async (deps: Deps, { id, actor }: Decision): Promise<OrderView> => {
  const { view, requestId } = await deps.store.transaction(async (tables) => {
    const loaded = await findLoaded(tables, id)
    const { order, request } = loaded.subject
    const why = order.status === 'queued' ? whyNotNow(loaded) : WHY_NOT[order.status]
    if (why !== null) throw new Refusal('conflict', `order ${id} is ${order.status}: ${why}`)
    const view =
      order.status === 'queued'
        ? await hasten(deps, tables, loaded, actor)
        : await apply(deps, tables, { loaded, kind: 'retried', actor })
    return { view, requestId: request.id }
  })
  deps.queue.ring({ kind: 'send-request', id: requestId })
  return view
}

const WHY_NOT: Record<Exclude<OrderStatus, 'queued'>, string | null> = {
  'awaiting-payment': 'it is sent once it is paid',
  sent: 'a mail server of the registry has its request, and would have it twice; wait for the reply, or cancel the order',
  acknowledged: 'the registry has confirmed that it has the request; wait for its decision, or cancel the order',
  uncertain: null,
  done: 'there is nothing to send again',
  refused: 'it is over and was refunded; place a new order',
  'timed-out': 'it is over and was refunded; place a new order',
  cancelled: 'it is over; place a new order',
}

const whyNotNow = ({ subject: { request }, connection }: Loaded): string | null => {
  if (request.state !== 'queued') return 'its request is being handed over just now'
  return connection.paused ? `the connection "${connection.title}" is paused; resume that` : null
}

const hasten = async (deps: Deps, tables: Tables, { subject }: Loaded, actor: string): Promise<OrderView> => {
  const { order, domain } = subject
  const at = deps.clock.now()
  const request = { ...subject.request, dueAt: at }
  await tables.requests.update(request)
  await tables.actions.append([
    {
      ...{ at, actor, level: 'info', event: 'order.retried', domain: domain.name, orderId: order.id },
      ...{ requestId: request.id, mailId: request.mailId, data: { attempts: request.attempts } },
      text: `${request.action} ${domain.unicodeName}: the request is tried again now, before its time`,
    },
  ])
  return orderView(order, request)
}

const findLoaded = async (tables: Tables, id: string): Promise<Loaded> => {
  const last = (await tables.requests.findByOrder(id)).at(-1)
  const loaded = last === undefined ? null : await loadSubject(tables, last.id)
  if (loaded === null) throw new Refusal('not-found', `there is no order ${id}`)
  return loaded
}

const apply = async (
  deps: Deps,
  tables: Tables,
  { loaded, kind, actor }: { loaded: Loaded; kind: 'cancelled' | 'retried'; actor: string },
): Promise<OrderView> => {
  const result = await applyHappening(deps, tables, loaded, { kind }, actor)
  if (result.kind === 'conflict') throw new Refusal('conflict', result.reason)
  return orderView(result.subject.order, result.subject.request)
}
