import * as path from 'node:path'
import { type ClientBase, Pool, type PoolConfig } from 'pg'
import { Fault, messageOf } from '../core/errors.js'
import type { Log } from '../ports.js'
import { lockFolder } from './lock.js'
import { openPglite, pgliteConfig } from './pglite.js'

/** A database by its pool of connections; the same SQL runs on both kinds. */
export type Database = {
  pool: Pool
  embedded: boolean
  /** How often this process flushed a file of the embedded database to disk; null where a server does that. */
  flushes(): number | null
  end(): Promise<void>
}

export type DatabaseOptions = { url?: string | undefined; dataDir: string; log: Log }

const MINUTE = 60_000
const CONNECTIONS = 10
/** How long a caller waits for a connection to a server. */
export const CONNECT_TIMEOUT = 5_000

/** PostgreSQL when a URL is given, otherwise the embedded database under `dataDir`, which this process then holds. */
export const openDatabase = async ({ url, dataDir, log }: DatabaseOptions): Promise<Database> =>
  url === undefined ? openEmbedded(dataDir, log) : openServer(url, log)

const openEmbedded = async (dataDir: string, log: Log): Promise<Database> => {
  const unlock = lockFolder(dataDir)
  try {
    const { pglite, flushes } = await openPglite(path.join(dataDir, 'pglite'))
    // A connection that was given up leaves its transaction behind: there is no server that ends it.
    const pool = newPool({ ...pgliteConfig(pglite), onConnect: runs('ROLLBACK') }, log)
    const stopUpkeep = startUpkeep(pool, log)
    const end = async () => {
      stopUpkeep()
      await pool.end()
      await pglite.close()
      unlock()
    }
    return { pool, embedded: true, flushes, end }
  } catch (error) {
    unlock()
    throw new Fault('store-unavailable', `cannot open the embedded database in ${dataDir}: ${messageOf(error)}`, {
      temporary: false,
      cause: error,
    })
  }
}

const openServer = (url: string, log: Log): Database => {
  const pool = newPool(
    {
      connectionString: url,
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      keepAlive: true,
      // The claims and the log's head are written for this level, whatever the server's default is.
      onConnect: runs("SET default_transaction_isolation = 'read committed'"),
    },
    log,
  )
  return { pool, embedded: false, flushes: () => null, end: () => pool.end() }
}

/** The pool waits for this before it hands out a connection that is new. */
const runs = (sql: string) => async (client: ClientBase) => {
  await client.query(sql)
}

/** A pool without a listener for errors ends the process when an idle connection is lost; it opens another anyway. */
const newPool = (config: PoolConfig, log: Log): Pool =>
  new Pool(config).on('error', (error) => log.warn({ error: messageOf(error) }, 'a database connection was lost'))

/** One process without background workers: nothing else would shorten the write-ahead log or reclaim dead rows. */
const startUpkeep = (pool: Pool, log: Log): (() => void) => {
  const every = (interval: number, sql: string) =>
    setInterval(() => {
      pool.query(sql).catch((error) => log.warn({ sql, error: messageOf(error) }, 'upkeep of the database failed'))
    }, interval).unref()
  const timers = [every(5 * MINUTE, 'CHECKPOINT'), every(60 * MINUTE, 'VACUUM (ANALYZE)')]
  return () => timers.forEach(clearInterval)
}
