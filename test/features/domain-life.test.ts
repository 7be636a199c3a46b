import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { REPLY_TO } from '../helpers/gateway.js'
import { call, orderBody } from '../http/harness.js'
import { count, DAY, type Json, openStage, type Placed, PROVIDER, type Stage } from './stage.js'

const WEEK = 7 * DAY
const TWO_YEARS = 105 * WEEK

let store: TestStore
let stage: Stage
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  await stage.connect()
  await stage.subscribe()
})
afterEach(() => stage.close())
afterAll(() => store.close())

/** Whatever a registered domain is ordered to do; absent fields are the domain's own. */
const change = (domain: string, action: string, more: Json = {}): Json =>
  orderBody({ account: PROVIDER, domain, action, nameservers: [], contacts: {}, ...more })
const registered = async (more: Json = {}): Promise<Placed> => {
  const order = await stage.place({ account: PROVIDER, ...more })
  await stage.run()
  await stage.succeed(order.id)
  return order
}
const hostsOf = async (name: string) =>
  ((await stage.domain(name))['nameservers'] as { host: string }[]).map(({ host }) => host)
const bodyOf = (index: number): string => stage.sent.at(index)?.raw.toString('latin1') ?? ''

test('F13: new name servers send one signed mail; the domain stays Registered, and has the new set with the reply', async () => {
  const { domain } = await registered()
  const nameservers = [{ host: 'ns7.example.net' }, { host: 'ns8.example.org' }]
  const { id } = await stage.place(change(domain, 'update-nameservers', { nameservers }))
  await stage.run()
  expect(stage.sent).toHaveLength(2)
  expect(bodyOf(-1)).toMatch(/BEGIN PGP SIGNED MESSAGE[\s\S]*Nserver: ns7\.example\.net[\s\S]*BEGIN PGP SIGNATURE/)
  expect(await stage.domain(domain)).toMatchObject({ status: 'Registered', registered: true, openOrder: id })
  expect(await hostsOf(domain)).toEqual(['ns1.example.net', 'ns2.example.org'])
  await stage.succeed(id)
  expect(await stage.domain(domain)).toMatchObject({ status: 'Registered', openOrder: null })
  expect(await hostsOf(domain)).toEqual(['ns7.example.net', 'ns8.example.org'])
  expect((await stage.order(id))['status']).toBe('done')
})

test('F14: a change of contacts that the profile has not is refused with its reason, and no mail leaves', async () => {
  const { domain } = await registered()
  const contacts = { holder: { handle: 'DENIC-1234-OTHER' } }
  const answer = await stage.post('/v1/orders', change(domain, 'update', { contacts }))
  expect([answer.status, answer.json['detail']]).toEqual([422, expect.stringMatching(/has no update: .*change-holder/)])
  expect(answer.json['errors']).toMatchObject([{ pointer: '/action' }])
  await stage.pass(DAY)
  expect(stage.sent).toHaveLength(1)
})

describe('over two years', () => {
  test('F15: no renewal is ever sent to a registry that renews by itself, and an order for one is refused', async () => {
    const { domain } = await registered()
    const refused = await stage.post('/v1/orders', change(domain, 'renew', { period: { years: 1 } }))
    expect([refused.status, refused.json['detail']]).toEqual([422, expect.stringContaining('renews by itself')])
    await stage.pass(TWO_YEARS, WEEK)
    expect(stage.sent).toHaveLength(1)
    expect((await stage.items('/v1/orders')).map(({ action }) => action)).toEqual(['register'])
  })

  test('F16: a domain never ends by itself; a close order asks the registry to delete it, and it ends Closed', async () => {
    const { domain } = await registered()
    const before = await stage.domain(domain)
    await stage.pass(TWO_YEARS, WEEK)
    expect(await stage.domain(domain)).toEqual(before)
    const { id } = await stage.place(change(domain, 'close'))
    await stage.run()
    expect(bodyOf(-1)).toMatch(/Action: DELETE/)
    expect((await stage.domain(domain))['status']).toBe('Registered')
    await stage.succeed(id)
    expect(await stage.domain(domain)).toMatchObject({ status: 'Closed', registered: false })
    expect(count(stage.events(id), 'domain.closed')).toBe(1)
  })
})

