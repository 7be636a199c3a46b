import { z } from '@hono/zod-openapi'
import { Refusal } from '../../core/errors.js'
import type { Webhook } from '../../core/webhook.js'
import { DELIVERY_STATES } from '../../core/webhook-delivery.js'
import { callView, deliveryView, webhookView } from '../../core/webhook-views.js'
import type { Deps } from '../../flows/deps.js'
import {
  addWebhook,
  changeWebhook,
  removeWebhook,
  rotateWebhook,
  type WithSecret,
} from '../../flows/manage-webhooks.js'
import { redeliver, redeliverFailed } from '../../flows/redeliver-webhook.js'
import { testWebhook } from '../../flows/test-webhook.js'
import type { PageOptions } from '../../ports.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import {
  callSchema,
  deliverySchema,
  redeliverBody,
  redeliveredSchema,
  shownDeliverySchema,
  shownWebhookSchema,
  webhookBody,
  webhookChange,
  webhookSchema,
  webhookWithSecretSchema,
} from '../schemas/webhooks.js'

const common = { tag: 'Webhooks', access: 'admin', params: NOTHING, query: NOTHING, body: NOTHING } as const
const one = { ...common, path: '/v1/webhooks/{id}', params: z.object({ id: z.string() }), problems: [404] } as const
const delivery = {
  ...one,
  path: '/v1/webhooks/{id}/deliveries/{deliveryId}',
  params: z.object({ id: z.string(), deliveryId: z.string() }),
} as const

const adding = {
  ...common,
  operation: 'addWebhook',
  method: 'post',
  path: '/v1/webhooks',
  status: 201,
  reply: webhookWithSecretSchema,
  summary: 'Add a webhook',
  description: 'Events that happen from now on go to it, signed with the secret that is shown this once.',
  body: webhookBody,
  problems: [400, 413],
} as const

const listing = {
  ...common,
  operation: 'listWebhooks',
  method: 'get',
  path: '/v1/webhooks',
  status: 200,
  reply: pageOf(webhookSchema),
  summary: 'List webhooks',
  query: z.strictObject(pageQuery),
} as const

const reading = {
  ...one,
  operation: 'readWebhook',
  method: 'get',
  status: 200,
  reply: shownWebhookSchema,
  summary: 'Read a webhook and what goes to it, newest first',
  query: z.strictObject({ ...pageQuery, state: z.enum(DELIVERY_STATES).optional() }),
} as const

const changing = {
  ...one,
  operation: 'changeWebhook',
  method: 'patch',
  status: 200,
  reply: webhookSchema,
  summary: 'Change a webhook',
  body: webhookChange,
  problems: [400, 404, 413],
} as const

const removing = {
  ...one,
  operation: 'removeWebhook',
  method: 'delete',
  status: 204,
  reply: z.null(),
  summary: 'Remove a webhook',
} as const

const rotating = {
  ...one,
  operation: 'rotateWebhook',
  method: 'post',
  path: '/v1/webhooks/{id}/rotate',
  status: 200,
  reply: webhookWithSecretSchema,
  summary: 'Change the secret of a webhook',
  description: 'The fresh one is shown this once. For 24 hours calls have a signature by each.',
} as const

const testing = {
  ...one,
  operation: 'testWebhook',
  method: 'post',
  path: '/v1/webhooks/{id}/test',
  status: 200,
  reply: callSchema,
  summary: 'Call a webhook once',
  description: 'With an event `webhook.test` that is signed like any other. It is stored nowhere and not tried again.',
} as const

const readingDelivery = {
  ...delivery,
  operation: 'readDelivery',
  method: 'get',
  status: 200,
  reply: shownDeliverySchema,
  summary: 'Read a delivery with its calls and their answers',
} as const

const redelivering = {
  ...delivery,
  operation: 'redeliver',
  method: 'post',
  path: `${delivery.path}/redeliver`,
  status: 200,
  reply: deliverySchema,
  summary: 'Make an event go to a webhook again',
  problems: [404, 409],
} as const

