import type { Context } from 'hono'
import { printable } from '../../../core/action-log.js'
import { statusOf } from '../../../core/domain.js'
import { Refusal } from '../../../core/errors.js'
import { domainView } from '../../../core/views.js'
import type { Deps } from '../../../flows/deps.js'
import { dismissError } from '../../../flows/dismiss-error.js'
import { giveDomain } from '../../../flows/give-domain.js'
import type { Store, User } from '../../../ports.js'
import { findDomain } from '../../api/domains.js'
import { check } from '../../endpoint.js'
import { readDomainView, readLatestTimeline, readOrderView } from '../../read-views.js'
import { accountSchema } from '../../schemas/order-body.js'
import { actorOf, may } from '../frame/access.js'
import type { Area, Page } from '../frame/area.js'
import { csvLine } from '../frame/csv.js'
import type { Form } from '../frame/form.js'
import { DomainPage } from './domain-page.js'
import { domainSearchOf } from './domain-search.js'
import { DomainsPage } from './domains-page.js'

const DOMAINS_ON_A_PAGE = 50
const ORDERS_ON_A_PAGE = 50
/** Of its timeline: a name that is looked up often has very many. */
const ENTRIES_ON_A_PAGE = 500
/** So many domains of a download are read at once. */
const DOMAINS_AT_ONCE = 1_000

/** The list of domains, the same as a table to download, and each of them. */
export const addDomainPages = (area: Area): void => {
  area.page('/domains', (c, user) => domainsPage(area, c, user))
  area.file('/domains.csv', (c) => domainsTable(area.deps, c))
  area.page('/domains/:name', (c, user) => domainPage(area, nameOf(c), user))
  giveTo(area)
  const back = (_: Form, c: Context): string => `/domains/${encodeURIComponent(nameOf(c))}`
  area.action({ path: '/domains/:name/dismiss', permission: 'dismissals', back }, async (form, c, user) => {
    const note = form.text('note').trim()
    if (note === '' || note.length > LONGEST_NOTE)
      throw new Refusal('invalid', `A note of 1 to ${LONGEST_NOTE} characters is needed: say what you found out.`)
    const domain = await dismissError(area.deps, { name: nameOf(c), note, actor: actorOf(user) })
    return {
      to: back(form, c),
      text: `${domain.unicodeName} is now ${statusOf(domain.state)}: its error was dismissed.`,
    }
  })
}

const LONGEST_NOTE = 500

const giveTo = (area: Area): void => {
  const back = (_: Form, c: Context): string => `/domains/${encodeURIComponent(nameOf(c))}`
  area.action({ path: '/domains/:name/owner', permission: 'owners', back }, async (form, c, user) => {
    const given = { id: form.text('account').trim(), type: form.text('type'), email: form.text('email').trim() }
    const account = check(accountSchema, { ...given, email: given.email === '' ? undefined : given.email })
    const to = { ...account, email: account.email ?? null }
    const from = form.text('from') || null
    const domain = await giveDomain(area.deps, { name: nameOf(c), account: to, from, actor: actorOf(user) })
    return { to: back(form, c), text: `${domain.unicodeName} belongs to the account ${account.id} now.` }
  })
}

const nameOf = (c: Context): string => c.req.param('name') ?? ''

const domainPage = async ({ deps, words }: Area, name: string, user: User): Promise<Page> => {
  const { store, clock } = deps
  const domain = await readDomainView(deps, await findDomain(store, name), clock.now())
  const connection = await store.connections.get(domain.connection)
  const { title: registry = domain.connection, paused = false } = connection ?? {}
  const trust = connection?.channel === 'mail' ? connection.trust : null
  const checklist = domain.status === 'Transferring' ? (connection?.transferChecklist ?? null) : null
  const about = { registry, trust, paused, checklist }
  const timeline = await readLatestTimeline(store, domain.name, ENTRIES_ON_A_PAGE)
  const { items: found, next } = await store.orders.list(
    { domain: domain.name },
    { limit: ORDERS_ON_A_PAGE, cursor: null },
  )
  const orders = await Promise.all(found.map((order) => readOrderView(store, order)))
  return {
    title: domain.unicodeName,
    crumbs: [{ href: '/domains', label: 'Domains' }],
    content: <DomainPage {...{ domain, ...about, orders, timeline, user, words }} moreOrders={next !== null} />,
  }
}

const domainsPage = async ({ deps: { store, clock }, words }: Area, c: Context, user: User): Promise<Page> => {
  const search = domainSearchOf(c)
  const cursor = c.req.query('cursor') || null
  const { items, next } = await store.domains.list(search, { limit: DOMAINS_ON_A_PAGE, cursor })
  const now = clock.now()
  const domains = items.map((domain) => domainView(domain, { open: null, watched: false, locks: false, now }))
  const registries = await titlesOf(store)
  const shown = { domains, registries, search, cursor, next, now, words }
  return { title: 'Domains', content: <DomainsPage {...shown} mayOrder={may(user, 'orders')} /> }
}

const domainsTable = async ({ store, clock }: Deps, c: Context): Promise<Response> => {
  const search = domainSearchOf(c)
  const registries = await titlesOf(store)
  const lines = async function* () {
    yield csvLine(['domain', 'name', 'status', 'registered', 'registry', 'mode', 'since', 'expires'])
    for (let cursor: string | null = null; ; ) {
      const { items, next } = await store.domains.list(search, { limit: DOMAINS_AT_ONCE, cursor })
      for (const domain of items) {
        const view = domainView(domain, { open: null, watched: false, locks: false, now: clock.now() })
        const registry = printable(registries.get(view.connection) ?? view.connection)
        const { status, registered, mode, since, expiresAt } = view
        yield csvLine([
          ...[view.name, view.unicodeName, status ?? 'Unknown', registered ? 'yes' : 'no', registry, mode, since],
          expiresAt ?? '',
        ])
      }
      if (next === null) return
      cursor = next
    }
  }
  return c.body(ReadableStream.from(encoded(lines())), 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="domains.csv"',
  })
}

const encoded = async function* (lines: AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder()
  for await (const line of lines) yield encoder.encode(line)
}

/** Titles of connections by id. */
export const titlesOf = async (store: Store): Promise<Map<string, string>> =>
  new Map((await store.connections.list()).map(({ id, title }) => [id, title]))
