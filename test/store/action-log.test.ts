import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { Pool } from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type ActionEntry,
  CHAIN_START,
  canonicalJson,
  chainHash,
  type NewAction,
  printable,
} from '../../src/core/action-log.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { later, NOON, unique } from './samples.js'

const action = (changes: Partial<NewAction> = {}): NewAction => ({
  ...{ at: NOON, level: 'info', actor: 'system', event: 'order.placed', text: 'placed' },
  ...changes,
})

const START = { id: '0', hash: CHAIN_START }

/** The ids whose hash does not follow from the entry before, or that leave a gap. */
const broken = (entries: readonly ActionEntry[], start: { id: string; hash: string } = START): string[] =>
  entries.flatMap(({ hash, ...entry }, index) => {
    const before = entries[index - 1] ?? start
    const inPlace = Number(entry.id) === Number(before.id) + 1
    return inPlace && chainHash(before.hash, entry) === hash ? [] : [entry.id]
  })

await eachDatabase((_, open) => {
  let store: OpenedStore
  let pool: Pool
  beforeAll(async () => {
    const database = await open()
    store = database.store
    pool = database.pool
  })
  const all = () => store.actions.read(null, 100_000)
  /** What was written, as it is read back. */
  const append = async (actions: readonly NewAction[]): Promise<ActionEntry[]> => {
    const before = await store.actions.head()
    await store.actions.append(actions)
    return store.actions.read(before?.id ?? null, 100_000)
  }

  test('has no head before the first entry, and is chained from the start', async () => {
    expect(await store.actions.head()).toBeNull()
    expect(await append([])).toEqual([])
    const entries = await append([action(), action({ level: 'error', domain: 'a.de', data: { code: 1 } })])
    expect(entries.map(({ id }) => id)).toEqual(['1', '2'])
    expect(await all()).toEqual(entries)
    expect(broken(entries)).toEqual([])
    expect(await store.actions.head()).toEqual({ id: '2', hash: entries[1]?.hash })
  })

  test('goes on from entries of versions that had no salt, and finds changes in both', async () => {
    const { store: old, pool: bare } = await open()
    const said = {
      at: NOON,
      level: 'info',
      actor: 'system',
      event: 'order.placed',
      text: 'placed',
      data: { a: 1 },
    } as const
    const none = { domain: null, orderId: null, requestId: null, mailId: null }
    let hash = CHAIN_START
    for (const id of ['1', '2']) {
      const json = canonicalJson({ ...said, ...none, id })
      hash = createHash('sha256').update(`${hash}\n${json}`).digest('hex')
      await bare.query(
        `INSERT INTO actions (id, at, level, actor, event, text, data, hash) VALUES ($1, $2, 'info', $3, $4, $5, $6, $7)`,
        [id, said.at, said.actor, said.event, said.text, said.data, hash],
      )
    }
    await bare.query('UPDATE log_head SET last_id = 2, hash = $1', [hash])
    await old.actions.append([action(), action()])
    expect(await verifyLog({ store: old })).toMatchObject({ whole: true, entries: 4 })
    expect((await old.actions.read(null, 9)).map(({ salt }) => salt?.length)).toEqual([undefined, undefined, 32, 32])
    await bare.query('ALTER TABLE actions DISABLE TRIGGER actions_append_only')
    await bare.query(`UPDATE actions SET salt = 'x' WHERE id = 2`)
    expect(await verifyLog({ store: old })).toMatchObject({ whole: false, brokenAt: '2' })
    await bare.query(`UPDATE actions SET salt = NULL WHERE id IN (2, 3)`)
    expect(await verifyLog({ store: old })).toMatchObject({ whole: false, brokenAt: '3' })
  })

  test('stays whole and without gaps when five write at once', async () => {
    const writer = async (name: string) => {
      for (let count = 0; count < 8; count++)
        await store
          .transaction(async ({ actions }) => {
            await actions.append([action({ actor: name }), action({ actor: name, data: { count } })])
            if (count % 4 === 3) throw new Error('rolled back')
          })
          .catch((error) => expect(error).toHaveProperty('message', 'rolled back'))
    }
    const before = (await all()).length
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(writer))
    const entries = await all()
    expect(entries).toHaveLength(before + 5 * 6 * 2)
    expect(broken(entries)).toEqual([])
    const last = entries.at(-1)
    expect(await store.actions.head()).toEqual({ id: last?.id, hash: last?.hash })
  })

  test('text that PostgreSQL cannot keep does not break it', async () => {
    const nasty = 'a\0b\ud800c\u001b[31m\u2028\u202e\ufffe'
    const [entry, ...more] = await append([
      action({
        ...{ actor: nasty, event: nasty, text: nasty, domain: nasty, orderId: nasty, requestId: nasty, mailId: nasty },
        data: { [nasty]: [nasty, { deep: nasty, none: undefined, date: NOON }], constructor: 'x', ['__proto__']: 1 },
      }),
    ])
    expect(more).toEqual([])
    expect(entry?.text).toBe(printable(nasty))
    expect(broken(await all())).toEqual([])
  })

  test('whatever is written is read back as it was hashed', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 })
    const maybe = fc.option(text)
    const entries = fc.array(
      fc.record({
        at: fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        level: fc.constantFrom('info', 'warning', 'error'),
        ...{ actor: text, event: text, text, domain: maybe, orderId: maybe, requestId: maybe, mailId: maybe },
        data: fc.dictionary(text, fc.anything({ withDate: true, maxDepth: 2 }), { maxKeys: 4 }),
      }),
      { minLength: 1, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(entries, async (actions) => {
        const before = (await store.actions.head()) ?? START
        const written = await append(actions)
        expect(written).toHaveLength(actions.length)
        expect(written.map(({ text }) => text)).toEqual(actions.map(({ text }) => printable(text)))
        // The hash is of what was written, so it tells anything that is read back otherwise.
        expect(broken(written, before)).toEqual([])
      }),
      { numRuns: 25 },
    )
    expect(broken(await all())).toEqual([])
  })

  test('numbers keep their value', async () => {
    const data = {
      big: 1e21,
      small: 5e-324,
      most: Number.MAX_VALUE,
      zero: -0,
      third: 1 / 3,
      int: 2 ** 53,
      none: Number.NaN,
    }
    const [entry] = await append([action({ data })])
    expect(entry?.data).toEqual(JSON.parse(JSON.stringify(data)))
    expect(broken(await all())).toEqual([])
  })

  test.each(['UPDATE actions SET text = $$x$$', 'DELETE FROM actions', 'TRUNCATE actions', 'DELETE FROM log_head'])(
    'the database refuses %s',
    async (sql) => {
      const before = await all()
      await expect(pool.query(sql)).rejects.toThrow(/append-only/)
      expect(await all()).toEqual(before)
    },
  )

  describe('what somebody wrote past it', () => {
    const INSERT = `INSERT INTO actions (id, at, level, actor, event, text, data, hash)
      VALUES ($1, now(), 'info', 'system', 'order.placed', 'placed', $2, repeat('0', 64))`
    const UNPROTECTED = `ALTER TABLE actions DROP CONSTRAINT actions_id_positive, DROP CONSTRAINT actions_data_object;
      ALTER TABLE actions DISABLE TRIGGER actions_append_only`
    let unprotected: TestDatabase
    beforeAll(async () => {
      unprotected = await open()
      await unprotected.pool.query(UNPROTECTED)
    })

    test.each([
      [0, {}, 'actions_id_positive'],
      [-1, {}, 'actions_id_positive'],
      [9_999, ['x'], 'actions_data_object'],
      [9_999, null, 'actions_data_object'],
    ])('is refused with the id %j and the data %j', async (id, data, rule) => {
      await expect(pool.query(INSERT, [id, JSON.stringify(data)])).rejects.toThrow(rule)
    })

    test.each([
      ['an entry before the first', `${INSERT.replace('$1', '-1').replace('$2', "'{}'")}`],
      ['an entry with the id 0', `${INSERT.replace('$1', '0').replace('$2', "'{}'")}`],
      ['a list for data', `UPDATE actions SET data = '["x"]' WHERE id = 2`],
      ['a word for data', `UPDATE actions SET data = '"x"' WHERE id = 2`],
      ['null for data', `UPDATE actions SET data = 'null' WHERE id = 2`],
    ])('is found where the rules were taken away: %s', async (_, sql) => {
      const { store: fresh, pool: bare, empty } = unprotected
      await empty()
      await fresh.actions.append([action(), action(), action()])
      expect(await verifyLog({ store: fresh })).toMatchObject({ whole: true, entries: 3 })
      await bare.query(sql)
      expect(await verifyLog({ store: fresh })).toMatchObject({ whole: false })
    })
  })

  test('is listed newest first by each filter, and followed oldest first', async () => {
    const domain = `${unique()}.de`
    const orderId = unique()
    const [first, second, third] = (
      await append([
        action({ domain, at: later(100_000) }),
        action({ domain, level: 'warning', orderId, at: later(200_000) }),
        action({ domain, level: 'error', at: later(300_000) }),
      ])
    ).map(({ id }) => id)
    const list = async (filter: Parameters<OpenedStore['actions']['list']>[0]) =>
      (await store.actions.list({ domain, ...filter }, { limit: 10, cursor: null })).items.map(({ id }) => id)
    expect(await list({})).toEqual([third, second, first])
    expect(await list({ level: 'warning' })).toEqual([third, second])
    expect(await list({ level: 'error' })).toEqual([third])
    expect(await list({ orderId })).toEqual([second])
    expect(await list({ since: later(200_000) })).toEqual([third, second])
    expect(await list({ after: first })).toEqual([second, third])
    const following = { domain, after: '0' }
    const page = await store.actions.list(following, { limit: 2, cursor: null })
    const rest = await store.actions.list(following, { limit: 2, cursor: page.next })
    expect([...page.items, ...rest.items].map(({ id }) => id)).toEqual([first, second, third])
    const newest = await store.actions.list({ domain }, { limit: 1, cursor: null })
    const next = await store.actions.list({ domain }, { limit: 1, cursor: newest.next })
    expect(next.items.map(({ id }) => id)).toEqual([second])
    await expect(list({ after: 'x' })).rejects.toMatchObject({ code: 'invalid', problems: [{ pointer: '/after' }] })
  })

  test('is searched by who, event, time and text, where signs stand for themselves', async () => {
    const domain = `${unique()}.de`
    const [ann, percent, path] = (
      await append([
        action({ domain, actor: 'user:ann', text: 'Größe changed', at: later(100) }),
        action({ domain, event: 'order.done', text: '100% done', at: later(200) }),
        action({ domain, text: 'a\\b_c', at: later(300) }),
      ])
    ).map(({ id }) => id)
    const list = async (filter: Parameters<OpenedStore['actions']['list']>[0]) =>
      (await store.actions.list({ domain, ...filter }, { limit: 10, cursor: null })).items.map(({ id }) => id)
    expect(await list({ actor: 'user:ann' })).toEqual([ann])
    expect(await list({ event: 'order.done' })).toEqual([percent])
    expect(await list({ until: later(200) })).toEqual([percent, ann])
    expect(await list({ since: later(200), until: later(200) })).toEqual([percent])
    expect([await list({ text: 'GRÖSSE' }), await list({ text: 'größe C' })]).toEqual([[], [ann]])
    expect([await list({ text: '0%' }), await list({ text: '%a' }), await list({ text: 'a%' })]).toEqual([
      [percent],
      [],
      [],
    ])
    expect([await list({ text: 'B_C' }), await list({ text: '\\B' }), await list({ text: 'b_' })]).toEqual([
      [path],
      [path],
      [path],
    ])
    expect([await list({ text: 'a_' }), await list({ text: 'x\0' })]).toEqual([[], []])
    expect(await list({ text: 'o', event: 'order.done', level: 'warning' })).toEqual([])
  })

  test('a search looks at 50,000 entries a page, says where it goes on, and comes to the end', async () => {
    const { store: filled, pool: bare } = await open()
    await filled.actions.append([action({ text: 'the first of all' })])
    await bare.query(`INSERT INTO actions (id, at, level, actor, event, text, data, hash)
      SELECT n, now(), 'info', 'system', 'filler', 'a filler', '{}', '' FROM generate_series(2, 60000) n`)
    const look = (cursor: string | null, after?: string) =>
      filled.actions.list({ text: 'first of', after }, { limit: 10, cursor })
    const first = await look(null)
    expect([first.items, first.next]).toEqual([[], expect.any(String)])
    const second = await look(first.next)
    expect([second.items.map(({ id }) => id), second.next]).toEqual([['1'], null])
    const forward = await look(null, '1')
    expect([forward.items, (await look(forward.next, '1')).next]).toEqual([[], null])
    const full = await filled.actions.list({ event: 'filler' }, { limit: 2, cursor: null })
    expect(full.items.map(({ id }) => id)).toEqual(['60000', '59999'])
    const [next] = (await filled.actions.list({ event: 'filler' }, { limit: 2, cursor: full.next })).items
    expect(next?.id).toBe('59998')
  })

  test('remembers the newest verification', async () => {
    expect(await store.verifications.last()).toBeNull()
    const whole = { at: later(10), by: 'user:ann', entries: 7, broken: null }
    const broken = { at: later(20), by: 'cli', entries: 3, broken: { at: '4', reason: 'the entry is missing' } }
    await store.verifications.save(whole)
    expect(await store.verifications.last()).toEqual(whole)
    await store.verifications.save(broken)
    await store.verifications.save(whole)
    expect(await store.verifications.last()).toEqual(broken)
  })
})
