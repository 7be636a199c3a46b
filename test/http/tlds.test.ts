import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACTIONS } from '../../src/core/action.js'
import { createToken } from '../../src/http/accounts.js'
import { aConnection } from '../helpers/records.js'
import { call, type Harness, openHarness, orderBody, place } from './harness.js'

let harness: Harness
/** A second connection, to the same registry. */
let second: ReturnType<typeof aConnection>
beforeAll(async () => {
  harness = await openHarness()
  second = aConnection({
    ...{ id: 'connection-2', title: 'DENIC second', tlds: ['co.uk', 'xn--p1ai'] },
    registry: { ...harness.connection.registry, replyTo: 'denic-second@in.hoster.example' },
    signing: harness.connection.signing,
    trust: harness.connection.trust,
    support: { name: 'Member service', email: 'help@registry.example' },
  })
  await harness.deps.store.connections.insert(second)
})
afterAll(() => harness.close())

const get = (path: string) => call(harness.app, 'GET', path)
const patch = (id: string, body: unknown) => call(harness.app, 'PATCH', `/v1/connections/${id}`, { body })
const move = (tld: string, connection: unknown) =>
  call(harness.app, 'PUT', `/v1/tlds/${encodeURIComponent(tld)}`, { body: { connection } })
const ownerOf = async (tld: string) => (await get(`/v1/tlds/${tld}`)).json['connection']

/** Whatever is right for its registry is right: for names that the built-in profile does not take. */
const withoutChecks = async (work: () => Promise<void>): Promise<void> => {
  const { profiles } = harness.deps
  harness.deps.profiles = new Map([...profiles].map(([id, profile]) => [id, { ...profile, check: () => [] }]))
  await work().finally(() => {
    harness.deps.profiles = profiles
  })
}

type TldAction = { name: string; supported: boolean; reason: string | null; fields?: Record<string, unknown> | null }

describe('F95: the TLDs', () => {
  test('are listed in order, with where their orders go and what their registry can do', async () => {
    const { status, json } = await get('/v1/tlds')
    const items = json['items'] as { tld: string; unicodeTld: string; actions: TldAction[] }[]
    expect([status, json['next'], items.map(({ tld }) => tld)]).toEqual([200, null, ['co.uk', 'de', 'xn--p1ai']])
    expect(items[1]).toMatchObject({
      connection: { id: harness.connection.id, title: 'DENIC main account', mode: 'live' },
      ...{ profile: 'denic', mode: 'live', agreement: null, support: null, warning: null },
    })
    expect(items[2]).toMatchObject({ unicodeTld: 'рф', support: { email: 'help@registry.example' } })
    const actions = items[1]?.actions ?? []
    expect(actions.map(({ name }) => name)).toEqual(ACTIONS)
    for (const { supported, reason } of actions) expect(supported).toBe(reason === null)
    expect(actions.find(({ name }) => name === 'renew')?.reason).toMatch(/renews by itself/)
  })

  test('are pages, which stay right while TLDs come and go', async () => {
    const first = await get('/v1/tlds?limit=1')
    expect(first.json['items']).toMatchObject([{ tld: 'co.uk' }])
    await patch(second.id, { tlds: ['xn--p1ai', 'ch', 'at'] })
    const rest = await get(`/v1/tlds?limit=2&cursor=${String(first.json['next'])}`)
    expect(rest.json['items']).toMatchObject([{ tld: 'de' }, { tld: 'xn--p1ai' }])
    expect(rest.json['next']).toBeNull()
    expect((await get('/v1/tlds?cursor=Ä')).status).toBe(422)
    await patch(second.id, { tlds: ['co.uk', 'xn--p1ai'] })
  })

  test.each(['co.uk', 'CO.UK', 'рф', 'xn--p1ai'])('%s is read as it is written', async (tld) => {
    const { status, json } = await get(`/v1/tlds/${encodeURIComponent(tld)}`)
    expect([status, json['connection']]).toMatchObject([200, { id: second.id }])
  })

  test.each(['fr', 'uk', '.de', 'de.', 'a b', '%00', '*', 'x'.repeat(300)])('%j is 404', async (tld) => {
    const { status, json } = await get(`/v1/tlds/${encodeURIComponent(tld)}`)
    expect([status, json['detail']]).toEqual([404, expect.stringMatching(/supported are: co\.uk, de|is no TLD/)])
  })

  test('are read by a token of one account too, and changed by an administrator alone', async () => {
    const { token } = await createToken(
      harness.deps,
      { name: 'shop', scope: 'billing', accountId: 'cust-7' },
      { actor: 'cli', person: null },
    )
    for (const path of ['/v1/tlds', '/v1/tlds/de'])
      expect((await call(harness.app, 'GET', path, { token })).status).toBe(200)
    const body = { connection: second.id }
    expect((await call(harness.app, 'PUT', '/v1/tlds/de', { token, body })).status).toBe(403)
  })

  test('one that nobody can order a name below has a warning', async () => {
    await patch(second.id, { tlds: ['co.uk', 'xn--p1ai', 'github.io', 'uk'] })
    for (const [tld, warning] of [
      ['github.io', expect.stringContaining('is no suffix')],
      ['uk', null],
      ['co.uk', null],
    ])
      expect((await get(`/v1/tlds/${tld}`)).json['warning']).toEqual(warning)
    await patch(second.id, { tlds: ['co.uk', 'xn--p1ai'] })
  })
})

