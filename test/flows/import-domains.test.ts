import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/core/domain.js'
import { cancelOrder } from '../../src/flows/decide-order.js'
import { importFile } from '../../src/flows/import-file.js'
import type { Store } from '../../src/ports.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, START, success, type TestGateway } from '../helpers/gateway.js'
import { createRegistry } from '../helpers/registry.js'

const HEAD = 'domain,account,connection,registeredAt,expiresAt,nameservers,holder'
const ONE = 'example.de,cust-7,,2020-01-01,,ns1.example.net ns2.example.org,DENIC-1234-MUSTER'
const TWO = 'bücher.de,cust-8,DENIC main account,,2027-06-30,ns1.bücher.de=192.0.2.53 ns2.example.org,'
const TWO_HOSTS = ['ns1.example.net', 'ns2.example.org'].map((host) => ({ host, addresses: [] }))
const provider = { id: 'cust-7', type: 'provider' as const, email: null }

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway

  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    await addTestConnection(gateway)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const take = (lines: readonly string[], dryRun = false, update = false) =>
    importFile(gateway.deps, { file: 'old.csv', text: [HEAD, ...lines].join('\n'), dryRun, update, actor: 'cli' })
  const results = ({ items }: Awaited<ReturnType<typeof take>>) =>
    items.map(({ result, line, subject, detail }) => [result, line, subject, detail])
  const find = (name: string) => database.store.domains.get(name)
  const log = async (domain: string) =>
    (await database.store.actions.list({ domain }, { limit: 50, cursor: null })).items.map(({ event }) => event)

  /** A registry that has example.de of us, and a gateway that knows nothing of it. */
  const registryOfOld = async () => {
    const registry = createRegistry(gateway)
    await gateway.place({ account: provider })
    await registry.answer()
    await database.empty()
    await addTestConnection(gateway)
    return registry
  }

  describe('F54: domains of an older installation', () => {
    test('become Registered at their connection for their account, once, and nobody is mailed or told', async () => {
      const report = await take([ONE, TWO])
      expect(report).toMatchObject({ kind: 'domains', form: 'CSV', written: true })
      expect(results(report)).toEqual([
        ['added', 2, 'example.de', null],
        ['added', 3, 'bücher.de', null],
      ])
      const [connection] = await database.store.connections.list()
      expect(await find('example.de')).toEqual({
        ...{
          name: 'example.de',
          unicodeName: 'example.de',
          state: 'registered',
          detail: 'REG-OK',
          delegation: 'connected',
          watchedSince: START,
          watchAt: new Date(START.getTime() + 120_000),
          delegationFault: null,
        },
        ...{
          connectionId: connection?.id,
          accountId: 'cust-7',
          owner: null,
          mode: 'live',
          dnssec: [],
          undelegatedUntil: null,
        },
        nameservers: TWO_HOSTS,
        contacts: { holder: [{ handle: 'DENIC-1234-MUSTER' }] },
        ...{ eppStatus: [], locked: null, transferRequest: null, since: new Date('2020-01-01'), expiresAt: null },
      })
      expect(await find('xn--bcher-kva.de')).toMatchObject({
        ...{ accountId: 'cust-8', owner: null, since: gateway.now(), expiresAt: new Date('2027-06-30') },
        nameservers: [{ host: 'ns1.xn--bcher-kva.de', addresses: ['192.0.2.53'] }, { host: 'ns2.example.org' }],
      })
      expect(await log('example.de')).toEqual(['domain.imported'])
      expect(results(await take([ONE, TWO]))).toEqual([
        ['unchanged', 2, 'example.de', null],
        ['unchanged', 3, 'bücher.de', null],
      ])
      expect(await log('example.de')).toEqual(['domain.imported'])
      await gateway.run()
      expect(gateway.sent).toEqual([])
      expect(await database.store.events.list({})).toEqual([])
    })

    test('can be changed by an order, whose mail is of the domain as it was imported', async () => {
      const registry = await registryOfOld()
      await take([ONE])
      const nameservers = ['ns3.example.net', 'ns4.example.org'].map((host) => ({ host, addresses: [] }))
      const change = { action: 'update-nameservers', account: provider, nameservers, contacts: {} } as const
      const order = await gateway.place(change)
      await registry.answer()
      expect(gateway.sent[1]?.raw.toString()).toMatch(/DENIC-1234-MUSTER[\s\S]*ns3\.example\.net/)
      expect((await gateway.order(order.id)).status).toBe('done')
      expect(await find('example.de')).toMatchObject({ state: 'registered', nameservers, accountId: 'cust-7' })
    })

    test('go away as the registry tells', async () => {
      const registry = await registryOfOld()
      await take([ONE])
      gateway.pass(3_600_000)
      const mail = await registry.tell('moved', 'example.de')
      expect(mail.stage).toBe('settled')
      expect(statusOf((await find('example.de'))?.state ?? 'none')).toBe('Gone')
      expect((await database.store.events.list({})).map(({ type }) => type)).toEqual(['domain.gone'])
      expect(results(await take([ONE]))).toEqual([['left', 2, 'example.de', 'is Gone here, and stays so']])
    })

    test('that are here and differ are told and left', async () => {
      await gateway.place({ account: provider })
      expect(results(await take([ONE]))).toEqual([['left', 2, 'example.de', 'is Registering here, and stays so']])
      await createRegistry(gateway).answer()
      expect(results(await take([ONE]))).toEqual([['unchanged', 2, 'example.de', null]])
      const before = await find('example.de')
      const report = await take(['example.de,cust-8,,,2030-01-01,ns1.example.net ns9.example.org,A-1', TWO])
      expect(results(report)).toEqual([
        [
          ...['left', 2, 'example.de'],
          'is here with another account, another nameservers, another holder, another expiresAt, and stays so',
        ],
        ['added', 3, 'bücher.de', null],
      ])
      expect(await find('example.de')).toEqual(before)
    })

    test('that are here get what the file names where it may update, each change told, and the same again nothing', async () => {
      await take([ONE, TWO])
      const lines = [
        'example.de,cust-9,,2020-01-01,2030-01-01,ns1.example.net ns9.example.org,A-1 A-2',
        'bücher.de,cust-8,,,,,',
      ]
      const dry = await take(lines, true, true)
      expect(await find('example.de')).toMatchObject({ accountId: 'cust-7', nameservers: TWO_HOSTS })
      const report = await take(lines, false, true)
      expect(report.items).toEqual(dry.items)
      const detail = [
        'nameservers ns1.example.net, ns9.example.org (was ns1.example.net, ns2.example.org)',
        'holder A-1 A-2 (was DENIC-1234-MUSTER)',
        'expiresAt 2030-01-01T00:00:00.000Z (was none)',
        'account cust-9 (was cust-7)',
      ].join('; ')
      expect(results(report)).toEqual([
        ['changed', 2, 'example.de', detail],
        ['unchanged', 3, 'bücher.de', null],
      ])
      expect(await find('example.de')).toMatchObject({
        ...{
          state: 'registered',
          accountId: 'cust-9',
          expiresAt: new Date('2030-01-01'),
          since: new Date('2020-01-01'),
        },
        ...{ nameservers: [{ host: 'ns1.example.net' }, { host: 'ns9.example.org' }] },
        contacts: { holder: [{ handle: 'A-1' }, { handle: 'A-2' }] },
      })
      const { items } = await database.store.actions.list({ domain: 'example.de' }, { limit: 1, cursor: null })
      expect(items[0]).toMatchObject({
        ...{ event: 'domain.import-updated', actor: 'cli', text: `example.de was changed by an import: ${detail}` },
      })
      expect(results(await take(lines, false, true)).map(([result]) => result)).toEqual(['unchanged', 'unchanged'])
      expect(await log('example.de')).toHaveLength(2)
      await gateway.run()
      expect([gateway.sent, await database.store.events.list({})]).toEqual([[], []])
    })

    test('keep all that they have while an order is open, and their account where an order says it', async () => {
      await take([ONE])
      const nameservers = ['ns3.example.net', 'ns4.example.org'].map((host) => ({ host, addresses: [] }))
      const order = await gateway.place({ action: 'update-nameservers', account: provider, nameservers, contacts: {} })
      const line = 'example.de,cust-9,,,,ns8.example.net ns9.example.org,'
      const before = await find('example.de')
      expect(results(await take([line], false, true))).toEqual([
        ['left', 2, 'example.de', `has an open order (${order.id}); import it again when that has ended`],
      ])
      expect(await find('example.de')).toEqual(before)
      await gateway.run()
      gateway.pass(1_000)
      await gateway.receive(await gateway.reply(success(order.request?.reference ?? '')))
      const [[result, , , detail] = []] = results(await take([line], false, true))
      expect([result, detail]).toEqual([
        'changed',
        `nameservers ns8.example.net, ns9.example.org (was ns3.example.net, ns4.example.org); the account stays cust-7, as order ${order.id} says`,
      ])
      expect((await find('example.de'))?.accountId).toBe('cust-7')
      expect(results(await take([line], false, true))).toEqual([
        ['left', 2, 'example.de', `the account stays cust-7, as order ${order.id} says`],
      ])
    })

    test('go to another connection only where their line names it, and never into another mode', async () => {
      await take([ONE])
      const change = {
        tlds: [],
        registry: { to: 'robot@registry.example', from: 'a@alias.example', replyTo: 'b@in.alias.example' },
      }
      const second = await addTestConnection(gateway, { ...change, title: 'Second' })
      const line = (connection: string) => `example.de,cust-7,${connection},,,,`
      expect(results(await take([line('')], false, true))).toEqual([['unchanged', 2, 'example.de', null]])
      expect(results(await take([line('Second')], false, true))[0]?.[0]).toBe('changed')
      expect((await find('example.de'))?.connectionId).toBe(second.id)
      const third = {
        to: 'robot@registry.example',
        from: 'c@third.example',
        replyTo: 'd@in.third.example',
        test: 't@registry.example',
      }
      await addTestConnection(gateway, { tlds: [], registry: third, title: 'Third', mode: 'test' })
      expect(results(await take([line('Third')], false, true))[0]?.[3]).toMatch(/is in live mode.*it stays as it is/)
      expect((await find('example.de'))?.connectionId).toBe(second.id)
    })

    test('that are gone or closed stay so, and a date in the past keeps all of the file out', async () => {
      await take([ONE, TWO])
      const domain = await find('example.de')
      if (domain === null) throw new Error('it is not there')
      await database.store.domains.save({ ...domain, state: 'gone' })
      const lines = ['example.de,cust-9,,,,,', 'bücher.de,cust-9,,,2020-01-01,,']
      const report = await take(lines, false, true)
      expect(report.written).toBe(false)
      expect(results(report).map(([result, , , detail]) => [result, detail])).toEqual([
        ['left', 'is Gone here, and stays so'],
        ['refused', 'expiresAt is in the past; give when it expires now, or nothing'],
      ])
      expect((await find('xn--bcher-kva.de'))?.accountId).toBe('cust-8')
    })

    test('a dry run says the same as the run after it, and writes nothing', async () => {
      const dry = await take([ONE, TWO], true)
      expect(dry).toMatchObject({ dryRun: true, written: false })
      expect([await find('example.de'), await log('example.de')]).toEqual([null, []])
      expect((await take([ONE, TWO])).items).toEqual(dry.items)
    })

    test('with one mistake are none of them written, and all mistakes told by their lines', async () => {
      const report = await take([
        ...[
          ONE,
          'second.de,c,nobody,,,,',
          'third.fr,c,,,,,',
          'fourth.de,c,,,,ns1..example.net,',
          'fifth.de,c,,2030-01-01,,,',
        ],
        ...['sixth.de,c,,,2020-01-01,,', 'a.b.de,c,,,,,'],
      ])
      expect(report.written).toBe(false)
      expect(report.items.map(({ result, line, subject }) => `${result} ${line} ${subject}`)).toEqual([
        'added 2 example.de',
        ...['refused 3 second.de: connection', 'refused 4 third.fr: connection', 'refused 5 fourth.de: nameservers'],
        ...['refused 6 fifth.de', 'refused 7 sixth.de', 'refused 8 domain'],
      ])
      expect(await find('example.de')).toBeNull()
    })

    test('are all there or none, where the work breaks off halfway', async () => {
      const { store } = gateway.deps
      gateway.deps.store = failingToLog(store)
      await expect(take([ONE, TWO])).rejects.toThrow('cut')
      gateway.deps.store = store
      expect([await find('example.de'), await find('xn--bcher-kva.de')]).toEqual([null, null])
      expect((await take([ONE, TWO])).items.map(({ result }) => result)).toEqual(['added', 'added'])
    })

    test('of a file that several import at the same time are there once', async () => {
      const many = Array.from({ length: 150 }, (_, index) => `name-${index}.de,cust-7,,,,,`)
      const reports = await Promise.all([take(many), take([...many].reverse()), take(many)])
      expect(reports.map(({ items }) => items.filter(({ result }) => result === 'added').length).sort()).toEqual([
        ...[0, 0, 150],
      ])
      expect(await log('name-77.de')).toEqual(['domain.imported'])
    })

    test('that came in test mode do not exist for a live connection, and come in again', async () => {
      const test2 = { to: 'robot@registry.example', test: 'test@registry.example', from: 'a@other.example' }
      const registry = { ...test2, replyTo: 'b@in.other.example' }
      await addTestConnection(gateway, { title: 'Trial', tlds: [], mode: 'test', registry })
      const trial = 'example.de,cust-7,Trial,,,,DENIC-1234-MUSTER'
      expect((await take([trial])).items).toMatchObject([
        { result: 'added', detail: expect.stringMatching(/test mode/) },
      ])
      expect(await find('example.de')).toMatchObject({ mode: 'test' })
      const nameservers = [{ host: 'ns3.example.net', addresses: [] }, ...TWO_HOSTS]
      const order = await gateway.place({ action: 'update-nameservers', account: provider, nameservers })
      expect(results(await take([ONE]))).toMatchObject([['left', 2, 'example.de', expect.stringContaining(order.id)]])
      await cancelOrder(gateway.deps, { id: order.id, actor: 'token:test' })
      expect(results(await take([ONE]))).toEqual([['added', 2, 'example.de', null]])
      expect(await find('example.de')).toMatchObject({ mode: 'live' })
      expect(results(await take([trial]))).toEqual([
        ['left', 2, 'example.de', 'is here with another connection, and stays so'],
      ])
    })
  })
})

const failingToLog = (store: Store): Store => ({
  ...store,
  transaction: (work) =>
    store.transaction((tables) =>
      work({ ...tables, actions: { ...tables.actions, append: () => Promise.reject(new Error('cut')) } }),
    ),
})
