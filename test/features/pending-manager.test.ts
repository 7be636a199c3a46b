import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { call } from '../http/harness.js'
import { count, DAY, HOUR, type Json, openStage, type Placed, type Stage } from './stage.js'

const PRICE = { amount: '9.90', currency: 'EUR' }

let store: TestStore
let stage: Stage
let connection: string
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  connection = (await stage.connect()).id
  await stage.subscribe()
})
afterEach(() => stage.close())
afterAll(() => store.close())

/** Paid, and at the registry. */
const filed = async (change: Json = {}): Promise<Placed> => {
  const order = await stage.place({ paid: true, price: PRICE, ...change })
  await stage.run()
  return order
}
const decide = (id: string, word: 'cancel' | 'reset' | 'check' | 'retry') => stage.post(`/v1/orders/${id}/${word}`)
const shown = async ({ domain }: Placed) => {
  const { status, registered } = await stage.domain(domain)
  return { status, registered }
}
const timesOf = (log: readonly Json[], event: string): unknown[] =>
  log.filter((entry) => entry['event'] === event).map(({ at }) => at)
const later = (ms: number): string => new Date(stage.gateway.now().getTime() + ms).toISOString()
/** Verified, and neither yes nor no. */
const unclear = async (id: string) =>
  stage.reply(['RESULT: pending', `CTID: ${await stage.reference(id)}`, 'INFO: 13000000000 Wait'])

describe('an answer that is neither yes nor no', () => {
  test('F21: it leaves the domain pending and listed, and is never taken as success or failure', async () => {
    const order = await filed()
    const before = await stage.order(order.id)
    expect(await unclear(order.id)).toMatchObject({ stage: 'unrecognised', verdict: { kind: 'trusted' } })
    expect(await stage.order(order.id)).toEqual(before)
    expect(await shown(order)).toEqual({ status: 'Registering', registered: true })
    expect(await stage.pending()).toEqual([order.id])
    expect(count(stage.events(order.id), 'order.done') + count(stage.events(order.id), 'order.refused')).toBe(0)
    await stage.succeed(order.id)
    expect(await shown(order)).toEqual({ status: 'Registered', registered: true })
  })

  test('F22: the domain is there for the customer, pending, from the first of them', async () => {
    const order = await filed()
    const token = await stage.tokenOf('cust-7')
    await unclear(order.id)
    expect(await stage.domain(order.domain, token)).toMatchObject({ status: 'Registering', openOrder: order.id })
    expect(await stage.items('/v1/pending', token)).toMatchObject([{ order: order.id, status: 'sent' }])
    const other = await stage.tokenOf('cust-8')
    expect((await stage.domain(order.domain, other))['status']).toBe(404)
  })

  test('F23: exactly one charge an order, whatever the number of answers and retries', async () => {
    const order = await filed()
    const { chargedAt } = await stage.order(order.id)
    for (let attempt = 0; attempt < 3; attempt++) {
      await unclear(order.id)
      await stage.refuse(order.id)
      await stage.pass(HOUR)
      expect((await decide(order.id, 'retry')).status).toBe(200)
      await stage.run()
    }
    await stage.succeed(order.id)
    expect(stage.sent).toHaveLength(4)
    expect(await stage.order(order.id)).toMatchObject({ status: 'done', chargedAt })
    expect(stage.eventData(order.id, 'billing.charge')).toMatchObject([PRICE])
    expect(count(stage.events(order.id), 'billing.refund')).toBe(1)
  })

  test('F23: what was refunded before it was ever filed is not charged when a retry files it', async () => {
    stage.gateway.answerWith({ outcome: 'refused', answer: '550 5.1.1 no such robot' })
    const order = await filed()
    expect((await decide(order.id, 'retry')).status).toBe(200)
    await stage.run()
    expect(await stage.order(order.id)).toMatchObject({ status: 'sent', chargedAt: null })
    expect(stage.events(order.id)).not.toContain('billing.charge')
  })
})

