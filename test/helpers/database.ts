import { createHash, randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import * as os from 'node:os'
import * as path from 'node:path'
import { Client, type Pool } from 'pg'
import { afterAll, describe } from 'vitest'
import type { Log } from '../../src/ports.js'
import { openDatabase } from '../../src/store/database.js'
import { MIGRATIONS_FOLDER } from '../../src/store/migrate.js'
import { type OpenedStore, openStore, storeOn } from '../../src/store/open.js'
import { emptierOf } from './empty-database.js'
import { isThere, needs, POSTGRES_URL } from './needs.js'

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** `empty` makes it as new, for the next test. */
export type TestDatabase = { store: OpenedStore; pool: Pool; empty(): Promise<void> }

/**
 * Runs one suite on the embedded database and on PostgreSQL. Each call of `open` gives a database of its own with all
 * migrations applied, which is closed and removed after the suite. Tests that write what others would meet share one and
 * empty it, which is far quicker than to open another:
 *
 *     await eachDatabase((name, open) => {
 *       let database: TestDatabase
 *       beforeAll(async () => { database = await open() })
 *       beforeEach(() => database.empty())
 *       test(...)
 *     })
 */
export const eachDatabase = async (
  body: (name: 'embedded' | 'postgresql', open: () => Promise<TestDatabase>) => void,
): Promise<void> => {
  describe('on the embedded database', () => body('embedded', closedAfter(openEmbedded)))
  const withServer = await needs('postgresql')
  withServer('on PostgreSQL', () => body('postgresql', closedAfter(openOnServer)))
}

/**
 * Runs one suite on PostgreSQL, or where there is none on the embedded database: for what uses a database as any would, which
 * takes twice as long on both. What databases differ in is a matter of `eachDatabase`.
 */
export const oneDatabase = async (body: (open: () => Promise<TestDatabase>) => void): Promise<void> => {
  if (await isThere('postgresql')) describe('on PostgreSQL', () => body(closedAfter(openOnServer)))
  else describe('on the embedded database', () => body(closedAfter(openEmbedded)))
}

/**
 * A store for any test, with a folder of its own, which its `close` removes too: on PostgreSQL, or where there is none on the
 * embedded database, which takes several times as long. With `dataDir` it is the embedded one that is there, or a new one,
 * and the folder is left to the test; with `embedded` it is a new one.
 */
export const openTestStore = async (options: { dataDir?: string; embedded?: true } = {}): Promise<TestStore> => {
  const embedded = options.dataDir !== undefined || options.embedded === true || !(await isThere('postgresql'))
  const dataDir = options.dataDir ?? temporaryFolder()
  const { store, remove, ...rest } = await (embedded ? openEmbedded(dataDir) : openOnServer())
  const close = async () => {
    await store.close()
    if (options.dataDir !== undefined) return
    await remove()
    fs.rmSync(dataDir, { recursive: true, force: true })
  }
  return { ...store, ...rest, close, dataDir }
}

/** `empty` makes it as new, for the next test; only where it was new when it was opened. */
export type TestStore = OpenedStore & { dataDir: string; pool: Pool; empty(): Promise<void> }

export const temporaryFolder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), 'sealpost-test-'))

type Opened = TestDatabase & { remove(): Promise<void> }

const closedAfter = (open: () => Promise<Opened>): (() => Promise<TestDatabase>) => {
  const opened: Opened[] = []
  afterAll(async () => {
    for (const { store, remove } of opened) {
      await store.close()
      await remove()
    }
  })
  return async () => {
    const database = await open()
    opened.push(database)
    return database
  }
}

const openEmbedded = async (dataDir = temporaryFolder()): Promise<Opened> => {
  await fillDataDir(dataDir)
  const database = await openDatabase({ dataDir, log: silentLog })
  const store = await storeOn(database, silentLog)
  const remove = async () => fs.rmSync(dataDir, { recursive: true, force: true })
  return { store, pool: database.pool, empty: await emptierOf(database.pool), remove }
}

