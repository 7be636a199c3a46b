import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import * as path from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { Fault, messageOf } from '../core/errors.js'
import type { ArchivedOctets, MailArchive } from '../ports.js'
import { flush } from './copy-folder.js'

const compress = promisify(gzip)
const expand = promisify(gunzip)

/** What the listener takes, with room to spare: a file that grows beyond it is none of ours. Octets. */
const LARGEST = 64 * 1024 * 1024

/**
 * Octets of mails as compressed files under `folder`, named for their digest: the same octets are one file, and a name
 * says what has to be in it. A file is never changed, so that copies of the folder only need what is new.
 */
export const openMailArchive = (folder: string): MailArchive => {
  const at = (sha256: string): string => path.join(folder, fileOf(sha256))

  const read = async (sha256: string): Promise<ArchivedOctets> => {
    const packed = await readFile(at(sha256)).catch((error: unknown) => {
      if (isCode(error, 'ENOENT')) return null
      throw fault(`cannot read ${at(sha256)}`, error)
    })
    if (packed === null) return { kind: 'absent' }
    const raw = await expand(packed, { maxOutputLength: LARGEST }).catch(() => null)
    return raw !== null && digestOf(raw) === sha256 ? { kind: 'found', raw } : { kind: 'damaged' }
  }

  const write = async (sha256: string, raw: Buffer): Promise<void> => {
    if ((await read(sha256)).kind !== 'found') await put(at(sha256), await compress(raw))
    // Also a file that was there: whoever wrote it may have died before it was on the disk.
    await flush(at(sha256))
    await flush(path.dirname(at(sha256)))
    await flush(folder)
    if ((await read(sha256)).kind !== 'found') throw new Error(`${at(sha256)} cannot be read back as it was written`)
  }

  const remove = async (sha256: string): Promise<void> => {
    await rm(at(sha256), { force: true })
    await flush(path.dirname(at(sha256))).catch((error: unknown) => {
      if (!isCode(error, 'ENOENT')) throw error
    })
  }

  return {
    place: `${hostname()}:${folder}`,
    fileOf,
    read,
    write: (sha256, raw) =>
      write(sha256, raw).catch((error: unknown) => {
        throw fault(`cannot archive a mail in ${folder}`, error)
      }),
    remove: (sha256) =>
      remove(sha256).catch((error: unknown) => {
        throw fault(`cannot remove ${at(sha256)}`, error)
      }),
  }
}

/** 256 folders, so that none has too many files. */
const fileOf = (sha256: string): string => path.join(sha256.slice(0, 2), `${sha256}.eml.gz`)

/** A name appears with its whole content or not at all, whoever else writes the same. */
const put = async (file: string, content: Buffer): Promise<void> => {
  const draft = `${file}.${randomUUID()}`
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw error
  }
}

const digestOf = (raw: Buffer): string => createHash('sha256').update(raw).digest('hex')

const fault = (what: string, cause: unknown): Fault =>
  new Fault('archive-unavailable', `${what}: ${messageOf(cause)}`, { temporary: true, cause })

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
