import { randomUUID } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, link, lstat, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import * as path from 'node:path'
import { Fault, messageOf } from '../core/errors.js'
import type { FormAccount, FormFolder, FormRead } from '../ports.js'
import { absent, codeOf, FRESH, inFolder, makeFolder, writeWhole } from './owned-folder.js'
import { readAccounts } from './read-accounts.js'

export const ACCOUNTS_FILE = 'accounts.yaml'
export const TRIGGER = 'dom-order.upd'
const FORM = /^dom-order\../
const ACCEPTED = /^dom-order\..+\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** Octets; one more than a form may have is read, so that it is seen to be longer. */
const MOST_OCTETS = 65_537
/** So many files of one account are looked at in a pass, so that none keeps the others waiting. */
const MOST_FORMS = 1_000
/** A file that was changed so short a time ago may still be written. Milliseconds. */
const SETTLES_MS = 2_000
const PARTS = { etc: 0o770, orders: 0o750, var: 0o750 } as const
type Part = keyof typeof PARTS

/**
 * Forms below a folder of the operator, `ACCOUNT/etc/dom-order.DOMAIN`. Whoever owns a folder can put a link in its place at
 * any moment, so each folder is opened without following one, and what is in it is named through that descriptor (/proc of
 * Linux): nothing outside is ever read, written or moved.
 */
export const openFormFolder = (root: string): FormFolder => ({
  accounts: () => accountsOf(root),
  list: async (account, now) => {
    await makeFolders(root, account)
    const held = await endHalfDone(root, account, now)
    const names = await within(root, account, 'etc', (etc) => readdir(etc))
    return names
      .filter((name) => FORM.test(name) && name !== TRIGGER && !held.has(name))
      .sort()
      .slice(0, MOST_FORMS)
  },
  read: (account, name, now) => within(root, account, 'etc', (etc) => readForm(path.join(etc, name), now)),
  accept: async (account, name, { orderId, octets, stamp }) => {
    await within(root, account, 'orders', async (orders) => {
      await writeWhole(orders, `${name}.${orderId}`, octets)
      await within(root, account, 'etc', (etc) => takeAway({ etc, name, orders, stamp }))
    })
  },
  uncopied: async (account) => {
    const copied = new Set(await within(root, account, 'var', (folder) => readdir(folder)))
    const files = await within(root, account, 'orders', (folder) => readdir(folder))
    return files.flatMap((file) => {
      const orderId = ACCEPTED.exec(file)?.[1]
      return orderId === undefined || copied.has(file) ? [] : [{ file, orderId }]
    })
  },
  copy: async (account, file) => {
    const octets = await within(root, account, 'orders', (orders) => readPlain(path.join(orders, file)))
    if (octets !== null) await within(root, account, 'var', (folder) => writeWhole(folder, file, octets))
  },
})

const accountsOf = async (root: string): Promise<FormAccount[]> => {
  const file = path.join(root, ACCOUNTS_FILE)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(`${file} cannot be read: ${messageOf(error)}; list in it who may order by forms`, error)
  })
  const accounts = readAccounts(text)
  if (accounts.ok) return accounts.value
  throw unreadable(`${file} is no list of accounts: ${accounts.problems.map(({ detail }) => detail).join('; ')}`)
}

const unreadable = (text: string, cause?: unknown) => new Fault('forms-unreadable', text, { temporary: true, cause })

const makeFolders = async (root: string, account: string): Promise<void> => {
  await makeFolder(path.join(root, account), 0o750)
  await inFolder(path.join(root, account), async (at) => {
    for (const [part, mode] of Object.entries(PARTS)) await makeFolder(path.join(at, part), mode)
  })
}

const within = <T>(root: string, account: string, part: Part, work: (at: string) => Promise<T>): Promise<T> =>
  inFolder(path.join(root, account), (at) => inFolder(path.join(at, part), work))

const readForm = async (file: string, now: Date): Promise<FormRead> => {
  const before = await lstat(file, { bigint: true }).catch(absent)
  if (before === null) return { kind: 'gone' }
  const refused = (detail: string): FormRead => ({ kind: 'refused', detail, stamp: stampOf(before) })
  if (!before.isFile()) return refused('This is no plain file, such as a link or a folder; put the form itself here.')
  if (before.nlink > 1n) return refused('This file has a second name elsewhere (a hard link); put a copy of it here.')
  if (Math.abs(now.getTime() - Number(before.mtimeMs)) < SETTLES_MS) return { kind: 'young' }
  // Without O_NONBLOCK a pipe that was put there meanwhile would hold us for ever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(file, flags).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return null
    if (codeOf(error) === 'EACCES') return codeOf(error)
    throw error
  })
  if (handle === null) return { kind: 'gone' }
  if (typeof handle === 'string') return refused('It cannot be read by the gateway; let its group read it.')
  try {
    const octets = await readSome(handle)
    const after = await handle.stat({ bigint: true })
    // Another file by now, or one that was written to meanwhile: the next pass sees what became of it.
    if (stampOf(after) !== stampOf(before)) return { kind: 'young' }
    return { kind: 'read', octets, touchedAt: new Date(Number(after.mtimeMs)), stamp: stampOf(after) }
  } finally {
    await handle.close()
  }
}

