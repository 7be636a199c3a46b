import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.js'
import { MIGRATIONS_FOLDER } from '../../src/store/migrate.js'
import { type OpenedStore, openStore, storeOn } from '../../src/store/open.js'
import { silentLog, temporaryFolder } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'
import { type Cluster, newCluster } from '../helpers/postgres-cluster.js'
import { aMail } from './samples.js'

const AWAY = { name: 'Fault', code: 'store-unavailable', temporary: true }

const withServer = await needs('postgresql-server')
withServer('a PostgreSQL that goes away', () => {
  let cluster: Cluster
  let store: OpenedStore
  let pool: Pool
  const open = () => openStore({ url: cluster.url, dataDir: '', log: silentLog })

  beforeAll(async () => {
    cluster = await newCluster()
  })
  beforeEach(async () => {
    const database = await openDatabase({ url: cluster.url, dataDir: '', log: silentLog })
    pool = database.pool
    store = await storeOn(database, silentLog)
  })
  afterEach(async () => {
    cluster.thaw()
    await store.close()
  })
  afterAll(() => cluster.remove())

  const backends = async (): Promise<{ pid: number; state: string; waits: string | null }[]> => {
    const about = `SELECT pid, state, wait_event_type AS waits FROM pg_stat_activity WHERE usename = 'gateway'`
    return (await cluster.query(about)).rows
  }
  /** A connection for each of so many questions at once. */
  const warm = (count: number) => Promise.all(Array.from({ length: count }, () => pool.query('SELECT pg_sleep(0.2)')))

  const tasks: [string, () => Promise<unknown>][] = [
    ['a mail', () => store.mails.accept(aMail(null))],
    ['another mail, which shares the commit of the next', () => store.mails.accept(aMail(null))],
    ['a question', () => store.connections.list()],
    ['a transaction', () => store.transaction(({ users }) => users.count())],
    ['a sign of life', () => store.ping()],
  ]
  const outcomes = () => Promise.all(tasks.map(async ([, task]) => task().catch((error: unknown) => error)))
  const allAway = tasks.map(() => expect.objectContaining(AWAY))

  test('one that hangs while it holds connections is away, and leaves no transaction behind', async () => {
    await warm(6)
    let stand = (): void => {}
    const standing = new Promise<void>((resolve) => {
      stand = resolve
    })
    const within = store
      .transaction(async ({ users }) => {
        await users.count()
        cluster.freeze()
        stand()
        return users.count()
      })
      .catch((error: unknown) => error)
    await standing
    expect(await outcomes()).toEqual(allAway)
    expect(await within).toMatchObject(AWAY)
    cluster.thaw()
    expect(await store.mails.accept(aMail(null))).toMatchObject({ duplicate: false })
    await expect.poll(backends).not.toContainEqual(expect.objectContaining({ state: 'idle in transaction' }))
    expect(await store.transaction(({ users }) => users.count())).toBe(0)
  })

  test.each([
    ['has no such database', /\/gateway$/, '/nothing', 'database "nothing" does not exist'],
    ['does not know the user', /gateway@/, 'stranger@', 'role "stranger" does not exist'],
  ])('one that %s says so in a sentence with what to mend', async (_, part, other, words) => {
    const opening = openStore({ url: cluster.url.replace(part, other), dataDir: '', log: silentLog })
    await expect(opening).rejects.toMatchObject({
      ...AWAY,
      message: `the database server refuses the gateway; mend DATABASE_URL, or what the server has and allows (${words})`,
    })
  })

  test('one that hangs at the start is away', async () => {
    cluster.freeze()
    await expect(open()).rejects.toMatchObject(AWAY)
    cluster.thaw()
  })

  test('one that is stopped is away, in words that tell no line of the program, and is found again', async () => {
    await warm(3)
    await cluster.stop('immediate')
    expect(await outcomes()).toEqual(allAway)
    const { message } = await store.connections.list().catch((error) => error)
    expect(message).toMatch(/^the database does not answer; try again later \([^()]+\)$/)
    expect(message).not.toMatch(/invocation|\.ts|=>/)
    await expect(open()).rejects.toMatchObject({ ...AWAY, message: expect.stringContaining('ECONNREFUSED') })
    await cluster.start()
    expect(await store.mails.accept(aMail(null))).toMatchObject({ duplicate: false })
  })

  test('one that has no connection left is away until it has', async () => {
    await cluster.query('ALTER ROLE gateway CONNECTION LIMIT 0')
    for (const { pid } of await backends()) await cluster.query('SELECT pg_terminate_backend($1)', [pid])
    await expect.poll(backends).toEqual([])
    expect(await outcomes()).toEqual(allAway)
    expect(await store.connections.list().catch((error) => error.message)).toContain('too many connections')
    await cluster.query('ALTER ROLE gateway CONNECTION LIMIT -1')
    expect(await store.mails.accept(aMail(null))).toMatchObject({ duplicate: false })
  })

  test('a standby takes nothing and is not ready, until it is promoted', async () => {
    await cluster.stop('fast')
    cluster.demote()
    await cluster.start()
    await expect(store.mails.accept(aMail(null))).rejects.toMatchObject(AWAY)
    await expect(store.ping()).rejects.toMatchObject({ ...AWAY, message: expect.stringContaining('standby') })
    await expect(open()).rejects.toMatchObject(AWAY)
    await cluster.query('SELECT pg_promote()')
    await store.ping()
    expect(await store.mails.accept(aMail(null))).toMatchObject({ duplicate: false })
  })

  test('a start whose connection ends in the middle ends with the reason, and the next one does the rest', async () => {
    const other = await cluster.session()
    await other.query('SELECT pg_advisory_lock(72707369)') // as another process that migrates
    const opening = open().catch((error: unknown) => error)
    await expect.poll(backends).toContainEqual(expect.objectContaining({ waits: 'Lock' }))
    for (const { pid } of await backends()) await cluster.query('SELECT pg_terminate_backend($1)', [pid])
    expect(await opening).toMatchObject(AWAY)
    await other.end()
    await (await open()).close()
  })

  test('a migration that the end of its connection breaks off is none that failed', async () => {
    const folder = temporaryFolder()
    cpSync(MIGRATIONS_FOLDER, folder, { recursive: true })
    mkdirSync(path.join(folder, '9999_endless'))
    writeFileSync(path.join(folder, '9999_endless/migration.sql'), 'SELECT pg_sleep(3600)')
    const database = await openDatabase({ url: cluster.url, dataDir: '', log: silentLog })
    const opening = storeOn(database, silentLog, folder).catch((error: unknown) => error)
    await expect.poll(backends).toContainEqual(expect.objectContaining({ waits: 'Timeout' }))
    for (const { pid } of await backends()) await cluster.query('SELECT pg_terminate_backend($1)', [pid])
    expect(await opening).toMatchObject(AWAY)
    rmSync(folder, { recursive: true })
    expect((await open().then((opened) => opened.close().then(() => opened))).applied).toEqual([])
  })

  test('a server ends a transaction whose process stands still: its locks would hold up all others', async () => {
    const { rows } = await pool.query(`SELECT current_setting('idle_in_transaction_session_timeout') AS limit`)
    expect(rows).toEqual([{ limit: '30s' }])
  })

  test('a server compiles none of our statements: that takes longer than to run them', async () => {
    const { rows } = await pool.query(`SELECT current_setting('jit') AS jit`)
    expect(rows).toEqual([{ jit: 'off' }])
  })
})
