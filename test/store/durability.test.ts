import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import * as path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DatabaseOptions, openDatabase } from '../../src/store/database.js'
import { openPglite, pgliteConfig } from '../../src/store/pglite.js'
import { copyFolder, embeddedTemplate, openTestStore, silentLog, temporaryFolder } from '../helpers/database.js'
import { aConnection, aMail, NOON, placed, unique } from './samples.js'

const root = temporaryFolder()
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

const preparedFolder = async (): Promise<string> => {
  const folder = path.join(root, unique())
  copyFolder(path.join(await embeddedTemplate(), 'pglite'), folder)
  return folder
}

/** Runs commits one after the other and says of which the write-ahead log was on disk before they were acknowledged. */
const flushedBeforeAcknowledged = async (pool: Pool, flushes: () => number): Promise<boolean[]> => {
  const commits = [
    () =>
      pool.query(`INSERT INTO connections (id, title, profile, config, created_at, reply_to, keys_due_at)
        VALUES ('${unique()}', '${unique()}', '', '{}', now(), '${unique()}', now())`),
    () => pool.query('BEGIN; CREATE TABLE IF NOT EXISTS t (id int); INSERT INTO t VALUES (1); COMMIT'),
    () => pool.query('UPDATE t SET id = id + 1'),
  ]
  const results: boolean[] = []
  for (const commit of [...commits, ...commits]) {
    const before = flushes()
    await commit()
    results.push(flushes() > before)
  }
  return results
}

describe('the embedded database', () => {
  test('acknowledges no commit before its log is on the disk', async () => {
    const folder = await preparedFolder()
    let walFlushes = 0
    const flush = (fd: number) => {
      fs.fsyncSync(fd)
      if (fs.readlinkSync(`/proc/self/fd/${fd}`).includes('/pg_wal/')) walFlushes++
    }
    const { pglite } = await openPglite(folder, flush)
    const pool = new Pool(pgliteConfig(pglite))
    expect((await pool.query('SHOW fsync')).rows).toEqual([{ fsync: 'on' }])
    expect((await pool.query('SHOW wal_sync_method')).rows).toEqual([{ wal_sync_method: 'fsync' }])
    expect(await flushedBeforeAcknowledged(pool, () => walFlushes)).toEqual(Array(6).fill(true))
    await pool.end()
    await pglite.close()
  })

  test('would not, as it is released: the test above sees the difference', async () => {
    const files = new NodeFS(await preparedFolder())
    const pglite = await PGlite.create({ fs: files })
    const pool = new Pool(pgliteConfig(pglite))
    const flushes = countFsyncs()
    expect(await flushedBeforeAcknowledged(pool, flushes.count)).toEqual(Array(6).fill(false))
    flushes.stop()
    await pool.end()
    await pglite.close()
  })

  test('acknowledges nothing whose flush fails', async () => {
    const folder = await preparedFolder()
    let broken = false
    const { pglite } = await openPglite(folder, (fd) => {
      if (broken) throw new Error('input/output error')
      fs.fsyncSync(fd)
    })
    const pool = new Pool(pgliteConfig(pglite)).on('error', () => {})
    await pool.query('CREATE TABLE t (id int)')
    broken = true
    await expect(pool.query('INSERT INTO t VALUES (1)')).rejects.toThrow()
    await pool.end()
    await pglite.close().catch(() => undefined)
  })

  describe('on a disk that breaks', () => {
    let repair = () => {}
    afterEach(() => repair())
    const openBreakable = async (options: Partial<DatabaseOptions>) => {
      const dataDir = path.join(root, unique())
      copyFolder(await embeddedTemplate(), dataDir)
      const flushes = breakableFsync()
      repair = flushes.repair
      const { pool } = await openDatabase({ dataDir, log: silentLog, ...options })
      pool.on('error', () => {})
      await pool.query('CREATE TABLE t (id int)')
      return { pool, break: flushes.break }
    }

    test.each([['returns'], ['throws']])('says so before anything is acknowledged (the handler %s)', async (how) => {
      const told: string[] = []
      let acknowledged = false
      const disk = await openBreakable({
        onBrokenDisk: (error) => {
          told.push(`${error.message}, acknowledged: ${acknowledged}`)
          if (how === 'throws') throw error
        },
      })
      disk.break()
      void disk.pool.query('INSERT INTO t VALUES (1)').then(
        () => {
          acknowledged = true
        },
        () => {},
      )
      await expect.poll(() => told[0]).toBe('EIO: input/output error, fsync, acknowledged: false')
      expect(acknowledged).toBe(false)
    })

    test('ends the process with one line that says why', async () => {
      const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
        throw new Error(`exit ${code}`)
      })
      const errors: string[] = []
      const disk = await openBreakable({ log: { ...silentLog, error: (_, message) => errors.push(message) } })
      disk.break()
      void disk.pool.query('INSERT INTO t VALUES (1)').catch(() => {})
      await expect.poll(() => exit.mock.calls[0]).toEqual([75])
      expect(errors[0]).toMatch(/^the disk refused to keep a commit \(EIO.*\): the process ends here/)
      exit.mockRestore()
    })
  })

  describe('through the store', () => {
    let store: Awaited<ReturnType<typeof openTestStore>>
    beforeAll(async () => {
      store = await openTestStore({ embedded: true })
    })
    afterAll(() => store.close())
    const flushed = async (work: () => Promise<unknown>): Promise<number> => {
      const before = store.flushes() ?? 0
      await work()
      return (store.flushes() ?? 0) - before
    }

    test.each([
      ['a mail that comes in', () => store.mails.accept(aMail(null))],
      ['a row', () => store.connections.insert(aConnection())],
      ['a transaction', () => store.transaction((tables) => placed(tables))],
      [
        'a line of the action log',
        () => store.actions.append([{ at: NOON, level: 'info', actor: 'system', event: 'test', text: 'test' }]),
      ],
    ])('%s is on disk when the call resolves', async (_, work) => {
      expect(await flushed(work)).toBeGreaterThanOrEqual(1)
    })

    test('mails that arrive together share flushes, and each is there when its call resolves', async () => {
      const mails = Array.from({ length: 40 }, () => aMail(null))
      const flushes = await flushed(() =>
        Promise.all(
          mails.map(async (mail) => {
            const before = store.flushes() ?? 0
            await store.mails.accept(mail)
            expect(store.flushes()).toBeGreaterThan(before)
          }),
        ),
      )
      expect(flushes).toBeLessThan(20)
      for (const { id, raw } of mails) expect(await store.mails.raw(id)).toEqual(raw)
    })
  })
})

/** Makes every fsync of this process fail from `break` to `repair`. */
const breakableFsync = () => {
  const { fsyncSync } = fs
  let broken = false
  const use = (fsync: typeof fsyncSync) => {
    fs.fsyncSync = fsync
    syncBuiltinESMExports()
  }
  use((fd) => {
    if (broken) throw new Error('EIO: input/output error, fsync')
    fsyncSync(fd)
  })
  return {
    break: () => {
      broken = true
    },
    repair: () => use(fsyncSync),
  }
}

/** Counts every fsync and fdatasync that this process asks for. */
const countFsyncs = (): { count(): number; stop(): void } => {
  const { fsyncSync, fdatasyncSync } = fs
  let calls = 0
  fs.fsyncSync = (fd) => {
    calls++
    fsyncSync(fd)
  }
  fs.fdatasyncSync = (fd) => {
    calls++
    fdatasyncSync(fd)
  }
  return { count: () => calls, stop: () => Object.assign(fs, { fsyncSync, fdatasyncSync }) }
}
