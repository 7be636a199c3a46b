import type { Action } from '../../core/action.js'
import type { Capability } from '../profile.js'

const has: Capability = { supported: true, expectsReply: true }
const hasNot = (why: string): Capability => ({ supported: false, reason: why })

const NO_ANSWER = hasNot('Answers to another registrar are not built for OpenSRS: give them in its control panel.')

/** What this profile knows how to ask the server for, and why not for the rest. */
export const capabilities: Record<Action, Capability> = {
  register: has,
  transfer: { ...has, takesHosts: false },
  'update-nameservers': has,
  renew: has,
  check: has,
  info: has,
  'lookup-transfer': has,
  lookup: hasNot('A lookup is answered by a script: order check, which asks the registry whether a name is free.'),
  update: hasNot('Only name servers can be changed by this profile: order update-nameservers.'),
  'change-holder': hasNot('Changes of contacts are not built for OpenSRS: make them in its control panel.'),
  close: hasNot('Deletions are not built for OpenSRS: a domain that is not renewed ends by itself.'),
  transit: hasNot('No registry behind OpenSRS takes a domain back into its own hands: let it expire instead.'),
  restore: hasNot('Redemption is not built for OpenSRS, which charges much for it: order it in its control panel.'),
  lock: hasNot('A domain is locked when it is registered; the lock is changed in the control panel of OpenSRS.'),
  release: hasNot('A domain is released by lifting its lock in the control panel of OpenSRS.'),
  'approve-transfer': NO_ANSWER,
  'reject-transfer': NO_ANSWER,
  setup: hasNot('Preparing name service is up to the provider: OpenSRS has nothing to do for it.'),
  remove: hasNot('Removing name service is up to the provider: OpenSRS has nothing to do for it.'),
  'create-authinfo': hasNot('The AuthInfo of a domain is made and shown in the control panel of OpenSRS.'),
  'delete-authinfo': hasNot('The AuthInfo of a domain is made and shown in the control panel of OpenSRS.'),
  'create-contact': hasNot('OpenSRS has no contacts by themselves: each order carries the data of its own.'),
  'update-contact': hasNot('OpenSRS has no contacts by themselves: each order carries the data of its own.'),
}
