import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/core/connection.js'
import type { Domain } from '../../src/core/domain.js'
import { type DomainSearch, MOST_COUNTED, WAITING_STAGES } from '../../src/core/overview.js'
import type { Page } from '../../src/ports.js'
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

  describe('the list of domains', () => {
    const ALL: DomainSearch = { status: null, connectionId: null, tld: null, text: null, sort: 'newest' }
    /** Names by pages of two, as long as there are more. */
    const namesOf = async (change: Partial<DomainSearch>, between?: () => Promise<void>): Promise<string[]> => {
      const names: string[] = []
      for (let cursor: string | null = null; ; ) {
        const page: Page<Domain> = await database.store.overview.domains({ ...ALL, ...change }, { limit: 2, cursor })
        names.push(...page.items.map(({ name }) => name))
        if (page.next === null) return names
        cursor = page.next
        await between?.()
      }
    }
    const add = async (name: string, change: Partial<Domain> = {}) =>
      database.store.domains.save(aDomain(connection.id, { name, unicodeName: name, ...change }))
    let connection: Connection

    beforeEach(async () => {
      connection = aConnection()
      await database.store.connections.insert(connection)
      await add('b.de', { state: 'failed', since: later(2) })
      await add('a_b.com', { state: 'registered', since: later(1) })
      await add('xn--gre-6ka8i.de', { unicodeName: 'größe.de', state: 'faulty', since: later(2) })
      await add('aab.com', { state: 'closed', since: later(3) })
      await add('c.co.de', { state: 'registered', since: NOON })
    })

    test.each<[Partial<DomainSearch>, string[]]>([
      [{}, ['c.co.de', 'aab.com', 'xn--gre-6ka8i.de', 'a_b.com', 'b.de']],
      [{ status: 'Error' }, ['xn--gre-6ka8i.de', 'b.de']],
      [{ tld: 'com', sort: 'age' }, ['a_b.com', 'aab.com']],
      [{ text: 'a_b' }, ['a_b.com']],
      [{ text: '%' }, []],
      [{ text: 'größe' }, ['xn--gre-6ka8i.de']],
      [{ text: '\0' }, []],
      [{ connectionId: 'another' }, []],
      [{ sort: 'age' }, ['c.co.de', 'a_b.com', 'b.de', 'xn--gre-6ka8i.de', 'aab.com']],
      [{ sort: '-age' }, ['aab.com', 'xn--gre-6ka8i.de', 'b.de', 'a_b.com', 'c.co.de']],
    ])('with %j', async (change, names) => {
      expect(await namesOf(change)).toEqual(names)
    })

    test('by name there and back, each once, while others come and change', async () => {
      const there = await namesOf({ sort: 'name' }, () => add('aaa.de'))
      expect(there).toHaveLength(5)
      expect((await namesOf({ sort: '-name' })).filter((name) => name !== 'aaa.de')).toEqual(there.toReversed())
      const changing = async () => add('a_b.com', { state: 'failed', since: later(9) })
      expect(new Set(await namesOf({ sort: 'age' }, changing))).toEqual(new Set([...there, 'aaa.de']))
    })

    test('a cursor of another list, or of none, is refused', async () => {
      const { next } = await database.store.overview.domains(ALL, { limit: 2, cursor: null })
      for (const [sort, cursor] of [
        ['age', next],
        ['newest', 'x'],
        ['age', Buffer.from('domains age:x/y').toString('base64url')],
        ['newest', Buffer.from('domains newest:x').toString('base64url')],
      ] as const)
        await expect(database.store.overview.domains({ ...ALL, sort }, { limit: 2, cursor })).rejects.toThrow('/cursor')
    })
  })
})
