import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { mailTo } from '../helpers/notices.js'
import { ADMIN_TOKEN, type Answer, call } from '../http/harness.js'
import { changeOf, type Json, openStage, type Placed, registerDomain, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  await stage.connect()
})
afterEach(() => stage.close())
afterAll(() => store.close())

const OLD = { id: 'old', type: 'provider', email: 'old@example.net' }
const NEW = { id: 'new', type: 'customer', email: 'new@example.net' }

const give = (domain: string, account: Json = NEW, more: Json = {}, token = ADMIN_TOKEN): Promise<Answer> =>
  call(stage.app, 'PATCH', `/v1/domains/${domain}`, { body: { account, ...more }, token })
const given = async (): Promise<Json[]> => (await stage.log()).filter(({ event }) => event === 'domain.given')
const registered = (): Promise<Placed> => registerDomain(stage, { account: OLD })
const read = async (domain: string, account: string): Promise<number> =>
  (await call(stage.app, 'GET', `/v1/domains/${domain}`, { token: await stage.tokenOf(account) })).status
const hosts = [{ host: 'ns1.example.org' }, { host: 'ns2.example.org' }]
/** A change that the registry refuses, so that the domain is in Error, with nothing open. */
const failedChange = async (domain: string): Promise<string> => {
  const change = await stage.post(
    '/v1/orders',
    changeOf(domain, 'update-nameservers', { account: OLD, nameservers: hosts }),
  )
  expect(change.status, change.text).toBe(202)
  await stage.run()
  const id = String(change.json['id'])
  await stage.refuse(id)
  return id
}

