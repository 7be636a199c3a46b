import { Refusal } from '../core/errors.js'
import type { Webhook } from '../core/webhook.js'
import type { Delivery } from '../core/webhook-delivery.js'
import { shownUrl } from '../core/webhook-url.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

/**
 * Makes one event go to a webhook again, whatever became of it, with the same `webhook-id`; one that waits for its next call
 * is called now. Later events of its subject that wait let it go first. Throws `Refusal`: not-found (404), conflict (409).
 */
export const redeliver = async (
  deps: Deps,
  { webhookId, id, actor }: { webhookId: string; id: string; actor: string },
): Promise<Delivery> => {
  const delivery = await deps.store.transaction(async (tables) => {
    const webhook = await enabledWebhook(tables, webhookId)
    const known = await tables.deliveries.get(webhookId, id)
    if (known === null) throw new Refusal('not-found', `the webhook ${webhookId} has no delivery ${id}`)
    const now = deps.clock.now()
    if (!(await tables.deliveries.redeliver(webhookId, id, now)))
      throw new Refusal('conflict', `the delivery ${id} is being made at this moment; look at it again in a minute`)
    const text = `${known.type} of ${known.subject} goes to the webhook ${shownUrl(webhook.url)} again`
    const data = { webhook: webhookId, delivery: id, event: known.eventId, type: known.type }
    await tables.actions.append([{ at: now, level: 'info', actor, event: 'webhook.redelivered', text, data }])
    return tables.deliveries.get(webhookId, id)
  })
  if (delivery === null) throw new Refusal('not-found', `the webhook ${webhookId} has no delivery ${id} any more`)
  deps.queue.ring({ kind: 'deliver-webhook', id })
  return delivery
}

/**
 * Makes all events go again that were given up and happened at that time or later; how many. Throws `Refusal`: not-found
 * (404), conflict (409).
 */
export const redeliverFailed = (
  deps: Deps,
  { webhookId, since, actor }: { webhookId: string; since: Date; actor: string },
): Promise<number> =>
  deps.store.transaction(async (tables) => {
    const webhook = await enabledWebhook(tables, webhookId)
    const now = deps.clock.now()
    const count = await tables.deliveries.redeliverFailed(webhookId, since, now)
    const text = `${count} events that the webhook ${shownUrl(webhook.url)} had not taken go to it again`
    const data = { webhook: webhookId, since: since.toISOString(), count }
    if (count > 0)
      await tables.actions.append([{ at: now, level: 'info', actor, event: 'webhook.redelivered', text, data }])
    return count
  })

const enabledWebhook = async (tables: Tables, id: string): Promise<Webhook> => {
  const webhook = await tables.webhooks.get(id)
  if (webhook === null) throw new Refusal('not-found', `there is no webhook ${id}`)
  if (webhook.disabledAt !== null)
    throw new Refusal('conflict', `the webhook ${id} is disabled (${webhook.disabledReason}); enable it first`)
  return webhook
}
