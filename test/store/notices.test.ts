import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { NewNotice } from '../../src/core/notice.js'
import type { AfterTry } from '../../src/core/notice-sending.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { later, NOON } from './samples.js'

const aNotice = (change: Partial<NewNotice> = {}): NewNotice => ({
  kind: 'status-change',
  at: NOON,
  to: { kind: 'account', address: 'owner@example.net' },
  values: { domain: 'example.de', lines: ['ü', '<b>'], empty: null },
  domain: 'example.de',
  orderId: 'order-1',
  once: null,
  ...change,
})

const SENT: AfterTry = { state: 'sent', attempts: 1, dueAt: null, answer: '250 ok', sentAt: later(1) }
const AGAIN: AfterTry = { state: 'waiting', attempts: 1, dueAt: later(60_000), answer: '451 later', sentAt: null }
const GIVEN_UP: AfterTry = { state: 'failed', attempts: 2, dueAt: null, answer: '550 no', sentAt: null }
const RECORDED: AfterTry = { state: 'recorded', attempts: 0, dueAt: null, answer: 'no relay', sentAt: null }
const PAGE = { limit: 200, cursor: null }

await eachDatabase((_, open) => {
  let database: TestDatabase
  let store: OpenedStore
  beforeAll(async () => {
    database = await open()
    store = database.store
  })
  beforeEach(() => database.empty())

  const tell = (...notices: NewNotice[]) => store.transaction((tables) => tables.notices.insert(notices))
  const all = async () => (await store.notices.list({}, PAGE)).items
  const claim = (id = '', now = NOON, owner = 'a') => store.notices.claim(id, { owner, now, leaseMs: 1_000 })
  const claimed = async (id = '', now = NOON) => {
    const one = await claim(id, now)
    if (one === null) throw new Error('it could not be claimed')
    return one
  }
  const onlyOne = async (change: Partial<NewNotice> = {}) => {
    await tell(aNotice(change))
    const [notice] = await all()
    if (notice === undefined) throw new Error('nothing was written')
    return notice
  }

  describe('a notice', () => {
    test('comes back as it went in, and waits to be sent at once', async () => {
      const waiting = { state: 'waiting', attempts: 0, since: NOON, dueAt: NOON, answer: null, sentAt: null }
      await tell(aNotice(), aNotice({ kind: 'digest', to: { kind: 'admin' }, domain: null, orderId: null, once: 'k' }))
      const [digest, change] = await all()
      expect(change).toEqual({ ...aNotice(), ...waiting, id: change?.id })
      expect(digest).toMatchObject({ kind: 'digest', to: { kind: 'admin' }, domain: null, orderId: null, once: 'k' })
      expect(await store.notices.get(change?.id ?? '')).toEqual(change)
      expect(await store.notices.get('x')).toBeNull()
    })

    test('is gone with the transaction that fails, and seen within the one that writes it', async () => {
      const failing = store.transaction(async ({ notices }) => {
        await notices.insert([aNotice()])
        expect((await notices.list({}, PAGE)).items).toHaveLength(1)
        throw new Error('after it')
      })
      await expect(failing).rejects.toThrow('after it')
      expect(await all()).toEqual([])
    })

    test('with a key is written once, however many transactions write it', async () => {
      const keys = ['b', 'a', 'c']
      const rivals = Array.from({ length: 12 }, (_, n) =>
        store.together((tables) => tables.notices.insert(keys.map((once) => aNotice({ once, at: later(n) })))),
      )
      await Promise.all([...rivals, tell(aNotice({ once: 'a' }), aNotice({ once: 'a' }))])
      expect((await all()).map(({ once }) => once).sort()).toEqual(['a', 'b', 'c'])
      await tell(aNotice(), aNotice())
      expect(await all()).toHaveLength(5)
    })

    test('is claimed by one of many, and again when the lease has run out', async () => {
      const { id } = await onlyOne()
      expect(await store.notices.due(later(-1), 10)).toEqual([])
      expect(await store.notices.due(NOON, 10)).toEqual([id])
      const claims = await Promise.all(Array.from({ length: 12 }, (_, n) => claim(id, NOON, `owner-${n}`)))
      expect(claims.filter((one) => one !== null)).toHaveLength(1)
      expect(await store.notices.due(NOON, 10)).toEqual([])
      const second = await claimed(id, later(1_001))
      const [first] = claims.filter((one) => one !== null)
      if (first === undefined) throw new Error('nobody had it')
      expect(await store.notices.settle(id, first.lease, SENT)).toBe(false)
      expect(await store.notices.settle(id, second.lease, SENT)).toBe(true)
      expect(await store.notices.get(id)).toMatchObject(SENT)
      expect(await claim(id, later(5_000))).toBeNull()
      expect(await claim('x')).toBeNull()
    })

    test('that was put off is due then', async () => {
      const { id } = await onlyOne()
      const { lease } = await claimed(id)
      expect(await store.notices.settle(id, lease, AGAIN)).toBe(true)
      expect(await store.notices.due(later(59_999), 10)).toEqual([])
      expect(await store.notices.due(later(60_000), 10)).toEqual([id])
    })

    test.each([
      ['failed', GIVEN_UP],
      ['recorded', RECORDED],
      ['waiting', AGAIN],
    ])('that is %s is sent again by hand, with all its tries before it', async (_, after) => {
      const { id } = await onlyOne()
      await store.notices.settle(id, (await claimed(id)).lease, after)
      expect(await store.notices.sendAgain(id, later(2))).toBe(true)
      expect(await store.notices.get(id)).toMatchObject({
        state: 'waiting',
        attempts: 0,
        since: later(2),
        dueAt: later(2),
      })
    })

    test('that was sent, or is being sent, is not sent again by hand', async () => {
      const { id } = await onlyOne()
      const { lease } = await claimed(id)
      expect(await store.notices.sendAgain(id, later(2))).toBe(false)
      await store.notices.settle(id, lease, SENT)
      expect(await store.notices.sendAgain(id, later(2))).toBe(false)
      expect(await store.notices.sendAgain('x', NOON)).toBe(false)
    })
  })

  test('notices are listed newest first, by state and kind, page by page, and counted', async () => {
    for (const kind of ['digest', 'alarm', 'digest', 'ticket'] as const) await tell(aNotice({ kind }))
    const [ticket, digest] = await all()
    await store.notices.settle(ticket?.id ?? '', (await claimed(ticket?.id)).lease, GIVEN_UP)
    expect(await store.notices.unsent()).toEqual({ waiting: 3, failed: 1 })
    expect((await store.notices.list({ state: 'failed' }, PAGE)).items.map(({ id }) => id)).toEqual([ticket?.id])
    const first = await store.notices.list({ kind: 'digest' }, { limit: 1, cursor: null })
    expect(first.items.map(({ id }) => id)).toEqual([digest?.id])
    const second = await store.notices.list({ kind: 'digest' }, { limit: 1, cursor: first.next })
    expect(second).toMatchObject({ items: [{ kind: 'digest' }], next: null })
    await expect(store.notices.list({}, { limit: 1, cursor: 'x' })).rejects.toThrow(/cursor/)
  })

  test('old notices are dropped but for those that wait or failed', async () => {
    for (const after of [SENT, RECORDED, GIVEN_UP, null]) {
      const { id } = await onlyOne()
      if (after !== null) await store.notices.settle(id, (await claimed(id)).lease, after)
    }
    await tell(aNotice({ at: later(10) }))
    expect(await store.notices.drop(NOON, 10)).toBe(0)
    expect(await store.notices.drop(later(1), 1)).toBe(1)
    expect(await store.notices.drop(later(1), 10)).toBe(1)
    expect((await all()).map(({ state }) => state)).toEqual(['waiting', 'waiting', 'failed'])
  })

  test('an account is quiet from when it was made so until it is not any more', async () => {
    const { quietAccounts } = store
    expect(await quietAccounts.since('cust-7')).toBeNull()
    expect(await quietAccounts.add('cust-7', NOON)).toBe(true)
    expect(await quietAccounts.add('cust-7', later(1))).toBe(false)
    expect(await quietAccounts.since('cust-7')).toEqual(NOON)
    expect(await quietAccounts.since('cust-8')).toBeNull()
    expect(await quietAccounts.remove('cust-7')).toBe(true)
    expect(await quietAccounts.remove('cust-7')).toBe(false)
  })
})
