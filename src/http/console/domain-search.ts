import type { Context } from 'hono'
import { DOMAIN_STATUSES } from '../../core/domain.js'
import { DOMAIN_SORTS, type DomainSearch, type DomainSort } from '../../core/overview.js'

/** What an address of the list of domains asks for; what is no word of ours asks for nothing. */
export const domainSearchOf = (c: Context): DomainSearch => ({
  status: DOMAIN_STATUSES.find((known) => known === c.req.query('status')) ?? null,
  connectionId: c.req.query('connection') || null,
  tld: wordOf(c, 'tld')?.replace(/^\.+/, '') || null,
  text: wordOf(c, 'q'),
  sort: DOMAIN_SORTS.find((known) => known === c.req.query('sort')) ?? 'newest',
})

const LONGEST = 253

const wordOf = (c: Context, name: string): string | null =>
  c.req.query(name)?.trim().toLowerCase().slice(0, LONGEST) || null

/** The same as a query again, so that every link of the page keeps it. */
export const queryOf = ({ status, connectionId, tld, text, sort }: DomainSearch): Record<string, string | null> => ({
  ...{ status, connection: connectionId, tld, q: text },
  sort: sort === 'newest' ? null : sort,
})

/** The other way round where it is sorted by this already. */
export const turned = (by: 'name' | 'age', current: DomainSort): DomainSort => (current === by ? `-${by}` : by)
