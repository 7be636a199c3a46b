import { rmSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Reply } from '../../src/core/reply.js'
import { temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success } from '../helpers/gateway.js'
import { memoryStore } from '../helpers/memory-store.js'
import { aReply } from '../helpers/records.js'
import { type ConnectionId, createWorld, SIGNER, type World } from './replay-world.js'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

let world: World
let words = 0
beforeEach(async () => {
  world = await createWorld(memoryStore(), 1)
})

type Placed = { id: string; requestId: string; reference: string; connection: ConnectionId }

/** An order that was placed; its request leaves only by `sent`. */
const placed = async (connection: ConnectionId = 'first', paid = true): Promise<Placed> => {
  const id = await world.place({ domain: 0, connection, change: false, paid })
  const { id: requestId, reference } = await world.requestOf(id)
  return { id, requestId, reference, connection }
}

const sent = async (connection: ConnectionId = 'first'): Promise<Placed> => {
  const order = await placed(connection)
  await world.handOver(order.requestId)
  await world.serverAnswers(order.requestId, { outcome: 'sent', answer: '250 2.0.0 queued' })
  world.pass(MINUTE)
  return order
}

const timedOut = async (connection: ConnectionId = 'first'): Promise<Placed> => {
  const order = await sent(connection)
  world.pass(6 * DAY)
  await world.checkDeadline(order.requestId)
  expect(await status(order)).toBe('timed-out')
  return order
}

type Telling = { to?: ConnectionId; at?: Date; change?: Partial<Reply> }

/** What the registry signs about an order, now unless it is said. */
const signedBy = (order: Placed, outcomes: Reply['outcome'][], { at = world.now(), change = {} }: Telling = {}) => ({
  id: `words-${++words}`,
  signedAt: at,
  fingerprint: SIGNER[order.connection],
  replies: outcomes.map((outcome) => aReply({ outcome, reference: order.reference, ...change })),
})

type Spoken = ReturnType<typeof signedBy>

/** The stage and the reason of a mail with these words. */
const deliver = async (spoken: Spoken, to: ConnectionId, wrapping = 0): Promise<string> => {
  const mailId = await world.arrive(spoken, { kind: 'reply', connectionId: to }, wrapping)
  await world.judge(mailId)
  const mail = await world.deps.store.mails.get(mailId)
  return `${mail?.stage}: ${mail?.reason}`
}

const tell = (order: Placed, outcomes: Reply['outcome'][], telling: Telling = {}): Promise<string> =>
  deliver(signedBy(order, outcomes, telling), telling.to ?? order.connection)

const status = async ({ id }: Placed): Promise<string | undefined> => (await world.deps.store.orders.get(id))?.status
const state = async (): Promise<string | undefined> => (await world.deps.store.domains.get(world.domainName(0)))?.state
const events = async ({ id }: Placed): Promise<string[]> =>
  (await world.deps.store.events.list({ orderId: id })).map(({ type }) => type)

describe('a reply is taken once', () => {
  test('the same octets, and the same content in other octets, are harmless', async () => {
    const order = await sent()
    const spoken = signedBy(order, ['done'])
    expect(await deliver(spoken, 'first')).toMatch(/^settled/)
    const before = await events(order)
    expect(await deliver(spoken, 'first')).toMatch(/^duplicate: the same octets/)
    expect(await deliver(spoken, 'first', 1)).toMatch(/^duplicate: the same signed content/)
    expect(await events(order)).toEqual(before)
  })

  test('the same content to the bounce address of its request', async () => {
    const order = await sent()
    const spoken = signedBy(order, ['done'])
    await deliver(spoken, 'first')
    const bounce = { kind: 'bounce' as const, connectionId: 'first', requestId: order.requestId, token: '' }
    const mailId = await world.arrive(spoken, bounce, 0)
    await world.judge(mailId)
    expect(await world.deps.store.mails.get(mailId)).toMatchObject({ stage: 'duplicate' })
  })

  test('the same words, signed anew after the outcome, wait for a person', async () => {
    const order = await sent()
    await tell(order, ['done'])
    world.pass(1)
    expect(await tell(order, ['done'])).toMatch(/^conflict: .*the order is done, and the registry now says done/)
  })
})

describe('whose answer it is', () => {
  test('an answer to one account changes nothing through the other, though one key signs for both', async () => {
    const order = await sent('first')
    const spoken = signedBy(order, ['done'])
    expect(await deliver(spoken, 'second')).toMatch(/^unrecognised: .*another connection/)
    expect(await status(order)).toBe('sent')
  })

  test('and is not used up there: at its own address it settles', async () => {
    const order = await sent('first')
    const spoken = signedBy(order, ['done'])
    await deliver(spoken, 'second')
    expect(await deliver(spoken, 'first')).toMatch(/^settled/)
  })

  test('our reference with another domain, or for another action', async () => {
    const order = await sent()
    expect(await tell(order, ['done'], { change: { domain: 'other.de' } })).toMatch(/^unrecognised: .*names other\.de/)
    expect(await tell(order, ['done'], { change: { action: 'transfer' } })).toMatch(/^unrecognised: .*about transfer/)
    expect(await status(order)).toBe('sent')
  })

  test.each([
    ['not paid', false],
    ['not sent', true],
  ])('a request that was %s is answered by nobody, whatever reference a mail has', async (_, paid) => {
    const order = await placed('first', paid)
    expect(await tell(order, ['done'])).toMatch(/^unrecognised: .*never sent/)
    expect(await status(order)).toBe(paid ? 'queued' : 'awaiting-payment')
  })

  test('without a reference: another ticket than the one that the registry gave', async () => {
    const order = await sent('ticketed')
    const change = { reference: null, domain: world.domainName(0) }
    expect(await tell(order, ['accepted'], { change: { ...change, ticket: 'T-1' } })).toMatch(
      /^settled: settled by domain/,
    )
    expect(await tell(order, ['done'], { change: { ...change, ticket: 'T-2' } })).toMatch(/^unrecognised: .*T-1/)
    expect(await tell(order, ['done'], { change: { ...change, ticket: 'T-1' } })).toMatch(/^settled/)
  })
})

