import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callApp, callJson, type Gateway } from '../../src/cli/gateway.js'
import { dueWork, runWork } from '../../src/flows/run-work.js'
import { aDomain } from '../store/samples.js'
import { addUser, ORIGIN, postForm, signIn } from './console-client.js'
import { ADMIN_TOKEN, call, type Harness, openHarness } from './harness.js'

const HOSTILE = '<script>alert("x")</script>'

let harness: Harness
let sent: number
const cookies = new Map<string, string>()

beforeAll(async () => {
  harness = await openHarness()
  harness.deps.twoPersons = ['close', 'transfer-out']
  harness.deps.transport = {
    send: async () => {
      sent++
      return { outcome: 'sent', answer: '250 OK' }
    },
  }
  for (const [name, role] of [['ann', 'admin'] as const, ['bob', 'operator'] as const, ['eve', 'viewer'] as const]) {
    await addUser(harness, name, role)
    cookies.set(name, await signIn(harness, name))
  }
})
beforeEach(() => {
  sent = 0
})
afterAll(() => harness.close())

let names = 0
/** What closes a domain of ours, one more each time. */
const closing = async (): Promise<Record<string, unknown>> => {
  const name = `mine-${++names}.de`
  const domain = aDomain(harness.connection.id, { name, unicodeName: name, state: 'registered', accountId: 'cust-7' })
  await harness.deps.store.domains.save(domain)
  return {
    billingOrderId: `CLOSE-${names}`,
    account: { id: 'cust-7', type: 'provider' },
    action: 'close',
    domain: name,
  }
}
const run = async (): Promise<void> => {
  for (let due = await dueWork(harness.deps); due.length > 0; due = await dueWork(harness.deps))
    for (const work of due) await runWork(harness.deps, work)
}
const placed = async (token: string = ADMIN_TOKEN): Promise<string> => {
  const { status, json } = await call(harness.app, 'POST', '/v1/orders', { body: await closing(), token })
  expect(status).toBe(202)
  return String(json['id'])
}
const read = async (id: string) => (await call(harness.app, 'GET', `/v1/orders/${id}`)).json
const expectRest = async (id: string) => {
  await run()
  expect([(await read(id))['status'], sent]).toEqual(['awaiting-approval', 0])
}
const page = async (path: string, name: string): Promise<string> =>
  (await harness.app.request(path, { headers: { cookie: cookies.get(name) ?? '' } })).text()
const press = (name: string, path: string, fields: Record<string, string> = {}) =>
  postForm(harness, path, fields, { headers: { origin: ORIGIN, cookie: cookies.get(name) ?? '' } })
/** A token that an administrator makes in the console. */
const tokenOf = async (maker: string, fields: Record<string, string>): Promise<string> => {
  const made = await (await press(maker, '/settings/tokens/add', { scope: 'billing', ...fields })).text()
  const token = /sp_[\w-]{43}/.exec(made)?.[0]
  if (token === undefined) throw new Error('no token was made')
  return token
}
const approve = (id: string, token: string) => call(harness.app, 'POST', `/v1/orders/${id}/approve`, { token })
/** What commands speak. */
const local: Gateway = { call: (...one) => callApp(harness.local, ...one) }