describe('F65: a domain is given to another account', () => {
  test('without a mail to its registry; the new account reads it, the old one does not', async () => {
    const { domain } = await registered()
    const sent = stage.sent.length
    const answer = await give(domain)
    expect(answer).toMatchObject({ status: 200, json: { name: domain, account: 'new', status: 'Registered' } })
    await stage.run()
    expect(stage.sent).toHaveLength(sent)
    expect([await read(domain, 'old'), await read(domain, 'new')]).toEqual([404, 200])
    const [entry, ...others] = await given()
    expect(others).toEqual([])
    expect(entry).toMatchObject({ domain, level: 'info', data: { from: 'old', to: 'new', type: 'customer' } })
    expect(JSON.stringify(entry)).not.toContain('@example.net')
  })

  test('which alone orders on it then, whoever asks for the old one', async () => {
    const { domain } = await registered()
    await give(domain)
    const [oldToken, newToken] = [await stage.tokenOf('old'), await stage.tokenOf('new')]
    const close = (account: Json, token?: string) =>
      stage.post('/v1/orders', changeOf(domain, 'close', { account }), token)
    expect((await close(OLD, oldToken)).status).toBe(403)
    expect(await close(OLD)).toMatchObject({ status: 409, json: { detail: expect.stringContaining('was given to') } })
    expect((await close(NEW, newToken)).status).toBe(202)
    expect(await stage.domain(domain)).toMatchObject({ account: 'new' })
  })

  test('which keeps it after orders of its own, and alone undoes its deletion', async () => {
    const { domain } = await registered()
    await give(domain)
    await stage.pass(60_000)
    const order = (action: string, account: Json) => stage.post('/v1/orders', changeOf(domain, action, { account }))
    const settled = async ({ json }: Answer) => {
      await stage.run()
      await stage.succeed(String(json['id']))
    }
    const provider = { ...NEW, type: 'provider' }
    const change = changeOf(domain, 'update-nameservers', { account: provider, nameservers: hosts })
    await settled(await stage.post('/v1/orders', change))
    expect(await order('close', OLD)).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('given to') },
    })
    await settled(await order('close', provider))
    expect(await stage.domain(domain)).toMatchObject({ status: 'Closed', account: 'new' })
    expect(await order('restore', OLD)).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('was given to') },
    })
    expect(await stage.domain(domain)).toMatchObject({ account: 'new' })
    expect((await order('restore', provider)).status).toBe(202)
  })

  test('and has no failed order of the old one tried again', async () => {
    const { domain } = await registered()
    const failed = await failedChange(domain)
    expect((await give(domain)).status).toBe(200)
    const again = await stage.post(`/v1/orders/${failed}/retry`, undefined, await stage.tokenOf('old'))
    expect(again).toMatchObject({ status: 409, json: { detail: expect.stringContaining('given to another account') } })
  })

  test('which mails about it go to, without what the old one ordered', async () => {
    const { domain } = await registered()
    await failedChange(domain)
    await give(domain)
    await call(stage.app, 'PUT', '/v1/accounts/new/notifications', { body: { mail: false }, token: ADMIN_TOKEN })
    stage.gateway.deps.notices = { ...stage.gateway.deps.notices, mail: mailTo(1) }
    await stage.post(`/v1/domains/${domain}/dismiss`, { note: 'looked' })
    const page = await store.notices.list({}, { limit: 200, cursor: null })
    const [last] = page.items.filter(({ kind }) => kind === 'status-change')
    expect(last).toMatchObject({ to: { address: 'new@example.net' }, values: { account: 'new', billingOrder: '-' } })
    await stage.run()
    // Its mails are switched off, and those of the old account are not.
    expect(await store.notices.get(last?.id ?? '')).toMatchObject({
      state: 'recorded',
      answer: expect.stringContaining('switched off'),
    })
  })

  test('back and forth, and each time the last one has it', async () => {
    const { domain } = await registered()
    await give(domain)
    expect((await give(domain, OLD)).json).toMatchObject({ account: 'old' })
    expect([await read(domain, 'old'), await read(domain, 'new')]).toEqual([200, 404])
  })

  test('whose address leaves with the domain when its orders are erased', async () => {
    const { domain } = await registered()
    await give(domain)
    const close = await stage.post('/v1/orders', changeOf(domain, 'close', { account: { ...NEW, type: 'provider' } }))
    await stage.run()
    await stage.succeed(String(close.json['id']))
    await stage.post('/v1/erasures', { domain })
    expect(await store.domains.get(domain)).toMatchObject({ state: 'closed', owner: { account: { email: null } } })
  })

  test('and the order of the old one is no longer kept for it', async () => {
    const { domain, id } = await registered()
    expect((await stage.post('/v1/erasures', { order: id })).text).toContain('says whose')
    await give(domain)
    expect((await stage.post('/v1/erasures', { order: id })).text).not.toContain('says whose')
  })

  test('by its page in the console too', async () => {
    const { domain } = await registered()
    const open = await stage.signIn()
    expect(await open(`/domains/${domain}`)).toContain(`action="/domains/${domain}/owner"`)
    await give(domain)
    expect(await open(`/domains/${domain}`)).toMatch(/<dt>Account<\/dt><dd>new/)
  })
})

describe('F65: nothing is given', () => {
  test('while an order is open on it', async () => {
    const { domain } = await registered()
    await stage.post('/v1/orders', changeOf(domain, 'close', { account: OLD }))
    const answer = await give(domain)
    expect(answer).toMatchObject({ status: 409, json: { detail: expect.stringContaining('has an open order') } })
    expect(await read(domain, 'old')).toBe(200)
  })

  test('of what nobody registered here, or what has left', async () => {
    expect((await give('unknown.de')).status).toBe(404)
    const { domain, id } = await registered()
    const close = await stage.post('/v1/orders', changeOf(domain, 'close', { account: OLD }))
    await stage.run()
    await stage.succeed(String(close.json['id']))
    const answer = await give(domain)
    expect(answer).toMatchObject({ status: 409, json: { detail: expect.stringContaining('is Closed') } })
    expect(id).not.toBe('')
  })

  test('to the account that has it, nor a second time', async () => {
    const { domain } = await registered()
    expect(await give(domain, { id: 'old', type: 'provider' })).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('already') },
    })
    expect([(await give(domain)).status, (await give(domain)).status]).toEqual([200, 409])
    expect(await given()).toHaveLength(1)
  })

  test('twice at once: one of two wins', async () => {
    const { domain } = await registered()
    const others = [NEW, { ...NEW, id: 'third' }]
    const answers = await Promise.all(others.map((account) => give(domain, account, { from: 'old' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(await given()).toHaveLength(1)
  })
})
