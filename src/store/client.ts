import { type ClientBase, type QueryResult, types } from 'pg'
import sql, { type RawValue, type Sql } from 'sql-template-tag'
import type { NewAction } from '../core/action-log.js'
import type { NewEvent } from '../core/event.js'
import type { NewNotice } from '../core/notice.js'
import type { Prisma } from '../generated/prisma/client.js'
import { isUnprepared, mayBeDoneAgain, translate } from './errors.js'
import { type Group, inGroups } from './groups.js'
import { createLocks, type Holder, type Locks } from './locks.js'

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
  /**
   * Asks `many` for what is asked of it at this moment, on this pool or in this transaction, by one statement for all;
   * `take` says how many of those that wait one statement can do.
   */
  together<Input, Output>(many: Many<Input, Output>, input: Input, take?: Take<Input>): Promise<Output>
  /** Of the transaction that is open on the connection; null where each statement is one. */
  unit: Unit | null
  /** The work of this transaction that speaks. */
  holder: Holder
}

export type Models = Prisma.TransactionClient

/** Answers each of its inputs in its place. */
export type Many<Input, Output> = (client: Client, inputs: readonly Input[]) => Promise<readonly Output[]>
type Take<Input> = (waiting: readonly Input[]) => number

/** What a transaction knows of itself. */
export type Unit = {
  /** Entries of the log, events and notices that are written at its end, each kind by one statement. */
  actions: NewAction[]
  events: NewEvent[]
  notices: NewNotice[]
  /** Deliveries of events that may go once it is committed. */
  deliveries: string[]
  /** Names of the domains whose rows it has locked. */
  domains: Set<string>
  /** What keeps its works apart. */
  locks: Locks
}

export const newUnit = (): Unit => ({
  ...{ actions: [], events: [], notices: [], deliveries: [] },
  ...{ domains: new Set<string>(), locks: createLocks() },
})

/** A pool, or one connection of it. */
export type Queryable = Pick<ClientBase, 'query'>

export const clientOn = (connection: Queryable, models: () => Promise<Models>, unit: Unit | null = null): Client => {
  const groups = new Map<unknown, unknown>()
  const ask = (statement: Sql): Promise<QueryResult> =>
    query(connection, statement).catch((error) => {
      if (unit === null && mayBeDoneAgain(error)) return query(connection, statement)
      throw error
    })
  const client: Client = {
    rows: async (strings, ...values) => (await ask(sql(strings, ...values))).rows,
    run: async (strings, ...values) => (await ask(sql(strings, ...values))).rowCount ?? 0,
    models,
    together: <Input, Output>(many: Many<Input, Output>, input: Input, take: Take<Input> = some) => {
      const group =
        (groups.get(many) as Group<Input, Output> | undefined) ??
        inGroups<Input, Output>({
          take,
          run: (inputs) => many(client, inputs).catch((error) => Promise.reject(translate(error))),
          // A transaction in which a statement failed takes no other.
          again: unit === null,
          after: unit === null ? 'turn' : 'moment',
        })
      groups.set(many, group)
      return group(input)
    },
    unit,
    holder: {},
  }
  return client
}

const MOST = 64
const some = (waiting: readonly unknown[]): number => Math.min(waiting.length, MOST)

/** Of rows that wait to be written, those before one that is written again: of two for one row a statement takes either. */
export const eachOnce = (waiting: readonly { id: string }[]): number => {
  const seen = new Set<string>()
  for (const { id } of waiting.slice(0, MOST)) {
    if (seen.has(id.toLowerCase())) break
    seen.add(id.toLowerCase())
  }
  return seen.size
}

const query = async (connection: Queryable, { text, values }: Sql): Promise<QueryResult> => {
  const statement = statementOf(text)
  try {
    return await connection.query({ ...statement, values, types: TYPES })
  } catch (error) {
    if (isUnprepared(error) && statement.name === names.get(text)) names.delete(text)
    throw error
  }
}

const turns = new WeakMap<Queryable, Promise<unknown>>()

/** One connection, one query at a time: node-postgres no longer wants to be the one who lines them up. */
export const inTurn = (connection: Queryable): Queryable => {
  const ask = (...args: Parameters<typeof connection.query>) => {
    const before = turns.get(connection) ?? Promise.resolve()
    const answer = before.then(() => connection.query(...args))
    turns.set(connection, answer.then(nothing, nothing))
    return answer
  }
  return { query: ask as typeof connection.query }
}

const nothing = (): void => {}

const BIGINT = 20

const TYPES: typeof types = {
  ...types,
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === BIGINT ? BigInt : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
}

/** A statement longer than this is a list of values, as good as never the same again. */
const LONGEST_PREPARED = 4_000

const names = new Map<string, string>()
let named = 0

/**
 * A statement with a name is parsed and planned once a connection. Where the server no longer has it, or has it for a table
 * that was changed since, it gets another name: under the old one each connection would fail with it for ever.
 */
const statementOf = (text: string): { text: string; name?: string } => {
  if (text.length > LONGEST_PREPARED) return { text }
  const name = names.get(text) ?? `sealpost_${named++}`
  names.set(text, name)
  return { text, name }
}
