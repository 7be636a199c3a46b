import { beforeAll, beforeEach, expect, test } from 'vitest'
import { MOST_COUNTED, WAITING_STAGES } from '../../src/core/overview.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { aConnection, aDomain, aMail, anOrder, later, NOON, placed } from './samples.js'

const DAY = 86_400_000

await eachDatabase((_, open) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await open()
  })
  beforeEach(() => database.empty())

  test('counts what waits for a person, and nothing else', async () => {
    const { store } = database
    const { connection } = await placed(store, { order: { status: 'uncertain' }, request: { state: 'uncertain' } })
    await placed(store, { order: { status: 'sent' }, request: { state: 'sent', overdueAt: NOON } })
    await placed(store, { order: { status: 'done' }, request: { state: 'settled', overdueAt: NOON } })
    for (const state of ['failed', 'faulty', 'registered'] as const)
      await store.domains.save(aDomain(connection.id, { state }))
    await store.domains.save(aDomain(connection.id, { state: 'transferring', detail: 'KK-NACK' }))
    for (const stage of [...WAITING_STAGES, 'settled', 'untrusted'] as const) {
      const { id } = await store.mails.accept(aMail(connection.id))
      await store.mails.finish(id, { stage, reason: null, verdict: null, replies: [], orders: [] })
    }
    expect(await store.overview.counts()).toMatchObject({
      mails: { unrecognised: 1, ambiguous: 1, conflict: 1, quarantined: 1, untrusted: 2 },
      ...{ domainsInError: 2, domainsRefusedTransfer: 1, ordersOpen: 2, ordersUncertain: 1, requestsLate: 1 },
    })
  })

  test('counts no further than it has to', async () => {
    const { store, pool } = database
    const connection = aConnection()
    await store.connections.insert(connection)
    await pool.query(
      `INSERT INTO domains (name, unicode_name, state, detail, connection_id, nameservers, contacts, epp_status, since)
       SELECT 'd' || n || '.de', 'd', 'failed', 'error', $1, '[]', '{}', '{}', now() FROM generate_series(1, 1100) n`,
      [connection.id],
    )
    expect((await store.overview.counts()).domainsInError).toBe(MOST_COUNTED)
  })

  test('late requests are listed while they wait, the latest last', async () => {
    const { store } = database
    const second = await placed(store, { request: { state: 'sent', overdueAt: later(2), sentAt: NOON } })
    const first = await placed(store, { request: { state: 'acknowledged', overdueAt: later(1), deadline: later(9) } })
    await placed(store, { request: { state: 'closed', overdueAt: NOON } })
    const late = await store.overview.late(10)
    expect(late.map(({ orderId }) => orderId)).toEqual([first.order.id, second.order.id])
    expect(late[1]).toMatchObject({ action: 'register', domain: second.order.terms.domain, sentAt: NOON })
    expect(await store.overview.late(1)).toHaveLength(1)
  })

  test('completions since a time are counted, and the last of them listed', async () => {
    const { store } = database
    const { connection } = await placed(store, { order: { status: 'done', updatedAt: NOON } })
    const ids: string[] = []
    for (const ms of [1, 2, 3]) {
      const order = anOrder(connection.id, { status: 'done', updatedAt: later(ms) })
      await store.orders.insert(order, 'x')
      ids.unshift(order.id)
    }
    const { count, orders } = await store.overview.completed(NOON, 2)
    expect([count, orders.map(({ id }) => id)]).toEqual([3, ids.slice(0, 2)])
  })

  test('orders are counted by the days that they came in on', async () => {
    const { store } = database
    const { connection } = await placed(store, { order: { createdAt: later(-DAY) } })
    for (const at of [later(-3 * DAY - 1), later(-3 * DAY), later(-2 * DAY - 1), later(5)])
      await store.orders.insert(anOrder(connection.id, { createdAt: at, status: 'done' }), 'x')
    const starts = [-3, -2, -1, 0].map((days) => later(days * DAY))
    expect(await store.overview.ordersSince(starts)).toEqual([2, 0, 1, 1])
    expect(await store.overview.ordersSince([])).toEqual([])
  })
})
