import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Domain } from '../../src/core/domain.js'
import { REQUEST_STATES } from '../../src/core/request.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { aConnection, aDomain, anOrder, aRequest, later, NOON, placed } from './samples.js'

const DAY = 86_400_000

await eachDatabase((_, open) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await open()
  })
  beforeEach(() => database.empty())

  describe('work of the house', () => {
    const rowOf = async (task: string) => {
      const row = (await database.store.upkeep.list()).find((one) => one.task === task)
      if (row === undefined) throw new Error(`there is no ${task}`)
      return row
    }

    test('is listed, of a new database without a plan and never done; rows of a later version are left out', async () => {
      await database.pool.query(`INSERT INTO upkeep_tasks (task, due_at) VALUES ('of-tomorrow', 'epoch')`)
      const row = { dueAt: new Date(0), plan: null, doneAt: null }
      expect(await database.store.upkeep.list()).toEqual([
        { task: 'archive-mails', ...row },
        { task: 'check-self-test', ...row, dueAt: new Date('9999-12-31T00:00:00Z') },
        { task: 'drop-deliveries', ...row },
        { task: 'erase-data', ...row },
        { task: 'send-digest', ...row },
        { task: 'send-heartbeat', ...row },
        { task: 'send-self-test', ...row },
        { task: 'verify-log', ...row, dueAt: new Date('9999-12-31T00:00:00Z') },
      ])
    })

    test('is moved by who saw it as it is, and by nobody else', async () => {
      const { upkeep } = database.store
      const seen = await rowOf('send-digest')
      const next = { dueAt: NOON, plan: '06:00 UTC', doneAt: later(-1) }
      const moved = await Promise.all(Array.from({ length: 20 }, () => upkeep.move(seen, next)))
      expect(moved.filter(Boolean)).toHaveLength(1)
      expect(await rowOf('send-digest')).toEqual({ task: 'send-digest', ...next })
      expect(await upkeep.move({ ...seen, dueAt: NOON }, next), 'another plan').toBe(false)
      expect(await upkeep.move({ ...next, task: 'send-digest', dueAt: later(1) }, next), 'another time').toBe(false)
      expect(await upkeep.move({ ...next, task: 'send-digest' }, { ...next, plan: null })).toBe(true)
      expect(await rowOf('send-heartbeat')).toMatchObject({ plan: null })
    })
  })

  describe('requests that wait', () => {
    test.each(REQUEST_STATES)('one that is %s is looked at where it waits for a reply, or to leave', async (state) => {
      const { request } = await placed(database.store, { request: { state, checkAt: NOON } })
      const due = state === 'queued' || state === 'sent' || state === 'acknowledged' || state === 'uncertain'
      expect(await database.store.requests.toCheck(later(-1), 10)).toEqual([])
      expect(await database.store.requests.toCheck(NOON, 10)).toEqual(due ? [request.id] : [])
    })

    test('are looked at longest due first, as many as were asked for', async () => {
      const { order } = await placed(database.store, { request: { state: 'sent', checkAt: null } })
      const rows = [3, 1, 2].map((ms) => aRequest(order, { state: 'sent', checkAt: later(-ms), overdueAt: later(ms) }))
      for (const row of rows) await database.store.requests.insert(row)
      expect(await database.store.requests.toCheck(NOON, 2)).toEqual([rows[0]?.id, rows[2]?.id])
      expect(await database.store.requests.get(rows[0]?.id ?? '')).toEqual(rows[0])
    })
  })

  test('open orders come oldest first, as many as were asked for', async () => {
    const connection = aConnection()
    await database.store.connections.insert(connection)
    const statuses = ['done', 'queued', 'cancelled', 'awaiting-payment', 'uncertain', 'sent'] as const
    const orders = statuses.map((status) => anOrder(connection.id, { status }))
    for (const order of orders) await database.store.orders.insert(order, 'hash')
    expect(await database.store.orders.oldestOpen(3)).toEqual([orders[1], orders[3], orders[4]])
  })

  test('completed: orders that were done in a window, its beginning left out, oldest first, and how many', async () => {
    const connection = aConnection()
    await database.store.connections.insert(connection)
    const times = [later(1), later(3), later(2), later(4), later(5)]
    const orders = times.map((updatedAt, index) =>
      anOrder(connection.id, { status: index === 4 ? 'refused' : 'done', updatedAt }),
    )
    for (const order of orders) await database.store.orders.insert(order, 'hash')
    const window = { after: later(1), until: later(5) }
    expect(await database.store.orders.completed(window, 2)).toEqual({ count: 3, orders: [orders[2], orders[1]] })
    expect(await database.store.orders.completed({ after: later(5), until: later(9) }, 2)).toEqual({
      count: 0,
      orders: [],
    })
  })

  describe('expiry dates', () => {
    const inserted = async (warnDays: number | null | undefined, changes: Partial<Domain>) => {
      const expiry = warnDays === undefined ? null : { warnDays, renewDays: null }
      const connection = aConnection({ expiry })
      await database.store.connections.insert(connection)
      const domain = aDomain(connection.id, { state: 'registered', ...changes })
      await database.store.domains.save(domain)
      return domain
    }

    test('are due so many days ahead as their connection says, those first that end first', async () => {
      const far = await inserted(60, { expiresAt: later(60 * DAY) })
      const near = await inserted(1, { expiresAt: later(DAY) })
      await inserted(30, { expiresAt: later(30 * DAY + 1) })
      await inserted(30, { expiresAt: null })
      await inserted(null, { expiresAt: later(DAY) })
      await inserted(undefined, { expiresAt: later(DAY) })
      await inserted(30, { expiresAt: later(DAY), state: 'closed' })
      expect(await database.store.expiries.due(NOON, 10)).toEqual([near.name, far.name])
      expect(await database.store.expiries.due(NOON, 1)).toEqual([near.name])
      expect(await database.store.expiries.due(later(-1), 10)).toEqual([])
    })

    test('are told once each, however many try, and are due no more', async () => {
      const { expiries, domains } = database.store
      const expiresAt = later(DAY)
      const domain = await inserted(30, { expiresAt })
      const { name } = domain
      expect(await expiries.markTold(name, later(2 * DAY)), 'not its date').toBe(false)
      const told = await Promise.all(Array.from({ length: 20 }, () => expiries.markTold(name, expiresAt)))
      expect(told.filter(Boolean)).toHaveLength(1)
      await domains.save({ ...domain, since: later(1) })
      expect(await expiries.due(NOON, 10)).toEqual([])
      await domains.save({ ...domain, expiresAt: later(2 * DAY) })
      expect(await expiries.due(NOON, 10)).toEqual([name])
      expect(await expiries.markTold(name, later(2 * DAY))).toBe(true)
    })
  })
})
