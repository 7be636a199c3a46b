import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { retryOrder } from '../../src/flows/decide-order.js'
import { dismissError } from '../../src/flows/dismiss-error.js'
import { oneDatabase, type TestDatabase } from '../helpers/database.js'
import { addTestConnection, createTestGateway, failure, success, type TestGateway } from '../helpers/gateway.js'

const DAY = 86_400_000

await oneDatabase((open) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-test-'))
  let database: TestDatabase
  let gateway: TestGateway

  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    await addTestConnection(gateway)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const dismiss = (name = 'example.de', note = 'seen at the registry') =>
    dismissError(gateway.deps, { name, note, actor: 'user:ann' })
  const domain = async () => {
    const found = await gateway.deps.store.domains.get('example.de')
    if (found === null) throw new Error('there is no domain')
    return found
  }
  const sent = async () => {
    const { id } = await gateway.place()
    await gateway.run()
    const [request] = await gateway.deps.store.requests.findByOrder(id)
    return { id, reference: request?.reference ?? 'none' }
  }
  const refused = async () => {
    const order = await sent()
    await gateway.receive(await gateway.reply(failure(order.reference)))
    expect((await domain()).state).toBe('failed')
    return order
  }

  test('a domain that never became ours is Closed, with the note and who wrote it in the log, and billing is not told', async () => {
    const { id } = await refused()
    const before = await gateway.events(id)
    gateway.pass(DAY)
    expect(await dismiss()).toMatchObject({ state: 'closed', detail: 'closed', since: gateway.now() })
    expect(await domain()).toMatchObject({ state: 'closed' })
    const { items } = await gateway.deps.store.actions.list({ domain: 'example.de' }, { limit: 1, cursor: null })
    expect(items[0]).toMatchObject({
      ...{ actor: 'user:ann', level: 'warning', event: 'domain.dismissed', orderId: id },
      text: 'example.de is now Closed (was Error): its error was dismissed: seen at the registry',
    })
    expect(await gateway.events(id)).toEqual(before)
    expect((await gateway.order(id)).status).toBe('refused')
  })

  test('its customer is mailed the new status, once and without the note; the customer of another is not', async () => {
    await refused()
    await dismiss()
    await expect(dismiss()).rejects.toThrow('has no error')
    const mails = (await gateway.deps.store.notices.list({ kind: 'status-change' }, { limit: 9, cursor: null })).items
    expect(mails.filter(({ values }) => values['status'] === 'Closed')).toMatchObject([
      {
        ...{ to: { kind: 'account', address: 'owner@example.net' }, domain: 'example.de' },
        values: { was: 'Error', reason: ['we looked at the error; nothing more is done about it'] },
      },
    ])
    await gateway.deps.store.domains.save({ ...(await domain()), state: 'faulty', accountId: 'cust-8' })
    await dismiss()
    const { items } = await gateway.deps.store.notices.list({ kind: 'status-change' }, { limit: 9, cursor: null })
    expect(items).toHaveLength(mails.length)
  })

  test('a domain that is ours is Registered again, and billing hears of it', async () => {
    const { id, reference } = await sent()
    await gateway.receive(await gateway.reply(success(reference)))
    await gateway.deps.store.domains.save({ ...(await domain()), state: 'faulty', detail: 'error' })
    expect(await dismiss('EXAMPLE.de')).toMatchObject({ state: 'registered', detail: 'REG-OK' })
    const events = await gateway.deps.store.events.list({ orderId: id, type: 'domain.registered' })
    expect(events.at(-1)?.data).toMatchObject({ domain: 'example.de', reason: expect.stringContaining('dismissed') })
  })

  test('twice at once it is dismissed once; what has no error, or is not ours, is refused in words', async () => {
    await refused()
    const both = await Promise.allSettled([dismiss(), dismiss()])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(dismiss()).rejects.toThrow('example.de is Closed: it has no error that could be dismissed')
    await expect(dismiss('unknown.de')).rejects.toThrow('no domain unknown.de is looked after here')
    await expect(dismiss('no name')).rejects.toThrow('is looked after here')
    const { items } = await gateway.deps.store.actions.list({ domain: 'example.de' }, { limit: 200, cursor: null })
    expect(items.filter(({ event }) => event === 'domain.dismissed')).toHaveLength(1)
  })

  test('an order that is tried again has to end first', async () => {
    const { id } = await refused()
    await retryOrder(gateway.deps, { id, actor: 'user:ann' })
    await expect(dismiss()).rejects.toThrow('has an open order (register)')
  })

  test('a success that comes after all is a conflict for a person, and opens nothing again', async () => {
    const { reference } = await sent()
    gateway.pass(5 * DAY)
    await gateway.run()
    await dismiss()
    await gateway.receive(await gateway.reply(success(reference)))
    expect((await domain()).state).toBe('closed')
    const { items } = await gateway.deps.store.mails.list({ direction: 'in' }, { limit: 1, cursor: null })
    expect(items[0]?.stage).toBe('conflict')
  })
})
