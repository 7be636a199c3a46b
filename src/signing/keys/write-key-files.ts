import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, Refusal } from '../../core/errors.js'
import { keyFault } from './folder.js'

/** A file of the keys folder that is to be made. */
export type NewFile = { name: string; content: string | Buffer; mode: 0o600 | 0o644 }

/**
 * The names that connections can give, which keeps files of keys apart from paths and options. Throws a `Refusal`.
 */
export const checkKeyName = (name: string): string => {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name) && !name.includes('..') && name !== 'README.md') return name
  throw new Refusal(
    'invalid',
    `"${name}" is no name for a key file: give one of letters, digits, dots, hyphens and underscores, without a folder.`,
  )
}

/**
 * Makes all of these files or none, durable when this resolves; never overwrites one. Throws a `Refusal` `conflict` that
 * names the one that is there, or a `Fault` `key-folder` where the folder cannot be written to.
 */
export const createKeyFiles = async (folder: string, files: readonly NewFile[]): Promise<void> => {
  const made: { file: NewFile; handle: FileHandle }[] = []
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const file of files) made.push({ file, handle: await open(join(folder, file.name), 'wx', file.mode) })
    for (const { file, handle } of made) await fill(handle, file)
    await syncFolder(folder)
  } catch (error) {
    for (const { file } of made) await rm(join(folder, file.name), { force: true })
    throw explained(folder, error)
  } finally {
    for (const { handle } of made) await handle.close()
  }
}

/**
 * Puts a file in the place of one of its name, so that readers see the whole old or the whole new one, durable when this
 * resolves. Throws a `Fault` `key-folder`.
 */
export const replaceKeyFile = async (folder: string, file: NewFile): Promise<void> => {
  const temporary = join(folder, `.${randomUUID()}.tmp`)
  try {
    const handle = await open(temporary, 'wx', file.mode)
    await fill(handle, file).finally(() => handle.close())
    await rename(temporary, join(folder, file.name))
    await syncFolder(folder)
  } catch (error) {
    await rm(temporary, { force: true })
    throw explained(folder, error)
  }
}

/** The octets of a file of the folder; null where there is none of that name. */
export const existingKeyFile = async (folder: string, name: string): Promise<Buffer | null> => {
  try {
    return await readFile(join(folder, name))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw explained(folder, error)
  }
}

/** The mode is set once more, because what `open` is given is narrowed by the process. */
const fill = async (handle: FileHandle, { content, mode }: NewFile): Promise<void> => {
  await handle.chmod(mode)
  await handle.writeFile(content)
  await handle.sync()
}

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

const explained = (folder: string, error: unknown): Error => {
  const taken = error instanceof Error && 'path' in error && codeOf(error) === 'EEXIST' ? error.path : folder
  // The folder itself may be a file.
  if (taken !== folder)
    return new Refusal('conflict', `${taken} is there already: choose another name, or move that file away.`)
  return keyFault('key-folder', `The keys folder ${folder} cannot be written to (${messageOf(error)}).`, error)
}
