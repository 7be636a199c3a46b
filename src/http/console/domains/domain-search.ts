import type { Context } from 'hono'
import { DOMAIN_STATUSES } from '../../../core/domain.js'
import { DOMAIN_SORTS, type DomainFilter, type DomainSort } from '../../../core/domain-list.js'

/** What an address of the list of domains asks for; what is no word of ours asks for nothing. */
export const domainSearchOf = (c: Context): DomainFilter => ({
  status: DOMAIN_STATUSES.find((known) => known === c.req.query('status')),
  connectionId: c.req.query('connection') || undefined,
  tld: wordOf(c, 'tld')?.replace(/^\.+/, '') || undefined,
  part: wordOf(c, 'q'),
  sort: DOMAIN_SORTS.find((known) => known === c.req.query('sort')),
})

const LONGEST = 253

const wordOf = (c: Context, name: string): string | undefined =>
  c.req.query(name)?.trim().toLowerCase().slice(0, LONGEST) || undefined

/** The same as a query again, so that every link of the page keeps it. */
export const queryOf = ({ status, connectionId, tld, part, sort }: DomainFilter): Record<string, string | null> => ({
  ...{ status: status ?? null, connection: connectionId ?? null, tld: tld ?? null },
  ...{ q: part ?? null, sort: sort ?? null },
})

/** The other way round where it is sorted by this already. */
export const turned = (by: 'name' | 'status' | 'age', current: DomainSort | undefined): DomainSort =>
  current === by ? `-${by}` : by
