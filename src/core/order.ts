import { type Action, isAside, isTransferAnswer } from './action.js'
import type { Contacts, DomainEvent, Nameserver } from './domain.js'
import type { Problem } from './errors.js'
import type { Mode } from './mode.js'
import type { ReplyData } from './reply.js'
import type { Who } from './two-persons.js'

/**
 * An order's life. `awaiting-approval`: it needs a second person (core/two-persons.ts), and nothing is signed before. `uncertain`: the connection broke after the message was handed over, and the profile forbids to send
 * it again blindly, so a person decides.
 */
export const ORDER_STATUSES = [
  'awaiting-payment',
  'awaiting-approval',
  'queued',
  'sent',
  'acknowledged',
  'uncertain',
  'done',
  'refused',
  'timed-out',
  'cancelled',
] as const

export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** While an order is in one of these, no other order on its domain is taken. The database enforces the same list. */
export const OPEN_ORDER_STATUSES = [
  'awaiting-payment',
  'awaiting-approval',
  'queued',
  'sent',
  'acknowledged',
  'uncertain',
] as const satisfies readonly OrderStatus[]

export const isOpen = (status: OrderStatus): boolean => (OPEN_ORDER_STATUSES as readonly OrderStatus[]).includes(status)

export type AccountType = 'customer' | 'provider'
export type Origin = 'store' | 'control-centre' | 'provider'

export type Account = { id: string; type: AccountType; email: string | null }
export type Price = { amount: string; currency: string }
export type Agreement = { version: string; acceptedBy: string; acceptedAt: string }

/** What a billing system was paid for: one action on one domain. Hosts and names are A-labels in lower case. */
export type OrderTerms = {
  billingOrderId: string
  account: Account
  origin: Origin
  action: Action
  domain: string
  unicodeName: string
  period: { years: number } | null
  nameservers: Nameserver[]
  contacts: Contacts
  /** A password of the domain: sent to the registry, never shown again. */
  authInfo: string | null
  /** DNSSEC keys as `Dnskey` lines; null: those that the domain has. */
  dnssec: string[] | null
  records: string[]
  disconnect: boolean | null
  notify: string | null
  price: Price | null
  agreement: Agreement | null
}

export type Order = {
  id: string
  terms: OrderTerms
  connectionId: string
  /** Of its connection when it was placed: an order in test mode never reaches a live registry. */
  mode: Mode
  status: OrderStatus
  /**
   * The reason and code of a refusal: the registry's own words, or ours with the code `undeliverable` or `timeout`; and why it
   * was not approved, with `rejected` or `not-approved`, or was not sent, with `lapsed`.
   */
  reason: string | null
  code: string | null
  /** What was found when it was placed and did not keep it from being taken. Pointers are into its body. */
  warnings: Problem[]
  /** What the registry answered to a question; null for other orders, and before. */
  result: ReplyData | null
  createdAt: Date
  /** Who placed it, and who had it tried again before it was approved: none of them may approve it. */
  orderedBy: Who[]
  /** The second person, where it needed one. */
  approvedBy: Who | null
  approvedAt: Date | null
  /** When its DNS was asked for, and prepared or acknowledged (core/dns-preparation.ts); null where it is not waited for, and before. */
  dnsAskedAt: Date | null
  dnsPreparedAt: Date | null
  paidAt: Date | null
  paymentReference: string | null
  /** When billing was told to charge for it, and to give that back: each at most once, however often it is tried. */
  chargedAt: Date | null
  refundedAt: Date | null
  updatedAt: Date
  /** When its personal data was erased, for good (core/erasure.ts). */
  erasedAt: Date | null
}

/** Stands for the AuthInfo of an order wherever a text of its request is shown to people. */
export const COVERED_AUTH_INFO = '********'

/** The code of a refusal that no registry gave: its mail server would not take the request. */
export const UNDELIVERABLE = 'undeliverable'
/** The code of an order that nobody answered in time. */
export const TIMED_OUT = 'timeout'

/** A code by which the gateway tells of itself what became of an order; neither a registry nor a person may say it. */
export const isOwnCode = (code: string): boolean => code === UNDELIVERABLE || code === TIMED_OUT

/** What is wrong with the code that a person gives a refusal, in words that follow its name; null where nothing is. */
export const codeProblem = (code: string | null, { refuses }: { refuses: boolean }): string | null => {
  if (code === null) return null
  if (!refuses) return 'belongs to a refusal; leave it out for any other outcome'
  return isOwnCode(code)
    ? `is "${code}", by which the gateway itself says what became of an order; give the registry's code, or none`
    : null
}

/**
 * Whether billing is told to charge for it. A question to the registry without a price costs nobody anything, and nobody ordered
 * that another provider asks for a domain.
 */
export const isBilled = ({ action, price }: Pick<OrderTerms, 'action' | 'price'>): boolean =>
  !isTransferAnswer(action) &&
  (price !== null || (action !== 'check' && action !== 'info' && action !== 'lookup-transfer'))

/** A provider's order goes at once, and so does what nobody is charged for by its nature; a customer's waits for its payment. */
export const waitsForPayment = (
  { action, account }: Pick<OrderTerms, 'action' | 'account'>,
  paidAt: Date | null,
): boolean => account.type === 'customer' && paidAt === null && !isTransferAnswer(action)

/** The event that a request for this action, going out, means for its domain; null where it means nothing. */
export const outgoingEvent = (action: Action): DomainEvent | null =>
  isAside(action) ? null : action === 'register' || action === 'transfer' || action === 'restore' ? action : 'change'

/**
 * The event that the registry's success means for the domain. After a transit it still exists, in the hands of its registry:
 * it went away, and was not deleted. Null where it means nothing.
 */
export const successEvent = (action: Action): DomainEvent | null =>
  isAside(action)
    ? null
    : action === 'close'
      ? 'deleted'
      : action === 'transit'
        ? 'moved-away'
        : action === 'restore'
          ? 'restored'
          : 'done'
