import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'

const built: Capability = { supported: true, expectsReply: true }
const not = (why: string): Capability => ({ supported: false, reason: why })

const NO_SECTION = 'The document of the robot has no section for it; ask the registrar.'
const NO_ANSWER = not(
  'What the section of transfers away says is not documented here; answer the other provider at the registrar.',
)
const CONTACT =
  'The robot wants sex, fax number, house number and both parts of the name, which an order does not have; make the contact at the registrar, and give its handle.'

/** What an order can ask for, and why not. Of what is built the request of `register` alone is documented. */
export const capabilities: Record<Action, Capability> = {
  register: built,
  transfer: built,
  'update-nameservers': built,
  update: built,
  'change-holder': built,
  renew: not('The document of the robot has no section for it; how names are renewed is agreed with the registrar.'),
  close: built,
  transit: not('What the section of transfers away says is not documented here; do it at the registrar.'),
  restore: not(NO_SECTION),
  lock: built,
  release: built,
  'approve-transfer': NO_ANSWER,
  'reject-transfer': NO_ANSWER,
  setup: not(NO_SECTION),
  remove: not(NO_SECTION),
  'create-authinfo': not(NO_SECTION),
  'delete-authinfo': not(NO_SECTION),
  'create-contact': not(CONTACT),
  'update-contact': not(CONTACT),
  check: not('The robot has no question; name a lookup script in the connection to have names checked.'),
  info: not('The robot has no question; look at the website of the registrar.'),
  lookup: not('The robot has no question.'),
  'lookup-transfer': not('The robot has no question: a transfer is carried out, or refused with the reason.'),
}
