import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'

const built: Capability = { supported: true, expectsReply: true }
const not = (why: string): Capability => ({ supported: false, reason: why })
const ON_THE_SITE = 'The form has no mode for it; do it on the website of the registrar.'

/** What an order can ask for, and why not. */
export const capabilities: Record<Action, Capability> = {
  register: built,
  transfer: built,
  'update-nameservers': built,
  update: built,
  'change-holder': built,
  renew: not('The form has no mode that renews a domain; how domains are renewed is agreed with the registrar.'),
  close: built,
  transit: not(ON_THE_SITE),
  restore: not(ON_THE_SITE),
  lock: not(ON_THE_SITE),
  release: not(ON_THE_SITE),
  'approve-transfer': not(ON_THE_SITE),
  'reject-transfer': not(ON_THE_SITE),
  setup: not(ON_THE_SITE),
  remove: not(ON_THE_SITE),
  'create-authinfo': not(
    'What the key new-authinfo of the form does is not known; do it on the website of the registrar.',
  ),
  'delete-authinfo': not(ON_THE_SITE),
  'create-contact': not(
    'The form makes no contact by itself; make it on the website of the registrar, and give its id.',
  ),
  'update-contact': not(ON_THE_SITE),
  check: not('The form has no mode that asks; name a lookup script in the connection to have names checked.'),
  info: not('The form has no mode that asks; look at the website of the registrar.'),
  lookup: not('The form has no mode that asks.'),
  'lookup-transfer': not('The form has no mode that asks: a transfer succeeds with the AuthInfo, or not.'),
}
