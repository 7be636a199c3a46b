import { createHash, randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Pool, PoolClient } from 'pg'
import { Fault, messageOf } from '../core/errors.js'
import { translate } from './errors.js'
import { waitWithoutLimit } from './silence.js'

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

/** Called with the connection that migrates before a database that is in use is changed, with the name of the first change. */
export type BeforeMigration = (client: PoolClient, migration: string) => Promise<void>

type Migration = { name: string; sql: string; checksum: string }
type Row = { migration_name: string; checksum: string; finished_at: Date | null }

/**
 * Brings the database up to date and names what it applied. It does what `prisma migrate deploy` does, in this process:
 * Prisma's native engine is a download that not every machine may make, and it cannot reach PGlite. Table, checksums and
 * advisory lock are Prisma's, so the two may be mixed. Here a migration and its record are one transaction: one that
 * fails leaves nothing behind.
 *
 * @throws Fault `database-newer`, `migration-edited` or `migration-failed`, none of them temporary, what `before` throws, or
 *   what the database does where it goes away meanwhile
 */
export const migrate = async (
  pool: Pool,
  folder: string = MIGRATIONS_FOLDER,
  before: BeforeMigration = async () => {},
): Promise<string[]> => {
  const migrations = readMigrations(folder)
  const client = await pool.connect()
  waitWithoutLimit(client)
  try {
    await client.query(`SELECT pg_advisory_lock(${PRISMA_LOCK})`)
    await client.query(CREATE_TABLE)
    const { rows } = await client.query<Row>(READ_TABLE)
    const pending = compare(migrations, rows)
    const [first] = pending
    if (first !== undefined && rows.length > 0) await before(client, first.name)
    for (const migration of pending) await apply(client, migration)
    return pending.map(({ name }) => name)
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${PRISMA_LOCK})`).catch(() => undefined)
    client.release()
  }
}

const readMigrations = (folder: string): Migration[] =>
  fs
    .readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort()
    .map((name) => {
      const bytes = fs.readFileSync(path.join(folder, name, 'migration.sql'))
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') }
    })

/** The migrations that the database has not; or the reason why this program must not touch it. */
const compare = (migrations: readonly Migration[], rows: readonly Row[]): Migration[] => {
  const ours = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { migration_name: name, checksum, finished_at } of rows) {
    const migration = ours.get(name)
    if (migration === undefined)
      throw refuse(
        'database-newer',
        `the database is newer than this program: it has the migration ${name}. Start the version that made it, or a later one`,
      )
    if (finished_at === null)
      throw refuse(
        'migration-failed',
        `the migration ${name} failed half-way earlier, under another tool. Restore a backup, or mend it and tell ` +
          '`prisma migrate resolve`',
      )
    if (checksum !== migration.checksum)
      throw refuse(
        'migration-edited',
        `the migration ${name} was edited after it was applied. Put its migration.sql back as it was, and make a new one for the change`,
      )
  }
  const applied = new Set(rows.map((row) => row.migration_name))
  return migrations.filter(({ name }) => !applied.has(name))
}

const apply = async (client: PoolClient, { name, sql, checksum }: Migration): Promise<void> => {
  try {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query(RECORD, [randomUUID(), checksum, name])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    const known = translate(error)
    if (known instanceof Fault && known.temporary) throw known
    throw refuse('migration-failed', `the migration ${name} failed, nothing of it was kept: ${messageOf(error)}`, error)
  }
}

const refuse = (code: string, message: string, cause?: unknown) => new Fault(code, message, { temporary: false, cause })

/** The key that Prisma's own engine locks. */
const PRISMA_LOCK = 72707369

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`

const READ_TABLE =
  'SELECT migration_name, checksum, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY migration_name'

const RECORD = `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`