describe('whatever door it comes by, it rests', () => {
  test('the API', async () => {
    const id = await placed()
    expect(await read(id)).toMatchObject({
      approval: { orderedBy: ['token:SEALPOST_TOKEN'], approvedBy: null, until: expect.any(String) },
    })
    await expectRest(id)
  })

  test('a batch', async () => {
    const orders = [await closing(), await closing()]
    const { json } = await call(harness.app, 'POST', '/v1/orders/batch', { body: { orders } })
    for (const { order } of json['results'] as { order: { id: string } }[]) await expectRest(order.id)
  })

  test('a command', async () => {
    const order = (await callJson(local, 'POST', '/v1/orders', await closing())) as { id: string }
    expect(await read(order.id)).toMatchObject({ approval: { orderedBy: ['cli'] } })
    await expectRest(order.id)
  })

  test('a retry in the console, of what failed before the setting', async () => {
    harness.deps.twoPersons = []
    const id = await placed()
    const order = await harness.deps.store.orders.get(id)
    if (order === null) throw new Error('the order is gone')
    await harness.deps.store.orders.update({ ...order, status: 'refused', reason: 'no', code: '1' })
    const [request] = await harness.deps.store.requests.findByOrder(id)
    if (request !== undefined) await harness.deps.store.requests.update({ ...request, state: 'settled', dueAt: null })
    harness.deps.twoPersons = ['close']
    await press('bob', `/orders/${id}/retry`)
    await expectRest(id)
    expect(await read(id)).toMatchObject({ approval: { orderedBy: ['token:SEALPOST_TOKEN', 'user:bob'] } })
    await press('bob', `/orders/${id}/approve`)
    expect(await page(`/orders/${id}`, 'bob')).toContain('it takes another person than bob')
    await expectRest(id)
    harness.deps.twoPersons = ['close', 'transfer-out']
  })

  test('the form of an order in the console, which says so first; who sent it may not approve it', async () => {
    const { domain } = await closing()
    const fields = { 'account.id': 'cust-7', 'account.type': 'provider', action: 'close', domain: String(domain) }
    const form = { ...fields, billingOrderId: `FORM-${domain}` }
    expect(await (await press('bob', '/orders/new', { ...form, step: 'fields', go: 'next' })).text()).toContain(
      'When a second person approves it',
    )
    const sentForm = await press('bob', '/orders/new', { ...form, step: 'preview', go: 'next' })
    const id = String(sentForm.headers.get('location')).replace('/orders/', '')
    expect(await read(id)).toMatchObject({ approval: { orderedBy: ['user:bob'] } })
    await press('bob', `/orders/${id}/approve`)
    await expectRest(id)
  })

  test('an import places no order, and a preview of it is not signed', async () => {
    const body = await closing()
    expect((await call(harness.app, 'POST', '/v1/preview', { body })).status).toBe(403)
    await expect(callJson(local, 'POST', '/v1/preview', body)).rejects.toThrow(/takes two persons/)
  })
})

describe('in the console', () => {
  test('it waits on Today, in the list, on the domain and the order, and is approved there', async () => {
    const id = await placed()
    const { domain } = (await read(id)) as { domain: string }
    expect(await page('/', 'eve')).toMatch(
      /href="\/pending\?status=awaiting-approval"><strong>\d+<\/strong> orders that wait for a second person/,
    )
    expect(await page('/pending?status=awaiting-approval', 'eve')).toContain(domain)
    expect(await page(`/domains/${domain}`, 'bob')).toContain(
      'Nothing is sent before a second person approves the close',
    )
    expect(await page(`/orders/${id}`, 'bob')).toContain(`action="/orders/${id}/approve"`)
    expect(await page(`/orders/${id}`, 'eve')).not.toContain(`/orders/${id}/approve`)
    expect((await press('eve', `/orders/${id}/approve`)).status).toBe(403)
    await press('bob', `/orders/${id}/approve`)
    expect(await page(`/orders/${id}`, 'bob')).toContain(`close ${domain}: approved, and on its way.`)
    await run()
    expect(sent).toBe(1)
    expect(await read(id)).toMatchObject({ status: 'sent', approval: { approvedBy: 'user:bob' } })
    const { json } = await call(harness.app, 'GET', `/v1/domains/${domain}/timeline`)
    expect(json['items']).toContainEqual(expect.objectContaining({ event: 'order.approved', actor: 'user:bob' }))
  })

  test('is rejected with a note, which is shown as text', async () => {
    const id = await placed()
    await press('bob', `/orders/${id}/reject`, { note: ' ' })
    expect(await page(`/orders/${id}`, 'bob')).toContain('A note of 1 to 500 characters is needed')
    await press('bob', `/orders/${id}/reject`, { note: HOSTILE })
    const shown = await page(`/orders/${id}`, 'bob')
    expect(shown).toContain('&lt;script&gt;')
    expect(shown).not.toContain(HOSTILE)
    expect(await read(id)).toMatchObject({ status: 'cancelled', code: 'rejected', reason: HOSTILE })
  })

  test('many are decided at once, each by itself', async () => {
    const ids = [await placed(), await placed()]
    const list = ids.map((id) => `order=${id}`).join('&')
    expect(await page(`/pending/confirm?verb=reject&${list}`, 'bob')).toContain('name="note"')
    const form = new URLSearchParams({ verb: 'approve' })
    for (const id of ids) form.append('order', id)
    await postForm(harness, '/pending/decide', form, { headers: { origin: ORIGIN, cookie: cookies.get('bob') ?? '' } })
    await run()
    expect(sent).toBe(2)
  })
})

