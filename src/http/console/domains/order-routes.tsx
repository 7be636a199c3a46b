import type { Context } from 'hono'
import { Refusal } from '../../../core/errors.js'
import type { Order } from '../../../core/order.js'
import { readOrderForm } from '../../../flows/read-order-form.js'
import type { Store, User } from '../../../ports.js'
import { formFile } from '../../api/orders.js'
import { readOrderView } from '../../read-views.js'
import { actorOf, may } from '../frame/access.js'
import type { Area, Page } from '../frame/area.js'
import { localTarget } from '../frame/local-target.js'
import { DECISIONS, VERBS } from './order-decisions.js'
import { OrderPage } from './order-page.js'

/** Orders, and what can be done with one. */
export const addOrderPages = (area: Area): void => {
  area.page('/orders/:id', (c, user) => orderPage(area, c, user))
  // As a mail's: whoever has the password of a domain can move it elsewhere.
  area.file('/orders/:id/form', async (c, user) => {
    const order = await orderOf(area.deps.store, idOf(c))
    return formFile(c, await readOrderForm(area.deps, order, { whole: may(user, 'mails') }))
  })
  for (const verb of VERBS)
    area.action(
      {
        path: `/orders/:id/${verb}`,
        permission: 'orders',
        back: (form, c) => localTarget(form.text('back') || `/orders/${encodeURIComponent(idOf(c))}`),
      },
      async (form, c, user) => {
        const id = idOf(c)
        const { id: userId, name } = user
        const by = { actor: actorOf(user), person: { id: userId, name }, note: form.text('note') }
        const text = await DECISIONS[verb].run(area.deps, { id, ...by })
        return { to: localTarget(form.text('back') || `/orders/${encodeURIComponent(id)}`), text }
      },
    )
}

const idOf = (c: Context): string => c.req.param('id') ?? ''

const orderOf = async (store: Store, id: string): Promise<Order> => {
  const order = await store.orders.get(id)
  if (order === null) throw new Refusal('not-found', `There is no order ${id}.`)
  return order
}

const orderPage = async ({ deps: { store }, words }: Area, c: Context, user: User): Promise<Page> => {
  const order = await orderOf(store, idOf(c))
  const form = await store.orderForms.get(order.id)
  const view = await readOrderView(store, order)
  const connection = order.terms.action === 'transfer' ? await store.connections.get(order.connectionId) : null
  const checklist = connection?.transferChecklist ?? null
  return {
    title: `Order ${view.billingOrderId}`,
    crumbs: [
      { href: '/domains', label: 'Domains' },
      { href: `/domains/${encodeURIComponent(view.domain)}`, label: view.unicodeName },
    ],
    content: <OrderPage {...{ order: view, form, checklist, words }} mayDecide={may(user, 'orders')} />,
  }
}
