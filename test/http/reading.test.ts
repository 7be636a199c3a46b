import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  actionSchema,
  connectionSchema,
  domainSchema,
  mailSchema,
  orderSchema,
  problemSchema,
  timelineItemSchema,
} from '../../src/http/schemas/views.js'
import { call, type Harness, openHarness, place } from './harness.js'

let harness: Harness
let order: Record<string, string>
let mailId: string
/** Octets that no decoding survives. */
const RAW = Buffer.concat([
  Buffer.from('Subject: <script>alert(1)</script>\r\n\r\n'),
  Buffer.from([0xff, 0x00, 0x0d, 0x0a]),
])

beforeAll(async () => {
  harness = await openHarness()
  order = await place(harness.app, { domain: 'bücher.de' })
  harness.advance(1_000)
  mailId = await storeMail()
  harness.advance(1_000)
  await call(harness.app, 'POST', `/v1/orders/${order['id']}/payment`)
})
afterAll(() => harness.close())

/** A mail that came in about the order and was not trusted. */
const storeMail = async (): Promise<string> => {
  const { store, clock, newId } = harness.deps
  const { id } = await store.mails.accept({
    id: newId(),
    envelope: { from: '', to: [harness.connection.registry.replyTo] },
    receivedAt: clock.now(),
    connectionId: harness.connection.id,
    raw: RAW,
    sha256: createHash('sha256').update(RAW).digest('hex'),
  })
  await store.mails.finish(id, {
    stage: 'untrusted',
    reason: 'the signature is of another key',
    verdict: { kind: 'untrusted', reason: 'signed by a stranger', fingerprint: null, signedAt: null },
    replies: [],
    orders: [],
  })
  await store.transaction((tables) =>
    tables.actions.append([
      {
        ...{ at: clock.now(), level: 'error', actor: 'registry', event: 'mail.untrusted', mailId: id },
        ...{ text: 'a mail is not trusted', domain: 'xn--bcher-kva.de' },
      },
    ]),
  )
  return id
}

type Items = { items: Record<string, unknown>[]; next: string | null }
const list = async (path: string): Promise<Items> => (await call(harness.app, 'GET', path)).json as Items

describe('domains', () => {
  test.each(['xn--bcher-kva.de', 'b%C3%BCcher.de', 'B%C3%9CCHER.de'])('GET /v1/domains/%s', async (name) => {
    const { status, json } = await call(harness.app, 'GET', `/v1/domains/${name}`)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      name: 'xn--bcher-kva.de',
      unicodeName: 'bücher.de',
      status: 'Pending',
      registered: false,
      openOrder: order['id'],
      next: expect.stringMatching(/signed and sent/),
    })
  })

  test.each(['nobody.de', '-bad-.de', 'de', 'www.example.de', '%00'])('404 for %s', async (name) => {
    for (const path of [`/v1/domains/${name}`, `/v1/domains/${name}/timeline`])
      expect((await call(harness.app, 'GET', path)).json).toMatchObject({
        status: 404,
        detail: expect.stringMatching(/\S/),
      })
  })

  test('lists by status and by registered', async () => {
    const provider = await place(harness.app, { account: { id: 'house', type: 'provider' } })
    const names = async (query: string) => (await list(`/v1/domains?${query}`)).items.map(({ name }) => name)
    expect(await names('status=Pending')).toEqual(['xn--bcher-kva.de'])
    expect(await names('registered=true')).toEqual([provider['domain']])
    expect(await names('registered=false&status=')).toEqual(['xn--bcher-kva.de'])
    expect((await names('')).length).toBe(2)
    expect((await call(harness.app, 'GET', '/v1/domains?registered=yes')).status).toBe(422)
  })

  test('the timeline merges log entries and mails, oldest first', async () => {
    const { items, next } = await list('/v1/domains/b%C3%BCcher.de/timeline')
    expect(next).toBeNull()
    expect(items.map(({ kind, event, stage }) => [kind, event ?? stage])).toEqual([
      ['action', 'order.placed'],
      ['mail', 'untrusted'],
      ['action', 'mail.untrusted'],
      ['action', 'order.paid'],
      ['action', 'order.queued'],
    ])
  })

  test('the timeline pages without losing or repeating an item', async () => {
    const whole = (await list('/v1/domains/b%C3%BCcher.de/timeline')).items
    const seen: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(`/v1/domains/b%C3%BCcher.de/timeline?limit=2&cursor=${cursor}`)
      seen.push(...page.items)
      cursor = page.next
    }
    expect(seen).toEqual(whole)
    expect((await list(`/v1/domains/b%C3%BCcher.de/timeline?limit=${whole.length}`)).next).toBeNull()
    const { json } = await call(harness.app, 'GET', '/v1/domains/b%C3%BCcher.de/timeline?cursor=bm90aGluZw')
    expect(json).toMatchObject({ status: 422, errors: [{ pointer: '/cursor' }] })
  })
})

