/** How webhooks and what went to them look from outside. No secret is in a view. */
import type { Webhook } from './webhook.js'
import type { Delivery, DeliveryAttempt } from './webhook-delivery.js'

export type WebhookView = ReturnType<typeof webhookView>
export type DeliveryView = ReturnType<typeof deliveryView>
export type CallView = ReturnType<typeof callView>

export const webhookView = (webhook: Webhook) => ({
  id: webhook.id,
  url: webhook.url,
  types: [...webhook.types],
  enabled: webhook.disabledAt === null,
  disabledAt: webhook.disabledAt?.toISOString() ?? null,
  disabledReason: webhook.disabledReason,
  failingSince: webhook.failingSince?.toISOString() ?? null,
  oldSecretUntil: oldSecretUntil(webhook),
  createdAt: webhook.createdAt.toISOString(),
})

const oldSecretUntil = ({ secrets }: Webhook): string | null => {
  const ends = secrets.flatMap(({ notAfter }) => (notAfter === null ? [] : [notAfter.toISOString()]))
  return ends.sort().at(-1) ?? null
}

export const deliveryView = (delivery: Delivery) => ({
  id: delivery.id,
  event: delivery.eventId,
  type: delivery.type,
  subject: delivery.subject,
  state: delivery.state,
  attempts: delivery.attempts,
  nextAttemptAt: delivery.dueAt?.toISOString() ?? null,
  createdAt: delivery.createdAt.toISOString(),
  endedAt: delivery.endedAt?.toISOString() ?? null,
})

export const callView = ({ at, duration, url, headers, body, status, answer, reason }: DeliveryAttempt) => ({
  at: at.toISOString(),
  duration,
  request: { url, headers, body },
  answer: { status, body: answer, reason },
})
