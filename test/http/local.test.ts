import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashSecret } from '../../src/http/auth.js'
import { call as callAny, type Harness, openHarness, orderBody } from './harness.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

type Options = Parameters<typeof callAny>[3]
const call = (method: string, path: string, options: Options = {}) =>
  callAny(harness.local, method, path, { token: null, ...options })

test('the whole API answers without a token, as an administrator called cli', async () => {
  const placed = await call('POST', '/v1/orders', { body: orderBody() })
  expect(placed.status).toBe(202)
  expect((await call('GET', '/v1/connections')).status).toBe(200)
  const { json } = await call('GET', '/v1/actions?limit=1')
  expect(json['items']).toMatchObject([{ actor: 'cli', event: 'order.placed' }])
})

test('the local calls are on no other app', async () => {
  for (const [method, target] of [
    ['GET', '/local/ping'],
    ['POST', '/local/tokens'],
    ['POST', '/local/users'],
    ['POST', '/local/import'],
  ] as const)
    expect((await callAny(harness.app, method, target, method === 'POST' ? { body: {} } : {})).status).toBe(404)
})

test('GET /local/ping', async () => {
  expect((await call('GET', '/local/ping')).json).toEqual({ pid: process.pid })
})

describe('POST /local/tokens', () => {
  test('shows the token once; only its hash is kept', async () => {
    const { status, json } = await call('POST', '/local/tokens', {
      body: { name: 'billing', scope: 'billing', account: 'c' },
    })
    expect(status).toBe(201)
    const token = String(json['token'])
    expect(token).toMatch(/^sp_[\w-]{43}$/)
    expect(await harness.deps.store.tokens.findByHash(hashSecret(token))).toMatchObject({
      ...{ id: json['id'], name: 'billing', scope: 'billing', accountId: 'c' },
    })
    const { text } = await call('GET', '/v1/actions?limit=1')
    expect(text).toContain('token.created')
    expect(text).not.toContain(token)
  })

  test.each([
    ['a name twice', { name: 'billing', scope: 'billing' }, 409],
    ['no name', { scope: 'billing' }, 422],
    ['a name with a line break', { name: 'a\nb', scope: 'billing' }, 422],
    ['an unknown scope', { name: 'x', scope: 'root' }, 422],
    ['an administrator of an account', { name: 'x', scope: 'admin', account: 'c' }, 422],
  ])('refuses %s', async (_, body, status) => {
    const answer = await call('POST', '/local/tokens', { body })
    expect(answer.json).toMatchObject({ status, detail: expect.stringMatching(/\S/) })
  })
})

describe('POST /local/users', () => {
  test('adds a user whose password is kept as argon2id', async () => {
    const body = { name: 'ada', role: 'operator', password: 'correct horse' }
    const { status, json, text } = await call('POST', '/local/users', { body })
    expect([status, json['name'], json['role']]).toEqual([201, 'ada', 'operator'])
    expect(text).not.toContain('correct horse')
    expect((await harness.deps.store.users.findByName('ada'))?.passwordHash).toMatch(/^\$argon2id\$/)
  })

  test.each([
    ['a name twice', { name: 'ada', role: 'viewer', password: 'correct horse' }, 409],
    ['a short password', { name: 'bob', role: 'viewer', password: 'x' }, 422],
    ['a password without end', { name: 'bob', role: 'viewer', password: 'x'.repeat(257) }, 422],
    ['an unknown role', { name: 'bob', role: 'king', password: 'correct horse' }, 422],
  ])('refuses %s', async (_, body, status) => {
    const answer = await call('POST', '/local/users', { body })
    expect(answer.json).toMatchObject({ status })
    expect(answer.text).not.toContain(body.password.repeat(2))
  })
})

test('POST /local/users/link makes a link that works once; a user who may not sign in gets none', async () => {
  const body = { name: 'ada' }
  const { status, json } = await call('POST', '/local/users/link', { body })
  expect([status, json['url'], json['path']]).toEqual([
    201,
    null,
    expect.stringMatching(/^\/login\/password\?token=\w{26}$/),
  ])
  expect((await harness.app.request(String(json['path']))).status).toBe(200)
  await call('PATCH', '/local/users', { body: { name: 'ada', disabled: true } })
  expect((await harness.app.request(String(json['path']))).status).toBe(403)
  expect((await call('POST', '/local/users/link', { body })).status).toBe(409)
  await call('PATCH', '/local/users', { body: { name: 'ada', disabled: false } })
})

test('POST /local/users/identity forgets one that is there', async () => {
  const { users } = harness.deps.store
  const ada = await users.findByName('ada')
  if (ada === null) throw new Error('ada is there')
  await users.update({ ...ada, oidcIssuer: 'https://login.example', oidcSubject: '1' })
  const body = { name: 'ada' }
  expect((await call('POST', '/local/users/identity', { body })).json).toEqual({ name: 'ada' })
  expect(await users.findByName('ada')).toMatchObject({ oidcIssuer: null, oidcSubject: null })
  expect((await call('POST', '/local/users/identity', { body })).status).toBe(409)
})

test('POST /local/log/verify', async () => {
  const { json } = await call('POST', '/local/log/verify')
  expect(json).toMatchObject({
    whole: true,
    entries: expect.any(Number),
    head: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
})

describe('mails', () => {
  const fixture = path.resolve(import.meta.dirname, '../fixtures/openpgp/mails/clear-latin1-rsa2048.eml')

  test('are taken with their exact octets, and judged once more on demand', async () => {
    const raw = new Uint8Array(readFileSync(fixture))
    const { status, json } = await call('POST', '/local/mails/ingest', { raw })
    expect(status).toBe(201)
    const [id] = json['ids'] as string[]
    expect(Buffer.from((await harness.deps.store.mails.raw(String(id))) ?? [])).toEqual(Buffer.from(raw))
    expect(harness.rung).toContainEqual({ kind: 'process-mail', id })
    expect((await call('POST', `/v1/mails/${id}/replay`, { body: {} })).status).toBe(202)
    expect((await call('POST', '/v1/mails/nothing/replay')).json).toMatchObject({ status: 404 })
  })

  test.each([
    ['nothing', new Uint8Array(0), 400, /empty/],
    ['too much', new Uint8Array(11 * 1024 * 1024 + 1), 413, /larger than 11 MiB/],
  ])('refuses %s', async (_, raw, status, detail) => {
    expect((await call('POST', '/local/mails/ingest', { raw })).json).toMatchObject({
      status,
      detail: expect.stringMatching(detail),
    })
  })
})

describe('POST /local/import', () => {
  test.each([
    [new Uint8Array([0xff]), 400, /not UTF-8/],
    [new Uint8Array(8 * 1024 * 1024 + 1), 413, /larger than 8 MiB/],
    ['', 200, /"items":\[\]/],
    ['price.de.renew = 1 EUR', 200, /"written":true.*"result":"added"/],
    ['price.de.renew = 1', 200, /"written":false.*"result":"refused"/],
  ])('%.30j is answered %i', async (raw, status, words) => {
    const answer = await call('POST', '/local/import?file=old.conf', { raw })
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(words)])
  })
})
