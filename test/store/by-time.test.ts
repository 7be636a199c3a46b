import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { REQUEST_STATES } from '../../src/core/request.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { aRequest, later, NOON, placed } from './samples.js'

await eachDatabase((_, open) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await open()
  })
  beforeEach(() => database.empty())

  describe('requests that wait', () => {
    test.each(REQUEST_STATES)('one that is %s is looked at where it waits for a reply', async (state) => {
      const { request } = await placed(database.store, { request: { state, checkAt: NOON } })
      const due = state === 'sent' || state === 'acknowledged' || state === 'uncertain'
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
})
