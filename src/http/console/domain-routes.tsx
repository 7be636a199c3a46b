import type { Context } from 'hono'
import { DOMAIN_STATUSES } from '../../core/domain.js'
import type { Store } from '../../ports.js'
import { findDomain } from '../api/domains.js'
import { readDomainView, readOrderView, readTimeline } from '../read-views.js'
import type { Area, Page } from './area.js'
import { DomainPage } from './domain-page.js'
import { DomainsPage } from './domains-page.js'

const DOMAINS_ON_A_PAGE = 50
const ORDERS_ON_A_PAGE = 50

/** The list of domains, and each of them. */
export const addDomainPages = (area: Area): void => {
  area.page('/domains', (c) => domainsPage(area, c))
  area.page('/domains/:name', (c) => domainPage(area, c.req.param('name') ?? ''))
}

const domainPage = async ({ deps: { store, clock }, words }: Area, name: string): Promise<Page> => {
  const domain = await readDomainView(store, await findDomain(store, name), clock.now())
  const connection = await store.connections.get(domain.connection)
  const { title: registry = domain.connection, paused = false } = connection ?? {}
  const trust = connection?.channel === 'mail' ? connection.trust : null
  const about = { registry, trust, paused }
  const items = await readTimeline(store, domain.name)
  const { items: found, next } = await store.orders.list(
    { domain: domain.name },
    { limit: ORDERS_ON_A_PAGE, cursor: null },
  )
  const orders = await Promise.all(found.map((order) => readOrderView(store, order)))
  return {
    title: domain.unicodeName,
    crumbs: [{ href: '/domains', label: 'Domains' }],
    content: <DomainPage {...{ domain, ...about, orders, items, words }} moreOrders={next !== null} />,
  }
}

const domainsPage = async ({ deps: { store, clock }, words }: Area, c: Context): Promise<Page> => {
  const status = DOMAIN_STATUSES.find((known) => known === c.req.query('status')) ?? null
  const cursor = c.req.query('cursor') || null
  const { items, next } = await store.domains.list(
    { status: status ?? undefined },
    { limit: DOMAINS_ON_A_PAGE, cursor },
  )
  const domains = await Promise.all(items.map((domain) => readDomainView(store, domain, clock.now())))
  const registries = await titlesOf(store)
  const counts = await store.domains.countByStatus()
  return {
    title: 'Domains',
    content: <DomainsPage {...{ domains, registries, counts, status, cursor, next, words }} now={clock.now()} />,
  }
}

/** Titles of connections by id. */
export const titlesOf = async (store: Store): Promise<Map<string, string>> =>
  new Map((await store.connections.list()).map(({ id, title }) => [id, title]))
