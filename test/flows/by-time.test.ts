import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changeConnection } from '../../src/flows/change-connection.js'
import { createMetrics } from '../../src/http/metrics.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR

await oneDatabase((open) => {
  const folder = temporaryFolder()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let database: TestDatabase
  let gateway: TestGateway
  let connectionId: string
  beforeAll(async () => {
    database = await open()
  })
  /** The clock begins at 12:00 in Berlin. */
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    gateway.deps.digests = { times: ['06:00', '12:00', '16:00', '21:00'], timezone: 'Europe/Berlin' }
    connectionId = (await addTestConnection(gateway, { expiry: { warnDays: 30 } })).id
    await gateway.run()
  })

  /** What was written since it was last asked. */
  let seen = 0
  beforeEach(() => {
    seen = 0
  })
  const news = async (wanted: RegExp) => {
    const { items } = await gateway.deps.store.actions.list({}, { limit: 200, cursor: null })
    const fresh = items.reverse().slice(seen)
    seen += fresh.length
    return fresh.filter(({ event }) => wanted.test(event))
  }
  const newsAfter = async (ms: number, wanted: RegExp): Promise<string[]> => {
    gateway.pass(ms)
    await gateway.run()
    return (await news(wanted)).map(({ event }) => event)
  }
  const mails = async (kind: 'digest' | 'heartbeat') =>
    (await gateway.deps.store.notices.list({ kind }, { limit: 200, cursor: null })).items
  const events = async (type: 'request.overdue' | 'domain.expiry-warning') =>
    (await gateway.deps.store.events.list({ type })).map(({ data }) => data)
  const referenceOf = async (orderId: string) =>
    (await gateway.deps.store.requests.findByOrder(orderId))[0]?.reference ?? ''

  describe('the look at a request that waits', () => {
    const LOOK = /^request\.(checked|overdue)$/
    const sent = async () => {
      const order = await gateway.place()
      await gateway.run()
      return order
    }

    test('is each checkEvery, and leaves a line that says how long it waits', async () => {
      const { id } = await sent()
      expect(await newsAfter(HOUR - 1, LOOK)).toEqual([])
      gateway.pass(1)
      await gateway.run()
      expect(await news(LOOK)).toMatchObject([
        {
          event: 'request.checked',
          level: 'info',
          orderId: id,
          text: expect.stringMatching(/decision .* after 1h; waited/),
        },
      ])
      expect(await newsAfter(0, LOOK)).toEqual([])
      expect(await newsAfter(HOUR, LOOK)).toEqual(['request.checked'])
    })

    test('goes by the checkEvery of its connection, which may change', async () => {
      await changeConnection(gateway.deps, connectionId, { checkEvery: '10m' }, 'cli')
      await sent()
      expect(await newsAfter(HOUR / 6, LOOK)).toEqual(['request.checked'])
      await changeConnection(gateway.deps, connectionId, { checkEvery: '2h' }, 'cli')
      expect(await newsAfter(HOUR / 6, LOOK)).toEqual(['request.checked'])
      expect(await newsAfter(2 * HOUR - 1, LOOK)).toEqual([])
    })

    test('is one for all that a stopped gateway missed', async () => {
      await sent()
      expect(await newsAfter(3 * DAY, LOOK)).toEqual(['request.checked'])
      expect(await newsAfter(HOUR, LOOK)).toEqual(['request.checked'])
    })

    test('tells once that the wait is near its end', async () => {
      const { id, billingOrderId } = await sent()
      expect(await newsAfter(4 * DAY - 1, LOOK)).toEqual(['request.checked'])
      expect(await newsAfter(HOUR, LOOK)).toEqual(['request.overdue'])
      expect(await newsAfter(HOUR, LOOK)).toEqual(['request.checked'])
      const request = { orderId: id, billingOrderId, domain: 'example.de', reason: 'deadline-near' }
      expect(await events('request.overdue')).toMatchObject([{ ...request, deadline: '2026-07-06T10:00:00.000Z' }])
    })

    test('tells once that the registry takes longer than it usually does, where that is known', async () => {
      const profile = gateway.deps.profiles.get('denic')
      if (profile === undefined) throw new Error('there is no such profile')
      gateway.deps.profiles = new Map([['denic', { ...profile, usualReply: 90 * 60_000 }]])
      await sent()
      expect(await newsAfter(HOUR, LOOK)).toEqual(['request.checked'])
      expect(await newsAfter(HOUR, LOOK)).toEqual(['request.overdue'])
      expect(await newsAfter(4 * DAY, LOOK)).toEqual(['request.checked'])
      expect(await events('request.overdue')).toMatchObject([{ reason: 'unusual' }])
    })

    test('ends with the wait: no word of lateness beside the time-out, none after the reply', async () => {
      await sent()
      expect(await newsAfter(6 * DAY, /^(request\.(checked|overdue)|order\.timed-out)$/)).toEqual(['order.timed-out'])
      const { id } = await gateway.place({ domain: 'other.de' })
      await gateway.run()
      await gateway.receive(await gateway.reply(success(await referenceOf(id))))
      expect(await newsAfter(DAY, LOOK)).toEqual([])
    })
  })

  describe('digests and heartbeats', () => {
    const TOLD = /^(digest|heartbeat)$/

    test('without open orders are a heartbeat at 06:00 alone, which says so', async () => {
      expect(await newsAfter(18 * HOUR - 1, TOLD)).toEqual([])
      gateway.pass(1)
      await gateway.run()
      expect(await news(TOLD)).toMatchObject([
        { event: 'heartbeat', text: 'the gateway is at work: 0 open orders', data: { open: 0, orders: [] } },
      ])
      expect(await mails('heartbeat')).toMatchObject([{ to: { kind: 'admin' }, values: { open: '0', orders: [] } }])
      expect(await newsAfter(DAY - 1, TOLD)).toEqual([])
    })

    test('name the open orders, oldest first, with how long they are open', async () => {
      const old = await gateway.place({ domain: 'waits.de', paid: false })
      gateway.pass(3 * HOUR)
      await gateway.run()
      const young = await gateway.place({ domain: 'young.de' })
      gateway.pass(HOUR)
      await gateway.run()
      expect(await news(TOLD)).toMatchObject([
        {
          event: 'digest',
          level: 'info',
          text: '2 open orders, the oldest: register waits.de (awaiting-payment) for 4h',
          data: {
            open: 2,
            byStatus: { 'awaiting-payment': 1, sent: 1 },
            orders: [
              { id: old.id, billingOrderId: old.billingOrderId, status: 'awaiting-payment', age: '4h' },
              { id: young.id, domain: 'young.de', action: 'register', status: 'sent', age: '1h' },
            ],
          },
        },
      ])
    })

    test('F28: list every order that was done since the digest before, once', async () => {
      const done = async (name: string) => {
        const { id } = await gateway.place({ domain: name })
        await gateway.run()
        await gateway.receive(await gateway.reply(success(await referenceOf(id))))
        return id
      }
      const [first, second] = [await done('first.de'), await done('second.de')]
      gateway.pass(4 * HOUR)
      await gateway.run()
      const [digest] = await news(TOLD)
      expect(digest).toMatchObject({
        text: '0 open orders; 2 done since the last digest',
        data: {
          open: 0,
          done: 2,
          completed: [
            { id: first, domain: 'first.de' },
            { id: second, status: 'done' },
          ],
        },
      })
      expect(await newsAfter(5 * HOUR, TOLD)).toEqual([])
      const third = await done('third.de')
      // It ended in the minute of the digest: the next one tells it.
      gateway.pass(9 * HOUR)
      await gateway.run()
      expect((await news(/^digest$/))[0]?.data).toMatchObject({ done: 1, completed: [{ id: third }] })
    })

    test('name fifty orders at most, and count all', async () => {
      for (let index = 0; index < 52; index++) await gateway.place({ domain: `waits-${index}.de`, paid: false })
      gateway.pass(4 * HOUR)
      await gateway.run()
      const [digest] = await news(TOLD)
      expect(digest?.data).toMatchObject({ open: 52 })
      expect(digest?.data['orders']).toHaveLength(50)
      expect((await mails('digest'))[0]?.values).toMatchObject({ open: '52', moreOrders: '2', orders: { length: 50 } })
    })

    test('that a gateway missed in three days are one of each, and the next comes at its time', async () => {
      await gateway.place({ paid: false })
      expect(await newsAfter(3 * DAY + HOUR, TOLD)).toEqual(['digest', 'heartbeat'])
      expect(await newsAfter(3 * HOUR - 1, TOLD)).toEqual([])
      expect(await newsAfter(1, TOLD)).toEqual(['digest'])
    })

    test('are not told again by a clock that was set back', async () => {
      await gateway.place({ paid: false })
      expect(await newsAfter(19 * HOUR, TOLD)).toEqual(['digest', 'heartbeat'])
      for (const back of [HOUR, 2 * HOUR, 20 * HOUR]) {
        expect(await newsAfter(-back, TOLD)).toEqual([])
        expect(await newsAfter(back, TOLD)).toEqual([])
      }
      expect(await newsAfter(5 * HOUR, TOLD)).toEqual(['digest'])
    })

    test('go on by a clock that was set back by a month, as they do where it was ahead by one', async () => {
      await gateway.place({ paid: false })
      expect(await newsAfter(30 * DAY, TOLD)).toEqual(['digest', 'heartbeat'])
      expect(await newsAfter(-30 * DAY, TOLD)).toEqual([])
      expect(await newsAfter(4 * HOUR, TOLD)).toEqual(['digest'])
      expect(await newsAfter(14 * HOUR, TOLD)).toEqual(['digest', 'heartbeat'])
    })

    test('go by new times and a new zone from the next sweep on', async () => {
      await gateway.place({ paid: false })
      gateway.deps.digests = { times: ['09:00'], timezone: 'America/New_York' }
      expect(await newsAfter(3 * HOUR - 1, TOLD)).toEqual([])
      expect(await newsAfter(1, TOLD)).toEqual(['digest'])
      expect(await newsAfter(21 * HOUR, TOLD)).toEqual(['heartbeat'])
      gateway.deps.digests = { times: [], timezone: 'America/New_York' }
      expect(await newsAfter(23 * HOUR, TOLD)).toEqual([])
      gateway.deps.digests = { times: ['09:00'], timezone: 'America/New_York' }
      expect(await newsAfter(0, TOLD)).toEqual([])
      expect(await newsAfter(4 * HOUR, TOLD)).toEqual(['digest', 'heartbeat'])
    })

    test('the last heartbeat is a metric, absent before the first', async () => {
      const shown = async () =>
        /^sealpost_last_heartbeat_timestamp_seconds (.*)$/m.exec(
          await createMetrics({ store: gateway.deps.store, processMetrics: false }).render(),
        )?.[1]
      expect(await shown()).toBeUndefined()
      await newsAfter(18 * HOUR, TOLD)
      expect(Number(await shown())).toBe(Date.parse('2026-07-02T04:00:00Z') / 1_000)
      await newsAfter(HOUR, TOLD)
      expect(Number(await shown())).toBe(Date.parse('2026-07-02T04:00:00Z') / 1_000)
    })
  })

  describe('the warning that a domain expires', () => {
    const WARNED = /^domain\.expiry-warning$/
    const registered = async (expiresAt: Date, domain = 'example.de') => {
      const order = await gateway.place({ domain })
      await gateway.run()
      await gateway.receive(await gateway.reply(success(await referenceOf(order.id))))
      await expires(expiresAt, domain)
      return order
    }
    const expires = async (expiresAt: Date, domain = 'example.de') => {
      const known = await gateway.deps.store.domains.get(domain)
      if (known === null) throw new Error(`there is no ${domain}`)
      await gateway.deps.store.domains.save({ ...known, expiresAt })
    }
    const inDays = (days: number) => new Date(gateway.now().getTime() + days * DAY)

    test('comes once, warnDays before, with the order that the domain came by', async () => {
      const { id, billingOrderId } = await registered(inDays(40))
      expect(await newsAfter(10 * DAY - 1, WARNED)).toEqual([])
      gateway.pass(1)
      await gateway.run()
      expect(await news(WARNED)).toMatchObject([
        {
          level: 'warning',
          domain: 'example.de',
          orderId: id,
          text: expect.stringMatching(/^example\.de expires in 30 days/),
        },
      ])
      expect(await newsAfter(29 * DAY, WARNED)).toEqual([])
      expect(await newsAfter(29 * DAY, WARNED)).toEqual([])
      const expiry = { connection: connectionId, expiresAt: '2026-08-10T10:00:00.000Z', days: 30 }
      expect(await events('domain.expiry-warning')).toEqual([
        { orderId: id, billingOrderId, domain: 'example.de', ...expiry },
      ])
    })

    test('comes again for another date, which the registry gave when it was renewed', async () => {
      await registered(inDays(20))
      expect(await newsAfter(0, WARNED)).toEqual(['domain.expiry-warning'])
      await expires(inDays(385))
      expect(await newsAfter(354 * DAY, WARNED)).toEqual([])
      expect(await newsAfter(DAY, WARNED)).toEqual(['domain.expiry-warning'])
    })

    test('comes as an error where the date has passed unseen', async () => {
      await registered(inDays(40))
      gateway.pass(50 * DAY)
      await gateway.run()
      expect(await news(WARNED)).toMatchObject([{ level: 'error', data: { days: 0 } }])
    })

    test('goes by the warnDays of the connection as they are now, and is not told twice for more of them', async () => {
      await changeConnection(gateway.deps, connectionId, { expiry: { warnDays: null } }, 'cli')
      await registered(inDays(20))
      expect(await newsAfter(0, WARNED)).toEqual([])
      await changeConnection(gateway.deps, connectionId, { expiry: { warnDays: 10 } }, 'cli')
      expect(await newsAfter(9 * DAY, WARNED)).toEqual([])
      expect(await newsAfter(DAY, WARNED)).toEqual(['domain.expiry-warning'])
      await changeConnection(gateway.deps, connectionId, { expiry: { warnDays: 60 } }, 'cli')
      expect(await newsAfter(DAY, WARNED)).toEqual([])
    })

    test('without expiry in the connection never comes', async () => {
      await changeConnection(gateway.deps, connectionId, { expiry: null }, 'cli')
      await registered(inDays(20))
      expect(await newsAfter(DAY, WARNED)).toEqual([])
    })

    test.each(['registering', 'failed', 'closed', 'gone'] as const)(
      'does not come for a domain that is %s, and does once it is ours again',
      async (state) => {
        await registered(inDays(20))
        const domain = await gateway.deps.store.domains.get('example.de')
        if (domain === null) throw new Error('there is no domain')
        await gateway.deps.store.domains.save({ ...domain, state })
        expect(await newsAfter(DAY, WARNED)).toEqual([])
        await gateway.deps.store.domains.save({ ...domain, state: 'faulty' })
        expect(await newsAfter(DAY, WARNED)).toEqual(['domain.expiry-warning'])
      },
    )
  })
})
