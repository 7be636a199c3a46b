import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { count, DAY, HOUR, openStage, type Placed, PROVIDER, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  await stage.connect()
  await stage.subscribe()
})
afterEach(() => stage.close())
afterAll(() => store.close())

const TRANSFER = { action: 'transfer', authInfo: 'Ab3-xY7_kQ' }
const shown = async ({ domain }: Placed) => {
  const { status, registered } = await stage.domain(domain)
  return { status, registered }
}
const under = (status: string) => ({ status, registered: true })

/** Placed by a provider, sent, and decided by the registry. */
const decided = async (decide: 'succeed' | 'refuse', change: object = {}) => {
  const order = await stage.place({ account: PROVIDER, ...change })
  await stage.run()
  await stage.pass(HOUR)
  return { order, mail: await stage[decide](order.id) }
}

describe.each([
  ['register', 'F05', 'F06', 'Registering', {}],
  ['transfer', 'F10', 'F12', 'Transferring', TRANSFER],
] as const)('%s', (_action, immediate, payFirst, status, change) => {
  test(`${immediate}: an order whose account type is provider is sent without any payment event, ${status}`, async () => {
    const order = await stage.place({ account: PROVIDER, ...change })
    expect(await shown(order)).toEqual(under(status))
    await stage.run()
    expect(stage.sent).toHaveLength(1)
    expect(await stage.order(order.id)).toMatchObject({ status: 'sent', paid: false, paidAt: null })
    expect((await stage.log()).map(({ event }) => event)).not.toContain('order.paid')
    expect(await shown(order)).toEqual(under(status))
  })

  test(`${payFirst}: a customer's order without a payment never produces a mail in two weeks; the payment does within seconds`, async () => {
    const order = await stage.place(change)
    await stage.pass(14 * DAY, 6 * HOUR)
    expect(stage.sent).toEqual([])
    expect(await stage.order(order.id)).toMatchObject({ status: 'awaiting-payment', chargedAt: null })
    expect(await shown(order)).toEqual({ status: 'Pending', registered: false })
    expect((await stage.pay(order.id)).json).toMatchObject({ status: 'queued', paid: true })
    await stage.pass(1_000)
    expect(stage.sent).toHaveLength(1)
    expect(await shown(order)).toEqual(under(status))
    expect((await stage.pay(order.id)).status).toBe(200)
    await stage.pass(HOUR)
    expect(stage.sent).toHaveLength(1)
    expect(count(stage.events(order.id), 'billing.charge')).toBe(1)
  })
})

test('F07: while Registering the domain is registered: true, and the console shows the tick beside it', async () => {
  const order = await stage.place({ account: PROVIDER, domain: 'ticked.de' })
  await stage.run()
  expect(await shown(order)).toEqual(under('Registering'))
  const page = await stage.signIn()
  const row = /<tr>(?:(?!<tr>)[\s\S])*ticked\.de[\s\S]*?<\/tr>/.exec(await page('/domains'))?.[0]
  expect(row).toMatch(/Registering[\s\S]*class="tick"[^>]*>✓</)
  expect(await page('/domains/ticked.de')).toMatch(/Registering[\s\S]*class="tick"[^>]*>✓</)
})

describe.each([
  ['F08', 'register', 'Registering', {}],
  ['F11', 'transfer', 'Transferring', TRANSFER],
] as const)('%s: %s', (row, _action, before, change) => {
  test(`${row}: a verified success makes ${before} Registered, stamps the time, and one row of the log links reply, request and order`, async () => {
    const { order, mail } = await decided('succeed', change)
    const { status, since } = await stage.domain(order.domain)
    expect([status, since]).toEqual(['Registered', stage.gateway.now().toISOString()])
    const { request } = (await stage.order(order.id)) as { request: { id: string } }
    const linking = (await stage.log(`?order=${order.id}`)).filter(({ event }) => event === 'order.done')
    expect(linking).toMatchObject([{ mail: mail.id, request: request.id, order: order.id, domain: order.domain }])
    expect(await stage.get(`/v1/mails/${mail.id}`)).toMatchObject({ stage: 'settled', verdict: { kind: 'trusted' } })
  })

  test(`${row === 'F08' ? 'F09' : row}: a verified failure makes ${before} Error; a click from its page are the registry's code and text and both raw mails`, async () => {
    const { order, mail } = await decided('refuse', change)
    expect(await shown(order)).toEqual({ status: 'Error', registered: false })
    const [record] = await stage.log(`?order=${order.id}&level=error`)
    expect(record).toMatchObject({ event: 'order.refused', mail: mail.id, data: { code: '63300062009' } })
    const page = await stage.signIn()
    const html = await page(`/domains/${order.domain}`)
    expect(html).toMatch(/63300062009 Domain doesn&#39;t exist/)
    const [outgoing] = await stage.items(`/v1/mails?direction=out&order=${order.id}`)
    const reference = await stage.reference(order.id)
    for (const [id, words] of [
      [String(outgoing?.['id']), 'BEGIN PGP SIGNED MESSAGE'],
      [mail.id, `CTID: ${reference}`],
    ] as const) {
      expect(html).toContain(`href="/mails/${id}"`)
      expect(await page(`/mails/${id}`)).toContain(words)
      expect(await page(`/mails/${id}/raw`)).toContain(words)
    }
  })
})

describe('F19', () => {
  test.each(['store', 'control-centre'])(
    "F19: a customer's order with origin %s is sent after its payment, by the same path",
    async (origin) => {
      const order = await stage.place({ origin })
      expect(order['origin']).toBe(origin)
      await stage.pass(DAY)
      expect(stage.sent).toEqual([])
      await stage.pay(order.id)
      await stage.run()
      await stage.succeed(order.id)
      expect(await stage.order(order.id)).toMatchObject({ origin, status: 'done' })
      expect(stage.events(order.id)).toEqual([
        ...[
          'domain.scheduled',
          'order.filed',
          'billing.charge',
          'domain.registering',
          'order.done',
          'domain.registered',
        ],
      ])
    },
  )

  test('F19: only a provider skips the payment, and its orders say so without being told', async () => {
    const order = await stage.place({ account: PROVIDER })
    expect([order['origin'], order['status']]).toEqual(['provider', 'queued'])
    expect((await stage.place({ origin: 'provider' }))['status']).toBe('awaiting-payment')
  })
})
