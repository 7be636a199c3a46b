import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'

const built: Capability = { supported: true, expectsReply: true }
const noSuchOrder = (why: string): Capability => ({ supported: false, reason: why })

const NO_ANSWER = noSuchOrder(
  'The order language has no answer to another provider: whoever has the AuthInfo gets the domain.',
)

/** What an order can ask for, and why not. */
export const capabilities: Record<Action, Capability> = {
  register: built,
  transfer: built,
  'update-nameservers': built,
  update: noSuchOrder(
    'The registry changes a domain by orders for one matter each: take update-nameservers or change-holder.',
  ),
  'change-holder': built,
  renew: noSuchOrder('The registry renews by itself: a domain runs until it is deleted, so no renewal is ever sent.'),
  close: built,
  transit: built,
  restore: built,
  lock: noSuchOrder('The order language that this profile speaks has no order that locks a domain.'),
  release: noSuchOrder('The order language that this profile speaks has no order that releases a domain.'),
  'approve-transfer': NO_ANSWER,
  'reject-transfer': NO_ANSWER,
  setup: noSuchOrder('The registry has no such order: setting up name service is up to the provider.'),
  remove: noSuchOrder('The registry has no such order: removing name service is up to the provider.'),
  'create-authinfo': built,
  'delete-authinfo': built,
  'create-contact': built,
  'update-contact': built,
  check: built,
  info: built,
  lookup: noSuchOrder('The registry has no such order: a look-up of names is not part of its order language.'),
  'lookup-transfer': noSuchOrder('The registry has no such order: a transfer succeeds with the AuthInfo, or not.'),
}
