import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'

const built: Capability = { supported: true, expectsReply: true }
const no = (reason: string): Capability => ({ supported: false, reason })

const NO_HOLDER = no(
  'An object has no holder and no owner other than its maintainers, who are settings of the account.',
)
const NO_PASSWORD = no(
  'Whoever may change an object signs with a key of its maintainer; there are no passwords of domains.',
)
const NO_CONTACTS = no(
  'Persons and roles are objects of their own, which this profile does not write; give their handles.',
)
const NO_QUESTION = no('The database answers questions by whois, not by mail.')
const NO_ANSWER = no('A zone changes hands with its address space, so nobody asks a maintainer for it.')
const NO_STATE = no('An object is in the database or not; there is no such state of it.')

/** What an order can ask for, and why not. */
export const capabilities: Record<Action, Capability> = {
  register: built,
  transfer: no('A zone changes hands when its address space does; the new maintainer then creates the object.'),
  'update-nameservers': built,
  update: no('An object is sent whole: order update-nameservers, which takes contacts and DNSSEC keys too.'),
  'change-holder': NO_HOLDER,
  renew: no('An object stays until it is deleted, so no renewal is ever sent.'),
  close: built,
  transit: NO_STATE,
  restore: no('A deleted object is gone; order it anew.'),
  lock: NO_STATE,
  release: NO_STATE,
  'approve-transfer': NO_ANSWER,
  'reject-transfer': NO_ANSWER,
  setup: no('The registry serves no zones of providers; name service is up to the provider.'),
  remove: no('The registry serves no zones of providers; name service is up to the provider.'),
  'create-authinfo': NO_PASSWORD,
  'delete-authinfo': NO_PASSWORD,
  'create-contact': NO_CONTACTS,
  'update-contact': NO_CONTACTS,
  check: NO_QUESTION,
  info: NO_QUESTION,
  lookup: NO_QUESTION,
  'lookup-transfer': NO_QUESTION,
}
