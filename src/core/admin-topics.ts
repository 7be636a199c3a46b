import type { NoticeKind } from './notice.js'

/** What administrators can choose to be mailed about. */
export const ADMIN_TOPICS = ['filed', 'tickets', 'alarms', 'digests', 'forms'] as const
export type AdminTopic = (typeof ADMIN_TOPICS)[number]

/** Unless they choose: whoever placed an order that was not taken was told so in the answer. */
export const DEFAULT_TOPICS = ['filed', 'tickets', 'alarms', 'digests'] as const satisfies readonly AdminTopic[]

/** The topic of a notice to the administrators; null: it is always mailed. */
export const topicOf = (kind: NoticeKind): AdminTopic | null => TOPICS[kind]

const TOPICS: Record<NoticeKind, AdminTopic | null> = {
  'order-filed': 'filed',
  'status-change': null,
  digest: 'digests',
  heartbeat: 'digests',
  ticket: 'tickets',
  alarm: 'alarms',
  'key-expiring': 'alarms',
  'form-errors': 'forms',
  'transfer-requested': null,
}
