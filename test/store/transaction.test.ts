import type { Pool } from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { Fault } from '../../src/core/errors.js'
import { type OpenedStore, openStore } from '../../src/store/open.js'
import { eachDatabase, silentLog } from '../helpers/database.js'
import { aUser } from '../helpers/records.js'
import { aConnection, aMail, anOrder, placed, ruleOf, unique } from './samples.js'

await eachDatabase((name, open) => {
  let store: OpenedStore
  let pool: Pool
  beforeAll(async () => {
    const database = await open()
    store = database.store
    pool = database.pool
  })

  test('is kept whole when it ends, and gives what its work gave', async () => {
    const { order } = await store.transaction((tables) => placed(tables))
    expect(await store.orders.get(order.id)).toEqual(order)
  })

  test('leaves nothing when its work throws, and throws the same', async () => {
    const error = new Error('changed my mind')
    let orderId = ''
    const attempt = store.transaction(async (tables) => {
      orderId = (await placed(tables)).order.id
      throw error
    })
    await expect(attempt).rejects.toBe(error)
    expect(await store.orders.get(orderId)).toBeNull()
  })

  test('rejects with the rule that was violated', async () => {
    const { order } = await placed(store)
    const second = anOrder(order.connectionId, {}, { domain: order.terms.domain })
    expect(await ruleOf(store.transaction(({ orders }) => orders.insert(second, 'h')))).toBe('open-order')
  })

  test('rejects when its work hides a failure: the database keeps nothing of it', async () => {
    const { order } = await placed(store)
    const connection = aConnection()
    const attempt = store.transaction(async ({ orders, connections }) => {
      await connections.insert(connection)
      await orders.insert(anOrder(order.connectionId, {}, { domain: order.terms.domain }), 'h').catch(() => undefined)
      return 'fine'
    })
    expect(await ruleOf(attempt)).toBe('open-order')
    expect(await store.connections.get(connection.id)).toBeNull()
  })

  test('goes on after a refusal that never reached the database', async () => {
    const connection = aConnection()
    await store.transaction(async ({ orders, connections }) => {
      await orders.list({}, { limit: 1, cursor: 'x' }).catch(() => undefined)
      await connections.insert(connection)
    })
    expect(await store.connections.get(connection.id)).toEqual(connection)
  })

  test('rejects when only its COMMIT fails', async () => {
    await pool.query(`
      CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
      CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.name = 'late') EXECUTE FUNCTION refuse_it()`)
    const user = { ...{ id: '0190f000-0000-7000-8000-00000000000a', name: 'late' }, role: 'viewer' as const }
    const attempt = store.transaction(async ({ users }) => {
      await users.insert(aUser(user))
      expect(await users.findByName('late')).not.toBeNull()
    })
    await expect(attempt).rejects.toThrow(/not this one/)
    expect(await store.users.findByName('late')).toBeNull()
  })

  test('many at once are all done', async () => {
    const orders = await Promise.all(Array.from({ length: 30 }, () => store.transaction((tables) => placed(tables))))
    for (const { order } of orders) expect(await store.orders.get(order.id)).not.toBeNull()
  })

  test('a value that the database cannot read fails its own query and no other', async () => {
    const answer = (sql: string, value: unknown) =>
      pool.query(sql, [value]).then(
        ({ rows }) => rows[0].n,
        (error) => error.code,
      )
    const answers: unknown[] = []
    for (const value of [1, 'two', 3, 'four', 5, 6]) answers.push(await answer('SELECT $1::int AS n', value))
    for (const value of ['a', 'b\0', 'c', 'd']) answers.push(await answer('SELECT $1::text AS n', value))
    expect(answers).toEqual([1, '22P02', 3, '22P02', 5, 6, 'a', '22021', 'c', 'd'])
  })

  test('answers a ping', async () => {
    await store.ping()
  })

  if (name === 'postgresql') {
    test('a connection that is lost in the middle is a temporary fault, and the next call works', async () => {
      const connection = aConnection()
      const attempt = store.transaction(async ({ connections }) => {
        await connections.insert(connection)
        await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND state = 'idle in transaction'`)
        await connections.list()
      })
      await expect(attempt).rejects.toMatchObject({ name: 'Fault', code: 'store-unavailable', temporary: true })
      expect(await store.connections.get(connection.id)).toBeNull()
    })
  }

  test('after it was closed each call is a temporary fault', async () => {
    const { store: closing } = await open()
    await closing.close()
    await closing.close()
    const away = { name: 'Fault', code: 'store-unavailable', temporary: true }
    await expect(closing.connections.list()).rejects.toMatchObject(away)
    await expect(closing.mails.accept(aMail(null))).rejects.toMatchObject(away)
    await expect(closing.transaction(({ users }) => users.count())).rejects.toMatchObject(away)
    await expect(closing.ping()).rejects.toMatchObject(away)
  })
})

test('a server that does not listen is a temporary fault that names it', async () => {
  const opening = openStore({ url: `postgresql://127.0.0.1:1/${unique()}`, dataDir: '', log: silentLog })
  await expect(opening).rejects.toMatchObject({ code: 'store-unavailable', temporary: true })
  await expect(opening).rejects.toThrow(/127\.0\.0\.1:1/)
  await expect(opening).rejects.toBeInstanceOf(Fault)
})
