import type { Pool, PoolClient } from 'pg'
import { Refusal } from '../core/errors.js'
import type { Store, Tables } from '../ports.js'
import { clientOn, withTimeout } from './client.js'
import { translate } from './errors.js'
import type { ModelsOf } from './models.js'
import { tablesOf } from './tables.js'

/**
 * All or nothing. PostgreSQL answers the COMMIT of a transaction in which a statement failed with a quiet rollback, so
 * one whose caller caught that failure and went on is made to reject with it: nothing of it was kept.
 */
export const transactionOf =
  (pool: Pool, models: ModelsOf): Store['transaction'] =>
  (work) =>
    onConnection(pool, async (connection) => {
      const { tables, flush, failures } = tablesWithin(connection, models)
      await connection.query('BEGIN')
      const result = await work(tables)
      if (failures.length === 0) await flush()
      if (failures.length > 0) throw failures[0]
      await commit(connection)
      return result
    })

/** What PostgreSQL could not keep it says by another word than COMMIT, and by no error. */
export const commit = async (connection: PoolClient): Promise<void> => {
  const { command } = await connection.query('COMMIT')
  if (command !== 'COMMIT') throw new Error(`the database answered COMMIT with ${command}: it kept nothing`)
}

/** The tables of one piece of work in a transaction; `failures` are those that its caller may have hidden. */
export const tablesWithin = (
  connection: PoolClient,
  models: ModelsOf,
): { tables: Tables; flush(): Promise<void>; failures: unknown[] } => {
  const failures: unknown[] = []
  const remember = (error: unknown): unknown => {
    const translated = translate(error)
    if (!(translated instanceof Refusal)) failures.push(translated)
    return translated
  }
  const { tables, flush } = tablesOf(clientOn(connection, models.on(connection)), remember)
  return { tables, flush, failures }
}

/** A connection that failed in the middle is rolled back, and given up where even that fails. */
export const onConnection = async <T>(pool: Pool, work: (connection: PoolClient) => Promise<T>): Promise<T> => {
  const connection = await pool.connect().catch((error) => Promise.reject(translate(error)))
  // A connection that is lost says so to whoever has it, and ends the process where nobody listens; its query fails anyway.
  connection.on('error', ignore)
  const giveBack = (error?: Error): void => {
    connection.off('error', ignore)
    connection.release(error)
  }
  try {
    const result = await work(connection)
    giveBack()
    return result
  } catch (error) {
    await connection.query(withTimeout({ text: 'ROLLBACK' }, ROLLBACK_TIMEOUT)).then(() => giveBack(), giveBack)
    throw translate(error)
  }
}

const ROLLBACK_TIMEOUT = 1_000

const ignore = (): void => {}
