import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addUser, ORIGIN, signIn } from './console-client.js'
import { type Harness, openHarness, place } from './harness.js'

const HOSTILE = '<script>alert("x")</script>\u202e'

let harness: Harness
let cookie: string
let viewer: string

beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root', 'admin')
  await addUser(harness, 'reader', 'viewer')
  cookie = await signIn(harness, 'root')
  viewer = await signIn(harness, 'reader')
})
afterAll(() => harness.close())

const open = async (path: string, as = cookie): Promise<string> =>
  (await harness.app.request(path, { headers: { cookie: as } })).text()
const send = (path: string, fields: [string, string][]) =>
  harness.app.request(path, {
    method: 'POST',
    headers: { origin: ORIGIN, cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const statusOf = async (id: string) => (await harness.deps.store.orders.get(id))?.status
/** A provider's order whose request has left. */
const sent = async (domain: string, change: Record<string, unknown> = {}): Promise<string> => {
  const id = String((await place(harness.app, { domain, account: { id: 'c', type: 'provider' }, ...change }))['id'])
  const { store, clock } = harness.deps
  const [request] = await store.requests.findByOrder(id)
  const order = await store.orders.get(id)
  if (request === undefined || order === null) throw new Error('the order is gone')
  const deadline = new Date(clock.now().getTime() + 86_400_000)
  await store.requests.update({
    ...request,
    state: 'sent',
    sentAt: clock.now(),
    deadline,
    checkAt: deadline,
    attempts: 1,
  })
  await store.orders.update({ ...order, status: 'sent', chargedAt: clock.now() })
  return id
}

describe('one order', () => {
  test('each button says what it will do, and is there for who may alone', async () => {
    const id = await sent('one.de', { price: { amount: '9.90', currency: 'EUR' } })
    for (const path of ['/domains/one.de', `/orders/${id}`]) {
      const page = await open(path)
      expect(page).toContain('Billing is told to refund it (9.90 EUR).')
      expect(page).toContain('the registry may still carry it out')
      expect(page).toContain('now it ends at 2026-03-02 10:00:00 UTC')
      for (const verb of ['cancel', 'reset', 'check']) expect(page).toContain(`action="/orders/${id}/${verb}"`)
      expect(page).not.toContain('/retry"')
      expect(await open(path, viewer)).not.toContain('<form method="post" action="/orders')
      if (path.startsWith('/domains')) expect(page).toContain('awaited until 2026-03-02 10:00:00 UTC')
    }
  })

  test('is cancelled under the name of who did it, and the second time it is said that it is over', async () => {
    const id = await sent('two.de')
    const fields: [string, string][] = [['back', '/domains/two.de']]
    const answers = await Promise.all([send(`/orders/${id}/cancel`, fields), send(`/orders/${id}/cancel`, fields)])
    for (const answer of answers) expect(answer.headers.get('location')).toBe('/domains/two.de')
    expect(await statusOf(id)).toBe('cancelled')
    const events = await harness.deps.store.events.list({ orderId: id, type: 'billing.refund' })
    expect(events).toHaveLength(1)
    const page = await open('/domains/two.de')
    expect(page).toMatch(/register two\.de: withdrawn\.|is cancelled: it is over/)
    expect(page).toContain('user:root')
    await send(`/orders/${id}/cancel`, [])
    expect(await open(`/orders/${id}`)).toContain('is cancelled: it is over, and there is nothing to cancel.')
  })

  test('leads back to a page of ours, whatever the form says', async () => {
    const id = await sent('three.de')
    const answer = await send(`/orders/${id}/reset`, [['back', '//evil.example/']])
    expect(answer.headers.get('location')).toBe('/')
  })
})

describe('the error of a domain', () => {
  beforeEach(async () => {
    const known = await harness.deps.store.domains.get('wrong.de')
    if (known === null) await place(harness.app, { domain: 'wrong.de' })
    const domain = await harness.deps.store.domains.get('wrong.de')
    const order = await harness.deps.store.orders.findOpen('wrong.de')
    if (order !== null) await harness.deps.store.orders.update({ ...order, status: 'refused' })
    if (domain !== null) await harness.deps.store.domains.save({ ...domain, state: 'failed', detail: 'error' })
  })

  test('is dismissed with a note, which is shown as text', async () => {
    const page = await open('/domains/wrong.de')
    expect(page).toContain('The domain becomes Closed.')
    const answer = await send('/domains/wrong.de/dismiss', [['note', HOSTILE]])
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/domains/wrong.de'])
    const after = await open('/domains/wrong.de')
    expect(after).toContain('wrong.de is now Closed: its error was dismissed.')
    expect(after).toContain('its error was dismissed: &lt;script&gt;')
    expect(after).not.toMatch(/<script|\u202e/)
    expect(after).not.toContain('Dismiss the error')
  })

  test.each(['', '   ', 'x'.repeat(501)])('is not dismissed without a note that can be kept: %j', async (note) => {
    await send('/domains/wrong.de/dismiss', [['note', note]])
    expect(await open('/domains/wrong.de')).toContain('A note of 1 to 500 characters is needed')
    expect((await harness.deps.store.domains.get('wrong.de'))?.state).toBe('failed')
  })
})

describe('many orders', () => {
  test('are listed with what is known of each, and filtered', async () => {
    const id = await sent('many-1.de')
    const page = await open('/pending?status=sent')
    expect(page).toContain(`name="order" value="${id}"`)
    expect(page).toContain('<td data-label="Usual">not known</td>')
    expect(page).toContain('2026-03-02 10:00:00 UTC')
    expect(await open('/pending?status=uncertain')).not.toContain(id)
    expect(await open('/pending?late=1')).not.toContain(id)
    const [request] = await harness.deps.store.requests.findByOrder(id)
    if (request !== undefined) await harness.deps.store.requests.update({ ...request, overdueAt: new Date(0) })
    expect(await open('/pending?late=1')).toContain('<span class="badge bad">late</span>')
    expect(await open('/pending?tick=all')).toMatch(new RegExp(`value="${id}"[^>]* checked`))
    expect(await open('/pending', viewer)).not.toContain('checkbox')
  })

  test('are shown before anything is done, and told one by one after it', async () => {
    const [first, second] = [await sent('many-2.de'), await sent('many-3.de')]
    const waiting = String((await place(harness.app, { domain: 'many-4.de' }))['id'])
    const chosen: [string, string][] = [first, second, waiting].map((id) => ['order', id])
    const confirm = await open(`/pending/confirm?${new URLSearchParams([['verb', 'reset'], ...chosen])}`)
    expect(confirm).toContain('Reset the wait: 2 of 3 orders')
    expect(confirm).toContain('To these it does not apply')
    expect(confirm.match(/type="hidden" name="order"/g)).toHaveLength(2)
    expect(await statusOf(first)).toBe('sent')
    const answer = await send('/pending/decide', [
      ['verb', 'cancel'],
      ['back', '/pending?status=sent'],
      ...chosen.slice(0, 1),
    ])
    expect(answer.headers.get('location')).toBe('/pending?status=sent')
    expect(await open('/pending?status=sent')).toContain('<p>Cancel: 1 of 1 done.</p>')
    await send('/pending/decide', [['verb', 'cancel'], ...chosen, ['order', second]])
    const page = await open('/pending')
    expect(page).toContain('<p>Cancel: 2 of 3 done.</p>')
    expect(page).toContain(`<li>Order ${first} is cancelled: it is over, and there is nothing to cancel.</li>`)
    expect(page).toContain('<li>register many-4.de: withdrawn.</li>')
  })

  test.each([
    [[['verb', 'cancel']], 'No order is ticked'],
    [
      [
        ['verb', 'delete'],
        ['order', 'x'],
      ],
      'choose one of approve, reject, dns-prepared, check, reset, retry, cancel',
    ],
    [
      [['verb', 'cancel'], ...Array.from({ length: 201 }, (_, i) => ['order', `${i}`])],
      '201 orders are too many at once',
    ],
  ] as [[string, string][], string][])('%j is refused in words', async (fields, words) => {
    await send('/pending/decide', fields.slice(0, 300))
    expect(await open('/pending')).toContain(words)
  })
})
