import type { ActionEntry } from '../../src/core/action-log.js'
import type { Connection } from '../../src/core/connection.js'
import type { Domain } from '../../src/core/domain.js'
import type { NewEvent } from '../../src/core/event.js'
import type { Mail } from '../../src/core/mail.js'
import type { Notice } from '../../src/core/notice.js'
import type { Order } from '../../src/core/order.js'
import type { Request } from '../../src/core/request.js'
import type { Ticket } from '../../src/core/ticket.js'
import type { Lease } from '../../src/ports.js'

/** What the memory store keeps: rows are never changed, only replaced. */
export type Rows = ReturnType<typeof noRows>

/** A row that somebody may hold. */
export type Leased = { dueAt: Date | null; owner: string | null; until: Date | null; fence: number }

export const noRows = () => ({
  domains: new Map<string, Domain>(),
  orders: new Map<string, { order: Order; bodyHash: string }>(),
  answers: new Map<string, { bodyHash: string; orderId: string; answer: unknown }>(),
  requests: new Map<string, Leased & { request: Request }>(),
  mails: new Map<string, Leased & { mail: Mail; raw: Buffer }>(),
  digests: new Map<string, string>(),
  contents: new Map<string, string>(),
  /** These only grow. */
  actions: [] as ActionEntry[],
  events: [] as (NewEvent & { id: string })[],
  notices: new Map<string, Leased & { notice: Notice }>(),
  connections: new Map<string, Connection>(),
  tickets: new Map<string, Ticket>(),
})

/** A copy of the maps is a copy of everything. */
export const copyOf = (rows: Rows): Rows => ({
  domains: new Map(rows.domains),
  orders: new Map(rows.orders),
  answers: new Map(rows.answers),
  requests: new Map(rows.requests),
  mails: new Map(rows.mails),
  digests: new Map(rows.digests),
  contents: new Map(rows.contents),
  actions: [...rows.actions],
  events: [...rows.events],
  notices: new Map(rows.notices),
  connections: new Map(rows.connections),
  tickets: new Map(rows.tickets),
})

export const NEVER_HELD = { owner: null, until: null, fence: 0 }

export const keyOf = (...parts: string[]): string => JSON.stringify(parts)

/** Claims of rows that are due: a compare-and-set with a lease, whose number grows with every claim. */
export const leases = <Row extends Leased, Claim>(
  table: () => Map<string, Row>,
  due: (row: Row, now: Date) => boolean,
  claimed: (row: Row, lease: Lease) => Claim,
) => ({
  claim: async (id: string, { owner, now, leaseMs }: { owner: string; now: Date; leaseMs: number }) => {
    const row = table().get(id)
    if (row === undefined || !due(row, now)) return null
    const fence = row.fence + 1
    table().set(id, { ...row, owner, fence, until: new Date(now.getTime() + leaseMs) })
    return claimed(row, { owner, fence })
  },
  holds: async (id: string, lease: Lease) => {
    const row = table().get(id)
    return row !== undefined && isHeld(row, lease)
  },
  due: async (now: Date, limit: number) =>
    [...table()].flatMap(([id, row]) => (due(row, now) ? [id] : [])).slice(0, limit),
})

export const isHeld = (row: Leased, { owner, fence }: Lease): boolean => row.owner === owner && row.fence === fence

export const isReached = (time: Date | null, now: Date): boolean => time !== null && time <= now

export const existing = <Row>(table: ReadonlyMap<string, Row>, id: string): Row => {
  const row = table.get(id)
  if (row === undefined) throw new Error(`there is no row ${id}`)
  return row
}

export const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)
