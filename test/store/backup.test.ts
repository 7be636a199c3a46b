import * as fs from 'node:fs'
import * as path from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { verifyLog } from '../../src/flows/verify-log.js'
import { copyDatabase } from '../../src/store/backup.js'
import { openDatabase } from '../../src/store/database.js'
import { MIGRATIONS_FOLDER } from '../../src/store/migrate.js'
import { storeOn } from '../../src/store/open.js'
import { embeddedTemplate, openTestStore, silentLog, temporaryFolder } from '../helpers/database.js'
import { aConnection, aMail, NOON } from './samples.js'

const root = temporaryFolder()
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))
const newFolder = () => fs.mkdtempSync(path.join(root, 'data-'))

const anEntry = (text: string) => ({ at: NOON, level: 'info' as const, actor: 'system', event: 'test', text })
const roomFor = (mib: number) => async () => ({ bavail: mib * 256, bsize: 4_096 })

describe('a copy of the embedded database', () => {
  test('made while it is in use is the database of one moment, and says where its log ends', async () => {
    const dataDir = newFolder()
    const store = await openTestStore({ dataDir })
    const connection = aConnection()
    await store.connections.insert(connection)
    const before = [aMail(connection.id), aMail(connection.id)]
    for (const mail of before) await store.mails.accept(mail)
    const place = await store.findPlace()
    await store.transaction((tables) => tables.place.record(place))
    await store.actions.append([anEntry('before')])
    const [meanwhile, made] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => store.mails.accept(aMail(connection.id)))),
      store.backUp(path.join(root, 'copy')),
      ...Array.from({ length: 20 }, (_, index) => store.actions.append([anEntry(`meanwhile ${index}`)])),
    ])
    expect(meanwhile).toHaveLength(20)
    await store.close()

    const restored = newFolder()
    fs.renameSync(path.join(made.folder, 'pglite'), path.join(restored, 'pglite'))
    const again = await openTestStore({ dataDir: restored })
    for (const { id, raw } of before) expect(await again.mails.raw(id)).toEqual(raw)
    expect(await again.actions.head()).toEqual(made.head)
    expect(await verifyLog({ store: again })).toMatchObject({ whole: true, head: made.head?.hash })
    const { head } = JSON.parse(fs.readFileSync(path.join(made.folder, 'backup.json'), 'utf8'))
    expect(head).toEqual(made.head)
    const found = await again.findPlace()
    expect(await again.transaction((tables) => tables.place.record(found))).toBe('moved')
    await again.close()
  })

  describe('that cannot be made', () => {
    let database: Awaited<ReturnType<typeof openDatabase>>
    let folder: string
    beforeEach(async () => {
      const dataDir = newFolder()
      fs.cpSync(await embeddedTemplate(), dataDir, { recursive: true })
      database = await openDatabase({ dataDir, log: silentLog })
      folder = path.join(dataDir, 'pglite')
    })
    afterEach(() => database.end())

    test('leaves nothing behind, says why, and the database goes on', async () => {
      const client = await database.pool.connect()
      const place = newFolder()
      const to = path.join(place, 'copy')
      const copy = (target: string, look = roomFor(10_000)) => copyDatabase({ client, folder }, target, look)
      await expect(copy(to, roomFor(70))).rejects.toThrow(/copied to .*copy: a copy takes \d+ MiB.*has 70 MiB/)
      await expect(copy(place)).rejects.toThrow(/is there already; name a new folder/)
      await expect(copy(path.join(folder, 'base', 'copy'))).rejects.toThrow(/is within the database itself/)
      fs.symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'base', 'broken'))
      await expect(copy(to)).rejects.toMatchObject({ code: 'backup-failed', temporary: false })
      expect(fs.readdirSync(place)).toEqual([])
      await client.query('CREATE TABLE later (id int)')
      client.release()
    })
  })
})

describe('before a migration', () => {
  const migrationsWith = (...names: string[]): string => {
    const folder = newFolder()
    fs.cpSync(MIGRATIONS_FOLDER, folder, { recursive: true })
    for (const name of names) {
      fs.mkdirSync(path.join(folder, name))
      fs.writeFileSync(path.join(folder, name, 'migration.sql'), `CREATE TABLE "${name}" (id int)`)
    }
    return folder
  }
  const open = async (dataDir: string, migrations: string) =>
    storeOn(await openDatabase({ dataDir, log: silentLog }), silentLog, migrations)
  const FIRST = '29990101000000_first'

  test('the embedded database is copied, and the copy is of before', async () => {
    const dataDir = newFolder()
    const fresh = await openTestStore({ dataDir })
    await fresh.actions.append([anEntry('before')])
    const head = await fresh.actions.head()
    await fresh.close()
    expect(fs.existsSync(path.join(dataDir, 'backups'))).toBe(false)

    const migrations = migrationsWith(FIRST, '29990101000001_second')
    const store = await open(dataDir, migrations)
    expect(store.applied).toHaveLength(2)
    await store.close()
    await (await open(dataDir, migrations)).close()
    const [name, ...others] = fs.readdirSync(path.join(dataDir, 'backups'))
    expect([name, others]).toEqual([expect.stringMatching(/^\d{4}-.*Z-before-29990101000000_first$/), []])

    const restored = newFolder()
    fs.renameSync(path.join(dataDir, 'backups', name ?? '', 'pglite'), path.join(restored, 'pglite'))
    const old = await openTestStore({ dataDir: restored }) // the program of before: it refuses what is newer
    expect(await old.actions.head()).toEqual(head)
    await old.close()
  })

  test('a copy that fails stops it, and nothing is changed', async () => {
    const dataDir = newFolder()
    await (await openTestStore({ dataDir })).close()
    fs.writeFileSync(path.join(dataDir, 'backups'), 'in the way')
    const opening = open(dataDir, migrationsWith(FIRST))
    await expect(opening).rejects.toMatchObject({ code: 'backup-failed', temporary: false })
    await expect(opening).rejects.toThrow(/was left as it is.*no copy of it from before.*Mend that.*then start again/)
    const store = await openTestStore({ dataDir })
    expect(store.applied).toEqual([])
    await store.close()
  })

  test('copies of three migrations are kept, one each, and copies of other kinds for ever', async () => {
    const dataDir = newFolder()
    const backups = path.join(dataDir, 'backups')
    await (await openTestStore({ dataDir })).close()
    const old = ['a', 'b', 'c', 'c'].map((migration, at) => `2026-01-0${at + 1}T00-00-00.000Z-before-${migration}`)
    for (const name of [...old, '2026-01-01T00-00-00.000Z', 'mine', `${old[0]}.partial-x`])
      fs.mkdirSync(path.join(backups, name), { recursive: true })
    await (await open(dataDir, migrationsWith(FIRST))).close()
    const kept = fs.readdirSync(backups).filter((name) => !name.endsWith(FIRST))
    expect(kept.sort()).toEqual([
      '2026-01-01T00-00-00.000Z',
      '2026-01-02T00-00-00.000Z-before-b',
      '2026-01-04T00-00-00.000Z-before-c',
      'mine',
    ])
  })
})
