import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/core/domain.js'
import { checkOrder } from '../../src/flows/check-order.js'
import { cancelOrder, resetOrder, retryOrder } from '../../src/flows/decide-order.js'
import { payOrder } from '../../src/flows/pay-order.js'
import { dueWork } from '../../src/flows/run-work.js'
import type { HandOver } from '../../src/ports.js'
import { oneDatabase, type TestDatabase } from '../helpers/database.js'
import { addTestConnection, createTestGateway, failure, success, type TestGateway } from '../helpers/gateway.js'

const busy: HandOver = { outcome: 'temporary', answer: '451 4.3.0 try again later' }
const never: HandOver = { outcome: 'refused', answer: '550 5.1.1 no such robot' }
const DAY = 86_400_000
const by = { actor: 'user:ann' }

await oneDatabase((open) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-test-'))
  let database: TestDatabase
  let gateway: TestGateway

  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    await addTestConnection(gateway)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const requests = (id: string) => gateway.deps.store.requests.findByOrder(id)
  const referenceOf = async (id: string, attempt: number) => (await requests(id))[attempt]?.reference ?? 'none'
  const domain = async () => statusOf((await gateway.deps.store.domains.get('example.de'))?.state ?? 'none')
  const count = async (id: string, type: string) => (await gateway.events(id)).filter((one) => one === type).length
  const retry = (id: string) => retryOrder(gateway.deps, { id, ...by })
  const answer = async (lines: string[]) => gateway.receive(await gateway.reply(lines))

  const sent = async () => {
    const { id } = await gateway.place()
    await gateway.run()
    return id
  }
  const refused = async () => {
    const id = await sent()
    await answer(failure(await referenceOf(id, 0)))
    return id
  }
  const timedOut = async () => {
    const id = await sent()
    gateway.pass(5 * DAY)
    await gateway.run()
    expect((await gateway.order(id)).status).toBe('timed-out')
    return id
  }

  describe('F91: an order that failed is retried', () => {
    test.each([
      ['refused', () => refused()],
      ['timed out', () => timedOut()],
      [
        'undeliverable',
        () => {
          gateway.answerWith(never)
          return sent()
        },
      ],
    ])('%s: by a new request with a reference of its own, and may succeed', async (_name, failed) => {
      const id = await failed()
      const before = gateway.sent.length
      expect(await domain()).toBe('Error')
      expect(await retry(id)).toMatchObject({ id, status: 'queued', reason: null })
      await gateway.run()
      expect(gateway.sent).toHaveLength(before + 1)
      expect(await referenceOf(id, 1)).not.toBe(await referenceOf(id, 0))
      expect(gateway.sent.at(-1)?.raw.toString()).toContain(await referenceOf(id, 1))
      expect(await domain()).toBe('Registering')
      await answer(success(await referenceOf(id, 1)))
      expect([(await gateway.order(id)).status, await domain()]).toEqual(['done', 'Registered'])
      expect(await count(id, 'billing.charge')).toBeLessThanOrEqual(1)
      expect(await count(id, 'billing.refund')).toBe(1)
      expect(await count(id, 'billing.charge-again-suggested')).toBe(1)
    })

    test('and refused again: one charge, one refund', async () => {
      const id = await refused()
      await retry(id)
      await gateway.run()
      await answer(failure(await referenceOf(id, 1)))
      expect((await gateway.order(id)).status).toBe('refused')
      expect([await count(id, 'billing.charge'), await count(id, 'billing.refund')]).toEqual([1, 1])
      expect(await count(id, 'order.refused')).toBe(2)
    })

    test('and the one that timed out succeeds while the new one waits: the new one does not leave', async () => {
      const id = await timedOut()
      gateway.answerWith(busy)
      await retry(id)
      await gateway.run()
      const left = gateway.sent.length
      await answer(success(await referenceOf(id, 0)))
      expect([(await gateway.order(id)).status, await domain()]).toEqual(['done', 'Registered'])
      gateway.pass(30 * DAY)
      await gateway.run()
      expect(gateway.sent).toHaveLength(left)
      expect((await requests(id)).map(({ state }) => state)).toEqual(['settled', 'closed'])
    })

    test('and the one that timed out succeeds after the new one has left: a warning that both may be carried out', async () => {
      const id = await timedOut()
      await retry(id)
      await gateway.run()
      await answer(success(await referenceOf(id, 0)))
      expect([(await gateway.order(id)).status, await domain()]).toEqual(['done', 'Registered'])
      expect(await gateway.actions(id)).toContainEqual(
        expect.objectContaining({
          event: 'request.closed',
          level: 'warning',
          text: expect.stringContaining('look there'),
        }),
      )
      gateway.pass(30 * DAY)
      await gateway.run()
      expect((await gateway.order(id)).status).toBe('done')
      expect((await answer(success(await referenceOf(id, 1)))).stage).toBe('conflict')
    })

    test('and the one that timed out is refused: that says nothing of the new one', async () => {
      const id = await timedOut()
      await retry(id)
      await gateway.run()
      expect((await answer(failure(await referenceOf(id, 0)))).stage).toBe('informational')
      expect([(await gateway.order(id)).status, await domain()]).toEqual(['sent', 'Registering'])
      await answer(success(await referenceOf(id, 1)))
      expect((await gateway.order(id)).status).toBe('done')
    })

    test('by fifty people at once: one new request leaves', async () => {
      const id = await refused()
      const left = gateway.sent.length
      await Promise.all(Array.from({ length: 50 }, () => retry(id)))
      await gateway.run()
      expect(gateway.sent).toHaveLength(left + 1)
      expect(await requests(id)).toHaveLength(2)
    })

    test('is told why it cannot: a newer order, or terms that no longer fit', async () => {
      const id = await refused()
      const newer = await gateway.place()
      await expect(retry(id)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('newer order'),
      })
      await cancelOrder(gateway.deps, { id: newer.id, ...by })
      const other = await gateway.place({ domain: 'other.de' })
      await gateway.run()
      await answer(failure(await referenceOf(other.id, 0)))
      const order = await gateway.order(other.id)
      await gateway.deps.store.orders.update({ ...order, terms: { ...order.terms, nameservers: [] } })
      await expect(retry(other.id)).rejects.toMatchObject({ code: 'invalid', problems: [{ pointer: '/nameservers' }] })
      expect((await gateway.order(other.id)).status).toBe('refused')
    })
  })

  describe('F32: reset', () => {
    test('moves the deadline to now and the reply time-out, and says who did it', async () => {
      const id = await sent()
      gateway.pass(4 * DAY)
      const { request } = await resetOrder(gateway.deps, { id, ...by })
      expect(request?.deadline).toBe(new Date(gateway.now().getTime() + 5 * DAY).toISOString())
      gateway.pass(4 * DAY)
      await gateway.run()
      expect((await gateway.order(id)).status).toBe('sent')
      gateway.pass(DAY)
      await gateway.run()
      expect((await gateway.order(id)).status).toBe('timed-out')
      expect(await gateway.actions(id)).toContainEqual(
        expect.objectContaining({ event: 'order.reset', actor: 'user:ann' }),
      )
    })

    test.each([
      ['that waits for payment', () => gateway.place({ paid: false }), /waits for its payment/],
      ['that has not left', () => gateway.place(), /has not left/],
      ['that timed out', async () => ({ id: await timedOut() }), /given up and refunded/],
    ])('is refused for an order %s', async (_name, place, reason) => {
      const { id } = await place()
      await expect(resetOrder(gateway.deps, { id, ...by })).rejects.toMatchObject({
        ...{ code: 'conflict', message: expect.stringMatching(reason) },
      })
    })
  })

  describe('F33: check', () => {
    test('reads a mail that was put off, and tells what it found', async () => {
      const id = await sent()
      const reader = gateway.deps.reader
      gateway.deps.reader = { ...reader, read: () => Promise.reject(new Error('the disk is full')) }
      await answer(success(await referenceOf(id, 0))).catch(() => undefined)
      gateway.deps.reader = reader
      expect(await dueWork(gateway.deps)).toEqual([])
      const checked = await checkOrder(gateway.deps, { id, ...by })
      expect(checked).toMatchObject({ status: 'done', check: { text: expect.stringContaining('The order is done') } })
      expect(await domain()).toBe('Registered')
    })

    test('leaves a line under the name of who asked, and the next look is due after the usual time', async () => {
      const id = await sent()
      gateway.pass(1_800_000)
      const checked = await checkOrder(gateway.deps, { id, ...by })
      expect(checked.check.text).toContain('No mail of the registry waited to be read.')
      expect(await gateway.actions(id)).toContainEqual(
        expect.objectContaining({ event: 'request.checked', actor: 'user:ann' }),
      )
      expect((await requests(id))[0]?.checkAt).toEqual(new Date(gateway.now().getTime() + 3_600_000))
    })

    test('is refused where no answer can come', async () => {
      const { id } = await gateway.place({ paid: false })
      await expect(checkOrder(gateway.deps, { id, ...by })).rejects.toMatchObject({ code: 'conflict' })
    })
  })

  describe('fifty at once', () => {
    const fifty = <T>(work: (index: number) => Promise<T>) =>
      Promise.allSettled(Array.from({ length: 50 }, (_, index) => work(index)))

    test('the same order: one order, one mail', async () => {
      const results = await fifty(() => gateway.place({ billingOrderId: 'INV-FIFTY' }, 'key-1'))
      const ids = new Set(results.map((one) => (one.status === 'fulfilled' ? one.value.id : one.reason)))
      expect(ids.size).toBe(1)
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
    })

    test('the same payment: one line of it, one mail', async () => {
      const { id } = await gateway.place({ paid: false })
      await fifty(() => payOrder(gateway.deps, { id, paidAt: null, reference: 'P-1', ...by }))
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
      expect((await gateway.actions(id)).filter(({ event }) => event === 'order.paid')).toHaveLength(1)
    })

    test('the same cancellation: one refund, and 49 are told that it is over', async () => {
      const id = await sent()
      const results = await fifty(() => cancelOrder(gateway.deps, { id, ...by }))
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect([await count(id, 'billing.refund'), await count(id, 'order.cancelled')]).toEqual([1, 1])
    })
  })
})
