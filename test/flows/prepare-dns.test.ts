import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkOrder } from '../../src/flows/check-order.js'
import { cancelOrder, retryOrder } from '../../src/flows/decide-order.js'
import { addWebhook, removeWebhook } from '../../src/flows/manage-webhooks.js'
import { setPaused } from '../../src/flows/pause-connection.js'
import { payOrder } from '../../src/flows/pay-order.js'
import { acknowledgeDns } from '../../src/flows/prepare-dns.js'
import { dueWork, runWork } from '../../src/flows/run-work.js'
import { applyHappening, loadSubject } from '../../src/flows/subject.js'
import { readDomainView } from '../../src/http/read-views.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, failure, START, type TestGateway } from '../helpers/gateway.js'
import { openReceiver, type Receiver } from '../helpers/webhooks.js'

const HOUR = 3_600_000
const provider = { id: 'house', type: 'provider' as const, email: null }

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway
  let connectionId: string
  let zones: Receiver
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    connectionId = (await addTestConnection(gateway, { dnsPrepare: 'required' })).id
    zones = await openReceiver()
  })
  afterEach(() => zones.close())

  const subscribe = async ({ url }: Receiver): Promise<string> =>
    (await addWebhook(gateway.deps, { url, types: ['dns.prepare'], actor: 'cli' })).webhook.id
  const acknowledge = (id: string) => acknowledgeDns(gateway.deps, { id, actor: 'user:ann' })
  const statusOf = async (id: string) => (await gateway.order(id)).status
  const told = async (id: string, event: string) => (await gateway.actions(id)).filter((entry) => entry.event === event)
  const asked = async (id: string) => (await gateway.events(id)).filter((type) => type === 'dns.prepare').length
  const tickets = async (state: 'open' | 'dismissed') =>
    (await gateway.deps.store.tickets.list({ state, kind: 'dns' }, { limit: 10, cursor: null })).items
  const next = async () => {
    const domain = await gateway.deps.store.domains.get('example.de')
    return domain === null ? null : (await readDomainView(gateway.deps, domain, gateway.now())).next
  }
  const pass = async (ms: number) => {
    gateway.pass(ms)
    await gateway.run()
  }
  /** It is held: nothing left, and no worker is offered its request. */
  const expectHeld = async (id: string) => {
    await gateway.run()
    expect([await statusOf(id), gateway.sent.length]).toEqual(['queued', 0])
    expect((await dueWork(gateway.deps)).filter(({ kind }) => kind === 'send-request')).toEqual([])
    expect(await told(id, 'request.signed')).toEqual([])
  }

  describe('a register by a connection that requires it', () => {
    test('is held until the webhook that takes dns.prepare answers 2xx, says so, and leaves once', async () => {
      await subscribe(zones)
      zones.answer(() => 503)
      const { id } = await gateway.place({ paid: false })
      await gateway.run()
      expect(await asked(id)).toBe(0)
      await payOrder(gateway.deps, { id, paidAt: null, reference: null, actor: 'token:shop' })
      const due = (await dueWork(gateway.deps)).map(({ kind }) => kind)
      expect(due).toEqual(['deliver-webhook'])
      await expectHeld(id)
      expect(zones.taken[0]?.event).toMatchObject({
        type: 'dns.prepare',
        subject: 'example.de',
        data: {
          ...{ orderId: id, domain: 'example.de', mode: 'live', action: 'register', records: [], dnssec: [] },
          billingOrderId: (await gateway.order(id)).terms.billingOrderId,
          nameservers: [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }],
        },
      })
      expect(await next()).toContain(`POST /v1/orders/${id}/dns-prepared`)
      expect(await told(id, 'order.dns-asked')).toMatchObject([
        { level: 'info', text: expect.stringContaining('1 now') },
      ])
      zones.answer(() => 204)
      await pass(5_000)
      expect([await statusOf(id), gateway.sent.length, await asked(id)]).toEqual(['sent', 1, 1])
      expect(await told(id, 'order.dns-prepared')).toMatchObject([{ text: expect.stringContaining(zones.url) }])
      await pass(HOUR)
      expect([gateway.sent.length, await tickets('open')]).toEqual([1, []])
    })

    test('is held until every one of several answered, also one that takes all events', async () => {
      const billing = await openReceiver()
      await subscribe(zones)
      await addWebhook(gateway.deps, { url: billing.url, types: ['*'], actor: 'cli' })
      billing.answer(({ event }) => (event['type'] === 'dns.prepare' ? 500 : 204))
      const { id } = await gateway.place()
      await expectHeld(id)
      expect(zones.taken).toHaveLength(1)
      billing.answer(() => 204)
      await pass(5_000)
      expect([await statusOf(id), gateway.sent.length]).toEqual(['sent', 1])
      await billing.close()
    })

    test('waits for somebody where no webhook takes the event, and says so; once more changes nothing', async () => {
      const { id } = await gateway.place({ account: provider, paid: false })
      await expectHeld(id)
      expect(await told(id, 'order.dns-asked')).toMatchObject([
        { level: 'warning', text: expect.stringContaining('no webhook takes this event') },
      ])
      expect(await acknowledge(id)).toMatchObject({ status: 'queued', dnsPrepare: { next: null } })
      expect(await told(id, 'order.dns-prepared')).toMatchObject([{ actor: 'user:ann' }])
      await acknowledge(id)
      await gateway.run()
      expect((await acknowledge(id)).dnsPrepare?.preparedAt).toBe(gateway.now().toISOString())
      await gateway.run()
      expect([await statusOf(id), gateway.sent.length]).toEqual(['sent', 1])
      expect(await told(id, 'order.dns-prepared')).toHaveLength(1)
    })

    test('becomes a ticket after an hour, once, which closes itself', async () => {
      await subscribe(zones)
      zones.answer(() => 500)
      const { id } = await gateway.place()
      await pass(HOUR - 1_000)
      await checkOrder(gateway.deps, { id, actor: 'user:ann' }) // which does not put it off
      expect(await tickets('open')).toEqual([])
      await pass(1_000)
      expect(await tickets('open')).toMatchObject([{ orderId: id, domain: 'example.de' }])
      expect((await tickets('open'))[0]?.body).toContain(`${zones.url} has not taken it (waiting, `)
      expect(await told(id, 'order.dns-unprepared')).toHaveLength(1)
      await pass(2 * HOUR)
      expect(await told(id, 'order.dns-unprepared')).toHaveLength(1)
      await expectHeld(id)
      await acknowledge(id)
      expect([await tickets('open'), (await tickets('dismissed')).length]).toEqual([[], 1])
    })

    test('is another ticket where it was uncertain meanwhile, and is held anew by its retry', async () => {
      const { id } = await gateway.place()
      await pass(HOUR)
      const [request] = await gateway.deps.store.requests.findByOrder(id)
      await gateway.deps.store.together(async (tables) => {
        const loaded = await loadSubject(tables, request?.id ?? '')
        if (loaded === null) throw new Error('there is no request')
        const uncertain = { kind: 'uncertain', answer: 'from a copy of the database' } as const
        await applyHappening(gateway.deps, tables, loaded, uncertain, 'system')
      })
      expect([await statusOf(id), await tickets('open')]).toEqual(['uncertain', []])
      await retryOrder(gateway.deps, { id, actor: 'user:ann' })
      await expectHeld(id)
      await pass(HOUR)
      expect(await tickets('open')).toMatchObject([{ orderId: id }])
    })

    test('goes after that hour where those alone have not answered that were removed', async () => {
      const gone = await openReceiver()
      await subscribe(zones)
      const removed = await subscribe(gone)
      gone.answer(() => 500)
      const { id } = await gateway.place()
      await expectHeld(id)
      await removeWebhook(gateway.deps, { id: removed, actor: 'cli' })
      await pass(HOUR)
      expect([await statusOf(id), gateway.sent.length, await tickets('open')]).toEqual(['sent', 1, []])
      await gone.close()
    })
  })

  test('a transfer is held too; what changes a domain is not, nor anything where the connection does not require it', async () => {
    const { id } = await gateway.place({ action: 'transfer', authInfo: 'Ab3-xY7_kQ', domain: 'moving.de' })
    await expectHeld(id)
    await acknowledge(id)
    await gateway.run()
    const [request] = await gateway.deps.store.requests.findByOrder(id)
    await gateway.receive(
      await gateway.reply([
        'RESULT: success',
        'STID: dfaaa080-96ef-551c-afd2-309f0fbcba9b',
        `CTID: ${request?.reference}`,
      ]),
    )
    const change = await gateway.place({ action: 'update-nameservers', domain: 'moving.de', contacts: {} })
    await gateway.run()
    expect([await statusOf(change.id), await asked(change.id)]).toEqual(['sent', 0])

    await addTestConnection(gateway, {
      ...{ title: 'Other', tlds: [] },
      registry: { to: 'robot@registry.example', from: 'a@hoster.example', replyTo: 'b@in.hoster.example' },
    })
    const other = await gateway.place({ domain: 'other.de', connection: 'Other' })
    await gateway.run()
    expect([await statusOf(other.id), await asked(other.id), other.dnsPrepare]).toEqual(['sent', 0, null])
  })

  test('an order that is cancelled meanwhile never leaves, whoever answers then', async () => {
    await subscribe(zones)
    zones.answer(() => 500)
    const { id } = await gateway.place()
    await expectHeld(id)
    await cancelOrder(gateway.deps, { id, actor: 'user:ann' })
    zones.answer(() => 204)
    await pass(5_000)
    expect(zones.taken).toHaveLength(2)
    await expect(acknowledge(id)).rejects.toThrow('is cancelled')
    await pass(HOUR)
    expect([await statusOf(id), gateway.sent.length, await tickets('open')]).toEqual(['cancelled', 0, []])
  })

  test('a retry of one that is held is refused with what to do; one that failed is not asked again', async () => {
    await subscribe(zones)
    zones.answer(() => 500)
    const { id } = await gateway.place()
    await gateway.run()
    await expect(retryOrder(gateway.deps, { id, actor: 'user:ann' })).rejects.toThrow('sealpost order dns-prepared')
    await acknowledge(id)
    await gateway.run()
    const [request] = await gateway.deps.store.requests.findByOrder(id)
    await gateway.receive(await gateway.reply(failure(request?.reference ?? '')))
    expect(await statusOf(id)).toBe('refused')
    gateway.pass(HOUR)
    await retryOrder(gateway.deps, { id, actor: 'user:ann' })
    await gateway.run()
    expect([await statusOf(id), gateway.sent.length, await asked(id)]).toEqual(['sent', 2, 1])
    expect((await gateway.order(id)).dnsAskedAt).toEqual(START)
  })

  test('an order that failed under a connection which did not require it is asked when it is retried', async () => {
    const { id } = await gateway.place({ domain: 'first.de' })
    await acknowledge(id)
    await gateway.run()
    const [request] = await gateway.deps.store.requests.findByOrder(id)
    await gateway.receive(await gateway.reply(failure(request?.reference ?? '')))
    await gateway.deps.store.orders.update({ ...(await gateway.order(id)), dnsAskedAt: null, dnsPreparedAt: null })
    await database.pool.query(`DELETE FROM events WHERE type = 'dns.prepare'`)
    await retryOrder(gateway.deps, { id, actor: 'user:ann' })
    await gateway.run()
    expect([await statusOf(id), gateway.sent.length, await asked(id)]).toEqual(['queued', 1, 1])
  })

  test('a pause that ends lets nothing go that is held; what is prepared in a pause goes after it', async () => {
    const { id } = await gateway.place()
    const pause = (paused: boolean) => setPaused(gateway.deps, { id: connectionId, paused, actor: 'user:ann' })
    await pause(true)
    await pause(false)
    await expectHeld(id)
    await pause(true)
    await acknowledge(id)
    await expectHeld(id)
    await pause(false)
    await gateway.run()
    expect([await statusOf(id), gateway.sent.length]).toEqual(['sent', 1])
  })

  test('the rate of the connection counts after it', async () => {
    await database.empty()
    await addTestConnection(gateway, { dnsPrepare: 'required', rate: { perDay: 1 } })
    const orders = [await gateway.place({ domain: 'a.de' }), await gateway.place({ domain: 'b.de' })]
    for (const { id } of orders) await acknowledge(id)
    await gateway.run()
    expect(gateway.sent).toHaveLength(1)
    await pass(25 * HOUR)
    expect(gateway.sent).toHaveLength(2)
  })

  test('a gateway that dies between the answer and its record is told again, and the request leaves once', async () => {
    await subscribe(zones)
    const { id } = await gateway.place()
    const [work] = (await dueWork(gateway.deps)).filter(({ kind }) => kind === 'deliver-webhook')
    const post = gateway.deps.webhooks.post
    const answered = new Promise<void>((resolve) => {
      gateway.deps.webhooks.post = async (call) => {
        await post(call)
        resolve()
        return new Promise(() => {}) // it dies here
      }
    })
    if (work !== undefined) void runWork(gateway.deps, work)
    await answered
    gateway.deps.webhooks.post = post
    await expectHeld(id)
    await pass(61_000)
    expect([zones.taken.length, await statusOf(id), gateway.sent.length]).toEqual([2, 'sent', 1])
  })

  test('two processes that are answered at once, and somebody who acknowledges it, let it leave once', async () => {
    const other = await openReceiver()
    await subscribe(zones)
    await subscribe(other)
    const twin = await createTestGateway(database.store, folder)
    twin.deps.owner = 'other-process'
    const ids: string[] = []
    for (let at = 0; at < 8; at++) ids.push((await gateway.place({ domain: `d${at}.de` })).id)
    const deliveries = (await dueWork(gateway.deps)).filter(({ kind }) => kind === 'deliver-webhook')
    expect(deliveries).toHaveLength(16)
    await Promise.all([
      ...deliveries.map((work, at) => runWork((at % 2 === 0 ? gateway : twin).deps, work)),
      ...ids.slice(0, 4).map((id) => acknowledge(id)),
    ])
    const sending = (await dueWork(gateway.deps)).filter(({ kind }) => kind === 'send-request')
    await Promise.all([gateway, twin].flatMap(({ deps }) => sending.map((work) => runWork(deps, work))))
    await gateway.run()
    expect(gateway.sent.length + twin.sent.length).toBe(8)
    for (const id of ids) {
      expect(await statusOf(id)).toBe('sent')
      expect(await told(id, 'order.dns-prepared')).toHaveLength(1)
    }
    await other.close()
  })
})
