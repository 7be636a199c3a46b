import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'

const built: Capability = { supported: true, expectsReply: true }
const noSuchRequest = (why: string): Capability => ({ supported: false, reason: why })

const NO_ANSWER = noSuchRequest(
  'The protocol asks no provider that loses a domain: a contact of the domain countersigns its transfer.',
)

/** What an order can ask for, and why not. */
export const capabilities: Record<Action, Capability> = {
  register: built,
  // The transfer keeps the domain's name servers and contacts.
  transfer: { ...built, takesHosts: false },
  'update-nameservers': built,
  update: built,
  'change-holder': built,
  renew: built,
  close: built,
  transit: noSuchRequest('The protocol has no request that gives a domain back to its registry: order close.'),
  restore: noSuchRequest('The protocol has no request that undoes a removal.'),
  lock: noSuchRequest(
    'The protocol has no request that keeps a domain from being transferred: a contact countersigns each transfer.',
  ),
  release: noSuchRequest('The protocol needs no release: a contact of the domain countersigns its transfer.'),
  'approve-transfer': NO_ANSWER,
  'reject-transfer': NO_ANSWER,
  setup: noSuchRequest('The protocol has no such request: setting up name service is up to the provider.'),
  remove: noSuchRequest('The protocol has no such request: removing name service is up to the provider.'),
  'create-authinfo': noSuchRequest(
    'A domain has no password here: its contacts have keys, which a person changes at the registry.',
  ),
  'delete-authinfo': noSuchRequest(
    'A domain has no password here: its contacts have keys, which a person changes at the registry.',
  ),
  'create-contact': built,
  'update-contact': built,
  check: noSuchRequest(
    'The protocol has no question whether a name is free: order info, which fails for a name that nobody has.',
  ),
  info: built,
  lookup: noSuchRequest('The protocol has no look-up of names.'),
  'lookup-transfer': noSuchRequest(
    'The protocol has no such question: a transfer succeeds with the key of a contact, or not.',
  ),
}
