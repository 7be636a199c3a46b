/**
 * What people are told by mail. `admin` stands for the addresses of SEALPOST_ADMIN_MAIL at the time when it is sent.
 *
 * `form-errors`: an order that was not taken, with all that is wrong with it. `transfer-requested`: another
 * provider asks for a domain, for whose it is. `alarm`: what a person has to look at.
 */
export const NOTICE_KINDS = [
  'order-filed',
  'status-change',
  'digest',
  'heartbeat',
  'ticket',
  'alarm',
  'key-expiring',
  'form-errors',
  'transfer-requested',
] as const

export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** `recorded`: nothing is mailed, and its answer says why. `failed`: it was given up, and can be sent again by hand. */
export const NOTICE_STATES = ['waiting', 'recorded', 'sent', 'failed'] as const
export type NoticeState = (typeof NOTICE_STATES)[number]

export type NoticeRecipient = { kind: 'admin' } | { kind: 'account'; address: string }

export type NewNotice = {
  kind: NoticeKind
  at: Date
  to: NoticeRecipient
  /** What its template gets, as JSON has it (docs/notifications.md). */
  values: Record<string, unknown>
  /** A-label. */
  domain: string | null
  orderId: string | null
  /** Where set, a second notice with the same key is none: nothing is written for it. */
  once: string | null
}

export type Notice = NewNotice & {
  /** UUIDv7, and what its Message-ID is made of: a mail that was sent twice has the same. */
  id: string
  state: NoticeState
  /** Tries since it was last made to go, at `since`. */
  attempts: number
  since: Date
  /** When it is tried next; null where it has ended. */
  dueAt: Date | null
  /** The relay's own words, or why nothing is mailed; null before the first try. */
  answer: string | null
  sentAt: Date | null
}
