import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { importFile } from '../../src/flows/import-file.js'
import type { Store } from '../../src/ports.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { createTestGateway, type TestGateway } from '../helpers/gateway.js'
import { byMail } from '../helpers/records.js'

const SETTINGS = [
  'title = DENIC main account',
  'profile = denic',
  'tlds = de',
  'registry.to = robot@registry.example',
  'registry.test = test-robot@registry.example',
  'registry.from = domains@hoster.example',
  'registry.replyTo = denic-main@in.hoster.example',
  'relay.host = 127.0.0.1',
  'relay.port = 2526',
  'signing.scheme = openpgp-clear',
  'signing.key = gateway.asc',
  'trust.keys = registry.asc',
  'account.regacc = DENIC-1234',
  'price.de.register = 9.90 EUR',
  'price.de.transfer = 8 EUR',
]

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
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const take = (lines: readonly string[], dryRun = false) =>
    importFile(gateway.deps, { file: 'old.conf', text: lines.join('\n'), dryRun, update: false, actor: 'cli' })
  const changed = (...replaced: [string, string][]) =>
    SETTINGS.map((line) => replaced.find(([key]) => line.startsWith(`${key} =`))?.join(' = ') ?? line)
  const results = ({ items }: Awaited<ReturnType<typeof take>>) =>
    items.map(({ result, line, subject, detail }) => [result, line, subject, detail])
  const stored = async () => ({
    connections: await database.store.connections.list(),
    prices: await database.store.prices.list(['de', 'at']),
    log: (await database.store.actions.list({}, { limit: 50, cursor: null })).items.map(({ event }) => event),
  })

  describe('F54: settings and prices of an older installation', () => {
    test('become a connection in test mode and prices of its TLDs, once', async () => {
      const report = await take(SETTINGS)
      expect(report).toMatchObject({ kind: 'settings', form: 'key=value', dryRun: false, written: true })
      expect(results(report)).toEqual([
        ['added', null, 'connection DENIC main account', 'in mode test'],
        ['added', 14, 'price.de.register', '9.90 EUR'],
        ['added', 15, 'price.de.transfer', '8 EUR'],
      ])
      const first = await stored()
      expect(first.connections).toMatchObject([{ title: 'DENIC main account', mode: 'test', tlds: ['de'] }])
      expect(first.prices.map(({ action, amount }) => [action, amount])).toEqual([
        ['register', '9.90'],
        ['transfer', '8'],
      ])
      expect(first.log.sort()).toEqual(['connection.added', 'price.changed', 'price.changed'])

      const again = await take(SETTINGS)
      expect(again.items.map(({ result }) => result)).toEqual(['unchanged', 'unchanged', 'unchanged'])
      expect(await stored()).toEqual({ ...first, log: first.log })
    })

    test('change what differs of the connection with that title, and nothing else', async () => {
      await take(SETTINGS)
      const before = byMail((await stored()).connections[0])
      const report = await take([
        ...changed(['relay.port', '2527'], ['price.de.transfer', '8.50 EUR']).slice(0, -2),
        ...['price.de.transfer = 8.50 EUR', 'price.at.register = 1 EUR'],
      ])
      expect(results(report)).toEqual([
        ['changed', null, 'connection DENIC main account', 'relay'],
        ['added', 15, 'price.at.register', '1 EUR'],
        ['changed', 14, 'price.de.transfer', '8.50 EUR (was 8 EUR)'],
      ])
      const after = await stored()
      expect(after.connections).toEqual([{ ...before, relay: { ...before.relay, port: 2527 } }])
      expect(after.prices).toHaveLength(3)
    })

    test('of prices alone leave connections alone', async () => {
      expect(results(await take(['price.de.register = 1 EUR']))).toEqual([['added', 1, 'price.de.register', '1 EUR']])
      expect((await stored()).connections).toEqual([])
    })

    test('a dry run says the same as the run after it, and writes nothing', async () => {
      const before = await stored()
      const dry = await take(SETTINGS, true)
      expect(dry).toMatchObject({ dryRun: true, written: false })
      expect(await stored()).toEqual(before)
      expect((await take(SETTINGS)).items).toEqual(dry.items)
      const change = changed(['relay.port', '2527'])
      const between = await stored()
      const second = await take(change, true)
      expect(second.items[0]).toMatchObject({ result: 'changed', detail: 'relay' })
      expect(await stored()).toEqual(between)
    })

    test('live in the file is live from the start; later only its checklist makes it so, and a dry run knows', async () => {
      expect((await take([...SETTINGS, 'mode = live'], true)).items[0]).toMatchObject({ detail: 'in mode live' })
      await take(SETTINGS)
      for (const dryRun of [true, false]) {
        const report = await take([...changed(['price.de.register', '1 EUR']), 'mode = live'], dryRun)
        expect(report.written).toBe(false)
        expect(report.items).toMatchObject([
          { result: 'refused', subject: 'mode', detail: expect.stringContaining('agreement-signed') },
          ...[{ result: 'refused' }, { result: 'refused' }],
        ])
      }
      expect((await stored()).prices.map(({ amount }) => amount)).toEqual(['9.90', '8'])
    })

    test('with mistakes are told all at once, by their lines, and nothing is written', async () => {
      const report = await take([
        ...changed(['registry.to', 'Robot'], ['signing.key', 'nowhere.asc'], ['price.de.transfer', 'much']),
        ...['colour = red', 'relay.password = hunter2'],
      ])
      expect(report.written).toBe(false)
      const refused = report.items.filter(({ result }) => result === 'refused')
      expect(refused.map(({ line, subject }) => [line, subject])).toEqual(
        expect.arrayContaining([
          ...[
            [15, 'price.de.transfer'],
            [17, 'relay.password'],
            [4, 'registry.to'],
            [16, 'colour'],
          ],
          [11, 'signing.key'],
        ]),
      )
      expect(JSON.stringify(report)).not.toContain('hunter2')
      expect(await stored()).toEqual({ connections: [], prices: [], log: [] })
    })

    test('are whole or not there, where the work breaks off halfway', async () => {
      const { store } = gateway.deps
      gateway.deps.store = failingAt(store, 'price.changed')
      await expect(take(SETTINGS)).rejects.toThrow('cut')
      gateway.deps.store = store
      expect(await stored()).toEqual({ connections: [], prices: [], log: [] })
      expect((await take(SETTINGS)).written).toBe(true)
    })

    test('from two at the same time are there once', async () => {
      const reports = await Promise.all([take(SETTINGS), take(SETTINGS), take(SETTINGS)])
      expect(reports.filter(({ written }) => written).length).toBeGreaterThan(0)
      const { connections, prices } = await stored()
      expect([connections.length, prices.length]).toEqual([1, 2])
    })
  })
})

/** Breaks off where the log is to be written for that event. */
const failingAt = (store: Store, event: string): Store => ({
  ...store,
  transaction: (work) =>
    store.transaction((tables) =>
      work({
        ...tables,
        actions: {
          ...tables.actions,
          append: async (actions) => {
            if (actions.some((one) => one.event === event)) throw new Error('cut')
            await tables.actions.append(actions)
          },
        },
      }),
    ),
})
