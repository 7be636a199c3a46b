import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/core/connection.js'
import { changeConnection } from '../../src/flows/change-connection.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, copyKey, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { byMail } from '../helpers/records.js'

let folder: string
let store: TestStore
let gateway: TestGateway
let connection: Connection
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  folder = temporaryFolder()
  await store.empty()
  gateway = await createTestGateway(store, folder)
  connection = await addTestConnection(gateway)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(() => store.close())

const change = (patch: Record<string, unknown>) => changeConnection(gateway.deps, connection.id, patch, 'token:test')
const stored = () => gateway.deps.store.connections.get(connection.id)

describe('a connection in use', () => {
  test("gets the registry's next key beside the present one, and both are believed", async () => {
    copyKey(gateway.keysDir, 'rsa3072.pub.asc', 'registry-next.asc', false)
    const orders = [await gateway.place(), await gateway.place({ domain: 'second.de' })]
    await gateway.run()
    gateway.pass(3_600_000)
    await change({ trust: { keys: ['registry.asc', { file: 'registry-next.asc', notBefore: '2026-07-01' }] } })
    for (const [index, key] of ['rsa2048', 'rsa3072'].entries()) {
      const mail = await gateway.receive(await gateway.reply(success(orders[index]?.request?.reference ?? ''), { key }))
      expect([key, mail.stage]).toEqual([key, 'settled'])
    }
  })

  test('gets a list of own keys in the place of the one, and one in the place of the list', async () => {
    copyKey(gateway.keysDir, 'rsa3072.sec.asc', 'next.asc', true)
    const keys = [{ file: 'gateway.asc' }, { file: 'next.asc', notBefore: '2026-07-02' }]
    await change({ signing: { keys } })
    expect(byMail(await stored()).signing.keys.map(({ file }) => file)).toEqual(['gateway.asc', 'next.asc'])
    await change({ signing: { key: 'next.asc' } })
    expect(byMail(await stored()).signing).toMatchObject({ scheme: 'openpgp-clear', keys: [{ file: 'next.asc' }] })
  })

  test('keeps what is not named, loses what is null, and tells what changed', async () => {
    await change({ rate: { perDay: 5 }, replyTimeout: '2d' })
    expect(await stored()).toEqual({ ...connection, rate: { perDay: 5 }, replyTimeout: 2 * 86_400_000 })
    await change({ rate: null, replyTimeout: '5d' })
    expect(await stored()).toEqual(connection)
    const { items } = await gateway.deps.store.actions.list({}, { limit: 10, cursor: null })
    expect(items.filter(({ event }) => event === 'connection.changed').map(({ text }) => text)).toEqual([
      'the connection "DENIC main account" was changed: rate, replyTimeout',
      'the connection "DENIC main account" was changed: rate, replyTimeout',
    ])
  })

  test('gets and loses TLDs, and orders go by those of now', async () => {
    await change({ tlds: ['fr', 'at'] })
    await expect(gateway.place()).rejects.toThrow('supported are: at, fr')
    await change({ tlds: ['de', 'at'] })
    expect((await gateway.place()).connection).toBe(connection.id)
    expect((await stored())?.tlds).toEqual(['de', 'at'])
    await change({ tlds: ['de'] })
    expect(await stored()).toEqual(connection)
  })

  test('is not written when nothing changes', async () => {
    await change({})
    await change({ title: connection.title })
    const { items } = await gateway.deps.store.actions.list({}, { limit: 10, cursor: null })
    expect(items.map(({ event }) => event)).not.toContain('connection.changed')
  })

  test('tells of weak trust when it is allowed later', async () => {
    await change({ trust: { weak: ['sha1'] } })
    const { items } = await gateway.deps.store.actions.list({}, { limit: 10, cursor: null })
    expect(items.map(({ event }) => event)).toContain('connection.weak-trust')
  })

  test.each([
    [{ profile: 'other' }, '/profile'],
    [{ mode: 'test' }, '/registry/test'],
    [{ tlds: ['de', '-x'] }, '/tlds/1'],
    [{ registry: { replyTo: 'other@in.hoster.example' } }, '/registry/replyTo'],
    [{ trust: { keys: ['absent.asc'] } }, '/trust/keys/0'],
    [{ trust: null }, '/trust'],
    [{ id: 'x' }, '/id'],
    [{ paused: true }, '/paused'],
    [{ signing: { key: 'absent.asc' } }, '/signing/key'],
    [JSON.parse('{"__proto__":{"title":"x"}}'), '/__proto__'],
  ])('refuses %j, and stays as it is', async (patch, pointer) => {
    await expect(change(patch)).rejects.toMatchObject({ problems: [{ pointer }] })
    expect(await stored()).toEqual(connection)
  })

  test('is changed once when two change it at the same time', async () => {
    const results = await Promise.allSettled([change({ title: 'A' }), change({ title: 'B' })])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: expect.stringContaining('was changed just now') },
    })
  })
})

test('a connection that is not there cannot be changed', async () => {
  await expect(changeConnection(gateway.deps, 'none', {}, 'cli')).rejects.toMatchObject({ code: 'not-found' })
})
