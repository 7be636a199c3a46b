import { rmSync } from 'node:fs'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { noticeCopy } from '../../src/flows/notice-copy.js'
import { payOrder } from '../../src/flows/pay-order.js'
import { settlePlace } from '../../src/flows/settle-place.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import { oneDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'

const DAY = 24 * 60 * 60_000

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let gateway: TestGateway
  let pool: Pool
  beforeAll(async () => {
    const database = await open()
    pool = database.pool
    gateway = await createTestGateway(database.store, folder)
  })
  beforeEach(() => {
    gateway.sent.length = 0
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  let domains = 0
  const place = (change: Parameters<TestGateway['place']>[0] = {}) =>
    gateway.place({ domain: `name-${++domains}.de`, ...change })
  /** The database is the same, and was last used somewhere else. */
  const bringBack = async () => {
    await pool.query(`UPDATE log_head SET place = 'elsewhere'`)
    await noticeCopy(gateway.deps)
  }
  const statusOf = async (id: string) => (await gateway.order(id)).status
  const request = async (orderId: string) => {
    const [found] = await gateway.deps.store.requests.findByOrder(orderId)
    if (found === undefined) throw new Error('there is no request')
    return found
  }
  const newest = async () => (await gateway.deps.store.actions.list({}, { limit: 1, cursor: null })).items[0]

  test('an empty database has nothing that could happen twice, wherever it is', async () => {
    await bringBack()
    expect(await newest()).toBeUndefined()
    const said = settlePlace(gateway.deps, { origin: 'restored', actor: 'cli' })
    await expect(said).rejects.toThrow(/nothing has happened/)
    await addTestConnection(gateway)
  })

  describe('a database that was brought back from a copy', () => {
    test('sends nothing that may have left since: the order is uncertain, and a reply still settles it', async () => {
      const order = await place()
      await bringBack()
      await gateway.run()
      expect(gateway.sent).toEqual([])
      const { status, reason } = await gateway.order(order.id)
      expect([status, reason]).toEqual(['uncertain', expect.stringMatching(/brought back from a copy that ends at/)])
      expect(await request(order.id)).toMatchObject({ state: 'uncertain', doubt: null })
      await gateway.receive(await gateway.reply(success((await request(order.id)).reference)))
      expect(await statusOf(order.id)).toBe('done')
      expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
    })

    test('nor an order that is paid only now: its payment may have been reported before', async () => {
      const order = await place({ paid: false })
      await bringBack()
      await payOrder(gateway.deps, { id: order.id, paidAt: null, reference: null, actor: 'token:test' })
      await gateway.run()
      expect([gateway.sent, await statusOf(order.id)]).toEqual([[], 'uncertain'])
    })

    test('sends again where the registry takes the same request twice for one', async () => {
      const { profiles } = gateway.deps
      gateway.deps.profiles = new Map(
        [...profiles].map(([id, profile]) => [
          id,
          profile.channel === 'mail' ? { ...profile, resend: 'safe' } : profile,
        ]),
      )
      const order = await place()
      await bringBack()
      await gateway.run()
      gateway.deps.profiles = profiles
      expect([gateway.sent.length, await statusOf(order.id)]).toEqual([1, 'sent'])
    })

    test('sends what is ordered after it as ever', async () => {
      await bringBack()
      const order = await place()
      await gateway.run()
      expect([gateway.sent.length, await statusOf(order.id)]).toEqual([1, 'sent'])
    })

    test('is told once, with where it ends, by however many start at once', async () => {
      await place()
      const before = await newest()
      await pool.query(`UPDATE log_head SET place = 'elsewhere'`)
      await Promise.all([noticeCopy(gateway.deps), noticeCopy(gateway.deps), noticeCopy(gateway.deps)])
      expect(await newest()).toMatchObject({
        ...{ id: String(Number(before?.id) + 1), level: 'error', event: 'database.restored' },
        data: { until: before?.at.toISOString(), requests: 1 },
      })
      await gateway.run()
    })

    test('waits for replies longer by the time that it has missed', async () => {
      const order = await place()
      await gateway.run()
      const { deadline } = await request(order.id)
      gateway.pass(6 * DAY)
      await bringBack()
      await gateway.run()
      expect(await statusOf(order.id)).toBe('sent')
      expect((await request(order.id)).deadline?.getTime()).toBe((deadline?.getTime() ?? 0) + 6 * DAY)
    })
  })

  test('a database that is where it was is left alone', async () => {
    const order = await place()
    const before = await newest()
    await noticeCopy(gateway.deps)
    expect(await newest()).toEqual(before)
    expect(await request(order.id)).toMatchObject({ state: 'queued', doubt: null })
    await gateway.run()
  })

  test('an operator can say that it is an older state which nothing tells from the last one', async () => {
    const order = await place()
    await settlePlace(gateway.deps, { origin: 'restored', actor: 'cli' })
    await noticeCopy(gateway.deps)
    await gateway.run()
    expect([gateway.sent, await statusOf(order.id)]).toEqual([[], 'uncertain'])
  })

  test('an operator can say that it was only moved', async () => {
    const order = await place()
    await pool.query(`UPDATE log_head SET place = 'elsewhere'`)
    await settlePlace(gateway.deps, { origin: 'moved', actor: 'cli' })
    expect(await newest()).toMatchObject({ event: 'database.moved', actor: 'cli' })
    await noticeCopy(gateway.deps)
    await gateway.run()
    expect(await statusOf(order.id)).toBe('sent')
  })
})
