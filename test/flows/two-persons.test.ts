import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ACTIONS } from '../../src/core/action.js'
import { APPROVAL_WAIT_MS, GIVES_AWAY, type Person, type Who } from '../../src/core/two-persons.js'
import { approveOrder, rejectOrder } from '../../src/flows/approve-order.js'
import { cancelOrder, retryOrder } from '../../src/flows/decide-order.js'
import { changeUser } from '../../src/flows/manage-users.js'
import { payOrder } from '../../src/flows/pay-order.js'
import { placeOrder } from '../../src/flows/place-order.js'
import type { OrderBody } from '../../src/flows/prepare-order.js'
import { previewOrder } from '../../src/flows/preview-order.js'
import { previewTemplate } from '../../src/flows/preview-template.js'
import { readDomainView } from '../../src/http/read-views.js'
import type { HandOver, User } from '../../src/ports.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import {
  addTestConnection,
  anOrderBody,
  createTestGateway,
  failure,
  success,
  type TestGateway,
} from '../helpers/gateway.js'
import { aDomain } from '../helpers/records.js'

const provider = { id: 'cust-7', type: 'provider' as const, email: null }
const busy: HandOver = { outcome: 'temporary', answer: '451 4.3.0 try again later' }
const lost: HandOver = { outcome: 'uncertain', answer: 'the connection broke before the answer' }

const ann: Person = { id: '00000000-0000-7000-9000-00000000000a', name: 'ann' }
const bob: Person = { id: '00000000-0000-7000-9000-00000000000b', name: 'bob' }
const eve: Person = { id: '00000000-0000-7000-9000-00000000000e', name: 'eve' }
const as = (person: Person): Who => ({ actor: `user:${person.name}`, person })
const HOLDER = { holder: [{ handle: 'DENIC-1234-MUSTER' }] }
const SHOP: Who = { actor: 'token:shop', person: null }

