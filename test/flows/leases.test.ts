import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Fault } from '../../src/core/errors.js'
import type { Deps } from '../../src/flows/deps.js'
import { processMail } from '../../src/flows/process-mail.js'
import { sendRequest } from '../../src/flows/send-request.js'
import type { HandOver } from '../../src/ports.js'
import { openStore } from '../../src/store/open.js'
import { newServerDatabase, silentLog, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'

const SECOND = 1_000

// Several processes share a PostgreSQL alone.
const withServer = await needs('postgresql')
withServer('several processes on one PostgreSQL', () => {
  const undoing: (() => unknown)[] = []
  let gateway: TestGateway
  /** Another process on the same database. */
  let other: Deps

  beforeEach(async () => {
    const folder = temporaryFolder()
    const { url, remove } = await newServerDatabase()
    const store = await openStore({ url, dataDir: '', log: silentLog })
    undoing.push(() => rmSync(folder, { recursive: true, force: true }), remove, store.close)
    gateway = await createTestGateway(store, folder)
    other = { ...gateway.deps, owner: 'other-process' }
    await addTestConnection(gateway)
  })
  afterEach(async () => {
    for (const undo of undoing.splice(0).reverse()) await undo()
  })

  const placed = async () => {
    const order = await gateway.place()
    const [request] = await gateway.deps.store.requests.findByOrder(order.id)
    if (request === undefined) throw new Error('there is no request')
    return { order, request }
  }
  const everything = async (orderId: string) => {
    const { store } = gateway.deps
    const { items } = await store.actions.list({}, { limit: 200, cursor: null })
    return [await store.orders.get(orderId), await store.requests.findByOrder(orderId), items]
  }

  describe('a request whose sender died in the middle', () => {
    test('is found by another 45 seconds later, and not sooner', async () => {
      const { order, request } = await placed()
      gateway.deps.transport = { send: () => Promise.reject(new Error('the power went out')) }
      await sendRequest(gateway.deps, request.id).catch(() => undefined)
      gateway.pass(45 * SECOND - 1)
      await sendRequest(other, request.id)
      expect((await gateway.order(order.id)).status).toBe('queued')
      gateway.pass(1)
      await sendRequest(other, request.id)
      expect((await gateway.order(order.id)).status).toBe('uncertain')
    })

    test('stays with a sender that is alive, however long its hand-over takes', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
      try {
        const { order, request } = await placed()
        const { store } = gateway.deps
        let renew = (): void => {}
        const renewed = new Promise<void>((resolve) => {
          renew = resolve
        })
        const extend: typeof store.requests.extend = async (...extension) => {
          const held = await store.requests.extend(...extension)
          renew()
          return held
        }
        gateway.deps.store = { ...store, requests: { ...store.requests, extend } }
        gateway.deps.transport = {
          send: async () => {
            gateway.pass(30 * SECOND)
            vi.advanceTimersByTime(30 * SECOND)
            await renewed
            gateway.pass(30 * SECOND)
            await sendRequest(other, request.id)
            return { outcome: 'sent', answer: '250 2.0.0 at last' }
          },
        }
        await sendRequest(gateway.deps, request.id)
        expect((await gateway.order(order.id)).status).toBe('sent')
        expect((await gateway.actions(order.id)).map(({ event }) => event)).not.toContain('order.uncertain')
        expect(vi.getTimerCount()).toBe(0)
      } finally {
        vi.useRealTimers()
      }
    })
  })

  test.each<HandOver>([
    { outcome: 'temporary', answer: '451 4.3.0 later' },
    { outcome: 'refused', answer: '550 5.1.1 never' },
    { outcome: 'uncertain', answer: 'the connection broke' },
  ])('a sender whose request was taken over changes nothing: $outcome', async (late) => {
    const { order, request } = await placed()
    let before: unknown
    gateway.deps.transport = {
      send: async () => {
        gateway.pass(46 * SECOND)
        await sendRequest(other, request.id)
        before = await everything(order.id)
        return late
      },
    }
    await sendRequest(gateway.deps, request.id)
    expect(await everything(order.id)).toEqual(before)
    expect((await gateway.order(order.id)).status).toBe('uncertain')
  })

  test('a sender whose request was taken over before it left sends nothing', async () => {
    const { request } = await placed()
    const { templates } = gateway.deps
    let rendered = false
    gateway.deps.templates = {
      render: (...one) => {
        gateway.pass(46 * SECOND)
        rendered = true
        return templates.render(...one)
      },
    }
    const claimed: unknown[] = []
    const { store } = gateway.deps
    gateway.deps.store = {
      ...store,
      together: async (work) => {
        if (rendered && claimed.length === 0)
          claimed.push(
            await store.requests.claim(request.id, { owner: other.owner, now: gateway.now(), leaseMs: SECOND }),
          )
        return store.together(work)
      },
    }
    await sendRequest(gateway.deps, request.id)
    expect(claimed).toEqual([
      expect.objectContaining({ lease: { owner: expect.stringContaining(other.owner), fence: 2 } }),
    ])
    expect(gateway.sent).toEqual([])
    expect((await store.requests.get(request.id))?.state).toBe('queued')
  })

  test('a request that cannot be made ready for now waits for the next sweep, not for its lease', async () => {
    const { order, request } = await placed()
    const { templates } = gateway.deps
    gateway.deps.templates = {
      render: () => {
        throw new Fault('away', 'the database is away', { temporary: true })
      },
    }
    await expect(sendRequest(gateway.deps, request.id)).rejects.toThrow('away')
    gateway.deps.templates = templates
    await gateway.run()
    expect((await gateway.order(order.id)).status).toBe('sent')
  })

  describe('a mail', () => {
    test.each([
      ['finds the same', () => null],
      ['finds that an operator has to mend something', () => new Fault('key-gone', 'no key', { temporary: false })],
      ['fails for now', () => new Fault('reader-closed', 'stopping', { temporary: true })],
    ])('a judge whose mail was taken over changes nothing where it %s', async (_what, failing) => {
      const { order } = await placed()
      await gateway.run()
      const { reader } = gateway.deps
      let before: unknown
      let mailId = ''
      const state = async () => [await everything(order.id), await gateway.deps.store.mails.get(mailId)]
      gateway.deps.reader = {
        ...reader,
        read: async (task) => {
          gateway.deps.reader = reader
          const [id] = await gateway.deps.store.mails
            .list({ direction: 'in' }, { limit: 1, cursor: null })
            .then(({ items }) => items.map((mail) => mail.id))
          mailId = id ?? ''
          gateway.pass(11 * SECOND)
          await processMail({ ...other, reader }, mailId)
          before = await state()
          const error = failing()
          if (error !== null) throw error
          return reader.read(task)
        },
      }
      await gateway.receive(await gateway.reply(success(order.request?.reference ?? ''))).catch(() => undefined)
      expect((await gateway.order(order.id)).status).toBe('done')
      expect(await state()).toEqual(before)
    })
  })
})
