import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { Fault, messageOf } from '../core/errors.js'

/**
 * Holds `folder` for this process until the function that it returns is called or the process ends. The lock is a file
 * `process.lock` that names its holder by process id, start time and boot, so that an id that was given to another
 * process (always so for process 1 of a container) does not count as the holder. A dead process's lock is taken over; a
 * live one's never. It protects within one machine: a folder on a network drive belongs to one machine at a time.
 *
 * @throws Fault `store-locked` while another process holds it, `store-unavailable` where the folder cannot be written
 */
export const lockFolder = (folder: string): (() => void) => {
  const file = path.join(folder, 'process.lock')
  const mine = identityOf(process.pid) ?? String(process.pid)
  for (let attempt = 0; attempt < 10; attempt++) {
    if (take(file, mine)) return holding(file, mine)
    const holder = read(file)
    if (holder === null) continue
    const pid = Number.parseInt(holder, 10)
    if (identityOf(pid) === holder) throw inUse(folder, pid)
    removeStale(file, holder)
  }
  throw new Fault('store-locked', `${file}: other processes keep taking it; try again`, { temporary: true })
}

const inUse = (folder: string, pid: number) =>
  new Fault(
    'store-locked',
    `${folder} is in use by process ${pid}: one process at a time can have the embedded database. Stop that process, ` +
      'or give this one another SEALPOST_DATA, or set DATABASE_URL to let several share a PostgreSQL',
    { temporary: false },
  )

/** A link appears with its content or not at all: nobody ever reads half a lock. */
const take = (file: string, content: string): boolean => {
  const draft = `${file}.${process.pid}.${randomUUID()}`
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    fs.writeFileSync(draft, content, { mode: 0o600 })
    fs.linkSync(draft, file)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw new Fault('store-unavailable', `cannot write ${file}: ${messageOf(error)}`, { temporary: true, cause: error })
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

/** Of two that find the same dead lock, one moves it away; who moved a live one by mistake puts it back. */
const removeStale = (file: string, stale: string): void => {
  const aside = `${file}.${process.pid}.${randomUUID()}`
  try {
    fs.renameSync(file, aside)
    if (read(aside) !== stale) fs.linkSync(aside, file)
  } catch (error) {
    if (!isCode(error, 'ENOENT') && !isCode(error, 'EEXIST')) throw error
  } finally {
    fs.rmSync(aside, { force: true })
  }
}

const holding = (file: string, mine: string): (() => void) => {
  const release = () => {
    process.off('exit', release)
    if (read(file) === mine) fs.rmSync(file, { force: true })
  }
  process.on('exit', release)
  return release
}

/** Process id, start time and boot of a live process; the bare id where there is no /proc; null when it is dead. */
const identityOf = (pid: number): string | null => {
  const stat = read(`/proc/${pid}/stat`)
  const boot = read('/proc/sys/kernel/random/boot_id')
  if (boot === null) return isAlive(pid) ? String(pid) : null
  // The command within stat may hold blanks and brackets; the start time is the 20th field after it (proc(5)).
  return stat === null ? null : `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]} ${boot.trim()}`
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return isCode(error, 'EPERM')
  }
}

const read = (file: string): string | null => {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
