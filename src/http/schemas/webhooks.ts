/** Webhooks as the API takes and answers them. */
import { z } from '@hono/zod-openapi'
import { EVENT_TYPES } from '../../core/event.js'
import { DELIVERY_STATES } from '../../core/webhook-delivery.js'
import { pageOf } from './page.js'
import { instant, record } from './text.js'

const time = () => z.string().openapi({ format: 'date-time' })

const url = () =>
  z.string().min(1).max(2_000).openapi({ description: 'https://, unless SEALPOST_WEBHOOK_PRIVATE allows http://' })

const type = z.enum(['*', ...EVENT_TYPES])

/** All of them is said in one way, and each but once. */
const types = () =>
  z
    .array(type)
    .min(1)
    .max(100)
    .transform((given) => (given.includes('*') ? ['*' as const] : [...new Set(given)]))
    .openapi({ type: 'array', items: { type: 'string', enum: ['*', ...EVENT_TYPES] }, description: '`["*"]` is all.' })

export const webhookBody = record({ url: url(), types: types() })

export const webhookChange = record({
  url: url().optional(),
  types: types().optional(),
  enabled: z
    .boolean()
    .optional()
    .openapi({ description: 'What waited while it was disabled goes when it is enabled.' }),
})

export const redeliverBody = record({
  since: instant().optional().openapi({ description: 'Only events of that time and later.' }),
})

export const webhookSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    types: z.array(type),
    enabled: z.boolean(),
    disabledAt: time().nullable(),
    disabledReason: z.string().nullable(),
    failingSince: time().nullable().openapi({ description: 'Null where the last call was taken.' }),
    oldSecretUntil: time()
      .nullable()
      .openapi({ description: 'Until when a secret before the last rotation signs too.' }),
    createdAt: time(),
  })
  .openapi('Webhook')

export const webhookWithSecretSchema = webhookSchema
  .extend({ secret: z.string().openapi({ description: 'Shown this once.' }) })
  .openapi('WebhookWithSecret')

export const deliverySchema = z
  .object({
    id: z.string(),
    event: z.string().openapi({ description: "The event's id, which is `webhook-id` of each call." }),
    type: z.enum(EVENT_TYPES),
    subject: z.string(),
    state: z.enum(DELIVERY_STATES).openapi({ description: '`failed`: given up.' }),
    attempts: z.number().int().openapi({ description: 'Calls since it was last made to go.' }),
    nextAttemptAt: time().nullable().openapi({
      description: 'Null where it has ended, or waits for an earlier event of its subject.',
    }),
    createdAt: time(),
    endedAt: time().nullable(),
  })
  .openapi('Delivery')

export const callSchema = z
  .object({
    at: time(),
    duration: z.number().int().openapi({ description: 'Milliseconds.' }),
    request: z.object({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
    answer: z.object({
      status: z.number().int().nullable(),
      body: z.string().openapi({ description: 'Its beginning.' }),
      reason: z.string().nullable().openapi({ description: 'What was wrong; null where it was taken.' }),
    }),
  })
  .openapi('WebhookCall')

export const shownWebhookSchema = webhookSchema
  .extend({ deliveries: pageOf(deliverySchema).openapi({ description: 'Newest first.' }) })
  .openapi('WebhookWithDeliveries')

export const shownDeliverySchema = deliverySchema
  .extend({ calls: z.array(callSchema).openapi({ description: 'The newest 100, oldest first.' }) })
  .openapi('DeliveryWithCalls')

export const redeliveredSchema = z.object({ redelivered: z.number().int() })
