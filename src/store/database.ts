import * as fs from 'node:fs'
import * as path from 'node:path'
import { type ClientBase, Pool, type PoolConfig } from 'pg'
import { Fault, messageOf } from '../core/errors.js'
import type { Log } from '../ports.js'
import { lockFolder } from './lock.js'
import { placeOfFolder, placeOnServer } from './place.js'
import { limitSilence } from './silence.js'

/** A database by its pool of connections; the same SQL runs on both kinds. */
export type Database = {
  pool: Pool
  embedded: boolean
  /** Tells it from every copy of it. */
  place(): Promise<string>
  /** How often this process flushed a file of the embedded database to disk; null where a server does that. */
  flushes(): number | null
  /** Files of the embedded database, and where its copies go; null where a server has them. */
  files: { folder: string; backups: string } | null
  end(): Promise<void>
}

export type DatabaseOptions = {
  url?: string | undefined
  dataDir: string
  log: Log
  /**
   * Called when the disk does not take what the embedded database has to keep, before anything more is acknowledged. The
   * database is of no use after that. By default the process ends with the exit code 75 (sysexits.h, EX_TEMPFAIL).
   */
  onBrokenDisk?: ((error: Error) => void) | undefined
}

const MINUTE = 60_000
const CONNECTIONS = 10
/** How long a caller waits for a connection to a server. */
export const CONNECT_TIMEOUT = 5_000
/** How long a server may say nothing to a statement. */
const SILENCE = 10_000
/**
 * How long a server keeps a transaction in which nothing is asked, with its locks: whoever stands still in the middle, or
 * is cut off by the network, would hold up every other process. More than any transaction of ours may take.
 */
const FORSAKEN = 30_000

/**
 * What a connection to a server has, whatever the server's defaults are. The claims and the log's head are written for this
 * isolation. To compile a statement takes a tenth of a second and more, and none of ours is worth that: each finds a page of
 * rows by an index.
 */
const SESSION = `SET default_transaction_isolation = 'read committed';
  SET idle_in_transaction_session_timeout = ${FORSAKEN}; SET jit = off`

/** PostgreSQL when a URL is given, otherwise the embedded database under `dataDir`, which this process then holds. */
export const openDatabase = async ({ url, dataDir, log, onBrokenDisk }: DatabaseOptions): Promise<Database> =>
  url === undefined ? openEmbedded(dataDir, log, onBrokenDisk ?? endProcess(log)) : openServer(url, log)

const openEmbedded = async (dataDir: string, log: Log, onBrokenDisk: (error: Error) => void): Promise<Database> => {
  makePrivate(dataDir)
  const unlock = lockFolder(dataDir)
  try {
    const folder = path.join(dataDir, 'pglite')
    makePrivate(folder)
    // A process on a server has no use for the 11 MB of it.
    const { openPglite, pgliteConfig } = await import('./pglite.js')
    const { pglite, flushes } = await openPglite(folder, fs.fsyncSync, onBrokenDisk)
    // A connection that was given up leaves its transaction behind: there is no server that ends it.
    const pool = newPool({ ...pgliteConfig(pglite), onConnect: runs('ROLLBACK') }, log)
    const stopUpkeep = startUpkeep(pool, log)
    const end = async () => {
      stopUpkeep()
      await pool.end()
      await pglite.close()
      unlock()
    }
    const files = { folder, backups: path.join(dataDir, 'backups') }
    return { pool, embedded: true, place: () => placeOfFolder(folder), flushes, files, end }
  } catch (error) {
    unlock()
    throw new Fault('store-unavailable', `cannot open the embedded database in ${dataDir}: ${messageOf(error)}`, {
      temporary: false,
      cause: error,
    })
  }
}

/** Makes the folder, or takes one that is there, for the owner alone: nobody else reaches the files within. */
const makePrivate = (folder: string): void => {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    if ((fs.statSync(folder).mode & 0o777) !== 0o700) fs.chmodSync(folder, 0o700)
  } catch (error) {
    throw new Fault(
      'store-unavailable',
      `${folder} cannot be made a folder of this user alone (mode 700): ${messageOf(error)}. Give it to the user that the gateway runs as, or give the gateway another SEALPOST_DATA`,
      { temporary: false, cause: error },
    )
  }
}

/** PostgreSQL aborts on such an error, and within this process every caller would wait for its answer for ever. */
const endProcess =
  (log: Log) =>
  (error: Error): void => {
    log.error(
      { error: messageOf(error) },
      `the disk refused to keep a commit (${messageOf(error)}): the process ends here, so that what is on the disk is found again at the next start`,
    )
    process.exit(75)
  }

const openServer = (url: string, log: Log): Database => {
  const pool = newPool(
    {
      connectionString: url,
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      keepAlive: true,
      onConnect: runs(SESSION),
    },
    log,
  )
  const letGo = limitSilence(pool, SILENCE)
  return {
    pool,
    embedded: false,
    place: () => placeOnServer(pool),
    flushes: () => null,
    files: null,
    end: () => pool.end().then(letGo),
  }
}

/** The pool waits for this before it hands out a connection that is new. */
const runs = (sql: string) => async (client: ClientBase) => {
  await client.query(sql)
}

/**
 * A pool without a listener for errors ends the process when an idle connection is lost, and so does a connection in use;
 * the pool opens another anyway, and whoever waits for an answer hears of it by that.
 */
const newPool = (config: PoolConfig, log: Log): Pool =>
  new Pool(config)
    .on('error', (error) => log.warn({ error: messageOf(error) }, 'a database connection was lost'))
    .on('connect', (client) => void client.on('error', () => undefined))

/**
 * A prepared statement keeps the plan that was best for a small table until its statistics are renewed, and a server's own
 * workers do that within a minute. Tables that doubled since are read here; one of few pages is quick in any way.
 */
const RENEW_STATISTICS = `DO $$ DECLARE grown regclass; BEGIN
  FOR grown IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND pg_relation_size(oid) > 2 * greatest(relpages, 8) * current_setting('block_size')::bigint
  LOOP EXECUTE format('ANALYZE %s', grown); END LOOP; END $$`

/** One process without background workers: nothing else would shorten the write-ahead log or reclaim dead rows. */
const startUpkeep = (pool: Pool, log: Log): (() => void) => {
  const every = (interval: number, sql: string) =>
    setInterval(() => {
      pool.query(sql).catch((error) => log.warn({ sql, error: messageOf(error) }, 'upkeep of the database failed'))
    }, interval).unref()
  const timers = [
    every(MINUTE / 4, RENEW_STATISTICS),
    every(5 * MINUTE, 'CHECKPOINT'),
    every(60 * MINUTE, 'VACUUM (ANALYZE)'),
  ]
  return () => timers.forEach(clearInterval)
}
