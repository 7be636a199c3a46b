import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'

const built: Capability = { supported: true, expectsReply: true }
const not = (why: string): Capability => ({ supported: false, reason: why })

const NO_ANSWER = not(
  'No registrar is asked for a name: the present one pushes it to the tag of another (transit detags it).',
)

/** What an order can ask for, and why not. */
export const capabilities: Record<Action, Capability> = {
  register: built,
  transfer: not(
    'A name is pushed: the present registrar releases it to your tag, and the registry then asks you by mail whether you take it.',
  ),
  'update-nameservers': built,
  update: built,
  'change-holder': not(
    "A registrant's name cannot be modified: the registrant transfers the name, which is not by mail.",
  ),
  renew: built,
  close: built,
  transit: built,
  restore: not('The automaton has no such operation: a deletion is final.'),
  lock: not('Of the operation that locks a name nothing but its name is documented; use the online service.'),
  release: not(
    'An order has no place for the tag that a name is released to: use the online service, or transit, which detags it.',
  ),
  'approve-transfer': NO_ANSWER,
  'reject-transfer': NO_ANSWER,
  setup: not('The registry has no such operation: setting up name service is up to the provider.'),
  remove: not('The registry has no such operation: removing name service is up to the provider.'),
  'create-authinfo': not('The registry has no AuthInfo: a name is released to the tag of another registrar.'),
  'delete-authinfo': not('The registry has no AuthInfo: a name is released to the tag of another registrar.'),
  'create-contact': not('An account is made with the first name that it holds: give its data in a registration.'),
  'update-contact': not('What can be modified of a registrant is modified with a name of theirs (update).'),
  check: not('The automaton answers for names on your own tag alone: name a lookup script in the connection.'),
  info: built,
  lookup: not('The automaton answers for names on your own tag alone.'),
  'lookup-transfer': not('A name is released by its present registrar, or not; there is nothing to ask.'),
}
