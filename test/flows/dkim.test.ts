import { chmodSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changeConnection } from '../../src/flows/change-connection.js'
import { listKeys } from '../../src/flows/list-keys.js'
import { readAttention } from '../../src/flows/read-attention.js'
import { authenticate } from '../../src/signing/authenticate.js'
import { temporaryFolder } from '../helpers/database.js'
import { judgeDkim, makeDkimPair, putDkimKey } from '../helpers/dkim.js'
import { addTestConnection, copyKey, createTestGateway, type TestGateway } from '../helpers/gateway.js'
import { memoryStore } from '../helpers/memory-store.js'

const HOUR = 3_600_000
const pair = makeDkimPair()
const another = makeDkimPair()
const DKIM = { domain: 'hoster.example', selector: 's1', key: 'dkim.pem' }
const busy = { outcome: 'temporary' as const, answer: '451 4.3.0 try again later' }

const folder = temporaryFolder()
const store = memoryStore()
let gateway: TestGateway
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a connection with DKIM', () => {
  let id: string
  beforeAll(async () => {
    gateway = await createTestGateway(store, folder)
    putDkimKey(gateway.keysDir, 'dkim.pem', pair)
    id = (await addTestConnection(gateway, { relay: undefined, dkim: DKIM })).id
  })
  beforeEach(() => {
    gateway.sent.length = 0
    putDkimKey(gateway.keysDir, 'dkim.pem', pair)
  })

  const raw = (at: number): Buffer => gateway.sent[at]?.raw ?? Buffer.alloc(0)

  test('signs what leaves, keeps it so, and leaves the signature of the request as it is', async () => {
    const order = await gateway.place({ domain: 'one.de' })
    await gateway.run()
    expect(await judgeDkim(raw(0), pair)).toEqual(['pass hoster.example'])
    const [request] = await store.requests.findByOrder(order.id)
    expect(await store.mails.raw(request?.mailId ?? '')).toEqual(raw(0))
    copyKey(gateway.keysDir, 'ed25519.pub.asc', 'gateway.pub.asc', false)
    const keys = await gateway.deps.keyring.pinnedKeys([
      { file: 'gateway.pub.asc', notBefore: null, notAfter: null, names: null },
    ])
    const trust = { schemes: ['openpgp-clear' as const], maxAge: HOUR, weak: [] }
    const about = { envelopeFrom: '', registryAddresses: [], handedOver: false, profile: 'denic' }
    const found = await authenticate({ raw: raw(0), trust, keys, receivedAt: gateway.now(), ...about })
    expect(found.verdict.kind).toBe('trusted')
  })

  test('sends the same octets again, also after its key was changed', async () => {
    gateway.answerWith(busy)
    await gateway.place({ domain: 'two.de' })
    await gateway.run()
    putDkimKey(gateway.keysDir, 'dkim.pem', another)
    gateway.pass(HOUR / 60)
    await gateway.run()
    expect(gateway.sent).toHaveLength(2)
    expect(raw(1)).toEqual(raw(0))
  })

  test('signs anew what its server has not taken yet, once another selector signs', async () => {
    gateway.answerWith(busy)
    await gateway.place({ domain: 'selected.de' })
    await gateway.run()
    await changeConnection(gateway.deps, id, { dkim: { ...DKIM, selector: 's2' } }, 'cli')
    gateway.pass(HOUR)
    await gateway.run()
    await changeConnection(gateway.deps, id, { dkim: DKIM }, 'cli')
    expect([raw(0), raw(1)].map((mail) => /\bs=(s\d)/.exec(mail.toString())?.[1])).toEqual(['s1', 's2'])
  })

  test('holds its requests while the key can be read by others, with an alarm, and sends them once it is mended', async () => {
    chmodSync(path.join(gateway.keysDir, 'dkim.pem'), 0o644)
    const order = await gateway.place({ domain: 'three.de' })
    await gateway.run()
    expect(gateway.sent).toHaveLength(0)
    expect((await gateway.actions(order.id)).at(-1)).toMatchObject({
      event: 'request.held',
      text: expect.stringContaining('dkim.pem can be read by others (mode 0644): run chmod 600'),
    })
    expect((await readAttention(gateway.deps)).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/cannot sign by DKIM with dkim\.pem.*chmod 600/),
    )
    expect((await listKeys(gateway.deps)).keys).toContainEqual(
      expect.objectContaining({ file: 'dkim.pem', problem: expect.stringContaining('chmod 600') }),
    )
    chmodSync(path.join(gateway.keysDir, 'dkim.pem'), 0o600)
    gateway.pass(HOUR)
    await gateway.run()
    expect(gateway.sent).toHaveLength(1)
  })

  test('has nothing to tell of its key as long as that is good', async () => {
    expect((await listKeys(gateway.deps)).keys).toContainEqual({
      ...{ file: 'dkim.pem', key: null, problem: null },
      uses: [{ connection: id, title: 'DENIC main account', for: 'dkim' }],
    })
    expect(await readAttention(gateway.deps)).toEqual([])
  })

  test.each([
    ['is not there', () => rmSync(path.join(gateway.keysDir, 'dkim.pem')), /is not in the keys folder/],
    ['is no key', () => copyKey(gateway.keysDir, 'rsa2048.pub.asc', 'dkim.pem', true), /holds no private key in PEM/],
    ['is short', () => putDkimKey(gateway.keysDir, 'dkim.pem', makeDkimPair(1024)), /has 1024 bits/],
  ])('is not to be had with a key that %s', async (_, spoil, reason) => {
    spoil()
    await expect(changeConnection(gateway.deps, id, { dkim: { selector: 's2' } }, 'cli')).rejects.toMatchObject({
      problems: [{ pointer: '/dkim/key', detail: expect.stringMatching(reason) }],
    })
  })
})
