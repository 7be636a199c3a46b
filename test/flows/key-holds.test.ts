import { randomUUID } from 'node:crypto'
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { readKey } from 'openpgp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, copyKey, createTestGateway, START, type TestGateway } from '../helpers/gateway.js'
import { putSmimeKey } from '../helpers/keys.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let store: Awaited<ReturnType<typeof openTestStore>>
let folder: string
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
})
afterEach(async () => {
  await store.empty() // what waits would be looked at by the next test
  rmSync(folder, { recursive: true, force: true })
})
afterAll(() => store.close())

const ours = () => path.join(gateway.keysDir, 'gateway.asc')
const place = () => gateway.place({ billingOrderId: randomUUID(), domain: `${randomUUID()}.de` })
const dayOf = (days: number): string => new Date(START.getTime() + days * DAY).toISOString()
const toDay = (days: number): void => gateway.pass(START.getTime() + days * DAY - gateway.now().getTime())
/** What was told about the keys of the one connection that is here. */
const keyAlarms = async () => {
  const [connection] = await store.connections.list()
  const { items } = await store.actions.list({}, { limit: 50, cursor: null })
  return items.filter(({ event, data }) => /^key\./.test(event) && data['connection'] === connection?.id)
}

describe('a request that no key can sign is held with one alarm, and leaves by itself once the key is mended', () => {
  const openpgp = { scheme: 'openpgp-clear', key: 'gateway.asc', passphraseEnv: 'PASS' }
  const smime = { scheme: 'smime', key: 'gateway.asc', passphraseEnv: 'PASS' }
  const plain = () => copyKey(gateway.keysDir, 'ed25519.sec.asc', 'gateway.asc', true)
  const certified = () => putSmimeKey(gateway.keysDir, 'gateway.asc', 'rsa2048.key.pem', 'rsa2048.crt.pem')
  const passphrase = (text: string) => () => {
    gateway.deps.env = { PASS: text }
  }
  const gone = () => rmSync(ours())
  const mode = (bits: number) => () => chmodSync(ours(), bits)

  const FAULTS: [string, { signing: object; good: () => void; spoil: () => void; mend?: () => void; words: RegExp }][] =
    [
      ['OpenPGP, gone', { signing: openpgp, good: plain, spoil: gone, words: /not in the keys folder/ }],
      ['OpenPGP, readable by others', { signing: openpgp, good: plain, spoil: mode(0o640), words: /mode 0640/ }],
      [
        'OpenPGP, expired',
        {
          ...{ signing: openpgp, good: plain, words: /expired/ },
          spoil: () => {
            copyKey(gateway.keysDir, 'expiring.sec.asc', 'gateway.asc', true)
            toDay(1)
          },
        },
      ],
      [
        'OpenPGP, wrong passphrase',
        {
          ...{ signing: openpgp, words: /passphrase/ },
          good: () => copyKey(gateway.keysDir, 'locked.sec.asc', 'gateway.asc', true),
          spoil: passphrase('wrong'),
          mend: passphrase('test passphrase'),
        },
      ],
      ['OpenPGP, a key for S/MIME in its place', { signing: openpgp, good: plain, spoil: certified, words: /OpenPGP/ }],
      ['S/MIME, gone', { signing: smime, good: certified, spoil: gone, words: /not in the keys folder/ }],
      ['S/MIME, readable by others', { signing: smime, good: certified, spoil: mode(0o604), words: /mode 0604/ }],
      [
        'S/MIME, expired',
        {
          ...{ signing: smime, good: certified, words: /expired/ },
          spoil: () => putSmimeKey(gateway.keysDir, 'gateway.asc', 'expired.key.pem', 'expired.crt.pem'),
        },
      ],
      [
        "S/MIME, another key's certificate",
        {
          ...{ signing: smime, good: certified, words: /gateway\.asc/ },
          spoil: () => putSmimeKey(gateway.keysDir, 'gateway.asc', 'rsa2048.key.pem', 'stranger.crt.pem'),
        },
      ],
      [
        'S/MIME in a PKCS#12, wrong passphrase',
        {
          ...{ signing: smime, words: /passphrase/ },
          good: () => putSmimeKey(gateway.keysDir, 'gateway.asc', 'locked.p12'),
          spoil: passphrase('wrong'),
          mend: passphrase('test'),
        },
      ],
      [
        'S/MIME, an OpenPGP key in its place',
        { signing: smime, good: certified, spoil: plain, words: /certificate|S\/MIME/ },
      ],
    ]

  test.each(FAULTS)('%s', async (_, { signing, good, spoil, mend = good, words }) => {
    gateway.deps.env = { PASS: '' }
    mend()
    good()
    await addTestConnection(gateway, { signing, trust: { keys: ['registry.asc'], schemes: ['openpgp-clear'] } })
    spoil()
    const order = await place()
    for (let look = 0; look < 3; look++) {
      await gateway.run()
      gateway.pass(10 * MINUTE)
    }
    expect(gateway.sent).toHaveLength(0)
    expect((await gateway.order(order.id)).status).toBe('queued')
    const held = (await gateway.actions(order.id)).filter(({ event }) => event === 'request.held')
    expect(held).toMatchObject([{ level: 'error', text: expect.stringMatching(words) }])
    expect(held[0]?.text).not.toMatch(/ at .*\.(js|ts):/)
    expect(await keyAlarms()).toMatchObject([{ level: 'error', data: { file: 'gateway.asc' } }])
    mend()
    good()
    gateway.pass(MINUTE)
    await gateway.run()
    expect(gateway.sent).toHaveLength(1)
    expect((await gateway.order(order.id)).status).toBe('sent')
  })

  test('no key has its turn, until the next one has', async () => {
    copyKey(gateway.keysDir, 'rsa3072.sec.asc', 'next.asc', true)
    const keys = [
      { file: 'gateway.asc', notAfter: dayOf(1) },
      { file: 'next.asc', notBefore: dayOf(3) },
    ]
    await addTestConnection(gateway, { signing: { scheme: 'openpgp-clear', keys } })
    toDay(2)
    const order = await place()
    await gateway.run()
    expect(gateway.sent).toEqual([])
    const held = (await gateway.actions(order.id)).find(({ event }) => event === 'request.held')
    expect(held?.text).toContain('none of the keys of connection DENIC main account is to be used now')
    toDay(3)
    await gateway.run()
    expect(gateway.sent).toHaveLength(1)
    const signed = (await gateway.actions(order.id)).find(({ event }) => event === 'request.signed')
    const fixture = path.resolve(import.meta.dirname, '../fixtures/openpgp/keys/rsa3072.pub.asc')
    const next = await readKey({ armoredKey: readFileSync(fixture, 'utf8') })
    expect(signed?.data['fingerprint']).toBe(next.getFingerprint().toUpperCase())
  })
})
