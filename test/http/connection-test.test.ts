import { rmSync, writeFileSync } from 'node:fs'
import type { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLocalApp } from '../../src/http/local.js'
import type { HandOver } from '../../src/ports.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, copyKey, createTestGateway, REPLY_TO, ROBOT, type TestGateway } from '../helpers/gateway.js'
import { certified, keyAndCertificate } from '../signing/certified-keys.js'
import { call } from './harness.js'

let folder: string
let store: TestStore
let gateway: TestGateway
let app: Hono
let id: string
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  folder = temporaryFolder()
  await store.empty()
  gateway = await createTestGateway(store, folder)
  app = createLocalApp({ deps: gateway.deps })
  id = (await addTestConnection(gateway)).id
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(() => store.close())

/** A relay that delivers to us what it takes, or what it makes of it. */
const relay = (change: (raw: Buffer) => Buffer | null, answer: HandOver = { outcome: 'sent', answer: '250 OK' }) => {
  const sent: { envelope: { from: string; to: string[] }; raw: Buffer }[] = []
  gateway.deps.transport = {
    send: async ({ envelope, raw }) => {
      sent.push({ envelope, raw })
      const octets = answer.outcome === 'sent' ? change(raw) : null
      const host = { remoteAddress: '192.0.2.25', helo: 'relay.example' }
      if (octets !== null) await gateway.receive(octets, REPLY_TO, envelope.from, host)
      return answer
    },
  }
  return sent
}

const received = (raw: Buffer): Buffer => Buffer.concat([Buffer.from('Received: from gateway by relay\r\n'), raw])
const run = (waitSeconds = 0) => call(app, 'POST', `/v1/connections/${id}/test`, { body: { waitSeconds } })
const hopsOf = (json: Record<string, unknown>) =>
  (json['hops'] as { hop: string; ok: boolean; detail: string }[]).map(({ hop, ok }) => [hop, ok])
const events = async (): Promise<string[]> =>
  (await gateway.deps.store.actions.list({}, { limit: 50, cursor: null })).items.map(({ event }) => event)

test('a mail that comes back unchanged has passed every hop, and reached no registry', async () => {
  const sent = relay(received)
  const { status, json } = await run()
  expect([status, json['ok'], hopsOf(json)]).toEqual([
    200,
    true,
    [
      ['signed', true],
      ['handed-over', true],
      ['received', true],
      ['verified', true],
    ],
  ])
  expect(JSON.stringify(json['hops'])).toMatch(/gateway\.asc.*250 OK.*192\.0\.2\.25 \(relay\.example\)/)
  expect(sent.map(({ envelope }) => envelope)).toEqual([
    { from: expect.stringMatching(/^bounce\+.*@in\.hoster\.example$/), to: [REPLY_TO] },
  ])
  expect(await call(app, 'GET', `/v1/mails/${json['mail']}`)).toMatchObject({
    json: { stage: 'informational', orders: [], replies: [], reason: 'it is a test mail of our own' },
  })
  expect(await events()).toEqual(expect.arrayContaining(['connection.tested', 'connection.test-arrived']))
})

test.each(['openpgp-mime', 'openpgp-clear'])('%s comes through', async (scheme) => {
  await call(app, 'PATCH', `/v1/connections/${id}`, { body: { signing: { scheme } } })
  relay(received)
  expect((await run()).json['ok']).toBe(true)
})

test('S/MIME comes through', async () => {
  writeFileSync(`${gateway.keysDir}/own.pem`, keyAndCertificate('p256'), { mode: 0o600 })
  writeFileSync(`${gateway.keysDir}/registry.crt.pem`, certified('rsa2048.crt.pem'))
  const change = {
    signing: { scheme: 'smime', key: 'own.pem' },
    trust: { keys: ['registry.crt.pem'], schemes: ['smime'] },
  }
  expect((await call(app, 'PATCH', `/v1/connections/${id}`, { body: change })).status).toBe(200)
  relay(received)
  expect((await run()).json).toMatchObject({ ok: true })
})

test('the words of a server that does not take it are told, and nothing is waited for', async () => {
  relay(received, { outcome: 'refused', answer: '550 5.7.1 relaying denied' })
  const { json } = await run(60)
  expect(hopsOf(json)).toEqual([
    ['signed', true],
    ['handed-over', false],
  ])
  expect(json['hops']).toMatchObject([{}, { detail: '550 5.7.1 relaying denied' }])
})

test('a mail that does not come back is told as such, with where to look; a later one is in the log', async () => {
  const sent = relay(() => null)
  const { json } = await run()
  expect([json['ok'], json['mail'], hopsOf(json).at(-1)]).toEqual([false, null, ['received', false]])
  expect(json['hops']).toContainEqual(
    expect.objectContaining({ detail: expect.stringMatching(/MX record of in\.hoster/) }),
  )
  expect(await events()).not.toContain('connection.test-arrived')
  await gateway.receive(received(sent[0]?.raw ?? Buffer.alloc(0)))
  expect(await events()).toContain('connection.test-arrived')
})

test('one that was changed on the way does not verify', async () => {
  relay((raw) => Buffer.from(raw.toString('latin1').replace('asks for nothing', 'asks for something'), 'latin1'))
  const { json } = await run()
  expect([json['ok'], hopsOf(json).at(-1)]).toEqual([false, ['verified', false]])
})

test('a key that cannot sign is told before anything leaves', async () => {
  const sent = relay(received)
  rmSync(`${gateway.keysDir}/gateway.asc`)
  const { json } = await run()
  expect([hopsOf(json), sent]).toEqual([[['signed', false]], []])
})

test('the token of a test mail makes nothing else of a mail: a forgery with it settles nothing', async () => {
  const sent = relay(() => null)
  await run()
  const token = /^Test: .*$/m.exec(sent[0]?.raw.toString() ?? '')?.[0] ?? ''
  copyKey(gateway.keysDir, 'ed25519.pub.asc', 'other.asc', false)
  const order = await gateway.place()
  await gateway.run()
  const lines = ['RESULT: success', 'STID: x', `CTID: ${order.request?.reference}`, token]
  const mail = await gateway.receive(await gateway.reply(lines, { key: 'ed25519' }), REPLY_TO, ROBOT)
  expect(mail).toMatchObject({ stage: 'informational', orders: [], replies: [] })
  expect((await gateway.order(order.id)).status).toBe('sent')
})

test('a token that we did not make is nothing', async () => {
  const body = `Test: test${'a'.repeat(26)}.${'b'.repeat(26)}`
  const mail = await gateway.receive(await gateway.reply([body], { key: 'ed25519' }))
  expect(mail.stage).toBe('untrusted')
})

test('nothing leaves a paused connection, and one that is not there is 404', async () => {
  await call(app, 'POST', `/v1/connections/${id}/pause`)
  expect((await run()).status).toBe(409)
  expect((await call(app, 'POST', '/v1/connections/none/test')).status).toBe(404)
  expect((await call(app, 'POST', `/v1/connections/${id}/test`, { body: { waitSeconds: 61 } })).status).toBe(422)
})
