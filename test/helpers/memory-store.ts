import { alarmsOf } from '../../src/core/alarm-notice.js'
import { type Store, type Tables, UniqueViolation } from '../../src/ports.js'
import { contents, mails } from './memory-mails.js'
import { notices } from './memory-notices.js'
import { domains, idempotency, orders, requests, subjects } from './memory-orders.js'
import { copyOf, noRows, type Rows } from './memory-rows.js'
import { tickets } from './memory-tickets.js'

/** How many verified contents were taken. */
export type MemoryStore = Store & { contentCount(): number }

/**
 * A store without a database, for tests that run flows ten thousand times: the tables that orders, hand-overs and replies
 * use, with the rules that `src/ports.ts` gives them. One transaction at a time, as on the embedded database; the action
 * log has no hash chain, and lists have one page. `memory-store.test.ts` compares it with the embedded database.
 */
export const memoryStore = (): MemoryStore => {
  let rows = noRows()
  let turn: Promise<unknown> = Promise.resolve()
  /** Waits for whoever is at it; every call of a table outside a transaction is one of its own. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }
  let failures: unknown[] = []
  const remembering = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      failures.push(error)
      throw error
    })
  const direct = tablesOver(() => rows)
  const within = around(direct, remembering)
  const transaction: Store['transaction'] = (work) =>
    inTurn(async () => {
      const before = copyOf(rows)
      failures = []
      try {
        const result = await work(within)
        if (failures.length > 0) throw failures[0]
        return result
      } catch (error) {
        rows = before
        throw error
      }
    })
  return {
    ...around(direct, inTurn),
    embedded: true,
    transaction,
    together: transaction,
    findPlace: async () => 'memory',
    backUp: () => Promise.reject(new Error('there is nothing to copy')),
    ping: async () => {},
    recoverLeases: async () => {},
    close: async () => {},
    contentCount: () => rows.contents.size,
  }
}

const tablesOver = (rows: () => Rows): Tables =>
  only<Tables>({
    domains: only(domains(rows)),
    subjects: subjects(rows),
    orders: only(orders(rows)),
    idempotency: idempotency(rows),
    /** As of a registry that has not decided often enough to say what is usual. */
    pending: only<Tables['pending']>({ replyTimes: async () => [] }),
    requests: only(requests(rows)),
    mails: only(mails(rows)),
    contents: contents(rows),
    actions: only(actions(rows)),
    events: events(rows),
    notices: only(notices(rows)),
    quietAccounts: only<Tables['quietAccounts']>({ since: async () => null }),
    connections: only(connections(rows)),
    tickets: tickets(rows),
    alarms: only<Tables['alarms']>({ list: async () => [] }),
    upkeep: only<Tables['upkeep']>({ list: async () => [] }),
    deliveries: only<Tables['deliveries']>({ due: async () => [] }),
    rules: only<Tables['rules']>({ active: async () => [] }),
    prices: only<Tables['prices']>({ list: async () => [] }),
    delegations: only<Tables['delegations']>({ due: async () => [], ending: async () => [] }),
    setups: only<Tables['setups']>({ late: async () => [] }),
    expiries: only<Tables['expiries']>({ due: async () => [], renewable: async () => [] }),
  })

/** A part of the tables, or of one; whoever calls the rest finds that it is no function. */
const only = <T extends object>(part: Partial<T>): T => part as T

type Wrap = <T>(work: () => Promise<T>) => Promise<T>

const around = (tables: Tables, wrap: Wrap): Tables =>
  only<Tables>(Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, wrapped(table, wrap)])))

const wrapped = (table: object, wrap: Wrap) =>
  Object.fromEntries(
    Object.entries(table).map(([name, member]) => [name, (...args: unknown[]) => wrap(async () => member(...args))]),
  )

const actions = (rows: () => Rows): Partial<Tables['actions']> => ({
  append: async (added) => {
    const from = rows().actions.length
    const entries = added.map(({ domain = null, orderId = null, requestId = null, mailId = null, ...action }, at) => ({
      ...{ ...action, domain, orderId, requestId, mailId, data: action.data ?? {} },
      ...{ id: String(from + at + 1), salt: null, hash: '' },
    }))
    rows().actions.push(...entries)
    await notices(rows).insert?.(alarmsOf(added))
  },
  list: async (filter, { limit }) => {
    const items = rows().actions.filter(
      (entry) =>
        (filter.domain === undefined || entry.domain === filter.domain) &&
        (filter.orderId === undefined || entry.orderId === filter.orderId),
    )
    return { items: items.reverse().slice(0, limit), next: null }
  },
})

const events = (rows: () => Rows): Tables['events'] => ({
  append: async (added) => {
    for (const event of added) {
      const { once } = event
      if (once !== undefined && rows().events.some((one) => one.once === once)) throw new UniqueViolation('event-once')
      rows().events.push({ ...event, id: String(rows().events.length + 1) })
    }
  },
  list: async ({ orderId, type }) =>
    rows().events.filter(
      (one) => (orderId === undefined || one.data['orderId'] === orderId) && (type ?? one.type) === one.type,
    ),
})

const connections = (rows: () => Rows): Partial<Tables['connections']> => ({
  get: async (id) => rows().connections.get(id) ?? null,
  list: async () => [...rows().connections.values()],
  insert: async (connection) => {
    for (const one of rows().connections.values()) {
      if (one.title === connection.title) throw new UniqueViolation('connection-title')
      const [theirs, ours] = [one, connection].map((each) => (each.channel === 'mail' ? each.registry.replyTo : null))
      if (theirs !== null && theirs === ours) throw new UniqueViolation('reply-address')
    }
    rows().connections.set(connection.id, connection)
  },
  update: async (connection) => void rows().connections.set(connection.id, connection),
  hold: async (id) => rows().connections.get(id) ?? null,
  lockForChange: async (id) => rows().connections.get(id) ?? null,
  takeTurn: async () => {},
  keysDue: async () => [],
})