const openOnServer = async (): Promise<Opened> => {
  const { url, remove } = await newServerDatabase()
  // No power cut is played here; the database is gone after the suite.
  const quick = `${url}?options=${encodeURIComponent('-c synchronous_commit=off')}`
  const database = await openDatabase({ url: quick, dataDir: '', log: silentLog })
  const store = await storeOn(database, silentLog)
  return { store, pool: database.pool, empty: await emptierOf(database.pool), remove }
}

/** A database of its own on PostgreSQL, with all migrations applied. */
export const newServerDatabase = async (): Promise<{ url: string; remove(): Promise<void> }> => {
  const name = `sealpost_test_${randomUUID().replaceAll('-', '')}`
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${await serverTemplate()}`)
  const remove = async () => {
    await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }
  return { url: urlOf(name), remove }
}

/** A data directory with all migrations, copied: a new one takes five times as long. */
const fillDataDir = async (dataDir: string): Promise<void> => {
  if (fs.existsSync(path.join(dataDir, 'pglite'))) return
  copyFolder(path.join(await embeddedTemplate(), 'pglite'), path.join(dataDir, 'pglite'))
}

/** `cpSync` looks at each of a thousand files several times, and takes as long as the database takes to open. */
export const copyFolder = (from: string, to: string): void => {
  fs.mkdirSync(to, { recursive: true, mode: 0o700 })
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isDirectory()) copyFolder(source, target)
    else fs.copyFileSync(source, target)
  }
}

/** Made once for each state of the migrations, and kept for later runs. Several processes may make it at once. */
export const embeddedTemplate = async (): Promise<string> => {
  const folder = path.join(os.tmpdir(), `sealpost-template-${fingerprint()}`)
  if (fs.existsSync(folder)) return folder
  const draft = temporaryFolder()
  const store = await openStore({ dataDir: draft, log: silentLog })
  await store.close()
  try {
    fs.renameSync(draft, folder)
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true })
    if (!fs.existsSync(folder)) throw error
  }
  return folder
}

const serverTemplate = async (): Promise<string> => {
  const name = `sealpost_template_${fingerprint()}`
  if (await serverHas(name)) return name
  const draft = `sealpost_draft_${randomUUID().replaceAll('-', '')}`
  await onServer(`CREATE DATABASE ${draft}`)
  const store = await openStore({ url: urlOf(draft), dataDir: '', log: silentLog })
  await store.close()
  try {
    await onServer(`ALTER DATABASE ${draft} RENAME TO ${name}`)
  } catch (error) {
    await onServer(`DROP DATABASE ${draft} WITH (FORCE)`)
    if (!(await serverHas(name))) throw error
  }
  return name
}

const serverHas = async (name: string): Promise<boolean> =>
  (await onServer('SELECT 1 FROM pg_database WHERE datname = $1', [name])) === 1

const onServer = async (sql: string, values: string[] = []): Promise<number> => {
  const client = new Client({ connectionString: POSTGRES_URL })
  await client.connect()
  try {
    return (await client.query(sql, values)).rowCount ?? 0
  } finally {
    await client.end()
  }
}

const urlOf = (database: string): string => {
  const url = new URL(POSTGRES_URL)
  url.pathname = `/${database}`
  return url.href
}

const fingerprint = (): string => {
  const hash = createHash('sha256').update(pgliteVersion())
  for (const name of fs.readdirSync(MIGRATIONS_FOLDER).sort()) {
    const file = path.join(MIGRATIONS_FOLDER, name, 'migration.sql')
    if (fs.existsSync(file)) hash.update(name).update(fs.readFileSync(file))
  }
  return hash.digest('hex').slice(0, 16)
}

const pgliteVersion = (): string => {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  return fs.readFileSync(path.join(path.dirname(entry), '..', 'package.json'), 'utf8')
}
