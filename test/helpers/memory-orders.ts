import { isAside } from '../../src/core/action.js'
import { isOpen, type Order } from '../../src/core/order.js'
import { AWAITING_STATES, type Request } from '../../src/core/request.js'
import { type Tables, UniqueViolation } from '../../src/ports.js'
import { byId, existing, isHeld, isReached, keyOf, type Leased, leases, NEVER_HELD, type Rows } from './memory-rows.js'

export const domains = (rows: () => Rows): Partial<Tables['domains']> => ({
  get: async (name) => rows().domains.get(name) ?? null,
  lock: async (name) => rows().domains.get(name) ?? null,
  lockMentioned: async () => {},
  save: async (domain) => void rows().domains.set(domain.name, domain),
})

export const subjects = (rows: () => Rows): Tables['subjects'] => {
  const [orderRows, requestRows] = [orders(rows), requests(rows)]
  const get: Tables['subjects']['get'] = async (requestId) => {
    const request = rows().requests.get(requestId)?.request
    if (request === undefined) return null
    const domain = rows().domains.get(request.domain)
    const order = rows().orders.get(request.orderId)?.order
    const connection = rows().connections.get(request.connectionId)
    if (domain === undefined) return null
    if (order === undefined || connection === undefined) throw new Error('it has lost its order or connection')
    const ofDomain = [...rows().orders.values()].flatMap((one) =>
      one.order.terms.domain === domain.name && !isAside(one.order.terms.action) ? [one.order] : [],
    )
    const latestOrderId = latest(ofDomain)?.id ?? order.id
    const ofOrder = [...rows().requests.values()].flatMap((one) =>
      one.request.orderId === order.id ? [one.request] : [],
    )
    const latestRequestId = latest(ofOrder)?.id ?? request.id
    return { subject: { domain, order, request }, connection, latestOrderId, latestRequestId }
  }
  return {
    get,
    lock: get,
    save: async ({ domain, order, request }) => {
      rows().domains.set(domain.name, domain)
      await orderRows.update?.(order)
      await requestRows.update?.(request)
    },
  }
}

export const orders = (rows: () => Rows): Partial<Tables['orders']> => {
  const all = () => [...rows().orders.values()].map(({ order }) => order)
  const openOf = (domain: string) =>
    all().find(({ terms, status }) => terms.domain === domain && !isAside(terms.action) && isOpen(status))
  const concerning = (domain: string) => all().filter(({ terms }) => terms.domain === domain && !isAside(terms.action))
  const guardOpen = ({ id, terms, status }: Order) => {
    const other = openOf(terms.domain)
    if (isOpen(status) && !isAside(terms.action) && other !== undefined && other.id !== id)
      throw new UniqueViolation('open-order')
  }
  const byBilling = (accountId: string, billingOrderId: string) =>
    [...rows().orders.values()].find(
      ({ order: { terms } }) => terms.account.id === accountId && terms.billingOrderId === billingOrderId,
    )
  return {
    get: async (id) => rows().orders.get(id)?.order ?? null,
    findByBillingId: async (accountId, billingOrderId) => byBilling(accountId, billingOrderId) ?? null,
    findOpen: async (domain) => openOf(domain) ?? null,
    findOpenOf: async (domain, action) =>
      latest(all().filter(({ terms, status }) => terms.domain === domain && terms.action === action && isOpen(status))),
    findLatest: async (domain, status) =>
      latest(concerning(domain).filter((one) => (status ?? one.status) === one.status)),
    findOwning: async (domain) => {
      const ofDomain = concerning(domain)
      return latest(ofDomain.filter(({ status }) => isOpen(status) || status === 'done')) ?? latest(ofDomain)
    },
    list: async ({ domain, status }, { limit }) => {
      const found = all().filter(
        (one) => (domain ?? one.terms.domain) === one.terms.domain && (status ?? one.status) === one.status,
      )
      return { items: found.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit), next: null }
    },
    insert: async (order, bodyHash) => {
      if (rows().orders.has(order.id)) throw new Error('Unique constraint failed: id')
      if (byBilling(order.terms.account.id, order.terms.billingOrderId)) throw new UniqueViolation('billing-order')
      guardOpen(order)
      rows().orders.set(order.id, { order, bodyHash })
    },
    update: async (order) => {
      guardOpen(order)
      rows().orders.set(order.id, { order, bodyHash: rows().orders.get(order.id)?.bodyHash ?? '' })
    },
  }
}

