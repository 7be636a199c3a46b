import type { Context } from 'hono'
import { Fault, Refusal } from '../../../core/errors.js'
import { OPEN_ORDER_STATUSES } from '../../../core/order.js'
import { refusedFormView } from '../../../core/refused-form.js'
import type { OrderView } from '../../../core/views.js'
import type { Deps } from '../../../flows/deps.js'
import type { Store, User } from '../../../ports.js'
import { pendingViews } from '../../api/pending.js'
import { readOrderView } from '../../read-views.js'
import { actorOf, may } from '../frame/access.js'
import { type Area, type Done, type Page, sentence } from '../frame/area.js'
import type { Form } from '../frame/form.js'
import { localTarget } from '../frame/local-target.js'
import { hrefOf } from '../frame/parts.js'
import { DECISIONS, type Deciding, VERBS, type Verb } from './order-decisions.js'
import { PendingConfirmPage } from './pending-confirm-page.js'
import { type PendingFilter, PendingPage, type PendingPageProps, pendingQuery } from './pending-page.js'

const ORDERS_ON_A_PAGE = 50
const FORMS_ON_A_PAGE = 50
/** More than a page has, so that nobody holds many domains for long with one form. */
const MOST_AT_ONCE = 200

/** The pending manager: what waits for whom and for how long, and what can be done with one or many. */
export const addPendingPages = (area: Area): void => {
  area.page('/pending', (c, user) => pendingPage(area, c, user))
  area.page('/pending/confirm', (c) => confirmPage(area, c), 'orders')
  area.action({ path: '/pending/decide', permission: 'orders', back: backOf }, (form, _, user) =>
    decideMany(area.deps, form, user),
  )
}

const backOf = (form: Form): string => localTarget(form.text('back') || '/pending')

const pendingPage = async ({ deps, words }: Area, c: Context, user: User): Promise<Page> => {
  const filter = filterOf(c)
  const cursor = c.req.query('cursor') || null
  const { status, connectionId, late } = filter
  const { items, next } = await deps.store.pending.list(
    { status: status ?? undefined, connectionId: connectionId ?? undefined, late },
    { limit: ORDERS_ON_A_PAGE, cursor },
  )
  const registries = new Map((await deps.store.connections.list()).map(({ id, title }) => [id, title]))
  const forms = await refusedForms(deps.store, { filter, cursor })
  const about = { ...forms, registries, filter, cursor, next, words, mayDecide: may(user, 'orders') }
  const content = (
    <PendingPage items={await pendingViews(deps, items)} ticked={c.req.query('tick') === 'all'} {...about} />
  )
  return { title: 'Pending', content }
}

/** Above the oldest orders, where nothing is asked for that a form does not have yet. */
const refusedForms = async (
  { refusedForms: table }: Store,
  { filter: { status, connectionId, late }, cursor }: { filter: PendingFilter; cursor: string | null },
): Promise<Pick<PendingPageProps, 'forms' | 'moreForms'>> => {
  if (status !== null || connectionId !== null || late || cursor !== null) return { forms: [], moreForms: false }
  const { items, next } = await table.list({}, { limit: FORMS_ON_A_PAGE, cursor: null })
  return { forms: items.map(refusedFormView), moreForms: next !== null }
}

const filterOf = (c: Context): PendingFilter => ({
  status: OPEN_ORDER_STATUSES.find((known) => known === c.req.query('status')) ?? null,
  connectionId: c.req.query('connection') || null,
  late: c.req.query('late') === '1',
})

const confirmPage = async ({ deps: { store }, words }: Area, c: Context): Promise<Page> => {
  const verb = verbOf(c.req.query('verb') ?? '')
  const orders = await ordersOf(store, c.req.queries('order') ?? [])
  const content = (
    <PendingConfirmPage {...{ verb, orders, words }} back={hrefOf('/pending', pendingQuery(filterOf(c)))} />
  )
  return { title: DECISIONS[verb].label, crumbs: [{ href: '/pending', label: 'Pending' }], content }
}

const verbOf = (text: string): Verb => {
  const verb = VERBS.find((known) => known === text)
  if (verb === undefined) throw new Refusal('invalid', `Nothing is done: choose one of ${VERBS.join(', ')}.`)
  return verb
}

const ordersOf = async (store: Store, ids: readonly string[]): Promise<OrderView[]> => {
  const chosen = chosenOf(ids)
  const orders = await Promise.all(chosen.map((id) => store.orders.get(id)))
  return Promise.all(orders.flatMap((order) => (order === null ? [] : [readOrderView(store, order)])))
}

const chosenOf = (ids: readonly string[]): string[] => {
  const chosen = [...new Set(ids)]
  if (chosen.length === 0) throw new Refusal('invalid', 'No order is ticked: go back and tick those that you mean.')
  if (chosen.length > MOST_AT_ONCE)
    throw new Refusal('invalid', `${chosen.length} orders are too many at once: choose ${MOST_AT_ONCE} at most.`)
  return chosen
}

/** Each by itself: that one is refused keeps none of the others. */
const decideMany = async (deps: Deps, form: Form, user: User): Promise<Done> => {
  const verb = verbOf(form.text('verb'))
  const results: { done: boolean; line: string }[] = []
  const by = { actor: actorOf(user), person: { id: user.id, name: user.name }, note: form.text('note') }
  for (const id of chosenOf(form.all('order'))) results.push(await decideOne(deps, verb, { id, ...by }))
  const done = results.filter((result) => result.done).length
  return {
    to: backOf(form),
    tone: done === results.length ? 'good' : 'bad',
    text: `${DECISIONS[verb].label}: ${done} of ${results.length} done.`,
    lines: results.map(({ line }) => line),
  }
}

const decideOne = async (deps: Deps, verb: Verb, input: Deciding) => {
  try {
    return { done: true, line: await DECISIONS[verb].run(deps, input) }
  } catch (error) {
    if (error instanceof Refusal || error instanceof Fault) return { done: false, line: sentence(error.message) }
    throw error
  }
}
