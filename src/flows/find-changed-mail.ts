import { createHash } from 'node:crypto'
import type { ActionEntry } from '../core/action-log.js'
import type { MailDigests } from '../ports.js'
import type { Erasures } from './logged-erasures.js'
import { readOctets } from './read-octets.js'
import type { VerifyDeps } from './verify-log.js'

/** `at` is the place of the entry among those that were given. */
export type ChangedMail = { at: number; id: string; reason: string }

/**
 * The first of these entries with the digest of a mail that is not there any more, or not with those octets. An archived
 * mail is read, so that its file is held to its digest too. A mail that says of itself that its octets were erased is given to
 * `erasures`: whether they were is for the log to say.
 */
export const findChangedMail = async (
  deps: VerifyDeps,
  entries: readonly ActionEntry[],
  erasures: Erasures,
): Promise<ChangedMail | null> => {
  const named = entries.flatMap(({ mailId, data }, at) => {
    const { sha256 } = data
    return mailId === null || typeof sha256 !== 'string' ? [] : [{ at, id: mailId, sha256 }]
  })
  if (named.length === 0) return null
  const rows = new Map((await deps.store.mails.digests(named.map(({ id }) => id))).map((row) => [row.id, row]))
  for (const { at, id, sha256 } of named) {
    const row = rows.get(id)
    if (row !== undefined && row.sha256 === sha256 && row.erasedAt !== null && row.found === null)
      erasures.claim(id, entries[at]?.id ?? null)
    else if (row === undefined) return { at, id, reason: `mail ${id}, which it names, is missing` }
    else {
      const reason = await changeOf(deps, row, sha256)
      if (reason !== null) return { at, id, reason }
    }
  }
  return null
}

const changeOf = async (deps: VerifyDeps, row: MailDigests, logged: string): Promise<string | null> => {
  const { id, sha256, found, archivedAt, erasedAt } = row
  const changed = `mail ${id} is not the one that it names: its octets had the SHA-256 ${logged}`
  if (sha256 !== logged) return `${changed}, and its row says ${sha256}`
  if (found !== null) return found === logged ? null : `${changed}, and have ${found} now`
  if (archivedAt === null) return `the octets of mail ${id}, which it names, were removed`
  if (deps.archive === undefined) return null
  const octets = await readOctets({ store: deps.store, archive: deps.archive }, { id, sha256, erasedAt })
  if (octets.kind === 'gone') return octets.reason
  const now = createHash('sha256').update(octets.raw).digest('hex')
  return now === logged ? null : `${changed}, and have ${now} now`
}
