import { createHash } from 'node:crypto'
import { parseOrderedName } from './domain-name.js'
import { distinctProblems, type Problem } from './errors.js'
import type { NewNotice, NoticeRecipient } from './notice.js'
import { onOneLine, titleOf } from './notice-text.js'

/** So many are named; who placed the order was told all of them. */
const MOST_PROBLEMS = 50

/** An order, or the form of one, of which the name may be all that is known. */
type Refused = { account: { id: string }; billingOrderId: string; action: string; domain: string }

/**
 * The mail about an order that was not taken, with all that is wrong with it: once for the same order with the same mistakes,
 * however often it is tried. `stamp` is of a form (a file): then once for each recipient and each time that it was touched.
 */
export const formNotice = (
  { account, billingOrderId, action, domain }: Refused,
  problems: readonly Problem[],
  at: Date,
  { to, stamp }: { to: NoticeRecipient; stamp: string | null } = { to: { kind: 'admin' }, stamp: null },
): NewNotice => {
  const name = parseOrderedName(domain)
  const found = distinctProblems(problems).slice(0, MOST_PROBLEMS)
  const about = JSON.stringify([
    account.id,
    billingOrderId,
    action,
    domain,
    found,
    ...(stamp === null ? [] : [stamp, to]),
  ])
  return {
    ...{ kind: 'form-errors', at, to, orderId: null },
    domain: name.ok ? name.value.name : null,
    once: `form-errors:${createHash('sha256').update(about).digest('hex')}`,
    values: {
      ...{ domain: onOneLine(name.ok ? name.value.name : domain), action, account: titleOf(account.id) },
      title: titleOf(name.ok ? name.value.unicodeName : domain),
      billingOrder: titleOf(billingOrderId),
      problems: found.map(({ pointer, detail }) => ({ field: onOneLine(pointer), detail: onOneLine(detail) })),
    },
  }
}