const readSome = async (handle: FileHandle): Promise<Buffer> => {
  const buffer = Buffer.alloc(MOST_OCTETS)
  let filled = 0
  for (let more = true; more && filled < MOST_OCTETS; ) {
    const { bytesRead } = await handle.read(buffer, filled, MOST_OCTETS - filled, filled)
    filled += bytesRead
    more = bytesRead > 0
  }
  return buffer.subarray(0, filled)
}

const readPlain = async (file: string): Promise<Buffer | null> => {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await open(file, flags).catch(absent)
  if (handle === null) return null
  try {
    return (await handle.stat()).isFile() ? await readSome(handle) : null
  } finally {
    await handle.close()
  }
}

type Taking = { etc: string; name: string; orders: string; stamp: string }

/**
 * Takes the file away that was read. Another may be put in its place until the very last moment, so it is moved aside first
 * and looked at there; one that was not read goes back, unless a third lies there by now.
 */
const takeAway = async ({ etc, name, orders, stamp }: Taking): Promise<void> => {
  const taken = path.join(orders, `${TAKEN}${randomUUID()}-${name}`)
  const moved = await rename(path.join(etc, name), taken).then(() => true, absent)
  if (moved === null) return
  const aside = await lstat(taken, { bigint: true }).catch(absent)
  if (aside !== null && stampOf(aside) !== stamp) await putBack(taken, path.join(etc, name))
  await unlink(taken).catch(absent)
}

const putBack = async (taken: string, file: string): Promise<void> => {
  await link(taken, file).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error
  })
}

const TAKEN = '.taken-'
const LEFT = /^\.taken-[0-9a-f-]{36}-(dom-order\..+)$/

/**
 * Ends what a process that was killed left half done. The names of forms that somebody may be at work on still: one that is being
 * put back has two names for a moment, and would be refused for that.
 */
const endHalfDone = async (root: string, account: string, now: Date): Promise<ReadonlySet<string>> => {
  for (const part of ['orders', 'var'] as const) await within(root, account, part, (at) => removeHalfWritten(at, now))
  return within(root, account, 'orders', (orders) =>
    within(root, account, 'etc', (etc) => endTaking({ orders, etc }, now)),
  )
}

const removeHalfWritten = async (at: string, now: Date): Promise<void> => {
  for (const name of await readdir(at))
    if (name.startsWith(FRESH) && (await isLeft(path.join(at, name), now)))
      await unlink(path.join(at, name)).catch(absent)
}

/** A form that was moved aside and not looked at: one that has its copy among the accepted was read, any other goes back. */
const endTaking = async ({ orders, etc }: { orders: string; etc: string }, now: Date): Promise<ReadonlySet<string>> => {
  const held = new Set<string>()
  const names = await readdir(orders)
  for (const left of names) {
    const [, name] = LEFT.exec(left) ?? []
    if (name === undefined) continue
    const taken = path.join(orders, left)
    if (await isLeft(taken, now)) {
      const copies = names.filter((one) => ACCEPTED.test(one) && one.slice(0, -ORDER_LENGTH) === name)
      if (!(await isAmong(orders, left, copies))) await putBack(taken, path.join(etc, name))
      await unlink(taken).catch(absent)
    } else held.add(name)
  }
  return held
}

/** `.` and the id of an order. */
const ORDER_LENGTH = 37

/** Whether nobody can be at work on it any more. */
const isLeft = async (file: string, now: Date): Promise<boolean> => {
  const found = await lstat(file).catch(absent)
  return found !== null && Math.abs(now.getTime() - found.ctimeMs) > LEFT_MS
}

/** What is done with a file that was moved aside takes a thousandth of this. Milliseconds. */
const LEFT_MS = 60_000

const isAmong = async (folder: string, name: string, others: readonly string[]): Promise<boolean> => {
  const octets = await readPlain(path.join(folder, name))
  if (octets === null) return false
  for (const other of others) if ((await readPlain(path.join(folder, other)))?.equals(octets)) return true
  return false
}

const stampOf = ({ dev, ino, size, mtimeNs }: BigIntStats): string => `${dev}:${ino}:${size}:${mtimeNs}`
