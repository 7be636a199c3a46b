import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, type Harness, openHarness } from './harness.js'

let harness: Harness
let tokens: string[]
beforeAll(async () => {
  harness = await openHarness({ apiPerMinute: 6 })
  const made = async (name: string) =>
    String((await call(harness.local, 'POST', '/local/tokens', { body: { name, scope: 'billing' } })).json['token'])
  tokens = [await made('shop'), await made('other')]
})
afterAll(() => harness.close())

const orders = (token: string | undefined) =>
  call(harness.app, 'GET', '/v1/orders', token === undefined ? {} : { token })

test('a billing token may make so many calls a minute, and is told when the next is taken', async () => {
  const [shop, other] = tokens
  for (let call = 1; call <= 6; call++) expect((await orders(shop)).status).toBe(200)
  const refused = await orders(shop)
  expect(refused).toMatchObject({ status: 429, json: { detail: expect.stringContaining('again in 10 s') } })
  expect([refused.headers.get('retry-after'), refused.headers.get('x-request-id')]).toEqual(['10', expect.any(String)])
  expect((await orders(other)).status).toBe(200)
  harness.advance(9_000)
  expect((await orders(shop)).status).toBe(429)
  harness.advance(1_000)
  expect((await orders(shop)).status).toBe(200)
  expect((await orders(shop)).status).toBe(429)
})

test('an administrator is not limited', async () => {
  for (let call = 1; call <= 20; call++) expect((await orders(undefined)).status).toBe(200)
})
