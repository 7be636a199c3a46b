import sql from 'sql-template-tag'
import type {
  Connection,
  MailConnection,
  MxPolicy,
  OwnKey,
  PeopleConnection,
  Pin,
  Relay,
  Scheme,
  ServerConnection,
  Trust,
} from '../core/connection.js'
import { OPEN_ORDER_STATUSES } from '../core/order.js'
import type { Connection as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { idsOf } from './ids.js'
import { fromJson } from './values.js'

export const connectionsTable = (client: Client): Tables['connections'] => ({
  get: (id) => client.together(getConnections, id),

  list: () => client.together(listConnections, undefined),

  hold: (id) => client.together(holdConnections, id),

  takeTurn: async (id) => {
    await client.unit?.locks.take(client.holder, [`turn ${id}`])
    await client.rows`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${`turn ${id}`}, 0))`
  },

  lock: async (id) => {
    await lockRow(client, id)
    return client.together(getConnections, id)
  },

  lockForChange: async (id) => {
    await client.rows`SELECT id FROM connections WHERE id = ${id} FOR NO KEY UPDATE`
    return client.together(getConnections, id)
  },

  insert: async (connection) => {
    const { id, title, profile, tlds, createdAt } = connection
    const at = createdAt.toISOString()
    const replyTo = connection.channel === 'mail' ? connection.registry.replyTo.toLowerCase() : null
    await client.run`
      WITH added AS (
        INSERT INTO connections (id, title, profile, config, reply_to, created_at, keys_due_at)
        VALUES (${id}, ${title}, ${profile}, ${JSON.stringify(connection)}::json,
          ${replyTo}, ${at}::timestamptz, ${at}::timestamptz)
        RETURNING id
      )
      INSERT INTO connection_tlds (tld, connection_id) SELECT tld, id FROM added, unnest(${tlds}::text[]) AS tld`
  },

  update: async (connection, at) => {
    const { id, title, tlds } = connection
    await client.run`
      WITH dropped AS (DELETE FROM connection_tlds WHERE connection_id = ${id} AND tld <> ALL (${tlds}::text[])),
      changed AS (
        UPDATE connections SET title = ${title}, config = ${JSON.stringify(connection)}::json,
          keys_due_at = ${at.toISOString()}::timestamptz
        WHERE id = ${id} RETURNING id
      )
      INSERT INTO connection_tlds (tld, connection_id) SELECT wanted.tld, id FROM changed, unnest(${tlds}::text[]) AS wanted (tld)
      WHERE NOT EXISTS (SELECT 1 FROM connection_tlds AS own WHERE own.tld = wanted.tld AND own.connection_id = ${id})`
  },

  remove: async (id, at) => {
    await lockRow(client, id)
    await client.run`
      WITH freed AS (DELETE FROM connection_tlds WHERE connection_id = ${id})
      UPDATE connections SET removed_at = ${at.toISOString()}::timestamptz WHERE id = ${id}`
  },

  inUse: async (id) => {
    const [counts] = await client.rows<Awaited<ReturnType<Tables['connections']['inUse']>>>`
      SELECT
        (SELECT count(*) FROM orders WHERE connection_id = ${id}
          AND status = ANY (${OPEN_ORDER_STATUSES}::order_status[]))::int AS "openOrders",
        (SELECT count(*) FROM domains WHERE connection_id = ${id}
          AND state <> ALL (ARRAY['none', 'closed', 'gone']::domain_state[]))::int AS domains,
        (SELECT count(*) FROM domains WHERE connection_id = ${id} AND mode = 'live'
          AND state <> ALL (ARRAY['none', 'closed', 'gone']::domain_state[]))::int AS "liveDomains"`
    return counts ?? { openOrders: 0, domains: 0, liveDomains: 0 }
  },

  keysDue: (now, limit) =>
    idsOf(
      client,
      sql`
      SELECT id FROM connections WHERE removed_at IS NULL AND keys_due_at <= ${now.toISOString()}::timestamptz
      ORDER BY keys_due_at LIMIT ${limit}`,
    ),

  claimKeys: async (id, { now, next }) => {
    const claimed = await client.run`
      UPDATE connections SET keys_due_at = ${next.toISOString()}::timestamptz
      WHERE id = ${id} AND removed_at IS NULL AND keys_due_at <= ${now.toISOString()}::timestamptz`
    return claimed === 1
  },
})

const getConnections = async (client: Client, ids: readonly string[]): Promise<(Connection | null)[]> =>
  inPlace(
    ids,
    await client.rows`
      SELECT id, config, created_at AS "createdAt" FROM connections WHERE id = ANY (${ids}) AND removed_at IS NULL`,
  )

const holdConnections = async (client: Client, ids: readonly string[]): Promise<(Connection | null)[]> =>
  inPlace(
    ids,
    await client.rows`
      SELECT id, config, created_at AS "createdAt" FROM connections WHERE id = ANY (${ids}) AND removed_at IS NULL
      ORDER BY id FOR SHARE`,
  )

const inPlace = (ids: readonly string[], rows: readonly (ConnectionRow & { id: string })[]): (Connection | null)[] => {
  const known = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => {
    const row = known.get(id)
    return row === undefined ? null : toConnection(row)
  })
}

