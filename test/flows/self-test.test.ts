import * as fs from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sendSelfTest } from '../../src/flows/send-self-test.js'
import type { MailTransport } from '../../src/ports.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { fastForward } from '../helpers/fast-forward.js'
import { addTestConnection, createTestGateway, REPLY_TO, type TestGateway } from '../helpers/gateway.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway
  let handedTo: Parameters<MailTransport['send']>[0]['connection'][]
  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    gateway.deps.selfTest = { at: '05:30', listener: { host: '127.0.0.1', port: 2599 } }
    handedTo = []
    const { send } = gateway.deps.transport
    gateway.deps.transport = {
      send: (mail) => {
        handedTo.push(mail.connection)
        return send(mail)
      },
    }
    await gateway.run()
  })
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  const events = async () =>
    (await database.store.actions.list({ after: '0' }, { limit: 200, cursor: null })).items.flatMap(
      ({ event, level }) => (event.startsWith('self-test.') ? [`${event} ${level}`] : []),
    )
  const alarms = async () => (await database.store.alarms.list()).map(({ about, level }) => [about, level])
  const lastGood = async () =>
    (await database.store.upkeep.list()).find(({ task }) => task === 'check-self-test')?.doneAt ?? null
  /** Half past five of the next day comes; the mail that left then. */
  const morning = async () => {
    const at = new Date(gateway.now().getTime() + DAY)
    at.setUTCHours(5, 30, 0, 0)
    gateway.pass(at.getTime() - gateway.now().getTime())
    await gateway.run()
    return gateway.sent.at(-1)
  }
  const comesIn = (mail: { raw: Buffer } | undefined) => gateway.receive(mail?.raw ?? '')

  test('a mail goes to our own reply address each day, and that it comes in is noted', async () => {
    await addTestConnection(gateway)
    const mail = await morning()
    expect(gateway.sent).toHaveLength(1)
    expect(mail?.envelope.to).toEqual([REPLY_TO])
    gateway.pass(30 * MINUTE)
    expect((await comesIn(mail)).stage).toBe('informational')
    expect(await lastGood()).toEqual(gateway.now())
    gateway.pass(HOUR)
    await gateway.run()
    expect([await events(), await alarms()]).toEqual([['self-test.sent info'], []])
    await morning()
    expect(gateway.sent).toHaveLength(2)
  })

  test('one that does not come in within the hour is told once, until one comes in', async () => {
    await addTestConnection(gateway)
    const first = await morning()
    gateway.pass(HOUR - 1)
    await gateway.run()
    expect(await alarms()).toEqual([])
    gateway.pass(1)
    await gateway.run()
    expect([await events(), await alarms()]).toEqual([
      ['self-test.sent info', 'self-test.failed error'],
      [['self-test', 'error']],
    ])
    const second = await morning()
    gateway.pass(2 * HOUR)
    await gateway.run()
    expect(await events()).toEqual(['self-test.sent info', 'self-test.failed error', 'self-test.sent info'])
    await comesIn(first)
    expect([await alarms(), await lastGood()]).toEqual([[['self-test', 'error']], null])
    await comesIn(second)
    expect([(await events()).at(-1), await alarms(), await lastGood()]).toEqual([
      ...['self-test.resolved info', []],
      gateway.now(),
    ])
  })

  test('a server that does not take it is told by its words, and as an alarm after the hour', async () => {
    await addTestConnection(gateway)
    gateway.answerWith({ outcome: 'refused', answer: '550 5.1.1 nobody here' })
    await morning()
    const [entry] = (await database.store.actions.list({}, { limit: 1, cursor: null })).items
    expect(entry).toMatchObject({
      event: 'self-test.sent',
      level: 'warning',
      text: expect.stringContaining('550 5.1.1'),
    })
    gateway.pass(HOUR)
    await gateway.run()
    expect(await alarms()).toEqual([['self-test', 'error']])
  })

  test('without a relay it goes to our own listener, and to one with a relay first', async () => {
    await addTestConnection(gateway, { relay: undefined })
    await morning()
    expect(handedTo.at(-1)).toMatchObject({ relay: { host: '127.0.0.1', port: 2599, tls: 'none' }, mx: null })
    await addTestConnection(gateway, {
      ...{ title: 'other', tlds: [] },
      registry: { to: 'robot@registry.example', from: 'domains@hoster.example', replyTo: 'other@in.hoster.example' },
    })
    await morning()
    expect(handedTo.at(-1)).toMatchObject({ title: 'other', relay: { port: 2526 } })
  })

  test.each([
    [
      'no connection is live',
      {
        mode: 'test',
        registry: { to: 'a@registry.example', from: 'd@hoster.example', replyTo: REPLY_TO, test: 'b@registry.example' },
      },
    ],
    ['there is none at all', null],
  ])('nothing is sent where %s', async (_, change) => {
    if (change !== null) await addTestConnection(gateway, change)
    await morning()
    gateway.pass(2 * HOUR)
    await gateway.run()
    expect([gateway.sent, await events(), await alarms()]).toEqual([[], [], []])
  })

  test('nothing is sent for a paused connection, or by a setting', async () => {
    const { id } = await addTestConnection(gateway)
    gateway.deps.selfTest = { ...gateway.deps.selfTest, at: null }
    await morning()
    expect(await events()).toEqual([])
    gateway.deps.selfTest = { ...gateway.deps.selfTest, at: '05:30' }
    await gateway.run()
    const connection = await database.store.connections.get(id)
    if (connection !== null) await database.store.connections.update({ ...connection, paused: true }, gateway.now())
    await morning()
    expect([gateway.sent, await events()]).toEqual([[], []])
  })

  test('two who find it due send one mail, and days that were missed are one', async () => {
    await addTestConnection(gateway)
    gateway.pass(5 * DAY)
    await Promise.all([sendSelfTest(gateway.deps), sendSelfTest(gateway.deps)])
    await gateway.run()
    expect(gateway.sent).toHaveLength(1)
  })

  test('a month goes by with one mail a day', async () => {
    await addTestConnection(gateway)
    await fastForward([gateway], database.pool, new Date(gateway.now().getTime() + 30 * DAY))
    expect(gateway.sent).toHaveLength(30)
    expect((await events()).filter((event) => event.startsWith('self-test.failed'))).toHaveLength(1)
  })
})
