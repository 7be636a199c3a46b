import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMetrics } from '../../src/http/metrics.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { failure, success } from '../helpers/gateway.js'
import { mailTo, type NoticeRelayServer, openNoticeRelay, type TakenMail } from '../helpers/notices.js'
import { ADMIN_TOKEN, call, orderBody } from '../http/harness.js'
import { DAY, HOUR, type Json, openStage, type Placed, PROVIDER, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
let relay: NoticeRelayServer
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  relay = await openNoticeRelay()
  stage = await openStage(store)
  stage.gateway.deps.notices.mail = mailTo(relay.port)
  await stage.connect()
})
afterEach(async () => {
  await stage.close()
  await relay.close()
})
afterAll(() => store.close())

const OWNER = 'owner@example.net'
const ADMIN = 'ops@hoster.example'
const to = (address: string) => relay.taken.filter((mail) => mail.to.includes(address))
const subjects = (mails: readonly TakenMail[]) => mails.map(({ mail }) => mail.subject)
const textOf = (mail: TakenMail | undefined) => mail?.mail.text ?? ''
/** Ordered, paid, and at the registry. */
const filed = async (change: Json = {}): Promise<Placed> => {
  const order = await stage.place(change)
  await stage.pay(order.id)
  await stage.run()
  return order
}

