/**
 * The order language of the registry as its published clients and documents show it: versions, verbs, keys and the codes
 * of its findings. What is known of each is in `docs/registries/denic.md`.
 */
import type { Action } from '../../core/action.js'

export const VERSION = '5.0'

/** The verb of each action that this profile sends. */
export const VERBS = {
  register: 'CREATE',
  transfer: 'CHPROV',
  'update-nameservers': 'UPDATE',
  'change-holder': 'CHHOLDER',
  close: 'DELETE',
  transit: 'TRANSIT',
  restore: 'RESTORE',
  'create-authinfo': 'CREATE-AUTHINFO1',
  'delete-authinfo': 'DELETE-AUTHINFO1',
} as const satisfies Partial<Record<Action, string>>
export type SentAction = keyof typeof VERBS

/** Has the registry send the holder a letter with a password that it chooses itself. */
export const LETTER_VERB = 'CREATE-AUTHINFO2'

/** The same for contacts, and for questions, which have no CTID. */
export const CONTACT_VERBS = { 'create-contact': 'CREATE', 'update-contact': 'UPDATE' } as const
export const QUESTION_VERBS = { check: 'CHECK', info: 'INFO' } as const
export type ContactAction = keyof typeof CONTACT_VERBS
export type Question = keyof typeof QUESTION_VERBS
export const isContactAction = (action: Action): action is ContactAction => Object.hasOwn(CONTACT_VERBS, action)
export const isQuestion = (action: Action): action is Question => Object.hasOwn(QUESTION_VERBS, action)

export const isSent = (action: Action): action is SentAction => Object.hasOwn(VERBS, action)

/** Keys of an order that may be there more than once, in lower case. */
export const REPEATABLE_IN_ORDERS: ReadonlySet<string> = new Set([
  ...['holder', 'nserver', 'nsentry', 'dnskey', 'organisation', 'address'],
])

/** Eleven digits, one blank, text (the value of INFO, WARNING and ERROR). */
export const FINDING = /^(\d{11}) (.+)$/

/** The first digit of a code that says why an order failed: errors (5, 6) and technical errors (7, 8). */
export const isDecisive = (code: string): boolean => /^[5-8]/.test(code)

/**
 * The domain is registered, but its DNS data were refused: it stays out of the zone with the status `failed`, and the
 * registry drops it unless they are mended within `DAYS_TO_MEND`.
 */
export const isUndelegated = (code: string): boolean => code === NOT_ACCEPTABLE || /^533001029\d\d$/.test(code)
export const NOT_ACCEPTABLE = '33300102900'
export const NO_SUCH_DOMAIN = '63300062009'
export const DAYS_TO_MEND = 30
