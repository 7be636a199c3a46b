import { constants, copyFile, mkdir, open, readdir, stat, statfs } from 'node:fs/promises'
import * as path from 'node:path'
import { Fault } from '../core/errors.js'

export type Statfs = (folder: string) => Promise<{ bavail: number; bsize: number }>

/** What stays free beside a copy, for the database itself. Octets. */
const SPARE = 64 * 1024 * 1024
const MIB = 1024 * 1024

/**
 * Copies a folder with everything in it, for its owner alone; each file is on the disk when this resolves. The names of
 * `to` itself are its caller's to flush.
 *
 * @throws Fault `disk-full` before anything is written where there is no room for it
 */
export const copyFolder = async (from: string, to: string, look: Statfs = statfs): Promise<{ octets: number }> => {
  const octets = await sizeOf(from)
  const { bavail, bsize } = await look(path.dirname(to))
  const free = bavail * bsize
  if (free < octets + SPARE)
    throw new Fault(
      'disk-full',
      `a copy takes ${Math.ceil(octets / MIB)} MiB, ${SPARE / MIB} MiB have to stay free, and ${path.dirname(to)} has ${Math.floor(free / MIB)} MiB`,
      { temporary: false },
    )
  await copyTree(from, to)
  return { octets }
}

const sizeOf = async (folder: string): Promise<number> => {
  let octets = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name)
    octets += entry.isDirectory() ? await sizeOf(at) : (await stat(at)).size
  }
  return octets
}

const copyTree = async (from: string, to: string): Promise<void> => {
  await mkdir(to, { mode: 0o700 })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isDirectory()) await copyTree(source, target)
    else {
      await copyFile(source, target, constants.COPYFILE_FICLONE)
      await flush(target)
    }
  }
  await flush(to)
}

export const flush = async (at: string): Promise<void> => {
  const file = await open(at, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