describe('the action log', () => {
  test('is newest first, and oldest first after an entry', async () => {
    const newest = await list('/v1/actions')
    const ids = newest.items.map(({ id }) => Number(id))
    expect(ids).toEqual([...ids].sort((a, b) => b - a))
    const after = await list('/v1/actions?after=1')
    expect(after.items.map(({ id }) => Number(id))).toEqual([...ids].reverse().filter((id) => id > 1))
    expect((await list('/v1/actions?after=0&limit=1')).items[0]?.['id']).toBe('1')
  })

  test('filters by level and above, domain, order and time', async () => {
    const events = async (query: string) => (await list(`/v1/actions?${query}`)).items.map(({ event }) => event)
    expect(await events('level=warning')).toEqual(['mail.untrusted'])
    expect(await events(`order=${order['id']}`)).toEqual(['order.queued', 'order.paid', 'order.placed'])
    expect(await events('domain=B%C3%BCcher.de&level=error')).toEqual(['mail.untrusted'])
    expect(await events('domain=nobody.de')).toEqual([])
    expect(await events('since=2026-03-01T11:00:02+01:00&domain=b%C3%BCcher.de')).toEqual([
      'order.queued',
      'order.paid',
    ])
    expect(await events('since=2026-03-01T11:00:02%2B01:00&domain=b%C3%BCcher.de')).toEqual([
      'order.queued',
      'order.paid',
    ])
  })

  test.each(['level=fatal', 'since=yesterday', 'after=x', 'who=me'])('refuses ?%s', async (query) => {
    expect((await call(harness.app, 'GET', `/v1/actions?${query}`)).status).toBe(422)
  })
})

describe('mails', () => {
  test('are listed and read', async () => {
    const { items } = await list('/v1/mails?direction=in&verdict=untrusted&stage=untrusted')
    expect(items.map(({ id }) => id)).toEqual([mailId])
    expect((await list('/v1/mails?direction=out')).items).toEqual([])
    const { json } = await call(harness.app, 'GET', `/v1/mails/${mailId}`)
    expect(json).toMatchObject({ id: mailId, size: RAW.length, verdict: { kind: 'untrusted' }, envelope: { from: '' } })
  })

  test('give their exact octets, never as something to show', async () => {
    const response = await harness.app.request(`/v1/mails/${mailId}/raw`, {
      headers: { authorization: 'Bearer test-admin-token' },
    })
    expect(Buffer.from(await response.arrayBuffer())).toEqual(RAW)
    expect(response.headers.get('content-type')).toBe('message/rfc822')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
  })

  test.each(['/v1/mails/nothing', '/v1/mails/nothing/raw', '/v1/mails/0195f3c0-0000-7000-8000-000000000000/raw'])(
    '404 for %s',
    async (path) => {
      expect((await call(harness.app, 'GET', path)).json).toMatchObject({ status: 404 })
    },
  )
})

describe('connections', () => {
  const file = (change: Record<string, unknown> = {}) => ({
    title: 'Second account',
    profile: 'denic',
    tlds: [],
    mode: 'live',
    registry: { to: 'robot@registry.example', from: 'second@hoster.example', replyTo: 'second@in.hoster.example' },
    relay: { host: '127.0.0.1', port: 2526, tls: false },
    signing: { scheme: 'openpgp-clear', key: 'ed25519.sec.asc' },
    trust: { keys: ['rsa2048.pub.asc'] },
    account: { regacc: 'DENIC-1234' },
    ...change,
  })

  test('are added, listed, shown and removed', async () => {
    const added = await call(harness.app, 'POST', '/v1/connections', { body: file() })
    expect(added.status, added.text).toBe(201)
    const path = added.headers.get('location') ?? ''
    expect(path).toBe(`/v1/connections/${added.json['id']}`)
    expect((await list('/v1/connections')).items.map(({ title }) => title)).toContain('Second account')
    expect((await call(harness.app, 'GET', path)).json).toEqual(added.json)
    const removed = await call(harness.app, 'DELETE', path)
    expect([removed.status, removed.text]).toEqual([204, ''])
    expect((await list('/v1/connections')).items.map(({ title }) => title)).not.toContain('Second account')
    for (const method of ['GET', 'DELETE'])
      expect((await call(harness.app, method, path)).json).toMatchObject({ status: 404 })
  })

  test('are refused with every problem at once', async () => {
    const { json } = await call(harness.app, 'POST', '/v1/connections', { body: file({ mode: 'loud', relais: {} }) })
    expect(json).toMatchObject({ status: 422 })
    expect((json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer).sort()).toEqual(['/mode', '/relais'])
  })

  test('stay while something depends on them', async () => {
    const { json } = await call(harness.app, 'DELETE', `/v1/connections/${harness.connection.id}`)
    expect(json).toMatchObject({ status: 409 })
  })

  test.each(['GET', 'DELETE'])('404 for %s of an unknown one', async (method) => {
    expect((await call(harness.app, method, '/v1/connections/nothing')).status).toBe(404)
  })
})

