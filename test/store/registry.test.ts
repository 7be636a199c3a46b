import type { Pool } from 'pg'
import { v7 as newId } from 'uuid'
import { beforeAll, describe, expect, test } from 'vitest'
import { toConnection } from '../../src/store/connections.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase } from '../helpers/database.js'
import { aUser } from '../helpers/records.js'
import { aConnection, aDomain, anOrder, aPeopleConnection, later, NOON, ruleOf, unique } from './samples.js'

await eachDatabase((name, open) => {
  let store: OpenedStore
  let pool: Pool
  beforeAll(async () => {
    const database = await open()
    store = database.store
    pool = database.pool
  })

  test('connections come back as they went in, dates included', async () => {
    const connection = aConnection({ tlds: [unique()], agreement: { text: 'Ä', file: null } })
    await store.connections.insert(connection)
    expect(await store.connections.get(connection.id)).toEqual(connection)
    expect(await store.connections.list()).toContainEqual(connection)
    expect(await store.connections.get('none')).toBeNull()
  })

  test('a TLD belongs to one connection, a title to one that is not removed', async () => {
    const first = aConnection({ tlds: [unique(), unique()] })
    await store.connections.insert(first)
    expect(await ruleOf(store.connections.insert(aConnection({ tlds: first.tlds.slice(1) })))).toBe('tld')
    expect(await ruleOf(store.connections.insert(aConnection({ title: first.title })))).toBe('connection-title')
    expect(await store.connections.list()).toHaveLength((await store.connections.list()).length)
    await store.connections.remove(first.id, NOON)
    expect(await store.connections.get(first.id)).toBeNull()
    const next = aConnection({ title: first.title, tlds: first.tlds })
    await store.connections.insert(next)
    expect((await store.connections.list()).map(({ id }) => id)).not.toContain(first.id)
    expect(await store.connections.get(next.id)).toEqual(next)
  })

  test('a reply address belongs to one connection that is not removed, however it is written', async () => {
    const first = aConnection()
    const shouted = { ...first.registry, replyTo: first.registry.replyTo.toUpperCase() }
    await store.connections.insert(first)
    expect(await ruleOf(store.connections.insert(aConnection({ registry: first.registry })))).toBe('reply-address')
    expect(await ruleOf(store.connections.insert(aConnection({ registry: shouted })))).toBe('reply-address')
    await store.connections.remove(first.id, NOON)
    const next = aConnection({ registry: shouted })
    await store.connections.insert(next)
    expect(await store.connections.get(next.id)).toEqual(next)
  })

  test('of many that add the same reply address at once, one does', async () => {
    const { registry } = aConnection()
    const added = Array.from({ length: 8 }, () => ruleOf(store.connections.insert(aConnection({ registry }))))
    expect((await Promise.all(added)).toSorted()).toEqual(['nothing', ...Array(7).fill('reply-address')])
  })

  test('rows of a version that had mails alone are read as such', () => {
    const { channel, mx, dkim, ...config } = aConnection()
    const written = JSON.parse(JSON.stringify(config))
    expect(toConnection({ config: written, createdAt: NOON })).toEqual({ ...config, channel, mx: null, dkim: null })
  })

  test('those whose requests are no mails have no reply address, however many they are', async () => {
    const [one, two] = [aPeopleConnection(), aPeopleConnection()]
    await store.connections.insert(one)
    await store.connections.insert(two)
    expect(await store.connections.get(one.id)).toEqual(one)
    expect(await store.connections.list()).toEqual(expect.arrayContaining([one, two]))
    const changed = { ...two, replyTimeout: 1_000 }
    await store.connections.update(changed, NOON)
    expect(await store.connections.get(two.id)).toEqual(changed)
  })

  describe('while a connection is removed', () => {
    const added = async () => {
      const connection = aConnection()
      await store.connections.insert(connection)
      return connection
    }
    /** Embedded, there is one connection: the second transaction begins after the first. */
    const waits = async () => {
      const blocked = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      if (name === 'postgresql') await expect.poll(async () => (await pool.query(blocked)).rowCount).toBe(1)
    }

    test('it is held and locked only as long as it is there', async () => {
      const connection = await added()
      expect(await store.connections.hold(connection.id)).toEqual(connection)
      expect(await store.connections.lock(connection.id)).toEqual(connection)
      await store.connections.remove(connection.id, NOON)
      expect([await store.connections.hold(connection.id), await store.connections.hold('none')]).toEqual([null, null])
      expect([await store.connections.lock(connection.id), await store.connections.lock('none')]).toEqual([null, null])
    })

    test('an order that comes first is seen by the removal', async () => {
      const { id } = await added()
      const { removal } = await store.transaction(async ({ connections, orders }) => {
        expect(await connections.hold(id)).toMatchObject({ id })
        const removal = store.transaction(async (tables) => {
          await tables.connections.lock(id)
          return tables.connections.inUse(id)
        })
        await waits()
        await orders.insert(anOrder(id), 'h')
        return { removal }
      })
      expect(await removal).toEqual({ openOrders: 1, domains: 0, liveDomains: 0 })
    })

    test('an order that comes second sees the removal', async () => {
      const { id } = await added()
      const { held } = await store.transaction(async ({ connections }) => {
        expect(await connections.lock(id)).not.toBeNull()
        const held = store.transaction((tables) => tables.connections.hold(id))
        await waits()
        await connections.remove(id, NOON)
        return { held }
      })
      expect(await held).toBeNull()
    })

    test('a removal without a lock waits for who holds it', async () => {
      const { id } = await added()
      const { removal } = await store.transaction(async ({ connections }) => {
        await connections.hold(id)
        const removal = store.connections.remove(id, NOON)
        await waits()
        expect(await connections.get(id)).not.toBeNull()
        return { removal }
      })
      await removal
      expect(await store.connections.get(id)).toBeNull()
    })

    test('orders that come together do not wait for each other', async () => {
      const { id } = await added()
      await store.transaction(async ({ connections }) => {
        await connections.hold(id)
        if (name === 'postgresql')
          expect(await store.transaction((tables) => tables.connections.hold(id))).toMatchObject({ id })
      })
    })
  })

  test('a refused connection leaves nothing behind', async () => {
    const taken = aConnection({ tlds: [unique()] })
    await store.connections.insert(taken)
    const refused = aConnection({ tlds: [unique(), ...taken.tlds] })
    await ruleOf(store.connections.insert(refused))
    expect(await store.connections.get(refused.id)).toBeNull()
    await store.connections.insert(aConnection({ title: refused.title, tlds: refused.tlds.slice(0, 1) }))
  })

  test('what a connection is used for is counted', async () => {
    const { id } = aConnection()
    await store.connections.insert(aConnection({ id }))
    expect(await store.connections.inUse(id)).toEqual({ openOrders: 0, domains: 0, liveDomains: 0 })
    for (const status of ['queued', 'uncertain', 'done'] as const)
      await store.orders.insert(anOrder(id, { status }), 'h')
    for (const state of ['registered', 'closed', 'gone', 'failed'] as const)
      await store.domains.save(aDomain(id, { state }))
    expect(await store.connections.inUse(id)).toEqual({ openOrders: 2, domains: 2, liveDomains: 2 })
  })

  test('events are listed in order, by order and by type; a key is used once', async () => {
    const orderId = newId()
    const once = `${orderId}:charge`
    const charge = {
      type: 'billing.charge',
      at: NOON,
      subject: 'a.de',
      data: { orderId, amount: '9.90' },
      once,
    } as const
    const filed = { type: 'order.filed', at: later(1), subject: 'a.de', data: { orderId, nul: 'a\0' } } as const
    await store.events.append([filed, charge, { ...filed, data: {} }])
    await store.events.append([])
    const listed = await store.events.list({ orderId })
    expect(listed.map(({ id: _id, ...event }) => event)).toEqual([
      { ...filed, data: { orderId, nul: 'a\ufffd' } },
      charge,
    ])
    expect(await store.events.list({ orderId, type: 'billing.charge' })).toMatchObject([charge])
    expect(await ruleOf(store.events.append([filed, charge]))).toBe('event-once')
    expect(await store.events.list({ orderId })).toHaveLength(2)
  })

  test('users, sessions and tokens', async () => {
    const { store: fresh } = await open()
    const user = aUser({ id: newId(), name: 'müller', role: 'operator', recovery: ['a', 'b'], createdAt: NOON })
    expect(await fresh.users.count()).toBe(0)
    await fresh.users.insert(user)
    expect(await fresh.users.count()).toBe(1)
    expect(await fresh.users.findByName('müller')).toEqual(user)
    expect(await fresh.users.findByName('m\0')).toBeNull()
    expect([await fresh.users.get(user.id), await fresh.users.get('x')]).toEqual([user, null])
    expect(await ruleOf(fresh.users.insert({ ...user, id: newId() }))).toBe('user-name')

    const session = {
      ...{ tokenHash: unique(), userId: user.id, createdAt: NOON, expiresAt: later(10), awaitsCode: false },
      via: 'issuer-mfa' as const,
    }
    await fresh.sessions.insert(session)
    expect(await fresh.sessions.find(session.tokenHash, later(9))).toEqual(session)
    expect(await fresh.sessions.find(session.tokenHash, later(10))).toBeNull()
    await fresh.sessions.prolong(session.tokenHash, later(20))
    await fresh.sessions.prolong('of nobody', later(20))
    expect(await fresh.sessions.find(session.tokenHash, later(10))).toEqual({ ...session, expiresAt: later(20) })
    const notice = { path: '/pending', tone: 'good' as const, text: 'Done.\u0000', lines: ['one'] }
    const told = { ...notice, text: 'Done.\ufffd' }
    await fresh.sessions.leaveNotice(session.tokenHash, { ...notice, text: 'an older one' })
    await fresh.sessions.leaveNotice(session.tokenHash, notice)
    expect(await fresh.sessions.takeNotice(session.tokenHash, '/')).toBeNull()
    const [first, second] = await Promise.all(
      [1, 2].map(() => fresh.sessions.takeNotice(session.tokenHash, '/pending')),
    )
    expect([first, second].filter((one) => one !== null)).toEqual([told])
    const ended = { ...session, tokenHash: unique() }
    await fresh.sessions.insert(ended)
    await fresh.sessions.removeExpired(ended.expiresAt)
    expect(await fresh.sessions.find(ended.tokenHash, NOON)).toBeNull()
    expect(await fresh.sessions.find(session.tokenHash, NOON)).not.toBeNull()
    const waiting = { ...session, tokenHash: unique(), awaitsCode: true }
    await fresh.sessions.insert(waiting)
    expect(await fresh.sessions.countByUser(NOON)).toEqual(new Map([[user.id, 1]]))
    expect(await fresh.sessions.removeOf(user.id, session.tokenHash)).toBe(1)
    await fresh.sessions.remove(session.tokenHash)
    await fresh.sessions.remove(session.tokenHash)
    expect(await fresh.sessions.find(session.tokenHash, NOON)).toBeNull()

    const known = { ...user, id: newId(), name: 'known', oidcIssuer: 'https://login.example', oidcSubject: 'anna' }
    await fresh.users.insert(known)
    const holdIdentity = (issuer: string, subject: string) =>
      fresh.transaction((tables) => tables.users.lockIdentity(issuer, subject))
    expect(await holdIdentity('https://login.example', 'anna')).toEqual(known)
    expect(await holdIdentity('https://other.example', 'anna')).toBeNull()
    expect(await ruleOf(fresh.users.insert({ ...known, id: newId(), name: 'double' }))).toBe('user-identity')

    const attempt = { tokenHash: unique(), next: '/domains', expiresAt: later(10) }
    await fresh.attempts.insert(attempt)
    await fresh.attempts.insert({ ...attempt, tokenHash: 'old', expiresAt: later(1) })
    expect(await fresh.attempts.take('old', later(1))).toBeNull()
    await fresh.attempts.removeExpired(later(5))
    expect(await fresh.attempts.take('old', NOON)).toBeNull()
    const takers = [1, 2].map(() => fresh.attempts.take(attempt.tokenHash, later(9)))
    expect((await Promise.all(takers)).sort()).toEqual(['/domains', null])

    const token = {
      id: newId(),
      name: 'shop',
      tokenHash: unique(),
      scope: 'billing',
      accountId: 'a',
      createdAt: NOON,
      ...{ ownerId: user.id, ownerName: user.name, personal: true },
      usedAt: null,
    } as const
    await fresh.tokens.insert(token)
    expect(await fresh.tokens.findByHash(token.tokenHash)).toEqual(token)
    expect(await fresh.tokens.findByHash('none')).toBeNull()
    expect(await ruleOf(fresh.tokens.insert({ ...token, id: newId(), tokenHash: unique() }))).toBe('token-name')
    await fresh.tokens.noteUse(token.id, later(1))
    expect(await fresh.tokens.list()).toEqual([{ ...token, usedAt: later(1) }])
    expect(await fresh.tokens.remove('shop')).toEqual({ ...token, usedAt: later(1) })
    expect([await fresh.tokens.remove('shop'), await fresh.tokens.list()]).toEqual([null, []])
  })

  test('what a user is changes as a whole, and codes are taken once', async () => {
    const { store: fresh } = await open()
    const user = aUser({ id: newId(), recovery: ['a', 'b'] })
    const other = aUser({ id: newId(), name: 'other', disabledAt: NOON })
    for (const one of [user, other]) await fresh.users.insert(one)
    expect(await fresh.users.list()).toEqual([other, user])
    expect(await fresh.transaction(({ users }) => users.lockAdmins())).toEqual([user.id])
    const changed = {
      ...user,
      role: 'viewer' as const,
      linkHash: 'h',
      linkUntil: later(10),
      totpSecret: 'S',
      totpSince: NOON,
    }
    await fresh.transaction(async ({ users }) => {
      expect(await users.lock('root')).toEqual(user)
      await users.update(changed)
    })
    expect(await fresh.users.get(user.id)).toEqual(changed)
    expect([await fresh.users.findByLink('h', later(9)), await fresh.users.findByLink('h', later(10))]).toEqual([
      changed,
      null,
    ])
    const steps = await Promise.all([7, 7].map((step) => fresh.users.takeStep(user.id, step)))
    expect(steps.sort()).toEqual([false, true])
    expect([await fresh.users.takeStep(user.id, 6), await fresh.users.takeStep(user.id, 8)]).toEqual([false, true])
    const left = await Promise.all(['a', 'a'].map((hash) => fresh.users.takeRecovery(user.id, hash)))
    expect(left.filter((one) => one !== null)).toEqual([1])
    expect([await fresh.users.takeRecovery(user.id, 'c'), await fresh.users.takeRecovery(user.id, 'b')]).toEqual([
      null,
      0,
    ])
  })
})
