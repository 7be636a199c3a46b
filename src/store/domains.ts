import { DOMAIN_DETAILS, type Domain, type DomainState, type DomainStatus, STATES } from '../core/domain.js'
import type { Domain as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { DOMAIN_COLUMNS, inserted, replaced, selected } from './records.js'
import { fromCursor, fromJson, toPage, toWord } from './values.js'

export const domainsTable = (client: Client): Tables['domains'] => ({
  get: async (name) => {
    const [row] = await client.rows<DomainRow>`
      SELECT ${selected(DOMAIN_COLUMNS, 'domains')} FROM domains WHERE name = ${name}`
    return row === undefined ? null : toDomain(row)
  },

  lock: async (name) => {
    const known = await lockRow(client, name)
    if (known !== null) return known
    // A row that does not exist cannot be locked; its name can. Callers that saw no row wait here for who makes it.
    await client.rows`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${name}, 0))`
    return lockRow(client, name)
  },

  lockMentioned: async ({ connectionId, names, references, tickets }) => {
    await client.rows`
      SELECT 1 FROM domains WHERE name = ANY (${names}) OR name IN (
        SELECT domain FROM requests WHERE reference = ANY (${references})
        UNION ALL SELECT domain FROM requests WHERE connection_id = ${connectionId} AND ticket = ANY (${tickets})
      ) ORDER BY name FOR UPDATE`
  },

  save: async (domain) => {
    await client.run`
      ${inserted(DOMAIN_COLUMNS, 'domains', [domain])} ON CONFLICT (name) DO UPDATE SET ${replaced(DOMAIN_COLUMNS)}`
  },

  list: async (filter, { limit, cursor }) => {
    const before = fromCursor('domains', 'number', cursor)
    const rows = await (await client.models()).domain.findMany({
      where: { state: { in: statesOf(filter) }, ...(before === null ? {} : { seq: { lt: BigInt(before) } }) },
      orderBy: { seq: 'desc' },
      take: limit + 1,
    })
    return toPage(rows, { limit, list: 'domains', key: ({ seq }) => String(seq), item: (row) => toDomain(row) })
  },

  countByStatus: async () => {
    const groups = await (await client.models()).domain.groupBy({ by: ['state'], _count: { _all: true } })
    const counts = new Map<DomainStatus, number>()
    for (const { state, _count } of groups) {
      const status = STATES[state]?.status
      if (status !== undefined) counts.set(status, (counts.get(status) ?? 0) + _count._all)
    }
    return [...counts].map(([status, count]) => ({ status, count }))
  },
})

/** The states that show as asked for: a name in the state `none` is none of ours and in no list. */
const statesOf = (filter: { status?: DomainStatus | undefined; registered?: boolean | undefined }): DomainState[] =>
  STATE_NAMES.filter((state) => {
    const shown = STATES[state]
    return (
      shown !== null &&
      (filter.status === undefined || shown.status === filter.status) &&
      (filter.registered === undefined || shown.registered === filter.registered)
    )
  })

const isState = (name: string): name is DomainState => Object.hasOwn(STATES, name)
const STATE_NAMES = Object.keys(STATES).filter(isState)

/** Once a row is there it is never removed, so it is the lock. */
const lockRow = async (client: Client, name: string): Promise<Domain | null> => {
  const [row] = await client.rows<DomainRow>`
    SELECT ${selected(DOMAIN_COLUMNS, 'domains')} FROM domains WHERE name = ${name} FOR UPDATE`
  return row === undefined ? null : toDomain(row)
}

export type DomainRow = Omit<Row, 'seq'>

export const toDomain = (row: DomainRow): Domain => ({
  name: row.name,
  unicodeName: row.unicodeName,
  state: row.state,
  detail: toWord(DOMAIN_DETAILS, row.detail),
  connectionId: row.connectionId,
  nameservers: fromJson(row.nameservers),
  dnssec: row.dnssec,
  undelegatedUntil: row.undelegatedUntil,
  contacts: fromJson(row.contacts),
  eppStatus: row.eppStatus,
  since: row.since,
  expiresAt: row.expiresAt,
})
