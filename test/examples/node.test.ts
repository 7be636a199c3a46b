import { once } from 'node:events'
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { cloudEvent } from '../../src/core/cloud-event.js'
import { webhookHeaders, webhookSecret } from '../../src/core/webhook-signature.js'
import { type Place, run, TOKEN, write } from '../e2e/program.js'
import { cleanUp, connect, order, place, serving, simulator } from '../e2e/stage.js'
import { temporaryFolder } from '../helpers/database.js'
import { type Script, startScript } from './script.js'

const EXAMPLE = path.resolve(import.meta.dirname, '../../examples/node')
const PLACE = path.join(EXAMPLE, 'place-order.mjs')
const RECEIVE = path.join(EXAMPLE, 'receive-webhooks.mjs')
const { createSealpost } = await import(pathToFileURL(PLACE).href)
const { createReceiver, openJournal, verifyWebhook } = await import(pathToFileURL(RECEIVE).href)

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const undoing: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undoing.splice(0).reverse()) await undo()
  await cleanUp()
})

const script = (file: string, args: string[], env: NodeJS.ProcessEnv): Script => {
  const started = startScript(process.execPath, [file, ...args], env)
  undoing.push(started.kill)
  return started
}

describe('the scripts with a gateway and a simulated registry', () => {
  const command = async (where: Place, ...args: string[]) => {
    const result = await run(where, [...args, '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    return JSON.parse(result.stdout)
  }
  const said = (receiver: Script) => receiver.lines.slice(1).map((text) => JSON.parse(text) as { type: string })

  test('an order is placed, paid and waited for, and its end comes as a webhook, once', async () => {
    const where = await place({ SEALPOST_WEBHOOK_PRIVATE: 'allow' })
    const gateway = await serving(where)
    await connect(where, await simulator(where, gateway))
    const { id: hook, secret } = await command(where, 'webhook', 'add', '--url', 'http://127.0.0.1:9/')
    const events = path.join(where.folder, 'events.jsonl')
    const receive = async () => {
      const receiver = script(RECEIVE, [events, '0'], { SEALPOST_WEBHOOK_SECRET: secret })
      const url = (await receiver.line((text) => text.startsWith('listening on '))).slice('listening on '.length)
      await command(where, 'webhook', 'change', hook, '--url', `${url}/hooks`)
      return receiver
    }
    const receiver = await receive()

    const env = { SEALPOST_URL: gateway.http, SEALPOST_TOKEN: TOKEN }
    const file = write(where, 'order.json', order({ paid: false }))
    const placing = script(PLACE, [file], env)
    expect(await placing.ended).toEqual({ code: 0, errors: '' })
    const { order: id } = JSON.parse(placing.lines[0] ?? '')
    expect(placing.lines.map((text) => JSON.parse(text)).at(-1)).toEqual({
      order: id,
      domain: 'bücher-müller.de',
      status: 'done',
    })
    const registered = JSON.parse(await receiver.line((text) => text.includes('"domain.registered"')))
    expect(registered).toMatchObject({
      subject: 'xn--bcher-mller-thbg.de',
      data: { orderId: id, billingOrderId: 'INV-1' },
    })
    await receiver.line((text) => text.includes('"order.done"'))

    // Started again, as after a crash: the same order.
    const again = script(PLACE, [file], env)
    expect(await again.ended).toEqual({ code: 0, errors: '' })
    expect(JSON.parse(again.lines[0] ?? '')).toMatchObject({ order: id, status: 'done' })

    // Sent again to a receiver that was started again: answered, and not worked on.
    const states = async () =>
      (await command(where, 'webhook', 'show', hook)).deliveries.items.map(({ state }: { state: string }) => state)
    await expect.poll(states).not.toContain('waiting')
    const before = said(receiver)
    receiver.kill()
    await receiver.ended
    const fresh = await receive()
    const { deliveries } = await command(where, 'webhook', 'show', hook)
    const [{ id: delivery }] = deliveries.items.filter(({ type }: { type: string }) => type === 'domain.registered')
    await command(where, 'webhook', 'redeliver', hook, delivery)
    await expect.poll(async () => (await command(where, 'webhook', 'show', hook, delivery)).calls.length).toBe(2)
    await command(where, 'webhook', 'test', hook)
    await fresh.line((text) => text.includes('"webhook.test"'))
    expect(said(fresh).map(({ type }) => type)).toEqual(['webhook.test'])
    expect(before.filter(({ type }) => type === 'domain.registered')).toHaveLength(1)
  })

  test('what the gateway refuses is said by its field, and a refusal of the registry with its code', async () => {
    const where = await place()
    const gateway = await serving(where)
    await connect(where, await simulator(where, gateway, 'refuse'))
    const env = { SEALPOST_URL: gateway.http, SEALPOST_TOKEN: TOKEN }
    const wrong = script(PLACE, [write(where, 'wrong.json', order({ domain: 'no name.de' }))], env)
    expect(await wrong.ended).toMatchObject({ code: 1, errors: expect.stringContaining('/domain: ') })
    const refused = script(PLACE, [write(where, 'order.json', order({ paid: false }))], env)
    expect(await refused.ended).toMatchObject({ code: 1, errors: expect.stringMatching(/^\d{11}: /) })
    const nothing = script(PLACE, [], env)
    expect(await nothing.ended).toMatchObject({ code: 2, errors: expect.stringContaining('Usage') })
  })
})

const AT = new Date('2026-07-01T10:00:00.000Z')
const [SECRET, NEXT, OTHER] = [1, 2, 3].map((fill) => webhookSecret(Buffer.alloc(32, fill))) as [string, string, string]

/** A call as the gateway makes it. */
const callOf = (id: string, secrets: string[] = [SECRET]) => {
  const body = cloudEvent(
    { id, type: 'order.done', at: AT, subject: 'xn--bcher-kva.de', data: { note: 'grüße' } },
    'urn:x',
  )
  return {
    secrets: [SECRET],
    headers: webhookHeaders({ id, at: AT, body, secrets }),
    body: Buffer.from(body),
    now: AT.getTime(),
  }
}

describe('a call is taken only where it is ours: one', () => {
  const genuine = callOf('e-1')
  const minutes = (count: number) => AT.getTime() + count * 60_000
  const changed = (change: Record<string, string>) => ({ ...genuine, headers: { ...genuine.headers, ...change } })

  test.each([
    { name: 'that is genuine', call: genuine },
    { name: 'four minutes old', call: { ...genuine, now: minutes(4) } },
    { name: 'with the fresh signature first', call: callOf('e-1', [NEXT, SECRET]) },
    { name: 'with the fresh signature last', call: callOf('e-1', [SECRET, NEXT]) },
    { name: 'by the fresh secret, of two that are known', call: { ...callOf('e-1', [NEXT]), secrets: [SECRET, NEXT] } },
  ])('$name is taken', ({ call }) => {
    expect(verifyWebhook(call)).toEqual(JSON.parse(call.body.toString()))
  })

  test.each([
    { name: 'by another secret', call: { ...genuine, secrets: [OTHER] }, why: 'signature' },
    { name: 'for which no secret is known', call: { ...genuine, secrets: [] }, why: 'signature' },
    { name: 'with another body', call: { ...genuine, body: Buffer.from('{}') }, why: 'signature' },
    { name: 'with another id', call: changed({ 'webhook-id': 'e-2' }), why: 'signature' },
    {
      name: 'of another version',
      call: changed({ 'webhook-signature': `v2${genuine.headers['webhook-signature']?.slice(2)}` }),
      why: 'signature',
    },
    { name: 'with half a signature', call: changed({ 'webhook-signature': 'v1,aGFsZg==' }), why: 'signature' },
    { name: 'without a signature', call: changed({ 'webhook-signature': '' }), why: 'signature' },
    { name: 'six minutes old', call: { ...genuine, now: minutes(6) }, why: 'too old' },
    { name: 'of the future', call: { ...genuine, now: minutes(-6) }, why: 'too old' },
    { name: 'with a time in words', call: changed({ 'webhook-timestamp': 'noon' }), why: 'no webhook' },
    { name: 'without headers', call: { ...genuine, headers: {} }, why: 'no webhook' },
  ])('$name is refused', ({ call, why }) => {
    expect(() => verifyWebhook(call)).toThrow(why)
  })
})

const listening = async (server: ReturnType<typeof createServer>): Promise<string> => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  undoing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

describe('the receiver', () => {
  const receiver = async (file: string, work: (event: { id: string }) => unknown) => {
    const journal = await openJournal(file, work)
    const url = await listening(createReceiver({ secrets: [SECRET], journal, now: () => AT.getTime() }))
    const post = (call: { headers: Record<string, string>; body: Buffer }) =>
      fetch(url, { method: 'POST', headers: call.headers, body: call.body })
    return { journal, url, post }
  }

  test('answers before the work is done, and works once however often an event comes', async () => {
    const worked: string[] = []
    let letGo = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const { journal, post } = await receiver(path.join(folder, 'once.jsonl'), async ({ id }) => {
      await held
      worked.push(id)
    })
    const answers = await Promise.all(['e-1', 'e-1', 'e-2', 'e-1'].map((id) => post(callOf(id))))
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204])
    expect(worked).toEqual([])
    letGo()
    await journal.idle()
    expect(worked.sort()).toEqual(['e-1', 'e-2'])
    await journal.close()
  })

  test('does at the next start what was taken and not done, and nothing that was done', async () => {
    const file = path.join(folder, 'crash.jsonl')
    const first = await receiver(file, ({ id }) => {
      if (id === 'e-2') throw new Error('the shop is closed')
    })
    for (const id of ['e-1', 'e-2']) expect((await first.post(callOf(id))).status).toBe(204)
    await first.journal.close()
    appendFileSync(file, '{"event":{"id":"e-3","ty') // killed in the middle of a line: this one was never answered
    const worked: string[] = []
    const second = await receiver(file, ({ id }) => worked.push(id))
    for (const id of ['e-1', 'e-3']) expect((await second.post(callOf(id))).status).toBe(204)
    await second.journal.close()
    expect(worked).toEqual(['e-2', 'e-3'])
    expect(
      readFileSync(file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toHaveLength(6)
  })

  test('says what is wrong with a call that it does not take', async () => {
    const { journal, url, post } = await receiver(path.join(folder, 'wrong.jsonl'), () => {})
    expect((await post({ ...callOf('e-1'), headers: {} })).status).toBe(401)
    expect((await fetch(url)).status).toBe(405)
    expect((await post({ ...callOf('e-1'), body: Buffer.from('{}') })).status).toBe(401)
    await journal.close()
    expect(readFileSync(path.join(folder, 'wrong.jsonl'), 'utf8')).toBe('')
  })
})

describe('the client', () => {
  const against = async (answers: RequestListener[]) => {
    const asked: string[] = []
    const url = await listening(
      createServer((request, response) => {
        asked.push(`${request.method} ${request.url} ${request.headers['idempotency-key'] ?? ''}`)
        answers.shift()?.(request, response)
      }),
    )
    return { asked, left: answers, client: createSealpost({ url, token: 'a', tries: 4, firstMs: 1 }) }
  }
  const says =
    (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
    (_request, response) =>
      void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  const hangsUp: RequestListener = (request) => void request.socket.destroy()
  const problem = { detail: 'try again', errors: [] }

  test('makes a call again with the same key where its answer was lost, and where the gateway is busy', async () => {
    const { client, asked } = await against([
      hangsUp,
      says(503, problem, { 'retry-after': '0' }),
      says(429, problem, { 'retry-after': '0' }),
      says(202, { id: 'o-1' }),
    ])
    expect(await client.place({}, 'key-1')).toEqual({ id: 'o-1' })
    expect(asked).toEqual(Array(4).fill('POST /v1/orders key-1'))
  })

  test('gives up after a while, and at once where asking again changes nothing', async () => {
    const busy = await against(Array(9).fill(says(503, problem, { 'retry-after': '0' })))
    await expect(busy.client.read('o-1')).rejects.toMatchObject({ status: 503, message: 'try again' })
    expect(busy.asked).toHaveLength(4)
    const errors = [{ pointer: '/domain', detail: 'is missing; give a string' }]
    const wrong = await against([says(422, { detail: 'The request is not valid', errors })])
    await expect(wrong.client.place({}, 'k')).rejects.toMatchObject({
      status: 422,
      problem: { errors },
      message: 'The request is not valid\n/domain: is missing; give a string',
    })
    const proxy = await against([says(500, '<h1>oops</h1>')])
    await expect(proxy.client.read('o-1')).rejects.toThrow(/answered 500/)
  })

  test('asks until an order is over, and tells each new status once', async () => {
    const { client } = await against(
      ['queued', 'sent', 'sent', 'uncertain', 'acknowledged', 'refused'].map((status) => says(200, { status })),
    )
    const seen: string[] = []
    const onChange = ({ status }: { status: string }) => void seen.push(status)
    expect(await client.settled('o-1', { everyMs: 1, atMostMs: 2, onChange })).toEqual({ status: 'refused' })
    expect(seen).toEqual(['queued', 'sent', 'uncertain', 'acknowledged', 'refused'])
  })
})
