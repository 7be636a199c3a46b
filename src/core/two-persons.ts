import type { Action } from './action.js'
import type { Order } from './order.js'

/** What can be made to need two persons (`SEALPOST_TWO_PERSONS`): deleting a domain, and letting another provider have it. */
export const TWO_PERSON_KINDS = ['close', 'transfer-out'] as const

export type TwoPersonKind = (typeof TWO_PERSON_KINDS)[number]

/** A console user. By both: a user who is removed and added again under the same name is the same person to us. */
export type Person = { id: string; name: string }

/**
 * Who did something: as the action log names them, and the console user behind it. Of a token that is who made it on the
 * console, because they know it; null where nobody of the console did, such as a command.
 */
export type Who = { actor: string; person: Person | null }

/**
 * How each action gives a domain away, if it does. `transit` hands it to its registry, a password (AuthInfo) lets whoever has it
 * move the domain, `release` unlocks it for that or pushes it to another registrar, and `approve-transfer` lets go of it.
 * `remove` drops a name that is not ours.
 */
export const GIVES_AWAY: Readonly<Record<Action, TwoPersonKind | null>> = {
  register: null,
  transfer: null,
  'update-nameservers': null,
  update: null,
  'change-holder': null,
  renew: null,
  close: 'close',
  transit: 'transfer-out',
  restore: null,
  lock: null,
  release: 'transfer-out',
  'approve-transfer': 'transfer-out',
  'reject-transfer': null,
  setup: null,
  remove: null,
  'create-authinfo': 'transfer-out',
  'delete-authinfo': null,
  'create-contact': null,
  'update-contact': null,
  check: null,
  info: null,
  lookup: null,
  'lookup-transfer': null,
}

/** Whether the settings want two persons for an action. */
export const takesTwo = (kinds: readonly TwoPersonKind[], action: Action): boolean => {
  const kind = GIVES_AWAY[action]
  return kind !== null && kinds.includes(kind)
}

/** Whether an order may not go before a second person approves it. An approval is of the order, and holds for every retry. */
export const needsApproval = (
  kinds: readonly TwoPersonKind[],
  { terms, approvedAt }: Pick<Order, 'terms' | 'approvedAt'>,
): boolean => approvedAt === null && takesTwo(kinds, terms.action)

/** How long a second person is waited for. Then the order is cancelled: what it says may not be what anybody wants by now. */
export const APPROVAL_WAIT_MS = 7 * 86_400_000

/** Codes of orders that were cancelled instead of approved: by somebody, or because nobody came. */
export const REJECTED = 'rejected'
export const NOT_APPROVED = 'not-approved'

/** Whether somebody is among those who ordered: by themselves, by a token that they made, or under the same name before. */
export const isAmong = (orderedBy: readonly Who[], { id, name }: Person): boolean =>
  orderedBy.some(({ actor, person }) => actor === actorOfUser(name) || person?.id === id || person?.name === name)

/** What the action log calls a console user. */
export const actorOfUser = (name: string): string => `user:${name}`

/** Those who ordered, for people. */
export const orderedByText = (orderedBy: readonly Who[]): string => {
  const names = orderedBy.map(({ actor, person }) =>
    person === null || actor === actorOfUser(person.name) ? actor : `${actor} (made by ${person.name})`,
  )
  return names.length === 0 ? 'somebody whom the log names' : [...new Set(names)].join(' and ')
}
