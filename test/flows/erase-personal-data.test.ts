import * as fs from 'node:fs'
import * as path from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { archiveMails } from '../../src/flows/archive-mails.js'
import { retryOrder } from '../../src/flows/decide-order.js'
import { erasePersonalData } from '../../src/flows/erase-personal-data.js'
import { openTicket } from '../../src/flows/open-ticket.js'
import { readOctets } from '../../src/flows/read-octets.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import { openMailArchive } from '../../src/store/mail-archive.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, failure, success, type TestGateway } from '../helpers/gateway.js'
import { aDomain } from '../helpers/records.js'

const DAY = 24 * 60 * 60_000

/** Whatever the customer told, and a word that only the registry said of them. */
const SECRETS = ['DENIC-1234-GERDA', 'gerda@secret.example', 'gerda.home@secret.example', 'Ab3-xY7_kQ', 'Gerda Geheim']
const SAID = 'Verschwiegen'

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let pool: Pool
  let gateway: TestGateway
  beforeAll(async () => {
    database = await open()
    pool = database.pool
  })
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, fs.mkdtempSync(path.join(folder, 'each-')))
    await addTestConnection(gateway)
  })
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  /** Every row of every table but these as text, octets of mails in clear. */
  const dump = async (...but: string[]): Promise<string> => {
    const { rows: tables } = await pool.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL ($1::text[])`,
      [but],
    )
    const texts: string[] = []
    for (const { name } of tables) {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`)
      texts.push(...rows.map(({ row }) => `${name}: ${row}`))
    }
    const { rows: mails } = await pool.query<{ raw: Buffer | null }>('SELECT raw FROM mails')
    return [...texts, ...mails.map(({ raw }) => raw?.toString('latin1') ?? '')].join('\n')
  }
  /** The secrets that are left anywhere but in these tables. */
  const leftIn = async (words: readonly string[], ...but: string[]): Promise<string[]> => {
    const text = (await dump(...but)).toLowerCase()
    return words.filter((word) => text.includes(word.toLowerCase()))
  }
  const webhook = () =>
    database.store.webhooks.insert({
      ...{ id: '0190a7c2-0000-7000-8000-000000000001', url: 'https://billing.example/hook', types: ['*'], secrets: [] },
      ...{ createdAt: gateway.now(), disabledAt: null, disabledReason: null, failingSince: null },
    })
  /** An order of Gerda's; the registry answers what is given. */
  const ordered = async (
    answer: (reference: string) => string[],
    change: Parameters<TestGateway['place']>[0] = {},
  ): Promise<string> => {
    const order = await gateway.place(
      {
        account: { id: 'cust-gerda', type: 'customer', email: 'gerda@secret.example' },
        contacts: { holder: [{ handle: 'DENIC-1234-GERDA', name: 'Gerda Geheim' }] },
        ...{ notify: 'gerda.home@secret.example', action: 'transfer', authInfo: 'Ab3-xY7_kQ', domain: 'gerda.de' },
        ...change,
      },
      `key-${change.billingOrderId ?? change.domain ?? 'gerda.de'}`,
    )
    await gateway.run()
    await gateway.receive(await gateway.reply(answer(order.request?.reference ?? '')))
    return order.id
  }
  const refused = (reference: string) => [...failure(reference).slice(0, -1), `ERROR: 63300062009 ${SAID} is unknown`]
  const erase = (target: Parameters<typeof erasePersonalData>[1]['target'], dryRun = false) =>
    erasePersonalData(gateway.deps, { target, dryRun, actor: 'user:anna' })
  const mailsOf = async (order: string) =>
    (await database.store.mails.list({ order }, { limit: 200, cursor: null })).items
  const erasedEntries = async (order: string) =>
    (await gateway.actions(order)).filter(({ event }) => event === 'data.erased')

  test('nothing that the customer told is left in any table, and the log holds', async () => {
    await webhook()
    const id = await ordered(refused)
    expect(await leftIn(SECRETS)).toEqual(SECRETS)
    expect(await leftIn([SAID])).toEqual([SAID])
    const erasure = await erase({ order: id })
    expect(erasure).toMatchObject({ dryRun: false, orders: [id], kept: [] })
    expect(erasure.counts).toMatchObject({ orders: 1, mails: 2, shared: 0, answers: 1 })
    for (const kind of ['notices', 'events', 'calls'] as const) expect(erasure.counts[kind], kind).toBeGreaterThan(0)
    expect(await leftIn(SECRETS)).toEqual([])
    expect(await leftIn([SAID], 'actions')).toEqual([])
    expect(await gateway.order(id)).toMatchObject({ erasedAt: gateway.now(), terms: { contacts: {}, authInfo: null } })
    expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
  })

  test('the entry says who, when, why and what, by ids and digests', async () => {
    const id = await ordered(refused)
    const mails = await mailsOf(id)
    await erase({ order: id })
    const [entry] = await erasedEntries(id)
    expect(entry).toMatchObject({ actor: 'user:anna', at: gateway.now(), orderId: id, domain: 'gerda.de' })
    expect(entry?.data).toMatchObject({ by: 'order', counts: { orders: 1, mails: 2 } })
    expect(entry?.data['mails']).toEqual(
      expect.arrayContaining(mails.map(({ id: mail, sha256, size }) => ({ id: mail, sha256, size }))),
    )
  })

  test('a second time changes nothing', async () => {
    const id = await ordered(refused)
    await erase({ order: id })
    const before = await dump()
    gateway.pass(DAY)
    expect(await erase({ order: id })).toMatchObject({ orders: [], kept: [] })
    expect(await erase({ account: 'cust-gerda' })).toMatchObject({ orders: [] })
    expect(await dump()).toBe(before)
  })

  test('a mail that comes in afterwards loses its octets by another call, by the order or its account', async () => {
    const id = await ordered(refused)
    const [request] = await database.store.requests.findByOrder(id)
    for (const target of [{ order: id }, { account: 'cust-gerda' }]) {
      await erase({ order: id })
      gateway.pass(DAY)
      await gateway.receive(await gateway.reply(refused(request?.reference ?? '')))
      expect((await mailsOf(id)).filter(({ erasedAt }) => erasedAt === null)).toHaveLength(1)
      await pool.query(`UPDATE tickets SET state = 'done', remind_at = NULL`)
      expect((await erase(target)).counts).toMatchObject({ orders: 0, mails: 1 })
    }
    expect(await leftIn([SAID], 'actions')).toEqual([])
    expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
  })

  test('a dry run counts the same, and changes nothing', async () => {
    const id = await ordered(refused)
    const before = await dump()
    const tried = await erase({ order: id }, true)
    expect(await dump()).toBe(before)
    expect(tried).toEqual({ ...(await erase({ order: id })), dryRun: true })
  })

  test('a contact is found by address or handle, in any case of letters, and an account by its id', async () => {
    const id = await ordered(refused)
    for (const contact of ['GERDA@secret.example', 'gerda.home@secret.example', 'denic-1234-gerda'])
      expect((await erase({ contact }, true)).orders).toEqual([id])
    expect((await erase({ account: 'cust-gerda' }, true)).orders).toEqual([id])
    expect((await erase({ contact: 'erda@secret.example' }, true)).orders).toEqual([])
    expect((await erase({ contact: '%' }, true)).orders).toEqual([])
  })

  describe('what is still needed stays, with the reason', () => {
    test('an order that is open', async () => {
      const order = await gateway.place({ domain: 'open.de' })
      await expect(erase({ order: order.id })).rejects.toMatchObject({
        ...{ code: 'conflict', message: expect.stringContaining('cancel it, or wait') },
      })
    })

    test('the order that says whose a domain is, which is looked after', async () => {
      const id = await ordered((reference) => success(reference))
      await expect(erase({ order: id })).rejects.toMatchObject({
        message: expect.stringContaining('still looked after'),
      })
      expect(await erase({ account: 'cust-gerda' })).toMatchObject({ orders: [], kept: [{ order: id }] })
      expect(await leftIn(SECRETS)).toEqual(SECRETS)
    })

    test('an earlier order of such a domain keeps its data while the domain has its contacts, and no longer', async () => {
      const first = await ordered((reference) => success(reference))
      gateway.pass(1_000)
      const again = { action: 'change-holder' as const, authInfo: null, notify: null, billingOrderId: 'again' }
      const account = { id: 'cust-new', type: 'customer' as const, email: 'new@other.example' }
      await ordered((reference) => success(reference), { ...again, account })
      await expect(erase({ order: first })).rejects.toMatchObject({
        message: expect.stringContaining('change its contacts first'),
      })
      gateway.pass(1_000)
      await pool.query(`UPDATE domains SET contacts = '{"holder": [{"handle": "DENIC-1234-NEW"}]}'`)
      expect((await erase({ order: first })).orders).toEqual([first])
      expect(await database.store.domains.get('gerda.de')).toMatchObject({
        contacts: { holder: [{ handle: 'DENIC-1234-NEW' }] },
      })
    })

    test('an order with an open ticket', async () => {
      const id = await ordered(refused)
      await openTicket(gateway.deps, database.store, {
        ...{ kind: 'order', subject: 'look', body: 'Gerda Geheim', once: 'a ticket', orderId: id, domain: 'gerda.de' },
      })
      await expect(erase({ order: id })).rejects.toMatchObject({ message: expect.stringContaining('close it first') })
      await pool.query(`UPDATE tickets SET state = 'done', note = 'told Gerda Geheim'`)
      await erase({ order: id })
      expect(await leftIn(SECRETS)).toEqual([])
    })

    test('a mail that speaks of an order that keeps its data, until that is erased too', async () => {
      const one = await ordered(refused)
      const two = await ordered(refused, { domain: 'second.de' })
      await pool.query('UPDATE mails SET orders = ARRAY[$1, $2]::uuid[] WHERE direction = $3', [one, two, 'in'])
      expect((await erase({ order: one })).counts).toMatchObject({ mails: 1, shared: 2 })
      expect((await erase({ order: two })).counts).toMatchObject({ mails: 3, shared: 0 })
      expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
    })
  })

  test('an unknown order is not found', async () => {
    for (const order of ['0190a7c2-0000-7000-8000-00000000dead', 'x'])
      await expect(erase({ order })).rejects.toMatchObject({ code: 'not-found' })
  })

  test('an erased order is not sent again, and nobody gets its answer', async () => {
    const id = await ordered(refused)
    const { terms } = await gateway.order(id)
    await erase({ order: id })
    await expect(retryOrder(gateway.deps, { id, actor: 'cli' })).rejects.toMatchObject({
      message: expect.stringContaining('place a new order'),
    })
    const again = { account: { ...terms.account, email: null }, billingOrderId: terms.billingOrderId }
    await expect(gateway.place(again)).rejects.toMatchObject({ message: expect.stringContaining('was erased') })
    await expect(gateway.place(again, 'key-gerda.de')).rejects.toMatchObject({ code: 'key-reused' })
  })

  test('octets say in a sentence that they were erased, in the archive too', async () => {
    const id = await ordered(refused)
    gateway.pass(2 * DAY)
    gateway.deps.retention = DAY
    await archiveMails(gateway.deps)
    const files = () => fs.readdirSync(path.join(gateway.keysDir, '../archive'), { recursive: true }).length
    const before = files()
    const mails = await mailsOf(id)
    expect(mails.map(({ archivedAt }) => archivedAt)).not.toContain(null)
    await erase({ order: id })
    expect(before - files()).toBe(2)
    for (const mail of await mailsOf(id)) {
      expect(mail).toMatchObject({ erasedAt: gateway.now(), archivedAt: null })
      expect(await readOctets(gateway.deps, mail)).toMatchObject({
        reason: expect.stringContaining('erased as personal data'),
      })
    }
    expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
  })

  test('a disk that fails after the commit leaves files that the next call removes', async () => {
    const id = await ordered(refused)
    gateway.pass(2 * DAY)
    gateway.deps.retention = DAY
    await archiveMails(gateway.deps)
    const archive = openMailArchive(path.join(gateway.keysDir, '../archive'))
    gateway.deps.archive = { ...archive, remove: () => Promise.reject(new Error('no power')) }
    await expect(erase({ order: id })).rejects.toThrow('no power')
    expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
    const [mail] = await mailsOf(id)
    expect(await archive.read(mail?.sha256 ?? '')).toMatchObject({ kind: 'found' })
    gateway.deps.archive = archive
    gateway.pass(DAY)
    await gateway.run()
    expect((await archive.read(mail?.sha256 ?? '')).kind).toBe('absent')
    expect(await mailsOf(id)).toMatchObject([{ archivedAt: null }, { archivedAt: null }])
  })

  test('a file that is written while its mail is erased goes too', async () => {
    const id = await ordered(refused)
    gateway.pass(2 * DAY)
    gateway.deps.retention = DAY
    const archive = openMailArchive(path.join(gateway.keysDir, '../archive'))
    const write = async (sha256: string, raw: Buffer) => {
      gateway.deps.archive = archive
      await erase({ order: id })
      await archive.write(sha256, raw)
    }
    gateway.deps.archive = { ...archive, write }
    await archiveMails(gateway.deps)
    gateway.pass(DAY)
    await gateway.run()
    for (const { sha256 } of await mailsOf(id)) expect((await archive.read(sha256)).kind).toBe('absent')
    expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
  })

  test('what breaks off between two orders leaves each whole or erased, and goes on from there', async () => {
    const ids = [await ordered(refused), await ordered(refused, { domain: 'second.de' })]
    const { store } = gateway.deps
    let commits = 0
    gateway.deps.store = {
      ...store,
      transaction: (work) => (commits++ === 1 ? Promise.reject(new Error('no power')) : store.transaction(work)),
    }
    await expect(erase({ account: 'cust-gerda' })).rejects.toThrow('no power')
    gateway.deps.store = store
    const state = async () => (await Promise.all(ids.map((id) => gateway.order(id)))).map(({ erasedAt }) => erasedAt)
    expect(await state()).toEqual([gateway.now(), null])
    expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
    expect(await erase({ account: 'cust-gerda' })).toMatchObject({ orders: [ids[1]] })
    expect(await leftIn(SECRETS)).toEqual([])
  })

  describe('a domain that has left, of which no order is to be erased', () => {
    const given = {
      account: { id: 'cust-b', type: 'customer' as const, email: 'B@secret.example' },
      since: '2026-01-01T00:00:00.000Z',
    }
    const contacts = { holder: [{ handle: 'DENIC-1234-GERDA', email: 'gerda@secret.example', name: 'Gerda Geheim' }] }
    const has = async (change: Parameters<typeof aDomain>[0] = {}) => {
      const [connection] = await database.store.connections.list()
      const names = { name: 'b.de', unicodeName: 'b.de', connectionId: connection?.id ?? '' }
      const left = { state: 'closed' as const, detail: 'closed' as const, since: gateway.now() }
      await database.store.domains.save(
        aDomain({ ...names, ...left, accountId: 'cust-a', owner: given, contacts, ...change }),
      )
    }
    const words = ['gerda@secret.example', 'b@secret.example', 'DENIC-1234-GERDA', 'Gerda Geheim']
    const entries = async () =>
      (await database.store.actions.list({ domain: 'b.de' }, { limit: 50, cursor: null })).items

    test.each([
      [{ account: 'cust-b' }, 'account'],
      [{ account: 'cust-a' }, 'account'],
      [{ contact: 'b@SECRET.example' }, 'contact'],
      [{ contact: 'gerda@secret.example' }, 'contact'],
      [{ contact: 'denic-1234-gerda' }, 'contact'],
      [{ domain: 'b.de' }, 'domain'],
    ])('is found by %j, counted and logged once', async (target, by) => {
      await has()
      await has({ name: 'other.de', owner: null, accountId: null, contacts: {} })
      const tried = await erase(target, true)
      expect(await leftIn(words)).toEqual(words)
      expect(tried).toMatchObject({ orders: [], domains: ['b.de'], counts: { orders: 0, domains: 1 } })
      expect(await erase(target)).toEqual({ ...tried, dryRun: false })
      expect(await leftIn(words)).toEqual([])
      expect(await erase(target)).toMatchObject({ domains: [], counts: { domains: 0 } })
      expect(await entries()).toMatchObject([
        { event: 'data.erased', actor: 'user:anna', orderId: null, data: { by, counts: { domains: 1 } } },
      ])
      expect(await database.store.domains.get('b.de')).toMatchObject({ owner: { account: { id: 'cust-b' } } })
      expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
    })

    test('is of an account whose orders on it were erased while it was looked after', async () => {
      const first = await ordered(refused)
      await erase({ order: first })
      const gone = { name: 'gerda.de', unicodeName: 'gerda.de', accountId: null, owner: null }
      await has(gone)
      expect(await erase({ account: 'cust-gerda' })).toMatchObject({ orders: [], domains: ['gerda.de'] })
    })

    test('is told once where it goes with an order', async () => {
      const id = await ordered(refused)
      await has({ name: 'gerda.de', unicodeName: 'gerda.de' })
      const tried = await erase({ account: 'cust-gerda' }, true)
      expect(tried).toMatchObject({ orders: [id], domains: ['gerda.de'], counts: { domains: 1 } })
      expect(await erase({ account: 'cust-gerda' })).toEqual({ ...tried, dryRun: false })
    })

    test('keeps its own while it is looked after, or an order is open on it', async () => {
      await has({ state: 'registered', detail: 'REG-OK' })
      expect(await erase({ account: 'cust-b' })).toMatchObject({ domains: [] })
      await gateway.place({ domain: 'b.de', action: 'update-nameservers', account: given.account, contacts: {} })
      await has()
      expect(await erase({ account: 'cust-b' })).toMatchObject({ domains: [] })
      expect((await database.store.domains.get('b.de'))?.contacts).toEqual(contacts)
    })

    test('loses them by policy, when it has left for so long', async () => {
      gateway.deps.eraseAfter = 10 * DAY
      await has()
      gateway.pass(9 * DAY)
      await gateway.run()
      expect(await leftIn(words)).toEqual(words)
      gateway.pass(DAY + DAY / 12)
      await gateway.run()
      expect(await leftIn(words)).toEqual([])
      expect(await entries()).toMatchObject([{ event: 'data.erased', actor: 'system', data: { by: 'policy' } }])
    })
  })

  describe('an edit is still found', () => {
    test.each([
      ['octets that are removed past the log, with the word of the row', `raw = NULL, erased_at = received_at`],
      ['another digest of a mail that was erased', `sha256 = repeat('0', 64), erased_at = received_at, raw = NULL`],
    ])('%s', async (_, change) => {
      const id = await ordered(refused)
      const other = await ordered(refused, { domain: 'second.de' })
      await erase({ order: id })
      const [mail] = await mailsOf(other)
      await pool.query(`UPDATE mails SET ${change} WHERE id = $1`, [mail?.id])
      expect(await verifyLog(gateway.deps)).toMatchObject({ whole: false, mail: mail?.id })
    })
  })

  describe('by policy', () => {
    test('orders that have been over for so long are erased, with the clock, and no others', async () => {
      const old = await ordered(refused)
      const lasting = await ordered((reference) => success(reference), { domain: 'lasting.de' })
      gateway.pass(9 * DAY)
      const young = await ordered(refused, { domain: 'young.de' })
      gateway.deps.eraseAfter = 10 * DAY
      gateway.pass(DAY - 60_000)
      await gateway.run()
      expect((await gateway.order(old)).erasedAt).toBeNull()
      gateway.pass(DAY / 12)
      await gateway.run()
      expect((await gateway.order(old)).erasedAt).toEqual(gateway.now())
      expect(await erasedEntries(old)).toMatchObject([{ actor: 'system', data: { by: 'policy' } }])
      for (const id of [lasting, young]) expect((await gateway.order(id)).erasedAt).toBeNull()
    })

    test('nothing is erased where nobody asks for it', async () => {
      const old = await ordered(refused)
      gateway.pass(10_000 * DAY)
      await gateway.run()
      expect((await gateway.order(old)).erasedAt).toBeNull()
    })
  })
})
