import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Fault } from '../../src/core/errors.js'
import { sendRequest } from '../../src/flows/send-request.js'
import type { HandOver, Store, Tables } from '../../src/ports.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'

const SECOND = 1_000
const lost = () => new Fault('store-unavailable', 'the connection was lost at the commit', { temporary: true })

/** The database goes away when it has committed what was asked, and before it can say so. */
describe('a commit whose answer is lost', () => {
  const folders: string[] = []
  let store: TestStore
  let gateway: TestGateway

  beforeEach(async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    store = await openTestStore()
    gateway = await createTestGateway(store, folder)
    await addTestConnection(gateway)
  })
  afterEach(async () => {
    await store.close()
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })

  /** Loses the answer to the first transaction that calls that function. */
  const loseAfter = (table: 'mails' | 'requests' | 'orders' | 'subjects', name: string): { lost(): boolean } => {
    let isLost = false
    const together: Store['together'] = async (work) => {
      let called = false
      const result = await store.together((tables) => {
        const watched = new Proxy(tables[table], {
          get: (target, key) => {
            called ||= key === name
            return Reflect.get(target, key)
          },
        })
        return work({ ...tables, [table]: watched } as Tables)
      })
      if (!called || isLost) return result
      isLost = true
      throw lost()
    }
    gateway.deps.store = { ...store, together }
    return { lost: () => isLost }
  }
  const requestOf = async (orderId: string) => {
    const [request] = await store.requests.findByOrder(orderId)
    if (request === undefined) throw new Error('there is no request')
    return request
  }
  const eventsOf = async (orderId: string) => (await gateway.actions(orderId)).map(({ event }) => event)

  test('of the octets of a request: it leaves once, and nobody has to decide', async () => {
    const order = await gateway.place()
    const commit = loseAfter('mails', 'insertOutbound')
    const { id } = await requestOf(order.id)
    await expect(sendRequest(gateway.deps, id)).rejects.toThrow('lost at the commit')
    expect(commit.lost()).toBe(true)
    expect(gateway.sent).toHaveLength(0)
    await gateway.run()
    expect(gateway.sent).toHaveLength(1)
    expect((await gateway.order(order.id)).status).toBe('sent')
    expect(await eventsOf(order.id)).not.toContain('order.uncertain')
    expect((await eventsOf(order.id)).filter((event) => event === 'request.signed')).toHaveLength(1)
  })

  test.each<HandOver & { status: string; event: string }>([
    { outcome: 'sent', answer: '250 2.0.0 queued as A1', status: 'sent', event: 'order.sent' },
    { outcome: 'temporary', answer: '451 4.3.0 later', status: 'queued', event: 'mail.deferred' },
    { outcome: 'refused', answer: '550 5.1.1 never', status: 'refused', event: 'order.undeliverable' },
    { outcome: 'uncertain', answer: 'it broke', status: 'uncertain', event: 'order.uncertain' },
  ])('of what became of a hand-over, $outcome: it is told once', async ({ status, event, ...result }) => {
    const order = await gateway.place()
    gateway.answerWith(result)
    const commit = result.outcome === 'temporary' ? loseAfter('requests', 'release') : loseAfter('subjects', 'save')
    await gateway.run()
    expect(commit.lost()).toBe(true)
    expect((await gateway.order(order.id)).status).toBe(status)
    expect((await requestOf(order.id)).attempts).toBe(1)
    expect((await eventsOf(order.id)).filter((told) => told === event)).toHaveLength(1)
    expect(gateway.sent).toHaveLength(1)
  })

  test('of a claim: the request is free again after 10 seconds', async () => {
    const order = await gateway.place()
    const { id } = await requestOf(order.id)
    const claim: typeof store.requests.claim = async (...input) => {
      await store.requests.claim(...input)
      throw lost()
    }
    gateway.deps.store = { ...store, requests: { ...store.requests, claim } }
    await expect(sendRequest(gateway.deps, id)).rejects.toThrow('lost at the commit')
    gateway.deps.store = store
    gateway.pass(10 * SECOND - 1)
    await gateway.run()
    expect((await gateway.order(order.id)).status).toBe('queued')
    gateway.pass(1)
    await gateway.run()
    expect((await gateway.order(order.id)).status).toBe('sent')
  })

  test('of a reply: it takes effect once', async () => {
    const order = await gateway.place()
    await gateway.run()
    const commit = loseAfter('mails', 'finish')
    const raw = await gateway.reply(success(order.request?.reference ?? ''))
    await expect(gateway.receive(raw)).rejects.toThrow('lost at the commit')
    expect(commit.lost()).toBe(true)
    gateway.pass(20 * SECOND)
    await gateway.run()
    expect((await gateway.order(order.id)).status).toBe('done')
    const { items } = await store.mails.list({ direction: 'in' }, { limit: 10, cursor: null })
    expect(items.map(({ stage }) => stage)).toEqual(['settled'])
    expect((await gateway.events(order.id)).filter((type) => type === 'order.done')).toHaveLength(1)
    expect((await eventsOf(order.id)).filter((event) => event === 'mail.judged')).toHaveLength(1)
  })

  test('that was not made: a reply is read again a second later, however often, and nobody is alarmed', async () => {
    const order = await gateway.place()
    await gateway.run()
    let away = true
    const together: Store['together'] = (work) => (away ? Promise.reject(lost()) : store.together(work))
    gateway.deps.store = { ...store, together }
    const raw = await gateway.reply(success(order.request?.reference ?? ''))
    await expect(gateway.receive(raw)).rejects.toThrow('lost at the commit')
    for (let tries = 0; tries < 10; tries++) {
      gateway.pass(SECOND)
      await expect(gateway.run()).rejects.toThrow('lost at the commit')
    }
    away = false
    gateway.pass(SECOND)
    await gateway.run()
    expect((await gateway.order(order.id)).status).toBe('done')
    expect(await eventsOf(order.id)).not.toContain('mail.held')
  })

  test('of an order: the same call again has the same order', async () => {
    const commit = loseAfter('orders', 'insert')
    const place = () => gateway.place({ billingOrderId: 'INV-7' }, 'key-7')
    await expect(place()).rejects.toThrow('lost at the commit')
    expect(commit.lost()).toBe(true)
    const again = await place()
    const { items } = await store.orders.list({}, { limit: 10, cursor: null })
    expect(items.map(({ id }) => id)).toEqual([again.id])
  })
})
