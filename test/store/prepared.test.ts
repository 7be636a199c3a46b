import type { Pool } from 'pg'
import { beforeAll, expect, test } from 'vitest'
import type { Tables } from '../../src/ports.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase } from '../helpers/database.js'
import { aDomain, NOON, placed } from './samples.js'

await eachDatabase((name, open) => {
  let store: OpenedStore
  let pool: Pool
  let ids: { order: string; request: string }
  beforeAll(async () => {
    const database = await open()
    store = database.store
    pool = database.pool
    const { connection, order, request } = await placed(store)
    await store.domains.save(aDomain(connection.id, { name: order.terms.domain }))
    ids = { order: order.id, request: request.id }
    await usual()
  })

  /** Reads, claims and writes, alone and in a transaction. */
  const usual = async (): Promise<void> => {
    expect(await store.orders.get(ids.order)).not.toBeNull()
    const claim = await store.requests.claim(ids.request, { owner: 'a', now: NOON, leaseMs: 1_000 })
    expect(claim).not.toBeNull()
    if (claim !== null) expect(await store.requests.release(ids.request, claim.lease)).toBe(true)
    await store.together(change)
    await Promise.all([store.together(change), store.together(change)])
  }

  const change = async (tables: Tables): Promise<void> => {
    const found = await tables.subjects.lock(ids.request)
    if (found === null) throw new Error('it is gone')
    await tables.subjects.save(found.subject)
    await tables.orders.update(found.subject.order)
  }

  /** On every connection that the pool has. */
  const onEach = async (sql: string): Promise<void> => {
    const connections = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()))
    for (const connection of connections) await connection.query(sql)
    for (const connection of connections) connection.release()
  }

  test.each([
    ['gets a column', 'ALTER TABLE requests ADD COLUMN more text'],
    ['has a column of another type', 'ALTER TABLE orders ALTER COLUMN reason TYPE varchar(300)'],
    ['has another column of another type', 'ALTER TABLE requests ALTER COLUMN answer TYPE varchar(300)'],
  ])('goes on with a table that %s', async (_, sql) => {
    await pool.query(sql)
    await usual()
    await usual()
  })

  test('goes on where the server has forgotten what was prepared', async () => {
    await onEach('DISCARD ALL')
    await usual()
    await usual()
  })

  test(`tells a plain transaction that it may try again (${name})`, async () => {
    await store.transaction(change)
    await onEach('DISCARD ALL')
    await expect(store.transaction(change)).rejects.toMatchObject({ code: 'store-unavailable', temporary: true })
    await expect
      .poll(
        () =>
          store.transaction(change).then(
            () => 'done',
            () => 'not yet',
          ),
        { timeout: 20_000 },
      )
      .toBe('done')
  })
})
