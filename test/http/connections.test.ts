import { rmSync } from 'node:fs'
import type { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLocalApp } from '../../src/http/local.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import {
  addTestConnection,
  copyKey,
  createTestGateway,
  failure,
  REPLY_TO,
  ROBOT,
  success,
  type TestGateway,
} from '../helpers/gateway.js'
import { call, orderBody } from './harness.js'

let folder: string
let store: TestStore
let gateway: TestGateway
let app: Hono
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  folder = temporaryFolder()
  await store.empty()
  gateway = await createTestGateway(store, folder)
  app = createLocalApp({ deps: gateway.deps })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(() => store.close())

type View = Record<string, unknown>
const get = async (path: string): Promise<View> => (await call(app, 'GET', path)).json
const order = async (
  change: Record<string, unknown> = {},
): Promise<{ id: string; reference: string; domain: string }> => {
  const body = orderBody({ account: { id: 'house', type: 'provider' }, ...change })
  const { json } = await call(app, 'POST', '/v1/orders', { body })
  const { reference } = json['request'] as { reference: string }
  return { id: String(json['id']), reference, domain: String(json['domain']) }
}

describe('F36: two connections with one registry', () => {
  const SECOND = 'denic-second@in.hoster.example'
  beforeEach(async () => {
    copyKey(gateway.keysDir, 'rsa3072.sec.asc', 'second.asc', true)
    copyKey(gateway.keysDir, 'rsa3072.pub.asc', 'registry-second.asc', false)
    await addTestConnection(gateway)
    await addTestConnection(gateway, {
      ...{ title: 'DENIC second account', tlds: [] },
      registry: { to: ROBOT, from: 'second@hoster.example', replyTo: SECOND },
      ...{ signing: { scheme: 'openpgp-clear', key: 'second.asc' }, trust: { keys: ['registry-second.asc'] } },
    })
  })

  test('each signs with its own key from its own address, and replies land on the right one', async () => {
    const first = await order()
    const second = await order({ connection: 'DENIC second account' })
    await gateway.run()
    expect(gateway.sent.map(({ raw }) => /^From: (.*)$/m.exec(raw.toString())?.[1]?.trim())).toEqual([
      'domains@hoster.example',
      'second@hoster.example',
    ])
    await gateway.receive(await gateway.reply(success(first.reference)))
    await gateway.receive(await gateway.reply(success(second.reference), { key: 'rsa3072' }), SECOND)
    for (const { id } of [first, second]) expect((await get(`/v1/orders/${id}`))['status']).toBe('done')
  })

  test('a reply to one that comes to the other, or is signed for the other, settles nothing', async () => {
    const first = await order()
    await order({ connection: 'DENIC second account' })
    await gateway.run()
    const stray = [
      await gateway.receive(await gateway.reply(success(first.reference), { key: 'rsa3072' }), SECOND),
      await gateway.receive(await gateway.reply(success(first.reference), { key: 'rsa3072' }), REPLY_TO),
      await gateway.receive(await gateway.reply(success(first.reference)), SECOND),
    ]
    expect(stray.map(({ stage }) => stage)).not.toContain('settled')
    expect((await get(`/v1/orders/${first.id}`))['status']).toBe('sent')
    expect((await get(`/v1/domains/${first.domain}`))['status']).toBe('Registering')
  })
})

test('F37: a connection shows the names of secrets and never a secret', async () => {
  gateway.deps.env = { RELAY_PASS: 'hunter2-secret' }
  const relay = { host: 'relay.example', port: 587, tls: 'starttls', user: 'me', passwordEnv: 'RELAY_PASS' }
  const { id } = await addTestConnection(gateway, { relay })
  for (const path of ['/v1/connections', `/v1/connections/${id}`, '/v1/actions', '/v1/tlds/de']) {
    const { text } = await call(app, 'GET', path)
    expect([path, /hunter2|BEGIN PGP PRIVATE/.test(text)]).toEqual([path, false])
  }
  expect(await get(`/v1/connections/${id}`)).toMatchObject({ relay: { passwordEnv: 'RELAY_PASS' } })
})

