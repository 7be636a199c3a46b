import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type ServerType, serve } from '@hono/node-server'
import { createConfig, lint } from '@redocly/openapi-core'
import { Ajv2020 as Ajv } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cloudEvent } from '../../src/core/cloud-event.js'
import { ADMIN_TOKEN, call, type Harness, openHarness, orderBody, place } from './harness.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const DOCUMENT = path.join(ROOT, 'docs/openapi.json')
const EXAMPLE = path.join(ROOT, 'examples/typescript')
const run = promisify(execFile)

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

test('the document that is served is the one in docs/', async () => {
  const { json } = await call(harness.app, 'GET', '/openapi.json', { token: null })
  expect(json).toEqual(JSON.parse(readFileSync(DOCUMENT, 'utf8')))
})

test('it is clean by the recommended rules of Redocly, as OpenAPI 3.1', async () => {
  const config = await createConfig({ extends: ['recommended'] })
  const problems = await lint({ ref: DOCUMENT, config })
  expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual([])
})

test('an event that is told fits what the document says of it', async () => {
  const { id } = await place(harness.app, { account: { id: 'house', type: 'provider' } })
  await call(harness.app, 'POST', `/v1/orders/${id}/cancel`)
  const { components } = JSON.parse(readFileSync(DOCUMENT, 'utf8'))
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const fits = ajv.compile({ ...components.schemas['Event'], components })
  const events = await harness.deps.store.events.list({ orderId: String(id) })
  expect(events.map(({ type }) => type)).toContain('billing.refund')
  for (const event of events) {
    const told: unknown = JSON.parse(cloudEvent(event, 'urn:uuid:0'))
    expect(fits(told), JSON.stringify(fits.errors)).toBe(true)
  }
  expect(fits({ ...JSON.parse(cloudEvent({ ...(events[0] ?? expect.fail()), type: 'order.lost' }, 'x')) })).toBe(false)
})

describe('a client whose types are generated from it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-client-'))
  let server: ServerType
  beforeAll(async () => {
    for (const file of ['place-order.ts', 'tsconfig.json', 'package.json'])
      copyFileSync(path.join(EXAMPLE, file), path.join(folder, file))
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
    server = await new Promise((resolve) => {
      const started = serve({ fetch: harness.app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(started))
    })
  })
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true, force: true })
  })
  const tool = (name: string, file: string) => path.join(EXAMPLE, 'node_modules', name, file)
  const node = (...args: string[]) => run(process.execPath, args, { cwd: folder })

  test('compiles, places an order, pays it, and reads the problems of a bad one', async () => {
    await node(tool('openapi-typescript', 'bin/cli.js'), DOCUMENT, '--output', 'api.d.ts')
    await node(tool('typescript', 'bin/tsc'), '-p', folder)
    const { createSealpost } = await import(pathToFileURL(path.join(folder, 'dist/place-order.js')).href)
    const { port } = server.address() as AddressInfo
    const sealpost = createSealpost({ url: `http://127.0.0.1:${port}`, token: ADMIN_TOKEN })
    const order = await sealpost.place(orderBody(), 'key-1')
    expect(order).toMatchObject({ id: expect.any(String), status: 'awaiting-payment' })
    expect(await sealpost.pay(order.id, 'PAY-1')).toMatchObject({ id: order.id, status: 'queued' })
    await call(harness.app, 'POST', `/v1/orders/${order.id}/cancel`)
    expect(await sealpost.settled(order.id, 1)).toMatchObject({ status: 'cancelled' })
    await expect(sealpost.place(orderBody({ domain: 'no name' }), 'key-2')).rejects.toThrow(/^\/domain: /)
  })

  test('does not compile where an order lacks a field, or has one that the API does not know', async () => {
    const wrong = (order: string) =>
      writeFileSync(
        path.join(folder, 'wrong.ts'),
        `import type { OrderRequest } from './place-order.js'\nexport const order: OrderRequest = ${order}\n`,
      )
    const compile = () => node(tool('typescript', 'bin/tsc'), '-p', folder, '--noEmit')
    const account = "account: { id: 'a', type: 'customer' }"
    wrong(`{ billingOrderId: 'I', ${account}, action: 'register' }`)
    await expect(compile()).rejects.toMatchObject({ stdout: expect.stringContaining("Property 'domain' is missing") })
    wrong(`{ billingOrderId: 'I', ${account}, action: 'register', domain: 'a.de', nameserver: [] }`)
    await expect(compile()).rejects.toMatchObject({ stdout: expect.stringContaining("'nameserver' does not exist") })
  })
})
