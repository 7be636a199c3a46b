import type { Pool } from 'pg'
import { beforeAll, expect, test } from 'vitest'
import type { NewAction } from '../../src/core/action-log.js'
import { Fault, Refusal } from '../../src/core/errors.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import type { Store, Tables } from '../../src/ports.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase } from '../helpers/database.js'
import { aConnection, aDomain, aMail, anOrder, NOON, placed, ruleOf, unique } from './samples.js'

const entry = (text: string): NewAction => ({ at: NOON, level: 'info', actor: 'system', event: 'test', text })

/** So many works that come at the same moment. */
const allAtOnce = <T>(
  store: Store,
  count: number,
  work: (tables: Tables, index: number) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> =>
  Promise.allSettled(Array.from({ length: count }, (_, index) => store.together((tables) => work(tables, index))))

const kept = (results: PromiseSettledResult<unknown>[]): number[] =>
  results.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []))

await eachDatabase((name, open) => {
  let store: OpenedStore
  let pool: Pool
  beforeAll(async () => {
    const database = await open()
    store = database.store
    pool = database.pool
  })

  /** The statements that go to the database meanwhile. */
  const statements = async (work: () => Promise<unknown>): Promise<string[]> => {
    const seen: string[] = []
    const connection = await pool.connect()
    const prototype = Object.getPrototypeOf(connection)
    connection.release()
    const { query } = prototype
    prototype.query = function (asked: string | { text: string }, ...rest: unknown[]) {
      seen.push(typeof asked === 'string' ? asked : asked.text)
      return query.call(this, asked, ...rest)
    }
    try {
      await work()
    } finally {
      prototype.query = query
    }
    return seen
  }

  /** An order with its request and its domain. */
  const filed = async () => {
    const { connection, order, request } = await placed(store)
    const domain = aDomain(connection.id, { name: order.terms.domain, unicodeName: order.terms.unicodeName })
    await store.domains.save(domain)
    return { order, request, domain }
  }

  const texts = async (): Promise<string[]> => (await store.actions.read(null, 100_000)).map(({ text }) => text)

  test('works of one moment share their statements and one commit, and each gets its own', async () => {
    const subjects = await Promise.all(Array.from({ length: 12 }, filed))
    let found: unknown[] = []
    const seen = await statements(async () => {
      const results = await allAtOnce(store, 12, async (tables, index) => {
        const { order, request } = subjects[index] ?? {}
        const loaded = await tables.subjects.lock(request?.id ?? '')
        if (loaded === null || order === undefined) throw new Error('it is gone')
        const changed = { ...loaded.subject, order: { ...order, reason: `reason ${index}` } }
        await tables.subjects.save(changed)
        await tables.actions.append([entry(`shared ${index}`)])
        return changed
      })
      found = results.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))
    })
    expect(seen.filter((sql) => sql === 'COMMIT')).toHaveLength(1)
    expect(seen.length).toBeLessThan(12)
    for (const [index, { request }] of subjects.entries())
      expect((await store.subjects.get(request.id))?.subject).toEqual(found[index])
    expect(await texts()).toEqual(expect.arrayContaining(Array.from({ length: 12 }, (_, index) => `shared ${index}`)))
    expect(await verifyLog({ store })).toMatchObject({ whole: true })
  })

  test('works about the same domain come one after another, and see what those before them wrote', async () => {
    const { request, domain } = await filed()
    const count = async (tables: Tables): Promise<void> => {
      const loaded = await tables.subjects.lock(request.id)
      if (loaded === null) throw new Error('it is gone')
      const { subject } = loaded
      await tables.connections.get('somebody else may come meanwhile')
      const attempts = subject.request.attempts + 1
      await tables.subjects.save({ ...subject, request: { ...subject.request, attempts } })
    }
    const byName = async (tables: Tables): Promise<void> => {
      await tables.domains.lock(domain.name)
      await count(tables)
    }
    const byReference = async (tables: Tables): Promise<void> => {
      const { connectionId, reference } = request
      await tables.domains.lockMentioned({ connectionId, names: [], references: [reference], tickets: [] })
      await count(tables)
    }
    const late = async (tables: Tables): Promise<void> => {
      await tables.domains.get(domain.name)
      await count(tables)
    }
    const ways = [count, byName, byReference, late]
    const seen = await statements(() => allAtOnce(store, 20, (tables, index) => (ways[index % 4] ?? count)(tables)))
    expect(seen).not.toContain('ROLLBACK')
    expect(seen.filter((sql) => sql === 'COMMIT')).toHaveLength(1)
    expect((await store.requests.get(request.id))?.attempts).toBe(request.attempts + 20)
  })

  test('a name that has no row yet is held by one at a time', async () => {
    const domain = `${unique()}.de`
    const connection = aConnection()
    await store.connections.insert(connection)
    let within = 0
    let most = 0
    await allAtOnce(store, 6, async (tables) => {
      await tables.domains.lock(domain)
      within += 1
      most = Math.max(most, within)
      await tables.domains.get(domain)
      await tables.orders.findOpen(domain)
      within -= 1
    })
    expect(most).toBe(1)
  })

  test('those who count take turns', async () => {
    const { id } = aConnection()
    let within = 0
    let most = 0
    await allAtOnce(store, 6, async (tables) => {
      await tables.connections.takeTurn(id)
      within += 1
      most = Math.max(most, within)
      await tables.requests.handedOver(id, NOON)
      within -= 1
    })
    expect(most).toBe(1)
  })

  test('works that come to wait for each other are done one after the other', async () => {
    const names = [(await filed()).domain.name, (await filed()).domain.name]
    const results = await allAtOnce(store, 2, async (tables, index) => {
      for (const name of index === 0 ? names : names.toReversed()) {
        await tables.domains.lock(name)
        await tables.domains.get('somebody else may come meanwhile')
      }
      await tables.actions.append([entry(`crosswise ${names[index]}`)])
    })
    expect(kept(results)).toEqual([0, 1])
    expect(await texts()).toEqual(expect.arrayContaining(names.map((name) => `crosswise ${name}`)))
  })

  test('what a work left behind when it ended keeps no other from its locks', async () => {
    const [held, wanted] = [(await filed()).domain.name, (await filed()).domain.name]
    let left: Promise<unknown> = Promise.resolve()
    const results = await allAtOnce(store, 3, async (tables, index) => {
      await tables.domains.lock(index === 0 ? held : wanted)
      if (index === 0) left = tables.domains.lock(wanted).catch((error: unknown) => error)
      await tables.domains.get('somebody else may come meanwhile')
      if (index === 0) throw new Error('changed my mind')
      await tables.domains.get('and once more')
    })
    expect(kept(results)).toEqual([1, 2])
    expect(await left).toMatchObject({ message: expect.stringMatching(/has ended/) })
  })

  test('a fault of one, though it may pass, is told to that one alone', async () => {
    const fault = new Fault('reader-closed', 'try again later', { temporary: true })
    const results = await allAtOnce(store, 3, async (tables, index) => {
      await tables.actions.append([entry(`beside a fault ${index}`)])
      if (index === 1) throw fault
    })
    expect(kept(results)).toEqual([0, 2])
    expect(results[1]).toEqual({ status: 'rejected', reason: fault })
  })

  test('one that refuses before it wrote leaves the others alone, in their one commit', async () => {
    const refusal = new Refusal('conflict', 'not this one')
    const seen = await statements(async () => {
      const results = await allAtOnce(store, 6, async (tables, index) => {
        await tables.domains.lock(`${unique()}.de`)
        if (index === 2) throw refusal
        await tables.actions.append([entry(`beside a refusal ${index}`)])
      })
      expect(kept(results)).toEqual([0, 1, 3, 4, 5])
      expect(results[2]).toEqual({ status: 'rejected', reason: refusal })
    })
    expect(seen.filter((sql) => sql === 'COMMIT')).toHaveLength(1)
    expect((await texts()).filter((text) => text.startsWith('beside a refusal'))).toHaveLength(5)
  })

  test.each([
    ['throws after it wrote', async () => {}],
    [
      'violates a rule',
      async (tables: Tables, taken: string) => {
        const again = { ...aConnection(), title: taken }
        await tables.connections.insert(again)
      },
    ],
    [
      'hides that a statement failed',
      async (tables: Tables, taken: string) => {
        await tables.connections.insert({ ...aConnection(), title: taken }).catch(() => undefined)
      },
    ],
  ])('one that %s takes back its own and nothing else', async (how, fail) => {
    const first = aConnection()
    await store.connections.insert(first)
    const before = await texts()
    const results = await allAtOnce(store, 6, async (tables, index) => {
      await tables.actions.append([entry(`${how} ${index}`)])
      const connection = aConnection()
      await tables.connections.insert(connection)
      if (index !== 3) return connection
      await fail(tables, first.title)
      throw new Error('changed my mind')
    })
    expect(kept(results)).toEqual([0, 1, 2, 4, 5])
    const added = (await texts()).slice(before.length)
    expect([...added].sort()).toEqual([0, 1, 2, 4, 5].map((index) => `${how} ${index}`))
    for (const one of results)
      if (one.status === 'fulfilled') expect(await store.connections.get(one.value.id)).toEqual(one.value)
    expect(await verifyLog({ store })).toMatchObject({ whole: true })
  })

  test('two orders for one billing id: one is kept, and the other hears by which rule', async () => {
    const { order } = await placed(store)
    const twins = [0, 1].map((index) =>
      anOrder(order.connectionId, {}, { billingOrderId: `twin ${order.id}`, domain: `${index}-${unique()}.de` }),
    )
    const results = await allAtOnce(store, 2, ({ orders }, index) => orders.insert(twins[index] ?? order, 'h'))
    expect(kept(results)).toHaveLength(1)
    const [failed] = results.filter((one) => one.status === 'rejected')
    expect(await ruleOf(Promise.reject(failed?.reason))).toBe('billing-order')
  })

  test('an entry of the log that the database refuses fails its own work only', async () => {
    await pool.query(`
      CREATE OR REPLACE FUNCTION refuse_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.text = 'refused entry' THEN RAISE EXCEPTION 'not this entry'; END IF; RETURN NEW; END $$;
      CREATE OR REPLACE TRIGGER refuse_entry BEFORE INSERT ON actions FOR EACH ROW EXECUTE FUNCTION refuse_entry()`)
    const results = await allAtOnce(store, 5, (tables, index) =>
      tables.actions.append([entry(index === 1 ? 'refused entry' : `beside it ${index}`)]),
    )
    expect(kept(results)).toEqual([0, 2, 3, 4])
    expect((await texts()).filter((text) => text.startsWith('beside it'))).toHaveLength(4)
    expect(await verifyLog({ store })).toMatchObject({ whole: true })
  })

  test('one that is alone and is taken back because it and another waited for each other is done again', async () => {
    // A sequence goes on where all else is taken back.
    await pool.query(`
      CREATE SEQUENCE crossings;
      CREATE FUNCTION cross_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('crossings') = 1 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER cross_once BEFORE INSERT ON actions FOR EACH ROW WHEN (NEW.text = 'alone') EXECUTE FUNCTION cross_once()`)
    let tries = 0
    await store.together(async (tables) => {
      tries += 1
      await tables.actions.append([entry('alone')])
    })
    expect(tries).toBe(2)
    expect((await texts()).filter((text) => text === 'alone')).toHaveLength(1)
  })

  test('mails that are taken back because they and a transaction waited for each other are stored all the same', async () => {
    await pool.query(`
      CREATE SEQUENCE crossed_mails;
      CREATE FUNCTION cross_mail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('crossed_mails') = 1 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER cross_mail_once BEFORE INSERT ON mails FOR EACH ROW EXECUTE FUNCTION cross_mail_once()`)
    const mails = [aMail(null), aMail(null)]
    const accepted = await Promise.all(mails.map((mail) => store.mails.accept(mail)))
    expect(accepted).toEqual(mails.map(({ id }) => ({ id, duplicate: false })))
  })

  if (name === 'postgresql') {
    test('a connection that is lost in the middle is a temporary fault for all, and nothing is kept', async () => {
      const before = await texts()
      const results = await allAtOnce(store, 5, async (tables, index) => {
        await tables.actions.append([entry(`lost ${index}`)])
        await tables.domains.get('a.de')
        if (index === 4)
          await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'idle in transaction'`)
        await tables.domains.get('b.de')
      })
      expect(kept(results)).toEqual([])
      for (const one of results)
        if (one.status === 'rejected')
          expect(one.reason).toMatchObject({ name: 'Fault', code: 'store-unavailable', temporary: true })
      expect(await texts()).toEqual(before)
    })

    test('who holds a domain in another transaction is waited for, and a group that waits crosswise is done in the end', async () => {
      const [a, b] = [await filed(), await filed()]
      const add = async (tables: Tables, id: string): Promise<void> => {
        const loaded = await tables.subjects.lock(id)
        if (loaded === null) throw new Error('it is gone')
        const { request } = loaded.subject
        await tables.subjects.save({ ...loaded.subject, request: { ...request, attempts: request.attempts + 1 } })
      }
      let group: Promise<unknown> = Promise.resolve()
      const first = store.transaction(async (tables) => {
        await add(tables, b.request.id)
        // One of the group holds the other domain while it waits for this one.
        group = allAtOnce(store, 2, (shared, index) => add(shared, [a, b][index]?.request.id ?? ''))
        await expect.poll(async () => (await pool.query(WAITING)).rowCount, { timeout: 20_000 }).toBeGreaterThan(0)
        await add(tables, a.request.id)
      })
      const [crossed] = await Promise.allSettled([first])
      expect(await group).toEqual([
        expect.objectContaining({ status: 'fulfilled' }),
        expect.objectContaining({ status: 'fulfilled' }),
      ])
      const times = crossed?.status === 'fulfilled' ? 2 : 1
      for (const { request } of [a, b])
        expect((await store.requests.get(request.id))?.attempts).toBe(request.attempts + times)
    })
  }
})

const WAITING = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
