import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { call, orderBody } from '../http/harness.js'
import { changeOf, count, DAY, fileOrder, type Json, openStage, PROVIDER, registerDomain, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  await stage.subscribe()
})
afterEach(() => stage.close())
afterAll(() => store.close())

const tickets = (): Promise<Json[]> => stage.items('/v1/tickets?state=open')

describe('F97: what a transfer has to see to, in the words of the connection', () => {
  const transferChecklist = 'Mail keeps arriving at the <old> provider.\n  Redirects have to be set up here.'
  const escaped = transferChecklist.replace('<old>', '&lt;old&gt;')
  const transfer = { action: 'transfer', authInfo: 'Ab3-xY7_kQ' }

  test('is told to billing systems with the TLD, and on the pages of the transfer until it is over', async () => {
    const { id: connection } = await stage.connect({ transferChecklist })
    expect(await stage.get('/v1/tlds/de')).toMatchObject({ transferChecklist })
    expect(await stage.get('/v1/tlds')).toMatchObject({ items: [{ transferChecklist }] })
    const order = await fileOrder(stage, transfer)
    const page = await stage.signIn()
    expect(await page(`/domains/${order.domain}`)).toContain(escaped)
    expect(await page(`/orders/${order.id}`)).toContain(escaped)
    await stage.succeed(order.id)
    expect(await page(`/domains/${order.domain}`)).not.toContain(escaped)
    const patched = await call(stage.app, 'PATCH', `/v1/connections/${connection}`, {
      body: { transferChecklist: null },
    })
    expect([patched.status, patched.json['transferChecklist']]).toEqual([200, null])
    expect(await page(`/orders/${order.id}`)).not.toContain('Before and while the domain moves')
  })

  test('is not on the page of any other order, and says what is wrong with it', async () => {
    const { id } = await stage.connect({ transferChecklist })
    const order = await fileOrder(stage)
    const page = await stage.signIn()
    expect(await page(`/orders/${order.id}`)).not.toContain(escaped)
    const wrong = await call(stage.app, 'PATCH', `/v1/connections/${id}`, { body: { transferChecklist: ' ' } })
    expect(wrong.json['errors']).toEqual([
      { pointer: '/transferChecklist', detail: expect.stringContaining('leave it out') },
    ])
  })
})

test('F98: a refusal names whom to ask at the registry', async () => {
  const support = { name: 'Member service', email: 'service@registry.example' }
  await stage.connect({ support })
  const refused = await stage.post('/v1/orders', orderBody({ account: PROVIDER, action: 'lock' }))
  expect(refused.json).toMatchObject({ status: 422, support })
  const order = await fileOrder(stage)
  await stage.refuse(order.id)
  expect(await stage.order(order.id)).toMatchObject({ status: 'refused', support })
  expect(await (await stage.signIn())(`/orders/${order.id}`)).toContain('mailto:service@registry.example')
})

test('F72: that a holder has to name another provider changes nothing, and opens a ticket with its words', async () => {
  await stage.connect()
  const { domain } = await registerDomain(stage)
  const mail = await stage.reply([`TRANSIT: the holder of ${domain} has to name a new provider.`])
  expect(mail.stage).toBe('unrecognised')
  const [ticket] = await tickets()
  expect(ticket).toMatchObject({ kind: 'unrecognised-mail', mail: mail.id })
  expect((await stage.domain(domain))['status']).toBe('Registered')
  expect(await stage.log('?level=warning')).toContainEqual(
    expect.objectContaining({ event: 'mail.unrecognised', mail: mail.id }),
  )
})

test('F85: a verified notice that a domain moved away makes it Gone; a forged one changes nothing', async () => {
  await stage.connect()
  const { domain, id } = await registerDomain(stage)
  const moved = [
    ...['RESULT: success', 'STID: dfaaa080-96ef-551c-afd2-309f0fbcba9b', 'Msgcnt: 1', 'Msgid: 1'],
    ...[`Msgtime: ${stage.gateway.now().toISOString()}`, 'Msgtype: chprovAuthInfo', `Domain: ${domain}`],
    ...[`Domain-ace: ${domain}`, 'Chprov-to: DENIC-4321', 'Chprov-from: DENIC-1234'],
  ]
  expect((await stage.reply(moved, { key: 'rsa3072' })).stage).toBe('untrusted')
  expect((await stage.domain(domain))['status']).toBe('Registered')
  expect((await stage.reply(moved)).stage).toBe('settled')
  expect(await stage.domain(domain)).toMatchObject({ status: 'Gone', detail: 'gone', registered: false })
  await stage.run()
  expect(count(stage.events(id), 'domain.gone')).toBe(1)
})

test('F93: a name below the registrable one is refused, with the name that can be ordered', async () => {
  await stage.connect()
  const { status, json } = await stage.post('/v1/orders', orderBody({ account: PROVIDER, domain: 'a.b.example.de' }))
  expect(status).toBe(422)
  expect(json['errors']).toEqual([
    { pointer: '/domain', detail: 'a.b.example.de is a sub-domain; only example.de can be registered, order that.' },
  ])
  expect(stage.sent).toEqual([])
})

