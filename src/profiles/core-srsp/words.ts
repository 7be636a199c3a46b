/**
 * The words of the Shared Registry System Protocol, payload version 1.0 (draft-crispin-srs-00, 1998). Section numbers are those
 * of that draft.
 */
import type { Action } from '../../core/action.js'

export const VERSION = '1.0'

/** `Request-Type` (2.2.1.4) of each action that this profile sends. */
export const REQUEST_TYPES = {
  register: 'create domain',
  transfer: 'transfer domain',
  'update-nameservers': 'modify domain',
  update: 'modify domain',
  'change-holder': 'modify domain',
  renew: 'renew domain',
  close: 'remove domain',
  info: 'inquire domain',
  'create-contact': 'create contact',
  'update-contact': 'modify contact',
} as const satisfies Partial<Record<Action, string>>

export type SentAction = keyof typeof REQUEST_TYPES
export const isSent = (action: Action): action is SentAction => Object.hasOwn(REQUEST_TYPES, action)

export const isRequestType = (type: string): boolean => Object.values<string>(REQUEST_TYPES).includes(type)

/** The one action that a request is sent for; null where there are several, or none. */
export const actionOf = (requestType: string): SentAction | null => {
  const found = Object.entries(REQUEST_TYPES).filter(([, type]) => type === requestType)
  const [action] = found[0] ?? []
  return found.length === 1 && action !== undefined ? (action as SentAction) : null
}

/** Values of up to 255 characters unless said otherwise (2.1.3). */
export const LONGEST_VALUE = 255

/**
 * `Transaction-ID` (2.2.1.3): our reference, behind the registrar's id as is strongly recommended, where both fit on a line that
 * no mail program has to encode.
 */
export const transactionOf = (registrar: string, reference: string): string => {
  const whole = `${registrar}-${reference}`
  return whole.length <= LONGEST_TRANSACTION ? whole : reference
}
const LONGEST_TRANSACTION = 60

/** The reference in a `Transaction-ID` that the registry repeats. */
export const referenceOf = (registrar: string, transaction: string): string =>
  transaction.startsWith(`${registrar}-`) ? transaction.slice(registrar.length + 1) : transaction
