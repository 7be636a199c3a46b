import { type ActionEntry, CHAIN_START, chainHash, entryDigest } from '../core/action-log.js'
import { Refusal } from '../core/errors.js'
import type { Link, Segment } from '../evidence/records.js'
import type { Deps } from './deps.js'

const BATCH = 1_000

/**
 * The log from the entry `from` to its end as it is now, the entries that are not `isOwn` by their digests alone. Throws
 * `Refusal` conflict where an entry does not fit the one before: such a segment would prove nothing.
 */
export const readSegment = async (
  { store }: Pick<Deps, 'store'>,
  { isOwn, from }: { isOwn: (entry: ActionEntry) => boolean; from: string | null },
): Promise<Segment> => {
  const end = await store.actions.head()
  if (end === null) return { before: CHAIN_START, links: [], head: null }
  const first = BigInt(from ?? end.id)
  const [before] = first === 1n ? [] : await store.actions.read(String(first - 2n), 1)
  const start = { id: String(first - 1n), hash: before?.hash ?? CHAIN_START }
  const links: Link[] = []
  let previous: { id: string; hash: string; at: Date } = { ...start, at: new Date(0) }
  while (BigInt(previous.id) < BigInt(end.id)) {
    const batch = await store.actions.read(previous.id, BATCH)
    for (const entry of batch) {
      if (BigInt(entry.id) > BigInt(end.id)) break
      requireLink(previous, entry)
      links.push(isOwn(entry) ? { kind: 'own', entry } : unnamed(entry))
      previous = entry
    }
    if (batch.length === 0) throw broken(String(BigInt(previous.id) + 1n))
  }
  return { before: start.hash, links, head: { id: previous.id, hash: previous.hash, at: previous.at } }
}

const requireLink = (previous: { id: string; hash: string }, { hash, ...entry }: ActionEntry): void => {
  const fits = BigInt(entry.id) === BigInt(previous.id) + 1n && chainHash(previous.hash, entry) === hash
  if (!fits) throw broken(String(BigInt(previous.id) + 1n))
}

const broken = (id: string): Refusal =>
  new Refusal(
    'conflict',
    `the log is broken at entry ${id}, so nothing can be proved by it: see what \`sealpost log verify\` says, and compare with a backup`,
  )

const unnamed = ({ hash, ...entry }: ActionEntry): Link =>
  entry.salt === null
    ? { kind: 'other-old', id: entry.id, hash }
    : { kind: 'other', id: entry.id, digest: entryDigest(entry) }
