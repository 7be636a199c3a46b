import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/core/domain.js'
import { closeTicket } from '../../src/flows/close-ticket.js'
import { cancelOrder, retryOrder } from '../../src/flows/decide-order.js'
import { addConnection } from '../../src/flows/manage-connections.js'
import { setPaused } from '../../src/flows/pause-connection.js'
import { remindTicket } from '../../src/flows/remind-ticket.js'
import { sendRequest } from '../../src/flows/send-request.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { fastForward } from '../helpers/fast-forward.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'

const DAY = 86_400_000
const HOUR = 3_600_000

const byHand = (change: Record<string, unknown> = {}) => ({
  ...{ title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live', replyTimeout: '5d', ...change },
})

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
  })
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  const connect = (change: Record<string, unknown> = {}) => addConnection(gateway.deps, byHand(change), 'cli')
  const place = async (change: Parameters<TestGateway['place']>[0] = {}) => {
    const order = await gateway.place({ domain: 'example.com', ...change })
    await gateway.run()
    return order
  }
  const tickets = async () =>
    (await gateway.deps.store.tickets.list({}, { limit: 200, cursor: null })).items.toReversed()
  const ticket = async (index = 0) => {
    const found = (await tickets())[index]
    if (found === undefined) throw new Error('there is no such ticket')
    return found
  }
  const close = async (outcome: 'done' | 'failed' | 'dismissed', change: object = {}, index = 0) =>
    closeTicket(gateway.deps, {
      ...{ id: (await ticket(index)).id, outcome, note: 'order 4711', code: null, expiresAt: null, actor: 'user:ann' },
      ...change,
    })
  const domain = async () => {
    const found = await gateway.deps.store.domains.get('example.com')
    return found === null ? null : statusOf(found.state)
  }
  /** Kinds of the mails about tickets and alarms, the oldest first. */
  const mailedToAdmins = async () =>
    (await gateway.deps.store.notices.list({}, { limit: 200, cursor: null })).items
      .toReversed()
      .flatMap(({ kind }) => (kind === 'ticket' || kind === 'alarm' ? [kind] : []))
  const status = async (id: string) => (await gateway.order(id)).status
  const told = async (event: string) => {
    const { items } = await gateway.deps.store.actions.list({}, { limit: 200, cursor: null })
    return items.filter((one) => one.event === event)
  }

  describe('an order for people', () => {
    test('becomes a ticket that says what to do, and is sent with it', async () => {
      await connect({ account: { registrar: 'Example Registrar', url: 'https://registrar.example/' } })
      const order = await place({ authInfo: null })
      expect(gateway.sent).toEqual([])
      expect([await status(order.id), await domain()]).toEqual(['sent', 'Registering'])
      const [opened, ...others] = await tickets()
      expect(others).toEqual([])
      expect(opened).toMatchObject({
        ...{ kind: 'order', state: 'open', domain: 'example.com', orderId: order.id, mailId: null },
        ...{ subject: 'register example.com', remindAt: new Date(gateway.now().getTime() + DAY) },
      })
      for (const words of [
        'Example Registrar',
        'ns1.example.net',
        'DENIC-1234-MUSTER',
        order.request?.reference ?? '-',
      ])
        expect(opened?.body).toContain(words)
      expect(await gateway.events(order.id)).toEqual(expect.arrayContaining(['order.filed', 'billing.charge']))
      expect((await told('order.sent'))[0]?.text).toBe(
        `register example.com: handed to people: ticket ${opened?.number} was opened`,
      )
      expect(await told('ticket.opened')).toMatchObject([{ orderId: order.id, actor: 'system' }])
    })

    test('is done when its ticket is closed so, in the name of who closed it', async () => {
      await connect()
      const order = await place()
      const expiresAt = new Date('2027-07-01T00:00:00Z')
      const closed = await close('done', { expiresAt })
      expect(closed).toMatchObject({ state: 'done', closedBy: 'user:ann', note: 'order 4711', remindAt: null })
      expect([await status(order.id), await domain()]).toEqual(['done', 'Registered'])
      expect((await gateway.deps.store.domains.get('example.com'))?.expiresAt).toEqual(expiresAt)
      expect(await told('order.done')).toMatchObject([
        { actor: 'user:ann', text: 'register example.com: done, as a person says: order 4711' },
      ])
      expect(await told('ticket.closed')).toMatchObject([{ actor: 'user:ann', orderId: order.id }])
    })

    test('is not done until a day that is past, which would order and charge a renewal at once', async () => {
      await connect({ expiry: { renewDays: 14 } })
      const order = await place()
      const expiresAt = new Date(gateway.now().getTime() - DAY)
      await expect(close('done', { expiresAt })).rejects.toMatchObject({
        ...{ code: 'invalid', problems: [{ pointer: '/expiresAt', detail: expect.stringContaining('is past') }] },
      })
      await gateway.run()
      expect([await status(order.id), (await ticket()).state]).toEqual(['sent', 'open'])
      expect((await gateway.deps.store.orders.list({}, { limit: 9, cursor: null })).items).toHaveLength(1)
    })

    test('is refused when its ticket failed, with the words of the person, and refunded once', async () => {
      await connect()
      const order = await place()
      await close('failed', { note: 'the name is reserved', code: 'R-12' })
      expect(await gateway.order(order.id)).toMatchObject({
        ...{ status: 'refused', reason: 'the name is reserved', code: 'R-12' },
      })
      expect(await domain()).toBe('Error')
      expect((await gateway.events(order.id)).filter((type) => type === 'billing.refund')).toHaveLength(1)
    })

    test('is settled once, by however many at once', async () => {
      await connect()
      const order = await place()
      const all = await Promise.allSettled([close('done'), close('failed'), close('done'), close('failed')])
      const reasons = all.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
      expect(reasons).toHaveLength(3)
      for (const reason of reasons) expect(reason).toMatch(/was closed as (done|failed) by user:ann/)
      expect(await told('ticket.closed')).toHaveLength(1)
      expect(['done', 'refused']).toContain(await status(order.id))
    })

    test('is handed over once, by two processes at the same time', async () => {
      await connect()
      const order = await gateway.place({ domain: 'example.com' })
      const other = await createTestGateway(database.store, folders.at(-1) ?? '')
      other.deps.owner = 'other-process'
      const id = order.request?.id ?? ''
      await Promise.all([sendRequest(gateway.deps, id), sendRequest(other.deps, id)])
      expect(await tickets()).toHaveLength(1)
      expect(await told('order.sent')).toHaveLength(1)
    })

    test('closes its ticket when it is cancelled, and a person cannot do it any more', async () => {
      await connect()
      const order = await place()
      await cancelOrder(gateway.deps, { id: order.id, actor: 'token:shop' })
      expect(await ticket()).toMatchObject({ state: 'dismissed', closedBy: 'system', note: 'the order is cancelled' })
      await expect(close('done')).rejects.toThrow(/was closed as dismissed by system/)
      expect(await status(order.id)).toBe('cancelled')
    })

    test('leaves no password of its domain on a ticket that closes itself', async () => {
      await connect()
      const order = await place({ action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
      expect((await ticket()).body).toContain('Ab3-xY7_kQ')
      await fastForward([gateway], database.pool, new Date(gateway.now().getTime() + 6 * DAY))
      await retryOrder(gateway.deps, { id: order.id, actor: 'token:shop' })
      await gateway.run()
      expect((await tickets()).map(({ state }) => state)).toEqual(['dismissed', 'open'])
      expect((await ticket(0)).body).toMatch(/\*\*\*/)
      await cancelOrder(gateway.deps, { id: order.id, actor: 'token:shop' })
      for (const { body } of await tickets()) expect(body).not.toContain('Ab3-xY7_kQ')
    })

    test('that timed out keeps its ticket: what is done then is a late success', async () => {
      await connect()
      const order = await place()
      await fastForward([gateway], database.pool, new Date(gateway.now().getTime() + 6 * DAY))
      expect(await gateway.order(order.id)).toMatchObject({
        ...{ status: 'timed-out', code: 'timeout', reason: 'nobody closed its ticket in time' },
      })
      expect((await ticket()).state).toBe('open')
      await close('done')
      expect([await status(order.id), await domain()]).toEqual(['done', 'Registered'])
      expect(await gateway.events(order.id)).toContain('billing.charge-again-suggested')
      expect(await told('order.late-success')).toMatchObject([{ actor: 'user:ann', level: 'warning' }])
    })

    test('that is tried once more has a new ticket in the place of the old one', async () => {
      await connect()
      const order = await place()
      await fastForward([gateway], database.pool, new Date(gateway.now().getTime() + 6 * DAY))
      await retryOrder(gateway.deps, { id: order.id, actor: 'token:shop' })
      await gateway.run()
      expect((await tickets()).map(({ state }) => state)).toEqual(['dismissed', 'open'])
      await close('done', {}, 1)
      expect(await status(order.id)).toBe('done')
    })

    test('cannot be tried again while people have it, and says what to do with its ticket', async () => {
      await connect()
      const order = await place()
      const again = retryOrder(gateway.deps, { id: order.id, actor: 'token:shop' })
      await expect(again).rejects.toThrow(/people have it as a ticket.*close that as done or failed/)
      expect(await tickets()).toHaveLength(1)
    })

    test('cannot have its ticket dismissed while it waits, nor closed with what is not its own', async () => {
      await connect()
      await place()
      await expect(close('dismissed')).rejects.toThrow(/close it as done or failed, or cancel order/)
      await expect(close('done', { code: 'X' })).rejects.toMatchObject({ problems: [{ pointer: '/code' }] })
      await expect(close('failed', { code: 'undeliverable' })).rejects.toThrow(/"undeliverable".*gateway itself/)
      await expect(close('failed', { expiresAt: new Date() })).rejects.toMatchObject({
        problems: [{ pointer: '/expiresAt' }],
      })
      expect((await ticket()).state).toBe('open')
    })

    test('waits while its connection is paused', async () => {
      const { id } = await connect()
      await setPaused(gateway.deps, { id, paused: true, actor: 'cli' })
      const order = await place()
      expect([await tickets(), await status(order.id)]).toEqual([[], 'queued'])
      await setPaused(gateway.deps, { id, paused: false, actor: 'cli' })
      await gateway.run()
      expect(await tickets()).toHaveLength(1)
    })

    test('hides the password of the domain once its ticket is closed', async () => {
      await connect()
      await place({ action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
      expect((await ticket()).body).toContain('Ab3-xY7_kQ')
      await close('done')
      const { items } = await gateway.deps.store.actions.list({}, { limit: 200, cursor: null })
      expect((await ticket()).body).not.toContain('Ab3-xY7_kQ')
      expect(JSON.stringify(items)).not.toContain('Ab3-xY7_kQ')
    })

    test('is not in doubt after a restore: its ticket is in the same database', async () => {
      await connect()
      const order = await gateway.place({ domain: 'example.com' })
      await gateway.deps.store.requests.resume({ doubt: 'a restore', missedMs: HOUR })
      await gateway.run()
      expect([await status(order.id), (await tickets()).length]).toEqual(['sent', 1])
    })
  })

  describe('a reminder', () => {
    test('comes each day, or as often as the connection says, until the ticket is closed', async () => {
      await connect({ account: { remindEvery: '12h' }, replyTimeout: '30d' })
      await place()
      await fastForward([gateway], database.pool, new Date(gateway.now().getTime() + 2 * DAY + HOUR))
      expect((await ticket()).reminders).toBe(4)
      expect(await told('ticket.reminded')).toHaveLength(4)
      await close('done')
      await fastForward([gateway], database.pool, new Date(gateway.now().getTime() + 3 * DAY))
      expect(await told('ticket.reminded')).toHaveLength(4)
    })

    test('is one for two processes, and for the time that the gateway was away', async () => {
      await connect({ replyTimeout: '30d' })
      await place()
      const { id } = await ticket()
      gateway.pass(10 * DAY)
      await Promise.all([remindTicket(gateway.deps, id), remindTicket(gateway.deps, id)])
      expect(await ticket()).toMatchObject({ reminders: 1, remindAt: new Date(gateway.now().getTime() + DAY) })
    })
  })

  describe('a test behaviour', () => {
    test.each([
      ['always-available', 'register', 'done'],
      ['always-available', 'transfer', 'refused'],
      ['always-taken', 'register', 'refused'],
      ['always-taken', 'transfer', 'done'],
      ['suppress', 'register', 'sent'],
    ] as const)('%s: a %s is %s without a ticket', async (behave, action, ends) => {
      await connect({ mode: 'test', account: { behave } })
      const order = await place({ action, authInfo: action === 'transfer' ? 'Ab3-xY7_kQ' : null })
      expect([await status(order.id), await tickets()]).toEqual([ends, []])
    })

    test('is refused in live mode, with its reason', async () => {
      await expect(connect({ account: { behave: 'always-available' } })).rejects.toMatchObject({
        problems: [{ pointer: '/account/behave', detail: expect.stringMatching(/customers would pay/) }],
      })
    })
  })

  describe('a mail that changes nothing', () => {
    beforeEach(() => addTestConnection(gateway))

    test('that a registry signed opens one ticket, with its words as a quotation', async () => {
      await gateway.receive(await gateway.reply(['RESULT: success', 'CTID: nobody', 'Subject: x']))
      const [opened, ...others] = await tickets()
      expect(others).toEqual([])
      expect(opened).toMatchObject({ kind: 'unrecognised-mail', state: 'open', mailId: expect.any(String) })
      expect(opened?.body).toMatch(/^> /m)
      expect(await mailedToAdmins()).toEqual(['ticket'])
    })

    test('of a stranger opens none', async () => {
      await gateway.receive('From: x@evil.example\r\nSubject: hello\r\n\r\nVersion: 5.0\r\n')
      expect(await tickets()).toEqual([])
    })

    test('and contradicts what is settled opens one of that kind', async () => {
      const order = await gateway.place({ domain: 'example.de' })
      await gateway.run()
      await cancelOrder(gateway.deps, { id: order.id, actor: 'cli' })
      await gateway.receive(await gateway.reply(success(order.request?.reference ?? '')))
      expect(await tickets()).toMatchObject([{ kind: 'conflict', domain: 'example.de', orderId: order.id }])
      expect(await mailedToAdmins()).toEqual(['alarm'])
      await fastForward([gateway], database.pool, new Date(gateway.now().getTime() + 25 * HOUR))
      expect(await mailedToAdmins()).toEqual(['alarm', 'ticket'])
    })
  })

  describe('an uncertain order', () => {
    test('opens a ticket, which closes itself when the registry answers', async () => {
      await addTestConnection(gateway)
      gateway.answerWith({ outcome: 'uncertain', answer: 'the connection broke' })
      const order = await gateway.place({ domain: 'example.de' })
      await gateway.run()
      expect(await ticket()).toMatchObject({ kind: 'uncertain', state: 'open', orderId: order.id })
      expect(await mailedToAdmins()).toEqual(['alarm'])
      await gateway.receive(await gateway.reply(success(order.request?.reference ?? '')))
      expect(await ticket()).toMatchObject({ state: 'dismissed', closedBy: 'system', note: 'the order is done' })
    })
  })
})
