import type { Pool } from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { ACTIONS, isAside } from '../../src/core/action.js'
import { type DomainStatus, STATES } from '../../src/core/domain.js'
import { OPEN_ORDER_STATUSES, ORDER_STATUSES } from '../../src/core/order.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase } from '../helpers/database.js'
import { aConnection, aDomain, anOrder, later, NOON, ruleOf, unique } from './samples.js'

/** Others are of tests that run at the same time. */
const OUR_DATABASE = '(SELECT oid FROM pg_database WHERE datname = current_database())'

await eachDatabase((name, open) => {
  let store: OpenedStore
  let connectionId: string
  let pool: Pool
  const waitingFor = async (kind: string): Promise<number | null> =>
    (
      await pool.query(`SELECT FROM pg_locks WHERE NOT granted AND locktype = $1 AND database = ${OUR_DATABASE}`, [
        kind,
      ])
    ).rowCount
  beforeAll(async () => {
    const opened = await open()
    store = opened.store
    pool = opened.pool
    const connection = aConnection()
    await store.connections.insert(connection)
    connectionId = connection.id
  })

  describe('orders', () => {
    test('come back as they went in, key order of their terms included', async () => {
      const order = anOrder(connectionId, {
        reason: 'nö',
        code: '63300062035',
        paidAt: later(5),
        paymentReference: 'P-1',
      })
      await store.orders.insert(order, 'body')
      expect(await store.orders.get(order.id)).toEqual(order)
      const read = await store.orders.findByBillingId('cust-7', order.terms.billingOrderId)
      expect(read).toEqual({ order, bodyHash: 'body' })
      expect(JSON.stringify(read?.order.terms.contacts)).toBe(JSON.stringify(order.terms.contacts))
    })

    test('are updated, and the open one of a domain is found while it is open', async () => {
      const order = anOrder(connectionId)
      await store.orders.insert(order, 'body')
      expect(await store.orders.findOpen(order.terms.domain)).toEqual(order)
      const done = { ...order, status: 'timed-out', reason: 'no answer', updatedAt: later(9) } as const
      await store.orders.update(done)
      expect(await store.orders.findOpen(order.terms.domain)).toBeNull()
    })

    test('say whose a domain is: the last that is open or done, else the last', async () => {
      const domain = `o-${unique()}.de`
      const place = async (status: (typeof ORDER_STATUSES)[number]) => {
        const order = anOrder(connectionId, { status }, { domain })
        await store.orders.insert(order, 'body')
        return order
      }
      expect(await store.orders.findOwning(domain)).toBeNull()
      await place('refused')
      const cancelled = await place('cancelled')
      expect(await store.orders.findOwning(domain)).toEqual(cancelled)
      const done = await place('done')
      await place('refused')
      expect(await store.orders.findOwning(domain)).toEqual(done)
      const next = await place('queued')
      expect(await store.orders.findOwning(domain)).toEqual(next)
    })

    test('that do not exist are null, whatever the id looks like', async () => {
      expect(await store.orders.get('no uuid')).toBeNull()
      expect(await store.orders.get('0190f000-0000-7000-8000-000000000000')).toBeNull()
      expect(await store.orders.findOpen('a\0b.de')).toBeNull()
      expect(await store.orders.findByBillingId('a\ud800', '\0')).toBeNull()
    })

    test.each(ORDER_STATUSES)('one open order a domain: a second one beside %s', async (status) => {
      const domain = `o-${unique()}.de`
      await store.orders.insert(anOrder(connectionId, { status }, { domain }), 'body')
      const second = store.orders.insert(anOrder(connectionId, {}, { domain }), 'body')
      const open: readonly string[] = OPEN_ORDER_STATUSES
      expect(await ruleOf(second)).toBe(open.includes(status) ? 'open-order' : 'nothing')
    })

    test.each(ACTIONS)('one open order a domain: %s beside another, and who owns the domain', async (action) => {
      const domain = `o-${unique()}.de`
      const first = anOrder(connectionId, { status: 'sent' }, { domain })
      await store.orders.insert(first, 'body')
      const second = anOrder(connectionId, { status: 'queued' }, { domain, action })
      expect(await ruleOf(store.orders.insert(second, 'body'))).toBe(isAside(action) ? 'nothing' : 'open-order')
      expect((await store.orders.findOpen(domain))?.id).toBe(first.id)
      expect((await store.orders.findOwning(domain))?.id).toBe(first.id)
    })

    test('of many at once on one domain, one is taken', async () => {
      const domain = `o-${unique()}.de`
      const results = await Promise.all(
        Array.from({ length: 10 }, () => ruleOf(store.orders.insert(anOrder(connectionId, {}, { domain }), 'body'))),
      )
      expect(results.toSorted()).toEqual(['nothing', ...Array(9).fill('open-order')])
    })

    test('a billing id is used once an account', async () => {
      const terms = { billingOrderId: unique() }
      await store.orders.insert(anOrder(connectionId, {}, terms), 'body')
      expect(await ruleOf(store.orders.insert(anOrder(connectionId, {}, terms), 'body'))).toBe('billing-order')
      const other = { ...terms, account: { id: 'cust-8', type: 'provider' as const, email: null } }
      expect(await ruleOf(store.orders.insert(anOrder(connectionId, {}, other), 'body'))).toBe('nothing')
    })

    test('are listed newest first, page by page, by each filter', async () => {
      const account = { id: unique(), type: 'customer' as const, email: null }
      const ids: string[] = []
      for (const status of ['done', 'queued', 'done', 'done', 'timed-out'] as const) {
        const order = anOrder(connectionId, { status }, { account })
        await store.orders.insert(order, 'body')
        ids.unshift(order.id)
      }
      const filter = { accountId: account.id }
      const first = await store.orders.list(filter, { limit: 2, cursor: null })
      const second = await store.orders.list(filter, { limit: 2, cursor: first.next })
      const third = await store.orders.list(filter, { limit: 2, cursor: second.next })
      expect([first, second, third].map(({ items }) => items.map(({ id }) => id))).toEqual([
        ids.slice(0, 2),
        ids.slice(2, 4),
        ids.slice(4),
      ])
      expect(third.next).toBeNull()
      expect(first.next).toMatch(/^[A-Za-z0-9_-]+$/)
      const done = await store.orders.list({ ...filter, status: 'timed-out' }, { limit: 10, cursor: null })
      expect(done.items.map(({ id }) => id)).toEqual([ids[0]])
      expect(await store.orders.list({ domain: 'none.de' }, { limit: 5, cursor: null })).toEqual({
        items: [],
        next: null,
      })
    })
  })

  test('accounts are told by their orders, one page after the other', async () => {
    const { store: fresh } = await open()
    const connection = aConnection()
    await fresh.connections.insert(connection)
    const place = (account: string, domain: string, change: Parameters<typeof anOrder>[1] = {}) => {
      const order = anOrder(connection.id, change)
      const terms = { ...order.terms, domain, account: { ...order.terms.account, id: account } }
      return fresh.orders.insert({ ...order, terms }, 'body')
    }
    await place('b', 'b.example', { status: 'queued', createdAt: NOON })
    await place('b', 'c.example', { status: 'done', createdAt: later(5) })
    await place('a', 'a.example', { status: 'done', createdAt: NOON })
    await fresh.quietAccounts.add('a', later(1))
    const [a, b] = [
      { id: 'a', orders: 1, open: 0, lastOrderAt: NOON, quietSince: later(1) },
      { id: 'b', orders: 2, open: 1, lastOrderAt: later(5), quietSince: null },
    ]
    expect(await fresh.orders.accounts({ after: null, limit: 9 })).toEqual([a, b])
    expect(await fresh.orders.accounts({ after: null, limit: 1 })).toEqual([a])
    expect(await fresh.orders.accounts({ after: 'a', limit: 9 })).toEqual([b])
    expect(await fresh.orders.accounts({ after: 'b\0', limit: 1 })).toEqual([])
  })

  test('open orders are counted by status', async () => {
    const { store: fresh } = await open()
    expect(await fresh.orders.countByStatus()).toEqual([])
    const connection = aConnection()
    await fresh.connections.insert(connection)
    for (const status of [...ORDER_STATUSES, 'awaiting-payment', 'queued', 'done'] as const)
      await fresh.orders.insert(anOrder(connection.id, { status }), 'h')
    const counts = new Map((await fresh.orders.countByStatus()).map(({ status, count }) => [status, count]))
    const twice: readonly string[] = ['awaiting-payment', 'queued']
    expect(counts).toEqual(new Map(OPEN_ORDER_STATUSES.map((status) => [status, twice.includes(status) ? 2 : 1])))
  })

  describe('idempotency keys', () => {
    const row = () => ({ owner: 'token:a', key: unique(), bodyHash: 'h', orderId: anOrder('').id, at: NOON })

    test('keep the answer, key order included', async () => {
      const key = row()
      const answer = { status: 202, body: { zebra: 1, apple: [null, { b: 1, a: 2 }] } }
      await store.idempotency.insert({ ...key, answer })
      const found = await store.idempotency.find(key)
      expect(found).toEqual({ bodyHash: 'h', orderId: key.orderId, answer })
      expect(JSON.stringify(found?.answer)).toBe(JSON.stringify(answer))
      expect(await store.idempotency.find({ owner: 'token:b', key: key.key })).toBeNull()
    })

    test('are used once an owner; an answer may be null', async () => {
      const key = row()
      await store.idempotency.insert({ ...key, answer: null })
      expect((await store.idempotency.find(key))?.answer).toBeNull()
      expect(await ruleOf(store.idempotency.insert({ ...key, answer: 1 }))).toBe('idempotency-key')
      expect(await ruleOf(store.idempotency.insert({ ...key, owner: 'token:b', answer: 1 }))).toBe('nothing')
    })
  })

  describe('domains', () => {
    test('are made and changed by save', async () => {
      const domain = aDomain(connectionId)
      expect(await store.domains.get(domain.name)).toBeNull()
      await store.domains.save(domain)
      expect(await store.domains.get(domain.name)).toEqual(domain)
      const changed = aDomain(connectionId, {
        ...{ name: domain.name, unicodeName: 'müller.de', state: 'faulty', detail: 'KK-NACK' },
        ...{ nameservers: [], contacts: {}, eppStatus: [], since: later(1), expiresAt: later(2) },
      })
      await store.domains.save(changed)
      expect(await store.domains.get(domain.name)).toEqual(changed)
    })

    test('a name is held until the end of the transaction, with or without a row', async () => {
      const domain = aDomain(connectionId)
      const second = await store.transaction(async (tables) => {
        expect(await tables.domains.lock(domain.name)).toBeNull()
        const waiting = store.transaction(({ domains }) => domains.lock(domain.name))
        // Embedded, there is one connection: the second transaction has not begun.
        if (name === 'postgresql') await expect.poll(() => waitingFor('advisory')).toBe(1)
        await tables.domains.save(domain)
        return { waiting }
      })
      expect(await second.waiting).toEqual(domain)
    })

    test('are counted and listed by what users see', async () => {
      const { store: fresh } = await open()
      const connection = aConnection()
      await fresh.connections.insert(connection)
      const names: string[] = []
      for (const state of ['none', 'pending', 'registered', 'failed', 'faulty', 'gone'] as const) {
        const domain = aDomain(connection.id, { state })
        await fresh.domains.save(domain)
        names.unshift(domain.name)
      }
      const [gone, faulty, failed, registered, pending] = names
      const list = async (filter: { status?: DomainStatus; registered?: boolean }) =>
        (await fresh.domains.list(filter, { limit: 10, cursor: null })).items.map(({ name }) => name)
      expect(await list({})).toEqual([gone, faulty, failed, registered, pending])
      expect(await list({ status: 'Error' })).toEqual([faulty, failed])
      expect(await list({ status: 'Error', registered: true })).toEqual([faulty])
      expect(await list({ registered: true })).toEqual([faulty, registered])
      expect(await list({ status: 'Closed' })).toEqual([])
      const page = await fresh.domains.list({}, { limit: 3, cursor: null })
      const rest = await fresh.domains.list({}, { limit: 3, cursor: page.next })
      expect(rest).toMatchObject({ items: [{ name: registered }, { name: pending }], next: null })
      const counts = new Map((await fresh.domains.countByStatus()).map(({ status, count }) => [status, count]))
      expect(counts).toEqual(
        new Map([
          ['Pending', 1],
          ['Registered', 1],
          ['Error', 2],
          ['Gone', 1],
        ] as const),
      )
    })

    test('every state can be kept', async () => {
      for (const state of Object.keys(STATES)) {
        const domain = { ...aDomain(connectionId), state: state as keyof typeof STATES }
        await store.domains.save(domain)
        expect((await store.domains.get(domain.name))?.state).toBe(state)
      }
    })
  })

  test.each(['', 'x', 'b3JkZXJzOm5vbmU', 'orders:1', 'bWFpbHM6MQ', '\0', `${'A'.repeat(500)}`])(
    'a cursor that we did not make is refused: %j',
    async (cursor) => {
      const page = { limit: 5, cursor }
      const problems = [{ pointer: '/cursor' }]
      await expect(store.orders.list({}, page)).rejects.toMatchObject({ code: 'invalid', problems })
      await expect(store.mails.list({}, page)).rejects.toMatchObject({ code: 'invalid', problems })
      await expect(store.actions.list({}, page)).rejects.toMatchObject({ code: 'invalid', problems })
      await expect(store.domains.list({}, page)).rejects.toMatchObject({ code: 'invalid', problems })
    },
  )
})
