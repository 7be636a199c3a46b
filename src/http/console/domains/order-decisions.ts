import { Refusal } from '../../../core/errors.js'
import { isBilled, isOpen, type OrderStatus } from '../../../core/order.js'
import type { Person } from '../../../core/two-persons.js'
import type { OrderView } from '../../../core/views.js'
import { approveOrder, rejectOrder } from '../../../flows/approve-order.js'
import { checkOrder, WHY_NO_CHECK } from '../../../flows/check-order.js'
import { cancelOrder, resetOrder, retryOrder, WHY_NO_RESET, WHY_NO_RETRY } from '../../../flows/decide-order.js'
import type { Deps } from '../../../flows/deps.js'
import { acknowledgeDns } from '../../../flows/prepare-dns.js'
import type { TimeWords } from '../frame/words.js'

export const VERBS = ['approve', 'reject', 'dns-prepared', 'check', 'reset', 'retry', 'cancel'] as const
export type Verb = (typeof VERBS)[number]

/** What somebody can do with an order; the flows decide again whether it applies. */
type Decision = {
  label: string
  danger: boolean
  /** What to call the note that it needs; null where it needs none. */
  note: string | null
  applies(order: Pick<OrderView, 'status' | 'erasedAt' | 'dnsPrepare'>): boolean
  /** What it will do to this order, in sentences. */
  foretell(order: Decided, words: TimeWords): string
  /** What was done, in a sentence. */
  run(deps: Deps, input: Deciding): Promise<string>
}

/** The order, who decides, and the note that they gave, if one is needed. */
export type Deciding = { id: string; actor: string; person: Person; note: string }

/** What of an order a decision depends on. */
export type Decided = Pick<OrderView, 'status' | 'action' | 'price' | 'refundedAt' | 'approval'> & {
  request: { deadline: string | null } | null
}

const named = ({ action, unicodeName }: OrderView): string => `${action} ${unicodeName}`

export const DECISIONS: Record<Verb, Decision> = {
  approve: {
    ...{ label: 'Approve', danger: false, note: null },
    applies: ({ status }) => status === 'awaiting-approval',
    foretell: ({ action, approval }) =>
      `Lets the ${action} go in your name, as the second person, and its request is signed and sent. Ordered by: ${approval?.orderedBy.join(', ') || 'not known'}.`,
    run: async (deps, { id, ...by }) => {
      const order = await approveOrder(deps, { id, by: { actor: by.actor, person: by.person } })
      return `${named(order)}: approved, and on its way.`
    },
  },
  reject: {
    ...{ label: 'Reject', danger: true, note: 'Why it is not wanted' },
    applies: ({ status }) => status === 'awaiting-approval',
    foretell: (order) =>
      `Withdraws the order for good, and billing is told why. ${refundWords(order)} ${departureWords(order)}`,
    run: async (deps, { id, actor, note }) => {
      const order = await rejectOrder(deps, { id, actor, note: noteOf(note) })
      return `${named(order)}: rejected.`
    },
  },
  'dns-prepared': {
    ...{ label: 'DNS is prepared', danger: false, note: null },
    applies: ({ dnsPrepare }) => dnsPrepare !== null && dnsPrepare.next !== null,
    foretell: ({ action }) =>
      `Says in your name that the zone of the domain answers at its name servers. The ${action} request, which waits for that, is then signed and sent.`,
    run: async (deps, input) => {
      const order = await acknowledgeDns(deps, input)
      return `${named(order)}: its DNS is prepared, and its request may go.`
    },
  },
  check: {
    ...{ label: 'Check', danger: false, note: null },
    applies: ({ status }) => WHY_NO_CHECK[status] === null,
    foretell: () =>
      'Reads the mails of its connection that wait to be read, and asks the registry what it has of the domain where it can be asked.',
    run: async (deps, input) => {
      const order = await checkOrder(deps, input)
      return `${named(order)}: ${order.check.text}`
    },
  },
  reset: {
    ...{ label: 'Reset the wait', danger: false, note: null },
    applies: ({ status }) => WHY_NO_RESET[status] === null,
    foretell: ({ request }, words) =>
      `The wait for the reply begins anew and lasts as long as its connection says${request?.deadline == null ? '' : `; now it ends at ${words(request.deadline)}`}.`,
    run: async (deps, input) => {
      const order = await resetOrder(deps, input)
      return `${named(order)}: the wait for the reply begins anew.`
    },
  },
  retry: {
    ...{ label: 'Retry', danger: false, note: null },
    applies: ({ status, erasedAt, dnsPrepare }) =>
      status === 'queued'
        ? dnsPrepare === null || dnsPrepare.next === null
        : erasedAt === null && WHY_NO_RETRY[status] === null,
    foretell: ({ status }) => RETRIES[status] ?? RETRIES.refused,
    run: async (deps, input) => {
      const order = await retryOrder(deps, input)
      return `${named(order)}: its request is on its way again.`
    },
  },
  cancel: {
    ...{ label: 'Cancel', danger: true, note: null },
    applies: ({ status }) => isOpen(status),
    foretell: (order) => `Withdraws the order for good. ${refundWords(order)} ${departureWords(order)}`,
    run: async (deps, input) => {
      const order = await cancelOrder(deps, input)
      return `${named(order)}: withdrawn.`
    },
  },
}

const LONGEST_NOTE = 500

const noteOf = (text: string): string => {
  const note = text.replace(/\s+/g, ' ').trim()
  if (note === '' || note.length > LONGEST_NOTE)
    throw new Refusal('invalid', `A note of 1 to ${LONGEST_NOTE} characters is needed: say why it is not wanted.`)
  return note
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
  status === 'awaiting-payment' || status === 'awaiting-approval' || status === 'queued'
    ? 'Its request has not left, and will not.'
    : 'Its request is closed here; the registry may still carry it out, and its success is then a conflict for a person.'
