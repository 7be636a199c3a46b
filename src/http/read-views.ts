import type { Connection } from '../core/connection.js'
import { type Domain, statusOf } from '../core/domain.js'
import type { Mail } from '../core/mail.js'
import { isOpen, type Order, type OrderStatus } from '../core/order.js'
import { ownerOf } from '../core/owner.js'
import {
  type ActionView,
  actionView,
  type DomainView,
  domainView,
  type MailView,
  mailView,
  type OrderView,
  orderView,
} from '../core/views.js'
import { isWatched } from '../core/watch.js'
import type { Deps } from '../flows/deps.js'
import type { Tables } from '../ports.js'

/** An order with the last request that was made for it. */
export const readOrderView = async (tables: Tables, order: Order): Promise<ReadOrderView> =>
  withSupport(tables, orderView(order, await lastRequest(tables, order.id)))

/** An order, or what a decision about it answered, with whom to ask where it went wrong. */
export const withSupport = async <View extends OrderView>(
  tables: Tables,
  view: View,
): Promise<View & Pick<ReadOrderView, 'support'>> => ({
  ...view,
  support: WENT_WRONG.includes(view.status) ? await supportOf(tables, view.connection) : null,
})

export type ReadOrderView = OrderView & { support: Connection['support'] }

/** Orders whose customer may want to ask the registry. */
const WENT_WRONG: readonly OrderStatus[] = ['refused', 'timed-out', 'uncertain']

export const supportOf = async (tables: Tables, connectionId: string): Promise<Connection['support']> =>
  (await tables.connections.get(connectionId))?.support ?? null

/** A domain with what its open order, if it has one, waits for. */
export const readDomainView = async (deps: Reading, domain: Domain, now: Date): Promise<ReadDomainView> => ({
  ...(await viewWithOrder(deps, domain, now)),
  account: ownerOf(domain, await deps.store.orders.findOwning(domain.name)),
  support: statusOf(domain.state) === 'Error' ? await supportOf(deps.store, domain.connectionId) : null,
})

type Reading = Pick<Deps, 'store' | 'profiles'>

export type ReadDomainView = DomainView & { account: string | null; support: Connection['support'] }

const viewWithOrder = async ({ store: tables, profiles }: Reading, domain: Domain, now: Date): Promise<DomainView> => {
  const [order, holder] = await Promise.all([
    tables.orders.findOpen(domain.name),
    tables.connections.get(domain.connectionId),
  ])
  const watched = holder !== null && isWatched(domain, holder)
  const locks = (holder === null ? null : profiles.get(holder.profile)?.locks?.(domain.name)) ?? false
  if (order === null || !isOpen(order.status)) return domainView(domain, { open: null, watched, locks, now })
  const paused = (await tables.connections.get(order.connectionId))?.paused ?? false
  const open = { order, request: await lastRequest(tables, order.id), paused }
  return domainView(domain, { open, watched, locks, now })
}

/** The request that an outbound mail carries, with its order. */
export type CarriedRequest = {
  order: OrderView
  /** The mail that took this one's place, because its signature had become too old. */
  newerMail: string | null
}

export const readCarried = async (tables: Tables, mail: Mail): Promise<CarriedRequest | null> => {
  if (mail.direction === 'in' || mail.requestId === null) return null
  const request = await tables.requests.get(mail.requestId)
  const order = request === null ? null : await tables.orders.get(request.orderId)
  if (request === null || order === null) return null
  return { order: orderView(order, request), newerMail: request.mailId === mail.id ? null : request.mailId }
}

/** The orders that a mail is about. */
export const readOrdersOf = async (tables: Tables, mail: Mail): Promise<OrderView[]> => {
  const orders = await Promise.all(mail.orders.map((id) => tables.orders.get(id)))
  return Promise.all(orders.flatMap((order) => (order === null ? [] : [readOrderView(tables, order)])))
}

const lastRequest = async (tables: Tables, orderId: string) =>
  (await tables.requests.findByOrder(orderId)).at(-1) ?? null

export type TimelineItem = ({ kind: 'action' } & ActionView) | ({ kind: 'mail' } & MailView)

/** Before the first entry of the action log: its ids are counted from 1. */
const BEFORE_FIRST = '0'
const BATCH = 200

/**
 * Everything that happened to a domain, oldest first: the log entries that name it, and the mails that these entries or
 * its orders belong to.
 */
export const readTimeline = async (tables: Tables, domain: string): Promise<TimelineItem[]> => {
  const actions = await readActions(tables, domain)
  return timelineOf(await readMails(tables, domain, actions), actions)
}

const timelineOf = (mails: readonly MailView[], actions: readonly ActionView[]): TimelineItem[] =>
  [
    ...mails.map((mail) => ({ kind: 'mail' as const, ...mail })),
    ...actions.map((action) => ({ kind: 'action' as const, ...action })),
  ].sort(byTime)

/** The end of the same, from the entry on that is so many before the last; `cut` where it does not begin at the beginning. */
export const readLatestTimeline = async (
  tables: Tables,
  domain: string,
  most: number,
): Promise<{ items: TimelineItem[]; cut: boolean }> => {
  const { items, next } = await tables.actions.list({ domain }, { limit: most, cursor: null })
  const actions = items.map(actionView).reverse()
  const [first] = next === null ? [] : actions
  const mails = await readMails(tables, domain, actions)
  const told = mails.filter(({ receivedAt }) => first === undefined || receivedAt >= first.at)
  return { items: timelineOf(told, actions), cut: next !== null }
}

/** The time of an item; a mail comes before the entries that were written about it in the same millisecond. */
export const timeOf = (item: TimelineItem): string => (item.kind === 'mail' ? item.receivedAt : item.at)

const byTime = (a: TimelineItem, b: TimelineItem): number => {
  if (timeOf(a) !== timeOf(b)) return timeOf(a) < timeOf(b) ? -1 : 1
  if (a.kind !== b.kind) return a.kind === 'mail' ? -1 : 1
  return a.kind === 'mail' ? a.id.localeCompare(b.id) : Number(BigInt(a.id) - BigInt(b.id))
}

const readActions = async (tables: Tables, domain: string): Promise<ActionView[]> => {
  const actions: ActionView[] = []
  for (let after = BEFORE_FIRST; ; ) {
    const { items } = await tables.actions.list({ domain, after }, { limit: BATCH, cursor: null })
    actions.push(...items.map(actionView))
    const last = items.at(-1)
    if (last === undefined || items.length < BATCH) return actions
    after = last.id
  }
}

const readMails = async (tables: Tables, domain: string, actions: readonly ActionView[]): Promise<MailView[]> => {
  const mails = new Map<string, MailView>()
  const { items: orders } = await tables.orders.list({ domain }, { limit: BATCH, cursor: null })
  for (const { id } of orders) {
    const { items } = await tables.mails.list({ order: id }, { limit: BATCH, cursor: null })
    for (const mail of items) mails.set(mail.id, mailView(mail))
  }
  const named = new Set(actions.flatMap(({ mail }) => (mail === null || mails.has(mail) ? [] : [mail])))
  for (const id of named) {
    const mail = await tables.mails.get(id)
    if (mail !== null) mails.set(id, mailView(mail))
  }
  return [...mails.values()]
}
