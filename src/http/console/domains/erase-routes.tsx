import type { Context } from 'hono'
import { Refusal } from '../../../core/errors.js'
import type { DomainView, OrderView } from '../../../core/views.js'
import { type Erasure, erasePersonalData } from '../../../flows/erase-personal-data.js'
import type { Store, User } from '../../../ports.js'
import { findDomain } from '../../api/domains.js'
import { asciiName } from '../../api/orders.js'
import { readDomainView, readOrderView } from '../../read-views.js'
import { actorOf } from '../frame/access.js'
import { type Area, type Done, type Page, sentence } from '../frame/area.js'
import { countWords, ErasePage, isNothing } from './erase-page.js'

const PATH = '/domains/:name/erase'

/** The erasure of personal data of all orders on a domain: what it would do, then the same in earnest. */
export const addErasePages = (area: Area): void => {
  area.page(PATH, (c, user) => erasePage(area, c, user), 'erasures')
  area.action(
    { path: PATH, permission: 'erasures', back: (_, c) => `${pageOf(nameOf(c))}/erase` },
    async (form, c, user) => {
      const domain = await findView(area, c)
      if (asciiName(form.text('name').trim()) !== domain.name)
        throw new Refusal(
          'conflict',
          `nothing was erased: to erase, write the name of the domain, ${domain.unicodeName}`,
        )
      return told(domain, await erase(area, { domain, dryRun: false, user }))
    },
  )
}

const nameOf = (c: Context): string => c.req.param('name') ?? ''
const pageOf = (name: string): string => `/domains/${encodeURIComponent(name)}`

const findView = async ({ deps }: Area, c: Context): Promise<DomainView> =>
  readDomainView(deps, await findDomain(deps.store, nameOf(c)), deps.clock.now())

const erase = ({ deps }: Area, { domain, dryRun, user }: { domain: DomainView; dryRun: boolean; user: User }) =>
  erasePersonalData(deps, { target: { domain: domain.name }, dryRun, actor: actorOf(user) })

const erasePage = async (area: Area, c: Context, user: User): Promise<Page> => {
  const domain = await findView(area, c)
  const erasure = await erase(area, { domain, dryRun: true, user })
  const orders = await ordersOf(area.deps.store, erasure.orders)
  return {
    title: `Erase personal data: ${domain.unicodeName}`,
    crumbs: [
      { href: '/domains', label: 'Domains' },
      { href: pageOf(domain.name), label: domain.unicodeName },
    ],
    content: <ErasePage {...{ domain, erasure, orders }} />,
  }
}

const ordersOf = async (store: Store, ids: readonly string[]): Promise<OrderView[]> => {
  const orders = await Promise.all(ids.map((id) => store.orders.get(id)))
  return Promise.all(orders.flatMap((order) => (order === null ? [] : [readOrderView(store, order)])))
}

/** What was erased and what was not, on the page of the domain. */
const told = ({ name }: DomainView, erasure: Erasure): Done => ({
  to: pageOf(name),
  tone: isNothing(erasure) ? 'bad' : 'good',
  text: isNothing(erasure)
    ? 'Nothing was erased: no order has data left that can go now.'
    : `The personal data of ${ordersText(erasure)} was erased, for good.`,
  lines: [...countWords(erasure.counts), ...erasure.kept.map(({ reason }) => `Kept: ${sentence(reason)}`)],
})

const ordersText = ({ orders }: Erasure): string => {
  if (orders.length === 0) return 'the domain'
  return orders.length === 1 ? '1 order' : `${orders.length} orders`
}
