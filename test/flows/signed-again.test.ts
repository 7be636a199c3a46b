import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changeConnection } from '../../src/flows/change-connection.js'
import type { HandOver } from '../../src/ports.js'
import { openTestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, copyKey, createTestGateway, START, type TestGateway } from '../helpers/gateway.js'

const HOUR = 3_600_000
const busy: HandOver = { outcome: 'temporary', answer: '451 4.3.0 try again later' }

let folder: string
let store: Awaited<ReturnType<typeof openTestStore>>
let gateway: TestGateway

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  folder = temporaryFolder()
  gateway = await createTestGateway(store, folder)
  // One database for all tests: nothing that one of them makes has a name of another's.
  gateway.deps.newId = randomUUID
  gateway.deps.newSecret = () => randomUUID().replaceAll('-', '').slice(0, 26)
  copyKey(gateway.keysDir, 'rsa3072.sec.asc', 'next.asc', true)
})
afterEach(async () => {
  await store.empty() // what waits would be looked at by the next test
  rmSync(folder, { recursive: true, force: true })
})
afterAll(() => store.close())

const later = (hours: number): string => new Date(START.getTime() + hours * HOUR).toISOString()
const place = async (): Promise<string> => {
  gateway.answerWith(busy)
  const { id } = await gateway.place({ billingOrderId: randomUUID(), domain: `${randomUUID()}.de` })
  await gateway.run()
  return id
}
const pass = async (hours: number): Promise<void> => {
  gateway.pass(hours * HOUR)
  await gateway.run()
}
const change = async (patch: Record<string, unknown>) => {
  const [connection] = await store.connections.list()
  await changeConnection(gateway.deps, connection?.id ?? '', patch, 'cli')
}
const signersOf = async (order: string) =>
  (await gateway.actions(order)).flatMap(({ event, text }) =>
    event === 'request.signed' ? [/signed with (\S+) for (\S+)/.exec(text)?.slice(1).join(' ')] : [],
  )

describe('a request that its server has not taken yet is signed anew', () => {
  const ROBOT = 'robot@registry.example'

  test('when another key of ours was put in the place of the one that signed it', async () => {
    await addTestConnection(gateway)
    const order = await place()
    await change({ signing: { key: 'next.asc' } })
    await pass(1)
    expect(await signersOf(order)).toEqual([`gateway.asc ${ROBOT}`, `next.asc ${ROBOT}`])
    expect(gateway.sent).toHaveLength(2)
    expect((await gateway.order(order)).status).toBe('sent')
  })

  test("when the next key's time has begun", async () => {
    const keys = [{ file: 'gateway.asc' }, { file: 'next.asc', notBefore: later(1) }]
    await addTestConnection(gateway, { signing: { scheme: 'openpgp-clear', keys } })
    const order = await place()
    await pass(1)
    expect(await signersOf(order)).toEqual([`gateway.asc ${ROBOT}`, `next.asc ${ROBOT}`])
  })

  test('when its file holds another key', async () => {
    await addTestConnection(gateway)
    await place()
    copyKey(gateway.keysDir, 'rsa3072.sec.asc', 'gateway.asc', true)
    await pass(1)
    const [first, second] = gateway.sent
    expect(second?.raw.equals(first?.raw ?? Buffer.alloc(0))).toBe(false)
  })

  test("when the registry's address or the form of the signature is another", async () => {
    await addTestConnection(gateway)
    const order = await place()
    gateway.answerWith(busy)
    await change({ registry: { to: 'new@registry.example' } })
    await pass(1)
    await change({ signing: { scheme: 'openpgp-mime' }, trust: { schemes: ['openpgp-clear'] } })
    await pass(1)
    expect(await signersOf(order)).toHaveLength(3)
    expect(gateway.sent.map(({ envelope }) => envelope.to)).toEqual([
      [ROBOT],
      ['new@registry.example'],
      ['new@registry.example'],
    ])
    expect(gateway.sent.at(-1)?.raw.toString('latin1')).toContain('application/pgp-signature')
  })

  test('and held while no key may sign it', async () => {
    await addTestConnection(gateway)
    const order = await place()
    copyKey(gateway.keysDir, 'ed25519.sec.asc', 'gateway.asc', false)
    await pass(1)
    expect(gateway.sent).toHaveLength(1)
    expect((await gateway.actions(order)).at(-1)).toMatchObject({ event: 'request.held', level: 'error' })
    copyKey(gateway.keysDir, 'ed25519.sec.asc', 'gateway.asc', true)
    await pass(1)
    expect(gateway.sent.map(({ raw }) => raw.toString('latin1'))).toEqual(
      Array.from({ length: 2 }, () => gateway.sent[0]?.raw.toString('latin1')),
    )
    expect((await gateway.order(order)).status).toBe('sent')
  })
})
