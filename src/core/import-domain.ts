import { canonicalJson, type NewAction } from './action-log.js'
import type { Connection } from './connection.js'
import { type Contacts, type Domain, isRegistered, type Nameserver, statusOf } from './domain.js'
import type { Order } from './order.js'
import { ownerOf } from './owner.js'
import { type Updated, updateImport } from './update-import.js'
import { beginWatch } from './watch.js'

/** What an older installation says of a domain that it looks after; null, and a role that is not there: nothing. */
export type Import = {
  name: string
  unicodeName: string
  account: string
  /** As the file names it; null where the TLD decides. */
  connection: string | null
  nameservers: Nameserver[] | null
  dnssec: string[] | null
  contacts: Contacts
  registeredAt: Date | null
  expiresAt: Date | null
}

/** What is known here of the name. `owning` is what `orders.findOwning` finds, `open` the order that is open on it. */
export type Known = { domain: Domain | null; owning: Order | null; open: Order | null }

export type Judged = { result: 'added'; domain: Domain; action: NewAction } | Updated

/**
 * Decides what becomes of a domain that is imported. A name that is not looked after here becomes Registered at its
 * connection, in the connection's mode; what came to be in test mode does not exist for a live one. Anything else stays as
 * it is, because the gateway has its own word on it, unless `update` lets the file change what is registered.
 */
export const judgeImport = (
  given: Import,
  known: Known,
  { update, ...context }: { connection: Connection; now: Date; actor: string; update: boolean },
): Judged => {
  const { connection, now, actor } = context
  const before = known.domain
  const isNew = before === null || before.state === 'none' || (before.mode === 'test' && connection.mode === 'live')
  if (!isNew) {
    if (!isRegistered(before.state) || before.state === 'registering' || before.state === 'transferring')
      return { result: 'left', detail: `is ${statusOf(before.state)} here, and stays so` }
    return update
      ? updateImport(given, { ...known, domain: before }, context)
      : compare(given, before, known.owning, connection)
  }
  if (known.open !== null)
    return { result: 'left', detail: `has an open order (${known.open.id}); its end says what becomes of it` }
  const problem = timeProblem(given, now)
  if (problem !== null) return { result: 'refused', detail: problem }
  const domain = newDomain(given, connection, now)
  return { result: 'added', domain, action: imported(domain, given, { connection, now, actor }) }
}

const timeProblem = ({ registeredAt, expiresAt }: Import, now: Date): string | null =>
  registeredAt !== null && registeredAt > now
    ? 'registeredAt is in the future; give when it was registered, or nothing'
    : expiresAt !== null && expiresAt < now
      ? 'expiresAt is in the past; give when it expires now, or nothing where its registry renews by itself'
      : null

/** That it is connected is taken on the operator's word until the DNS says otherwise. */
const newDomain = (given: Import, { id, mode }: Connection, now: Date): Domain => ({
  ...beginWatch({ name: given.name, nameservers: given.nameservers ?? [] }, 'connected', now),
  name: given.name,
  unicodeName: given.unicodeName,
  state: 'registered',
  detail: 'REG-OK',
  connectionId: id,
  accountId: given.account,
  owner: null,
  mode,
  nameservers: given.nameservers ?? [],
  dnssec: given.dnssec ?? [],
  undelegatedUntil: null,
  contacts: given.contacts,
  eppStatus: [],
  locked: null,
  transferRequest: null,
  since: given.registeredAt ?? now,
  expiresAt: given.expiresAt,
})

const imported = (
  domain: Domain,
  { account, registeredAt }: Import,
  { connection, now, actor }: { connection: Connection; now: Date; actor: string },
): NewAction => {
  const expiry = domain.expiresAt === null ? '' : `; it expires ${domain.expiresAt.toISOString()}`
  return {
    ...{ at: now, level: 'info', actor, event: 'domain.imported', domain: domain.name },
    text: `${domain.unicodeName} was imported as Registered at "${connection.title}" for the account ${account}${expiry}`,
    data: {
      ...{ connection: connection.id, mode: domain.mode, account },
      nameservers: domain.nameservers.map(({ host }) => host),
      registeredAt: registeredAt?.toISOString() ?? null,
      expiresAt: domain.expiresAt?.toISOString() ?? null,
    },
  }
}

const compare = (given: Import, before: Domain, owning: Order | null, connection: Connection): Judged => {
  const other = differences(given, before, owning, connection)
  if (other.length === 0) return { result: 'unchanged', detail: null }
  return { result: 'left', detail: `is here with another ${other.join(', another ')}, and stays so` }
}

const differences = (given: Import, before: Domain, owning: Order | null, connection: Connection): string[] => {
  const pairs: [string, unknown, unknown][] = [
    ['connection', connection.id, before.connectionId],
    ['account', given.account, ownerOf(before, owning)],
    ['nameservers', given.nameservers, before.nameservers],
    ['dnssec', given.dnssec, before.dnssec],
    ...Object.entries(given.contacts).map(([role, contacts]): [string, unknown, unknown] => [
      ...([role, contacts, before.contacts[role] ?? []] as const),
    ]),
    ['expiresAt', given.expiresAt?.getTime() ?? null, before.expiresAt?.getTime() ?? null],
  ]
  return pairs.flatMap(([name, wanted, is]) =>
    wanted === null || canonicalJson(wanted) === canonicalJson(is) ? [] : [name],
  )
}
