import { isAside } from '../core/action.js'
import type { NewAction } from '../core/action-log.js'
import { type Advance, advance } from '../core/advance.js'
import type { Connection } from '../core/connection.js'
import type { Domain } from '../core/domain.js'
import { type Problem, Refusal } from '../core/errors.js'
import type { NewEvent } from '../core/event.js'
import type { Subject } from '../core/happening.js'
import type { NewNotice } from '../core/notice.js'
import { statusChange } from '../core/notify.js'
import { type Order, type OrderTerms, waitsForPayment } from '../core/order.js'
import type { NewForm } from '../core/order-form.js'
import { orderWarnings } from '../core/order-warnings.js'
import type { Who } from '../core/two-persons.js'
import type { Tables } from '../ports.js'
import type { Profile } from '../profiles/profile.js'
import type { Deps } from './deps.js'
import { followOrder } from './follow-order.js'
import { newSubject } from './new-subject.js'
import { placedActions } from './placed-actions.js'
import type { OrderBody } from './prepare-order.js'

type Started = Extract<Advance, { kind: 'advanced' }>

export type RecordOrder = {
  body: OrderBody
  bodyHash: string
  /** What `prepareOrder` found good. */
  prepared: { terms: OrderTerms; connection: Connection; profile: Profile; domain: Domain | null }
  /** What was found out beside that. */
  warnings: readonly Problem[]
  by: Who
  /** What it was read from, kept with it. */
  form: NewForm | null
  /** How it begins, where that is not by its request being queued or waiting for a payment. */
  begin: ((subject: Subject) => Started) | null
}

/**
 * Writes an order that was found good, within a transaction that holds its domain: order, domain, request, log and events.
 * Throws `Refusal` (conflict) where its connection was removed or changed its mode this moment.
 */
export const recordOrder = async (deps: Deps, tables: Tables, input: RecordOrder): Promise<Started> => {
  const { body, bodyHash, by, form } = input
  const { terms, connection, profile, domain } = input.prepared
  const warnings = [...orderWarnings(terms), ...input.warnings]
  const held = await tables.connections.hold(connection.id)
  if (held !== null && held.mode !== connection.mode)
    throw new Refusal(
      'conflict',
      `the connection "${connection.title}" is in mode ${held.mode} since just now; place the order again if you mean that`,
    )
  if (held === null)
    throw new Refusal('conflict', `the connection "${connection.title}" was removed just now; place the order again`)
  const subject = newSubject(deps, { body, terms, connection, domain, warnings, orderedBy: by })
  const started = input.begin?.(subject) ?? start(deps, subject, connection, by.actor)
  const placing = { profile, connection, actor: by.actor, form }
  await write(tables, started, bodyHash, placedActions(deps, started.subject, placing))
  if (form !== null) await keepForm(tables, started.subject.order, form)
  await followOrder(deps, tables, { before: subject, after: started.subject, connection })
  await tables.notices.insert([...pendingNotice(domain, subject), ...started.notices])
  return started
}

const keepForm = (tables: Tables, { id, createdAt }: Order, form: NewForm): Promise<void> =>
  tables.orderForms.insert({ ...form, orderId: id, takenAt: createdAt })

/** A provider's order, or one that comes paid, may go at once. */
const start = (deps: Deps, subject: Subject, connection: Connection, actor: string): Started => {
  if (waitsForPayment(subject.order.terms, subject.order.paidAt))
    return { kind: 'advanced', subject, actions: [], events: [], notices: [] }
  const { replyTimeout, checkEvery, dnsPrepare } = connection
  const context = {
    ...{ now: deps.clock.now(), replyTimeout, checkEvery, dnsPrepare, actor, twoPersons: deps.twoPersons },
    ...{ superseded: false, replaced: false },
  }
  const result = advance(subject, { kind: 'queued' }, context)
  if (result.kind === 'conflict') throw new Refusal('conflict', result.reason)
  return result
}

/** What follows is told by what happens to the order. */
const pendingNotice = (before: Domain | null, { order, domain: after }: Subject): NewNotice[] =>
  statusChange({ before: before ?? { state: 'none' }, after, order, now: order.createdAt })

const write = async (tables: Tables, started: Started, bodyHash: string, placed: NewAction[]): Promise<void> => {
  const { order, request, domain } = started.subject
  await tables.domains.save(domain)
  await tables.orders.insert(order, bodyHash)
  await tables.requests.insert(request)
  await tables.actions.append([...placed, ...started.actions])
  const scheduled: NewEvent = {
    type: 'domain.scheduled',
    at: order.createdAt,
    subject: domain.name,
    data: { orderId: order.id, billingOrderId: order.terms.billingOrderId, domain: domain.name, mode: order.mode },
  }
  await tables.events.append([...(isAside(order.terms.action) ? [] : [scheduled]), ...started.events])
}
