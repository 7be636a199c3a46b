import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runWork } from '../../src/flows/run-work.js'
import { createMetrics } from '../../src/http/metrics.js'
import { mailTo, type NoticeRelayServer, openNoticeRelay } from '../helpers/notices.js'
import { call, type Harness, openHarness, place } from './harness.js'

let harness: Harness
let relay: NoticeRelayServer
beforeAll(async () => {
  harness = await openHarness()
  relay = await openNoticeRelay()
})
afterAll(async () => {
  await relay.close()
  await harness.close()
})
beforeEach(() => {
  relay.taken.length = 0
  relay.refuseWith(null)
  harness.deps.notices.mail = mailTo(relay.port)
})

type Json = Record<string, unknown>
const get = async (path: string): Promise<Json> => (await call(harness.app, 'GET', path)).json
const list = async (query = '') => (await get(`/v1/notices${query}`))['items'] as Json[]
const newest = async (): Promise<Json & { id: string }> => {
  const [notice] = await list('?limit=1')
  return { ...notice, id: String(notice?.['id']) }
}
/** An order whose domain is Pending, which is mailed. */
const told = async (change: Json = {}) => {
  await place(harness.app, change)
  return newest()
}
const send = (id: string) => runWork(harness.deps, { kind: 'send-notice', id })

describe('mails to people, by HTTP', () => {
  test('are listed newest first, by state and kind', async () => {
    const { id } = await told()
    expect(await list('?state=waiting&kind=status-change')).toEqual(expect.arrayContaining([await newest()]))
    expect(await list('?kind=digest')).toEqual([])
    expect(await newest()).toMatchObject({
      kind: 'status-change',
      to: 'owner@example.net',
      state: 'waiting',
      answer: null,
    })
    await send(id)
    expect(await newest()).toMatchObject({ state: 'sent', attempts: 1, answer: expect.stringMatching(/^250/) })
    for (const query of ['?state=lost', '?kind=letter', '?limit=0'])
      expect((await call(harness.app, 'GET', `/v1/notices${query}`)).status).toBe(422)
  })

  test('one is shown as it is written', async () => {
    const { id, domain } = await told()
    expect(await get(`/v1/notices/${id}`)).toMatchObject({
      ...{ id, problem: null },
      mail: { subject: `${domain} is now Pending`, text: expect.stringContaining('Status: Pending') },
    })
    expect((await call(harness.app, 'GET', '/v1/notices/x')).status).toBe(404)
  })

  test('one that failed is sent again, which the log tells with who did it; one that was sent is not', async () => {
    const { id } = await told()
    relay.refuseWith(554)
    await send(id)
    expect(await newest()).toMatchObject({ id, state: 'failed' })
    const metrics = await createMetrics({ store: harness.deps.store, processMetrics: false }).render()
    expect(metrics).toMatch(/^sealpost_notices\{state="failed"\} 1$/m)
    relay.refuseWith(null)
    const again = await call(harness.app, 'POST', `/v1/notices/${id}/send`)
    expect(again.json).toMatchObject({ id, state: 'waiting', attempts: 0 })
    await send(id)
    expect(relay.taken).toHaveLength(1)
    expect((await call(harness.app, 'POST', `/v1/notices/${id}/send`)).status).toBe(409)
    expect((await call(harness.app, 'POST', '/v1/notices/x/send')).status).toBe(404)
    const entries = (await get('/v1/actions'))['items'] as Json[]
    expect(entries.filter(({ event }) => event === 'notice.again')).toMatchObject([
      { actor: expect.stringMatching(/^token:/) },
    ])
  })
})

describe('the mails of an account', () => {
  const at = '/v1/accounts/quiet%2F7/notifications'
  const order = { account: { id: 'quiet/7', type: 'customer', email: 'quiet@example.net' } }

  test('are on, are switched off and on again, and each switch is told once', async () => {
    expect(await get(at)).toEqual({ account: 'quiet/7', mail: true })
    for (const mail of [false, false])
      expect((await call(harness.app, 'PUT', at, { body: { mail } })).json).toEqual({ account: 'quiet/7', mail })
    await send((await told(order)).id)
    expect(await newest()).toMatchObject({ state: 'recorded', answer: expect.stringContaining('switched off') })
    await call(harness.app, 'PUT', at, { body: { mail: true } })
    await send((await told(order)).id)
    expect(relay.taken.map(({ to }) => to)).toEqual([['quiet@example.net']])
    const entries = (await get('/v1/actions'))['items'] as Json[]
    expect(entries.filter(({ event }) => event === 'account.mails')).toHaveLength(2)
  })

  test.each([[{}], [{ mail: 'off' }], [{ mail: true, more: 1 }]])('%j is refused', async (body) => {
    expect([400, 422]).toContain((await call(harness.app, 'PUT', at, { body })).status)
  })
})
