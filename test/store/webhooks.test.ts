import { v7 as newId } from 'uuid'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/core/event.js'
import type { Webhook } from '../../src/core/webhook.js'
import type { AfterCall, DeliveryAttempt } from '../../src/core/webhook-delivery.js'
import type { ClaimedDelivery } from '../../src/ports.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eventually } from '../e2e/program.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { later, NOON } from './samples.js'

const aWebhook = (change: Partial<Webhook> = {}): Webhook => ({
  id: newId(),
  url: 'https://billing.example.net/hooks',
  types: ['*'],
  secrets: [
    { value: 'whsec_AAAA', notAfter: null },
    { value: 'whsec_BBBB', notAfter: later(5) },
  ],
  createdAt: NOON,
  disabledAt: null,
  disabledReason: null,
  failingSince: null,
  ...change,
})

const anEvent = (subject: string, change: Partial<NewEvent> = {}): NewEvent => ({
  ...{ type: 'order.done', at: NOON, subject, data: { orderId: newId(), domain: subject } },
  ...change,
})

const DONE: AfterCall = { state: 'delivered', attempts: 1, dueAt: null, endedAt: later(1), gone: false }
const AGAIN: AfterCall = { state: 'waiting', attempts: 1, dueAt: later(5_000), endedAt: null, gone: false }
const GIVEN_UP: AfterCall = { state: 'failed', attempts: 14, dueAt: null, endedAt: later(1), gone: false }

const anAttempt = (change: Partial<DeliveryAttempt> = {}): DeliveryAttempt => ({
  ...{
    at: NOON,
    duration: 12,
    url: 'https://billing.example.net/hooks',
    headers: { 'webhook-id': 'a' },
    body: '{"ü":1}',
  },
  ...{ status: 500, answer: 'no', reason: 'the answer was 500' },
  ...change,
})

const PAGE = { limit: 200, cursor: null }

