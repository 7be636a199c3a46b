import type { Connection } from '../core/connection.js'
import type { Order } from '../core/order.js'
import { messageIdOf, type Request } from '../core/request.js'
import type { Deps } from './deps.js'

/** A request that tries an order for the first time, or once more: with a reference of its own, and a Message-ID and a bounce address where it is a mail. */
export const newRequest = (
  deps: Pick<Deps, 'newId' | 'newSecret' | 'bounceTokens' | 'clock'>,
  order: Order,
  connection: Connection,
): Request => {
  const reference = `sp-${deps.newSecret()}`
  return {
    id: deps.newId(),
    orderId: order.id,
    connectionId: connection.id,
    domain: order.terms.domain,
    action: order.terms.action,
    reference,
    channel: connection.channel,
    messageId: connection.channel === 'mail' ? messageIdOf(reference, connection.registry.from) : null,
    bounceToken: connection.channel === 'mail' ? deps.bounceTokens.mint(deps.newSecret()) : null,
    state: 'waiting',
    attempts: 0,
    queuedAt: null,
    doubt: null,
    dueAt: null,
    deadline: null,
    checkAt: null,
    overdueAt: null,
    mailId: null,
    signedAt: null,
    signedAs: null,
    sentAt: null,
    repliedAt: null,
    answer: null,
    ticket: null,
    createdAt: deps.clock.now(),
  }
}
