import { type ClientBase, type QueryConfig, type QueryResult, types } from 'pg'
import sql, { type RawValue, type Sql } from 'sql-template-tag'
import type { Prisma } from '../generated/prisma/client.js'

/**
 * What the tables speak to: plain SQL for what happens with every mail and order, and Prisma's models for lists and what is
 * rare. Both go to the same connection, so to the same transaction.
 *
 * Prisma's queries cost several times as much as the same statement by node-postgres, and its client takes 80 MB when it is
 * first used; a process that serves no page never uses it.
 */
export type Client = {
  /** The rows of a statement: dates as `Date`, bigint as `BigInt`, JSON as what it says, bytea as `Buffer`. */
  rows<Row>(strings: TemplateStringsArray, ...values: RawValue[]): Promise<Row[]>
  /** How many rows a statement changed. */
  run(strings: TemplateStringsArray, ...values: RawValue[]): Promise<number>
  models(): Promise<Models>
}

export type Models = Prisma.TransactionClient

/** A pool, or one connection of it. */
type Queryable = Pick<ClientBase, 'query'>

export const clientOn = (connection: Queryable, models: () => Promise<Models>): Client => ({
  rows: async (strings, ...values) => (await query(connection, sql(strings, ...values))).rows,
  run: async (strings, ...values) => (await query(connection, sql(strings, ...values))).rowCount ?? 0,
  models,
})

/** How long a statement may take, with waiting for locks, before the connection is given up. Milliseconds. */
const STATEMENT_TIMEOUT = 15_000

const query = (connection: Queryable, { text, values }: Sql): Promise<QueryResult> =>
  connection.query(withTimeout({ ...statementOf(text), values, types: TYPES }, STATEMENT_TIMEOUT))

/** node-postgres takes this of a query too; its types know it of a connection only. */
export const withTimeout = (config: QueryConfig, milliseconds: number): QueryConfig =>
  Object.assign(config, { query_timeout: milliseconds })

const BIGINT = 20

const TYPES: typeof types = {
  ...types,
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === BIGINT ? BigInt : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
}

/** A statement longer than this is a list of values, as good as never the same again. */
const LONGEST_PREPARED = 4_000

const names = new Map<string, string>()

/** A statement with a name is parsed and planned once a connection. */
const statementOf = (text: string): { text: string; name?: string } => {
  if (text.length > LONGEST_PREPARED) return { text }
  const name = names.get(text) ?? `sealpost_${names.size}`
  names.set(text, name)
  return { text, name }
}
