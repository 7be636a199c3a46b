import { acquires, isTransferAnswer } from '../core/action.js'
import type { Connection } from '../core/connection.js'
import { type Domain, transition } from '../core/domain.js'
import type { Problem } from '../core/errors.js'
import type { Subject } from '../core/happening.js'
import type { Order, OrderTerms } from '../core/order.js'
import type { Who } from '../core/two-persons.js'
import { UNWATCHED } from '../core/watch.js'
import type { Deps } from './deps.js'
import { newRequest } from './new-request.js'
import type { OrderBody } from './prepare-order.js'

/** An order that is new, with its first request, and its domain as it is from then on. */
export const newSubject = (
  deps: Deps,
  input: {
    body: OrderBody
    terms: OrderTerms
    connection: Connection
    domain: Domain | null
    warnings: Problem[]
    orderedBy: Who
  },
): Subject => {
  const now = deps.clock.now()
  const { terms, connection } = input
  const order: Order = {
    id: deps.newId(),
    terms,
    connectionId: connection.id,
    mode: connection.mode,
    status: 'awaiting-payment',
    reason: null,
    code: null,
    warnings: input.warnings,
    result: null,
    createdAt: now,
    orderedBy: [input.orderedBy],
    approvedBy: null,
    approvedAt: null,
    dnsAskedAt: null,
    dnsPreparedAt: null,
    paidAt: input.body.paid ? now : null,
    paymentReference: null,
    chargedAt: null,
    refundedAt: null,
    updatedAt: now,
    erasedAt: null,
  }
  const domain = answeredBy(order, pendingDomain(order, input.domain, now))
  return { order, request: newRequest(deps, order, connection), domain }
}

/** What another provider asks is answered by the last order that was placed for that. */
const answeredBy = ({ id, terms }: Order, domain: Domain): Domain =>
  isTransferAnswer(terms.action) && domain.transferRequest !== null
    ? { ...domain, transferRequest: { ...domain.transferRequest, orderId: id } }
    : domain

const pendingDomain = (order: Order, existing: Domain | null, now: Date): Domain => {
  const { terms } = order
  const known = existing === null || !acquires(terms.action) ? existing : { ...existing, mode: order.mode }
  const domain: Domain = known ?? {
    name: terms.domain,
    unicodeName: terms.unicodeName,
    state: 'none',
    detail: 'init',
    connectionId: order.connectionId,
    accountId: null,
    owner: null,
    mode: order.mode,
    nameservers: [],
    dnssec: [],
    undelegatedUntil: null,
    ...UNWATCHED,
    contacts: {},
    eppStatus: [],
    locked: null,
    transferRequest: null,
    since: now,
    expiresAt: null,
  }
  if (terms.account.type === 'provider' || !acquires(terms.action)) return domain
  const state = transition(domain.state, 'await-payment')
  return state === null
    ? domain
    : { ...domain, state, detail: 'init', connectionId: order.connectionId, mode: order.mode, since: now }
}
