/**
 * Folders below one of the operator's that somebody else owns, who can put a link in the place of anything at any moment. Each is
 * opened without following one, and what is in it is named through that descriptor (/proc of Linux).
 */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, rename, unlink } from 'node:fs/promises'
import * as path from 'node:path'

const FOLDER_ONLY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** Names in it are good for as long as the work goes on. */
export const inFolder = async <T>(folder: string, work: (at: string) => Promise<T>): Promise<T> => {
  const handle = await open(folder, FOLDER_ONLY)
  try {
    return await work(process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : folder)
  } finally {
    await handle.close()
  }
}

/** It may be there already. */
export const makeFolder = async (at: string, mode: number): Promise<void> => {
  await mkdir(at, { mode }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })
}

/** Begins the name of a file that is being written. */
export const FRESH = '.new-'

/** Whole or not at all, and on the disk, under that name. */
export const writeWhole = async (folder: string, name: string, octets: Buffer | string): Promise<void> => {
  const fresh = path.join(folder, `${FRESH}${randomUUID()}`)
  const handle = await open(fresh, 'wx', 0o640)
  try {
    await handle
      .writeFile(octets)
      .then(() => handle.sync())
      .finally(() => handle.close())
    await rename(fresh, path.join(folder, name))
  } catch (error) {
    await unlink(fresh).catch(absent)
    throw error
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

export const absent = (error: unknown): null => {
  if (codeOf(error) === 'ENOENT') return null
  throw error
}
