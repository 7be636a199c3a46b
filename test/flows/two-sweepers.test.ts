import { rmSync } from 'node:fs'
import { Pool } from 'pg'
import { v7 as newId } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ActionEntry } from '../../src/core/action-log.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import { openStore } from '../../src/store/open.js'
import { newServerDatabase, silentLog, temporaryFolder } from '../helpers/database.js'
import { fastForward } from '../helpers/fast-forward.js'
import { addTestConnection, createTestGateway, START, success, type TestGateway } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** How far their clocks are apart. */
const APART_MS = 400
/** Clocks are put back in Berlin on 25 October. */
const FROM = new Date('2026-10-20T10:00:00.000Z')
const ORDERS = 3

const withServer = await needs('postgresql')

withServer('two gateways that sweep one PostgreSQL at the same time', () => {
  const undoing: (() => unknown)[] = []
  const gateways: TestGateway[] = []
  let pool: Pool
  let entries: ActionEntry[]

  beforeAll(async () => {
    const folder = temporaryFolder()
    const { url, remove } = await newServerDatabase()
    pool = new Pool({ connectionString: url })
    undoing.push(
      () => rmSync(folder, { recursive: true, force: true }),
      remove,
      () => pool.end(),
    )
    for (const owner of ['one', 'other']) {
      const store = await openStore({ url, dataDir: '', log: silentLog })
      undoing.push(store.close)
      const gateway = await createTestGateway(store, folder)
      const digests = { times: ['06:00', '12:00', '16:00', '21:00'], timezone: 'Europe/Berlin' }
      Object.assign(gateway.deps, { owner, newId, digests })
      gateway.pass(FROM.getTime() - START.getTime() + (owner === 'one' ? 0 : APART_MS))
      gateways.push(gateway)
    }
    const [one] = gateways
    if (one === undefined) throw new Error('there is no gateway')
    await addTestConnection(one, { expiry: { warnDays: 30 } })
    const { id } = await one.place({ domain: 'ours.de' })
    await one.run()
    const [request] = await one.deps.store.requests.findByOrder(id)
    await one.receive(await one.reply(success(request?.reference ?? '')))
    const domain = await one.deps.store.domains.get('ours.de')
    if (domain === null) throw new Error('there is no domain')
    await one.deps.store.domains.save({ ...domain, expiresAt: new Date(FROM.getTime() + 37 * DAY) })
    for (let index = 0; index < ORDERS; index++) await one.place({ domain: `silent-${index}.de` })
    await fastForward(gateways, pool, new Date(FROM.getTime() + 8 * DAY))
    await one.place({ domain: 'unpaid.de', paid: false })
    for (const gateway of gateways) gateway.pass(3 * DAY)
    await fastForward(gateways, pool, new Date(FROM.getTime() + 11 * DAY + HOUR))
    entries = await one.deps.store.actions.read(null, 2_000)
  })
  afterAll(async () => {
    for (const undo of undoing.reverse()) await undo()
  })

  const told = (event: string) => entries.filter((entry) => entry.event === event)
  /** By the clock on the wall in Berlin; whoever was ahead may have done it. */
  const wall = (entry: ActionEntry) =>
    new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'short' }).format(
      entry.at,
    )

  test('each request leaves once', () => {
    expect(gateways.flatMap(({ sent }) => sent)).toHaveLength(ORDERS + 1)
  })

  test('each heartbeat is recorded once, and one stands for three days that both missed', () => {
    const days = ['21', '22', '23', '24', '25', '26', '27', '28'].map((day) => `2026-10-${day} 06:00`)
    expect(told('heartbeat').map(wall)).toEqual([...days, '2026-10-31 11:00'])
  })

  test('each digest is recorded once, and one stands for three days that both missed', () => {
    const first = ['16:00', '21:00'].map((time) => `2026-10-20 ${time}`)
    const days = ['21', '22', '23', '24'].flatMap((day) =>
      ['06:00', '12:00', '16:00', '21:00'].map((time) => `2026-10-${day} ${time}`),
    )
    const last = ['06:00'].map((time) => `2026-10-25 ${time}`)
    expect(told('digest').map(wall)).toEqual([...first, ...days, ...last, '2026-10-31 11:00', '2026-10-31 12:00'])
  })

  test('each order times out once, is late once, and is refunded once', async () => {
    const { events } = gateways[0]?.deps.store ?? {}
    for (const type of ['order.timed-out', 'request.overdue', 'billing.refund'] as const)
      expect(await events?.list({ type })).toHaveLength(ORDERS)
    for (const event of ['order.timed-out', 'request.overdue']) expect(told(event)).toHaveLength(ORDERS)
  })

  test('each request is looked at once an hour', () => {
    const looks = entries.filter(({ event }) => event === 'request.checked' || event === 'request.overdue')
    for (const { requestId } of told('order.timed-out')) {
      const times = looks.filter((look) => look.requestId === requestId).map(({ at }) => at.getTime())
      expect(times).toHaveLength(119)
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(HOUR)
    }
  })

  test('the expiry date is warned of once', () => {
    expect(told('domain.expiry-warning').map(wall)).toEqual(['2026-10-27 11:00'])
  })

  test('the log is whole', async () => {
    const [one] = gateways
    if (one === undefined) throw new Error('there is no gateway')
    expect(await verifyLog(one.deps)).toMatchObject({ whole: true })
  })
})
