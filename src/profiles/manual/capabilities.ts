import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'

const byTicket: Capability = { supported: true, expectsReply: true }
const notAsked = (why: string): Capability => ({ supported: false, reason: why })

/** What people can be asked for, and why not for the rest. */
export const capabilities: Record<Action, Capability> = {
  register: byTicket,
  transfer: byTicket,
  'update-nameservers': byTicket,
  update: byTicket,
  'change-holder': byTicket,
  renew: byTicket,
  close: byTicket,
  transit: byTicket,
  restore: byTicket,
  lock: byTicket,
  release: byTicket,
  'approve-transfer': byTicket,
  'reject-transfer': byTicket,
  setup: notAsked('Preparing name service is up to the provider: a registrar has nothing to do for it.'),
  remove: notAsked('Removing name service is up to the provider: a registrar has nothing to do for it.'),
  'create-authinfo': byTicket,
  'delete-authinfo': byTicket,
  'create-contact': byTicket,
  'update-contact': byTicket,
  check: notAsked(
    'A ticket takes hours: name a lookup script in the connection, which answers before an order is taken.',
  ),
  info: notAsked('A ticket has no form for data: ask whoever carries out the orders of this connection.'),
  lookup: notAsked(
    'A ticket takes hours: name a lookup script in the connection, which answers before an order is taken.',
  ),
  'lookup-transfer': notAsked('A ticket takes hours: order the transfer, which is refused where it cannot be done.'),
}
