import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'

const built: Capability = { supported: true, expectsReply: true }
const not = (why: string): Capability => ({ supported: false, reason: why })

const SELF = 'The profile sends no such form, because its answers are not known; file it with the partner by hand.'

/** What an order can ask for, and why not. */
export const capabilities: Record<Action, Capability> = {
  register: built,
  transfer: built,
  'update-nameservers': built,
  update: built,
  'change-holder': not('The robot has no such action: change the owner by an update with all of its data.'),
  renew: not('The robot has no such action: its registries renew by themselves until a domain is closed.'),
  close: built,
  transit: built,
  restore: not('The robot has no such action: ask the hostmasters of the partner.'),
  lock: built,
  release: built,
  'approve-transfer': built,
  'reject-transfer': built,
  setup: not(SELF),
  remove: not(SELF),
  'create-authinfo': not('The robot has no such action: ask the hostmasters of the partner for the AuthInfo.'),
  'delete-authinfo': not('The robot has no such action: ask the hostmasters of the partner.'),
  'create-contact': not('The robot has no such action: a handle comes of an order that gives all data of the contact.'),
  'update-contact': not('The robot has no such action: an update with all data of the contact makes a new handle.'),
  check: not('The robot has no such action: name a lookup script in the connection to have names checked.'),
  info: not('The robot has no such action: it tells each status by itself.'),
  lookup: not('The robot has no such action.'),
  'lookup-transfer': not('The robot has no such action: the present provider is asked when the transfer is ordered.'),
}
