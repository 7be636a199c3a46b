import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, type Harness, openHarness, place } from './harness.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

const provider = { account: { id: 'house', type: 'provider' } }
const post = (path: string) => call(harness.app, 'POST', path, { headers: { 'content-type': 'text/plain' } })

describe('POST /v1/orders/{id}/...', () => {
  test('cancel: 200 and the order, then 409 with the reason', async () => {
    const { id } = await place(harness.app, provider)
    expect(await post(`/v1/orders/${id}/cancel`)).toMatchObject({ status: 200, json: { id, status: 'cancelled' } })
    const again = await post(`/v1/orders/${id}/cancel`)
    expect(again).toMatchObject({ status: 409, json: { detail: expect.stringContaining('it is over') } })
  })

  test('retry: 200 and a ring for an order that waits for its next try, 409 for one that waits for payment', async () => {
    const { id } = await place(harness.app, provider)
    harness.rung.length = 0
    expect(await post(`/v1/orders/${id}/retry`)).toMatchObject({ status: 200, json: { status: 'queued' } })
    expect(harness.rung).toEqual([{ kind: 'send-request', id: expect.any(String) }])
    const unpaid = await place(harness.app)
    expect(await post(`/v1/orders/${unpaid['id']}/retry`)).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('once it is paid') },
    })
  })

  test.each(['cancel', 'retry'])('%s of an order that is not there: 404', async (verb) => {
    expect((await post(`/v1/orders/00000000-0000-7000-8000-000000000000/${verb}`)).status).toBe(404)
  })
})

describe('POST /v1/connections/{id}/...', () => {
  test('pause and resume: 200 and the connection, the same again, and shown by the domain and the console', async () => {
    const { id } = harness.connection
    const order = await place(harness.app, provider)
    for (const verb of ['pause', 'pause'])
      expect(await post(`/v1/connections/${id}/${verb}`)).toMatchObject({ status: 200, json: { id, paused: true } })
    const domain = await call(harness.app, 'GET', `/v1/domains/${order['domain']}`)
    expect(domain.json).toMatchObject({ next: expect.stringContaining('The connection is paused') })
    const { json } = await call(harness.local, 'GET', '/local/attention')
    expect(json).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ about: 'sending' })]) })
    expect(await post(`/v1/connections/${id}/resume`)).toMatchObject({ status: 200, json: { id, paused: false } })
    const { json: log } = await call(harness.app, 'GET', '/v1/actions?limit=20')
    const told = (log['items'] as { event: string; actor: string }[]).filter(({ event }) =>
      /paused|resumed/.test(event),
    )
    expect(told.map(({ event }) => event)).toEqual(['connection.resumed', 'connection.paused'])
    expect(told.every(({ actor }) => actor !== 'system')).toBe(true)
  })

  test.each(['pause', 'resume'])('%s of a connection that is not there: 404', async (verb) => {
    expect((await post(`/v1/connections/nobody/${verb}`)).status).toBe(404)
  })
})