const listConnections = async (client: Client, asked: readonly unknown[]): Promise<Connection[][]> => {
  const rows = await client.rows<ConnectionRow>`
    SELECT config, created_at AS "createdAt" FROM connections WHERE removed_at IS NULL ORDER BY created_at, id`
  return asked.map(() => rows.map(toConnection))
}

/** Whoever holds the row, also an order's foreign key, is waited for; what they wrote is seen by the next statement. */
const lockRow = (client: Client, id: string) => client.rows`SELECT id FROM connections WHERE id = ${id} FOR UPDATE`

/** As JSON keeps a connection: its dates are text. */
type Stored =
  | StoredMail
  | (Omit<PeopleConnection, 'createdAt' | Younger> & Older)
  | (Omit<ServerConnection, 'createdAt' | Younger> & Older)

/** Fields that rows of older versions have not. */
type Younger = 'watch' | 'transferChecklist' | 'setup' | 'dnsPrepare' | 'transferAway' | 'belowRegistrable'
type Older = Partial<Pick<Connection, Younger>>

type StoredMail = Omit<
  MailConnection,
  'channel' | 'signing' | 'trust' | 'createdAt' | 'relay' | 'mx' | 'dkim' | Younger
> &
  Older & {
    relay: Located<Relay> | null
    /** Absent in rows of versions that had no other. */
    channel?: 'mail'
    /** Absent in rows of versions that sent by a relay alone. */
    mx?: Located<MxPolicy> | null
    dkim?: MailConnection['dkim']
    signing: { scheme: Scheme; keys: Written<OwnKey>[] }
    /** Rows of versions that believed nothing unsigned have no `unsignedFrom`. */
    trust: Omit<Trust, 'keys' | 'unsignedFrom'> & { keys: Written<Pin>[]; unsignedFrom?: string[] | null }
  }
/** Rows of versions that came from no address of their choice have none. */
type Located<T extends { localAddress: string | null }> = Omit<T, 'localAddress'> & { localAddress?: string | null }
type Written<T> = Omit<T, 'notBefore' | 'notAfter'> & { notBefore: string | null; notAfter: string | null }

export type ConnectionRow = Pick<Row, 'config' | 'createdAt'>

export const toConnection = ({ config, createdAt }: ConnectionRow): Connection => {
  const stored = fromJson<Stored>(config)
  const {
    watch = null,
    transferChecklist = null,
    setup = false,
    dnsPrepare = 'off',
    transferAway = 'ask',
    belowRegistrable = 'refuse',
  } = stored
  const younger = { watch, transferChecklist, setup, dnsPrepare, transferAway, belowRegistrable }
  return stored.channel === 'people' || stored.channel === 'https'
    ? { ...stored, ...younger, createdAt }
    : { ...toMailConnection(stored), ...younger, createdAt }
}

const toMailConnection = ({
  signing,
  trust,
  watch: _,
  transferChecklist: __,
  setup: ___,
  dnsPrepare: ____,
  transferAway: _____,
  belowRegistrable: ______,
  ...stored
}: StoredMail): Omit<MailConnection, 'createdAt' | Younger> => {
  return {
    ...stored,
    channel: 'mail',
    relay: located(stored.relay),
    mx: located(stored.mx ?? null),
    dkim: stored.dkim ?? null,
    signing: { ...signing, keys: signing.keys.map(toWindow) },
    trust: { ...trust, unsignedFrom: trust.unsignedFrom ?? null, keys: trust.keys.map(toWindow) },
  }
}

const located = <T extends { localAddress: string | null }>(way: Located<T> | null) =>
  way === null ? null : { ...way, localAddress: way.localAddress ?? null }

const toWindow = <T>({ notBefore, notAfter, ...key }: Written<T>) => ({
  ...key,
  notBefore: notBefore === null ? null : new Date(notBefore),
  notAfter: notAfter === null ? null : new Date(notAfter),
})
