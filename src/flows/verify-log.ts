import { type ActionEntry, CHAIN_START, chainHash } from '../core/action-log.js'
import type { MailArchive } from '../ports.js'
import type { Deps } from './deps.js'
import { findChangedMail } from './find-changed-mail.js'
import { loggedErasures } from './logged-erasures.js'

/**
 * `brokenAt` is the first entry that does not fit, or that names a mail which is not what it was; null for a mail that no
 * entry names. `mail` is null where the entry itself is broken.
 */
export type LogVerdict =
  | { whole: true; entries: number; head: string | null }
  | { whole: false; entries: number; brokenAt: string | null; mail: string | null; reason: string }

/** Without the archive, octets that are in it are not looked at. */
export type VerifyDeps = Pick<Deps, 'store'> & { archive?: MailArchive }

const BATCH = 1_000

/**
 * Walks the action log's chain from its first entry and names the first one that does not fit: changed, removed or added
 * by another way than through the log. Mails are held to the digests that it has of them, and those without octets to its
 * entries `data.erased`. Entries written meanwhile are
 * walked too.
 */
export const verifyLog = async (deps: VerifyDeps): Promise<LogVerdict> => {
  let previous = { id: '0', hash: CHAIN_START }
  let entries = 0
  const erasures = loggedErasures()
  for (;;) {
    const batch = await deps.store.actions.read(previous.id === '0' ? null : previous.id, BATCH)
    const problem = findBroken(previous, batch)
    const good = problem === null ? batch : batch.slice(0, problem.at)
    const mail = await findChangedMail(deps, good, erasures)
    if (mail !== null) return broken(entries + mail.at, good[mail.at]?.id ?? null, mail.reason, mail.id)
    entries += good.length
    erasures.note(good)
    if (problem !== null) return broken(entries, problem.id, problem.reason)
    previous = batch.at(-1) ?? previous
    if (batch.length > 0) continue
    const head = (await deps.store.actions.head()) ?? { id: '0', hash: CHAIN_START }
    if (BigInt(head.id) > BigInt(previous.id)) {
      const written = await deps.store.actions.read(previous.id === '0' ? null : previous.id, 1)
      if (written.length === 0)
        return broken(entries, next(previous.id), 'the entry is missing from the end of the log')
      continue
    }
    if (head.id !== previous.id) return broken(entries, next(head.id), 'the entry was added past the end of the chain')
    if (head.hash !== previous.hash) return broken(entries, head.id, 'the entry is not the one that was written last')
    const [added] = await deps.store.mails.unlogged(1)
    if (added !== undefined)
      return broken(
        entries,
        null,
        `no entry of the log has the digest of mail ${added}: it was added past the log`,
        added,
      )
    const kept = erasures.unfounded()
    if (kept !== null)
      return broken(
        entries,
        kept.entry,
        `the octets of mail ${kept.mail}, which it names, are gone, and its row says that they were erased: no entry data.erased of the log does`,
        kept.mail,
      )
    return { whole: true, entries, head: entries === 0 ? null : head.hash }
  }
}

/** The first entry that does not follow from the one before, and where among these it is or should be. */
const findBroken = (start: { id: string; hash: string }, batch: readonly ActionEntry[]) => {
  let previous = start
  for (const [at, entry] of batch.entries()) {
    const { hash, ...content } = entry
    const expected = next(previous.id)
    if (entry.id !== expected) return { at, id: expected, reason: 'the entry is missing' }
    if (chainHash(previous.hash, content) !== hash)
      return { at, id: entry.id, reason: 'the entry, or the one before it, was changed' }
    previous = entry
  }
  return null
}

const next = (id: string): string => String(BigInt(id) + 1n)

const broken = (entries: number, brokenAt: string | null, reason: string, mail: string | null = null): LogVerdict => ({
  ...{ whole: false, entries, brokenAt, mail, reason },
})