describe('while it waits', () => {
  test('F25: each hour it is looked at, one row of the log a look; a connection may say how often', async () => {
    const order = await filed()
    const hours = [1, 2, 3, 4, 5].map((hour) => later(hour * HOUR))
    await stage.pass(5 * HOUR, HOUR / 4)
    expect(timesOf(await stage.log(`?order=${order.id}`), 'request.checked')).toEqual(hours)
    const body = { checkEvery: '15m' }
    expect((await call(stage.app, 'PATCH', `/v1/connections/${connection}`, { body })).status).toBe(200)
    const other = await filed()
    await stage.pass(HOUR, HOUR / 4)
    expect(timesOf(await stage.log(`?order=${other.id}`), 'request.checked')).toHaveLength(4)
  })

  test('F32: reset moves the deadline to now and the time-out, logs who did it, and it times out then', async () => {
    const order = await filed()
    await stage.pass(4 * DAY, DAY)
    const answer = await decide(order.id, 'reset')
    expect(answer.json).toMatchObject({ status: 'sent', request: { deadline: later(5 * DAY) } })
    expect(await stage.items('/v1/pending')).toMatchObject([{ order: order.id, deadline: later(5 * DAY) }])
    const [entry] = (await stage.log(`?order=${order.id}`)).filter(({ event }) => event === 'order.reset')
    expect(entry).toMatchObject({ actor: 'token:SEALPOST_TOKEN', domain: order.domain })
    await stage.pass(5 * DAY - 1, 5 * DAY - 1)
    expect((await stage.order(order.id))['status']).toBe('sent')
    await stage.pass(1)
    expect((await stage.order(order.id))['status']).toBe('timed-out')
  })

  test('F33: check passes over the mails that came at once, and says what it found', async () => {
    const order = await filed()
    const none = await decide(order.id, 'check')
    expect(none.json).toMatchObject({ status: 'sent', check: { text: expect.stringContaining('No mail') } })
    const { deps } = stage.gateway
    const { reader } = deps
    // The disk was full when the reply came: it waits for its next try.
    deps.reader = { ...reader, read: () => Promise.reject(new Error('the disk is full')) }
    await stage.succeed(order.id).catch(() => undefined)
    deps.reader = reader
    expect(await shown(order)).toMatchObject({ status: 'Registering' })
    const found = await decide(order.id, 'check')
    expect(found.json).toMatchObject({ status: 'done', check: { text: expect.stringContaining('order is done') } })
    expect(await shown(order)).toMatchObject({ status: 'Registered' })
  })
})

describe('success', () => {
  test('F26: the customer is told once, however often the registry says it', async () => {
    const order = await filed()
    await stage.succeed(order.id)
    await stage.pass(HOUR)
    await stage.succeed(order.id, 'INFO: 13000000000 Said once more')
    await stage.pass(DAY)
    expect(count(stage.events(order.id), 'domain.registered')).toBe(1)
    expect(count(stage.events(order.id), 'order.done')).toBe(1)
  })

  test('F27: it leaves the pending list as its state changes: never is one seen without the other', async () => {
    const orders = [await filed(), await filed(), await filed()]
    const replies = await Promise.all(orders.map(({ id }) => stage.reference(id)))
    let settled = false
    const watch = async (): Promise<void> => {
      while (!settled) {
        const before = await Promise.all(orders.map(({ id }) => stage.order(id)))
        const listed = await stage.pending()
        const after = await Promise.all(orders.map(({ id }) => stage.order(id)))
        for (const [index, { id }] of orders.entries()) {
          if (before[index]?.['status'] === 'done') expect(listed).not.toContain(id)
          if (after[index]?.['status'] === 'sent') expect(listed).toContain(id)
        }
      }
    }
    const settle = async (): Promise<void> => {
      for (const one of replies) await stage.reply(['RESULT: success', `CTID: ${one}`])
      settled = true
    }
    await Promise.all([watch(), settle()])
    expect(await stage.pending()).toEqual([])
  })

  test('F28: one digest lists all completions since the one before', async () => {
    stage.gateway.deps.digests = { times: ['06:00', '12:00', '16:00', '21:00'], timezone: 'UTC' }
    await stage.run()
    const done = async () => {
      const order = await filed()
      await stage.succeed(order.id)
      return order.id
    }
    const digests = async () =>
      (await stage.log()).flatMap(({ event, data }) => (event === 'digest' ? [data as Json] : []))
    const morning = [await done(), await done(), await done()]
    await stage.pass(2 * HOUR)
    const noon = [await done(), await done()]
    await stage.pass(20 * HOUR, HOUR)
    const told = (await digests()).map(({ completed }) => (completed as Json[]).map(({ id }) => id))
    expect(told).toEqual([morning, noon])
  })
})

