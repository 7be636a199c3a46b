import { createHmac } from 'node:crypto'
import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EventType, NewEvent } from '../../src/core/event.js'
import { rotateSecrets, type Webhook } from '../../src/core/webhook.js'
import { deliverWebhook } from '../../src/flows/deliver-webhook.js'
import { dueWork, runWork } from '../../src/flows/run-work.js'
import type { Store } from '../../src/ports.js'
import { createInProcessQueue } from '../../src/queue/in-process.js'
import type { OpenedStore } from '../../src/store/open.js'
import { openStore } from '../../src/store/open.js'
import { createWebhookPost } from '../../src/webhook/post.js'
import { eventually } from '../e2e/program.js'
import { newServerDatabase, oneDatabase, silentLog, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, START, success, type TestGateway } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'
import { openReceiver, type Receiver, type TakenCall, testWebhooks } from '../helpers/webhooks.js'

const SECOND = 1_000
const DAY = 86_400 * SECOND

let next = 0
const addWebhook = async (store: Store, url: string, change: Partial<Webhook> = {}): Promise<Webhook> => {
  const webhook: Webhook = {
    ...{ id: `00000000-0000-7000-9000-${String(++next).padStart(12, '0')}`, url, types: ['*'], createdAt: START },
    secrets: [{ value: testWebhooks().newSecret(), notAfter: null }],
    ...{ disabledAt: null, disabledReason: null, failingSince: null },
    ...change,
  }
  await store.webhooks.insert(webhook)
  return webhook
}

const anEvent = (subject: string, at: Date, type: EventType = 'order.done'): NewEvent => ({
  ...{ type, at, subject },
  data: { orderId: 'o-1', billingOrderId: 'INV-1', domain: subject },
})

/** As a billing system in any language does it: https://www.standardwebhooks.com. */
const signatureOf = ({ headers, body }: TakenCall, secret: string): string =>
  `v1,${createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    .digest('base64')}`

