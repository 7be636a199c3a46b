import type { Context } from 'hono'
import { Refusal } from '../../../core/errors.js'
import type { Webhook } from '../../../core/webhook.js'
import { DELIVERY_STATES } from '../../../core/webhook-delivery.js'
import { shownUrl } from '../../../core/webhook-url.js'
import { callView, deliveryView, webhookView } from '../../../core/webhook-views.js'
import { addWebhook, changeWebhook, removeWebhook, rotateWebhook } from '../../../flows/manage-webhooks.js'
import { redeliver, redeliverFailed } from '../../../flows/redeliver-webhook.js'
import { testWebhook } from '../../../flows/test-webhook.js'
import { check } from '../../endpoint.js'
import { webhookBody } from '../../schemas/webhooks.js'
import { actorOf } from '../frame/access.js'
import type { ActionOptions, Area, Page } from '../frame/area.js'
import type { Form } from '../frame/form.js'
import type { Wrong } from '../keys/key-forms.js'
import { orAgain } from '../keys/key-routes.js'
import { SETTINGS_CRUMBS, ShownOnce } from './settings-parts.js'
import { DeliveryPage, WebhookPage } from './webhook-page.js'
import { type WebhookFields, WebhooksPage } from './webhooks-page.js'

const PATH = '/settings/webhooks'
const CRUMBS = [...SETTINGS_CRUMBS, { href: PATH, label: 'Webhooks' }]
const PER_PAGE = 50
const MOST_CALLS = 100

const idOf = (c: Context): string => c.req.param('id') ?? ''
const pathOf = (c: Context): string => `${PATH}/${encodeURIComponent(idOf(c))}`

/** Webhooks, and what went to each. */
export const addWebhookPages = (area: Area): void => {
  const { deps, words, page } = area
  page(PATH, async () => (await listPage(area, { url: '', types: ['*'] }))(null), 'webhooks')
  page(`${PATH}/:id`, async (c) => (await onePage(area, c, null))(null), 'webhooks')
  page(
    `${PATH}/:id/deliveries/:delivery`,
    async (c) => {
      const webhook = webhookView(await findWebhook(area, c))
      const delivery = await deps.store.deliveries.get(webhook.id, c.req.param('delivery') ?? '')
      if (delivery === null) throw new Refusal('not-found', 'there is no such delivery, or it was dropped by its age')
      const calls = (await deps.store.deliveries.attempts(delivery.id, MOST_CALLS)).map(callView)
      return {
        title: delivery.type,
        crumbs: [...CRUMBS, { href: pathOf(c), label: shownUrl(webhook.url) }],
        content: <DeliveryPage {...{ webhook, calls, words }} delivery={deliveryView(delivery)} />,
      }
    },
    'webhooks',
  )
  addAdding(area)
  addChanging(area)
  addButtons(area)
}

const findWebhook = async ({ deps }: Area, c: Context): Promise<Webhook> => {
  const webhook = await deps.store.webhooks.get(idOf(c))
  if (webhook === null) throw new Refusal('not-found', `there is no webhook ${idOf(c)}`)
  return webhook
}

const listPage = async ({ deps, words }: Area, fields: WebhookFields) => {
  const webhooks = (await deps.store.webhooks.list()).map(webhookView)
  return (wrong: Wrong): Page => ({
    title: 'Webhooks',
    content: <WebhooksPage {...{ webhooks, fields, wrong, words }} />,
  })
}

const onePage = async (area: Area, c: Context, typed: WebhookFields | null) => {
  const webhook = webhookView(await findWebhook(area, c))
  const state = DELIVERY_STATES.find((known) => known === c.req.query('state')) ?? null
  const cursor = c.req.query('cursor') || null
  const filter = { webhookId: webhook.id, state: state ?? undefined }
  const { items, next } = await area.deps.store.deliveries.list(filter, { limit: PER_PAGE, cursor })
  const shown = { webhook, deliveries: items.map(deliveryView), state, cursor, next, fields: typed ?? webhook }
  return (wrong: Wrong): Page => ({
    ...{ title: shownUrl(webhook.url), crumbs: CRUMBS },
    content: <WebhookPage {...shown} wrong={wrong} words={area.words} />,
  })
}

const fieldsIn = (form: Form): WebhookFields => ({ url: form.text('url').trim(), types: form.all('types') })

const secretPage = (url: string, secret: string, back: string): Page => ({
  ...{ title: 'A secret', crumbs: CRUMBS, status: 200 },
  content: (
    <ShownOnce
      title={`The secret of ${shownUrl(url)}`}
      text="The receiver checks each call with it (Standard Webhooks)."
      {...{ secret, back }}
    />
  ),
})

const addAdding = (area: Area): void =>
  area.action({ path: `${PATH}/add`, permission: 'webhooks' }, async (form, _, user) => {
    const fields = fieldsIn(form)
    return orAgain(await listPage(area, fields), async () => {
      const body = check(webhookBody, fields)
      const { webhook, secret } = await addWebhook(area.deps, { ...body, actor: actorOf(user) })
      return secretPage(webhook.url, secret, `${PATH}/${webhook.id}`)
    })
  })

const addChanging = (area: Area): void =>
  area.action({ path: `${PATH}/:id/change`, permission: 'webhooks' }, async (form, c, user) => {
    const fields = fieldsIn(form)
    return orAgain(await onePage(area, c, fields), async () => {
      const change = check(webhookBody, fields)
      await changeWebhook(area.deps, { id: idOf(c), change, actor: actorOf(user) })
      return { to: pathOf(c), text: 'The webhook was saved.' }
    })
  })

const acting = (path: string): ActionOptions => ({
  path: `${PATH}/:id/${path}`,
  permission: 'webhooks',
  back: (_, c) => pathOf(c),
})

const addButtons = ({ deps, action }: Area): void => {
  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const)
    action(acting(verb), async (_, c, user) => {
      await changeWebhook(deps, { id: idOf(c), change: { enabled }, actor: actorOf(user) })
      return { to: pathOf(c), text: `The webhook is ${verb}d.` }
    })
  action(acting('test'), async (_, c) => {
    const { status, answer, reason, duration } = await testWebhook(deps, idOf(c))
    const text = reason === null ? `It took the call after ${duration} ms.` : `It did not take the call: ${reason}.`
    const lines = [`Status: ${status ?? 'none'}`, ...(answer === '' ? [] : [`Answer: ${answer}`])]
    return { to: pathOf(c), text, lines, tone: reason === null ? 'good' : 'bad' }
  })
  action(acting('rotate'), async (_, c, user) => {
    const { webhook, secret } = await rotateWebhook(deps, { id: idOf(c), actor: actorOf(user) })
    return secretPage(webhook.url, secret, pathOf(c))
  })
  action(acting('redeliver'), async (_, c, user) => {
    const count = await redeliverFailed(deps, { webhookId: idOf(c), since: new Date(0), actor: actorOf(user) })
    return { to: pathOf(c), text: `Events that go to it again: ${count}.` }
  })
  action(acting('deliveries/:delivery/redeliver'), async (_, c, user) => {
    const id = c.req.param('delivery') ?? ''
    await redeliver(deps, { webhookId: idOf(c), id, actor: actorOf(user) })
    return { to: `${pathOf(c)}/deliveries/${encodeURIComponent(id)}`, text: 'The event goes to it again.' }
  })
  action(acting('remove'), async (_, c, user) => {
    await removeWebhook(deps, { id: idOf(c), actor: actorOf(user) })
    return { to: PATH, text: 'The webhook was removed.' }
  })
}
