import * as path from 'node:path'
import type { Pool } from 'pg'
import { Refusal } from '../core/errors.js'
import type { Log, Store } from '../ports.js'
import { backupName, copyBeforeMigration, copyDatabase } from './backup.js'
import { clientOn } from './client.js'
import { type Database, type DatabaseOptions, openDatabase } from './database.js'
import { translate, unavailable } from './errors.js'
import { endLeasesOfOthers } from './leases.js'
import { type BeforeMigration, migrate } from './migrate.js'
import { modelsOf } from './models.js'
import { tablesOf } from './tables.js'
import { togetherOf } from './together.js'
import { type Tell, transactionOf } from './transaction.js'

export type OpenedStore = Store & {
  /** Names of the migrations that were applied just now. */
  applied: string[]
  /** How often this process flushed a file of the embedded database to disk; null where a server does that. */
  flushes(): number | null
  /** The same for every process on this database, however it is reached, and another for a copy of it. */
  identity(): Promise<string>
  /** Calls `listener` with the ids of deliveries that may go, after each commit of this process that wrote some. */
  onDeliveries(listener: Tell): void
}

/**
 * Opens the PostgreSQL at `url`, or without one the embedded database under `dataDir` which this process then has for
 * itself, and brings it up to date.
 *
 * @throws Fault `store-locked`, `store-unavailable`, or what `migrate` throws
 */
export const openStore = async (options: DatabaseOptions): Promise<OpenedStore> =>
  storeOn(await openDatabase(options), options.log)

/** The store over a database that is open; it closes the database with itself, or when it cannot be used. */
export const storeOn = async (database: Database, log: Log, migrations?: string): Promise<OpenedStore> => {
  try {
    const applied = await migrate(database.pool, migrations, copyFirst(database, log))
    await warnOfLazyCommits(database.pool, log)
    return { ...toStore(database), applied }
  } catch (error) {
    await database.end()
    throw translate(error)
  }
}

/** The number that initdb gave to the cluster, and that of the database within it. */
const IDENTITY = `SELECT system_identifier::text AS system, oid::text AS database FROM pg_control_system(), pg_database
  WHERE datname = current_database()`

/** A server's operator has copies of other kinds; the embedded database has none but this. */
const copyFirst =
  ({ files }: Database, log: Log): BeforeMigration =>
  async (client, migration) => {
    if (files === null) return
    const { folder } = await copyBeforeMigration({ client, ...files }, { ...files, migration })
    log.info({ folder, migration }, 'the database was copied before it is brought up to date')
  }

const warnOfLazyCommits = async (pool: Pool, log: Log): Promise<void> => {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'`,
  )
  for (const { name } of rows)
    log.warn({ setting: name }, `the database server runs with ${name}=off: what it commits can be lost; set it to on`)
}

const toStore = ({ pool, embedded, place, flushes, files, end }: Database): Omit<OpenedStore, 'applied'> => {
  const models = modelsOf(pool)
  const client = clientOn(pool, models.any)
  const tables = tablesOf(client, translate)
  let listener: Tell = () => {}
  const tell: Tell = (deliveries) => listener(deliveries)
  const transaction = transactionOf(pool, models, tell)
  let closing: Promise<void> | null = null
  return {
    ...tables,
    actions: { ...tables.actions, append: (actions) => transaction((within) => within.actions.append(actions)) },
    embedded,
    flushes,
    transaction,
    together: togetherOf(pool, models, { alone: transaction, tell }),
    findPlace: () => place().catch((error) => Promise.reject(translate(error))),
    backUp: async (folder) => {
      if (files === null) throw new Refusal('unsupported', USE_PG_DUMP)
      const client = await pool.connect().catch((error) => Promise.reject(translate(error)))
      try {
        return await copyDatabase(
          { client, folder: files.folder },
          folder ?? path.join(files.backups, backupName(new Date())),
        )
      } finally {
        client.release()
      }
    },
    ping: async () => {
      const { rows } = await pool.query(IS_READ_ONLY).catch((error) => Promise.reject(unavailable(error)))
      if (rows.length > 0) throw unavailable(READ_ONLY)
    },
    identity: async () => {
      const { rows } = await pool.query<{ system: string; database: string }>(IDENTITY)
      return rows.map(({ system, database }) => `${system}-${database}`).join()
    },
    onDeliveries: (called) => {
      listener = called
    },
    recoverLeases: async (owner) => {
      if (embedded) await endLeasesOfOthers(client, owner)
    },
    close: () => {
      closing ??= models.close().then(end)
      return closing
    },
  }
}

/** A standby, or a server that was told to take no writes: who only reads from it does not notice. */
const IS_READ_ONLY = `SELECT 1 WHERE current_setting('transaction_read_only')::boolean`
const READ_ONLY = 'it can only be read, as a standby is: promote it, or let DATABASE_URL lead to the primary'

const USE_PG_DUMP = 'the database is on a PostgreSQL server: copy it with pg_dump, as docs/backup.md says'
