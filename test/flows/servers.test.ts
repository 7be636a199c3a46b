import { rmSync } from 'node:fs'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/core/connection.js'
import { assignMail } from '../../src/flows/assign-mail.js'
import { checkOrder } from '../../src/flows/check-order.js'
import { readChecklist } from '../../src/flows/checklist.js'
import { retryOrder } from '../../src/flows/decide-order.js'
import { lookAtMail } from '../../src/flows/look-at-mail.js'
import { makeEvidence } from '../../src/flows/make-evidence.js'
import { addConnection } from '../../src/flows/manage-connections.js'
import { setPaused } from '../../src/flows/pause-connection.js'
import { previewOrder } from '../../src/flows/preview-order.js'
import { replayMail } from '../../src/flows/replay-mail.js'
import { testConnection } from '../../src/flows/test-connection.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import { createTemplateRenderer } from '../../src/profiles/template.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import { anOrderBody, createTestGateway, type TestGateway } from '../helpers/gateway.js'
import { lineProfile, lineTemplates } from '../helpers/server-profile.js'
import { answered, brokenOff } from '../helpers/servers.js'

const HOUR = 60 * 60_000
const SECRET = 'a-secret-of-the-account'

let store: TestStore
let folder: string
let gateway: TestGateway
let connection: Connection
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(async () => {
  await store.close()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

const file = (change: Record<string, unknown> = {}) => ({
  ...{ title: 'Lines', profile: 'lines', tlds: ['org'], mode: 'live', account: { login: 'hoster' } },
  ...{ watch: { delegation: false }, replyTimeout: '5d', ...change },
})

const start = async (change: Record<string, unknown> = {}): Promise<void> => {
  await store.empty()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  folder = temporaryFolder()
  gateway = await createTestGateway(store, folder)
  const { deps } = gateway
  deps.profiles = new Map([...deps.profiles, ['lines', lineProfile]])
  deps.templates = createTemplateRenderer(lineTemplates)
  deps.env = { LINES_SECRET: SECRET }
  connection = await addConnection(deps, file(change), 'cli')
}
beforeEach(() => start())

const place = (change: Parameters<TestGateway['place']>[0] = {}) =>
  gateway.place({ domain: 'example.org', nameservers: [], contacts: {}, ...change })
const posts = () => gateway.posted.map(({ endpoint, body }) => `${endpoint.host} ${body.toString().trim()}`)
const requestOf = async (orderId: string) => {
  const request = (await store.requests.findByOrder(orderId)).at(-1)
  if (request === undefined) throw new Error('there is no request')
  return request
}
const mailsOf = async (order: string) => {
  const { items } = await store.mails.list({ order }, { limit: 50, cursor: null })
  return items.toReversed()
}
const status = async (id: string) => (await gateway.order(id)).status

describe('an answer that comes at once', () => {
  test('settles its order, and what it did not say is asked for', async () => {
    gateway.answerCalls(answered('OK'), answered('2027-07-01T00:00:00Z'))
    const order = await place()
    await gateway.run()
    const { reference } = await requestOf(order.id)
    expect(posts()).toEqual([
      `live.lines.example register example.org ${reference}`,
      'live.lines.example expiry example.org',
    ])
    expect(await status(order.id)).toBe('done')
    const domain = await store.domains.get('example.org')
    expect([domain?.state, domain?.expiresAt]).toEqual(['registered', new Date('2027-07-01T00:00:00Z')])
    expect(await gateway.events(order.id)).toContain('billing.charge')
  })

  test('is kept octet by octet with what was posted, and the log has the digest of each', async () => {
    gateway.answerCalls(answered('OK'), answered('2027-07-01T00:00:00Z'))
    const order = await place()
    await gateway.run()
    const mails = await mailsOf(order.id)
    expect(mails.map(({ direction, stage, envelope }) => [direction, stage, envelope.over])).toEqual([
      ['out', 'settled', 'https'],
      ['in', 'settled', 'https'],
      ['out', 'settled', 'https'],
      ['in', 'informational', 'https'],
    ])
    expect((await store.mails.raw(mails[1]?.id ?? ''))?.toString()).toBe('OK')
    expect(mails[1]?.verdict).toMatchObject({
      kind: 'trusted',
      reason: expect.stringContaining('live.lines.example:8443'),
    })
    expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
    expect(await store.mails.unlogged(10)).toEqual([])
    const { zip } = await makeEvidence(gateway.deps, { order: order.id }, 'cli')
    const names = Object.keys(unzipSync(zip))
    expect(names).toContain('mails/2-in.body')
    expect(names).not.toContain('mails/2-in.eml')
    expect(Buffer.from(unzipSync(zip)['VERIFY.txt'] ?? []).toString()).toContain('sha256sum < mails/2-in.body')
  })

  test('that says no ends its order with its code and words', async () => {
    gateway.answerCalls(answered('NO 485 taken'))
    const order = await place()
    await gateway.run()
    expect(await gateway.order(order.id)).toMatchObject({ status: 'refused', code: '485', reason: 'NO 485 taken' })
    expect(await gateway.events(order.id)).toContain('billing.refund')
  })

  test('that cannot be understood opens a ticket, and a person decides it', async () => {
    gateway.answerCalls(answered('WHAT now'))
    const order = await place()
    await gateway.run()
    expect(await status(order.id)).toBe('sent')
    const [mail] = (await mailsOf(order.id)).filter(({ direction }) => direction === 'in')
    expect(mail?.stage).toBe('unrecognised')
    await expect(replayMail(gateway.deps, mail?.id ?? '', 'cli')).rejects.toThrow(/check its order/)
    const said = {
      domain: 'example.org',
      outcome: 'done',
      note: 'they say yes',
      code: null,
      actor: 'user:root',
    } as const
    await assignMail(gateway.deps, { id: mail?.id ?? '', ...said })
    expect(await status(order.id)).toBe('done')
  })

  test('is shown to people as text', async () => {
    gateway.answerCalls(answered('NO 485 <b>\u0007'))
    const order = await place()
    await gateway.run()
    const [mail] = (await mailsOf(order.id)).filter(({ direction }) => direction === 'in')
    const raw = await store.mails.raw(mail?.id ?? '')
    if (mail === undefined || raw === null) throw new Error('there is no answer')
    expect((await lookAtMail(gateway.deps, mail, raw))?.text).toBe('NO 485 <b>\ufffd')
  })

  test('to a question is the result of its order, and costs nobody anything', async () => {
    gateway.answerCalls(brokenOff('it broke'), answered('OK'))
    const order = await place({ action: 'check', price: null })
    await gateway.run()
    expect(await status(order.id)).toBe('uncertain')
    expect(await gateway.events(order.id)).not.toContain('billing.charge')
  })
})

describe('what became of an order that is not decided', () => {
  test('is asked for at each look, and the same answer as before changes nothing', async () => {
    gateway.answerCalls(answered('LATER 17'), answered('LATER 17'), answered('LATER 17'), answered('OK'), answered(''))
    const order = await place()
    await gateway.run()
    expect([await status(order.id), (await requestOf(order.id)).ticket]).toEqual(['acknowledged', '17'])
    gateway.pass(HOUR)
    await gateway.run()
    gateway.pass(HOUR)
    await gateway.run()
    expect(await status(order.id)).toBe('acknowledged')
    expect((await mailsOf(order.id)).map(({ stage }) => stage)).toContain('duplicate')
    gateway.pass(HOUR)
    await gateway.run()
    expect(posts().slice(1, 4)).toEqual(Array.from({ length: 3 }, () => 'live.lines.example status example.org 17'))
    expect(await status(order.id)).toBe('done')
    const charges = (await gateway.events(order.id)).filter((type) => type === 'billing.charge')
    expect(charges).toHaveLength(1)
    expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
  })

  test('is asked for now by whoever checks the order, who is told the answer', async () => {
    gateway.answerCalls(answered('LATER 17'), answered('NO 3 declined'))
    const order = await place()
    await gateway.run()
    const { check } = await checkOrder(gateway.deps, { id: order.id, actor: 'user:root' })
    expect(check.text).toContain('HTTP 200: NO 3 declined')
    expect(await status(order.id)).toBe('refused')
  })

  test('is told late too: the order was given up and refunded', async () => {
    gateway.answerCalls(answered('LATER 17'))
    const order = await place()
    await gateway.run()
    gateway.pass(5 * 24 * HOUR)
    await gateway.run()
    expect(await status(order.id)).toBe('timed-out')
    gateway.answerCalls(answered('OK'), answered('2027-07-01T00:00:00Z'))
    await checkOrder(gateway.deps, { id: order.id, actor: 'user:root' })
    expect(await status(order.id)).toBe('done')
    expect(await gateway.events(order.id)).toContain('billing.charge-again-suggested')
  })

  test('is not asked while nobody answers, or the connection is paused, and that is told', async () => {
    gateway.answerCalls(answered('LATER 17'), { outcome: 'temporary', answer: 'connection refused' })
    const order = await place()
    await gateway.run()
    const away = await checkOrder(gateway.deps, { id: order.id, actor: 'user:root' })
    expect(away.check.text).toContain('could not be asked what became of it: connection refused')
    expect((await gateway.actions(order.id)).map(({ event }) => event)).toContain('server.unasked')
    await setPaused(gateway.deps, { id: connection.id, paused: true, actor: 'user:root' })
    const paused = await checkOrder(gateway.deps, { id: order.id, actor: 'user:root' })
    expect(paused.check.text).toContain('paused')
    expect(posts()).toHaveLength(2)
  })
})

describe('a call that may not have arrived', () => {
  test('is not posted again, and asked about', async () => {
    gateway.answerCalls(brokenOff('the connection was closed'))
    const order = await place()
    await gateway.run()
    expect(await status(order.id)).toBe('uncertain')
    gateway.answerCalls(answered('LATER 18'), answered('OK'), answered(''))
    gateway.pass(HOUR)
    await gateway.run()
    expect([await status(order.id), posts().at(-1)]).toEqual([
      'acknowledged',
      'live.lines.example status example.org unknown',
    ])
    gateway.pass(HOUR)
    await gateway.run()
    expect(await status(order.id)).toBe('done')
    expect(posts().filter((post) => post.includes(' register '))).toHaveLength(1)
  })

  test('nor where its answer says neither yes nor no', async () => {
    gateway.answerCalls(answered('<html>', 502))
    const order = await place()
    await gateway.run()
    expect(await gateway.order(order.id)).toMatchObject({ status: 'uncertain', reason: 'HTTP 502: <html>' })
  })

  test('nor where the gateway stopped between the first octet and the answer; a question is asked again', async () => {
    const stopped = await Promise.all(
      (['register', 'check'] as const).map(async (action) => {
        const order = await place({ action, domain: `${action}.org` })
        await store.requests.update({ ...(await requestOf(order.id)), state: 'handing-over' })
        return order.id
      }),
    )
    gateway.answerCalls(answered('OK'))
    await gateway.run()
    expect(await Promise.all(stopped.map(status))).toEqual(['uncertain', 'done'])
    expect(posts().map((post) => post.split(' ')[1])).toEqual(['check'])
  })

  test('goes again with the same reference where a person says so', async () => {
    gateway.answerCalls(brokenOff('the connection was closed'), answered('OK'), answered(''))
    const order = await place()
    await gateway.run()
    await retryOrder(gateway.deps, { id: order.id, actor: 'user:root' })
    await gateway.run()
    expect(await status(order.id)).toBe('done')
    expect(new Set(posts().filter((post) => post.includes(' register '))).size).toBe(1)
  })
})

describe('a call that was not taken', () => {
  test.each([
    { name: 'by the network', result: { outcome: 'temporary' as const, answer: 'connection refused' } },
    { name: 'as the server says', result: answered('BUSY') },
  ])('$name is posted again, the same octets while they are young', async ({ result }) => {
    gateway.answerCalls(result)
    const order = await place()
    await gateway.run()
    expect(await status(order.id)).toBe('queued')
    expect((await gateway.actions(order.id)).map(({ event }) => event)).toContain('request.deferred')
    gateway.answerCalls(answered('OK'), answered(''))
    gateway.pass(60_000)
    await gateway.run()
    expect(await status(order.id)).toBe('done')
    const out = (await mailsOf(order.id)).filter(({ direction }) => direction === 'out')
    expect(out).toHaveLength(2)
  })
})

describe('the account', () => {
  test('is proved by a secret that is nowhere but in the headers', async () => {
    gateway.answerCalls(answered('OK'), answered(''))
    const order = await place()
    await gateway.run()
    expect(gateway.posted[0]?.headers).toEqual({ 'x-login': 'hoster', 'x-proof': expect.stringContaining(SECRET) })
    const kept = await Promise.all((await mailsOf(order.id)).map(({ id }) => store.mails.raw(id)))
    const told = [JSON.stringify(await gateway.actions(order.id)), JSON.stringify(await requestOf(order.id)), ...kept]
    expect(told.join()).not.toContain(SECRET)
  })

  test('needs its secret when the connection is added, and holds requests while it is gone', async () => {
    gateway.deps.env = {}
    const sampled = { ...lineProfile, samples: [await aSample()] }
    gateway.deps.profiles = new Map([['lines', sampled]])
    await expect(addConnection(gateway.deps, file({ title: 'Other', tlds: [] }), 'cli')).rejects.toThrow(/LINES_SECRET/)
    const order = await place()
    await gateway.run()
    expect(posts()).toEqual([])
    expect((await gateway.actions(order.id)).at(-1)).toMatchObject({ event: 'request.held' })
  })

  test('cannot bring an order in test mode to the live server', async () => {
    await start({ mode: 'test', account: { login: 'hoster', test: 'LIVE.lines.example' } })
    gateway.answerCalls(answered('OK'))
    await place()
    await gateway.run()
    expect(posts()).toEqual([])
    await start({ mode: 'test' })
    gateway.answerCalls(answered('OK'), answered(''))
    const order = await place()
    await gateway.run()
    expect(posts()[0]).toMatch(/^test\.lines\.example /)
    expect(await status(order.id)).toBe('done')
  })

  test('is part of the checklist, by the name of its variable alone', async () => {
    const [, key] = await readChecklist(gateway.deps, store, connection)
    expect(key?.detail).toContain('LINES_SECRET')
    gateway.deps.env = {}
    const [, missing] = await readChecklist(gateway.deps, store, connection)
    expect(missing).toMatchObject({ done: false, detail: expect.stringContaining('no key is in the environment') })
  })
})

const aSample = async () => {
  const { terms } = await gateway.order((await place({ domain: 'sample.org', paid: false })).id)
  const input = { terms, reference: 'sp-sample', domain: null, connection, at: new Date(0) }
  return { action: terms.action, values: lineProfile.encode(input), input }
}

test('a preview is the body of the call, and nothing is posted', async () => {
  const body = anOrderBody({ domain: 'example.org', nameservers: [], contacts: {} })
  const { envelope, raw } = await previewOrder(gateway.deps, body)
  expect(envelope).toEqual({ from: '', to: ['https://live.lines.example:8443/'] })
  expect(raw.toString()).toMatch(/^register example\.org preview-/)
  expect(posts()).toEqual([])
})

describe('a test of the connection', () => {
  const hops = async () => {
    const { ok, hops: gone } = await testConnection(gateway.deps, { id: connection.id, waitMs: 0, actor: 'cli' })
    return [ok, gone.map((one) => `${one.hop} ${one.ok}`)]
  }

  test('tells how far a question comes', async () => {
    gateway.answerCalls(answered('OK'), answered('WHO'), brokenOff('it broke'))
    expect(await hops()).toEqual([true, ['written true', 'connected true', 'answered true', 'accepted true']])
    expect(await hops()).toEqual([false, ['written true', 'connected true', 'answered true', 'accepted false']])
    expect(await hops()).toEqual([false, ['written true', 'connected true', 'answered false']])
    expect(await hops()).toEqual([false, ['written true', 'connected false']])
    gateway.deps.env = {}
    expect(await hops()).toEqual([false, ['written false']])
  })
})
