import { isDeepStrictEqual } from 'node:util'
import type { NewAction } from '../core/action-log.js'
import { Refusal } from '../core/errors.js'
import { rotateSecrets, type Webhook } from '../core/webhook.js'
import { shownUrl } from '../core/webhook-url.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

/** A webhook with its newest secret, which is told this once. */
export type WithSecret = { webhook: Webhook; secret: string }

/**
 * Adds a webhook: events that happen from now on go to it. Throws `Refusal` invalid (422) for a URL that nothing may go to,
 * as far as that can be told today.
 */
export const addWebhook = async (
  deps: Deps,
  { url, types, actor }: Pick<Webhook, 'url' | 'types'> & { actor: string },
): Promise<WithSecret> => {
  await checkUrl(deps, url)
  const secret = deps.webhooks.newSecret()
  const webhook: Webhook = {
    ...{ id: deps.newId(), url, types, secrets: [{ value: secret, notAfter: null }], createdAt: deps.clock.now() },
    ...{ disabledAt: null, disabledReason: null, failingSince: null },
  }
  await deps.store.transaction(async (tables) => {
    await tables.webhooks.insert(webhook)
    const text = `the webhook ${shownUrl(url)} was added, for ${typesInWords(webhook)}`
    await tables.actions.append([{ ...about(deps, webhook, actor), level: 'info', event: 'webhook.added', text }])
  })
  return { webhook, secret }
}

export type WebhookChange = {
  url?: string | undefined
  types?: Webhook['types'] | undefined
  enabled?: boolean | undefined
}

/**
 * Changes where a webhook is, what goes to it, or whether anything does. What waited while it was disabled goes when it is
 * enabled. To say the same again changes nothing. Throws `Refusal`: not-found (404), invalid (422).
 */
export const changeWebhook = async (
  deps: Deps,
  { id, change, actor }: { id: string; change: WebhookChange; actor: string },
): Promise<Webhook> => {
  if (change.url !== undefined) await checkUrl(deps, change.url)
  return deps.store.transaction(async (tables) => {
    const webhook = await lockWebhook(tables, id)
    const changed = changedBy(webhook, change, deps.clock.now())
    if (isDeepStrictEqual(changed, webhook)) return webhook
    await tables.webhooks.update(changed)
    if (changed.failingSince === null) await tables.webhooks.noteFailing(id, null)
    await tables.actions.append([changedAction(deps, { webhook, changed, actor })])
    return changed
  })
}

/** Another server has not failed yet. */
const changedBy = (webhook: Webhook, { url, types, enabled }: WebhookChange, now: Date): Webhook => ({
  ...webhook,
  ...(url === undefined || url === webhook.url ? {} : { url, failingSince: null }),
  ...(types === undefined ? {} : { types }),
  ...(enabled === true ? { disabledAt: null, disabledReason: null } : {}),
  ...(enabled === false && webhook.disabledAt === null
    ? { disabledAt: now, disabledReason: 'an administrator disabled it' }
    : {}),
})

const changedAction = (
  deps: Deps,
  { webhook, changed, actor }: { webhook: Webhook; changed: Webhook; actor: string },
): NewAction => {
  const switched = (webhook.disabledAt === null) !== (changed.disabledAt === null)
  const changes = [
    ...(webhook.url === changed.url ? [] : [`it is now at ${shownUrl(changed.url)}`]),
    ...(isDeepStrictEqual(webhook.types, changed.types) ? [] : [`it is now for ${typesInWords(changed)}`]),
    ...(switched ? [changed.disabledAt === null ? 'it is enabled' : 'it is disabled'] : []),
  ]
  const text = `the webhook ${shownUrl(webhook.url)} was changed: ${changes.join(', ')}`
  const level = switched && changed.disabledAt !== null ? 'warning' : 'info'
  return { ...about(deps, changed, actor), level, event: 'webhook.changed', text }
}

/** Gives a webhook a fresh secret; those before it sign beside it for a day. Throws `Refusal` not-found (404). */
export const rotateWebhook = (deps: Deps, { id, actor }: { id: string; actor: string }): Promise<WithSecret> => {
  const secret = deps.webhooks.newSecret()
  return deps.store.transaction(async (tables) => {
    const known = await lockWebhook(tables, id)
    const webhook = { ...known, secrets: rotateSecrets(known.secrets, secret, deps.clock.now()) }
    await tables.webhooks.update(webhook)
    const text = `the secret of the webhook ${shownUrl(webhook.url)} was changed; the one before signs beside it for 24 hours`
    await tables.actions.append([{ ...about(deps, webhook, actor), level: 'info', event: 'webhook.rotated', text }])
    return { webhook, secret }
  })
}

/** Takes a webhook away, with what waits for it and what it was told. Throws `Refusal` not-found (404). */
export const removeWebhook = (deps: Deps, { id, actor }: { id: string; actor: string }): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const webhook = await lockWebhook(tables, id)
    await tables.webhooks.remove(id, deps.clock.now())
    const text = `the webhook ${shownUrl(webhook.url)} was removed; nothing goes to it any more, also not what waited`
    await tables.actions.append([{ ...about(deps, webhook, actor), level: 'warning', event: 'webhook.removed', text }])
  })

const lockWebhook = async (tables: Tables, id: string): Promise<Webhook> => {
  const webhook = await tables.webhooks.lock(id)
  if (webhook === null) throw new Refusal('not-found', `there is no webhook ${id}`)
  return webhook
}

const checkUrl = async ({ webhooks }: Deps, url: string): Promise<void> => {
  const detail = await webhooks.refusal(url)
  if (detail !== null) throw new Refusal('invalid', `/url: ${detail}`, { problems: [{ pointer: '/url', detail }] })
}

const typesInWords = ({ types }: Webhook): string => (types.includes('*') ? 'all events' : types.join(', '))

const about = ({ clock }: Deps, { id, types }: Webhook, actor: string): Pick<NewAction, 'at' | 'actor' | 'data'> => ({
  ...{ at: clock.now(), actor, data: { webhook: id, types: [...types] } },
})
