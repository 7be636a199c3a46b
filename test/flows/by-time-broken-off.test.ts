import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dueWork, runWork } from '../../src/flows/run-work.js'
import type { Store, Tables, Work } from '../../src/ports.js'
import { eachDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { parentZone } from '../helpers/parent-zone.js'

const DAY = 24 * 3_600_000

/** What comes by time, what it writes, and after how long in a gateway that has one order that waits and one domain. */
const BY_TIME: { kind: Work['kind']; event: string; ms: number }[] = [
  { kind: 'check-request', event: 'request.checked', ms: DAY },
  { kind: 'check-request', event: 'request.overdue', ms: 4 * DAY },
  { kind: 'check-deadline', event: 'order.timed-out', ms: 5 * DAY },
  { kind: 'warn-expiry', event: 'domain.expiry-warning', ms: 5 * DAY },
  { kind: 'watch-delegation', event: 'domain.delegated', ms: 5 * 60_000 },
  { kind: 'warn-undelegated', event: 'domain.undelegated', ms: 4 * DAY },
  { kind: 'send-digest', event: 'digest', ms: DAY },
  { kind: 'send-heartbeat', event: 'heartbeat', ms: DAY },
]

await eachDatabase((name, open) => {
  const folder = temporaryFolder()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let database: TestDatabase
  let gateway: TestGateway
  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    gateway.deps.digests = { times: ['06:00', '12:00', '16:00', '21:00'], timezone: 'Europe/Berlin' }
    const zone = parentZone('de', ['a.nic.de'])
    zone.has('a.nic.de', ['ns1.example.net'])
    gateway.deps.dns = zone.dns
    await addTestConnection(gateway, { expiry: { warnDays: 30 }, watch: { delegation: true } })
    const { id } = await gateway.place({ domain: 'ours.de' })
    await gateway.run()
    const [request] = await gateway.deps.store.requests.findByOrder(id)
    await gateway.receive(await gateway.reply(success(request?.reference ?? '')))
    const domain = await gateway.deps.store.domains.get('ours.de')
    if (domain === null) throw new Error('there is no domain')
    const after = (days: number) => new Date(gateway.now().getTime() + days * DAY)
    await gateway.deps.store.domains.save({ ...domain, expiresAt: after(35), undelegatedUntil: after(10) })
    await gateway.place({ domain: 'silent.de' })
    await gateway.run()
  })

  /** Ends every connection that is in the middle of a transaction, as the server would find a process that was killed. */
  const cut = async () => {
    const inMiddle = `state = 'idle in transaction' AND pid <> pg_backend_pid() AND datname = current_database()`
    const { rowCount } = await database.pool.query(
      `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE ${inMiddle}`,
    )
    expect(rowCount).toBe(1)
  }
  const die = () => Promise.reject(new Error('the process died'))

  /** Where the transaction of a piece of work breaks off. */
  const DEATHS: Record<string, (tables: Tables) => Tables> = {
    'before the log is written': (tables) => ({ ...tables, actions: { ...tables.actions, append: die } }),
    'after the log is written': (tables) => ({
      ...tables,
      actions: { ...tables.actions, append: (entries) => tables.actions.append(entries).then(die) },
    }),
    'before it is committed': (tables) => tables,
    ...(name === 'postgresql' && { 'by a connection that is cut': (tables: Tables) => tables }),
  }
  const dying = (death: string): Store => {
    const transaction: Store['transaction'] = (work) =>
      database.store.transaction(async (tables) => {
        await work((DEATHS[death] ?? ((all) => all))(tables))
        return death === 'by a connection that is cut' ? cut().then(die) : die()
      })
    return { ...database.store, transaction, together: transaction }
  }
  const workOf = async (kind: Work['kind']): Promise<Work> => {
    const work = (await dueWork(gateway.deps)).find((one) => one.kind === kind)
    if (work === undefined) throw new Error(`no ${kind} is due`)
    return work
  }
  /** Everything that this could change. */
  const state = async () => {
    const tables = ['requests', 'domains', 'orders', 'upkeep_tasks', 'actions', 'events']
    return Promise.all(
      tables.map(async (table) => (await database.pool.query(`SELECT t::text FROM ${table} t ORDER BY 1`)).rows),
    )
  }

  describe.each(Object.keys(DEATHS))('work that breaks off %s', (death) => {
    test.each(BY_TIME)('leaves nothing of $event, and who is next does it once', async ({ kind, event, ms }) => {
      gateway.pass(ms)
      const work = await workOf(kind)
      const before = await state()
      await expect(runWork({ ...gateway.deps, store: dying(death) }, work)).rejects.toThrow()
      expect(await state()).toEqual(before)
      await runWork(gateway.deps, await workOf(kind))
      await runWork(gateway.deps, work)
      expect((await dueWork(gateway.deps)).map((one) => one.kind)).not.toContain(kind)
      const { items } = await database.store.actions.list({}, { limit: 200, cursor: null })
      expect(items.filter((entry) => entry.event === event)).toHaveLength(1)
    })
  })
})
