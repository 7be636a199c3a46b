import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { call, orderBody } from '../http/harness.js'
import { count, fileOrder, type Json, openStage, PROVIDER, registerDomain, type Stage } from './stage.js'

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
