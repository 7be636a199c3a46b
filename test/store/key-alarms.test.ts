import { beforeAll, describe, expect, test } from 'vitest'
import { KEY_ALARMS } from '../../src/core/key-alarm.js'
import type { GivenAlarm } from '../../src/ports.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase } from '../helpers/database.js'
import { aConnection, later, NOON } from './samples.js'

await eachDatabase((_, open) => {
  let store: OpenedStore
  beforeAll(async () => {
    store = (await open()).store
  })

  const inserted = async () => {
    const connection = aConnection()
    await store.connections.insert(connection)
    return connection.id
  }
  const anAlarm = (connectionId: string, change: Partial<GivenAlarm> = {}): GivenAlarm => ({
    ...{ connectionId, file: 'ours.asc', alarm: '60', about: 'AAAA 2026-05-01', at: NOON },
    ...change,
  })

  describe('alarms about keys', () => {
    test('are given once for each connection, file, alarm and state', async () => {
      const [id, other] = [await inserted(), await inserted()]
      expect(await store.keyAlarms.insert(anAlarm(id))).toBe(true)
      expect(await store.keyAlarms.insert(anAlarm(id, { at: later(1) }))).toBe(false)
      const others = [
        anAlarm(other),
        anAlarm(id, { file: 'older.asc' }),
        anAlarm(id, { alarm: '30' }),
        anAlarm(id, { about: 'AAAA 2027-05-01' }),
      ]
      for (const alarm of others) expect(await store.keyAlarms.insert(alarm)).toBe(true)
      expect(await store.keyAlarms.list(other)).toEqual([anAlarm(other)])
      expect(await store.keyAlarms.list(id)).toHaveLength(4)
    })

    test('come back as they went in, and one that is removed can be given again', async () => {
      const id = await inserted()
      const alarms = [...KEY_ALARMS, 'unusable' as const].map((alarm, index) =>
        anAlarm(id, { alarm, at: later(index) }),
      )
      for (const alarm of alarms) await store.keyAlarms.insert(alarm)
      expect(await store.keyAlarms.list(id)).toEqual(alarms)
      for (const alarm of alarms.slice(1)) await store.keyAlarms.remove(alarm)
      expect(await store.keyAlarms.list(id)).toEqual(alarms.slice(0, 1))
      for (const alarm of alarms.slice(1)) expect(await store.keyAlarms.insert(alarm)).toBe(true)
    })

    test('of 20 that give one at once, one does', async () => {
      const id = await inserted()
      const given = await Promise.all(Array.from({ length: 20 }, () => store.keyAlarms.insert(anAlarm(id))))
      expect(given.filter(Boolean)).toHaveLength(1)
    })

    test('go with their transaction', async () => {
      const id = await inserted()
      const failing = store.transaction(async (tables) => {
        await tables.keyAlarms.insert(anAlarm(id))
        throw new Error('the rest failed')
      })
      await expect(failing).rejects.toThrow('the rest failed')
      expect(await store.keyAlarms.list(id)).toEqual([])
    })
  })

  describe('the look at the keys of a connection', () => {
    const claim = (id: string, now: Date) => store.connections.claimKeys(id, { now, next: later(10_000) })

    test('is due from when it was added', async () => {
      const id = await inserted()
      expect(await store.connections.keysDue(later(-1), 1_000)).not.toContain(id)
      expect(await claim(id, later(-1))).toBe(false)
      expect(await store.connections.keysDue(NOON, 1_000)).toContain(id)
      expect(await claim(id, NOON)).toBe(true)
    })

    test('is then due at the next time, and not before', async () => {
      const id = await inserted()
      await claim(id, NOON)
      expect(await store.connections.keysDue(later(9_999), 1_000)).not.toContain(id)
      expect(await claim(id, later(9_999))).toBe(false)
      expect(await store.connections.keysDue(later(10_000), 1_000)).toContain(id)
    })

    test('of 20 that claim one at once, one gets it', async () => {
      const id = await inserted()
      const won = await Promise.all(Array.from({ length: 20 }, () => claim(id, NOON)))
      expect(won.filter(Boolean)).toHaveLength(1)
    })

    test('is not due for a connection that was removed, or never was', async () => {
      const id = await inserted()
      await store.connections.remove(id, NOON)
      expect(await store.connections.keysDue(NOON, 1_000)).not.toContain(id)
      expect([await claim(id, NOON), await claim('nobody', NOON)]).toEqual([false, false])
    })

    test('longest due first, and no more than were asked for', async () => {
      const [first, second] = [await inserted(), await inserted()]
      await store.connections.claimKeys(second, { now: NOON, next: later(-20_000) })
      await store.connections.claimKeys(first, { now: NOON, next: later(-10_000) })
      expect(await store.connections.keysDue(later(-10_000), 2)).toEqual([second, first])
      expect(await store.connections.keysDue(later(-10_000), 1)).toEqual([second])
    })
  })
})