describe('connections', () => {
  test('are listed in pages, in the words of a connection file', async () => {
    const { status, json } = await call(harness.app, 'GET', '/v1/connections?limit=1')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      items: [{ title: harness.connection.title, relay: { tls: false }, trust: { maxAge: '7d' }, checkEvery: '1h' }],
      next: null,
    })
    expect((await call(harness.app, 'GET', '/v1/connections?cursor=none')).status).toBe(422)
  })
})

describe('answers have the fields that their schemas say, no more and no fewer, at any depth', () => {
  const answer = async (path: string) => (await call(harness.app, 'GET', path)).json
  const first = async (path: string) => (await answer(path))['items'] as object[]

  test.each([
    ['order', orderSchema, () => answer(`/v1/orders/${order['id']}`)],
    ['domain', domainSchema, () => answer('/v1/domains/xn--bcher-kva.de')],
    ['action', actionSchema, async () => (await first('/v1/actions'))[0]],
    ['timeline', z.array(timelineItemSchema), () => first('/v1/domains/xn--bcher-kva.de/timeline')],
    ['mail', mailSchema, () => answer(`/v1/mails/${mailId}`)],
    ['mail with a reply', mailSchema, async () => answer(`/v1/mails/${await storeTrustedMail()}`)],
    ['connection', connectionSchema, () => answer(`/v1/connections/${harness.connection.id}`)],
    ['connection with everything', connectionSchema, async () => answer(`/v1/connections/${await fullConnection()}`)],
    ['problem', problemSchema, () => answer('/v1/orders?limit=x')],
  ])('%s', async (_, schema: z.ZodType, read) => {
    const json = await read()
    // Parsing refuses what is missing or of another kind, and takes away what the schema does not have.
    expect(schema.parse(json)).toEqual(json)
  })

  const storeTrustedMail = async (): Promise<string> => {
    const { store, clock, newId } = harness.deps
    const raw = Buffer.from('trusted')
    const sha256 = createHash('sha256').update(raw).digest('hex')
    const { id } = await store.mails.accept({
      ...{ id: newId(), receivedAt: clock.now(), connectionId: harness.connection.id, raw, sha256 },
      envelope: { from: 'a@b.example', to: ['c@d.example'], remoteAddress: '192.0.2.1', helo: 'b.example' },
    })
    const reply = { reference: 'sp-x', domain: 'a.de', code: '1', text: 'taken', effect: 'settled by reference' }
    await store.mails.finish(id, {
      ...{ stage: 'settled', reason: 'settled', orders: [String(order['id'])] },
      verdict: { kind: 'trusted', reason: 'signed', fingerprint: 'AB', signedAt: clock.now() },
      replies: [{ outcome: 'refused', ...reply }],
      evidence: {
        ...{ spf: 'pass', dkim: 'policy', dmarc: 'temperror' },
        domains: { spf: 'b.example', dkim: ['c.example'], from: null },
      },
    })
    return id
  }

  const fullConnection = async (): Promise<string> => {
    const { store, newId, clock } = harness.deps
    const [id, now] = [newId(), clock.now()]
    await store.connections.insert({
      ...harness.connection,
      ...{ id, title: 'Everything', tlds: [] },
      registry: { ...harness.connection.registry, replyTo: 'everything@in.hoster.example', test: 'test@r.example' },
      relay: {
        host: 'r.example',
        port: 465,
        tls: 'implicit',
        user: 'u',
        passwordEnv: 'P',
        ca: 'ca.pem',
        localAddress: null,
      },
      trust: { ...harness.connection.trust, keys: [{ file: 'k.asc', notBefore: now, notAfter: now, names: null }] },
      rate: { perDay: 1000 },
      defaults: { nameservers: [{ host: 'ns.example', addresses: ['192.0.2.1'] }], contacts: { holder: [] } },
      ...{ agreement: { text: 'a', file: null }, expiry: { warnDays: 30, renewDays: null }, lookup: 'rdap' },
      support: { name: 'Support', email: 's@r.example' },
    })
    return id
  }
})
