import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { call } from '../http/harness.js'
import { count, type Json, openStage, PROVIDER, type Stage } from './stage.js'

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

describe('F82: the DNS of a new name is prepared before its request leaves', () => {
  const prepared = (id: string) => stage.post(`/v1/orders/${id}/dns-prepared`)

  test('where the connection requires it, the request leaves once the webhook took dns.prepare', async () => {
    await stage.connect({ dnsPrepare: 'required' })
    await stage.subscribe()
    const { id, domain } = await stage.place()
    await stage.run()
    expect([stage.events(id), await prepared(id)]).toMatchObject([['domain.scheduled'], { status: 409 }])
    await stage.pay(id)
    expect(await stage.order(id)).toMatchObject({ status: 'queued', dnsPrepare: { preparedAt: null } })
    expect((await stage.domain(domain))['next']).toContain('before the DNS of')
    await stage.run()
    expect(stage.sent).toHaveLength(1)
    expect(stage.events(id).indexOf('dns.prepare')).toBeLessThan(stage.events(id).indexOf('order.filed'))
    expect(stage.eventData(id, 'dns.prepare')).toEqual([
      expect.objectContaining({ domain, action: 'register', nameservers: expect.any(Array), orderId: id }),
    ])
    expect(count(stage.events(id), 'dns.prepare')).toBe(1)
  })

  test('without a webhook it is held until somebody says so, by the API or in the console', async () => {
    await stage.connect({ dnsPrepare: 'required' })
    const first = await stage.place({ account: PROVIDER })
    const second = await stage.place({ account: PROVIDER, domain: 'second.de' })
    await stage.run()
    expect(stage.sent).toEqual([])
    const held = (await stage.order(first.id))['dnsPrepare'] as Json
    expect(held['next']).toContain(`/v1/orders/${first.id}/dns-prepared`)
    const page = await stage.signIn()
    expect(await page(`/orders/${first.id}`)).toContain(`action="/orders/${first.id}/dns-prepared"`)
    expect(await page(`/orders/${first.id}`)).not.toContain(`/orders/${first.id}/retry`)
    for (const status of [200, 200]) expect((await prepared(first.id)).status).toBe(status)
    expect(await page(`/orders/${first.id}`)).not.toContain('/dns-prepared')
    await stage.run()
    expect([stage.sent.length, (await stage.order(second.id))['status']]).toEqual([1, 'queued'])
    expect(await stage.log('?level=warning')).toContainEqual(
      expect.objectContaining({
        event: 'order.dns-asked',
        text: expect.stringContaining('no webhook takes this event'),
      }),
    )
  })

  test('it is off unless said, can be switched, and says what is wrong with it', async () => {
    const { id, ...connection } = await stage.connect()
    expect(connection['dnsPrepare']).toBe('off')
    const patch = (dnsPrepare: string) => call(stage.app, 'PATCH', `/v1/connections/${id}`, { body: { dnsPrepare } })
    expect((await patch('required')).json['dnsPrepare']).toBe('required')
    expect((await patch('always')).json['errors']).toEqual([
      { pointer: '/dnsPrepare', detail: expect.stringContaining('must be off or required') },
    ])
  })
})
