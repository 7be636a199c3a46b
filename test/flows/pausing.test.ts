import { rmSync } from 'node:fs'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changeConnection } from '../../src/flows/change-connection.js'
import { setPaused } from '../../src/flows/pause-connection.js'
import { readAttention } from '../../src/flows/read-attention.js'
import { dueWork, runWork } from '../../src/flows/run-work.js'
import { readDomainView } from '../../src/http/read-views.js'
import type { HandOver } from '../../src/ports.js'
import { openStore } from '../../src/store/open.js'
import { newServerDatabase, silentLog, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { memoryStore } from '../helpers/memory-store.js'
import { needs } from '../helpers/needs.js'

const DAY = 24 * 3_600_000
const busy: HandOver = { outcome: 'temporary', answer: '451 4.3.0 try again later' }

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** On the embedded database no two transactions run at once, so these races are on PostgreSQL. */
const withPostgresql = await needs('postgresql')
withPostgresql('beside workers', () => {
  let database: Awaited<ReturnType<typeof newServerDatabase>>
  let store: Awaited<ReturnType<typeof openStore>>
  let watcher: Client
  beforeAll(async () => {
    database = await newServerDatabase()
    store = await openStore({ url: database.url, dataDir: '', log: silentLog })
    watcher = new Client({ connectionString: database.url })
    await watcher.connect()
  })
  afterAll(async () => {
    await watcher.end()
    await store.close()
    await database.remove()
  })

  /** Resolves once a transaction waits for another one's lock. */
  const somebodyWaits = async (): Promise<void> => {
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    while ((await watcher.query(waiting)).rowCount === 0);
  }

  test('who is resumed while it is put aside leaves all the same; switched again and again, nothing goes twice', async () => {
    const gateway = await createTestGateway(store, folder)
    const { id } = await addTestConnection(gateway)
    const pause = (paused: boolean) => setPaused({ ...gateway.deps, store }, { id, paused, actor: 'cli' })
    const first = await gateway.place()
    await pause(true)
    let resuming: Promise<unknown> | null = null
    gateway.deps.store = {
      ...store,
      together: (work) =>
        store.together((tables) => {
          const update: typeof tables.requests.update = async (request) => {
            await tables.requests.update(request)
            if (request.dueAt !== null || resuming !== null) return
            resuming = pause(false)
            await Promise.race([resuming, somebodyWaits()])
          }
          return work({ ...tables, requests: { ...tables.requests, update } })
        }),
    }
    await gateway.run()
    await resuming
    await gateway.run()
    expect((await gateway.order(first.id)).status).toBe('sent')

    const orders = await Promise.all(Array.from({ length: 8 }, (_, at) => gateway.place({ domain: `d${at}.de` })))
    const work = await dueWork(gateway.deps)
    const switching = async () => {
      for (let round = 0; round < 6; round++) await pause(round % 2 === 0)
    }
    await Promise.all([switching(), ...work.map((one) => runWork(gateway.deps, one))])
    await gateway.run()
    expect(gateway.sent).toHaveLength(9)
    for (const one of orders) expect((await gateway.order(one.id)).status).toBe('sent')
  })
})

describe('a connection that is paused', () => {
  let gateway: TestGateway
  let id: string

  beforeEach(async () => {
    gateway = await createTestGateway(memoryStore(), folder)
    id = (await addTestConnection(gateway)).id
  })

  const pause = (paused: boolean) => setPaused(gateway.deps, { id, paused, actor: 'user:ann' })
  const nextOf = async (name: string) => {
    const domain = await gateway.deps.store.domains.get(name)
    return domain === null ? null : (await readDomainView(gateway.deps, domain, gateway.now())).next
  }

  test('nothing leaves while it is paused, orders are taken, and all goes when it is resumed', async () => {
    expect(await pause(true)).toMatchObject({ paused: true })
    const first = await gateway.place()
    const second = await gateway.place({ domain: 'second.de' })
    await gateway.run()
    gateway.pass(7 * DAY)
    expect((await dueWork(gateway.deps)).filter(({ kind }) => kind === 'send-request')).toEqual([])
    expect(gateway.sent).toEqual([])
    expect((await gateway.order(first.id)).status).toBe('queued')
    expect(await nextOf('example.de')).toBe(
      'The connection is paused: the register request is sent when somebody resumes it.',
    )
    expect((await readAttention(gateway.deps)).map(({ text }) => text)).toContainEqual(
      expect.stringContaining('paused'),
    )
    await pause(false)
    gateway.answerWith(busy)
    await gateway.run()
    expect(gateway.sent).toHaveLength(2)
    const statuses = await Promise.all([first, second].map(async (one) => (await gateway.order(one.id)).status))
    // five days of trying begin anew, so one 451 after a week of pause gives nothing up
    expect(statuses.sort()).toEqual(['queued', 'sent'])
    expect((await gateway.actions(first.id)).map(({ event }) => event)).toContain('request.paused')
  })

  test('replies are read meanwhile', async () => {
    const order = await gateway.place()
    await gateway.run()
    await pause(true)
    const [{ reference } = { reference: '' }] = await gateway.deps.store.requests.findByOrder(order.id)
    expect((await gateway.receive(await gateway.reply(success(reference)))).stage).toBe('settled')
    expect((await gateway.order(order.id)).status).toBe('done')
  })

  test('a try that waits for its time leaves at that time, if it was resumed before', async () => {
    gateway.answerWith(busy)
    await gateway.place()
    await gateway.run()
    await pause(true)
    await pause(false)
    await gateway.run()
    expect(gateway.sent).toHaveLength(1)
    gateway.pass(10_000)
    await gateway.run()
    expect(gateway.sent).toHaveLength(2)
  })

  test('who did it is told once, however often it is said', async () => {
    for (const paused of [true, true, false, false]) await pause(paused)
    const { items } = await gateway.deps.store.actions.list({}, { limit: 50, cursor: null })
    const told = items.filter(({ event }) => /^connection\.(paused|resumed)$/.test(event)).reverse()
    expect(told.map(({ event, actor, level }) => [event, actor, level])).toEqual([
      ['connection.paused', 'user:ann', 'warning'],
      ['connection.resumed', 'user:ann', 'info'],
    ])
  })

  test('a change of the connection leaves it paused', async () => {
    await pause(true)
    expect(await changeConnection(gateway.deps, id, { rate: { perDay: 5 } }, 'cli')).toMatchObject({ paused: true })
  })

  test('is one that is there', async () => {
    const nobody = setPaused(gateway.deps, { id: 'nobody', paused: true, actor: 'cli' })
    await expect(nobody).rejects.toMatchObject({ code: 'not-found' })
  })
})
