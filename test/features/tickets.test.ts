import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { success } from '../helpers/gateway.js'
import { ADMINS, openNoticeRelay, testNotices } from '../helpers/notices.js'
import { call } from '../http/harness.js'
import { DAY, type Json, openStage, PROVIDER, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
})
afterEach(() => stage.close())
afterAll(() => store.close())

/** A connection file as docs/registries/manual.md shows it. */
const byHand = (change: Json = {}): Json => ({
  ...{ title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live', replyTimeout: '14d' },
  account: { registrar: 'Example Registrar' },
  ...change,
})
const connectByHand = async (change: Json = {}): Promise<Json> => {
  const { status, json, text } = await stage.post('/v1/connections', byHand(change))
  expect(status, text).toBe(201)
  return json
}
const order = (change: Json = {}) => stage.place({ account: PROVIDER, domain: 'bücher.com', ...change })
const tickets = (query = ''): Promise<Json[]> => stage.items(`/v1/tickets${query}`)
const close = (id: unknown, body: Json) => stage.post(`/v1/tickets/${id}/close`, body)

describe('F35: a connection by hand', () => {
  test('is added by the API, and by what commands speak, without anything about mail', async () => {
    const added = await connectByHand()
    expect(added).toMatchObject({ channel: 'people', allowList: { from: null, address: null } })
    for (const field of ['registry', 'relay', 'signing', 'trust']) expect(added).not.toHaveProperty(field)
    const body = byHand({ title: 'By a command', tlds: ['net'], account: {} })
    expect((await call(stage.local, 'POST', '/v1/connections', { body })).status).toBe(201)
    const changed = await call(stage.app, 'PATCH', `/v1/connections/${added['id']}`, { body: { replyTimeout: '3d' } })
    expect([changed.status, changed.json['replyTimeout']]).toEqual([200, '3d'])
  })

  test('is refused what is about mail, by each field', async () => {
    const mail = { registry: { to: 'robot@registry.example' }, signing: {}, trust: {} }
    const { status, json } = await stage.post('/v1/connections', byHand(mail))
    expect(status).toBe(422)
    expect((json['errors'] as Json[]).map(({ pointer }) => pointer)).toEqual(['/registry', '/signing', '/trust'])
  })

  test('has no mail to preview or to test, and needs no key to go live: each says so', async () => {
    const { id } = await connectByHand({ mode: 'test' })
    const preview = await stage.post('/v1/preview', { ...(await bodyOf()), domain: 'other.com' })
    expect([preview.status, preview.json['detail']]).toEqual([422, expect.stringMatching(/would become a ticket/)])
    const tested = await stage.post(`/v1/connections/${id}/test`)
    expect([tested.status, tested.json['detail']]).toEqual([422, expect.stringMatching(/mails nothing/)])
    const { items } = await stage.get(`/v1/connections/${id}/checklist`)
    expect(items).toContainEqual(expect.objectContaining({ id: 'key-exchanged', done: true }))
  })
})

const bodyOf = async (): Promise<Json> => {
  const { billingOrderId: _, ...body } = await order()
  const { action, nameservers, contacts } = body
  return { billingOrderId: 'INV-preview', account: PROVIDER, action, nameservers, contacts }
}

describe('F59: a ticket asks a person to complete an order', () => {
  beforeEach(() => connectByHand())

  test('with domain and order; closed as done the domain is Registered, in the name of who closed it', async () => {
    const placed = await order()
    await stage.run()
    const [ticket] = await tickets('?state=open&kind=order&domain=bücher.com')
    expect(ticket).toMatchObject({
      ...{ domain: 'xn--bcher-kva.com', order: placed.id, state: 'open', subject: 'register bücher.com' },
      text: expect.stringContaining('Example Registrar'),
    })
    expect((await stage.domain('bücher.com'))['next']).toMatch(/A person carries it out .*ticket 1 was opened/)
    const closed = await close(ticket?.['number'], { outcome: 'done', note: 'order 4711' })
    expect(closed.json).toMatchObject({ state: 'done', closedBy: 'token:SEALPOST_TOKEN', note: 'order 4711' })
    expect(await stage.domain('bücher.com')).toMatchObject({ status: 'Registered', openOrder: null })
    expect(await stage.log(`?order=${placed.id}`)).toContainEqual(
      expect.objectContaining({ event: 'order.done', actor: 'token:SEALPOST_TOKEN' }),
    )
    expect((await close(ticket?.['id'], { outcome: 'done', note: 'again' })).status).toBe(409)
  })

  test('closed as failed the order is refused with the words of the person', async () => {
    const placed = await order()
    await stage.run()
    const [ticket] = await tickets()
    await close(ticket?.['id'], { outcome: 'failed', note: 'the name is reserved', code: 'R-12' })
    expect(await stage.order(placed.id)).toMatchObject({
      status: 'refused',
      reason: 'the name is reserved',
      code: 'R-12',
    })
    expect((await stage.domain('bücher.com'))['status']).toBe('Error')
  })

  test('is tracked until it is closed: people are reminded each day', async () => {
    await order()
    await stage.run()
    await stage.pass(3 * DAY, DAY)
    const [ticket] = await tickets()
    expect(ticket).toMatchObject({ state: 'open', reminders: 3 })
    expect(await stage.log('?level=warning')).toContainEqual(expect.objectContaining({ event: 'ticket.reminded' }))
  })

  test('by mail, with domain, order and the link to close it, once and again each day, and no password in it', async () => {
    const relay = await openNoticeRelay()
    stage.gateway.deps.notices = { ...(await testNotices(relay.port)), publicUrl: 'https://sealpost.hoster.example' }
    const placed = await order({ action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
    await stage.run()
    const about = () => relay.taken.filter(({ mail }) => mail.subject?.startsWith('[ticket 1]'))
    expect(about().map(({ to, mail }) => [to, mail.subject])).toEqual([[ADMINS, '[ticket 1] transfer bücher.com']])
    for (const words of ['xn--bcher-kva.com', placed.id, 'https://sealpost.hoster.example/tickets/1'])
      expect(about()[0]?.mail.text).toContain(words)
    await stage.pass(2 * DAY, DAY)
    expect(about()).toHaveLength(3)
    for (const { raw } of relay.taken) expect(raw.toString()).not.toContain('Ab3-xY7_kQ')
    await relay.close()
  })

  test('F14, F56: an order without what the registrar asks for is refused before anybody is asked', async () => {
    const { status, json } = await stage.post('/v1/orders', {
      ...{ ...(await bodyOf()), domain: 'other.com', contacts: {}, nameservers: [] },
    })
    expect(status).toBe(422)
    expect((json['errors'] as Json[]).map(({ pointer }) => pointer)).toEqual(['/contacts/holder', '/nameservers'])
  })
})

test('F71: a release is a task for a hostmaster', async () => {
  await connectByHand()
  const { id } = await order()
  await stage.run()
  await close((await tickets())[0]?.['id'], { outcome: 'done', note: 'registered' })
  const release = await order({ action: 'release', nameservers: [], contacts: {} })
  await stage.run()
  const [ticket] = await tickets('?state=open')
  expect(ticket).toMatchObject({ order: release.id, text: expect.stringContaining('Unlock this domain') })
  expect(await stage.pending()).toEqual([release.id])
  await close(ticket?.['id'], { outcome: 'done', note: 'unlocked' })
  expect([(await stage.order(id))['status'], (await stage.order(release.id))['status']]).toEqual(['done', 'done'])
})

describe('F88: a signed mail that nobody understands', () => {
  beforeEach(() => stage.connect())

  test('changes no state, waits as a ticket, and a person attaches it to a domain in their name', async () => {
    const placed = await stage.place({ account: PROVIDER })
    await stage.run()
    const mail = await stage.reply(['Your order was carried out.'])
    expect((await stage.domain(placed.domain))['status']).toBe('Registering')
    const [ticket] = await tickets('?state=open')
    expect(ticket).toMatchObject({ kind: 'unrecognised-mail', mail: mail.id })
    const assigned = await stage.post(`/v1/mails/${mail.id}/assign`, {
      ...{ domain: placed.domain, outcome: 'done', note: 'it says that it was carried out' },
    })
    expect(assigned.json).toMatchObject({ stage: 'settled', orders: [placed.id] })
    expect((await stage.domain(placed.domain))['status']).toBe('Registered')
    expect(await tickets('?state=open')).toEqual([])
    expect(await stage.log(`?order=${placed.id}`)).toContainEqual(
      expect.objectContaining({ event: 'mail.assigned', actor: 'token:SEALPOST_TOKEN', mail: mail.id }),
    )
  })

  test('that is not trusted settles nothing, whoever says so', async () => {
    const placed = await stage.place({ account: PROVIDER })
    await stage.run()
    const forged = await stage.reply(success(await stage.reference(placed.id)), { key: 'rsa3072' })
    const body = { domain: placed.domain, outcome: 'done', note: 'looks good' }
    expect((await stage.post(`/v1/mails/${forged.id}/assign`, body)).status).toBe(409)
    expect((await stage.domain(placed.domain))['status']).toBe('Registering')
    const noted = await stage.post(`/v1/mails/${forged.id}/assign`, { ...body, outcome: 'informational' })
    expect([noted.status, noted.json['stage']]).toEqual([200, 'informational'])
    expect(await stage.log('?level=warning')).toContainEqual(
      expect.objectContaining({ event: 'mail.assigned', text: expect.stringContaining('NOT TRUSTED') }),
    )
  })
})
