import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { count, DAY, type Json, openStage, type Placed, PROVIDER, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  await stage.subscribe()
})
afterEach(() => stage.close())
afterAll(() => store.close())

/** The domain ends so many days after it was registered. */
const TERM = 365

/** A registrar that renews only where it is asked to, by hand, and a domain that it registered for a year. */
const registered = async (expiry: Json): Promise<Placed> => {
  const connection = await stage.post('/v1/connections', {
    ...{ title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live', replyTimeout: '20d' },
    ...{ account: {}, expiry, watch: { delegation: false } },
  })
  expect(connection.status, connection.text).toBe(201)
  const order = await stage.place({ account: PROVIDER, domain: 'example.com' })
  await stage.run()
  await closeTicket({ expiresAt: endAfter(TERM) })
  return order
}
const endAfter = (days: number): string => new Date(stage.gateway.now().getTime() + days * DAY).toISOString()
const closeTicket = async (body: Json): Promise<void> => {
  const [ticket] = await stage.items('/v1/tickets?state=open')
  const closed = await stage.post(`/v1/tickets/${ticket?.['id']}/close`, { outcome: 'done', note: 'as asked', ...body })
  expect(closed.status, closed.text).toBe(200)
}
const renewals = async (): Promise<Json[]> =>
  (await stage.items('/v1/orders?domain=example.com')).filter(({ action }) => action === 'renew')
const warnings = async (): Promise<Json[]> =>
  (await stage.log('?domain=example.com')).filter(({ event }) => event === 'domain.expiry-warning')

test('F48: one warning comes thirty days before a domain ends, and none after it', async () => {
  const { domain } = await registered({ warnDays: 30 })
  await stage.pass((TERM - 31) * DAY, 167 * DAY)
  expect(await warnings()).toEqual([])
  await stage.pass(DAY)
  expect(await warnings()).toMatchObject([{ at: stage.gateway.now().toISOString(), domain }])
  await stage.pass(29 * DAY, DAY)
  expect(await warnings()).toHaveLength(1)
})

test('F49: a renewal is ordered by itself fourteen days before, once, and the new end stands when it is done', async () => {
  const { domain } = await registered({ warnDays: 30, renewDays: 14 })
  const ends = (await stage.domain(domain))['expiresAt'] as string
  await stage.pass((TERM - 15) * DAY, 50 * DAY)
  expect(await renewals()).toEqual([])
  await stage.pass(DAY)
  await stage.pass(3 * DAY, DAY)
  expect(await renewals()).toMatchObject([{ status: 'sent', period: { years: 1 } }])
  const [{ id } = {}] = await renewals()
  expect(count(stage.events(String(id)), 'billing.charge')).toBe(1)
  const until = new Date(ends)
  until.setUTCFullYear(until.getUTCFullYear() + 1)
  await closeTicket({ expiresAt: until.toISOString() })
  expect(await stage.domain(domain)).toMatchObject({ status: 'Registered', expiresAt: until.toISOString() })
  await stage.pass(60 * DAY, 20 * DAY)
  expect(await renewals()).toHaveLength(1)
})

test('F50: a domain whose end has passed without a renewal shows that it expired', async () => {
  const { domain } = await registered({ warnDays: 30 })
  expect(await stage.domain(domain)).toMatchObject({ expired: false, suspended: false })
  await stage.pass(TERM * DAY, 73 * DAY)
  expect(await stage.domain(domain)).toMatchObject({
    ...{ status: 'Registered', expired: true },
    next: expect.stringMatching(/expired .* no renewal is known/),
  })
  expect(await renewals()).toEqual([])
})
