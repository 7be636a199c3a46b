import type { Connection, OwnKey, Pin, Scheme, Trust } from '../core/connection.js'
import type { Connection as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import { OPEN } from './orders.js'
import { type Client, fromJson, toJson } from './values.js'

export const connectionsTable = (client: Client): Tables['connections'] => ({
  get: async (id) => {
    const row = await client.connection.findFirst({ where: { id, removedAt: null } })
    return row === null ? null : toConnection(row)
  },

  list: async () => {
    const order = [{ createdAt: 'asc' as const }, { id: 'asc' as const }]
    return (await client.connection.findMany({ where: { removedAt: null }, orderBy: order })).map(toConnection)
  },

  hold: async (id) => {
    const rows = await client.$queryRaw<unknown[]>`
      SELECT id FROM connections WHERE id = ${id} AND removed_at IS NULL FOR SHARE`
    return rows.length === 1
  },

  takeTurn: async (id) => {
    await client.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${`turn ${id}`}, 0))`
  },

  lock: async (id) => {
    await lockRow(client, id)
    const row = await client.connection.findFirst({ where: { id, removedAt: null } })
    return row === null ? null : toConnection(row)
  },

  lockForChange: async (id) => {
    await client.$queryRaw<unknown[]>`SELECT id FROM connections WHERE id = ${id} FOR NO KEY UPDATE`
    const row = await client.connection.findFirst({ where: { id, removedAt: null } })
    return row === null ? null : toConnection(row)
  },

  insert: async (connection) => {
    const { id, title, profile, createdAt } = connection
    const replyTo = connection.registry.replyTo.toLowerCase()
    const tlds = { createMany: { data: connection.tlds.map((tld) => ({ tld })) } }
    await client.connection.create({
      data: { id, title, profile, createdAt, replyTo, config: toJson(connection), keysDueAt: createdAt, tlds },
      select: { id: true },
    })
  },

  update: async (connection, at) => {
    const { id, title } = connection
    await client.connection.update({
      where: { id },
      data: { title, config: toJson(connection), keysDueAt: at },
      select: { id: true },
    })
  },

  remove: async (id, at) => {
    await lockRow(client, id)
    const tlds = { deleteMany: {} }
    await client.connection.update({ where: { id }, data: { removedAt: at, tlds }, select: { id: true } })
  },

  inUse: async (id) => ({
    openOrders: await client.order.count({ where: { connectionId: id, status: { in: OPEN } } }),
    domains: await client.domain.count({ where: { connectionId: id, state: { notIn: ['none', 'closed', 'gone'] } } }),
  }),

  keysDue: async (now, limit) => {
    const where = { removedAt: null, keysDueAt: { lte: now } }
    const due = { where, orderBy: { keysDueAt: 'asc' as const }, take: limit, select: { id: true } }
    return (await client.connection.findMany(due)).map(({ id }) => id)
  },

  claimKeys: async (id, { now, next }) => {
    const where = { id, removedAt: null, keysDueAt: { lte: now } }
    return (await client.connection.updateMany({ where, data: { keysDueAt: next } })).count === 1
  },
})

/** Whoever holds the row, also an order's foreign key, is waited for; what they wrote is seen by the next statement. */
const lockRow = (client: Client, id: string) =>
  client.$queryRaw<unknown[]>`SELECT id FROM connections WHERE id = ${id} FOR UPDATE`

/** As JSON keeps a connection: its dates are text. */
type Stored = Omit<Connection, 'signing' | 'trust' | 'createdAt' | 'mx' | 'dkim'> & {
  /** Absent in rows of versions that sent by a relay alone. */
  mx?: Connection['mx']
  dkim?: Connection['dkim']

  signing: { scheme: Scheme; keys: Written<OwnKey>[] }
  trust: Omit<Trust, 'keys'> & { keys: Written<Pin>[] }
}
type Written<T> = Omit<T, 'notBefore' | 'notAfter'> & { notBefore: string | null; notAfter: string | null }

export type ConnectionRow = Pick<Row, 'config' | 'createdAt'>

export const toConnection = ({ config, createdAt }: ConnectionRow): Connection => {
  const { signing, trust, ...stored } = fromJson<Stored>(config)
  return {
    ...stored,
    mx: stored.mx ?? null,
    dkim: stored.dkim ?? null,
    signing: { ...signing, keys: signing.keys.map(toWindow) },
    trust: { ...trust, keys: trust.keys.map(toWindow) },
    createdAt,
  }
}

const toWindow = <T>({ notBefore, notAfter, ...key }: Written<T>) => ({
  ...key,
  notBefore: notBefore === null ? null : new Date(notBefore),
  notAfter: notAfter === null ? null : new Date(notAfter),
})
