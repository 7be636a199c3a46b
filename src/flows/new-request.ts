import type { Connection } from '../core/connection.js'
import { isBelowRegistrable } from '../core/domain-name.js'
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
  // No registry has such a name: whatever the connection says by now, its mails and calls are not for it.
  const channel = isBelowRegistrable(order.terms.domain) ? 'people' : connection.channel
  const mail = connection.channel === 'mail' && channel === 'mail' ? connection : null
  return {
    id: deps.newId(),
    orderId: order.id,
    connectionId: connection.id,
    domain: order.terms.domain,
    action: order.terms.action,
    reference,
    channel,
    messageId: mail === null ? null : messageIdOf(reference, mail.registry.from),
    bounceToken: mail === null ? null : deps.bounceTokens.mint(deps.newSecret()),
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
