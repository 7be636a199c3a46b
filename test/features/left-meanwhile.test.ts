import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { changeOf, count, type Json, openStage, registerDomain, type Stage } from './stage.js'

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

const registered = (more: Json = {}) => registerDomain(stage, more)
const statusOf = async (id: string) => (await stage.order(id))['status']
/** The registry tells, unasked, that another provider has the domain now. */
const movesAway = (domain: string) =>
  stage.reply([
    ...['RESULT: success', 'STID: dfaaa080-96ef-551c-afd2-309f0fbcba9b', 'Msgcnt: 1', 'Msgid: 1'],
    ...[`Msgtime: ${stage.gateway.now().toISOString()}`, 'Msgtype: chprovAuthInfo', `Domain: ${domain}`],
    ...[`Domain-ace: ${domain}`, 'Chprov-to: DENIC-4321', 'Chprov-from: DENIC-1234'],
  ])

describe('a domain that leaves while a change of it waits to be sent', () => {
  test('the change is sent once and waits for its answer, and the domain stays Gone', async () => {
    const { domain } = await registered()
    await stage.post(`/v1/connections/${connection}/pause`)
    const { id } = await stage.place(changeOf(domain, 'close'))
    await stage.run()
    await stage.pass(1_000)
    expect((await movesAway(domain)).stage).toBe('settled')
    await stage.post(`/v1/connections/${connection}/resume`)
    for (let turn = 0; turn < 5; turn++) await stage.pass(1_000)
    expect(stage.sent).toHaveLength(2)
    expect([await statusOf(id), (await stage.domain(domain))['status']]).toEqual(['sent', 'Gone'])
    await stage.refuse(id)
    expect([await statusOf(id), (await stage.domain(domain))['status']]).toEqual(['refused', 'Gone'])
    expect(count(stage.events(id), 'billing.refund')).toBe(1)
  })
})