describe('F38: what the registry has to let in', () => {
  test('is shown of a connection that sends by a relay', async () => {
    const { id } = await addTestConnection(gateway)
    expect((await get(`/v1/connections/${id}`))['allowList']).toEqual({
      ...{ from: 'domains@hoster.example', envelopeDomain: 'in.hoster.example', helo: null, address: null },
      detail: expect.stringContaining('by the relay 127.0.0.1'),
    })
  })

  test('has the address that the connection comes from', async () => {
    const shown = async (change: Record<string, unknown>) => {
      const { id } = await addTestConnection(gateway, change)
      return (await get(`/v1/connections/${id}`))['allowList']
    }
    const relay = { host: '127.0.0.1', port: 2526, tls: false, localAddress: '192.0.2.10' }
    expect(await shown({ relay })).toMatchObject({ detail: expect.stringContaining('which sees 192.0.2.10') })
    const registry = { to: ROBOT, from: 'domains@hoster.example', replyTo: 'other@in.hoster.example' }
    const direct = { title: 'other', tlds: [], registry, relay: null, mx: { localAddress: '2001:DB8:0::10' } }
    expect(await shown(direct)).toMatchObject({
      address: '2001:db8::10',
      detail: expect.stringContaining('sees 2001:db8::10.'),
    })
  })

  test('is shown of one that sends by itself', async () => {
    const { id } = await addTestConnection(gateway, { relay: null })
    expect((await get(`/v1/connections/${id}`))['allowList']).toMatchObject({
      helo: 'gateway.hoster.example',
      detail: expect.stringContaining('EHLO gateway.hoster.example'),
    })
  })
})

describe('F55: the support contact', () => {
  const support = { name: 'Member service', email: 'help@registry.example' }
  const answered = async (lines: (reference: string) => string[]) => {
    const { id, reference, domain } = await order()
    await gateway.run()
    await gateway.receive(await gateway.reply(lines(reference)))
    return [await get(`/v1/orders/${id}`), await get(`/v1/domains/${domain}`)]
  }

  test('stands beside every error, and nowhere else', async () => {
    await addTestConnection(gateway, { support })
    expect(await answered(failure)).toMatchObject([
      { status: 'refused', support },
      { status: 'Error', support },
    ])
    expect(await answered(success)).toMatchObject([
      { status: 'done', support: null },
      { status: 'Registered', support: null },
    ])
    expect((await get('/v1/domains?status=Error'))['items']).toMatchObject([{ support }])
  })

  test('stands beside a time-out', async () => {
    await addTestConnection(gateway, { support, replyTimeout: '1d' })
    const { id } = await order()
    await gateway.run()
    gateway.pass(25 * 3_600_000)
    await gateway.run()
    expect(await get(`/v1/orders/${id}`)).toMatchObject({ status: 'timed-out', support })
  })

  test('stands in what refuses a decision or an order about it, and in the answer of a decision', async () => {
    await addTestConnection(gateway, { support })
    const { id, domain, reference } = await order()
    const decide = async (what: string) => (await call(app, 'POST', `/v1/orders/${id}/${what}`)).json
    expect(await decide('reset')).toMatchObject({ status: 409, support })
    expect(await decide('check')).toMatchObject({ status: 'queued', support: null })
    await gateway.run()
    expect(await decide('payment')).toMatchObject({ status: 'sent', support: null })
    expect(await decide('retry')).toMatchObject({ status: 409, support })
    const body = orderBody({ domain })
    expect((await call(app, 'POST', '/v1/orders', { body })).json).toMatchObject({ status: 409, support })
    await gateway.receive(await gateway.reply(failure(reference)))
    expect(await decide('payment')).toMatchObject({ status: 'refused', support })
    expect(await decide('cancel')).toMatchObject({ status: 409, support })
    const unknown = orderBody({ action: 'renew', domain: 'another.de' })
    expect((await call(app, 'POST', '/v1/orders', { body: unknown })).json).toMatchObject({ status: 422, support })
    const batch = await call(app, 'POST', '/v1/orders/batch', { body: { orders: [unknown] } })
    expect(batch.json).toMatchObject({ results: [{ status: 422, problem: { support } }] })
  })

  test.each([
    ['is no registry of ours', { domain: 'example.invalid' }, 422],
    ['is no name', { domain: '..' }, 422],
  ])('does not stand where the name %s', async (_, change, status) => {
    await addTestConnection(gateway, { support })
    const { json } = await call(app, 'POST', '/v1/orders', { body: orderBody(change) })
    expect([json['status'], 'support' in json]).toEqual([status, false])
    expect('support' in (await get('/v1/orders/00000000-0000-7000-8000-000000000000'))).toBe(false)
  })

  test('is null where the connection has none', async () => {
    await addTestConnection(gateway)
    expect(await answered(failure)).toMatchObject([{ support: null }, { support: null }])
  })
})
