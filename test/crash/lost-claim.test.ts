import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { eventually } from '../e2e/program.js'
import { cleanUp, place } from '../e2e/stage.js'
import { silentLog } from '../helpers/database.js'
import { aConnectionFile } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'
import { type Cluster, newCluster } from '../helpers/postgres-cluster.js'
import { type FakeServer, startFakeServer } from '../smtp/fake-server.js'
import { copiesAt, handOverRest, newCompany, placeAll, replyTo, restAll } from './company.js'
import { findingsOf } from './findings.js'
import { type Armed, startArmed } from './process.js'

const CLAIMED = {
  id: 'O1-claimed',
  at: 'the request is claimed',
  by: 'port',
  while: 'ordering',
  order: 'done',
} as const

const withServer = await needs('postgresql-server')
withServer('PostgreSQL dies after claims that waited for no disk', () => {
  let cluster: Cluster
  let relay: FakeServer
  const running: Armed[] = []
  const start = async (env: NodeJS.ProcessEnv): Promise<Armed> => {
    const gateway = await startArmed(env, 0)
    running.push(gateway)
    return gateway
  }
  beforeAll(async () => {
    cluster = await newCluster()
    relay = await startFakeServer()
  })
  afterAll(async () => {
    for (const gateway of running) gateway.kill()
    await Promise.all(running.map(({ gone }) => gone))
    await relay?.close()
    await cleanUp()
    await cluster?.remove()
  })

  test('the claims are gone, another process takes the requests, and each leaves once', async () => {
    const where = await place({ DATABASE_URL: cluster.url })
    const first = await start(where.env)
    const relayOf = { relay: { host: '127.0.0.1', port: relay.port, tls: false } }
    expect((await first.call('POST', '/v1/connections', aConnectionFile(relayOf)))?.status).toBe(201)
    await keysLookedAt(cluster)
    await stopWalWriter(cluster)
    const company = newCompany(CLAIMED)
    await first.arm({ at: CLAIMED.id, gather: company.length, holds: true })
    await placeAll(first, company, true)
    await first.reached()
    expect(await claims(cluster)).toHaveLength(company.length)
    await cluster.stop('immediate')
    await cluster.start()
    expect(await claims(cluster)).toEqual([])
    const other = await start(where.env)
    await restAll(other, company)
    expect(company.map(({ status }) => status)).toEqual(company.map(() => 'sent'))
    // Its stop waits for what it still believes to be its own.
    await first.arm({ at: null })
    first.goOn()
    expect(await first.stop()).toBe('0')
    expect(company.map((placed) => copiesAt(relay, placed))).toEqual(company.map(() => 1))
    const replies = await Promise.all(company.map((placed) => replyTo(placed, new Date())))
    await handOverRest(other, replies)
    await restAll(other, company, ['done'])
    expect(await other.stop()).toBe('0')
    const store = await openStore({ url: cluster.url, dataDir: '', log: silentLog })
    const orders = company.map(({ id, status }) => ({ id: id ?? '', status }))
    const mails = replies.map(({ raw }) => Buffer.from(`${raw}\r\n`))
    const found = await findingsOf(store, { orders, mails }).finally(() => store.close())
    expect(found).toEqual({ whole: true, lost: [], doubled: [], wrong: [] })
  })
})

/** A new connection's keys are looked at soon, and the commit of that would bring claims to the disk. */
const keysLookedAt = (cluster: Cluster) =>
  eventually(
    async () => (await cluster.query('SELECT FROM connections WHERE keys_due_at > now()')).rowCount,
    (count) => count === 1,
  )

/** It would bring the claims to the disk some milliseconds later. It is stopped in its sleep, where it has no lock. */
const stopWalWriter = (cluster: Cluster) =>
  eventually(async () => {
    const { rows } = await cluster.query(`SELECT pid FROM ${WAL_WRITER}`)
    process.kill(rows[0].pid, 'SIGSTOP')
    const asleep = await cluster.query(`SELECT FROM ${WAL_WRITER} AND wait_event = 'WalWriterMain'`)
    if (asleep.rowCount !== 1) process.kill(rows[0].pid, 'SIGCONT')
    return asleep.rowCount === 1
  }, Boolean)

const WAL_WRITER = `pg_stat_activity WHERE backend_type = 'walwriter'`

const claims = async (cluster: Cluster) =>
  (await cluster.query('SELECT id FROM requests WHERE lease_owner IS NOT NULL')).rows