test('every action that lets a domain go is of one of the two kinds', () => {
  expect(ACTIONS.filter((action) => GIVES_AWAY[action] === 'close')).toEqual(['close'])
  expect(ACTIONS.filter((action) => GIVES_AWAY[action] === 'transfer-out')).toEqual([
    'transit',
    'release',
    'approve-transfer',
    'create-authinfo',
  ])
})

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway
  let connectionId: string
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    connectionId = (await addTestConnection(gateway)).id
    const ours = aDomain({ connectionId, state: 'registered', detail: 'REG-OK', accountId: 'cust-7', contacts: HOLDER })
    await gateway.deps.store.domains.save(ours)
    gateway.deps.twoPersons = ['close', 'transfer-out']
    for (const [person, role] of [[ann, 'operator'] as const, [bob, 'operator'] as const, [eve, 'viewer'] as const])
      await gateway.deps.store.users.insert(user(person, role))
  })

  const user = ({ id, name }: Person, role: User['role']): User => ({
    ...{ id, name, role, passwordHash: '', createdAt: gateway.now(), disabledAt: null, totpSecret: null },
    ...{
      totpSince: null,
      totpStep: null,
      recovery: [],
      linkHash: null,
      linkUntil: null,
      oidcIssuer: null,
      oidcSubject: null,
    },
  })
  let orders = 0
  const place = async (by: Who = SHOP, change: Partial<OrderBody> = {}) => {
    const body = anOrderBody({
      ...{ billingOrderId: `INV-${++orders}`, account: provider, action: 'close', contacts: {}, nameservers: [] },
      ...change,
    })
    return (await placeOrder(gateway.deps, { body, ...by, idempotency: null })).answer
  }
  const approve = (id: string, by: Who = as(bob)) => approveOrder(gateway.deps, { id, by })
  const reject = (id: string) => rejectOrder(gateway.deps, { id, note: 'the wrong domain', actor: 'user:bob' })
  const statusOf = async (id: string) => (await gateway.order(id)).status
  const domain = async () => {
    const found = await gateway.deps.store.domains.get('example.de')
    if (found === null) throw new Error('there is no domain')
    return found
  }
  const next = async () => (await readDomainView(gateway.deps, await domain(), gateway.now())).next
  const requestsOf = (id: string) => gateway.deps.store.requests.findByOrder(id)
  const answer = async (words: (reference: string) => string[], id?: string) => {
    const { items } = await gateway.deps.store.orders.list({ domain: 'example.de' }, { limit: 1, cursor: null })
    const requests = await requestsOf(id ?? items[0]?.id ?? '')
    return gateway.receive(await gateway.reply(words(requests.at(-1)?.reference ?? 'none')))
  }
  const told = async (id: string, event: string) => (await gateway.actions(id)).filter((entry) => entry.event === event)
  const tickets = async (state: 'open' | 'dismissed') => {
    const filter = { state, kind: 'approval' as const }
    return (await gateway.deps.store.tickets.list(filter, { limit: 10, cursor: null })).items
  }
  /** Rests, and nothing of it was signed or left. */
  const expectRest = async (id: string) => {
    await gateway.run()
    expect(await statusOf(id)).toBe('awaiting-approval')
    expect(gateway.sent).toHaveLength(0)
    expect(await told(id, 'request.signed')).toEqual([])
  }

  describe('an order that gives a domain away', () => {
    test('rests unsigned, is told, and leaves once a second person approves it', async () => {
      const { id, status, approval } = await place()
      const until = new Date(gateway.now().getTime() + APPROVAL_WAIT_MS).toISOString()
      expect(status).toBe('awaiting-approval')
      expect(approval).toEqual({ orderedBy: ['token:shop'], until, approvedBy: null, approvedAt: null })
      await expectRest(id)
      expect(await next()).toBe(
        `Nothing is sent before a second person approves the close, which token:shop ordered; without that it is cancelled ${until}.`,
      )
      expect(await told(id, 'order.awaiting-approval')).toMatchObject([{ level: 'warning', domain: 'example.de' }])
      expect(await tickets('open')).toMatchObject([{ orderId: id, domain: 'example.de' }])
      expect((await gateway.deps.store.overview.counts()).ordersToApprove).toBe(1)
      expect((await domain()).state).toBe('registered')

      gateway.pass(3_600_000)
      const at = gateway.now().toISOString()
      expect(await approve(id)).toMatchObject({
        status: 'queued',
        approval: { until: null, approvedBy: 'user:bob', approvedAt: at },
      })
      expect(await told(id, 'order.approved')).toMatchObject([
        { actor: 'user:bob', text: 'close example.de: bob approved what token:shop ordered', at: new Date(at) },
      ])
      expect(await tickets('open')).toEqual([])
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
      await answer(success)
      expect([await statusOf(id), (await domain()).state]).toEqual(['done', 'closed'])
    })

    test.each([
      ['close', {}],
      ['transit', { disconnect: true }],
      ['create-authinfo', { authInfo: 'Ab3-xY7_kQ' }],
      ['create-authinfo', {}],
    ] as const)('%s %j', async (action, more) => {
      await expectRest((await place(SHOP, { action, ...more })).id)
    })

    test('goes at once where the setting does not name its kind', async () => {
      gateway.deps.twoPersons = ['transfer-out']
      expect(await place()).toMatchObject({ status: 'queued', approval: null })
      gateway.deps.twoPersons = []
      const { id } = await place(SHOP, { action: 'close' }).catch(() => ({ id: '' }))
      expect(id, 'the first is open').toBe('')
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
    })

    test('of a customer waits for its payment first, and then rests', async () => {
      const { id, status } = await place(SHOP, {
        account: { ...provider, type: 'customer' },
        paid: false,
      })
      expect(status).toBe('awaiting-payment')
      await expect(approve(id)).rejects.toMatchObject({ code: 'conflict' })
      const paid = await payOrder(gateway.deps, { id, paidAt: null, reference: null, actor: 'cli' })
      expect(paid).toMatchObject({ status: 'awaiting-approval', paid: true })
      await expectRest(id)
      await approve(id)
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
    })

    test('keeps another order from its domain, and what keeps the domain needs one person', async () => {
      const { id } = await place()
      await expect(place(SHOP, { action: 'transit', disconnect: true })).rejects.toMatchObject({ code: 'conflict' })
      await reject(id)
      const nameservers = [
        { host: 'ns3.example.net', addresses: [] },
        { host: 'ns4.example.net', addresses: [] },
      ]
      expect(await place(SHOP, { action: 'update-nameservers', nameservers })).toMatchObject({ status: 'queued' })
    })

    test('is not signed for a preview either', async () => {
      const body = anOrderBody({ account: provider, action: 'close', contacts: {}, nameservers: [] })
      await expect(previewOrder(gateway.deps, body)).rejects.toMatchObject({ code: 'forbidden' })
      const { id } = await place()
      const preview = { connectionId, action: 'close', orderId: id }
      await expect(previewTemplate(gateway.deps, preview)).rejects.toMatchObject({ code: 'forbidden' })
      expect((await previewTemplate(gateway.deps, { ...preview, orderId: null })).toString()).toContain(
        'Action: DELETE',
      )
      gateway.deps.twoPersons = []
      await cancelOrder(gateway.deps, { id, actor: 'cli' })
      expect((await previewOrder(gateway.deps, body)).raw.toString()).toContain('Action: DELETE')
    })
  })

  describe('who may approve', () => {
    test.each([
      ['the one who placed it', as(ann), as(ann)],
      ['who made the token that placed it', { actor: 'token:mine', person: ann }, as(ann)],
      ['by a token of their own', as(ann), { actor: 'token:mine', person: ann }],
      ['a token of nobody', as(ann), { actor: 'token:shop', person: null }],
      ['a command', as(ann), { actor: 'cli', person: null }],
      ['a viewer', SHOP, as(eve)],
      ['nobody who is there', SHOP, as({ id: ann.id, name: 'zoe' })],
      ['who has the name of another by now', SHOP, as({ id: eve.id, name: 'bob' })],
    ])('not %s', async (_, placedBy, approver) => {
      const { id } = await place(placedBy)
      await expect(approve(id, approver)).rejects.toMatchObject({ code: 'forbidden' })
      await expectRest(id)
    })

    test('not who placed it, added again under the same name', async () => {
      const { id } = await place(as(ann))
      await database.pool.query(`DELETE FROM users WHERE name = 'ann'`)
      const again = { ...ann, id: '00000000-0000-7000-9000-0000000000aa' }
      await gateway.deps.store.users.insert(user(again, 'admin'))
      await expect(approve(id, as(again))).rejects.toMatchObject({ code: 'forbidden' })
      await expectRest(id)
    })

    test('not who may not sign in any more', async () => {
      const { id } = await place(as(ann))
      await changeUser(gateway.deps, { name: 'bob', change: { disabled: true }, actor: 'cli' })
      await expect(approve(id)).rejects.toMatchObject({ code: 'forbidden' })
    })

    test('any operator, of what a command placed', async () => {
      const { id } = await place({ actor: 'cli', person: null })
      expect(await approve(id, as(ann))).toMatchObject({ status: 'queued' })
    })
  })

  describe('an approval that comes', () => {
    test('twice: the same person is answered, and another hears who was first', async () => {
      const { id } = await place()
      await approve(id)
      await gateway.run()
      expect(await approve(id)).toMatchObject({ status: 'sent' })
      await expect(approve(id, as(ann))).rejects.toThrow(/was approved by bob at .*, and is sent/)
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
      expect(await told(id, 'order.approved')).toHaveLength(1)
    })

    test('at the same moment as another, and as a rejection: one of them counts', async () => {
      const { id } = await place()
      const results = await Promise.allSettled([approve(id), reject(id), approve(id, as(ann))])
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      await gateway.run()
      expect((await told(id, 'order.approved')).length + (await told(id, 'order.rejected')).length).toBe(1)
      expect(gateway.sent).toHaveLength((await statusOf(id)) === 'sent' ? 1 : 0)
    })

    test('after it was cancelled: nothing leaves', async () => {
      const { id } = await place()
      await cancelOrder(gateway.deps, { id, actor: 'token:shop' })
      await expect(approve(id)).rejects.toMatchObject({ code: 'conflict' })
      await gateway.run()
      expect([gateway.sent.length, await statusOf(id)]).toEqual([0, 'cancelled'])
      expect(await tickets('open')).toEqual([])
    })

    test('after the deadline, before the sweep saw it and after: it is cancelled and refunded', async () => {
      const { id } = await place()
      gateway.pass(APPROVAL_WAIT_MS)
      await expect(approve(id)).rejects.toThrow(/waited for a second person until/)
      await gateway.run()
      expect(await gateway.order(id)).toMatchObject({ status: 'cancelled', code: 'not-approved' })
      await expect(approve(id)).rejects.toMatchObject({ code: 'conflict' })
      expect(await gateway.events(id)).toEqual(expect.arrayContaining(['order.cancelled', 'billing.refund']))
      expect(await told(id, 'order.not-approved')).toMatchObject([{ actor: 'system' }])
      expect((await domain()).state).toBe('registered')
      expect(gateway.sent).toHaveLength(0)
    })

    test('a moment before the deadline', async () => {
      const { id } = await place()
      gateway.pass(APPROVAL_WAIT_MS - 1)
      await gateway.run()
      await approve(id)
      gateway.pass(APPROVAL_WAIT_MS)
      await gateway.run()
      expect(await statusOf(id)).toBe('sent')
    })
  })

  test('a rejection closes it with its note, in their name, and refunds as a cancellation does', async () => {
    const { id } = await place()
    expect(await reject(id)).toMatchObject({ status: 'cancelled', code: 'rejected', reason: 'the wrong domain' })
    expect(await told(id, 'order.rejected')).toMatchObject([
      { actor: 'user:bob', text: 'close example.de: not approved, and cancelled: the wrong domain' },
    ])
    const events = await gateway.deps.store.events.list({ orderId: id })
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['order.cancelled', 'billing.refund']))
    expect(events.find(({ type }) => type === 'order.cancelled')?.data).toMatchObject({ reason: 'the wrong domain' })
    expect((await domain()).state).toBe('registered')
    await expect(reject(id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(retryOrder(gateway.deps, { id, ...as(bob) })).rejects.toMatchObject({ code: 'conflict' })
    await gateway.run()
    expect(gateway.sent).toHaveLength(0)
  })

  describe('the setting is changed', () => {
    test('off, while an order rests: it rests on, and is approved as before', async () => {
      const { id } = await place(as(ann))
      gateway.deps.twoPersons = []
      await expectRest(id)
      await expect(approve(id, as(ann))).rejects.toMatchObject({ code: 'forbidden' })
      await approve(id)
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
    })

    test('on, while an order is queued: it rests before it is signed', async () => {
      gateway.deps.twoPersons = []
      const { id } = await place()
      gateway.deps.twoPersons = ['close']
      await expectRest(id)
      await approve(id)
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
    })

    test('on, while its server does not take it yet: it is not offered again before it is approved', async () => {
      gateway.deps.twoPersons = []
      gateway.answerWith(busy)
      const { id } = await place()
      await gateway.run()
      gateway.deps.twoPersons = ['close']
      gateway.pass(60_000)
      await gateway.run()
      expect([await statusOf(id), gateway.sent.length]).toEqual(['awaiting-approval', 1])
      await approve(id)
      await gateway.run()
      expect([await statusOf(id), gateway.sent.length]).toEqual(['sent', 2])
    })

    test('on, while a process without it lets orders go: whoever sends has the last word', async () => {
      const other = { ...gateway.deps, twoPersons: [] }
      const body = anOrderBody({ account: provider, action: 'close', contacts: {}, nameservers: [] })
      const { answer: order } = await placeOrder(other, { body, ...SHOP, idempotency: null })
      expect(order.status).toBe('queued')
      await expectRest(order.id)
    })

    test('on, while one is uncertain: its retry rests, and an answer of the registry still counts', async () => {
      gateway.deps.twoPersons = []
      gateway.answerWith(lost)
      const { id } = await place()
      await gateway.run()
      gateway.deps.twoPersons = ['close']
      expect(await retryOrder(gateway.deps, { id, ...as(ann) })).toMatchObject({ status: 'awaiting-approval' })
      await expect(approve(id, as(ann))).rejects.toMatchObject({ code: 'forbidden' })
      await answer(success, id)
      expect([await statusOf(id), gateway.sent.length]).toEqual(['done', 1])
      expect(await tickets('open')).toEqual([])
    })
  })

  describe('a retry', () => {
    test('of an order that was approved needs no second approval', async () => {
      const { id } = await place()
      await approve(id)
      await gateway.run()
      await answer(failure)
      expect(await statusOf(id)).toBe('refused')
      expect(await retryOrder(gateway.deps, { id, ...as(ann) })).toMatchObject({
        status: 'queued',
        approval: { approvedBy: 'user:bob' },
      })
      await gateway.run()
      expect(gateway.sent).toHaveLength(2)
    })

    test('of one that failed before the setting rests, and neither who placed nor who retried it may approve it', async () => {
      gateway.deps.twoPersons = []
      const { id } = await place(as(ann))
      await gateway.run()
      await answer(failure)
      gateway.sent.length = 0
      gateway.deps.twoPersons = ['close']
      const retried = await retryOrder(gateway.deps, { id, ...as(bob) })
      expect(retried).toMatchObject({
        status: 'awaiting-approval',
        approval: { orderedBy: ['user:ann', 'user:bob'] },
      })
      expect((await gateway.actions(id)).filter(({ event }) => event === 'request.signed')).toHaveLength(1)
      for (const person of [ann, bob])
        await expect(approve(id, as(person))).rejects.toMatchObject({ code: 'forbidden' })
      await changeUser(gateway.deps, { name: 'eve', change: { role: 'admin' }, actor: 'cli' })
      await approve(id, as(eve))
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
    })

    test('of one that timed out and rests: a late success of the first request ends both', async () => {
      gateway.deps.twoPersons = []
      const { id } = await place()
      await gateway.run()
      gateway.pass(6 * 86_400_000)
      await gateway.run()
      expect(await statusOf(id)).toBe('timed-out')
      gateway.deps.twoPersons = ['close']
      await retryOrder(gateway.deps, { id, ...as(ann) })
      const [first] = await requestsOf(id)
      await gateway.receive(await gateway.reply(success(first?.reference ?? '')))
      await gateway.run()
      expect([await statusOf(id), gateway.sent.length]).toEqual(['done', 1])
      expect((await requestsOf(id)).map(({ state }) => state)).toEqual(['settled', 'closed'])
      await expect(approve(id)).rejects.toMatchObject({ code: 'conflict' })
    })
  })
})
