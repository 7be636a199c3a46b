import { countOf, type Standing } from './digest.js'
import { ageText } from './duration.js'
import type { NewNotice } from './notice.js'
import { titleOf } from './notice-text.js'
import type { Order } from './order.js'
import { FORM_STATUS, type RefusedForm } from './refused-form.js'

/** The mail of a digest or a heartbeat, with the orders that its entry of the log has. */
export const digestNotice = (kind: 'digest' | 'heartbeat', standing: Standing, now: Date): NewNotice => {
  const { counts, oldest, completed, refused } = standing
  const open = countOf(standing)
  return {
    ...{ kind, at: now, to: { kind: 'admin' }, domain: null, orderId: null, once: null },
    values: {
      open: String(open),
      counts: counts.map(({ status, count }) => ({ status, count: String(count) })),
      orders: oldest.map((order) => lineOf(order, now)),
      moreOrders: moreThan(oldest.length, open),
      forms: refused.forms.map((form) => formLine(form, now)),
      moreForms: moreThan(refused.forms.length, refused.count),
      done: kind === 'heartbeat' ? null : String(completed.count),
      completed: kind === 'heartbeat' ? [] : completed.orders.map((order) => lineOf(order, now)),
      moreCompleted: kind === 'heartbeat' ? null : moreThan(completed.orders.length, completed.count),
    },
  }
}

const lineOf = (order: Order, now: Date) => ({
  ...{ title: titleOf(order.terms.unicodeName), action: order.terms.action, status: order.status },
  ...{ billingOrder: titleOf(order.terms.billingOrderId), account: titleOf(order.terms.account.id) },
  age: ageText(now.getTime() - order.createdAt.getTime()),
  test: order.mode === 'test' ? 'test' : null,
})

const formLine = ({ accountId, file, since }: RefusedForm, now: Date) => ({
  ...{ file: titleOf(file), account: titleOf(accountId), status: FORM_STATUS },
  age: ageText(now.getTime() - since.getTime()),
})

const moreThan = (named: number, all: number): string | null => (all > named ? String(all - named) : null)