describe('F26, F77: the customer is mailed', () => {
  test('each status of the domain once, and Registered exactly once, however often the registry says so', async () => {
    const order = await filed()
    await stage.succeed(order.id)
    await stage.succeed(order.id)
    await stage.reply(success(await stage.reference(order.id), 'INFO: 1 once more'))
    await stage.pass(2 * DAY, 6 * HOUR)
    const name = order.domain
    expect(subjects(to(OWNER))).toEqual([
      `${name} is now Pending`,
      `${name} is now Registering`,
      `${name} is now Registered`,
    ])
    expect(new Set(to(OWNER).map(({ mail }) => mail.messageId)).size).toBe(3)
  })

  test('why it failed, in the words of the registry, which cannot pose as ours', async () => {
    const order = await filed()
    await stage.refuse(order.id)
    await stage.run()
    const last = to(OWNER).at(-1)
    expect(last?.mail.subject).toBe(`${order.domain} is now Error`)
    expect(textOf(last)).toContain('Code:   63300062009\n')
    expect(textOf(last)).toMatch(/^> Domain doesn't exist/m)
  })

  test('at the address that the order gives for it', async () => {
    await filed({ notify: 'tech@example.org' })
    expect(to(OWNER)).toEqual([])
    expect(to('tech@example.org')).toHaveLength(2)
  })

  test('unless its account is switched off, and again once it is switched on', async () => {
    const at = '/v1/accounts/cust-7/notifications'
    const set = async (mail: boolean) => call(stage.app, 'PUT', at, { body: { mail }, token: ADMIN_TOKEN })
    expect((await set(false)).json).toEqual({ account: 'cust-7', mail: false })
    const order = await filed()
    expect(to(OWNER)).toEqual([])
    expect(await stage.items('/v1/notices?kind=status-change&state=recorded')).toHaveLength(2)
    await set(true)
    await stage.succeed(order.id)
    await stage.run()
    expect(subjects(to(OWNER))).toEqual([`${order.domain} is now Registered`])
  })

  test('nothing of an order in test mode, and by no relay of a connection', async () => {
    const registry = { to: 'robot@registry.example', from: 'domains@hoster.example', replyTo: 'test@in.hoster.example' }
    const testing = { title: 'Test', tlds: [], mode: 'test', registry: { ...registry, test: 'robot@test.example' } }
    const { id } = await stage.connect(testing)
    await filed({ connection: id })
    expect(to(OWNER)).toEqual([])
    expect(subjects(to(ADMIN))).toEqual([expect.stringMatching(/^\[test\] Filed: register /)])
    for (const { envelope } of stage.sent) expect(envelope.to).toEqual(['robot@test.example'])
  })
})

test('F87: administrators are mailed that an order is filed, once, if they want it', async () => {
  const order = await filed()
  await stage.pass(HOUR)
  expect(subjects(to(ADMIN))).toEqual([`Filed: register ${order.domain}`])
  expect(textOf(to(ADMIN)[0])).toContain(await stage.reference(order.id))
  stage.gateway.deps.notices.mail = { ...mailTo(relay.port), topics: new Set(['digests']) }
  await filed({ domain: 'other.de' })
  expect(to(ADMIN)).toHaveLength(1)
})

test('F86: an order that is not taken is told to the administrators with all its reasons, once, where they want that', async () => {
  const body = orderBody({ domain: 'formless.de', nameservers: [], contacts: {}, billingOrderId: 'INV-86' })
  const refused = [await stage.post('/v1/orders', body), await stage.post('/v1/orders', body)]
  const reasons = refused[0]?.json['errors'] as { detail: string }[]
  expect(refused.map(({ status }) => status)).toEqual([422, 422])
  expect(reasons.length).toBeGreaterThan(1)
  await stage.run()
  expect(subjects(to(ADMIN))).toEqual(['Not taken: register formless.de'])
  for (const { detail } of reasons) expect(textOf(to(ADMIN)[0])).toContain(detail)
  await stage.post('/v1/orders', { ...body, nameservers: [{ host: 'ns1.example.net' }] })
  await stage.run()
  expect(to(ADMIN)).toHaveLength(2)
})

describe('digests and heartbeats, by mail', () => {
  beforeEach(() => {
    stage.gateway.deps.digests = { times: ['06:00', '12:00', '16:00', '21:00'], timezone: 'Europe/Berlin' }
    stage.gateway.deps.notices.mail = { ...mailTo(relay.port), topics: new Set(['digests']) }
  })

  test('F28: one mail lists all that was done since the one before', async () => {
    await stage.run()
    for (const domain of ['first.de', 'second.de']) await stage.succeed((await filed({ domain })).id)
    await stage.pass(5 * HOUR, HOUR)
    expect(subjects(to(ADMIN))).toEqual(['0 open, 2 done'])
    expect(textOf(to(ADMIN)[0])).toMatch(/^- register first\.de .*\n- register second\.de /m)
    await stage.pass(DAY / 2, HOUR)
    expect(to(ADMIN)).toHaveLength(1)
  })

  test('F89: four a day while orders are open, with each of them', async () => {
    await stage.run()
    const order = await stage.place()
    await stage.pass(DAY, HOUR)
    expect(subjects(to(ADMIN)).filter((subject) => subject === '1 open, 0 done')).toHaveLength(4)
    expect(textOf(to(ADMIN)[0])).toContain(`- register ${order.domain}, awaiting-payment for 4h`)
  })

  test('F90: at 06:00 a mail always leaves, and its time is a metric', async () => {
    await stage.run()
    await stage.pass(DAY, HOUR)
    expect(subjects(to(ADMIN))).toEqual(['The gateway is at work: 0 open orders'])
    const [{ mail } = { mail: null }] = to(ADMIN)
    expect(mail?.date?.toISOString()).toBe('2026-07-02T04:00:00.000Z')
    const metrics = await createMetrics({ store, processMetrics: false }).render()
    const [, time] = /^sealpost_last_heartbeat_timestamp_seconds (.*)$/m.exec(metrics) ?? []
    expect(Number(time)).toBe(Date.parse('2026-07-02T04:00:00.000Z') / 1_000)
  })
})

test('what a person has to look at is mailed to the administrators: a success after the order was given up, a contradiction', async () => {
  const order = await filed({ account: PROVIDER })
  await stage.pass(6 * DAY, DAY)
  expect(await stage.order(order.id)).toMatchObject({ status: 'timed-out' })
  await stage.succeed(order.id)
  await stage.run()
  await stage.reply(failure(await stage.reference(order.id)))
  await stage.run()
  const alarms = subjects(to(ADMIN)).filter((subject) => subject?.startsWith('Look at this'))
  expect(alarms).toEqual([
    `Look at this: order.late-success ${order.domain}`,
    `Look at this: order.conflict ${order.domain}`,
  ])
})

test('a registry that writes like us is quoted, whatever it writes', async () => {
  const order = await filed()
  const evil = 'Status: Registered\u2028Bcc: evil@evil.example\u202e'
  await stage.reply([
    'RESULT: failed',
    'STID: 065d3bb8-765d-5c3c-a3f3-3393049a6f8d',
    `CTID: ${await stage.reference(order.id)}`,
    `ERROR: 63300062009 ${evil.replace(/[\u2028\u202e]/g, ' ')} [x.de]`,
  ])
  await stage.run()
  const last = to(OWNER).at(-1)
  expect(textOf(last).match(/^Status: .*$/gm)).toEqual(['Status: Error'])
  expect(last?.to).toEqual([OWNER])
  expect(textOf(last)).toMatch(/^> .*Status: Registered/m)
})
