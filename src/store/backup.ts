import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import * as path from 'node:path'
import type { PoolClient } from 'pg'
import { Fault, messageOf } from '../core/errors.js'
import type { Backup } from '../ports.js'
import { copyFolder, flush, type Statfs } from './copy-folder.js'

/** Beside the copied directory, for people and for scripts. */
const ABOUT = 'backup.json'

/** Of the name of a copy that is not whole; a process that was killed leaves one behind. */
const PARTIAL = '.partial-'

export type BackupSource = {
  /** The one connection of the embedded database: who holds it keeps everybody else from writing. */
  client: PoolClient
  /** The directory of that database. */
  folder: string
}

/**
 * Copies the embedded database into the new folder `to`, as it is at one moment: after a checkpoint, while nobody else
 * can write. The copy has its name only when all of it is on the disk.
 *
 * @throws Fault `backup-failed`; nothing is left of it then
 */
export const copyDatabase = async ({ client, folder }: BackupSource, to: string, look?: Statfs): Promise<Backup> => {
  const draft = `${to}${PARTIAL}${randomUUID()}`
  try {
    if (existsSync(to)) throw new Error('it is there already; name a new folder')
    if (isWithin(to, folder)) throw new Error('it is within the database itself; name a folder elsewhere')
    await mkdir(path.dirname(to), { recursive: true, mode: 0o700 })
    await mkdir(draft, { mode: 0o700 })
    await client.query('CHECKPOINT')
    const about = { at: new Date().toISOString(), head: await readHead(client) }
    const { octets } = await copyFolder(folder, path.join(draft, path.basename(folder)), look)
    await writeFile(path.join(draft, ABOUT), `${JSON.stringify(about, null, 2)}\n`, { mode: 0o600, flush: true })
    await flush(draft)
    await rename(draft, to)
    await flush(path.dirname(to))
    return { folder: to, octets, head: about.head }
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
    throw new Fault('backup-failed', `the database could not be copied to ${to}: ${messageOf(error)}`, {
      temporary: false,
      cause: error,
    })
  }
}

const isWithin = (at: string, folder: string): boolean => !path.relative(folder, at).startsWith('..')

const readHead = async (client: PoolClient): Promise<Backup['head']> => {
  const { rows } = await client.query<{ id: string; hash: string }>(
    'SELECT last_id::text AS id, hash FROM log_head WHERE last_id > 0',
  )
  return rows[0] ?? null
}

/** So many migrations back a copy is kept. */
const KEPT = 3

/**
 * Copies the embedded database into `backups` before a migration changes it, and removes the copies that are too old to
 * be of use. A program that starts again and again keeps one copy of each migration.
 */
export const copyBeforeMigration = async (
  source: BackupSource,
  { backups, migration, look }: { backups: string; migration: string; look?: Statfs | undefined },
): Promise<Backup> => {
  const name = `${backupName(new Date())}-before-${migration}`
  const made = await copyDatabase(source, path.join(backups, name), look).catch((error: unknown) => {
    throw new Fault(
      'backup-failed',
      `the database was left as it is, because it has to be brought up to date and there is no copy of it from before: ${messageOf(error)}. Mend that, or remove older copies, or make ${backups} a link to a folder on a larger disk; then start again`,
      { temporary: false, cause: error },
    )
  })
  await removeOld(backups)
  return made
}

/** `2026-01-31T10-00-00.000Z`: sorts by time, and no file system minds it. */
export const backupName = (at: Date): string => at.toISOString().replaceAll(':', '-')

const BEFORE = /^\d{4}-\d\d-\d\dT[\d.-]+Z-before-(?<migration>\w+)$/

const removeOld = async (backups: string): Promise<void> => {
  const names = await readdir(backups)
  for (const name of names.filter((name) => name.includes(PARTIAL))) await remove(backups, name)
  const newestFirst = names
    .filter((name) => BEFORE.test(name))
    .sort()
    .reverse()
  const kept = new Set<string | undefined>()
  for (const name of newestFirst) {
    const migration = BEFORE.exec(name)?.groups?.['migration']
    if (kept.has(migration) || kept.size === KEPT) await remove(backups, name)
    else kept.add(migration)
  }
}

const remove = (folder: string, name: string): Promise<void> =>
  rm(path.join(folder, name), { recursive: true, force: true })
