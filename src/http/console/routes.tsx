import type { Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { DOMAIN_STATUSES } from '../../core/domain.js'
import { Refusal } from '../../core/errors.js'
import { actionView, mailView } from '../../core/views.js'
import type { Deps } from '../../flows/deps.js'
import { readAttention } from '../../flows/read-attention.js'
import { readOctets } from '../../flows/read-octets.js'
import type { Store, User } from '../../ports.js'
import { findDomain } from '../api/domains.js'
import { findMail, rawMail } from '../api/mails.js'
import { readCarried, readDomainView, readOrdersOf, readOrderView, readTimeline } from '../read-views.js'
import type { Sessions } from '../sessions.js'
import type { HttpSettings } from '../settings.js'
import { DomainPage } from './domain-page.js'
import { DomainsPage } from './domains-page.js'
import { renderPage } from './layout.js'
import { MailPage } from './mail-page.js'
import { OrderPage } from './order-page.js'
import { readableMail, type TimeWords, timeWords } from './words.js'

const DOMAINS_ON_A_PAGE = 50
const ERRORS_ON_A_PAGE = 5
const ORDERS_ON_A_PAGE = 50

type PagesOptions = { deps: Deps; settings: HttpSettings; sessions: Sessions }
type Page = { title: string; content: Child }

/** The pages that show something; all of them ask for a session first. */
export const addPages = (app: Hono, { deps, settings, sessions }: PagesOptions): void => {
  const { store, clock } = deps
  const words = timeWords(settings.timezone)
  const signedIn = (path: string, answer: (c: Context, user: User) => Promise<Response>) =>
    app.get(path, async (c) => {
      const user = await sessions.userOf(c)
      return user === null ? c.redirect(signInUrl(c), 303) : answer(c, user)
    })
  const page = (path: string, render: (c: Context) => Promise<Page>) =>
    signedIn(path, async (c, user) => {
      const { title, content } = await render(c)
      return renderPage(c, { title, user: user.name }, content)
    })

  page('/', async (c) => ({ title: 'Domains', content: await domainsPage(deps, c, words) }))
  page('/domains/:name', async (c) => {
    const domain = await readDomainView(store, await findDomain(store, c.req.param('name') ?? ''), clock.now())
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
      content: <DomainPage {...{ domain, ...about, orders, items, words }} moreOrders={next !== null} />,
    }
  })
  page('/orders/:id', async (c) => {
    const id = c.req.param('id') ?? ''
    const order = await store.orders.get(id)
    if (order === null) throw new Refusal('not-found', `There is no order ${id}.`)
    const view = await readOrderView(store, order)
    return { title: `Order ${view.billingOrderId}`, content: <OrderPage order={view} words={words} /> }
  })
  page('/mails/:id', async (c) => {
    const mail = await findMail(store, c.req.param('id') ?? '')
    const octets = await readOctets(deps, mail)
    const about = { carried: await readCarried(store, mail), orders: await readOrdersOf(store, mail) }
    const raw = octets.kind === 'here' ? readableMail(octets.raw) : octets
    return { title: 'Mail', content: <MailPage mail={mailView(mail)} {...about} raw={raw} words={words} /> }
  })
  signedIn('/mails/:id/raw', async (c) => rawMail(c, deps, c.req.param('id') ?? ''))
}

const domainsPage = async (deps: Deps, c: Context, words: TimeWords): Promise<Child> => {
  const { store, clock } = deps
  const status = DOMAIN_STATUSES.find((known) => known === c.req.query('status')) ?? null
  const cursor = c.req.query('cursor') || null
  const domains = await store.domains.list({ status: status ?? undefined }, { limit: DOMAINS_ON_A_PAGE, cursor })
  const errors = await store.actions.list({ level: 'error' }, { limit: ERRORS_ON_A_PAGE, cursor: null })
  const views = await Promise.all(domains.items.map((domain) => readDomainView(store, domain, clock.now())))
  return (
    <DomainsPage
      domains={views}
      registries={
        await titlesOf(
          store,
          views.map(({ connection }) => connection),
        )
      }
      counts={await store.domains.countByStatus()}
      errors={errors.items.map(actionView)}
      attention={(await readAttention(deps)).filter(({ level, about }) => level !== 'info' || about === 'key')}
      status={status}
      next={domains.next}
      now={clock.now()}
      words={words}
    />
  )
}

/** Where to come back to after signing in. */
const signInUrl = (c: Context): string => {
  const { pathname, search } = new URL(c.req.url)
  return pathname === '/' && search === ''
    ? '/login'
    : `/login?${new URLSearchParams({ next: `${pathname}${search}` })}`
}

const titlesOf = async (store: Store, ids: readonly string[]): Promise<Map<string, string>> => {
  const titles = new Map<string, string>()
  for (const id of new Set(ids)) {
    const connection = await store.connections.get(id)
    if (connection !== null) titles.set(id, connection.title)
  }
  return titles
}
