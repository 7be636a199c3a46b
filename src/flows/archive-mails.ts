import { createHash } from 'node:crypto'
import { durationText } from '../core/duration.js'
import type { ArchivableMail, Tables } from '../ports.js'
import type { Deps } from './deps.js'

/** Mails of one run, and of one entry in the log. */
const BATCH = 100
/** How soon it is tried again where a run died or its disk failed. */
const RETRY_MS = 10 * 60_000
/** How soon there may be more where all that was old enough is archived. */
const REST_MS = 60 * 60_000

/**
 * Takes the octets of mails that are done and old enough out of the database: each is a file on the disk, and was read
 * back, before its row lets go of it. Row, digest, verdict and replies stay. Whatever dies in between leaves the octets in
 * the database, or in both places.
 */
export const archiveMails = async (deps: Deps): Promise<void> => {
  const { store, clock, retention } = deps
  const now = clock.now()
  if (retention === null) return
  if (!(await store.upkeep.claim('archive-mails', { now, next: new Date(now.getTime() + RETRY_MS) }))) return
  const before = new Date(now.getTime() - retention)
  const mails = await store.mails.archivable(before, BATCH)
  const kept: string[] = []
  for (const mail of mails) if (await keep(deps, mail)) kept.push(mail.id)
  await store.transaction((tables) => letGo(deps, tables, { kept, mails, before }))
  await store.upkeep.setDue('archive-mails', new Date(now.getTime() + (mails.length === BATCH ? 0 : REST_MS)))
}

/** False where the octets are not those that the row and the log have the digest of: then they stay where they are. */
const keep = async (deps: Deps, mail: ArchivableMail): Promise<boolean> => {
  const raw = await deps.store.mails.raw(mail.id)
  if (raw === null) return false // another process was faster
  const found = createHash('sha256').update(raw).digest('hex')
  if (found !== mail.sha256) return tellDamaged(deps, mail, found)
  await deps.archive.write(mail.sha256, raw)
  return true
}

const tellDamaged = async (deps: Deps, { id, sha256 }: ArchivableMail, found: string): Promise<false> => {
  const at = deps.clock.now()
  const text = `the octets of mail ${id} are not those that came in (SHA-256 ${found}, not ${sha256}): they were changed behind the gateway's back, or the database is damaged. They stay where they are; compare with a backup`
  const told = await deps.store.transaction(async (tables) => {
    if (!(await tables.alarms.raise({ about: damagedMail(id), level: 'error', text, at }))) return false
    const data = { sha256, found }
    await tables.actions.append([
      { at, level: 'error', actor: 'system', event: 'mail.damaged', mailId: id, text, data },
    ])
    return true
  })
  if (told) deps.log.error({ mail: id }, text)
  return false
}

/** The alarm about a mail whose octets are not its own any more; such a mail is no longer looked at here. */
const damagedMail = (id: string): string => `mail-damaged ${id}`

/** Of the rows that still may be let go, one entry: with the digests, it says in one place what became of which octets. */
const letGo = async (
  { archive, clock, log }: Deps,
  tables: Tables,
  { kept, mails, before }: { kept: readonly string[]; mails: readonly ArchivableMail[]; before: Date },
): Promise<void> => {
  const at = clock.now()
  const gone = new Set(await tables.mails.letGo(kept, at))
  const moved = mails.filter(({ id }) => gone.has(id))
  const [first, last] = [moved[0], moved.at(-1)]
  if (first === undefined || last === undefined) return
  const octets = moved.reduce((sum, { size }) => sum + size, 0)
  const days = [first, last].map(({ receivedAt }) => receivedAt.toISOString().slice(0, 10))
  const text = `the octets of ${moved.length} mails of ${days.join(' to ')} were archived in ${archive.place}: they are older than ${durationText(at.getTime() - before.getTime())}, and nothing waits for them`
  const data = { folder: archive.place, octets, mails: moved.map(({ id, sha256, size }) => ({ id, sha256, size })) }
  await tables.actions.append([{ at, level: 'info', actor: 'system', event: 'mail.archived', text, data }])
  log.info({ mails: moved.length, octets }, 'mails archived')
}