const latest = <T extends { id: string }>(found: readonly T[]): T | null =>
  found.reduce<T | null>((best, one) => (best === null || one.id > best.id ? one : best), null)

export const idempotency = (rows: () => Rows): Tables['idempotency'] => ({
  find: async ({ owner, key }) => rows().answers.get(keyOf(owner, key)) ?? null,
  insert: async ({ owner, key, bodyHash, orderId, answer }) => {
    if (rows().answers.has(keyOf(owner, key))) throw new UniqueViolation('idempotency-key')
    rows().answers.set(keyOf(owner, key), { bodyHash, orderId, answer })
  },
})

export const requests = (rows: () => Rows): Partial<Tables['requests']> => {
  const all = () => [...rows().requests.values()].map(({ request }) => request).sort(byId)
  const due = ({ request, until }: Leased & { request: Request }, now: Date) =>
    (request.state === 'handing-over' || (request.state === 'queued' && isReached(request.dueAt, now))) &&
    (until === null || until <= now)
  const awaiting: readonly string[] = AWAITING_STATES
  return {
    get: async (id) => rows().requests.get(id)?.request ?? null,
    findByOrder: async (orderId) => all().filter((one) => one.orderId === orderId),
    findByReference: async (reference) => all().find((one) => one.reference === reference) ?? null,
    findByTicket: async (connectionId, ticket) =>
      all().filter((one) => one.connectionId === connectionId && one.ticket === ticket),
    findByBounceToken: async (token) => all().find((one) => one.bounceToken === token) ?? null,
    findAwaiting: async (connectionId, domain) =>
      all().filter((one) => one.connectionId === connectionId && one.domain === domain && awaiting.includes(one.state)),
    insert: async (request) => {
      for (const key of ['reference', 'messageId', 'bounceToken'] as const)
        if (all().some((one) => one[key] === request[key])) throw new Error(`Unique constraint failed: ${key}`)
      rows().requests.set(request.id, { request, dueAt: null, ...NEVER_HELD })
    },
    update: async (request) => {
      rows().requests.set(request.id, { ...existing(rows().requests, request.id), request })
    },
    ...leases(
      () => rows().requests,
      due,
      ({ request }, lease) => ({ request, lease }),
    ),
    extend: async (id, lease, until) => {
      const row = rows().requests.get(id)
      if (row === undefined || !isHeld(row, lease)) return false
      rows().requests.set(id, { ...row, until })
      return true
    },
    release: async (id, lease) => {
      const row = rows().requests.get(id)
      if (row === undefined || !isHeld(row, lease)) return false
      rows().requests.set(id, { ...row, owner: null, until: null })
      return true
    },
    unpark: async (connectionId, now) => {
      const parked = all().filter((one) => one.connectionId === connectionId && isParked(one))
      for (const request of parked)
        rows().requests.set(request.id, {
          ...existing(rows().requests, request.id),
          request: { ...request, dueAt: now, queuedAt: now },
        })
      return parked.length
    },
    overdue: async (now, limit) =>
      all()
        .filter(({ state, deadline }) => [...WAITING, 'waiting'].includes(state) && isReached(deadline, now))
        .map(({ id }) => id)
        .slice(0, limit),
    toCheck: async (now, limit) =>
      all()
        .filter(({ state, checkAt }) => [...WAITING, 'queued'].includes(state) && isReached(checkAt, now))
        .map(({ id }) => id)
        .slice(0, limit),
  }
}

const WAITING: readonly string[] = ['sent', 'acknowledged', 'uncertain']

const isParked = ({ state, dueAt }: Request): boolean => state === 'queued' && dueAt === null
