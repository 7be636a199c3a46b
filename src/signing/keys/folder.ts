import { constants, type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault, messageOf } from '../../core/errors.js'

/** A file as it is now. `stamp` changes when it is replaced or written to. */
export type FoundFile = { mode: number; stamp: string; read(): Promise<Buffer> }

export const keyFault = (code: string, message: string, cause?: unknown): Fault =>
  new Fault(code, message, { temporary: false, cause })

/** Works with a file of the folder while it is open. Throws a `Fault`: `key-missing`, or `key-unusable` where it cannot be read. */
export const withKeyFile = async <T>(
  folder: string,
  file: string,
  work: (found: FoundFile) => Promise<T>,
): Promise<T> => {
  const handle = await openFile(folder, file)
  try {
    const found = await handle.stat()
    if (!found.isFile())
      throw keyFault('key-unusable', `Key file ${file} is no regular file: put the key there as one.`)
    const { size, mtimeMs, ctimeMs, ino, mode } = found
    const stamp = [size, mtimeMs, ctimeMs, ino].join(' ')
    return await work({ mode, stamp, read: () => readFrom(handle, file, size) })
  } finally {
    await handle.close()
  }
}

const openFile = async (folder: string, file: string): Promise<FileHandle> => {
  if (!/^[^/\\\0]+$/.test(file) || file.includes('..') || file === '.') {
    throw keyFault(
      'key-missing',
      `Key file "${file}" is not a file name: give the name of a file in the keys folder, without a path.`,
    )
  }
  try {
    // A named pipe would be waited for until somebody writes to it, which keeps a thread of ours.
    return await open(join(folder, file), constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const text = isAbsent(error)
      ? `Key file ${file} is not in the keys folder ${folder}: put it there, or name another file.`
      : `Key file ${file} cannot be opened (${messageOf(error)}): let this program's user read it.`
    throw keyFault('key-missing', text, error)
  }
}

const isAbsent = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Octets; a key with its chain has some thousands. */
export const MAX_KEY_FILE = 1024 * 1024

const readFrom = async (handle: FileHandle, file: string, size: number): Promise<Buffer> => {
  if (size > MAX_KEY_FILE)
    throw keyFault('key-unusable', `Key file ${file} has ${size} octets: export the key alone into it.`)
  return handle.readFile().catch((error: unknown) => {
    throw keyFault('key-unusable', `Key file ${file} cannot be read (${messageOf(error)}).`, error)
  })
}

const GROUP_AND_OTHERS = 0o077

/** Throws a `Fault` `key-mode` for a private key that others can read or write. */
export const checkMode = (file: string, mode: number): void => {
  if ((mode & GROUP_AND_OTHERS) === 0) return
  const shown = (mode & 0o777).toString(8).padStart(4, '0')
  throw keyFault('key-mode', `Private key file ${file} can be read by others (mode ${shown}): run chmod 600 on it.`)
}

/** The files of the folder by name, without hidden ones and the page about keys. None where there is no folder. */
export const listKeyFiles = async (folder: string): Promise<string[]> => {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
    return files.filter((name) => !name.startsWith('.') && name !== 'README.md').sort()
  } catch (error) {
    if (isAbsent(error)) return []
    throw keyFault(
      'key-missing',
      `The keys folder ${folder} cannot be read (${messageOf(error)}): let this program's user read it.`,
      error,
    )
  }
}
