import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/core/event.js'
import { dueWork, runWork } from '../../src/flows/run-work.js'
import { shownDeliverySchema, shownWebhookSchema, webhookSchema } from '../../src/http/schemas/webhooks.js'
import { openReceiver, type Receiver, type TakenCall, testWebhooks } from '../helpers/webhooks.js'
import { call, type Harness, openHarness, place } from './harness.js'

const DAY = 86_400_000

let harness: Harness
let receiver: Receiver
beforeAll(async () => {
  harness = await openHarness()
  receiver = await openReceiver()
})
afterAll(async () => {
  await receiver.close()
  await harness.close()
})

type Json = Record<string, unknown>
type Page = { items: Json[]; next: string | null }

const api = async (method: string, path: string, body?: object) => {
  const answer = await call(harness.app, method, `/v1/webhooks${path}`, body === undefined ? {} : { body })
  return { ...answer, page: answer.json as unknown as Page, deliveries: answer.json['deliveries'] as Page | undefined }
}
const add = async (body: object = {}) => {
  const answer = await api('POST', '', { url: receiver.url, types: ['*'], ...body })
  expect(answer.status, answer.text).toBe(201)
  return { ...answer.json, id: String(answer.json['id']), secret: String(answer.json['secret']) } as Json & {
    id: string
    secret: string
  }
}
/** All that is due, as workers would do it. */
const work = async (): Promise<void> => {
  for (let due = await dueWork(harness.deps); due.length > 0; due = await dueWork(harness.deps))
    for (const one of due) await runWork(harness.deps, one)
}
const signature = ({ headers, body }: TakenCall, secret: string): string =>
  `v1,${createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    .digest('base64')}`
const entries = async (event: string) =>
  (await harness.deps.store.actions.read(null, 1_000)).filter((entry) => entry.event === event)

