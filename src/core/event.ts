/** What billing systems are told; each row is written in the transaction that causes it. */
export const EVENT_TYPES = [
  'domain.scheduled',
  'dns.prepare',
  'order.filed',
  'order.done',
  'order.refused',
  'order.timed-out',
  'order.cancelled',
  'order.conflict',
  'domain.registering',
  'domain.transferring',
  'domain.registered',
  'domain.error',
  'domain.delegated',
  'domain.connected',
  'domain.closed',
  'domain.gone',
  'domain.expiry-warning',
  'domain.setup-late',
  'domain.transfer-requested',
  'billing.charge',
  'billing.refund',
  'billing.charge-again-suggested',
  'mail.unrecognised',
  'key.expiring',
  'request.overdue',
] as const

export type EventType = (typeof EVENT_TYPES)[number]

export type NewEvent = {
  type: EventType
  at: Date
  /** A-label, or another thing that the event is about. */
  subject: string
  data: Record<string, unknown>
  /** Where set, the database takes no second event with the same key: one charge, one refund an order. */
  once?: string
}
