import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { call } from '../http/harness.js'
import { changeOf, count, DAY, fileOrder, type Json, openStage, registerDomain, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
let connection: string
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  connection = (await stage.connect()).id
  await stage.subscribe()
})
afterEach(() => stage.close())
afterAll(() => store.close())

const filed = (more: Json = {}) => fileOrder(stage, more)
const registered = (more: Json = {}) => registerDomain(stage, more)
const retry = (id: string) => stage.post(`/v1/orders/${id}/retry`)
const statusOf = async (id: string) => (await stage.order(id))['status']
describe('retry', () => {
  test('a question that failed may be asked again, though its domain has an order', async () => {
    const { domain } = await registered()
    const { id } = await filed(changeOf(domain, 'info'))
    await stage.pass(5 * DAY)
    expect(await statusOf(id)).toBe('timed-out')
    const answer = await retry(id)
    expect([answer.status, answer.json['detail']]).toEqual([200, undefined])
    await stage.run()
    expect(stage.sent).toHaveLength(3)
  })

  test('the first request succeeds after the second was refused, because the name was ours by then: Registered', async () => {
    const order = await filed()
    const first = await stage.reference(order.id)
    await stage.pass(5 * DAY)
    await retry(order.id)
    await stage.run()
    await stage.refuse(order.id)
    await stage.pass(1_000)
    const mail = await stage.reply(['RESULT: success', `CTID: ${first}`])
    expect([mail.stage, await statusOf(order.id)]).toEqual(['settled', 'done'])
    expect((await stage.domain(order.domain))['status']).toBe('Registered')
    expect(count(stage.events(order.id), 'billing.refund')).toBe(1)
    expect(count(stage.events(order.id), 'billing.charge-again-suggested')).toBe(1)
  })

  test('on a connection that was removed it is refused, and what is over is told as it is', async () => {
    const { domain, id: first } = await registered()
    const closing = await filed(changeOf(domain, 'close'))
    await stage.succeed(closing.id)
    const question = await filed(changeOf(domain, 'info'))
    await stage.pass(5 * DAY)
    expect((await call(stage.app, 'DELETE', `/v1/connections/${connection}`)).status).toBe(204)
    const answer = await retry(question.id)
    expect([answer.status, answer.json['detail']]).toEqual([409, expect.stringContaining('was removed')])
    for (const word of ['cancel', 'reset', 'retry'])
      expect((await stage.post(`/v1/orders/${first}/${word}`)).status, word).toBe(409)
    expect((await stage.pay(first)).json).toMatchObject({ id: first, status: 'done' })
    await stage.pass(DAY)
    expect(stage.sent).toHaveLength(3)
  })
})
