import * as fs from 'node:fs'
import * as path from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { MIGRATIONS_FOLDER, migrate } from '../../src/store/migrate.js'
import { openStore } from '../../src/store/open.js'
import { eachDatabase, openTestStore, silentLog, temporaryFolder } from '../helpers/database.js'

const root = temporaryFolder()
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

/** The program's migrations up to the one before this. */
const folderBefore = (name: string): string => {
  const folder = fs.mkdtempSync(path.join(root, 'migrations-'))
  fs.cpSync(MIGRATIONS_FOLDER, folder, { recursive: true })
  for (const entry of fs.readdirSync(folder))
    if (/^\d/.test(entry) && entry >= name) fs.rmSync(path.join(folder, entry), { recursive: true })
  return folder
}

/** The program's own migrations and one more. */
const folderWith = (sql: string): string => {
  const folder = fs.mkdtempSync(path.join(root, 'migrations-'))
  fs.cpSync(MIGRATIONS_FOLDER, folder, { recursive: true })
  fs.mkdirSync(path.join(folder, '29990101000000_later'))
  fs.writeFileSync(path.join(folder, '29990101000000_later', 'migration.sql'), sql)
  return folder
}

await eachDatabase((_, open) => {
  let pool: Pool
  beforeAll(async () => {
    pool = (await open()).pool
  })
  beforeEach(async () => {
    await pool.query(`DROP TABLE IF EXISTS later; DELETE FROM _prisma_migrations WHERE migration_name LIKE '2999%'`)
  })
  const rows = async (sql: string) => (await pool.query({ text: sql, rowMode: 'array' })).rows

  test('applies what is new, once, also when several start at once', async () => {
    const folder = folderWith('CREATE TABLE later (id int); INSERT INTO later VALUES (1)')
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(pool, folder)))
    expect(applied.flat()).toEqual(['29990101000000_later'])
    expect(await rows('SELECT id FROM later')).toEqual([[1]])
    expect(await migrate(pool, folder)).toEqual([])
  })

  test('refuses a database that is newer than the program, and changes nothing', async () => {
    await migrate(pool, folderWith('CREATE TABLE later (id int)'))
    await expect(migrate(pool)).rejects.toMatchObject({ code: 'database-newer', temporary: false })
    await expect(migrate(pool)).rejects.toThrow(/newer than this program.*29990101000000_later.*Start the version/)
  })

  test('refuses a migration that was edited after it was applied', async () => {
    await migrate(pool, folderWith('CREATE TABLE later (id int)'))
    const edited = folderWith('CREATE TABLE later (id bigint)')
    await expect(migrate(pool, edited)).rejects.toMatchObject({ code: 'migration-edited' })
    await expect(migrate(pool, edited)).rejects.toThrow(/29990101000000_later was edited/)
  })

  test('refuses a database in which a migration failed under another tool', async () => {
    const folder = folderWith('CREATE TABLE later (id int)')
    await migrate(pool, folder)
    await pool.query(`UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '2999%'`)
    await expect(migrate(pool, folder)).rejects.toThrow(/failed half-way earlier/)
    await pool.query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name LIKE '2999%'`)
    await pool.query('DROP TABLE later')
    expect(await migrate(pool, folder)).toEqual(['29990101000000_later'])
  })

  test('leaves nothing of a migration that fails, and can be tried again', async () => {
    const bad = folderWith('CREATE TABLE later (id int); SELECT 1 / 0')
    await expect(migrate(pool, bad)).rejects.toMatchObject({ code: 'migration-failed' })
    await expect(migrate(pool, bad)).rejects.toThrow(/later failed, nothing of it was kept: division by zero/)
    expect(await rows(`SELECT to_regclass('later')::text`)).toEqual([[null]])
    expect(await migrate(pool, folderWith('CREATE TABLE later (id int)'))).toEqual(['29990101000000_later'])
  })
})

await eachDatabase((_, open) => {
  let pool: Pool
  const NAME = '20261122045252_store_hardening'
  beforeAll(async () => {
    pool = (await open()).pool
  })
  beforeEach(async () => {
    await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    await migrate(pool, folderBefore(NAME))
  })
  const addConnection = (id: string, replyTo: string, removedAt: string | null = null) =>
    pool.query(
      `INSERT INTO connections (id, title, profile, config, created_at, removed_at) VALUES ($1, $1, '', $2, now(), $3)`,
      [id, JSON.stringify({ registry: { replyTo } }), removedAt],
    )
  const FIRST = '0190f000-0000-7000-8000-000000000001'

  test('the hardening of the store fills in what older rows lack, and leaves the log for its verification', async () => {
    await addConnection('old', 'A@in.example', '2026-01-01')
    await addConnection('new', 'a@IN.example')
    await pool.query(`INSERT INTO mail_digests VALUES ('new', 'aa'), ('', 'bb'), ('new', 'lost')`)
    const mails = [
      [FIRST, 'new', 'aa'],
      [FIRST.replace('1', '2'), 'new', 'aa'],
      [FIRST.replace(/1$/, '3'), null, 'bb'],
    ]
    for (const [id, connection, sha256] of mails)
      await pool.query(
        `INSERT INTO mails (id, direction, connection_id, envelope, received_at, sha256, size, raw, stage, orders)
         VALUES ($1, 'in', $2, '{}', now(), $3, 0, '', 'received', '{}')`,
        [id, connection, sha256],
      )
    await pool.query(`INSERT INTO actions (id, at, level, actor, event, text, data, hash)
      VALUES (-1, now(), 'info', 'a', 'e', 't', '[]', '')`)
    expect(await migrate(pool)).toContain(NAME)
    expect((await pool.query('SELECT id, reply_to FROM connections ORDER BY id')).rows).toEqual([
      { id: 'new', reply_to: 'a@in.example' },
      { id: 'old', reply_to: 'a@in.example' },
    ])
    expect((await pool.query('SELECT sha256, request_id, mail_id FROM mail_digests ORDER BY 1')).rows).toEqual([
      { sha256: 'aa', request_id: '', mail_id: FIRST },
      { sha256: 'bb', request_id: '', mail_id: FIRST.replace(/1$/, '3') },
    ])
  })

  test('it refuses two connections with one reply address, and says what to do', async () => {
    await addConnection('one', 'A@in.example')
    await addConnection('two', 'a@in.example')
    await expect(migrate(pool)).rejects.toThrow(
      /two connections have the reply address a@in\.example: start the version/,
    )
  })
})

test('a store that cannot be used is closed again: its folder is free for the right program', async () => {
  const dataDir = fs.mkdtempSync(path.join(root, 'data-'))
  const store = await openTestStore({ dataDir })
  expect(store.applied).toEqual([])
  await store.close()
  const lost = path.join(dataDir, 'pglite', 'global', 'pg_control')
  fs.renameSync(lost, `${lost}.away`)
  await expect(openStore({ dataDir, log: silentLog })).rejects.toThrow()
  fs.renameSync(`${lost}.away`, lost)
  const again = await openTestStore({ dataDir })
  await again.ping()
  await again.close()
})

await eachDatabase((_, open) => {
  test('connections of before several keys are kept as those of after it', async () => {
    const { pool } = await open()
    const NAME = '20261122060651_trust'
    await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    await migrate(pool, folderBefore(NAME))
    const config = {
      signing: { scheme: 'openpgp-clear', key: 'a.asc', passphraseEnv: null },
      trust: {
        keys: [{ file: 'r.asc', notBefore: null, notAfter: '2026-12-31T00:00:00.000Z' }],
        ...{ schemes: ['openpgp-clear'], maxAge: 1, allowUnsigned: false },
      },
      account: { regacc: 'DENIC-1' },
    }
    await pool.query(
      `INSERT INTO connections (id, title, profile, config, created_at, reply_to) VALUES ('c', 't', 'p', $1, now(), 'a')`,
      [JSON.stringify(config)],
    )
    expect(await migrate(pool)).toContain(NAME)
    const [row] = (await pool.query('SELECT config, keys_due_at <= now() AS due FROM connections')).rows
    expect(row).toEqual({
      due: true,
      config: {
        ...config,
        signing: {
          scheme: 'openpgp-clear',
          keys: [{ file: 'a.asc', passphraseEnv: null, notBefore: null, notAfter: null }],
        },
        trust: {
          ...config.trust,
          keys: [{ ...config.trust.keys[0], names: null }],
          ...{ weak: [], senderChecks: 'off' },
        },
      },
    })
  })
})

let orders = 0
/** Ids grow as those of orders do. */
const nextId = (): string => `0190f000-0000-7000-8000-${String(++orders).padStart(12, '0')}`

await eachDatabase((_, open) => {
  test('what was locked is told by the last order of the mode of the domain, where it is registered', async () => {
    const { pool } = await open()
    const NAME = '20261129103000_transfer_away'
    await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    await migrate(pool, folderBefore(NAME))
    await pool.query(
      `INSERT INTO connections (id, title, profile, config, created_at, reply_to, keys_due_at) VALUES ('c', 't', 'p', '{}', now(), 'a', now())`,
    )
    const domains: [string, string, string, [string, string][]][] = [
      [
        'locked.net',
        'live',
        'registered',
        [
          ['lock', 'live'],
          ['release', 'test'],
        ],
      ],
      [
        'free.net',
        'live',
        'faulty',
        [
          ['release', 'live'],
          ['lock', 'test'],
        ],
      ],
      [
        'tried.net',
        'test',
        'registered',
        [
          ['lock', 'test'],
          ['release', 'live'],
        ],
      ],
      [
        'anew.net',
        'live',
        'registered',
        [
          ['lock', 'live'],
          ['register', 'live'],
        ],
      ],
      ['left.net', 'live', 'gone', [['lock', 'live']]],
    ]
    for (const [name, mode, state, orders] of domains) {
      await pool.query(
        `INSERT INTO domains (name, unicode_name, state, detail, connection_id, mode, nameservers, contacts, epp_status, since)
         VALUES ($1::text, $1::text, $2, 'update', 'c', $3, '[]', '{}', '{}', now())`,
        [name, state, mode],
      )
      for (const [action, at] of orders)
        await pool.query(
          `INSERT INTO orders (id, account_id, billing_order_id, action, domain, status, connection_id, mode, terms, body_hash, created_at, updated_at)
           VALUES ($1::uuid, 'a', $1::text, $2, $3, 'done', 'c', $4, '{}', '', now(), now())`,
          [nextId(), action, name, at],
        )
    }
    expect(await migrate(pool)).toContain(NAME)
    const { rows } = await pool.query('SELECT name, locked FROM domains ORDER BY name')
    expect(Object.fromEntries(rows.map(({ name, locked }) => [name, locked]))).toEqual({
      ...{ 'locked.net': true, 'free.net': false, 'tried.net': true },
      ...{ 'anew.net': null, 'left.net': null },
    })
  })
})
