import { isBilled, isOpen, type OrderStatus } from '../../../core/order.js'
import type { OrderView } from '../../../core/views.js'
import { checkOrder, WHY_NO_CHECK } from '../../../flows/check-order.js'
import { cancelOrder, resetOrder, retryOrder, WHY_NO_RESET, WHY_NO_RETRY } from '../../../flows/decide-order.js'
import type { Deps } from '../../../flows/deps.js'
import type { TimeWords } from '../frame/words.js'

export const VERBS = ['check', 'reset', 'retry', 'cancel'] as const
export type Verb = (typeof VERBS)[number]

/** What somebody can do with an order; the flows decide again whether it applies. */
type Decision = {
  label: string
  danger: boolean
  applies(order: Pick<OrderView, 'status' | 'erasedAt'>): boolean
  /** What it will do to this order, in sentences. */
  foretell(order: Decided, words: TimeWords): string
  /** What was done, in a sentence. */
  run(deps: Deps, input: { id: string; actor: string }): Promise<string>
}

/** What of an order a decision depends on. */
export type Decided = Pick<OrderView, 'status' | 'action' | 'price' | 'refundedAt'> & {
  request: { deadline: string | null } | null
}

const named = ({ action, unicodeName }: OrderView): string => `${action} ${unicodeName}`

export const DECISIONS: Record<Verb, Decision> = {
  check: {
    ...{ label: 'Check', danger: false },
    applies: ({ status }) => WHY_NO_CHECK[status] === null,
    foretell: () =>
      'Reads the mails of its connection that wait to be read, and asks the registry what it has of the domain where it can be asked.',
    run: async (deps, input) => {
      const order = await checkOrder(deps, input)
      return `${named(order)}: ${order.check.text}`
    },
  },
  reset: {
    ...{ label: 'Reset the wait', danger: false },
    applies: ({ status }) => WHY_NO_RESET[status] === null,
    foretell: ({ request }, words) =>
      `The wait for the reply begins anew and lasts as long as its connection says${request?.deadline == null ? '' : `; now it ends at ${words(request.deadline)}`}.`,
    run: async (deps, input) => {
      const order = await resetOrder(deps, input)
      return `${named(order)}: the wait for the reply begins anew.`
    },
  },
  retry: {
    ...{ label: 'Retry', danger: false },
    applies: ({ status, erasedAt }) => status === 'queued' || (erasedAt === null && WHY_NO_RETRY[status] === null),
    foretell: ({ status }) => RETRIES[status] ?? RETRIES.refused,
    run: async (deps, input) => {
      const order = await retryOrder(deps, input)
      return `${named(order)}: its request is on its way again.`
    },
  },
  cancel: {
    ...{ label: 'Cancel', danger: true },
    applies: ({ status }) => isOpen(status),
    foretell: (order) => `Withdraws the order for good. ${refundWords(order)} ${departureWords(order)}`,
    run: async (deps, input) => {
      const order = await cancelOrder(deps, input)
      return `${named(order)}: withdrawn.`
    },
  },
}

const RETRIES: Partial<Record<OrderStatus, string>> & { refused: string } = {
  queued: 'Tries to hand its request over now, before its time.',
  uncertain:
    'Sends the request again, with the same reference. Look at the registry first: it may have it already, and could carry it out twice.',
  refused: 'Checks the order again and sends it as a new request. Nothing is charged or refunded a second time.',
}

const refundWords = (order: Decided): string => {
  if (order.status === 'awaiting-payment') return 'It was never paid, so nothing is refunded.'
  if (!isBilled(order) || order.refundedAt !== null) return 'Nothing is refunded.'
  return `Billing is told to refund it${order.price === null ? '' : ` (${order.price.amount} ${order.price.currency})`}.`
}

const departureWords = ({ status }: Decided): string =>
  status === 'awaiting-payment' || status === 'queued'
    ? 'Its request has not left, and will not.'
    : 'Its request is closed here; the registry may still carry it out, and its success is then a conflict for a person.'