const redeliveringFailed = {
  ...one,
  operation: 'redeliverFailed',
  method: 'post',
  path: '/v1/webhooks/{id}/redeliver',
  status: 200,
  reply: redeliveredSchema,
  summary: 'Make all events go again that were given up',
  body: redeliverBody,
  problems: [400, 404, 409, 413],
} as const

/** Calls of one delivery that are shown. */
const MOST_CALLS = 100

/** Webhooks: add, list, read, change, rotate, remove; what went to them, and to make it go again. */
export const addWebhookEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, adding, async ({ caller, body }) => {
    const added = await addWebhook(deps, { ...body, actor: caller.actor })
    return { body: withSecret(added), headers: { location: `/v1/webhooks/${added.webhook.id}` } }
  })
  addEndpoint(api, listing, async ({ query }) => ({ body: page(await deps.store.webhooks.list(), pageOptions(query)) }))
  addEndpoint(api, reading, async ({ params, query }) => {
    const webhook = await findWebhook(deps, params.id)
    const filter = { webhookId: webhook.id, state: query.state }
    const { items, next } = await deps.store.deliveries.list(filter, pageOptions(query))
    return { body: { ...webhookView(webhook), deliveries: { items: items.map(deliveryView), next } } }
  })
  addEndpoint(api, changing, async ({ caller, params, body }) => ({
    body: webhookView(await changeWebhook(deps, { id: params.id, change: body, actor: caller.actor })),
  }))
  addEndpoint(api, rotating, async ({ caller, params }) => ({
    body: withSecret(await rotateWebhook(deps, { id: params.id, actor: caller.actor })),
  }))
  addEndpoint(api, testing, async ({ params }) => ({ body: callView(await testWebhook(deps, params.id)) }))
  addEndpoint(api, removing, async ({ caller, params }) => {
    await removeWebhook(deps, { id: params.id, actor: caller.actor })
    return { body: null }
  })
  addDeliveryEndpoints(api, deps)
}

const addDeliveryEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, readingDelivery, async ({ params: { id, deliveryId } }) => {
    const found = await deps.store.deliveries.get((await findWebhook(deps, id)).id, deliveryId)
    if (found === null) throw new Refusal('not-found', `the webhook ${id} has no delivery ${deliveryId}`)
    const calls = await deps.store.deliveries.attempts(found.id, MOST_CALLS)
    return { body: { ...deliveryView(found), calls: calls.map(callView) } }
  })
  addEndpoint(api, redelivering, async ({ caller, params: { id, deliveryId } }) => ({
    body: deliveryView(await redeliver(deps, { webhookId: id, id: deliveryId, actor: caller.actor })),
  }))
  addEndpoint(api, redeliveringFailed, async ({ caller, params, body }) => {
    const input = { webhookId: params.id, since: body.since ?? new Date(0), actor: caller.actor }
    return { body: { redelivered: await redeliverFailed(deps, input) } }
  })
}

const findWebhook = async ({ store }: Deps, id: string): Promise<Webhook> => {
  const webhook = await store.webhooks.get(id)
  if (webhook === null) throw new Refusal('not-found', `there is no webhook ${id}`)
  return webhook
}

const withSecret = ({ webhook, secret }: WithSecret) => ({ ...webhookView(webhook), secret })

/** There are few webhooks: a page is cut from all of them, after the one that the cursor names. */
const page = (all: readonly Webhook[], { limit, cursor }: PageOptions) => {
  const start = cursor === null ? 0 : all.findIndex(({ id }) => id === cursor) + 1
  const detail = 'is none that this list gave; begin without one'
  if (cursor !== null && start === 0)
    throw new Refusal('invalid', `/cursor ${detail}`, { problems: [{ pointer: '/cursor', detail }] })
  const items = all.slice(start, start + limit)
  return { items: items.map(webhookView), next: start + limit < all.length ? (items.at(-1)?.id ?? null) : null }
}
