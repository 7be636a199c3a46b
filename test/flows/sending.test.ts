import { rmSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/core/domain.js'
import { Fault } from '../../src/core/errors.js'
import { payOrder } from '../../src/flows/pay-order.js'
import { previewOrder } from '../../src/flows/preview-order.js'
import { runWork } from '../../src/flows/run-work.js'
import type { HandOver } from '../../src/ports.js'
import { createTemplateRenderer } from '../../src/profiles/template.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import {
  addTestConnection,
  anOrderBody,
  copyKey,
  createTestGateway,
  ROBOT,
  success,
  type TestGateway,
} from '../helpers/gateway.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const busy: HandOver = { outcome: 'temporary', answer: '451 4.3.0 try again later' }
const never: HandOver = { outcome: 'refused', answer: '550 5.1.1 no such user' }
const lost: HandOver = { outcome: 'uncertain', answer: 'the connection broke before the answer' }

await oneDatabase((open) => {
  const folders: string[] = []
  let database: TestDatabase
  let gateway: TestGateway

  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    await addTestConnection(gateway)
  })
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  const status = async () => statusOf((await gateway.deps.store.domains.get('example.de'))?.state ?? 'none')
  const request = async (orderId: string) => {
    const [found] = await gateway.deps.store.requests.findByOrder(orderId)
    if (found === undefined) throw new Error('there is no request')
    return found
  }

  describe('the mail', () => {
    test('is stored before it leaves, and its octets are the ones that left', async () => {
      const order = await gateway.place()
      const stored: unknown[] = []
      const { transport } = gateway.deps
      gateway.deps.transport = {
        send: async (mail) => {
          const { mailId, state } = await request(order.id)
          stored.push(state, await gateway.deps.store.mails.raw(mailId ?? ''))
          return transport.send(mail)
        },
      }
      await gateway.run()
      expect(stored).toEqual(['handing-over', gateway.sent[0]?.raw])
    })

    test('goes to the registry alone, from an address of our own, with a Message-ID that we keep', async () => {
      const order = await gateway.place()
      await gateway.run()
      const [mail] = gateway.sent
      expect(mail?.envelope.to).toEqual([ROBOT])
      expect(mail?.envelope.from).toMatch(/^bounce\+/)
      expect(mail?.raw.toString()).toContain(`Message-ID: ${(await request(order.id)).messageId}`)
    })

    test('in test mode it goes to the test address and never to the live one', async () => {
      await addTestConnection(gateway, {
        title: 'Test account',
        tlds: [],
        mode: 'test',
        registry: {
          to: ROBOT,
          from: 'domains@hoster.example',
          replyTo: 'test@in.hoster.example',
          test: 'test-robot@registry.example',
        },
      })
      await gateway.place({ connection: 'Test account' })
      await gateway.run()
      expect(gateway.sent.map(({ envelope }) => envelope.to)).toEqual([['test-robot@registry.example']])
    })

    test('a preview is the mail, and leaves no trace', async () => {
      const { envelope, raw } = await previewOrder(gateway.deps, anOrderBody())
      expect(envelope.to).toEqual([ROBOT])
      expect(raw.toString()).toContain('Action: CREATE')
      expect(await gateway.deps.store.domains.get('example.de')).toBeNull()
      expect((await gateway.deps.store.mails.list({}, { limit: 10, cursor: null })).items).toEqual([])
    })
  })

  describe('a server that does not take it now', () => {
    test("is tried again at a growing distance, with the same octets, in the server's own words", async () => {
      gateway.answerWith(busy, busy, busy)
      const order = await gateway.place()
      await gateway.run()
      expect(await request(order.id)).toMatchObject({
        state: 'queued',
        attempts: 1,
        answer: '451 4.3.0 try again later',
      })
      for (const wait of [10 * SECOND, MINUTE, 5 * MINUTE]) {
        const before = gateway.sent.length
        gateway.pass(wait - 1)
        await gateway.run()
        expect(gateway.sent).toHaveLength(before)
        gateway.pass(1)
        await gateway.run()
        expect(gateway.sent).toHaveLength(before + 1)
      }
      expect((await gateway.order(order.id)).status).toBe('sent')
      expect(new Set(gateway.sent.map(({ raw }) => raw.toString('latin1'))).size).toBe(1)
      const deferred = (await gateway.actions(order.id)).filter(({ event }) => event === 'mail.deferred')
      expect(deferred).toHaveLength(3)
    })

    test('a signature that grew old is made anew, for the same reference and Message-ID', async () => {
      gateway.answerWith(busy)
      const order = await gateway.place()
      await gateway.run()
      gateway.pass(2 * DAY)
      await gateway.run()
      const [first, second] = gateway.sent.map(({ raw }) => raw.toString('latin1'))
      expect(second).not.toBe(first)
      for (const kept of [(await request(order.id)).messageId ?? '-', order.request?.reference ?? '-'])
        expect([first, second].every((raw) => raw?.includes(kept))).toBe(true)
    })

    test('the five days count from when it was released, whatever the payment is dated', async () => {
      gateway.answerWith(busy)
      const order = await gateway.place({ paid: false })
      const paidAt = new Date(gateway.now().getTime() - 6 * DAY)
      await payOrder(gateway.deps, { id: order.id, paidAt, reference: null, actor: 'token:test' })
      await gateway.run()
      expect((await gateway.order(order.id)).status).toBe('queued')
    })

    test('is given up after five days: undeliverable, with a refund and an error in the log', async () => {
      gateway.answerWith(...Array.from({ length: 200 }, () => busy))
      const order = await gateway.place()
      for (let hours = 0; hours < 130; hours += 2) {
        await gateway.run()
        gateway.pass(2 * HOUR)
      }
      expect(await gateway.order(order.id)).toMatchObject({ status: 'refused', code: 'undeliverable' })
      expect(await status()).toBe('Error')
      expect(await gateway.events(order.id)).toContain('billing.refund')
      expect(await gateway.events(order.id)).not.toContain('billing.charge')
    })
  })

  test('a server that will never take it: Error, in its own words', async () => {
    gateway.answerWith(never)
    const order = await gateway.place()
    await gateway.run()
    expect(await gateway.order(order.id)).toMatchObject({ code: 'undeliverable', reason: '550 5.1.1 no such user' })
    expect(await status()).toBe('Error')
    gateway.pass(DAY)
    await gateway.run()
    expect(gateway.sent).toHaveLength(1)
  })

  describe('when nobody knows whether it arrived', () => {
    test('it is not sent again, and the reply settles it', async () => {
      gateway.answerWith(lost)
      const order = await gateway.place()
      await gateway.run()
      expect((await gateway.order(order.id)).status).toBe('uncertain')
      gateway.pass(2 * DAY)
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
      await gateway.receive(await gateway.reply(success(order.request?.reference ?? '')))
      expect(await status()).toBe('Registered')
    })

    test('a process that died while it handed over leaves the order uncertain', async () => {
      const order = await gateway.place()
      const { transport } = gateway.deps
      gateway.deps.transport = { send: () => Promise.reject(new Error('the power went out')) }
      const { id } = await request(order.id)
      await runWork(gateway.deps, { kind: 'send-request', id }).catch(() => undefined)
      gateway.deps.transport = transport
      expect((await request(order.id)).state).toBe('handing-over')
      gateway.pass(16 * MINUTE)
      await gateway.run()
      expect((await gateway.order(order.id)).status).toBe('uncertain')
      expect(gateway.sent).toEqual([])
    })

    test('a 451 after the reply has come changes nothing', async () => {
      const order = await gateway.place()
      gateway.deps.transport = {
        send: async () => {
          await gateway.receive(await gateway.reply(success(order.request?.reference ?? '')))
          return busy
        },
      }
      await gateway.run()
      expect((await gateway.order(order.id)).status).toBe('done')
      expect((await request(order.id)).state).toBe('settled')
    })

    test('a 250 is written even by a process whose lease somebody took', async () => {
      const order = await gateway.place()
      const { id } = await request(order.id)
      gateway.deps.transport = {
        send: async () => {
          gateway.pass(16 * MINUTE)
          const other = { ...gateway.deps, owner: 'other-process', transport: gateway.deps.transport }
          await runWork(other, { kind: 'send-request', id })
          expect((await gateway.order(order.id)).status).toBe('uncertain')
          return { outcome: 'sent', answer: '250 2.0.0 late' }
        },
      }
      await runWork(gateway.deps, { kind: 'send-request', id })
      expect((await gateway.order(order.id)).status).toBe('sent')
    })

    test('an answer that cannot be written at once is written when the database is back', async () => {
      const order = await gateway.place()
      const { together } = gateway.deps.store
      let failures = 0
      const { transport } = gateway.deps
      gateway.deps.transport = {
        send: async (mail) => {
          gateway.deps.store.together = async (work) => {
            if (failures++ < 2) throw new Fault('store-unavailable', 'away', { temporary: true })
            return together(work)
          }
          return transport.send(mail)
        },
      }
      await gateway.run()
      gateway.deps.store.together = together
      expect(failures).toBeGreaterThan(2)
      expect((await gateway.order(order.id)).status).toBe('sent')
    })

    test('the reply may come before the record of the hand-over', async () => {
      const order = await gateway.place()
      const { transport } = gateway.deps
      gateway.deps.transport = {
        send: async (mail) => {
          await gateway.receive(await gateway.reply(success(order.request?.reference ?? '')))
          return transport.send(mail)
        },
      }
      await gateway.run()
      expect((await gateway.order(order.id)).status).toBe('done')
      expect(await status()).toBe('Registered')
      expect((await gateway.events(order.id)).filter((type) => type === 'billing.charge')).toHaveLength(1)
    })
  })

  describe('a connection that may send two requests in 24 hours', () => {
    const limited = async () => {
      await addTestConnection(gateway, {
        ...{ title: 'Limited', tlds: [], rate: { perDay: 2 } },
        registry: { to: ROBOT, from: 'domains@hoster.example', replyTo: 'limited@in.hoster.example' },
      })
      const place = (domain: string) => gateway.place({ domain, connection: 'Limited' })
      return Promise.all([place('one.de'), place('two.de'), place('three.de')])
    }

    test('sends the third when the first is a day old, and says so once', async () => {
      const orders = await limited()
      await gateway.run()
      expect(gateway.sent).toHaveLength(2)
      const waiting = (await Promise.all(orders.map(({ id }) => gateway.order(id)))).find(
        ({ status }) => status === 'queued',
      )
      gateway.pass(DAY - 1)
      await gateway.run()
      expect(gateway.sent).toHaveLength(2)
      gateway.pass(1)
      await gateway.run()
      expect(gateway.sent).toHaveLength(3)
      const log = (await gateway.actions(waiting?.id ?? '')).filter(({ event }) => event === 'request.rate-limited')
      expect(log).toHaveLength(1)
    })

    test('many workers at once count one after the other', async () => {
      const orders = await limited()
      const requests = await Promise.all(orders.map(({ id }) => request(id)))
      await Promise.all(requests.map(({ id }) => runWork(gateway.deps, { kind: 'send-request', id })))
      expect(gateway.sent).toHaveLength(2)
    })

    test('holds up no other connection', async () => {
      await limited()
      await gateway.place({ domain: 'four.de' })
      await gateway.run()
      expect(gateway.sent).toHaveLength(3)
    })
  })

  test('ten workers at one request: one mail', async () => {
    const order = await gateway.place()
    const { id } = await request(order.id)
    await Promise.all(Array.from({ length: 10 }, () => runWork(gateway.deps, { kind: 'send-request', id })))
    expect(gateway.sent).toHaveLength(1)
  })

  describe('what an operator has to mend first holds the request, and does not fail it', () => {
    test('a key that is gone, and is put back', async () => {
      rmSync(path.join(gateway.keysDir, 'gateway.asc'))
      const order = await gateway.place()
      await gateway.run()
      gateway.pass(10 * MINUTE)
      await gateway.run()
      expect((await gateway.order(order.id)).status).toBe('queued')
      const held = (await gateway.actions(order.id)).filter(({ event }) => event === 'request.held')
      expect(held).toHaveLength(1)
      expect(held[0]).toMatchObject({ level: 'error' })
      expect(held[0]?.text).toContain('gateway.asc')
      copyKey(gateway.keysDir, 'ed25519.sec.asc', 'gateway.asc', true)
      gateway.pass(MINUTE)
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
    })

    test('a template that an operator made say something else', async () => {
      const source = 'Subject: {{ reference }}\n\nVersion: 5.0\nAction: CREATE\nDomain: other.de\n'
      gateway.deps.templates = createTemplateRenderer(
        new Map([['denic/register', { file: 'register.liquid', source }]]),
      )
      const order = await gateway.place()
      await gateway.run()
      expect(gateway.sent).toEqual([])
      const held = (await gateway.actions(order.id)).find(({ event }) => event === 'request.held')
      expect(held?.text).toContain('template')
    })
  })
})
