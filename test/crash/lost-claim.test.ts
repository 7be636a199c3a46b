import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/store/open.js'
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
  let gateway: Armed
  beforeAll(async () => {
    cluster = await newCluster()
    relay = await startFakeServer()
  })
  afterAll(async () => {
    gateway?.kill()
    await gateway?.gone
    await relay?.close()
    await cleanUp()
    await cluster?.remove()
  })

  test('the claims are gone, who has them notices it, and each request leaves once', async () => {
    const where = await place({ DATABASE_URL: cluster.url })
    gateway = await startArmed(where.env, 0)
    const relayOf = { relay: { host: '127.0.0.1', port: relay.port, tls: false } }
    expect((await gateway.call('POST', '/v1/connections', aConnectionFile(relayOf)))?.status).toBe(201)
    await stopWalWriter(cluster)
    const company = newCompany(CLAIMED)
    await gateway.arm({ at: CLAIMED.id, gather: company.length, holds: true })
    await placeAll(gateway, company, true)
    await gateway.reached()
    expect(await claims(cluster)).toHaveLength(company.length)
    await cluster.stop('immediate')
    await cluster.start()
    expect(await claims(cluster)).toEqual([])
    await gateway.arm({ at: null })
    gateway.goOn()
    await restAll(gateway, company, ['sent', 'uncertain'])
    expect(company.map(({ status }) => status)).toEqual(company.map(() => 'sent'))
    const replies = await Promise.all(company.map((placed) => replyTo(placed, new Date())))
    await handOverRest(gateway, replies)
    await restAll(gateway, company, ['done'])
    expect(company.map((placed) => copiesAt(relay, placed))).toEqual(company.map(() => 1))
    expect(await gateway.stop()).toBe('0')
    const store = await openStore({ url: cluster.url, dataDir: '', log: silentLog })
    const orders = company.map(({ id, status }) => ({ id: id ?? '', status }))
    const mails = replies.map(({ raw }) => Buffer.from(`${raw}\r\n`))
    const found = await findingsOf(store, { orders, mails }).finally(() => store.close())
    expect(found).toEqual({ whole: true, lost: [], doubled: [], wrong: [] })
  })
})

/** It would bring the claims to the disk some milliseconds later. */
const stopWalWriter = async (cluster: Cluster): Promise<void> => {
  const { rows } = await cluster.query(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'`)
  process.kill(rows[0].pid, 'SIGSTOP')
}

const claims = async (cluster: Cluster) =>
  (await cluster.query('SELECT id FROM requests WHERE lease_owner IS NOT NULL')).rows
