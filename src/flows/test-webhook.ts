import { Refusal } from '../core/errors.js'
import type { DeliveryAttempt } from '../core/webhook-delivery.js'
import { attemptOf, callOf } from './deliver-webhook.js'
import type { Deps } from './deps.js'

/**
 * Calls a webhook once, also a disabled one, with an event of the type `webhook.test` that stands for nothing: it is signed
 * like any other, stored nowhere and not tried again. Throws `Refusal` not-found (404).
 */
export const testWebhook = async (deps: Deps, id: string): Promise<DeliveryAttempt> => {
  const webhook = await deps.store.webhooks.get(id)
  if (webhook === null) throw new Refusal('not-found', `there is no webhook ${id}`)
  const event = { id: deps.newId(), type: 'webhook.test', at: deps.clock.now(), subject: 'example.com', data: {} }
  const call = callOf(deps, { webhook, event })
  return attemptOf(call, await deps.webhooks.post(call), deps.clock.now())
}