test('F34: a TLD tells the price of each action that has one', async () => {
  await harness.deps.store.prices.save({ tld: 'de', action: 'register', amount: '9.90', currency: 'EUR' })
  const actions = (await get('/v1/tlds/de')).json['actions'] as { name: string; price: unknown }[]
  expect(actions.filter(({ price }) => price !== null)).toMatchObject([
    { name: 'register', price: { amount: '9.90', currency: 'EUR' } },
  ])
  expect((await place(harness.app))['price']).toEqual({ amount: '9.90', currency: 'EUR' })
})

describe('F42-F44: where an order goes', () => {
  test('F42: a TLD that no connection has is refused with the list of those that one has', async () => {
    const answer = await call(harness.app, 'POST', '/v1/orders', { body: orderBody({ domain: 'example.fr' }) })
    expect([answer.status, answer.json['detail']]).toEqual([422, expect.stringContaining('co.uk, de, xn--p1ai')])
    expect(answer.json['errors']).toMatchObject([{ pointer: '/domain' }])
  })

  test('F43: a TLD has one connection; another that claims it is refused and told how to move it', async () => {
    const answer = await patch(second.id, { tlds: ['de'] })
    expect(answer.status).toBe(422)
    expect(answer.json['errors']).toEqual([
      { pointer: '/tlds', detail: expect.stringMatching(/belongs to .*DENIC main account.*PUT \/v1\/tlds\/de/) },
    ])
  })

  test('F43: it moves in one step, for new orders only: open orders and domains stay', async () => {
    const open = await place(harness.app)
    expect((await move('de', second.title)).json['connection']).toMatchObject({ id: second.id })
    expect((await get(`/v1/connections/${harness.connection.id}`)).json['tlds']).toEqual([])
    expect((await get(`/v1/connections/${second.id}`)).json['tlds']).toEqual(['co.uk', 'xn--p1ai', 'de'])
    const later = await place(harness.app)
    expect([(await get(`/v1/orders/${open['id']}`)).json['connection'], later['connection']]).toEqual([
      harness.connection.id,
      second.id,
    ])
    expect((await get(`/v1/domains/${open['domain']}`)).json['connection']).toBe(harness.connection.id)
    const paid = await call(harness.app, 'POST', `/v1/orders/${open['id']}/payment`)
    expect(paid.json['connection']).toBe(harness.connection.id)
    const { json } = await get('/v1/actions?limit=10')
    expect(json['items']).toContainEqual(
      expect.objectContaining({
        event: 'tld.assigned',
        data: { tld: 'de', connection: second.id, before: harness.connection.id },
      }),
    )
    expect((await move('de', harness.connection.id)).status).toBe(200)
  })

  test('F43: to say it again changes nothing; a new TLD goes to whom it is given', async () => {
    const entries = async () => (await get('/v1/actions?limit=200')).json['items'] as unknown[]
    const before = (await entries()).length
    expect((await move('de', harness.connection.id)).status).toBe(200)
    expect((await entries()).length).toBe(before)
    expect((await move('österreich.example', second.id)).json).toMatchObject({ unicodeTld: 'österreich.example' })
    expect((await patch(second.id, { tlds: ['co.uk', 'xn--p1ai'] })).status).toBe(200)
    expect((await get('/v1/tlds/xn--sterreich-z7a.example')).status).toBe(404)
  })

  test.each([
    ['de', 'nobody', 422, '/connection'],
    ['de', null, 422, '/connection'],
    ['a b', 'DENIC second', 404, undefined],
  ])('F43: moving %j to %j is refused', async (tld, connection, status, pointer) => {
    const answer = await move(tld, connection)
    expect([answer.status, (answer.json['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([status, pointer])
  })

  test('F43: moved to and fro at the same time it ends with one of them', async () => {
    const targets = [second.id, harness.connection.id, second.id, harness.connection.id, second.id]
    const answers = await Promise.all(targets.map((id) => move('de', id)))
    for (const { status } of answers) expect([200, 409]).toContain(status)
    const lists = await Promise.all(
      [harness.connection.id, second.id].map(async (id) => (await get(`/v1/connections/${id}`)).json['tlds']),
    )
    expect(lists.flat().filter((tld) => tld === 'de')).toHaveLength(1)
    const owner = (await ownerOf('de')) as { id: string }
    expect((await place(harness.app))['connection']).toBe(owner.id)
    await move('de', harness.connection.id)
  })

  test('F44: example.co.uk is one name under co.uk, and a.b.co.uk is a third-level one', () =>
    withoutChecks(async () => {
      const order = (domain: string) => call(harness.app, 'POST', '/v1/orders', { body: orderBody({ domain }) })
      const taken = await order('example.co.uk')
      expect([taken.status, taken.json['connection']]).toEqual([202, second.id])
      for (const domain of ['a.b.co.uk', 'co.uk', 'a.b.de']) {
        const refused = await order(domain)
        expect([refused.status, refused.json['errors']]).toMatchObject([422, [{ pointer: '/domain' }]])
      }
      const { json } = await order('a.b.co.uk')
      expect(json['detail']).toBe('/domain: a.b.co.uk is a sub-domain; only b.co.uk can be registered, order that.')
    }))
})

describe('F56: what an order has to say, as JSON Schema', () => {
  const fieldsOf = async (tld: string, action: string) => {
    const actions = (await get(`/v1/tlds/${tld}`)).json['actions'] as TldAction[]
    return actions.find(({ name }) => name === action)?.fields ?? null
  }
  const validator = async (tld: string, action: string) => {
    const schema = await fieldsOf(tld, action)
    return new Ajv2020({
      strict: true,
      strictRequired: false,
      strictTypes: false,
      allErrors: true,
      formats: { 'date-time': true },
    }).compile(schema ?? {})
  }

  test('is there for each action that there is, and no other', async () => {
    const actions = (await get('/v1/tlds/de')).json['actions'] as TldAction[]
    for (const { name, supported, fields } of actions) expect([name, fields !== null]).toEqual([name, supported])
  })

  test.each([
    ['register', {}, true],
    ['register', { contacts: {} }, false],
    ['register', { contacts: { holder: [{ handle: 'nobody' }] } }, false],
    ['register', { nameservers: [{ host: 'ns1.example.net' }] }, false],
    ['register', { domain: 'own.de', nameservers: undefined, records: ['own.de IN A 192.0.2.1'] }, true],
    ['register', { nameservers: undefined }, false],
    ['register', { authInfo: 'Ab3-xY7_kQ' }, false],
    ['register', { period: { years: 2 } }, false],
    ['register', { colour: 'red' }, false],
    ['register', { account: undefined }, false],
    ['register', { action: 'transfer' }, false],
    ['transfer', { authInfo: 'Ab3-xY7_kQ' }, true],
    ['transfer', {}, false],
    ['update-nameservers', {}, true],
    ['update-nameservers', { contacts: undefined, nameservers: undefined }, false],
  ])('%s with %j: %s, and the order is answered alike', async (action, change, good) => {
    const validate = await validator('de', action)
    const body = JSON.parse(JSON.stringify(orderBody({ action, ...change })))
    expect([validate(body), validate.errors]).toEqual([good, good ? null : expect.anything()])
    const answer = await call(harness.app, 'POST', '/v1/orders', { body: { ...body, action } })
    // A name that is not held cannot be changed, however good the order is otherwise.
    const expected = action === 'update-nameservers' ? 409 : 202
    if (!('action' in change)) expect(answer.status).toBe(good ? expected : 422)
  })

  test('F47: asks for the acceptance of the agreement as it is now, for new domains alone', async () => {
    await patch(harness.connection.id, { agreement: { text: 'You agree.' } })
    const { json } = await get('/v1/tlds/de')
    const { version } = json['agreement'] as { version: string }
    const validate = await validator('de', 'register')
    const agreement = { version, acceptedBy: 'owner@example.net', acceptedAt: '2026-01-01T10:00:00Z' }
    expect(validate(orderBody())).toBe(false)
    expect(validate(orderBody({ agreement }))).toBe(true)
    expect(validate(orderBody({ agreement: { ...agreement, version: 'sha256:0' } }))).toBe(false)
    expect((await validator('de', 'update-nameservers'))(orderBody({ action: 'update-nameservers' }))).toBe(true)
    expect((await get('/v1/tlds')).json['items']).toContainEqual(
      expect.objectContaining({ tld: 'de', agreement: { version } }),
    )
    await patch(harness.connection.id, { agreement: null })
  })

  test("asks for no name servers where the connection has the account's own", async () => {
    await patch(harness.connection.id, { defaults: { nameservers: ['ns1.hoster.example', 'ns2.hoster.example'] } })
    expect((await validator('de', 'register'))(orderBody({ nameservers: undefined }))).toBe(true)
    await patch(harness.connection.id, { defaults: null })
  })

  test('asks for no holder where the domain has one', async () => {
    const body = orderBody({ action: 'update-nameservers', contacts: undefined })
    expect((await validator('de', 'update-nameservers'))(JSON.parse(JSON.stringify(body)))).toBe(true)
  })

  test('is that of every order where the profile has no form of its own', async () => {
    const { profiles } = harness.deps
    harness.deps.profiles = new Map(
      [...profiles].map(([id, profile]) => [id, { ...profile, formOf: () => null }] as const),
    )
    const validate = await validator('de', 'register')
    harness.deps.profiles = profiles
    expect(validate(orderBody({ contacts: {} }))).toBe(true)
    expect(validate(orderBody({ colour: 'red' }))).toBe(false)
  })
})

describe('the prices', () => {
  const put = (tld: string, action: string, body: unknown) =>
    call(harness.app, 'PUT', `/v1/tlds/${encodeURIComponent(tld)}/prices/${action}`, { body })
  const price = { amount: '9.90', currency: 'EUR' }

  test('are set, listed by TLD, shown with the TLD, and removed with null', async () => {
    const first = await put('РФ', 'register', { price })
    expect([first.status, first.json]).toEqual([200, { tld: 'xn--p1ai', action: 'register', price, before: null }])
    await put('co.uk', 'transfer', { price: { ...price, amount: '8' } })
    const all = (await get('/v1/prices')).json['items'] as { tld: string }[]
    expect(all.map(({ tld }) => tld).filter((tld) => tld !== 'de')).toEqual(['co.uk', 'xn--p1ai'])
    expect((await get(`/v1/prices?tld=${encodeURIComponent('рф')}`)).json['items']).toMatchObject([{ price }])
    const { actions } = (await get('/v1/tlds/co.uk')).json as { actions: { name: string; price: unknown }[] }
    expect(actions.find(({ name }) => name === 'transfer')?.price).toMatchObject({ amount: '8' })
    const gone = await put('co.uk', 'transfer', { price: null })
    expect([gone.status, gone.json['before']]).toMatchObject([200, { amount: '8' }])
    expect((await get('/v1/prices?tld=co.uk')).json['items']).toEqual([])
  })

  test.each([
    ['no body', {}, '/price'],
    ['a number', { price: { ...price, amount: 9.9 } }, '/price/amount'],
    ['a negative amount', { price: { ...price, amount: '-1' } }, '/price/amount'],
    ['no currency', { price: { amount: '1' } }, '/price/currency'],
    ['a field that is not known', { price: { ...price, per: 'year' } }, '/price/per'],
  ])('with %s are refused by the field', async (_, body, pointer) => {
    const { status, json } = await put('de', 'register', body)
    expect([status, (json['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([422, pointer])
  })

  test('of what is no TLD, or no action, are refused', async () => {
    expect((await put('a b', 'register', { price })).status).toBe(404)
    expect((await put('de', 'sell', { price })).status).toBe(422)
    expect((await get('/v1/prices?tld=a%20b')).status).toBe(404)
  })
})
