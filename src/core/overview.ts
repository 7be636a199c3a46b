import type { Action } from './action.js'
import type { MailStage } from './mail.js'

/** Where a count stops: "1000" is as many or more. */
export const MOST_COUNTED = 1_000

/** Inbound mails that nothing more becomes of before a person looks. */
export const WAITING_STAGES = [
  'unrecognised',
  'ambiguous',
  'conflict',
  'quarantined',
  'untrusted',
] as const satisfies readonly MailStage[]

export type OverviewCounts = {
  mails: Record<(typeof WAITING_STAGES)[number], number>
  domainsInError: number
  /** Transfers that the losing provider refused, and may still agree to. */
  domainsRefusedTransfer: number
  ordersOpen: number
  ordersUncertain: number
  /** They wait for a second person. */
  ordersToApprove: number
  requestsLate: number
}

/** A request whose reply is late (core/overdue.ts). */
export type LateRequest = {
  orderId: string
  domain: string
  action: Action
  connectionId: string
  sentAt: Date | null
  deadline: Date | null
}
