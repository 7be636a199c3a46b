import { rmSync } from 'node:fs'
import type { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLocalApp } from '../../src/http/local.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, ROBOT, success, type TestGateway } from '../helpers/gateway.js'
import { call, orderBody } from './harness.js'

const TEST_ROBOT = 'test-robot@registry.example'
const REGISTRY = {
  to: ROBOT,
  from: 'domains@hoster.example',
  replyTo: 'denic-main@in.hoster.example',
  test: TEST_ROBOT,
}

let folder: string
let store: TestStore
let gateway: TestGateway
let app: Hono
let id: string
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  folder = temporaryFolder()
  await store.empty()
  gateway = await createTestGateway(store, folder)
  app = createLocalApp({ deps: gateway.deps })
  id = (await addTestConnection(gateway, { mode: 'test', registry: REGISTRY })).id
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(() => store.close())

type View = Record<string, unknown>
const get = async (path: string): Promise<View> => (await call(app, 'GET', path)).json
const at = (rest = '') => `/v1/connections/${id}${rest}`
const patch = (body: unknown) => call(app, 'PATCH', at(), { body })
const tick = (item: string, body?: unknown) => call(app, 'POST', at(`/checklist/${item}`), { body })
const order = (change: Record<string, unknown> = {}) =>
  call(app, 'POST', '/v1/orders', { body: orderBody({ account: { id: 'house', type: 'provider' }, ...change }) })
const done = async (answer: { json: View }): Promise<void> => {
  await gateway.run()
  const { reference } = answer.json['request'] as { reference: string }
  await gateway.receive(await gateway.reply(success(reference)))
}
const doneItems = async (): Promise<string[]> =>
  ((await get(at('/checklist')))['items'] as { id: string; done: boolean }[]).flatMap((item) =>
    item.done ? [item.id] : [],
  )
const goLive = async () => {
  await tick('agreement-signed')
  await tick('key-exchanged')
  await done(await order({ domain: 'tried.de' }))
  return patch({ mode: 'live' })
}

describe('F52: the checklist of a connection in test mode', () => {
  test('has three items, which a person ticks or which are known from the orders', async () => {
    const { json } = await call(app, 'GET', at('/checklist'))
    expect(json).toMatchObject({
      ready: false,
      items: [
        { id: 'agreement-signed', done: false, doneBy: null, doneAt: null },
        { id: 'key-exchanged', done: false, detail: expect.stringMatching(/gateway\.asc, fingerprint [0-9A-F]{40}/i) },
        { id: 'test-order-passed', done: false, detail: expect.stringContaining('Place an order') },
      ],
    })
  })

  test('writes down who ticked what, once, and takes it back', async () => {
    const body = { note: 'contract of 2026-06-30' }
    const first = await tick('agreement-signed', body)
    const [item] = first.json['items'] as View[]
    expect([first.status, item]).toMatchObject([
      200,
      { done: true, doneBy: 'cli', doneAt: gateway.now().toISOString(), detail: expect.stringContaining(body.note) },
    ])
    await tick('agreement-signed', body)
    expect(await doneItems()).toEqual(['agreement-signed'])
    await tick('agreement-signed', { done: false })
    await tick('agreement-signed', { done: false })
    expect(await doneItems()).toEqual([])
    const log = (await get('/v1/actions?limit=50'))['items'] as { event: string; actor: string }[]
    expect(log.filter(({ event }) => event.startsWith('checklist')).map(({ event, actor }) => [event, actor])).toEqual([
      ['checklist.undone', 'cli'],
      ['checklist.done', 'cli'],
    ])
  })

  test.each([
    ['test-order-passed', {}, 409],
    ['anything', {}, 404],
    ['agreement-signed', { done: 'yes' }, 422],
    ['agreement-signed', { note: 'a\nb' }, 422],
  ])('refuses %s with %j', async (item, body, status) => {
    expect((await tick(item, body)).status).toBe(status)
    expect(await doneItems()).toEqual([])
  })

  test('a key that cannot sign is none that was exchanged, whoever ticked it', async () => {
    await tick('key-exchanged')
    rmSync(`${gateway.keysDir}/gateway.asc`)
    expect(await doneItems()).toEqual([])
  })

  test('keeps the connection from going live until all of it is done, and says what is missing', async () => {
    const refused = await patch({ mode: 'live' })
    expect(refused.status).toBe(409)
    expect((refused.json['errors'] as { pointer: string; detail: string }[]).map(({ detail }) => detail)).toEqual([
      expect.stringContaining('agreement-signed'),
      expect.stringContaining('key-exchanged'),
      expect.stringContaining('test-order-passed'),
    ])
    await tick('agreement-signed')
    await tick('key-exchanged')
    expect((await patch({ mode: 'live' })).json['errors']).toHaveLength(1)
    await done(await order())
    const live = await patch({ mode: 'live' })
    expect([live.status, live.json['mode']]).toEqual([200, 'live'])
    const log = (await get('/v1/actions?limit=1'))['items'] as { text: string }[]
    expect(log[0]?.text).toContain(`it is in mode live now: requests go to ${ROBOT}`)
  })

  test('a refused test order does not count', async () => {
    const answer = await order()
    await gateway.run()
    const { reference } = answer.json['request'] as { reference: string }
    const lines = ['RESULT: failed', 'STID: 065d3bb8-765d-5c3c-a3f3-3393049a6f8d', `CTID: ${reference}`]
    await gateway.receive(await gateway.reply([...lines, 'ERROR: 63300062009 No such [x]']))
    expect(await doneItems()).toEqual([])
  })

  test('what is created live is live', async () => {
    const registry = { ...REGISTRY, replyTo: 'other@in.hoster.example' }
    const other = await addTestConnection(gateway, { title: 'Other', tlds: [], registry })
    expect(other.mode).toBe('live')
  })
})