test('F17: every change, mail, verdict and decision is a row with time, actor, domain, order, outcome and text', async () => {
  const { id, domain } = await stage.place()
  await stage.pay(id)
  await stage.run()
  await stage.gateway.receive('From: a@b.example\r\nSubject: Done\r\n\r\nRESULT: success\r\n', REPLY_TO)
  await stage.post(`/v1/orders/${id}/reset`)
  await stage.refuse(id)
  await stage.post(`/v1/orders/${id}/retry`)
  await stage.run()
  await stage.post(`/v1/orders/${id}/cancel`)
  const rows = (await stage.log()).filter(({ event }) => !/^(connection|webhook|key)\./.test(String(event)))
  expect(rows.map(({ event, actor }) => [event, actor])).toEqual([
    ['order.placed', 'token:SEALPOST_TOKEN'],
    ['order.paid', 'token:SEALPOST_TOKEN'],
    ['order.queued', 'token:SEALPOST_TOKEN'],
    ['request.signed', 'system'],
    ['order.sent', 'system'],
    ['domain.status', 'system'],
    ['mail.judged', 'system'],
    ['order.reset', 'token:SEALPOST_TOKEN'],
    ['mail.judged', 'system'],
    ['order.refused', 'registry'],
    ['domain.status', 'registry'],
    ['order.retried', 'token:SEALPOST_TOKEN'],
    ['request.signed', 'system'],
    ['order.sent', 'system'],
    ['domain.status', 'system'],
    ['order.cancelled', 'token:SEALPOST_TOKEN'],
    ['domain.status', 'token:SEALPOST_TOKEN'],
  ])
  for (const row of rows) {
    expect(row).toMatchObject({ at: stage.gateway.now().toISOString(), text: expect.stringMatching(/\w+ /) })
    if (row['event'] !== 'mail.judged') expect(row).toMatchObject({ order: id, domain })
  }
  expect(rows.filter(({ event }) => event === 'mail.judged').map(({ data }) => data)).toMatchObject([
    { stage: 'untrusted', verdict: 'unsigned' },
    { stage: 'settled', verdict: 'trusted' },
  ])
})

test('F20: the profile says which operations it has; each of the others is 422 with that reason', async () => {
  const { actions } = (await stage.get('/v1/tlds/de')) as { actions: { name: string; reason: string | null }[] }
  const operations = ['lookup', 'register', 'renew', 'transfer', 'lookup-transfer']
  const missing = actions.filter(({ name, reason }) => operations.includes(name) && reason !== null)
  expect(missing.map(({ name }) => name)).toEqual(['renew', 'lookup', 'lookup-transfer'])
  for (const { name, reason } of missing) {
    const answer = await stage.post('/v1/orders', orderBody({ account: PROVIDER, action: name }))
    expect([answer.status, answer.json['detail']], name).toEqual([422, expect.stringContaining(String(reason))])
  }
  await stage.run()
  expect(stage.sent).toEqual([])
})

test("F53: a reseller's order has the reseller's name servers alone, at every request", async () => {
  const nameservers = [{ host: 'ns1.parent.example' }, { host: 'ns2.parent.example' }]
  const [connection] = await stage.items('/v1/connections')
  const body = { defaults: { nameservers, contacts: {} } }
  expect((await call(stage.app, 'PATCH', `/v1/connections/${connection?.['id']}`, { body })).status).toBe(200)
  const own = [{ host: 'ns1.reseller.example' }, { host: 'ns2.reseller.example' }]
  const { domain } = await registered({ nameservers: own })
  for (const action of ['change-holder', 'update-nameservers', 'close']) {
    const more = action === 'change-holder' ? { contacts: { holder: { handle: 'DENIC-1234-NEU' } } } : {}
    const { id } = await stage.place(
      change(domain, action, action === 'update-nameservers' ? { nameservers: own } : more),
    )
    await stage.run()
    await stage.succeed(id)
  }
  expect(stage.sent).toHaveLength(4)
  for (const { raw } of stage.sent) expect(raw.toString('latin1')).not.toContain('parent.example')
  expect(bodyOf(0)).toContain('Nserver: ns1.reseller.example')
})

describe('what a panel is told', () => {
  test('F57: on acceptance domain.scheduled is told, and the domain is not reachable', async () => {
    const order = await stage.place()
    await stage.run()
    expect(stage.events(order.id)).toEqual(['domain.scheduled'])
    expect(stage.eventData(order.id, 'domain.scheduled')).toMatchObject([{ domain: order.domain }])
    expect(await stage.domain(order.domain)).toMatchObject({ status: 'Pending', reachable: false })
  })
})