await oneDatabase((open) => {
  let database: TestDatabase
  let store: OpenedStore
  let gateway: TestGateway
  let receiver: Receiver
  let other: Receiver
  let folder: string
  beforeAll(async () => {
    database = await open()
    store = database.store
    folder = temporaryFolder()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(store, folder)
    ;[receiver, other] = [await openReceiver(), await openReceiver()]
  })
  afterEach(async () => {
    await receiver.close()
    await other.close()
  })

  const tell = (...events: [string, EventType?][]) =>
    store.transaction((tables) =>
      tables.events.append(events.map(([subject, type]) => anEvent(subject, gateway.now(), type))),
    )
  const deliveries = async ({ id }: Webhook) =>
    (await store.deliveries.list({ webhookId: id }, { limit: 200, cursor: null })).items.toReversed()
  const calls = () => receiver.taken.map(({ event }) => `${event['type']} ${event['subject']}`)
  const actions = async () => (await store.actions.read(null, 1_000)).filter(({ event }) => event.startsWith('webhook'))

  test('an order tells its story in its order, signed, as CloudEvents', async () => {
    const webhook = await addWebhook(store, receiver.url)
    await addTestConnection(gateway)
    const { id } = await gateway.place({ domain: 'bücher-müller.de' })
    await gateway.run()
    const [request] = await store.requests.findByOrder(id)
    await gateway.receive(await gateway.reply(success(request?.reference ?? '')))
    const events = await store.events.list({ orderId: id })
    expect(events.length).toBeGreaterThan(4)
    expect(receiver.taken.map(({ event }) => event['id'])).toEqual(events.map((event) => event.id))
    const charge = receiver.taken.find(({ event }) => event['type'] === 'billing.charge')
    const known = events.find(({ type }) => type === 'billing.charge')
    expect(charge?.event).toEqual({
      ...{ specversion: '1.0', id: known?.id, source: gateway.deps.webhooks.source, type: 'billing.charge' },
      ...{ subject: known?.subject, time: START.toISOString(), datacontenttype: 'application/json' },
      data: {
        orderId: id,
        billingOrderId: expect.any(String),
        domain: known?.subject,
        mode: 'live',
        amount: '9.90',
        currency: 'EUR',
      },
    })
    expect(known?.subject).toMatch(/^xn--/)
    for (const call of receiver.taken) {
      expect(call.headers).toMatchObject({
        ...{ 'content-type': 'application/cloudevents+json', 'webhook-id': call.event['id'] },
        'webhook-timestamp': String(START.getTime() / 1_000),
        'webhook-signature': signatureOf(call, webhook.secrets[0]?.value ?? ''),
      })
    }
    expect((await deliveries(webhook)).map(({ state }) => state)).toEqual(events.map(() => 'delivered'))
    const [first] = await deliveries(webhook)
    expect(await store.deliveries.attempts(first?.id ?? '', 10)).toEqual([
      {
        ...{ at: START, duration: 0, url: receiver.url, status: 204, answer: '', reason: null },
        headers: expect.objectContaining({ 'webhook-id': first?.eventId }),
        body: receiver.taken[0]?.body,
      },
    ])
  })

  test('a call that fails is made again within five seconds, with the same id and body, and then ever later', async () => {
    const webhook = await addWebhook(store, receiver.url)
    receiver.answer(() => (receiver.taken.length < 3 ? 500 : 200))
    await tell(['a.de'])
    await gateway.run()
    expect(receiver.taken).toHaveLength(1)
    expect(await deliveries(webhook)).toMatchObject([{ state: 'waiting', attempts: 1 }])
    expect(await store.webhooks.get(webhook.id)).toMatchObject({ failingSince: START })
    gateway.pass(4 * SECOND)
    await gateway.run()
    expect(receiver.taken).toHaveLength(2)
    gateway.pass(4 * SECOND)
    await gateway.run()
    expect(receiver.taken).toHaveLength(2)
    gateway.pass(11 * SECOND)
    await gateway.run()
    expect(receiver.taken.map(({ headers }) => headers['webhook-timestamp'])).toEqual(
      [0, 4, 19].map((seconds) => String(START.getTime() / 1_000 + seconds)),
    )
    expect(new Set(receiver.taken.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(receiver.taken.map(({ body }) => body)).size).toBe(1)
    expect(await deliveries(webhook)).toMatchObject([{ state: 'delivered', attempts: 3 }])
    expect(await store.webhooks.get(webhook.id)).toMatchObject({ failingSince: null })
    const [{ id = '' } = {}] = await deliveries(webhook)
    expect(
      (await store.deliveries.attempts(id, 10)).map(({ status, answer, reason }) => [status, answer, reason]),
    ).toEqual([
      [500, 'answer 500', 'the answer was 500'],
      [500, 'answer 500', 'the answer was 500'],
      [200, 'answer 200', null],
    ])
  })

  test('one that nobody answers has failed when its time is over', async () => {
    gateway.deps.webhooks = testWebhooks({ timeLimit: 300 })
    const webhook = await addWebhook(store, receiver.url)
    receiver.answer(() => (receiver.taken.length === 1 ? 'silence' : 204))
    await tell(['a.de'])
    await gateway.run()
    const [{ id = '' } = {}] = await deliveries(webhook)
    expect(await store.deliveries.attempts(id, 10)).toMatchObject([
      { status: null, reason: 'there was no answer in time' },
    ])
    gateway.pass(4 * SECOND)
    await gateway.run()
    expect(await deliveries(webhook)).toMatchObject([{ state: 'delivered' }])
  })

  test('while the first of a domain fails its later ones wait, and no other domain and no other webhook does', async () => {
    await addWebhook(store, receiver.url)
    await addWebhook(store, other.url)
    receiver.answer(({ event }) => (event['subject'] === 'a.de' && receiver.taken.length < 4 ? 503 : 204))
    await tell(['a.de', 'order.filed'], ['a.de', 'billing.charge'], ['b.de'])
    await tell(['a.de', 'domain.registered'], ['c.de'])
    await gateway.run()
    expect(calls().toSorted()).toEqual(['order.done b.de', 'order.done c.de', 'order.filed a.de'])
    expect(other.taken).toHaveLength(5)
    for (let seconds = 0; seconds < 20; seconds++) {
      gateway.pass(SECOND)
      await gateway.run()
    }
    expect(calls().filter((call) => call.endsWith(' a.de'))).toEqual([
      ...['order.filed a.de', 'order.filed a.de', 'billing.charge a.de', 'domain.registered a.de'],
    ])
  })

  test('a receiver that hangs has eight calls at most, and holds up no other', async () => {
    gateway.deps.webhooks = testWebhooks({ timeLimit: 120_000 })
    const queue = createInProcessQueue({ concurrency: 12, sweepMs: 1_000, log: silentLog })
    gateway.deps.queue = queue
    receiver.answer(() => 'silence')
    await addWebhook(store, receiver.url)
    await addWebhook(store, other.url)
    await queue.start({ run: (work) => runWork(gateway.deps, work), due: () => dueWork(gateway.deps) })
    await tell(...Array.from({ length: 40 }, (_, index): [string] => [`d-${index}.de`]))
    await eventually(
      async () => other.taken.length,
      (count) => count === 40,
    )
    expect(receiver.taken.length).toBeLessThanOrEqual(8)
    await receiver.close() // or what hangs would go on
    await queue.stop()
  })

  test('what nobody takes for three days is given up, told, and gives way to what came after it', async () => {
    const webhook = await addWebhook(store, receiver.url)
    receiver.answer(({ event }) => (event['type'] === 'order.filed' ? 500 : 204))
    await tell(['a.de', 'order.filed'], ['a.de'])
    for (let hours = 0; hours < 80; hours += 0.5) {
      await gateway.run()
      gateway.pass(DAY / 48)
    }
    expect(calls().filter((call) => call === 'order.done a.de')).toHaveLength(1)
    expect(receiver.taken).toHaveLength(13 + 1)
    expect((await deliveries(webhook)).map(({ state, attempts }) => [state, attempts])).toEqual([
      ...[
        ['failed', 13],
        ['delivered', 1],
      ],
    ])
    const [given] = await deliveries(webhook)
    expect(await actions()).toMatchObject([
      {
        ...{ event: 'webhook.given-up', level: 'warning', domain: 'a.de', orderId: 'o-1' },
        text: `order.filed of a.de was given up after 13 calls of ${receiver.url}: the answer was 500; mend the receiver and redeliver it`,
        data: { webhook: webhook.id, delivery: given?.id, event: given?.eventId },
      },
    ])
    receiver.answer(() => 204)
    await store.deliveries.redeliver(webhook.id, given?.id ?? '', gateway.now())
    await gateway.run()
    expect(receiver.taken.at(-1)?.headers['webhook-id']).toBe(given?.eventId)
    expect((await deliveries(webhook)).map(({ state }) => state)).toEqual(['delivered', 'delivered'])
  })

  test('410 disables the webhook; what waits goes once somebody enables it, and what happens meanwhile does not', async () => {
    const webhook = await addWebhook(store, receiver.url)
    receiver.answer(() => 410)
    await tell(['a.de', 'order.filed'], ['a.de'])
    await gateway.run()
    expect(receiver.taken).toHaveLength(1)
    const disabled = await store.webhooks.get(webhook.id)
    expect(disabled).toMatchObject({ disabledAt: START, disabledReason: expect.stringContaining('410') })
    expect(await actions()).toMatchObject([
      { event: 'webhook.disabled', level: 'warning', data: { webhook: webhook.id } },
    ])
    await tell(['b.de'])
    gateway.pass(DAY)
    await gateway.run()
    expect(receiver.taken).toHaveLength(1)
    receiver.answer(() => 204)
    await store.webhooks.update({ ...webhook, disabledAt: null, disabledReason: null })
    await gateway.run()
    expect(calls()).toEqual(['order.filed a.de', 'order.filed a.de', 'order.done a.de'])
  })

  test('410 of a URL that was changed meanwhile disables nothing', async () => {
    const webhook = await addWebhook(store, receiver.url)
    receiver.answer(async () => {
      await store.webhooks.update({ ...webhook, url: other.url })
      return 410
    })
    await tell(['a.de'])
    await gateway.run()
    expect(await store.webhooks.get(webhook.id)).toMatchObject({ url: other.url, disabledAt: null })
    expect(other.taken).toHaveLength(1)
  })

  test('for a day after a rotation each call has a signature by either secret', async () => {
    const webhook = await addWebhook(store, receiver.url)
    const fresh = testWebhooks().newSecret()
    const secrets = rotateSecrets(webhook.secrets, fresh, gateway.now())
    await store.webhooks.update({ ...webhook, secrets })
    await tell(['a.de'])
    await gateway.run()
    gateway.pass(DAY)
    await tell(['b.de'])
    await gateway.run()
    const [during, after] = receiver.taken
    if (during === undefined || after === undefined) throw new Error('two were to come')
    const old = webhook.secrets[0]?.value ?? ''
    expect(during.headers['webhook-signature']).toBe(`${signatureOf(during, fresh)} ${signatureOf(during, old)}`)
    expect(after.headers['webhook-signature']).toBe(signatureOf(after, fresh))
  })

  test('a name that leads to a private address by now is not called', async () => {
    let addresses = [{ address: '203.0.113.9', family: 4 }]
    gateway.deps.webhooks = testWebhooks({ privates: 'refuse', resolve: async () => addresses })
    const webhook = await addWebhook(store, `https://billing.example.net:${new URL(receiver.url).port}/`)
    addresses = [{ address: '127.0.0.1', family: 4 }]
    await tell(['a.de'])
    await gateway.run()
    const [{ id = '' } = {}] = await deliveries(webhook)
    expect(await store.deliveries.attempts(id, 10)).toMatchObject([
      { status: null, reason: expect.stringContaining('127.0.0.1, which is loopback') },
    ])
    expect(receiver.taken).toEqual([])
  })

  test('a process that dies between the call and its record leaves it to be called again, with the same id', async () => {
    const webhook = await addWebhook(store, receiver.url)
    await tell(['a.de'])
    const [{ id = '' } = {}] = await deliveries(webhook)
    const dying = { ...store, together: () => Promise.reject(new Error('killed')) }
    await expect(deliverWebhook({ ...gateway.deps, store: dying }, id)).rejects.toThrow('killed')
    await gateway.run()
    expect(receiver.taken).toHaveLength(1)
    gateway.pass(60 * SECOND)
    await gateway.run()
    expect(receiver.taken.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array(2).fill((await deliveries(webhook))[0]?.eventId),
    )
    expect(await deliveries(webhook)).toMatchObject([{ state: 'delivered' }])
  })

  test('a call that nobody has answered when the gateway stops is broken off, and due as it was', async () => {
    const webhook = await addWebhook(store, receiver.url)
    await tell(['a.de'])
    const [{ id = '' } = {}] = await deliveries(webhook)
    const stopping = createWebhookPost({ privates: 'allow', grace: 0 })
    receiver.answer(() => {
      stopping.stop()
      return 'silence'
    })
    const work = deliverWebhook({ ...gateway.deps, webhooks: { ...testWebhooks(), post: stopping.post } }, id)
    await expect(work).rejects.toThrow('the gateway stops')
    expect(await deliveries(webhook)).toMatchObject([{ state: 'waiting', attempts: 0, dueAt: START }])
    expect(await store.webhooks.get(webhook.id)).toMatchObject({ failingSince: null })
    receiver.answer(() => 204)
    await gateway.run()
    expect(await deliveries(webhook)).toMatchObject([{ state: 'delivered', attempts: 1 }])
  })

  test('whoever was too slow to record its call changes nothing', async () => {
    const webhook = await addWebhook(store, receiver.url)
    await tell(['a.de'])
    const [{ id = '' } = {}] = await deliveries(webhook)
    receiver.answer(async () => {
      if (receiver.taken.length > 1) return 204
      gateway.pass(61 * SECOND)
      await deliverWebhook(gateway.deps, id)
      return 500
    })
    await deliverWebhook(gateway.deps, id)
    expect(receiver.taken).toHaveLength(2)
    expect(await deliveries(webhook)).toMatchObject([{ state: 'delivered', attempts: 1 }])
    expect(await store.deliveries.attempts(id, 10)).toHaveLength(1)
  })

  test('what was delivered a month ago is forgotten with its calls; the event stays', async () => {
    const webhook = await addWebhook(store, receiver.url)
    await tell(['a.de'])
    await gateway.run()
    gateway.pass(30 * DAY)
    await gateway.run()
    expect(await deliveries(webhook)).toHaveLength(1)
    gateway.pass(DAY / 24)
    await gateway.run()
    expect(await deliveries(webhook)).toEqual([])
    expect(await store.events.list({})).toHaveLength(1)
  })
})

const withServer = await needs('postgresql')

withServer('two gateways with one PostgreSQL', () => {
  const undoing: (() => unknown)[] = []
  const gateways: TestGateway[] = []
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await openReceiver()
    const folder = temporaryFolder()
    const { url, remove } = await newServerDatabase()
    undoing.push(() => rmSync(folder, { recursive: true, force: true }), remove, receiver.close)
    for (const owner of ['one', 'other']) {
      const store = await openStore({ url, dataDir: '', log: silentLog })
      undoing.push(store.close)
      const gateway = await createTestGateway(store, folder)
      Object.assign(gateway.deps, { owner })
      gateways.push(gateway)
    }
  })
  afterAll(async () => {
    for (const undo of undoing.reverse()) await undo()
  })

  test('tell each event once, and each domain in its order, while both write and both call', async () => {
    const [one] = gateways
    if (one === undefined) throw new Error('there is no gateway')
    await addWebhook(one.deps.store, receiver.url)
    // The second call of each is refused, so that many have to wait for the one before them.
    const seen = new Set<unknown>()
    receiver.answer(({ event }) => {
      const fresh = !seen.has(event['id']) && Number(Reflect.get(Object(event['data']), 'number')) % 5 === 1
      seen.add(event['id'])
      return fresh ? 503 : 204
    })
    const domains = Array.from({ length: 10 }, (_, index) => `d-${index}.de`)
    const counts = new Map<string, number>()
    const write = ({ deps: { store } }: TestGateway, domain: string) =>
      store.together(async (tables) => {
        await tables.domains.lock(domain)
        const number = counts.get(domain) ?? 0
        counts.set(domain, number + 2)
        const event = (at: number): NewEvent => ({ ...anEvent(domain, START), data: { number: at } })
        await tables.events.append([event(number), event(number + 1)])
      })
    const writing = domains.flatMap((domain) => Array.from({ length: 6 }, (_, index) => ({ domain, index })))
    const work = async (gateway: TestGateway) => {
      for (const due of await dueWork(gateway.deps)) await runWork(gateway.deps, due)
    }
    await Promise.all([
      ...writing.map(({ domain, index }) => write(gateways[index % 2] ?? one, domain)),
      ...gateways.map(async (gateway) => {
        for (let round = 0; round < 40; round++) await work(gateway)
      }),
    ])
    for (let round = 0; round < 40; round++) {
      for (const gateway of gateways) gateway.pass(SECOND)
      await Promise.all(gateways.map((gateway) => gateway.run()))
    }
    for (const domain of domains) {
      const told = receiver.taken.filter(({ event }) => event['subject'] === domain)
      const numbers = told.map(({ event }) => Number(Reflect.get(Object(event['data']), 'number')))
      const expected = Array.from({ length: 12 }, (_, number) => (number % 5 === 1 ? [number, number] : [number]))
      expect(numbers, domain).toEqual(expected.flat())
    }
  })
})