describe('when it was signed', () => {
  test('five minutes before the request was is as early as clocks are off; earlier is no answer to it', async () => {
    const order = await placed()
    world.pass(DAY) // placed and paid long before it leaves
    await world.handOver(order.requestId)
    const leftAt = world.now().getTime()
    await world.serverAnswers(order.requestId, { outcome: 'sent', answer: '250 2.0.0 queued' })
    const early = { at: new Date(leftAt - 5 * MINUTE - 1) }
    expect(await tell(order, ['done'], early)).toMatch(/^unrecognised: .*before the request .* was sent/)
    expect(await status(order)).toBe('sent')
    expect(await tell(order, ['done'], { at: new Date(leftAt - 5 * MINUTE) })).toMatch(/^settled/)
  })

  test('an old answer about the domain does not settle the order that is open now', async () => {
    const first = await sent('ticketed')
    const change = { reference: null, ticket: null, domain: world.domainName(0) }
    const old = signedBy(first, ['done'], { change })
    world.pass(6 * DAY)
    await world.checkDeadline(first.requestId)
    const second = await sent('ticketed')
    expect(await deliver(old, 'ticketed')).toMatch(/^unrecognised: .*before the request/)
    expect(await status(second)).toBe('sent')
  })

  test('an answer that overtakes the record of our own hand-over settles, and is charged once', async () => {
    const order = await placed()
    await world.handOver(order.requestId)
    expect(await tell(order, ['done'])).toMatch(/^settled/)
    await world.serverAnswers(order.requestId, { outcome: 'sent', answer: '250 2.0.0 queued' })
    expect(await status(order)).toBe('done')
    expect((await events(order)).filter((type) => type === 'billing.charge')).toHaveLength(1)
  })
})

describe('contradictions wait for a person, and the first word stands', () => {
  test.each<[string, Reply['outcome'], Reply['outcome'], string]>([
    ['a refusal after a success', 'done', 'refused', 'done'],
    ['a success after a refusal', 'refused', 'done', 'refused'],
    ['another refusal', 'refused', 'refused', 'refused'],
  ])('%s', async (_, first, second, stands) => {
    const order = await sent()
    expect(await tell(order, [first])).toMatch(/^settled/)
    world.pass(1)
    expect(await tell(order, [second])).toMatch(/^conflict/)
    expect(await status(order)).toBe(stands)
    expect(await events(order)).toContain('order.conflict')
  })

  test('a success and a refusal in one mail', async () => {
    const order = await sent()
    expect(await tell(order, ['done', 'refused'])).toMatch(/^conflict/)
    expect(await status(order)).toBe('done')
  })

  test('an acknowledgement after the outcome is noted', async () => {
    const order = await sent()
    await tell(order, ['done'])
    expect(await tell(order, ['accepted'])).toMatch(/^informational/)
    expect(await state()).toBe('registered')
  })

  test('a refusal after the time-out is final too: a success after it is a contradiction', async () => {
    const order = await timedOut()
    expect(await tell(order, ['refused'])).toMatch(/^settled/)
    expect(await status(order)).toBe('refused')
    expect(await tell(order, ['done'])).toMatch(/^conflict/)
    expect(await state()).toBe('failed')
    expect((await events(order)).filter((type) => type === 'billing.refund')).toHaveLength(1)
  })

  test('a success after the time-out counts, once', async () => {
    const order = await timedOut()
    expect(await tell(order, ['done'])).toMatch(/^settled/)
    world.pass(1)
    expect(await tell(order, ['done'])).toMatch(/^conflict/)
    expect((await events(order)).filter((type) => type === 'billing.charge-again-suggested')).toHaveLength(1)
  })

  test.each(['done', 'refused'] as const)('%s about an order that timed out and was placed anew', async (outcome) => {
    const order = await timedOut()
    const second = await sent()
    expect(await tell(order, [outcome])).toMatch(/^conflict: .*newer order/)
    expect([await status(order), await status(second), await state()]).toEqual(['timed-out', 'sent', 'registering'])
  })
})

describe('a request that was signed anew', () => {
  const folder = temporaryFolder()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('may be answered by its first copy, but by nothing before that', async () => {
    const gateway = await createTestGateway(memoryStore(), folder)
    await addTestConnection(gateway)
    gateway.answerWith(...Array.from({ length: 40 }, () => ({ outcome: 'temporary' as const, answer: '451 later' })))
    const { id, request } = await gateway.place()
    await gateway.run()
    const first = gateway.now()
    while (gateway.sent.length < 20) {
      gateway.pass(70 * MINUTE)
      await gateway.run()
    }
    const signatures = new Set(gateway.sent.map(({ raw }) => raw.toString()))
    expect(signatures.size).toBeGreaterThan(1)
    const lines = success(request?.reference ?? '')
    const early = await gateway.reply(lines, { at: new Date(first.getTime() - 6 * MINUTE) })
    expect(await gateway.receive(early)).toMatchObject({ stage: 'unrecognised' })
    const answer = await gateway.reply(lines, { at: new Date(first.getTime() + MINUTE) })
    expect(await gateway.receive(answer)).toMatchObject({ stage: 'settled' })
    expect(await gateway.order(id)).toMatchObject({ status: 'done' })
  })
})
