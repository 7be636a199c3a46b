import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'
import { accountOf } from './account.js'

const built: Capability = { supported: true, expectsReply: true }
const not = (why: string): Capability => ({ supported: false, reason: why })

const NO_ANSWER = not(
  'No request of the mail gateway that answers another registrar is documented; do it on the website.',
)

/** What an order can ask for, and why not. */
export const capabilities: Record<Action, Capability> = {
  register: built,
  transfer: { ...built, takesHosts: false },
  'update-nameservers': built,
  update: built,
  'change-holder': not(
    "No request of the mail gateway that changes a domain's owner is documented; do it on the website.",
  ),
  renew: built,
  close: built,
  transit: not('The mail gateway has no such request: domains are given back by a deletion (close).'),
  restore: not(
    'No request of the mail gateway that undoes a deletion is documented; ask the support of the registrar.',
  ),
  lock: not('No request of the mail gateway that locks a domain is documented; do it on the website.'),
  release: not('No request of the mail gateway that unlocks a domain is documented; do it on the website.'),
  'approve-transfer': NO_ANSWER,
  'reject-transfer': NO_ANSWER,
  setup: built,
  remove: not('No request of the mail gateway that removes a zone is documented; set other name servers instead.'),
  'create-authinfo': not(
    'No request of the mail gateway that creates an AuthInfo is documented; do it on the website.',
  ),
  'delete-authinfo': not(
    'No request of the mail gateway that withdraws an AuthInfo is documented; do it on the website.',
  ),
  'create-contact': built,
  'update-contact': not('No request of the mail gateway that changes a contact is documented; make a new one instead.'),
  check: not('The mail gateway has no such request: name a lookup script in the connection to have names checked.'),
  info: not('The mail gateway lists all domains of an account, and tells nothing of a single one.'),
  lookup: not('The mail gateway has no such request.'),
  'lookup-transfer': not('The mail gateway has no such request: a transfer succeeds with the AuthInfo, or not.'),
}

/** The documentation speaks of "the auth-id" that a transfer needs; the key that it has in a request was not found. */
export const withheld = (action: Action, account: Record<string, unknown>): string | null =>
  action === 'transfer' && accountOf(account).authIdKey === undefined
    ? 'The key under which the gateway takes the AuthInfo could not be verified: look it up in the reseller documentation, and set account.authIdKey of the connection.'
    : null
