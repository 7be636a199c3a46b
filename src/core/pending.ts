import type { Action } from './action.js'
import type { MailStage } from './mail.js'
import type { Order } from './order.js'
import type { Request } from './request.js'

/** An order that is open, its last attempt, and the last mail of the registry that is about it. */
export type PendingOrder = {
  order: Order
  request: Request
  lastReply: { mailId: string; receivedAt: Date; stage: MailStage; reason: string | null } | null
}

/** Of decisions on such requests half came within `p50`, 95 of 100 within `p95`. Milliseconds. */
export type ReplyTimes = { connectionId: string; action: Action; count: number; p50: number; p95: number }