describe('F51: test mode', () => {
  test('every request goes to the test address; orders, domains, TLDs and events say so', async () => {
    const { json } = await order({ domain: 'tried.de' })
    await done({ json })
    expect(gateway.sent.map(({ envelope }) => envelope.to)).toEqual([[TEST_ROBOT]])
    expect(json['mode']).toBe('test')
    expect(await get(`/v1/orders/${json['id']}`)).toMatchObject({ mode: 'test', status: 'done' })
    expect(await get('/v1/domains/tried.de')).toMatchObject({ mode: 'test', status: 'Registered' })
    expect(await get('/v1/tlds/de')).toMatchObject({ mode: 'test', connection: { mode: 'test' } })
    const events = await gateway.deps.store.events.list({ orderId: String(json['id']) })
    expect(events.length).toBeGreaterThan(3)
    for (const { data } of events) expect(data).toMatchObject({ mode: 'test' })
  })

  test.each(['awaiting-payment', 'queued'])('an order that is %s keeps the mode from changing', async (status) => {
    await goLive()
    await order({ domain: 'open.de', ...(status === 'queued' ? {} : { account: { id: 'c', type: 'customer' } }) })
    const answer = await patch({ mode: 'test' })
    expect([answer.status, answer.json['errors']]).toEqual([
      409,
      [{ pointer: '/mode', detail: expect.stringContaining('1 open orders, which were placed in mode live') }],
    ])
  })

  test('an order that was placed in test mode never reaches the live address, whatever its connection became', async () => {
    const { json } = await order({ domain: 'tried.de' })
    const connection = await gateway.deps.store.connections.get(id)
    if (connection === null) throw new Error('the connection is gone')
    // As no flow would do it: the order is still queued.
    await gateway.deps.store.connections.update({ ...connection, mode: 'live' }, gateway.now())
    await gateway.run()
    expect(gateway.sent.map(({ envelope }) => envelope.to)).toEqual([[TEST_ROBOT]])
    expect(await get(`/v1/orders/${json['id']}`)).toMatchObject({ mode: 'test', status: 'sent' })
  })

  test('an order that comes while the connection goes live is placed in one mode or refused', async () => {
    await tick('agreement-signed')
    await tick('key-exchanged')
    await done(await order({ domain: 'tried.de' }))
    const [changed, ...placed] = await Promise.all([
      patch({ mode: 'live' }),
      ...Array.from({ length: 5 }, (_, index) => order({ domain: `race-${index}.de` })),
    ])
    await gateway.run()
    for (const { status, json } of placed) {
      expect([202, 409]).toContain(status)
      if (status === 202 && changed.status === 409) expect(json['mode']).toBe('test')
    }
    const modes = new Map(placed.map(({ json }) => [json['domain'], json['mode']]))
    for (const { envelope, raw } of gateway.sent.slice(1)) {
      const name = /^Domain: (.*)$/m.exec(raw.toString())?.[1]?.trim()
      expect([name, envelope.to]).toEqual([name, [modes.get(name) === 'live' ? ROBOT : TEST_ROBOT]])
    }
  })

  test('what was registered in test mode is new to the live registry', async () => {
    expect((await goLive()).status).toBe(200)
    expect(await get('/v1/domains/tried.de')).toMatchObject({ mode: 'test', status: 'Registered' })
    const change = await order({ domain: 'tried.de', action: 'update-nameservers' })
    expect([change.status, change.json['detail']]).toEqual([409, expect.stringContaining('is not looked after here')])
    const { status, json } = await order({ domain: 'tried.de' })
    expect([status, json['mode']]).toEqual([202, 'live'])
    expect(await get('/v1/domains/tried.de')).toMatchObject({ mode: 'live', status: 'Registering' })
    await gateway.run()
    expect(gateway.sent.at(-1)?.envelope.to).toEqual([ROBOT])
  })

  test('a live connection that holds domains stays live, and one without may be tried again', async () => {
    await goLive()
    expect((await patch({ mode: 'test' })).status).toBe(200)
    expect((await patch({ mode: 'live' })).status).toBe(200)
    await done(await order({ domain: 'real.de' }))
    const answer = await patch({ mode: 'test' })
    expect([answer.status, answer.json['detail']]).toEqual([409, expect.stringContaining('holds 1 domains')])
  })

  test('a live domain cannot be registered over in test mode', async () => {
    await goLive()
    await done(await order({ domain: 'real.de' }))
    const registry = { ...REGISTRY, replyTo: 'try@in.hoster.example' }
    await addTestConnection(gateway, { title: 'Try', tlds: [], mode: 'test', registry })
    expect((await order({ domain: 'real.de', connection: 'Try' })).status).toBe(409)
    expect(await get('/v1/domains/real.de')).toMatchObject({ mode: 'live', status: 'Registered' })
  })

  test.each([
    [{ registry: { test: null } }, '/registry/test'],
    [{ registry: { test: ROBOT } }, '/registry/test'],
    [{ registry: { test: ROBOT.toUpperCase() } }, '/registry/test'],
    [{ registry: { to: TEST_ROBOT } }, '/registry/test'],
    [{ mode: 'loud' }, '/mode'],
    [{ mode: null }, '/mode'],
  ])('%j is refused: the test address is never the live one', async (body, pointer) => {
    const answer = await patch(body)
    expect([answer.status, answer.json['errors']]).toMatchObject([422, [{ pointer }]])
  })
})