describe('no answer', () => {
  test('F29: after the reply time-out it is timed out, and the domain is Error with the reason', async () => {
    const order = await filed()
    await stage.pass(5 * DAY - 1_000, 5 * DAY - 1_000)
    expect(await shown(order)).toEqual({ status: 'Registering', registered: true })
    await stage.pass(1_000)
    expect(await stage.order(order.id)).toMatchObject({ status: 'timed-out', code: 'timeout' })
    expect(await shown(order)).toEqual({ status: 'Error', registered: false })
    expect(stage.eventData(order.id, 'domain.error')).toMatchObject([{ reason: expect.stringContaining('in time') }])
    const [record] = await stage.log(`?order=${order.id}&level=error`)
    expect(record).toMatchObject({ event: 'order.timed-out', domain: order.domain })
    const page = await stage.signIn()
    expect(await page(`/orders/${order.id}`)).toMatch(/timed-out[\s\S]*timeout the registry did not answer in time/)
  })

  test('F30: exactly one refund a timed-out order, and never one after a success', async () => {
    const order = await filed()
    const fine = await filed()
    await stage.succeed(fine.id)
    await stage.pass(10 * DAY, DAY)
    expect(stage.eventData(order.id, 'billing.refund')).toMatchObject([{ ...PRICE, code: 'timeout' }])
    expect(count(stage.events(fine.id), 'billing.refund')).toBe(0)
    // It is late, and what was given back is not given back again.
    await stage.succeed(order.id)
    await stage.pass(10 * DAY, DAY)
    expect(await shown(order)).toEqual({ status: 'Registered', registered: true })
    expect(count(stage.events(order.id), 'billing.charge')).toBe(1)
    expect(count(stage.events(order.id), 'billing.refund')).toBe(1)
    expect(stage.eventData(order.id, 'billing.charge-again-suggested')).toMatchObject([PRICE])
    expect((await stage.log(`?order=${order.id}&level=warning`)).map(({ event }) => event)).toContain(
      'order.late-success',
    )
    expect((await decide(order.id, 'cancel')).status).toBe(409)
  })

  test('F30: tried again and timed out again, it is charged once and refunded once', async () => {
    const order = await filed()
    await stage.pass(5 * DAY)
    const { refundedAt } = await stage.order(order.id)
    expect((await decide(order.id, 'retry')).json['status']).toBe('queued')
    await stage.pass(5 * DAY, DAY)
    await stage.pass(DAY)
    expect(await stage.order(order.id)).toMatchObject({ status: 'timed-out', refundedAt })
    expect(stage.sent).toHaveLength(2)
    expect(count(stage.events(order.id), 'billing.charge')).toBe(1)
    expect(count(stage.events(order.id), 'billing.refund')).toBe(1)
    expect(count(stage.events(order.id), 'order.timed-out')).toBe(2)
  })
})

describe('F31: cancel', () => {
  test.each([
    ['register', {}],
    ['transfer', { action: 'transfer', authInfo: 'Ab3-xY7_kQ' }],
  ])(
    'F31: a %s: one refund, the request closed, and a late success is a conflict that opens nothing',
    async (_, change) => {
      const order = await filed(change)
      const copies = await Promise.all(Array.from({ length: 50 }, () => decide(order.id, 'cancel')))
      expect(copies.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(409)])
      await stage.run()
      expect(stage.eventData(order.id, 'billing.refund')).toMatchObject([PRICE])
      expect(await stage.pending()).toEqual([])
      const before = [await stage.order(order.id), await stage.domain(order.domain)]
      expect(before).toMatchObject([{ status: 'cancelled' }, { status: 'Closed', registered: false }])
      await stage.pass(HOUR)
      expect((await stage.succeed(order.id)).stage).toBe('conflict')
      expect([await stage.order(order.id), await stage.domain(order.domain)]).toEqual(before)
      expect(count(stage.events(order.id), 'order.conflict')).toBe(1)
      await stage.pass(10 * DAY, DAY)
      expect([await stage.order(order.id), await stage.domain(order.domain)]).toEqual(before)
    },
  )

  test('F31: hosting stays as it is: nothing tells that a domain was closed which never was ours', async () => {
    const order = await filed({ action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
    await decide(order.id, 'cancel')
    await stage.run()
    expect(stage.events(order.id)).toContain('order.cancelled')
    expect(stage.events(order.id)).not.toContain('domain.closed')
  })

  test('F31: before its payment nothing was taken, and nothing is refunded', async () => {
    const order = await stage.place({ price: PRICE })
    expect((await decide(order.id, 'cancel')).json['status']).toBe('cancelled')
    await stage.pass(DAY)
    expect(stage.sent).toEqual([])
    expect(stage.events(order.id)).not.toContain('billing.refund')
    expect((await stage.pay(order.id)).status).toBe(409)
  })
})
