/** Events as a webhook gets them, for the API's description: what is sent is made by `core/cloud-event.ts`. */
import { z } from '@hono/zod-openapi'
import { EVENT_TYPES } from '../../core/event.js'
import { MODES } from '../../core/mode.js'

/** Fields that the data of an event may have; which of them, its type says. */
const data = z
  .looseObject({
    orderId: z.string().optional(),
    billingOrderId: z.string().optional(),
    domain: z.string().optional().openapi({ description: 'In A-labels.' }),
    mode: z.enum(MODES).optional(),
    amount: z.string().optional().openapi({ description: 'Of `billing.*`, where the order has a price.' }),
    currency: z.string().optional().openapi({ description: 'ISO 4217.' }),
    reason: z.string().nullable().optional(),
    code: z.string().nullable().optional(),
  })
  .openapi('EventData')

export const eventSchema = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().openapi({ description: 'The same at each try and each redelivery, and that of `webhook-id`.' }),
    source: z.string(),
    type: z.enum(EVENT_TYPES),
    subject: z.string().openapi({ description: 'The domain in A-labels, or another thing that it is about.' }),
    time: z.string().openapi({ format: 'date-time' }),
    datacontenttype: z.literal('application/json'),
    data,
  })
  .openapi('Event', { description: 'A structured CloudEvent 1.0.' })

export const eventHeaders = z.object({
  'webhook-id': z.string(),
  'webhook-timestamp': z.string().openapi({ description: 'Seconds since 1970.' }),
  'webhook-signature': z
    .string()
    .openapi({ description: 'Standard Webhooks: `v1,` and an HMAC-SHA256 in base64; several, divided by spaces.' }),
})
