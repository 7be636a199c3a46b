import { DOMAIN_DETAILS, type Domain, type DomainState, type DomainStatus, STATES } from '../core/domain.js'
import type { Domain as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import { type Client, fromCursor, fromJson, toJson, toMember, toPage, toWord } from './values.js'

export const domainsTable = (client: Client): Tables['domains'] => ({
  get: async (name) => read(await client.domain.findUnique({ where: { name } })),

  lock: async (name) => {
    // A row that does not exist cannot be locked; its name can. Callers that saw no row wait here for who makes it.
    await client.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${name}, 0))`
    return read(await client.domain.findUnique({ where: { name } }))
  },

  save: async (domain) => {
    const row = toRow(domain)
    await client.domain.upsert({ where: { name: domain.name }, create: row, update: row })
  },

  list: async (filter, { limit, cursor }) => {
    const before = fromCursor('domains', 'number', cursor)
    const rows = await client.domain.findMany({
      where: { state: { in: statesOf(filter) }, ...(before === null ? {} : { seq: { lt: BigInt(before) } }) },
      orderBy: { seq: 'desc' },
      take: limit + 1,
    })
    return toPage(rows, { limit, list: 'domains', key: ({ seq }) => String(seq), item: toDomain })
  },

  countByStatus: async () => {
    const groups = await client.domain.groupBy({ by: ['state'], _count: { _all: true } })
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

const read = (row: Row | null): Domain | null => (row === null ? null : toDomain(row))

const toDomain = ({ seq: _, detail, nameservers, contacts, ...row }: Row): Domain => ({
  ...row,
  detail: toWord(DOMAIN_DETAILS, detail),
  nameservers: fromJson(nameservers),
  contacts: fromJson(contacts),
})

const toRow = ({ name, unicodeName, state, detail, connectionId, since, expiresAt, ...domain }: Domain) => ({
  ...{ name, unicodeName, state, connectionId, since, expiresAt },
  detail: toMember(detail),
  nameservers: toJson(domain.nameservers),
  contacts: toJson(domain.contacts),
  dnssec: domain.dnssec,
  undelegatedUntil: domain.undelegatedUntil,
  eppStatus: domain.eppStatus,
})
