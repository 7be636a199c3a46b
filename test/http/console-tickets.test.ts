import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addConnection } from '../../src/flows/manage-connections.js'
import { sendRequest } from '../../src/flows/send-request.js'
import { aMail } from '../store/samples.js'
import { addUser, ORIGIN, postForm, signIn } from './console-client.js'
import { type Harness, openHarness, place } from './harness.js'

const PASSWORD = 'Ab3-xY7_kQ'

let harness: Harness
let cookie: string
beforeAll(async () => {
  harness = await openHarness()
  await addConnection(harness.deps, { title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live' }, 'cli')
  for (const role of ['viewer', 'operator'] as const) await addUser(harness, role, role)
  cookie = await signIn(harness, 'operator')
})
afterAll(() => harness.close())

/** The number of the ticket of a new order, and the order's id. */
const ticketOf = async (domain: string) => {
  const account = { id: 'house', type: 'provider' }
  const change = { action: 'transfer', domain, account, authInfo: PASSWORD }
  const order = await place(harness.app, change)
  const [request] = await harness.deps.store.requests.findByOrder(String(order['id']))
  await sendRequest(harness.deps, request?.id ?? '')
  const [ticket] = (await harness.deps.store.tickets.list({ domain }, { limit: 1, cursor: null })).items
  return { number: ticket?.number ?? 0, order: String(order['id']) }
}
const page = async (path: string, as = cookie) => (await harness.app.request(path, { headers: { cookie: as } })).text()
const send = (path: string, fields: Record<string, string>) =>
  postForm(harness, path, fields, { headers: { origin: ORIGIN, cookie } })
const statusOf = async (id: string) => (await harness.deps.store.orders.get(id))?.status

describe('tickets in the console', () => {
  let ticket: Awaited<ReturnType<typeof ticketOf>>
  let count = 0
  beforeEach(async () => {
    ticket = await ticketOf(`console-${++count}.com`)
  })

  test('are listed while they are open, with a filter in the address', async () => {
    expect(await page('/tickets')).toContain(`transfer console-${count}.com`)
    expect(await page(`/tickets?domain=console-${count}.com`)).toContain(`transfer console-${count}.com`)
    expect(await page('/tickets?state=done')).toContain('None.')
    expect(await page('/tickets?kind=conflict')).toContain('None.')
  })

  test('are closed by the form, in the name of who sent it; sent twice it is refused', async () => {
    const path = `/tickets/${ticket.number}`
    expect(await page(path)).toContain(PASSWORD)
    const form = { outcome: 'done', note: 'order 4711', code: '', expires: '2027-07-01' }
    const answer = await send(`${path}/close`, form)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, path])
    const shown = await page(path)
    expect(shown).toContain('is closed as done')
    expect(shown).not.toContain(PASSWORD)
    expect(shown).not.toContain('<form method="post" action="/tickets')
    expect(await statusOf(ticket.order)).toBe('done')
    expect((await harness.deps.store.tickets.get(String(ticket.number)))?.closedBy).toBe('user:operator')
    expect((await harness.deps.store.domains.get(`console-${count}.com`))?.expiresAt).toEqual(new Date('2027-07-01'))
    await send(`${path}/close`, { ...form, outcome: 'failed', expires: '' })
    expect(await page(path)).toContain('was closed as done by user:operator')
    expect(await statusOf(ticket.order)).toBe('done')
  })

  test('keep what was written where something is wrong with it, and say what', async () => {
    const path = `/tickets/${ticket.number}`
    const answer = await send(`${path}/close`, { outcome: '', note: '', code: 'R-12', expires: '' })
    const text = await answer.text()
    expect(answer.status).toBe(422)
    expect(text).toContain('say in a sentence what was done')
    expect(text).toContain('value="R-12"')
    expect(await statusOf(ticket.order)).toBe('sent')
  })

  test('show their work, which may hold a password, to operators alone', async () => {
    const viewer = await signIn(harness, 'viewer')
    const answer = await harness.app.request(`/tickets/${ticket.number}`, { headers: { cookie: viewer } })
    expect([answer.status, (await answer.text()).includes(PASSWORD)]).toEqual([403, false])
    expect(await page('/tickets', viewer)).not.toContain(PASSWORD)
  })

  test('show what strangers wrote as text', async () => {
    const { store, newId, clock } = harness.deps
    const markup = '<script>alert(1)</script>'
    const opened = await store.tickets.open({
      ...{
        id: newId(),
        kind: 'notice',
        connectionId: null,
        domain: null,
        orderId: null,
        requestId: null,
        mailId: null,
      },
      ...{ subject: markup, body: `> ${markup}`, openedAt: clock.now(), remindAt: clock.now(), once: newId() },
    })
    for (const path of ['/tickets', `/tickets/${opened?.number}`]) expect(await page(path)).not.toContain(markup)
  })

  test('are counted on the first page, with a link', async () => {
    expect(await page('/')).toMatch(/href="\/tickets\?kind=order"/)
  })
})

describe('a mail that nobody understood', () => {
  test('is put to a domain by its form; one that is not trusted can change nothing', async () => {
    const { store } = harness.deps
    const order = await place(harness.app, { domain: 'assigned.de' })
    const { id } = await store.mails.accept(aMail(harness.connection.id))
    const verdict = { kind: 'untrusted' as const, reason: 'a key that nobody knows', fingerprint: null, signedAt: null }
    await store.mails.finish(id, { stage: 'untrusted', reason: verdict.reason, verdict, replies: [], orders: [] })
    const body = { domain: 'assigned.de', outcome: 'done', note: 'it says so', code: '' }
    const refused = await send(`/mails/${id}/assign`, body)
    expect(await refused.text()).toContain('is not trusted')
    expect(await store.mails.get(id)).toMatchObject({ stage: 'untrusted' })
    await send(`/mails/${id}/assign`, { ...body, outcome: 'informational' })
    expect(await page(`/mails/${id}`)).toContain('The mail was assigned to assigned.de')
    expect(await store.mails.get(id)).toMatchObject({ stage: 'informational', orders: [order['id']] })
  })
})