describe('by a token', () => {
  test('that stands for another person; not by one that does not, nor by whoever made the token that ordered', async () => {
    const personal = await tokenOf('ann', { name: 'ann-acts', personal: 'yes' })
    const shop = await tokenOf('ann', { name: 'shop' })
    const byOther = await placed()
    for (const token of [shop, ADMIN_TOKEN]) expect((await approve(byOther, token)).status).toBe(403)
    await expectRest(byOther)
    const answer = await approve(byOther, personal)
    expect(answer.json, answer.text).toMatchObject({ status: 'queued', approval: { approvedBy: 'token:ann-acts' } })
    expect((await approve(byOther, personal)).status).toBe(200)
    const { json } = await call(harness.app, 'GET', `/v1/actions?order=${byOther}`)
    expect(json['items']).toContainEqual(
      expect.objectContaining({ event: 'order.approved', data: expect.objectContaining({ approvedBy: 'ann' }) }),
    )

    for (const token of [shop, personal]) {
      const id = await placed(token)
      expect((await approve(id, personal)).status).toBe(403)
      await press('ann', `/orders/${id}/approve`)
      await press('ann', `/orders/${id}/approve`, {})
      expect((await read(id))['status']).toBe('awaiting-approval')
      await press('bob', `/orders/${id}/approve`)
      expect((await read(id))['status']).toBe('queued')
    }
  })

  test('a second session of the same person is no second person', async () => {
    const personal = await tokenOf('ann', { name: 'ann-orders', personal: 'yes' })
    const id = await placed(personal)
    cookies.set('ann again', await signIn(harness, 'ann'))
    await press('ann again', `/orders/${id}/approve`)
    expect(await page(`/orders/${id}`, 'ann again')).toContain('it takes another person than ann')
    expect((await read(id))['status']).toBe('awaiting-approval')
  })

  test('by the command, in the name of whom the token stands for; without one it is nobody', async () => {
    const personal = await tokenOf('ann', { name: 'ann-at-work', personal: 'yes' })
    const id = await placed()
    await expect(callJson(local, 'POST', `/v1/orders/${id}/approve`)).rejects.toThrow(/the word of a person/)
    const path = `/local/orders/${id}/approve`
    await expect(callJson(local, 'POST', path, { token: 'sp_wrong' })).rejects.toThrow(/not known here/)
    expect(await callJson(local, 'POST', path, { token: personal })).toMatchObject({ status: 'queued' })
  })

  test('that its user may use no more: neither as a viewer nor disabled', async () => {
    const personal = await tokenOf('ann', { name: 'ann-later', personal: 'yes' })
    const id = await placed()
    await addUser(harness, 'root', 'admin')
    for (const change of [{ role: 'viewer' }, { role: 'admin', disabled: true }]) {
      const changed = await call(harness.local, 'PATCH', '/local/users', {
        body: { name: 'ann', ...change },
        token: null,
      })
      expect(changed.status).toBe(200)
      expect((await approve(id, personal)).status).toBe(403)
    }
  })

  test('a rejection takes a note, and whoever may cancel the order', async () => {
    const id = await placed()
    const reject = (body: object) => call(harness.app, 'POST', `/v1/orders/${id}/reject`, { body })
    expect((await reject({})).status).toBe(422)
    expect(await reject({ note: 'not this one' })).toMatchObject({
      status: 200,
      json: { status: 'cancelled', reason: 'not this one', code: 'rejected' },
    })
    expect((await reject({ note: 'again' })).status).toBe(409)
  })
})