await eachDatabase((name, open) => {
  let database: TestDatabase
  let store: OpenedStore
  let rung: string[]
  beforeAll(async () => {
    database = await open()
    store = database.store
    store.onDeliveries((ids) => void rung.push(...ids))
  })
  beforeEach(async () => {
    await database.empty()
    rung = []
  })

  const waitingForLocks = async (): Promise<number> => {
    const { rowCount } = await database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rowCount ?? 0
  }
  const added = async (change: Partial<Webhook> = {}): Promise<Webhook> => {
    const webhook = aWebhook(change)
    await store.webhooks.insert(webhook)
    return webhook
  }
  const tell = (...events: NewEvent[]) => store.transaction(({ events: table }) => table.append(events))
  /** Oldest first. */
  const deliveriesOf = async ({ id }: Webhook) =>
    (await store.deliveries.list({ webhookId: id }, PAGE)).items.toReversed()
  const idsOf = async (webhook: Webhook) => (await deliveriesOf(webhook)).map(({ id }) => id)
  const claim = (id = '', now = NOON) => store.deliveries.claim(id, { owner: 'a', now, leaseMs: 1_000 })
  const claimed = async (id = '', now = NOON) => {
    const one = await claim(id, now)
    if (one === null) throw new Error('it could not be claimed')
    return one
  }

  describe('webhooks', () => {
    test('come back as they went in, and change but for since when they fail', async () => {
      const webhook = await added({ types: ['order.done', 'billing.charge'] })
      expect(await store.webhooks.get(webhook.id)).toEqual(webhook)
      await store.webhooks.noteFailing(webhook.id, later(1))
      await store.webhooks.noteFailing(webhook.id, later(2))
      const changed = aWebhook({ id: webhook.id, url: 'https://other.example.net/', disabledAt: later(3) })
      await store.webhooks.update({ ...changed, disabledReason: 'for a reason', failingSince: later(9) })
      const expected = { ...changed, disabledReason: 'for a reason', failingSince: later(1) }
      expect(await store.webhooks.get(webhook.id)).toEqual(expected)
      expect(await store.webhooks.list()).toEqual([expected])
      await store.webhooks.noteFailing(webhook.id, null)
      expect(await store.webhooks.get(webhook.id)).toMatchObject({ failingSince: null })
      expect(await store.webhooks.get('x')).toBeNull()
      expect(await store.webhooks.lock('x')).toBeNull()
    })

    test('that are removed are no longer there', async () => {
      const webhook = await added()
      await store.webhooks.remove(webhook.id, NOON)
      expect(await store.webhooks.get(webhook.id)).toBeNull()
      expect(await store.transaction((tables) => tables.webhooks.lock(webhook.id))).toBeNull()
      expect(await store.webhooks.list()).toEqual([])
    })
  })

  describe('an event', () => {
    test('is written with a delivery for each webhook that is enabled and takes its type, and no other', async () => {
      await tell(anEvent('before.de'))
      const all = await added()
      const some = await added({ types: ['billing.charge', 'order.done'] })
      const others = await added({ types: ['billing.refund'] })
      const disabled = await added({ disabledAt: NOON })
      const gone = await added()
      await store.webhooks.remove(gone.id, NOON)
      await tell(anEvent('a.de'), anEvent('b.de', { type: 'order.filed' }))
      const subjects = async (webhook: Webhook) => (await deliveriesOf(webhook)).map(({ subject }) => subject)
      expect(await subjects(all)).toEqual(['a.de', 'b.de'])
      expect(await subjects(some)).toEqual(['a.de'])
      for (const webhook of [others, disabled, gone]) expect(await subjects(webhook)).toEqual([])
      const [event] = (await store.events.list({ type: 'order.done' })).slice(-1)
      expect((await deliveriesOf(some))[0]).toEqual({
        ...{ id: expect.any(String), webhookId: some.id, eventId: event?.id, type: 'order.done', subject: 'a.de' },
        ...{ state: 'waiting', attempts: 0, dueAt: NOON, createdAt: NOON, endedAt: null },
      })
      expect(rung.toSorted()).toEqual([...(await idsOf(all)), ...(await idsOf(some))].sort())
    })

    test('that is taken back takes its deliveries with it, and nobody hears of them', async () => {
      const webhook = await added()
      const work = store.transaction(async (tables) => {
        await tables.events.append([anEvent('a.de')])
        await tables.events.list({})
        throw new Error('changed my mind')
      })
      await expect(work).rejects.toThrow('changed my mind')
      expect(await deliveriesOf(webhook)).toEqual([])
      expect(rung).toEqual([])
    })

    test('costs one statement for all of a transaction, with webhooks and without', async () => {
      const connection = await database.pool.connect()
      const prototype = Object.getPrototypeOf(connection)
      connection.release()
      const { query } = prototype
      const seen: string[] = []
      prototype.query = function (asked: string | { text: string }, ...rest: unknown[]) {
        seen.push(typeof asked === 'string' ? asked : asked.text)
        return query.call(this, asked, ...rest)
      }
      try {
        await tell(anEvent('a.de'), anEvent('b.de'))
        expect(seen).toHaveLength(3)
      } finally {
        prototype.query = query
      }
    })
  })

  describe('events of one subject', () => {
    test('go one after another in their order, whoever wrote them; those of others do not wait', async () => {
      const webhook = await added()
      await tell(anEvent('a.de', { type: 'order.filed' }), anEvent('b.de'), anEvent('a.de', { type: 'billing.charge' }))
      await tell(anEvent('a.de', { type: 'order.done' }))
      const [first = '', other = '', second = '', third = ''] = await idsOf(webhook)
      expect(rung).toEqual([first, other, third])
      expect(await store.deliveries.due(NOON, 10)).toEqual([first, other, third])
      expect(await claim(third), 'waits for the first').toBeNull()
      expect(await store.deliveries.due(NOON, 10), 'and is looked at no more').toEqual([first, other])
      const head = await claimed(first)
      expect(head).toMatchObject({ event: { type: 'order.filed', subject: 'a.de' }, webhook, delivery: { id: first } })
      expect(await claim(second)).toBeNull()
      expect(await claim(other)).not.toBeNull()
      expect(await store.deliveries.settle(first, head.lease, DONE)).toBe(true)
      const wake = () => store.deliveries.wakeNext({ webhookId: webhook.id, subject: 'a.de' }, later(1))
      expect(await wake()).toBe(second)
      expect(await wake(), 'it is awake').toBeNull()
      expect(await claim(third, later(1))).toBeNull()
      const next = await claimed(second, later(1))
      expect(next.event.type).toBe('billing.charge')
      await store.deliveries.settle(second, next.lease, GIVEN_UP)
      expect(await wake()).toBe(third)
      expect((await claimed(third, later(1))).event.type).toBe('order.done')
    })

    test('that are claimed at one moment do not overtake each other', async () => {
      const webhook = await added()
      for (const type of ['order.filed', 'billing.charge', 'order.done'] as const) await tell(anEvent('a.de', { type }))
      const ids = await idsOf(webhook)
      const claims = await Promise.all(ids.toReversed().map((id) => claim(id)))
      expect(claims.map((one) => one?.event.type)).toEqual([undefined, undefined, 'order.filed'])
    })

    test('are woken also where the one before ends while they are put off', async () => {
      const webhook = await added()
      await tell(anEvent('a.de'))
      await tell(anEvent('a.de'))
      const [first = '', second = ''] = await idsOf(webhook)
      const head = await claimed(first)
      const coming: Promise<ClaimedDelivery | null>[] = []
      await store.transaction(async (tables) => {
        await tables.deliveries.settle(first, head.lease, DONE)
        coming.push(claim(second))
        if (name === 'postgresql') await eventually(waitingForLocks, (count) => count > 0)
        await tables.deliveries.wakeNext(head.delivery, later(1))
      })
      const [early = null] = await Promise.all(coming)
      expect(early ?? (await claim(second, later(1)))).not.toBeNull()
    })

    test('wait for an earlier one that is redelivered', async () => {
      const webhook = await added()
      await tell(anEvent('a.de'))
      await tell(anEvent('a.de'))
      const [first = '', second = ''] = await idsOf(webhook)
      await store.deliveries.settle(first, (await claimed(first)).lease, GIVEN_UP)
      expect(await store.deliveries.redeliver(webhook.id, first, later(1))).toBe(true)
      expect(await claim(second, later(1))).toBeNull()
      expect(await claim(first, later(1))).toMatchObject({ delivery: { attempts: 0 } })
    })
  })

  describe('a claim', () => {
    test('holds for its lease; whoever lost it changes nothing', async () => {
      const webhook = await added()
      await tell(anEvent('a.de'))
      const [id = ''] = await idsOf(webhook)
      const lost = await claimed(id)
      expect(await claim(id, later(999))).toBeNull()
      const ours = await claimed(id, later(1_000))
      expect(await store.deliveries.settle(id, lost.lease, DONE)).toBe(false)
      expect(await store.deliveries.settle(id, ours.lease, AGAIN)).toBe(true)
      expect(await store.deliveries.settle(id, ours.lease, DONE), 'and it ends with that').toBe(false)
      expect(await store.deliveries.get(webhook.id, id)).toMatchObject({ state: 'waiting', attempts: 1 })
      expect(await store.deliveries.due(later(4_999), 10)).toEqual([])
      expect(await store.deliveries.due(later(5_000), 10)).toEqual([id])
      expect(await claim('x')).toBeNull()
    })

    test('of one webhook that hangs leaves the others theirs: eight at once, two while it fails', async () => {
      const [slow, failing, well] = [await added(), await added(), await added()]
      await store.webhooks.noteFailing(failing.id, NOON)
      await tell(...Array.from({ length: 12 }, (_, index) => anEvent(`${index}.de`)))
      const due = await store.deliveries.due(NOON, 100)
      expect(due).toHaveLength(8 + 8 + 2)
      expect(await idsOf(failing), 'those that take calls come first').toEqual(expect.arrayContaining(due.slice(-2)))
      const claims = async (webhook: Webhook) =>
        (await Promise.all((await idsOf(webhook)).map((id) => claim(id)))).filter((one) => one !== null)
      const [held] = await claims(slow)
      expect(await claims(slow)).toHaveLength(0)
      expect(await claims(failing)).toHaveLength(2)
      const rest = await store.deliveries.due(NOON, 100)
      expect(await idsOf(well)).toEqual(expect.arrayContaining(rest))
      expect(rest).toHaveLength(8)
      if (held === undefined) throw new Error('nothing was claimed')
      await store.deliveries.settle(held.delivery.id, held.lease, DONE)
      expect(await claims(slow), 'one that ends makes room for one').toHaveLength(1)
    })

    test('is for nobody while its webhook is disabled or removed', async () => {
      const [disabled, removed] = [await added(), await added()]
      await tell(anEvent('a.de'))
      await store.webhooks.update({ ...disabled, disabledAt: NOON })
      await store.webhooks.remove(removed.id, NOON)
      expect(await store.deliveries.due(NOON, 10)).toEqual([])
      for (const webhook of [disabled, removed]) expect(await claim((await idsOf(webhook))[0])).toBeNull()
      await store.webhooks.update(disabled)
      expect(await store.deliveries.due(NOON, 10)).toEqual(await idsOf(disabled))
    })

    test('of a process that died is free at the next start, where nobody else can be alive', async () => {
      const webhook = await added()
      await tell(anEvent('a.de'))
      const [id = ''] = await idsOf(webhook)
      await claimed(id)
      await store.recoverLeases('another start')
      expect((await claim(id)) !== null).toBe(name === 'embedded')
    })
  })

  test('calls are kept as they were made, and read oldest first', async () => {
    const webhook = await added()
    await tell(anEvent('a.de'))
    const [id = ''] = await idsOf(webhook)
    const calls = [anAttempt(), anAttempt({ at: later(1), status: null, answer: '' }), anAttempt({ reason: null })]
    for (const call of calls) await store.deliveries.insertAttempt(id, call)
    expect(await store.deliveries.attempts(id, 10)).toEqual(calls)
    expect(await store.deliveries.attempts(id, 2)).toEqual(calls.slice(1))
  })

  test('those that were given up go again from a time on, and one by one whatever became of it', async () => {
    const webhook = await added()
    for (const ms of [0, 1, 2]) await tell(anEvent(`${ms}.de`, { at: later(ms) }))
    const ids = await idsOf(webhook)
    for (const [index, id] of ids.entries())
      await store.deliveries.settle(id, (await claimed(id, later(9))).lease, index === 1 ? DONE : GIVEN_UP)
    expect(await store.deliveries.redeliverFailed(webhook.id, later(1), later(20))).toBe(1)
    const states = async () => (await deliveriesOf(webhook)).map(({ state }) => state)
    expect(await states()).toEqual(['failed', 'delivered', 'waiting'])
    expect(await store.deliveries.redeliver(webhook.id, ids[1] ?? '', later(20))).toBe(true)
    expect(await states()).toEqual(['failed', 'waiting', 'waiting'])
    await claimed(ids[1], later(20))
    expect(await store.deliveries.redeliver(webhook.id, ids[1] ?? '', later(20)), 'it is being made').toBe(false)
    expect(await store.deliveries.redeliver(newId(), ids[0] ?? '', later(20)), 'it is of another').toBe(false)
  })

  test('lists are pages, newest first, of one state where asked', async () => {
    const webhook = await added()
    await tell(anEvent('a.de'), anEvent('b.de'), anEvent('c.de'))
    const ids = await idsOf(webhook)
    const first = await store.deliveries.list({ webhookId: webhook.id }, { limit: 2, cursor: null })
    expect(first.items.map(({ id }) => id)).toEqual([ids[2], ids[1]])
    const rest = await store.deliveries.list({ webhookId: webhook.id }, { limit: 2, cursor: first.next })
    expect(rest).toMatchObject({ items: [{ id: ids[0] }], next: null })
    await store.deliveries.settle(ids[1] ?? '', (await claimed(ids[1])).lease, GIVEN_UP)
    const failed = await store.deliveries.list({ webhookId: webhook.id, state: 'failed' }, PAGE)
    expect(failed.items.map(({ id }) => id)).toEqual([ids[1]])
  })

  test('what was delivered before a time is dropped with its calls, and all of a removed webhook; nothing else', async () => {
    const [webhook, removed] = [await added(), await added()]
    await tell(anEvent('a.de'), anEvent('b.de'), anEvent('c.de'), anEvent('d.de'))
    const [old = '', given = '', young = '', waits = ''] = await idsOf(webhook)
    for (const [id, after] of [
      [old, DONE],
      [given, GIVEN_UP],
      [young, { ...DONE, endedAt: later(2) }],
    ] as const)
      await store.deliveries.settle(id, (await claimed(id)).lease, after)
    await store.deliveries.insertAttempt(old, anAttempt())
    await store.webhooks.remove(removed.id, NOON)
    expect(await store.deliveries.drop(later(2), 3)).toBe(3)
    expect(await store.deliveries.drop(later(2), 3)).toBe(2)
    expect(await store.deliveries.drop(later(2), 3)).toBe(0)
    expect(await idsOf(webhook)).toEqual([given, young, waits])
    expect(await store.deliveries.attempts(old, 10)).toEqual([])
  })
})
