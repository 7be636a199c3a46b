import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliverWebhook } from '../../src/flows/deliver-webhook.js'
import { openReceiver, type Receiver } from '../helpers/webhooks.js'
import { addUser, ORIGIN, postForm, signIn } from './console-client.js'
import { type Harness, openHarness, place } from './harness.js'

let harness: Harness
let receiver: Receiver
let cookie: string
let path: string
let secret: string

beforeAll(async () => {
  harness = await openHarness()
  receiver = await openReceiver()
  await addUser(harness, 'root')
  cookie = await signIn(harness, 'root')
  const page = await told('/settings/webhooks/add', { url: `${receiver.url}/hooks?key=hidden`, types: '*' })
  secret = /whsec_[\w+/=]+/.exec(page)?.[0] ?? ''
  const [webhook] = await harness.deps.store.webhooks.list()
  path = `/settings/webhooks/${webhook?.id}`
})
afterAll(async () => {
  await receiver.close()
  await harness.close()
})

const open = async (at: string): Promise<string> => (await harness.app.request(at, { headers: { cookie } })).text()
const send = (at: string, fields: Record<string, string> = {}) =>
  postForm(harness, at, fields, { headers: { origin: ORIGIN, cookie } })
const told = async (at: string, fields: Record<string, string> = {}): Promise<string> => {
  const answer = await send(at, fields)
  return answer.status === 303 ? open(answer.headers.get('location') ?? '') : answer.text()
}
const stored = async () => (await harness.deps.store.webhooks.list())[0]
const deliveries = async () =>
  (await harness.deps.store.deliveries.list({ webhookId: path.split('/').at(-1) ?? '' }, { limit: 9, cursor: null }))
    .items

test('the secret is shown once, and the list keeps to itself what stands behind the path', async () => {
  expect(secret).not.toBe('')
  for (const page of [await open('/settings/webhooks'), await open(path)]) expect(page).not.toContain(secret)
  const list = await open('/settings/webhooks')
  expect([list.includes('/hooks</a>'), list.includes('key=hidden')]).toEqual([true, false])
})

test.each([
  [{ url: 'ftp://a.example', types: '*' }, 'starts with ftp:'],
  [{ url: '', types: '*' }, 'url'],
  [{ url: 'https://a.example' }, 'types'],
  [{ url: 'https://a.example', types: 'nonsense' }, 'types'],
])('what cannot be a webhook (%j) is refused beside the form', async (fields, words) => {
  const answer = await send('/settings/webhooks/add', fields)
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(words)])
})

test('a call tells what was answered', async () => {
  expect(await told(`${path}/test`)).toContain('It took the call after')
  receiver.answer(() => 500)
  expect(await told(`${path}/test`)).toContain('Status: 500')
  receiver.answer(() => 204)
})

test('what went to it is listed with each call, and goes again', async () => {
  await place(harness.app, { domain: 'hooked.de' })
  const [first] = (await deliveries()).reverse()
  if (first === undefined) throw new Error('the order has events')
  await deliverWebhook(harness.deps, first.id)
  expect(await open(path)).toContain('hooked.de')
  expect(await open(`${path}?state=delivered`)).toContain(first.type)
  const page = await open(`${path}/deliveries/${first.id}`)
  expect(page).toContain('Answered 204')
  expect(page).toContain(first.eventId)
  expect(page).not.toContain(secret)
  expect(await told(`${path}/deliveries/${first.id}/redeliver`)).toContain('The event goes to it again.')
  expect(harness.rung).toContainEqual({ kind: 'deliver-webhook', id: first.id })
  expect(await told(`${path}/redeliver`)).toContain('Events that go to it again: 0.')
})

test('it is disabled, enabled, changed, and its secret is renewed', async () => {
  expect(await told(`${path}/disable`)).toContain('The webhook is disabled.')
  expect((await stored())?.disabledAt).not.toBeNull()
  expect(await told(`${path}/redeliver`)).toContain('enable it first')
  expect(await told(`${path}/enable`)).toContain('The webhook is enabled.')
  expect(await told(`${path}/change`, { url: receiver.url, types: 'order.done' })).toContain('was saved')
  expect((await stored())?.types).toEqual(['order.done'])
  const page = await told(`${path}/rotate`)
  expect(page).toMatch(/whsec_/)
  expect(page).not.toContain(secret)
})

test('it is removed, and gone', async () => {
  expect(await told(`${path}/remove`)).toContain('The webhook was removed.')
  expect((await harness.app.request(path, { headers: { cookie } })).status).toBe(404)
})
