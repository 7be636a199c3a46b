import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, type Harness, openHarness, place } from './harness.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

test('evidence is a zip to keep, never something for a browser to show', async () => {
  const order = await place(harness.app, {})
  for (const at of [`/v1/domains/${order['domain']}/evidence`, `/v1/orders/${order['id']}/evidence`]) {
    const answer = await harness.app.request(at, { headers: { authorization: 'Bearer test-admin-token' } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/zip')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="evidence-[a-z0-9.-]+\.zip"$/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(Object.keys(unzipSync(new Uint8Array(await answer.arrayBuffer())))).toContain('VERIFY.txt')
  }
})

test('of what is not known there is none', async () => {
  expect((await call(harness.app, 'GET', '/v1/domains/nobody.de/evidence')).status).toBe(404)
  expect((await call(harness.app, 'GET', '/v1/domains/%2e%2e/evidence')).status).toBe(404)
  expect((await call(harness.app, 'GET', '/v1/orders/x/evidence')).status).toBe(404)
})

test('commands are told the key of checkpoints', async () => {
  const { json } = await call(harness.local, 'GET', '/local/log/key')
  expect(json['publicKey']).toBe(harness.deps.checkpoints.publicPem)
})
