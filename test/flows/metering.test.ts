import * as fs from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetrics } from '../../src/http/metrics.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'

const HOUR = 60 * 60_000

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway
  beforeAll(async () => {
    database = await open()
    gateway = await createTestGateway(database.store, folder)
    await addTestConnection(gateway)
  })
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  test('what waits, and since when, is told from the database; what was done by the process', async () => {
    const metrics = createMetrics({ store: database.store, clock: gateway.deps.clock, processMetrics: false })
    gateway.deps.meter = metrics
    const lines = async () => new Set((await metrics.render()).split('\n'))
    expect([...(await lines())].filter((line) => /^sealpost_queue.* [1-9]/.test(line))).toEqual([])
    const order = await gateway.place()
    gateway.pass(HOUR)
    expect(await lines()).toContain('sealpost_queue_due{kind="send-request"} 1')
    expect(await lines()).toContain('sealpost_queue_oldest_due_seconds{kind="send-request"} 3600')
    expect(await lines()).toContain('sealpost_queue_due{kind="process-mail"} 0')
    await gateway.run()
    gateway.pass(2 * HOUR)
    await gateway.receive('Subject: hello\r\n\r\nhello\r\n')
    const [request] = await database.store.requests.findByOrder(order.id)
    await gateway.receive(await gateway.reply(success(request?.reference ?? '')))
    gateway.pass(1_000)
    const after = await lines()
    for (const line of [
      'sealpost_queue_due{kind="send-request"} 0',
      'sealpost_mails_judged_total{stage="settled"} 1',
      'sealpost_mails_judged_total{stage="untrusted"} 1',
      'sealpost_mail_processing_seconds_count 2',
      'sealpost_reply_seconds_sum 7200',
      'sealpost_reply_seconds_count 1',
      'sealpost_database_up 1',
      'sealpost_log_broken 0',
      'sealpost_alarms{level="error"} 0',
    ])
      expect(after).toContain(line)
  })

  test('with the database away that is told, and nothing that is not known', async () => {
    const away = () => Promise.reject(new Error('away'))
    const store = {
      ...database.store,
      ping: away,
      census: { take: away },
      alarms: { ...database.store.alarms, list: away },
      upkeep: { ...database.store.upkeep, list: away },
      domains: { ...database.store.domains, countByStatus: away },
      orders: { ...database.store.orders, countByStatus: away },
    }
    const text = await createMetrics({ store, clock: gateway.deps.clock, processMetrics: false }).render()
    expect(text).toContain('sealpost_database_up 0')
    expect(text).not.toMatch(/^sealpost_(?:queue|alarms|domains|orders|log|mails_unsettled)\S* \d/m)
  })
})
