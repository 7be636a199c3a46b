import type { NewAction } from '../core/action-log.js'
import { CLOUD_EVENT_TYPE, cloudEvent, type Tellable } from '../core/cloud-event.js'
import { secretsAt, type Webhook } from '../core/webhook.js'
import { type AfterCall, afterCall, type DeliveryAttempt } from '../core/webhook-delivery.js'
import { webhookHeaders } from '../core/webhook-signature.js'
import { shownUrl } from '../core/webhook-url.js'
import type { ClaimedDelivery, Tables, WebhookAnswer } from '../ports.js'
import type { Deps } from './deps.js'
import { firmly } from './firmly.js'
import { holdUnprepared, letGoIfTaken } from './prepare-dns.js'

/** Longer than a call may take: whoever finds that it has run out calls again, with the same id. */
const LEASE_MS = 60_000

/**
 * Posts one event to one webhook, if it is its turn and nobody else is at it. Whoever dies between the call and its record
 * leaves it to be called again: a receiver knows it by `webhook-id`, which is the event's own.
 */
export const deliverWebhook = async (deps: Deps, id: string): Promise<void> => {
  const claim = await deps.store.deliveries.claim(id, {
    ...{ owner: deps.owner, now: deps.clock.now(), leaseMs: LEASE_MS },
  })
  if (claim === null) return
  const call = callOf(deps, claim)
  const answer = await deps.webhooks.post(call).catch((error) => putBack(deps, claim, error))
  const attempt = attemptOf(call, answer, deps.clock.now())
  deps.meter.webhookCalled(answer.outcome, attempt.duration)
  const { webhook, event } = claim
  const fields = {
    webhook: webhook.id,
    event: event.id,
    type: event.type,
    status: answer.status,
    reason: attempt.reason,
  }
  if (answer.outcome === 'delivered') deps.log.debug(fields, 'event delivered')
  else deps.log.info(fields, 'event not delivered')
  await firmly(async () => {
    const { next, freed } = await deps.store.together((tables) => record(deps, tables, { claim, answer, attempt }))
    if (next !== null) deps.queue.ring({ kind: 'deliver-webhook', id: next })
    if (freed !== null) deps.queue.ring({ kind: 'send-request', id: freed })
  })
}

/** Nobody knows whether it was taken, and nobody is to blame: it is due as it was. */
const putBack = async (deps: Deps, { delivery, lease }: ClaimedDelivery, error: unknown): Promise<never> => {
  const { state, attempts, endedAt } = delivery
  await deps.store.deliveries.settle(delivery.id, lease, {
    ...{ state, attempts, endedAt, dueAt: deps.clock.now(), gone: false },
  })
  throw error
}

type Call = { at: Date; url: string; headers: Record<string, string>; body: string }

/** The call that tells a webhook of an event, as it would be made now. */
export const callOf = (
  { clock, webhooks }: Pick<Deps, 'clock' | 'webhooks'>,
  { webhook, event }: { webhook: Webhook; event: Tellable },
): Call => {
  const at = clock.now()
  const body = cloudEvent(event, webhooks.source)
  const signed = webhookHeaders({ id: event.id, at, body, secrets: secretsAt(webhook.secrets, at) })
  return { at, url: webhook.url, headers: { 'content-type': CLOUD_EVENT_TYPE, ...signed }, body }
}

export const attemptOf = (call: Call, answer: WebhookAnswer, now: Date): DeliveryAttempt => ({
  ...call,
  duration: Math.max(0, now.getTime() - call.at.getTime()),
  status: answer.status,
  answer: answer.body,
  reason: answer.outcome === 'failed' ? answer.reason : null,
})

type Called = { claim: ClaimedDelivery; answer: WebhookAnswer; attempt: DeliveryAttempt }

/** `next`: the delivery that was waiting for this one. `freed`: the request that was held until this event was taken. */
type Recorded = { next: string | null; freed: string | null }

const record = async (deps: Deps, tables: Tables, called: Called): Promise<Recorded> => {
  const { delivery, webhook, event, lease } = called.claim
  const now = deps.clock.now()
  const after = afterCall(delivery, called.answer, now)
  const loaded = after.state === 'delivered' ? await holdUnprepared(tables, event) : null
  if (!(await tables.deliveries.settle(delivery.id, lease, after))) return { next: null, freed: null }
  await tables.deliveries.insertAttempt(delivery.id, called.attempt)
  const fails = after.state !== 'delivered'
  if (fails !== (webhook.failingSince !== null)) await tables.webhooks.noteFailing(webhook.id, fails ? now : null)
  if (after.gone) await disable(tables, called, now)
  if (after.state === 'failed') await tables.actions.append([givenUp(called, after, now)])
  const freed = loaded === null ? null : await letGoIfTaken(deps, tables, { loaded, eventId: event.id })
  return { next: after.state === 'waiting' ? null : await tables.deliveries.wakeNext(delivery, now), freed }
}

/** Only the URL that said so: it may have been changed meanwhile. */
const disable = async (tables: Tables, { claim, attempt }: Called, now: Date): Promise<void> => {
  const webhook = await tables.webhooks.lock(claim.webhook.id)
  if (webhook === null || webhook.disabledAt !== null || webhook.url !== attempt.url) return
  const disabledReason = 'its server answered 410: nobody wants events there any more'
  await tables.webhooks.update({ ...webhook, disabledAt: now, disabledReason })
  await tables.actions.append([
    {
      ...{ at: now, level: 'warning', actor: 'system', event: 'webhook.disabled' },
      text: `the webhook ${shownUrl(webhook.url)} was disabled, because ${disabledReason}; what waits for it waits until it is enabled again`,
      data: { webhook: webhook.id, event: claim.event.id, status: attempt.status },
    },
  ])
}

const givenUp = ({ claim, attempt }: Called, { attempts }: AfterCall, at: Date): NewAction => {
  const { delivery, webhook, event } = claim
  const { domain, orderId } = event.data
  return {
    ...{ at, level: 'warning', actor: 'system', event: 'webhook.given-up' },
    ...{ domain: textOrNull(domain), orderId: textOrNull(orderId) },
    text: `${event.type} of ${event.subject} was given up after ${attempts} calls of ${shownUrl(webhook.url)}: ${attempt.reason}; mend the receiver and redeliver it`,
    data: { webhook: webhook.id, delivery: delivery.id, event: event.id, type: event.type, status: attempt.status },
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)
