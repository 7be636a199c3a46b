import type { Pool, PoolClient } from 'pg'
import { Refusal } from '../core/errors.js'
import type { Store, Tables } from '../ports.js'
import { appendActions } from './actions.js'
import { type Client, clientOn, inTurn, newUnit } from './client.js'
import { translate } from './errors.js'
import { appendEvents } from './events.js'
import type { ModelsOf } from './models.js'
import { insertNotices } from './notices.js'
import { tablesOf } from './tables.js'

/**
 * All or nothing. PostgreSQL answers the COMMIT of a transaction in which a statement failed with a quiet rollback, so
 * one whose caller caught that failure and went on is made to reject with it: nothing of it was kept.
 */
export const transactionOf =
  (pool: Pool, models: ModelsOf, tell: Tell): Store['transaction'] =>
  (work) =>
    onConnection(pool, async (connection) => {
      const transaction = await begin(connection, models, tell)
      const { tables, failures } = transaction.open()
      const result = await work(tables)
      if (failures.length > 0) throw failures[0]
      await transaction.commit()
      return result
    })

/** Hears the ids of deliveries that may go, after the commit that wrote them. */
export type Tell = (deliveries: readonly string[]) => void

export type Transaction = {
  /** The tables for one work within it. */
  open(): Opened
  /** Writes what was put off, and commits. */
  commit(): Promise<void>
}

export type Opened = {
  tables: Tables
  /** What failed, also where the work hid that: nothing of the transaction can be kept any more. */
  failures: unknown[]
  hasWritten(): boolean
  /** Lets go of what keeps it apart from other works of the transaction. */
  end(): void
}

export const begin = async (connection: PoolClient, models: ModelsOf, tell: Tell): Promise<Transaction> => {
  const unit = newUnit()
  const client = clientOn(inTurn(connection), models.on(connection), unit)
  await connection.query('BEGIN')
  return {
    open: () => openWork({ ...client, holder: {} }),
    commit: async () => {
      unit.deliveries.push(...(await appendEvents(client, unit.events.splice(0))))
      await insertNotices(client, unit.notices.splice(0))
      await appendActions(client, unit.actions.splice(0)) // last, because all others wait for the head of the log
      const { command } = await connection.query('COMMIT')
      // What PostgreSQL could not keep it says by another word, and by no error.
      if (command !== 'COMMIT') throw new Error(`the database answered COMMIT with ${command}: it kept nothing`)
      if (unit.deliveries.length > 0) tell(unit.deliveries)
    },
  }
}

const openWork = (client: Client): Opened => {
  const failures: unknown[] = []
  const remember = (error: unknown): unknown => {
    const translated = translate(error)
    if (!(translated instanceof Refusal)) failures.push(translated)
    return translated
  }
  let written = false
  const notice = (called: string): void => {
    written ||= !READS.test(called)
  }
  const end = (): void => client.unit?.locks.release(client.holder)
  return { tables: tablesOf(client, remember, notice), failures, hasWritten: () => written, end }
}

/** The first words of what a table does that leaves nothing behind; a lock goes with the transaction. Any other is a write. */
const READS =
  /^(get|find|list|lock|hold|holds|raw|count|read|head|due|overdue|since|unsent|handedOver|takeTurn|inUse|keysDue)(?![a-z])/

/** A connection that failed in the middle is rolled back, and given up where even that fails. */
export const onConnection = async <T>(pool: Pool, work: (connection: PoolClient) => Promise<T>): Promise<T> => {
  const connection = await pool.connect().catch((error) => Promise.reject(translate(error)))
  try {
    const result = await work(connection)
    connection.release()
    return result
  } catch (error) {
    await connection.query('ROLLBACK').then(
      () => connection.release(),
      (broken: Error) => connection.release(broken),
    )
    throw translate(error)
  }
}
