import { Refusal } from '../../core/errors.js'
import { readOrderView } from '../read-views.js'
import type { Area } from './area.js'
import { OrderPage } from './order-page.js'

/** Orders. */
export const addOrderPages = ({ deps, words, page }: Area): void => {
  const { store } = deps
  page('/orders/:id', async (c) => {
    const id = c.req.param('id') ?? ''
    const order = await store.orders.get(id)
    if (order === null) throw new Refusal('not-found', `There is no order ${id}.`)
    const view = await readOrderView(store, order)
    const crumbs = [
      { href: '/domains', label: 'Domains' },
      { href: `/domains/${encodeURIComponent(view.domain)}`, label: view.unicodeName },
    ]
    return { title: `Order ${view.billingOrderId}`, crumbs, content: <OrderPage order={view} words={words} /> }
  })
}
