import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { removeConnection } from '../../src/flows/manage-connections.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, copyKey, createTestGateway, ROBOT, success, type TestGateway } from '../helpers/gateway.js'

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

  const registry = (replyTo: string, from = 'domains@hoster.example') => ({ to: ROBOT, from, replyTo })
  const pointersOf = async (change: Record<string, unknown>): Promise<string[]> => {
    const refusal = (await addTestConnection(gateway, change).catch((error: unknown) => error)) as {
      code: string
      problems: { pointer: string }[]
    }
    expect(refusal.code).toBe('invalid')
    return refusal.problems.map(({ pointer }) => pointer).sort()
  }

  describe('adding', () => {
    test('tells what is wrong with the form, the profile, the keys and the neighbours at once', async () => {
      await addTestConnection(gateway)
      const pointers = await pointersOf({
        ...{ profile: 'nobody', mode: 'loud', replyTimeout: 'soon' },
        signing: { scheme: 'openpgp-clear', key: 'missing.asc', passphraseEnv: 'NOT_SET' },
        trust: { keys: ['registry.asc', 'missing-too.asc'] },
      })
      expect(pointers).toEqual([
        '/mode',
        '/profile',
        '/registry/replyTo',
        '/replyTimeout',
        '/signing/key',
        '/signing/passphraseEnv',
        '/title',
        '/tlds',
        '/trust/keys/1',
      ])
    })

    test.each([
      ['expiring.pub.asc', 'an expired key of the registry'],
      ['revoked-compromised.pub.asc', 'a revoked one'],
    ])('%s: %s', async (file) => {
      copyKey(gateway.keysDir, file, 'old.asc', false)
      gateway.pass(24 * 3_600_000)
      expect(await pointersOf({ trust: { keys: ['old.asc'] } })).toEqual(['/trust/keys/0'])
    })

    test('an account that its profile cannot use', async () => {
      expect(await pointersOf({ account: { regacc: 1234 } })).toEqual(['/account/regacc'])
    })

    test('a form of signature that its registry does not take', async () => {
      const other = { profile: 'nominet', account: { tag: 'EXAMPLE' } }
      const signing = { scheme: 'openpgp-mime', key: 'gateway.asc' }
      expect(await pointersOf({ ...other, signing })).toEqual(['/signing/scheme'])
      expect(await addTestConnection(gateway, other)).toMatchObject({ signing: { scheme: 'openpgp-clear' } })
    })

    test('an address that leaves no room for a Message-ID is found now, not with the first order', async () => {
      const from = `domains@${'a'.repeat(25)}.${'b'.repeat(20)}.example`
      const refusal = addTestConnection(gateway, { registry: registry('denic@in.hoster.example', from) })
      await expect(refusal).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('sample request'),
      })
    })

    test('two at once with one reply address: one wins', async () => {
      const rivals = [1, 2].map((number) =>
        addTestConnection(gateway, {
          title: `Number ${number}`,
          tlds: [],
          registry: registry('same@in.hoster.example'),
        }),
      )
      const results = await Promise.allSettled(rivals)
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    })
  })

  describe('removing', () => {
    test('is refused while orders are open on it or domains are held through it', async () => {
      const { id } = await addTestConnection(gateway)
      const order = await gateway.place()
      await expect(removeConnection(gateway.deps, id, 'cli')).rejects.toMatchObject({ code: 'conflict' })
      await gateway.run()
      await gateway.receive(await gateway.reply(success(order.request?.reference ?? '')))
      await expect(removeConnection(gateway.deps, id, 'cli')).rejects.toMatchObject({ code: 'conflict' })
    })

    test('at the same time as an order: one of them is refused', async () => {
      const { id } = await addTestConnection(gateway)
      const [removed, placed] = await Promise.allSettled([removeConnection(gateway.deps, id, 'cli'), gateway.place()])
      expect([removed.status, placed.status].sort()).toEqual(['fulfilled', 'rejected'])
    })
  })
})
