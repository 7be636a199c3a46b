import { CLOUD_EVENT_TYPE } from '../../core/cloud-event.js'
import type { Api } from '../endpoint.js'
import { eventHeaders, eventSchema } from '../schemas/events.js'

/** The calls that a webhook gets, as OpenAPI 3.1 describes what others have to answer. */
export const describeEvents = ({ app }: Api): void => {
  app.openAPIRegistry.registerWebhook({
    method: 'post',
    path: 'event',
    operationId: 'takeEvent',
    tags: ['Webhooks'],
    summary: 'An event for a webhook',
    description:
      'Posted to the URL of each webhook that takes its type; at least once, and those about one subject in their order. docs/webhooks.md says how to verify the signature.',
    security: [],
    request: {
      headers: eventHeaders,
      body: { required: true, content: { [CLOUD_EVENT_TYPE]: { schema: eventSchema } } },
    },
    responses: {
      '2XX': { description: 'Taken' },
      410: { description: 'The webhook is disabled, and nothing more goes to it' },
      default: { description: 'It is tried again, for three days' },
    },
  })
}