test('F93: where its connection says so it is taken, for the account that may, and people carry it out', async () => {
  await stage.connect({ belowRegistrable: 'people' })
  const domain = 'a.b.example.de'
  const { id } = await fileOrder(stage, { domain })
  const [ticket] = await tickets()
  expect(ticket).toMatchObject({ kind: 'order', domain, order: id })
  const closed = await stage.post(`/v1/tickets/${ticket?.['id']}/close`, { outcome: 'done', note: 'entered by hand' })
  expect(closed.status, closed.text).toBe(200)
  expect(await stage.domain(domain)).toMatchObject({ status: 'Registered', unicodeName: domain })
  const token = await stage.tokenOf('other')
  const body = orderBody({ account: { id: 'other', type: 'provider' }, domain, action: 'close', contacts: {} })
  expect((await stage.post('/v1/orders', body, token)).status).toBe(403)
  expect(stage.sent).toEqual([])
})

describe('F68: setup prepares a name before its transfer', () => {
  const hosts = [{ host: 'ns7.example.net' }, { host: 'ns8.example.org' }]
  const setup = (change: Json = {}) =>
    stage.place({
      account: PROVIDER,
      action: 'setup',
      domain: 'moving.de',
      nameservers: hosts,
      contacts: {},
      ...change,
    })
  const late = async () => (await stage.log('?level=warning')).filter(({ event }) => event === 'domain.setup-late')
  const told = (id: string) => count(stage.events(id), 'domain.setup-late')

  test('it is self, its DNS is to be prepared, nothing is sent and nothing is charged', async () => {
    await stage.connect({ setup: true })
    const { id } = await setup()
    await stage.run()
    expect(await stage.order(id)).toMatchObject({ status: 'done', chargedAt: null })
    expect(await stage.domain('moving.de')).toMatchObject({
      ...{ status: 'Pending', detail: 'self', registered: false, openOrder: null },
      next: expect.stringContaining('order its transfer before '),
    })
    expect(stage.events(id).toSorted()).toEqual(['dns.prepare', 'domain.scheduled', 'order.done'])
    expect(stage.eventData(id, 'dns.prepare')).toEqual([
      expect.objectContaining({ domain: 'moving.de', nameservers: hosts.map((one) => ({ ...one, addresses: [] })) }),
    ])
    expect(stage.sent).toEqual([])
  })

  test('a month that ends without the transfer is warned of once; one with it is not', async () => {
    await stage.connect({ setup: true })
    const forgotten = await setup({ domain: 'forgotten.de' })
    const { id } = await setup()
    await stage.pass(DAY)
    expect(await late()).toEqual([])
    await fileOrder(stage, { action: 'transfer', domain: 'moving.de', authInfo: 'Ab3-xY7_kQ' })
    expect(await stage.domain('moving.de')).toMatchObject({ status: 'Transferring', detail: 'filed' })
    await stage.pass(70 * DAY, 10 * DAY)
    expect(await late()).toEqual([expect.objectContaining({ domain: 'forgotten.de' })])
    expect([told(forgotten.id), told(id)]).toEqual([1, 0])
  })

  test('whoever orders it is told by when the transfer has to follow; a sub-domain has none', async () => {
    await stage.connect({ setup: true })
    const { id, warnings } = await setup()
    expect(warnings).toEqual([
      {
        pointer: '/action',
        detail: expect.stringContaining('before 2026-08-01T00:00:00.000Z: after that it may cost extra'),
      },
    ])
    expect(await stage.log('?level=warning')).toContainEqual(
      expect.objectContaining({ event: 'order.warning', order: id }),
    )
    await registerDomain(stage, { domain: 'example.de' })
    const below = await setup({ domain: 'shop.example.de' })
    expect([below['status'], below['warnings']]).toEqual(['done', []])
  })

  test('is refused where the connection has it not, with how to have it; and for a name that another account set up', async () => {
    const { id } = await stage.connect()
    const order = changeOf('moving.de', 'setup', { nameservers: hosts })
    const refused = await stage.post('/v1/orders', order)
    expect([refused.status, refused.json['detail']]).toEqual([422, expect.stringContaining('`setup: true`')])
    await call(stage.app, 'PATCH', `/v1/connections/${id}`, { body: { setup: true } })
    await setup()
    const other = await stage.post('/v1/orders', { ...order, account: { id: 'other', type: 'provider' } })
    expect([other.status, other.json['detail']]).toEqual([409, expect.stringContaining('another account')])
    const excess = await stage.post('/v1/orders', changeOf('more.de', 'setup', { period: { years: 1 } }))
    expect(excess.json['errors']).toEqual([{ pointer: '/period', detail: 'is not part of a setup; leave it out' }])
  })
})

describe('F69: remove', () => {
  test('drops a name that setup made, and its server is told', async () => {
    await stage.connect({ setup: true })
    await stage.place(changeOf('moving.de', 'setup'))
    const { id } = await stage.place(changeOf('moving.de', 'remove'))
    await stage.run()
    expect(await stage.domain('moving.de')).toMatchObject({ status: 'Closed', detail: 'closed', registered: false })
    expect(count(stage.events(id), 'domain.closed')).toBe(1)
    expect((await stage.post('/v1/orders', changeOf('moving.de', 'remove'))).status).toBe(409)
    expect(stage.sent).toEqual([])
  })

  test('is 409 for whatever is not self, with what to do', async () => {
    await stage.connect({ setup: true })
    const { domain } = await registerDomain(stage)
    const pending = await stage.place()
    for (const name of [domain, 'unknown.de', pending.domain]) {
      const { status, json } = await stage.post('/v1/orders', changeOf(name, 'remove'))
      expect([status, json['detail']], name).toEqual([409, expect.stringContaining('(self) can be removed')])
    }
    expect((await stage.domain(domain))['status']).toBe('Registered')
    expect((await stage.domain(pending.domain))['detail']).toBe('init')
  })
})
