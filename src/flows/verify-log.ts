import { CHAIN_START, chainHash } from '../core/action-log.js'
import type { Deps } from './deps.js'

export type LogVerdict =
  | { whole: true; entries: number; head: string | null }
  | { whole: false; entries: number; brokenAt: string; reason: string }

const BATCH = 1_000

/**
 * Walks the action log's chain from its first entry and names the first one that does not fit: changed, removed or added
 * by another way than through the log. Entries written meanwhile are walked too.
 */
export const verifyLog = async (deps: Pick<Deps, 'store'>): Promise<LogVerdict> => {
  let previous = { id: '0', hash: CHAIN_START }
  let entries = 0
  for (;;) {
    const batch = await deps.store.actions.read(previous.id === '0' ? null : previous.id, BATCH)
    for (const entry of batch) {
      const expected = next(previous.id)
      if (entry.id !== expected) return broken(entries, expected, 'the entry is missing')
      const { hash, ...content } = entry
      if (chainHash(previous.hash, content) !== hash)
        return broken(entries, entry.id, 'the entry, or the one before it, was changed')
      previous = { id: entry.id, hash }
      entries++
    }
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
    return { whole: true, entries, head: entries === 0 ? null : head.hash }
  }
}

const next = (id: string): string => String(BigInt(id) + 1n)

const broken = (entries: number, brokenAt: string, reason: string): LogVerdict => ({
  whole: false,
  entries,
  brokenAt,
  reason,
})
