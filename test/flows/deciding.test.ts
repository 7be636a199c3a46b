import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/core/domain.js'
import { cancelOrder, retryOrder } from '../../src/flows/decide-order.js'
import { setPaused } from '../../src/flows/pause-connection.js'
import { payOrder } from '../../src/flows/pay-order.js'
import type { HandOver } from '../../src/ports.js'
import { addTestConnection, createTestGateway, failure, success, type TestGateway } from '../helpers/gateway.js'
import { memoryStore } from '../helpers/memory-store.js'

const lost: HandOver = { outcome: 'uncertain', answer: 'the connection broke before the answer' }
const busy: HandOver = { outcome: 'temporary', answer: '451 4.3.0 try again later' }

describe('a person decides', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-test-'))
  let gateway: TestGateway
  let connectionId: string

  beforeEach(async () => {
    gateway = await createTestGateway(memoryStore(), folder)
    connectionId = (await addTestConnection(gateway)).id
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const decide = { cancel: cancelOrder, retry: retryOrder }
  const order = async (verb: keyof typeof decide, id: string) => decide[verb](gateway.deps, { id, actor: 'user:ann' })
  const request = async (orderId: string) => {
    const [found] = await gateway.deps.store.requests.findByOrder(orderId)
    if (found === undefined) throw new Error('there is no request')
    return found
  }
  const domain = async () => statusOf((await gateway.deps.store.domains.get('example.de'))?.state ?? 'none')
  const sentReferences = () => gateway.sent.map(({ raw }) => /sp-[a-z0-9]+/.exec(raw.toString())?.[0])
  /** An order in that status. */
  const placed = async (status: 'awaiting-payment' | 'queued' | 'sent' | 'uncertain' | 'acknowledged') => {
    if (status === 'awaiting-payment')
      return gateway.place({ account: { id: 'c', type: 'customer', email: null }, paid: false })
    gateway.answerWith(...(status === 'queued' ? [busy] : status === 'uncertain' ? [lost] : []))
    const one = await gateway.place()
    await gateway.run()
    if (status === 'acknowledged') {
      const loaded = await request(one.id)
      await gateway.deps.store.requests.update({ ...loaded, state: 'acknowledged' })
      await gateway.deps.store.orders.update({ ...(await gateway.order(one.id)), status })
    }
    expect((await gateway.order(one.id)).status).toBe(status)
    return one
  }

  describe('an uncertain order', () => {
    test('that is retried leaves once more, with the same octets and reference', async () => {
      const { id } = await placed('uncertain')
      expect(await order('retry', id)).toMatchObject({ status: 'queued', request: { deadline: null } })
      await gateway.run()
      expect((await gateway.order(id)).status).toBe('sent')
      expect(gateway.sent).toHaveLength(2)
      expect(gateway.sent[1]?.raw).toEqual(gateway.sent[0]?.raw)
      expect(await gateway.events(id)).toEqual(expect.arrayContaining(['order.filed', 'billing.charge']))
      expect((await request(id)).deadline).toEqual(new Date(gateway.now().getTime() + 5 * 86_400_000))
      expect(await gateway.actions(id)).toContainEqual(
        expect.objectContaining({ event: 'order.retried', actor: 'user:ann', level: 'warning' }),
      )
    })

    test('that is retried after a day is signed anew, for the same reference', async () => {
      const { id } = await placed('uncertain')
      gateway.pass(86_400_000)
      await order('retry', id)
      await gateway.run()
      expect(gateway.sent[1]?.raw).not.toEqual(gateway.sent[0]?.raw)
      expect(new Set(sentReferences()).size).toBe(1)
    })

    test('that is retried may be uncertain again', async () => {
      const { id } = await placed('uncertain')
      gateway.answerWith(lost)
      await order('retry', id)
      await gateway.run()
      expect((await gateway.order(id)).status).toBe('uncertain')
    })

    test('is settled by a reply while its retry waits', async () => {
      const { id } = await placed('uncertain')
      await order('retry', id)
      const { reference } = await request(id)
      await gateway.receive(await gateway.reply(success(reference)))
      await gateway.run()
      expect((await gateway.order(id)).status).toBe('done')
      expect(gateway.sent).toHaveLength(1)
    })

    test('that two people retry leaves once more', async () => {
      const { id } = await placed('uncertain')
      const results = await Promise.allSettled([order('retry', id), order('retry', id)])
      expect(results.map((one) => one.status)).toContain('fulfilled')
      await gateway.run()
      expect(gateway.sent).toHaveLength(2)
    })
  })

  describe('cancelling', () => {
    test.each(['queued', 'sent', 'uncertain', 'acknowledged'] as const)('an order that is %s', async (status) => {
      const { id } = await placed(status)
      const left = gateway.sent.length
      expect(await order('cancel', id)).toMatchObject({ status: 'cancelled' })
      expect(await domain()).toBe('Closed')
      gateway.pass(30 * 86_400_000)
      await gateway.run()
      expect(gateway.sent).toHaveLength(left)
      expect((await gateway.order(id)).status).toBe('cancelled')
      const events = await gateway.events(id)
      expect(events).toEqual(expect.arrayContaining(['order.cancelled', 'billing.refund']))
      expect(events).not.toContain('domain.closed')
      expect(events.filter((type) => type === 'billing.refund')).toHaveLength(1)
      expect(await gateway.actions(id)).toContainEqual(
        expect.objectContaining({ event: 'order.cancelled', actor: 'user:ann' }),
      )
      expect(await gateway.place()).toMatchObject({ status: 'queued' })
    })

    test('an order that was never paid refunds nothing, and cannot be paid any more', async () => {
      const { id } = await placed('awaiting-payment')
      await order('cancel', id)
      expect(await gateway.events(id)).not.toContain('billing.refund')
      const paying = payOrder(gateway.deps, { id, paidAt: null, reference: null, actor: 'cli' })
      await expect(paying).rejects.toMatchObject({ code: 'conflict' })
    })

    test('and the registry does it all the same: a conflict for a person, and nothing opens again', async () => {
      const { id } = await placed('sent')
      await order('cancel', id)
      const { reference } = await request(id)
      expect((await gateway.receive(await gateway.reply(success(reference)))).stage).toBe('conflict')
      expect([(await gateway.order(id)).status, await domain()]).toEqual(['cancelled', 'Closed'])
      expect(await gateway.events(id)).toContain('order.conflict')
    })

    test('and the registry refuses: nothing changes', async () => {
      const { id } = await placed('sent')
      await order('cancel', id)
      const { reference } = await request(id)
      await gateway.receive(await gateway.reply(failure(reference)))
      expect((await gateway.order(id)).status).toBe('cancelled')
    })

    test('while it is handed over: its 250 is written, and nobody is charged', async () => {
      const { id } = await gateway.place()
      const { transport } = gateway.deps
      gateway.deps.transport = {
        send: async (mail) => {
          await order('cancel', id)
          return transport.send(mail)
        },
      }
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
      expect((await gateway.order(id)).status).toBe('cancelled')
      expect(await gateway.events(id)).not.toContain('billing.charge')
      expect((await request(id)).answer).toBe('250 2.0.0 queued')
    })

    test('a change of a domain leaves the domain as it is', async () => {
      const first = await placed('sent')
      await gateway.receive(await gateway.reply(success((await request(first.id)).reference)))
      const { id } = await gateway.place({
        action: 'update-nameservers',
        nameservers: ['ns1', 'ns2'].map((label) => ({ host: `${label}.example.net`, addresses: [] })),
      })
      await gateway.run()
      await order('cancel', id)
      expect(await domain()).toBe('Registered')
    })
  })

  test('an order that waits for its next try is tried now', async () => {
    const { id } = await placed('queued')
    await order('retry', id)
    await gateway.run()
    expect((await gateway.order(id)).status).toBe('sent')
  })

  describe('is refused, with the reason', () => {
    test.each([
      ['awaiting-payment', /once it is paid/],
      ['sent', /would have it twice/],
      ['acknowledged', /has confirmed/],
    ] as const)('a retry of an order that is %s', async (status, reason) => {
      const { id } = await placed(status)
      const left = gateway.sent.length
      await expect(order('retry', id)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(reason),
      })
      await gateway.run()
      expect(gateway.sent).toHaveLength(left)
    })

    test('a retry on a connection that is paused', async () => {
      const { id } = await placed('queued')
      await setPaused(gateway.deps, { id: connectionId, paused: true, actor: 'cli' })
      await expect(order('retry', id)).rejects.toMatchObject({ message: expect.stringContaining('is paused') })
    })

    test.each(['cancel', 'retry'] as const)('to %s what is over, or nowhere', async (verb) => {
      const { id } = await placed('sent')
      await gateway.receive(await gateway.reply(success((await request(id)).reference)))
      await expect(order(verb, id)).rejects.toMatchObject({ code: 'conflict' })
      const none = '00000000-0000-7000-8000-999999999999'
      await expect(order(verb, none)).rejects.toMatchObject({ code: 'not-found' })
      expect((await gateway.order(id)).status).toBe('done')
    })
  })
})
