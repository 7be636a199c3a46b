import { canonicalJson, type NewAction } from './action-log.js'
import type { Connection } from './connection.js'
import type { Contact, Contacts, Domain, Nameserver } from './domain.js'
import type { Import, Known } from './import-domain.js'
import { ownerOf } from './owner.js'
import { watchAfter } from './watch.js'

export type Updated =
  | { result: 'changed'; domain: Domain; action: NewAction; detail: string }
  | { result: 'unchanged' | 'left' | 'refused'; detail: string | null }

/** A field that changes, in words. */
type Change = { field: string; is: string; was: string }

/**
 * Decides what an import that may update changes of a domain that is registered here: the fields that its line names, and
 * never its status. With an open order all of it stays, because the end of the order says what the domain has.
 */
export const updateImport = (
  given: Import,
  { domain: before, owning, open }: Known & { domain: Domain },
  { connection, now, actor }: { connection: Connection; now: Date; actor: string },
): Updated => {
  if (open !== null)
    return { result: 'left', detail: `has an open order (${open.id}); import it again when that has ended` }
  if (given.connection !== null && connection.mode !== before.mode)
    return {
      result: 'left',
      detail: `is in ${before.mode} mode, and its connection "${connection.title}" in ${connection.mode} mode; it stays as it is`,
    }
  const named = namedBy(given, before, connection)
  const [owner, wanted] = [ownerOf(before, owning), ownerOf(named, owning)]
  const counts = owner !== wanted && wanted === given.account
  const after = counts ? named : { ...named, accountId: before.accountId }
  const changes = [...changesOf(before, after), ...(counts ? [accountChange(given.account, owner)] : [])]
  const kept =
    wanted === given.account
      ? null
      : `the account stays ${owner}, as ${before.owner === null ? `order ${owning?.id}` : 'an administrator who gave it away, or an order since,'} says`
  if (changes.length === 0)
    return kept === null ? { result: 'unchanged', detail: null } : { result: 'left', detail: kept }
  const expired =
    given.expiresAt !== null && given.expiresAt < now && changes.some(({ field }) => field === 'expiresAt')
  if (expired) return { result: 'refused', detail: 'expiresAt is in the past; give when it expires now, or nothing' }
  const detail = [...changes.map(textOf), ...(kept === null ? [] : [kept])].join('; ')
  const moved = canonicalJson(before.nameservers) !== canonicalJson(after.nameservers)
  const watch = moved ? watchAfter(before, after, { acquired: false, now }) : {}
  return { result: 'changed', detail, domain: { ...after, ...watch }, action: updated(after, changes, { now, actor }) }
}

/** What the line says nothing of stays. */
const namedBy = (given: Import, before: Domain, connection: Connection): Domain => ({
  ...before,
  accountId: given.account,
  connectionId: given.connection === null ? before.connectionId : connection.id,
  nameservers: given.nameservers ?? before.nameservers,
  dnssec: given.dnssec ?? before.dnssec,
  contacts: { ...before.contacts, ...given.contacts },
  expiresAt: given.expiresAt ?? before.expiresAt,
})

const changesOf = (before: Domain, after: Domain): Change[] => [
  ...changed('connection', before.connectionId, after.connectionId, (id) => id ?? 'none'),
  ...changed('nameservers', before.nameservers, after.nameservers, hostsText),
  ...changed('dnssec', before.dnssec, after.dnssec, (keys) => keys.join(' | ') || 'none'),
  ...Object.keys(after.contacts).flatMap((role) =>
    changed(role, listOf(before.contacts, role), listOf(after.contacts, role), handlesText),
  ),
  ...changed('expiresAt', before.expiresAt, after.expiresAt, (at) => at?.toISOString() ?? 'none'),
]

const changed = <T>(field: string, was: T, is: T, words: (value: T) => string): Change[] =>
  canonicalJson(was) === canonicalJson(is) ? [] : [{ field, is: words(is), was: words(was) }]

const accountChange = (is: string, was: string | null): Change => ({ field: 'account', is, was: was ?? 'none' })

const listOf = (contacts: Contacts, role: string): Contact[] => contacts[role] ?? []

const hostsText = (hosts: readonly Nameserver[]): string =>
  hosts.map(({ host, addresses }) => [host, ...addresses].join(' ')).join(', ') || 'none'

/** A contact that an order gave by its data is not written into the log. */
const handlesText = (contacts: readonly Contact[]): string =>
  contacts.map(({ handle }) => handle ?? 'one without a handle').join(' ') || 'none'

const textOf = ({ field, is, was }: Change): string => `${field} ${is} (was ${was})`

const updated = (
  { name, unicodeName }: Domain,
  changes: readonly Change[],
  { now, actor }: { now: Date; actor: string },
): NewAction => ({
  ...{ at: now, level: 'info', actor, event: 'domain.import-updated', domain: name },
  text: `${unicodeName} was changed by an import: ${changes.map(textOf).join('; ')}`,
  data: { changes: Object.fromEntries(changes.map(({ field, is, was }) => [field, { is, was }])) },
})