describe('a webhook', () => {
  test('is added with a secret that is shown this once, listed, read and removed', async () => {
    const added = await api('POST', '', { url: receiver.url, types: ['order.done', 'billing.charge', 'order.done'] })
    expect(added.status).toBe(201)
    const { id, secret, ...rest } = added.json
    expect(added.headers.get('location')).toBe(`/v1/webhooks/${id}`)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(rest).toEqual({
      ...{ url: receiver.url, types: ['order.done', 'billing.charge'], enabled: true, disabledAt: null },
      ...{ disabledReason: null, failingSince: null, oldSecretUntil: null, createdAt: expect.any(String) },
    })
    const listed = await api('GET', '')
    expect(listed.page.items).toContainEqual({ id, ...rest })
    const shown = await api('GET', `/${id}`)
    expect(shown.json).toEqual({ id, ...rest, deliveries: { items: [], next: null } })
    expect(listed.text + shown.text).not.toContain(String(secret).slice(6))
    expect((await api('DELETE', `/${id}`)).status).toBe(204)
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['PATCH', ''],
      ['POST', '/rotate'],
      ['POST', '/test'],
    ])
      expect((await api(method ?? '', `/${id}${path}`, method === 'GET' ? undefined : {})).status, method).toBe(404)
    expect((await entries('webhook.added')).at(-1)).toMatchObject({
      ...{
        actor: 'token:SEALPOST_TOKEN',
        text: `the webhook ${receiver.url} was added, for order.done, billing.charge`,
      },
    })
    expect((await entries('webhook.removed')).at(-1)).toMatchObject({ level: 'warning', data: { webhook: id } })
    const log = JSON.stringify(await harness.deps.store.actions.read(null, 1_000))
    expect(log).not.toContain(String(secret).slice(6))
  })

  test('gets a secret of its own, and `*` is all types', async () => {
    const [one, other] = [await add({ types: ['*', 'order.done'] }), await add()]
    expect(one.secret).not.toBe(other.secret)
    expect(one['types']).toEqual(['*'])
  })

  test('lists are pages', async () => {
    const [first, second] = [await add(), await add()]
    const all = (await api('GET', '?limit=200')).page.items.map(({ id }) => id)
    const found: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { page } = await api('GET', `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      found.push(...page.items.map(({ id }) => id))
      cursor = page.next
    }
    expect(found).toEqual(all)
    expect(found).toEqual(expect.arrayContaining([first.id, second.id]))
    expect((await api('GET', '?cursor=nonsense')).status).toBe(422)
  })

  test.each<[string, object, string]>([
    ['no URL', { types: ['*'] }, '/url'],
    ['no types', { url: 'https://a.example' }, '/types'],
    ['an empty list of types', { url: 'https://a.example', types: [] }, '/types'],
    ['a type that there is not', { url: 'https://a.example', types: ['order.eaten'] }, '/types/0'],
    ['what is no URL', { url: 'over there', types: ['*'] }, '/url'],
    ['a file', { url: 'file:///etc/passwd', types: ['*'] }, '/url'],
    ['a password', { url: 'https://me:secret@a.example/', types: ['*'] }, '/url'],
    ['a secret of their own', { url: 'https://a.example', types: ['*'], secret: 'whsec_AAAA' }, '/secret'],
  ])('with %s is refused by the field', async (_, body, pointer) => {
    const { status, json } = await api('POST', '', body)
    expect(status).toBe(422)
    expect(json['errors']).toEqual([{ pointer, detail: expect.stringMatching(/\S/) }])
  })

  test('may have any type of the contract', async () => {
    for (const type of EVENT_TYPES) expect((await add({ types: [type] }))['types']).toEqual([type])
  })
})

describe('a webhook to a private address, unless it is allowed', () => {
  let addresses = [{ address: '203.0.113.1', family: 4 }]
  beforeAll(() => {
    harness.deps.webhooks = testWebhooks({ privates: 'refuse', resolve: async () => addresses })
  })
  afterAll(() => {
    harness.deps.webhooks = testWebhooks()
  })

  test.each([
    'http://billing.example.net/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
    'https://10.1/',
  ])('%s is refused when it is added and when it is changed', async (url) => {
    addresses = [{ address: '93.184.216.34', family: 4 }]
    const { status, json } = await api('POST', '', { url, types: ['*'] })
    expect(status).toBe(422)
    expect(json['errors']).toEqual([
      { pointer: '/url', detail: expect.stringContaining('SEALPOST_WEBHOOK_PRIVATE=allow') },
    ])
    const { id } = await add({ url: 'https://billing.example.net/' })
    expect((await api('PATCH', `/${id}`, { url })).status).toBe(422)
  })

  test('is refused by its name, while a name that leads nowhere yet is taken', async () => {
    addresses = [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.7', family: 4 },
    ]
    const { status, json } = await api('POST', '', { url: 'https://inside.example.net/', types: ['*'] })
    expect(status).toBe(422)
    expect(json['detail']).toContain('inside.example.net leads to 10.0.0.7, which is private')
    addresses = []
    await add({ url: 'https://soon.example.net/' })
  })
})

describe('what goes to a webhook', () => {
  beforeEach(async () => {
    for (const { id } of (await api('GET', '?limit=200')).page.items) await api('DELETE', `/${id}`)
  })

  test('an order is told from its first event on, and each call is shown with its answer', async () => {
    await place(harness.app)
    const { id, secret } = await add({ types: ['domain.scheduled'] })
    receiver.taken.length = 0
    const order = await place(harness.app, { domain: 'bücher.de' })
    await work()
    const [taken] = receiver.taken.filter((one) => one.event['subject'] === 'xn--bcher-kva.de')
    if (taken === undefined) throw new Error('nothing came')
    expect(String(taken.headers['webhook-signature']).split(' ')).toHaveLength(1)
    const shown = await api('GET', `/${id}`)
    expect(shownWebhookSchema.safeParse(shown.json).error).toBeUndefined()
    expect(shown.deliveries?.items).toHaveLength(1)
    const [{ id: deliveryId, event } = {}] = shown.deliveries?.items ?? []
    const own = receiver.taken.filter((one) => one.headers['webhook-signature'] === signature(one, secret))
    expect(own.map(({ headers }) => headers['webhook-id'])).toEqual([event])
    expect(own[0]?.event).toMatchObject({ type: 'domain.scheduled', data: { orderId: order['id'] } })
    const { json } = await api('GET', `/${id}/deliveries/${deliveryId}`)
    expect(shownDeliverySchema.safeParse(json).error).toBeUndefined()
    expect(json).toMatchObject({
      ...{
        type: 'domain.scheduled',
        subject: 'xn--bcher-kva.de',
        state: 'delivered',
        attempts: 1,
        nextAttemptAt: null,
      },
      calls: [
        {
          request: { url: receiver.url, headers: { 'webhook-id': event }, body: own[0]?.body },
          answer: { status: 204, body: '', reason: null },
        },
      ],
    })
    expect((await api('GET', `/${id}/deliveries/nonsense`)).status).toBe(404)
  })

  test('what failed is shown, and goes again one by one or from a time on, with the same id', async () => {
    const { id } = await add({ types: ['domain.scheduled'] })
    receiver.answer(() => 500)
    await place(harness.app, { domain: 'one.de' })
    const { clock, store } = harness.deps
    const since = new Date(clock.now().getTime() + 1)
    harness.advance(1)
    await place(harness.app, { domain: 'two.de' })
    await place(harness.app, { domain: 'three.de' })
    for (let hours = 0; hours < 120; hours += 4) {
      await work()
      harness.advance(DAY / 6)
    }
    const failed = await api('GET', `/${id}?state=failed&limit=2`)
    expect(failed.deliveries?.items.map(({ subject, state }) => [subject, state])).toEqual([
      ...[
        ['three.de', 'failed'],
        ['two.de', 'failed'],
      ],
    ])
    const rest = await api('GET', `/${id}?state=failed&limit=2&cursor=${failed.deliveries?.next}`)
    expect(rest.deliveries?.items).toMatchObject([{ subject: 'one.de', attempts: 13 }])
    expect((await api('GET', `/${id}`)).json['failingSince']).not.toBeNull()

    receiver.answer(() => 204)
    receiver.taken.length = 0
    const before = await entries('webhook.redelivered')
    const deliveryId = rest.deliveries?.items[0]?.['id']
    const again = await api('POST', `/${id}/deliveries/${deliveryId}/redeliver`)
    expect(again).toMatchObject({ status: 200, json: { state: 'waiting', attempts: 0, subject: 'one.de' } })
    expect(harness.rung).toContainEqual({ kind: 'deliver-webhook', id: deliveryId })
    const ofAll = await api('POST', `/${id}/redeliver`, { since: since.toISOString() })
    expect(ofAll).toMatchObject({ status: 200, json: { redelivered: 2 } })
    await work()
    const ids = [...(failed.deliveries?.items ?? []), ...(rest.deliveries?.items ?? [])].map(({ event }) => event)
    expect(receiver.taken.map(({ headers }) => headers['webhook-id'])).toEqual(expect.arrayContaining(ids))
    expect((await api('POST', `/${id}/redeliver`)).json).toEqual({ redelivered: 0 })
    expect((await entries('webhook.redelivered')).slice(before.length)).toMatchObject([
      ...[{ data: { delivery: deliveryId } }, { data: { count: 2 } }],
    ])
    expect((await store.webhooks.get(id))?.failingSince).toBeNull()
    expect((await api('POST', `/${id}/deliveries/${id}/redeliver`)).status).toBe(404)
    expect((await api('POST', `/${id}/redeliver`, { since: 'yesterday' })).status).toBe(422)
  })

  test('a disabled one gets nothing until it is enabled, and takes no redelivery', async () => {
    const { id } = await add({ types: ['domain.scheduled'] })
    const disabled = await api('PATCH', `/${id}`, { enabled: false })
    expect(webhookSchema.safeParse(disabled.json).error).toBeUndefined()
    expect(disabled.json).toMatchObject({ enabled: false, disabledReason: 'an administrator disabled it' })
    await place(harness.app)
    expect((await api('GET', `/${id}`)).deliveries?.items).toEqual([])
    expect((await api('POST', `/${id}/redeliver`)).status).toBe(409)
    expect((await api('PATCH', `/${id}`, { enabled: true })).json).toMatchObject({
      enabled: true,
      disabledReason: null,
    })
    await place(harness.app)
    expect((await api('GET', `/${id}`)).deliveries?.items).toHaveLength(1)
    const changes = (await entries('webhook.changed')).filter(({ data }) => data['webhook'] === id)
    expect(changes.map(({ level, text }) => [level, text])).toEqual([
      ['warning', `the webhook ${receiver.url} was changed: it is disabled`],
      ['info', `the webhook ${receiver.url} was changed: it is enabled`],
    ])
  })

  test('changes of URL and types hold for what comes after; to say the same again is no change', async () => {
    const { id } = await add({ types: ['order.done'] })
    const url = `${receiver.url}/other?token=hidden`
    const change = { url, types: ['*'] }
    expect((await api('PATCH', `/${id}`, change)).json).toMatchObject(change)
    expect((await api('PATCH', `/${id}`, change)).json).toMatchObject(change)
    expect((await api('PATCH', `/${id}`, {})).json).toMatchObject(change)
    const changes = (await entries('webhook.changed')).filter(({ data }) => data['webhook'] === id)
    expect(changes.map(({ text }) => text)).toEqual([
      `the webhook ${receiver.url} was changed: it is now at ${receiver.url}/other, it is now for all events`,
    ])
    receiver.taken.length = 0
    await place(harness.app)
    await work()
    expect(receiver.taken.map(({ path }) => path)).toContain('/hooks/other?token=hidden')
    expect((await api('PATCH', `/${id}`, { types: ['nonsense'] })).status).toBe(422)
  })

  test('a test call is signed and answered at once, is stored nowhere, and reaches a disabled one too', async () => {
    const { id, secret } = await add()
    await api('PATCH', `/${id}`, { enabled: false })
    receiver.taken.length = 0
    receiver.answer(() => 503)
    const { status, json } = await api('POST', `/${id}/test`)
    receiver.answer(() => 204)
    expect(status).toBe(200)
    expect(json['answer']).toEqual({ status: 503, body: 'answer 503', reason: 'the answer was 503' })
    const [taken] = receiver.taken
    if (taken === undefined) throw new Error('nothing came')
    expect(taken.event['type']).toBe('webhook.test')
    expect(taken.headers['webhook-signature']).toBe(signature(taken, secret))
    expect((await api('GET', `/${id}`)).deliveries?.items).toEqual([])
  })

  test('after a rotation both secrets sign for a day', async () => {
    const { id, secret: old } = await add()
    const rotated = await api('POST', `/${id}/rotate`)
    const fresh = String(rotated.json['secret'])
    expect(rotated.status).toBe(200)
    expect(fresh).toMatch(/^whsec_/)
    expect(fresh).not.toBe(old)
    const end = new Date(harness.deps.clock.now().getTime() + DAY).toISOString()
    expect(rotated.json['oldSecretUntil']).toBe(end)
    receiver.taken.length = 0
    await api('POST', `/${id}/test`)
    harness.advance(DAY)
    await api('POST', `/${id}/test`)
    const [during, after] = receiver.taken
    if (during === undefined || after === undefined) throw new Error('two were to come')
    expect(during.headers['webhook-signature']).toBe(`${signature(during, fresh)} ${signature(during, old)}`)
    expect(after.headers['webhook-signature']).toBe(signature(after, fresh))
    expect((await entries('webhook.rotated')).at(-1)).toMatchObject({ data: { webhook: id } })
  })
})
