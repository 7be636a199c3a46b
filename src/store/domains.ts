import {
  DOMAIN_DETAILS,
  type Domain,
  type DomainState,
  type DomainStatus,
  type ForeignRequest,
  STATES,
} from '../core/domain.js'
import type { Request } from '../core/request.js'
import type { Domain as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { listDomains } from './domain-pages.js'
import { DOMAIN_COLUMNS, inserted, replaced, selected } from './records.js'
import { fromJson, toWord } from './values.js'

export const domainsTable = (client: Client): Tables['domains'] => ({
  get: async (name) => {
    const [row] = await client.rows<DomainRow>`
      SELECT ${selected(DOMAIN_COLUMNS, 'domains')} FROM domains WHERE name = ${name}`
    return row === undefined ? null : toDomain(row)
  },

  lock: async (name) => {
    await client.unit?.locks.take(client.holder, [name])
    return client.together(lockDomains, name)
  },

  lockMentioned: async (mentioned) => {
    const held = await client.together(lockMentioned, mentioned)
    await client.unit?.locks.take(client.holder, held)
  },

  save: (domain) => client.together(saveDomains, domain),

  list: async (filter, page) => {
    const { items, next } = await listDomains(client, filter, page)
    return { items: items.map(toDomain), next }
  },

  countByStatus: async () => {
    const groups = await client.rows<{ state: DomainState; count: number }>`
      SELECT state, count(*)::int AS count FROM domains GROUP BY state`
    const counts = new Map<DomainStatus, number>()
    for (const { state, count } of groups) {
      const status = STATES[state]?.status
      if (status !== undefined) counts.set(status, (counts.get(status) ?? 0) + count)
    }
    return [...counts].map(([status, count]) => ({ status, count }))
  },
})

/**
 * Holds a domain that has a row until the end of the transaction. `before`: this work had it already, so what it has read
 * of it is true.
 */
export const holdDomain = async (client: Client, name: string): Promise<'before' | 'now'> => {
  const { unit, holder } = client
  if (unit?.locks.has(holder, name) === true && unit.domains.has(name)) return 'before'
  await unit?.locks.take(holder, [name])
  if (unit?.domains.has(name) !== true) await client.together(lockRows, name)
  return 'now'
}

/** Once a row is there it is never removed, so it is the lock. In one order for all, so that no two wait for each other. */
const lockRows = async (client: Client, names: readonly string[]): Promise<(Domain | null)[]> => {
  const rows = await client.rows<DomainRow>`
    SELECT ${selected(DOMAIN_COLUMNS, 'domains')} FROM domains WHERE name = ANY (${names}) ORDER BY name FOR UPDATE`
  for (const { name } of rows) client.unit?.domains.add(name)
  const known = new Map(rows.map((row) => [row.name, toDomain(row)]))
  return names.map((name) => known.get(name) ?? null)
}

/** A row that does not exist cannot be locked; its name can. Callers that saw no row wait there for who makes it. */
const lockDomains = async (client: Client, names: readonly string[]): Promise<(Domain | null)[]> => {
  const known = await lockRows(client, names)
  const missing = names.filter((_, index) => known[index] === null).sort()
  if (missing.length === 0) return known
  await client.rows`
    SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(${missing}::text[]) AS missing (name)`
  return lockRows(client, names)
}

type Mentioned = Parameters<Tables['domains']['lockMentioned']>[0]

/** The names that each was about. */
const lockMentioned = async (client: Client, mentioned: readonly Mentioned[]): Promise<string[][]> => {
  const references = mentioned.flatMap((one) => one.references)
  const tickets = mentioned.flatMap(({ connectionId, tickets: some }) =>
    some.map((ticket) => ({ connectionId, ticket })),
  )
  const requests = await client.rows<Pick<Request, 'domain' | 'reference' | 'ticket' | 'connectionId'>>`
    SELECT domain, reference, ticket, connection_id AS "connectionId" FROM requests WHERE reference = ANY (${references})
    UNION ALL
    SELECT domain, reference, requests.ticket, connection_id FROM requests, unnest(
      ${tickets.map(({ connectionId }) => connectionId)}::text[], ${tickets.map(({ ticket }) => ticket)}::text[]
    ) AS given (connection, ticket) WHERE connection_id = given.connection AND requests.ticket = given.ticket`
  const names = mentioned.map((one) => [
    ...one.names,
    ...requests.filter((request) => isMentioned(request, one)).map(({ domain }) => domain),
  ])
  const wanted = [...new Set(names.flat())].filter((name) => client.unit?.domains.has(name) !== true)
  const rows = await lockRows(client, wanted)
  const absent = new Set(wanted.filter((_, index) => rows[index] === null))
  return names.map((some) => [...new Set(some)].filter((name) => !absent.has(name)))
}

const isMentioned = (
  { reference, ticket, connectionId }: Pick<Request, 'reference' | 'ticket' | 'connectionId'>,
  one: Mentioned,
): boolean =>
  one.references.includes(reference) ||
  (connectionId === one.connectionId && ticket !== null && one.tickets.includes(ticket))

const saveDomains = async (client: Client, domains: readonly Domain[]): Promise<undefined[]> => {
  await client.run`
    ${inserted(DOMAIN_COLUMNS, 'domains', domains)} ON CONFLICT (name) DO UPDATE SET ${replaced(DOMAIN_COLUMNS)}`
  return domains.map(() => undefined)
}

export type DomainRow = Pick<Row, keyof Domain>

export const toDomain = (row: DomainRow): Domain => ({
  name: row.name,
  unicodeName: row.unicodeName,
  state: row.state,
  detail: toWord(DOMAIN_DETAILS, row.detail),
  connectionId: row.connectionId,
  accountId: row.accountId,
  owner: row.owner === null ? null : fromJson(row.owner),
  mode: row.mode,
  nameservers: fromJson(row.nameservers),
  dnssec: row.dnssec,
  undelegatedUntil: row.undelegatedUntil,
  contacts: fromJson(row.contacts),
  eppStatus: row.eppStatus,
  locked: row.locked,
  transferRequest: row.transferRequest === null ? null : toForeignRequest(fromJson(row.transferRequest)),
  since: row.since,
  expiresAt: row.expiresAt,
  delegation: row.delegation,
  watchedSince: row.watchedSince,
  watchAt: row.watchAt,
  delegationFault: row.delegationFault,
})

/** JSON has its dates as text. */
type StoredForeignRequest = Omit<ForeignRequest, 'until' | 'toldAt' | 'answeredAt'> & {
  until: string | null
  toldAt: string
  answeredAt: string | null
}

const toForeignRequest = ({ until, toldAt, answeredAt, ...stored }: StoredForeignRequest): ForeignRequest => ({
  ...{ ...stored, until: until === null ? null : new Date(until), toldAt: new Date(toldAt) },
  answeredAt: answeredAt === null ? null : new Date(answeredAt),
})
