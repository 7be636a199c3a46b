import { readdirSync, readFileSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { createMessage, readKey, readPrivateKey, sign } from 'openpgp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import {
  addTestConnection,
  copyKey,
  createTestGateway,
  REPLY_TO,
  ROBOT,
  START,
  success,
  type TestGateway,
} from '../helpers/gateway.js'
import { putSmimeKey } from '../helpers/keys.js'

const DAY = 86_400_000
const FIXTURES = path.resolve(import.meta.dirname, '../fixtures')

let folder: string
let store: TestStore
let gateway: TestGateway

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  folder = temporaryFolder()
  await store.empty()
  gateway = await createTestGateway(store, folder)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(() => store.close())

const dayOf = (days: number): string => new Date(START.getTime() + days * DAY).toISOString()
const toDay = (days: number): void => gateway.pass(START.getTime() + days * DAY - gateway.now().getTime())
const fingerprintOf = async (name: string): Promise<string> => {
  const armoredKey = readFileSync(path.join(FIXTURES, 'openpgp/keys', `${name}.pub.asc`), 'utf8')
  return (await readKey({ armoredKey })).getFingerprint().toUpperCase()
}
const logOf = async (...events: string[]) => {
  const { items } = await store.actions.list({}, { limit: 50, cursor: null })
  return items.reverse().filter(({ event }) => events.includes(event))
}

describe('while one key follows another', () => {
  test('of two keys of ours, the one whose turn began last signs', async () => {
    copyKey(gateway.keysDir, 'rsa3072.sec.asc', 'next.asc', true)
    const keys = [
      { file: 'gateway.asc', notAfter: dayOf(10) },
      { file: 'next.asc', notBefore: dayOf(5) },
    ]
    await addTestConnection(gateway, { signing: { scheme: 'openpgp-clear', keys } })
    const signers = []
    for (const day of [4, 5, 10, 11]) {
      toDay(day)
      const order = await gateway.place({ domain: `day-${day}.de` })
      await gateway.run()
      const signed = (await gateway.actions(order.id)).find(({ event }) => event === 'request.signed')
      signers.push([day, signed?.data['fingerprint']])
    }
    const [old, next] = [await fingerprintOf('ed25519'), await fingerprintOf('rsa3072')]
    expect(gateway.sent).toHaveLength(4)
    expect(signers).toEqual([
      [4, old],
      [5, next],
      [10, next],
      [11, next],
    ])
  })

  test("of two keys of the registry's, those are believed whose time it is", async () => {
    copyKey(gateway.keysDir, 'ed25519.pub.asc', 'registry-2.asc', false)
    const keys = [
      { file: 'registry.asc', notAfter: dayOf(10) },
      { file: 'registry-2.asc', notBefore: dayOf(5) },
    ]
    await addTestConnection(gateway, { replyTimeout: '90d', trust: { keys } })
    const outcomes = []
    for (const day of [4, 5, 10, 11]) {
      toDay(day)
      for (const key of ['rsa2048', 'ed25519']) {
        const order = await gateway.place({ domain: `${key}-${day}.de` })
        await gateway.run()
        const mail = await gateway.receive(await gateway.reply(success(order.request?.reference ?? ''), { key }))
        outcomes.push([day, key, mail.stage, (await gateway.order(order.id)).status])
      }
    }
    expect(outcomes).toEqual([
      [4, 'rsa2048', 'settled', 'done'],
      [4, 'ed25519', 'untrusted', 'sent'],
      [5, 'rsa2048', 'settled', 'done'],
      [5, 'ed25519', 'settled', 'done'],
      [10, 'rsa2048', 'settled', 'done'],
      [10, 'ed25519', 'settled', 'done'],
      [11, 'rsa2048', 'untrusted', 'sent'],
      [11, 'ed25519', 'settled', 'done'],
    ])
  })
})

describe('keys are never learned from mail', () => {
  const strangersKey = () => readFileSync(path.join(FIXTURES, 'openpgp/keys/stranger.pub.asc'), 'utf8')
  const autocrypt = async (): Promise<string> => {
    const octets = (await readKey({ armoredKey: strangersKey() })).write()
    return `Autocrypt: addr=${ROBOT}; prefer-encrypt=mutual; keydata=${Buffer.from(octets).toString('base64')}`
  }
  /** The registry signs a mail that brings the stranger's key as an attachment, as people's mail programs do. */
  const attached = async (reference: string): Promise<string> => {
    const inner = [
      ...[
        'Content-Type: multipart/mixed; boundary=inner',
        '',
        '--inner',
        'Content-Type: text/plain; charset=utf-8',
        '',
      ],
      ...[...success(reference), '--inner', 'Content-Type: application/pgp-keys; name=key.asc'],
      ...[
        'Content-Disposition: attachment; filename=key.asc',
        '',
        ...strangersKey().trimEnd().split('\n'),
        '--inner--',
      ],
    ].join('\r\n')
    const armoredKey = readFileSync(path.join(FIXTURES, 'openpgp/keys/rsa2048.sec.asc'), 'utf8')
    const signature = await sign({
      ...{ message: await createMessage({ binary: Buffer.from(inner) }), detached: true, date: gateway.now() },
      signingKeys: await readPrivateKey({ armoredKey }),
    })
    return [
      ...[`From: ${ROBOT}`, `To: ${REPLY_TO}`, 'Subject: new key', 'MIME-Version: 1.0'],
      'Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary=outer',
      ...['', '--outer', inner, '--outer', 'Content-Type: application/pgp-signature', ''],
      ...[...signature.trimEnd().split(/\r?\n/), '--outer--', ''],
    ].join('\r\n')
  }
  const known = async () => ({
    files: readdirSync(gateway.keysDir).map((file) => [file, readFileSync(path.join(gateway.keysDir, file), 'utf8')]),
    connections: await store.connections.list(),
  })

  test.each([
    ["an Autocrypt header in the stranger's own mail", 'stranger', 'untrusted', async () => [await autocrypt()]],
    ["an Autocrypt header in the registry's mail", 'rsa2048', 'settled', async () => [await autocrypt()]],
    ['no key at all', 'rsa2048', 'settled', async () => []],
  ])('%s', async (_, key, stage, headersOf) => {
    await addTestConnection(gateway)
    const before = await known()
    const [first, second] = [await gateway.place(), await gateway.place({ domain: 'other.de' })]
    await gateway.run()
    const headers = await headersOf()
    const teaching = await gateway.reply(success(first.request?.reference ?? ''), { key, headers })
    expect((await gateway.receive(teaching)).stage).toBe(stage)
    const forged = await gateway.reply(success(second.request?.reference ?? ''), { key: 'stranger' })
    expect((await gateway.receive(forged)).stage).toBe('untrusted')
    expect((await gateway.order(second.id)).status).toBe('sent')
    expect(await known()).toEqual(before)
  })

  test("a key attached to a mail that the registry signed, with the connection's leave to send such mails", async () => {
    await addTestConnection(gateway, {
      trust: { keys: ['registry.asc'], schemes: ['openpgp-clear', 'openpgp-mime'] },
    })
    const before = await known()
    const order = await gateway.place()
    await gateway.run()
    const reference = order.request?.reference ?? ''
    const teaching = await gateway.receive(await attached(reference))
    expect(teaching.verdict?.kind).not.toBe('unsigned')
    const forged = await gateway.receive(await gateway.reply(success(reference), { key: 'stranger' }))
    expect(forged.stage).toBe('untrusted')
    expect(await known()).toEqual(before)
  })

  test("a stranger's certificate within a CMS signature", async () => {
    const mail = (name: string) => readFileSync(path.join(FIXTURES, 'smime/mails', `${name}.eml`))
    putSmimeKey(gateway.keysDir, 'registry.pem', 'rsa2048.crt.pem')
    gateway.pass(
      Date.parse(readFileSync(path.join(FIXTURES, 'smime/SIGNED-AT'), 'utf8').trim()) - START.getTime() + DAY,
    )
    await addTestConnection(gateway, { trust: { keys: ['registry.pem'], schemes: ['smime'] } })
    const before = await known()
    expect((await gateway.receive(mail('detached-stranger'))).stage).toBe('untrusted')
    expect((await gateway.receive(mail('detached-stranger-nocerts'))).stage).toBe('untrusted')
    expect((await gateway.receive(mail('detached-utf8-rsa2048'))).verdict?.kind).toBe('trusted')
    expect(await known()).toEqual(before)
  })
})

describe('each use of weak trust is in the action log', () => {
  const weakMails = ['openpgp/mails/clear-sha1', 'openpgp/mails/mime-sha1', 'smime/mails/detached-sha1'] as const
  const receive = (name: string) => gateway.receive(readFileSync(path.join(FIXTURES, `${name}.eml`)))
  const weakLog = () => logOf('mail.weak-signature')
  const connect = async (weak: string[]) => {
    putSmimeKey(gateway.keysDir, 'registry.pem', 'rsa2048.crt.pem')
    const schemes = ['openpgp-clear', 'openpgp-mime', 'smime']
    await addTestConnection(gateway, {
      trust: { keys: ['registry.asc', 'registry.pem'], schemes, weak, maxAge: '365d' },
    })
    gateway.pass(
      Date.parse(readFileSync(path.join(FIXTURES, 'smime/SIGNED-AT'), 'utf8').trim()) - START.getTime() + DAY,
    )
  }

  test('with the override: believed, and told for each mail, with its connection', async () => {
    await connect(['sha1'])
    for (const [index, name] of weakMails.entries()) {
      const mail = await receive(name)
      expect([name, mail.verdict]).toMatchObject([name, { kind: 'trusted' }])
      const entries = await weakLog()
      expect(entries).toHaveLength(index + 1)
      expect(entries.at(-1)).toMatchObject({
        ...{ level: 'warning', mailId: mail.id, data: { weak: ['sha1'] } },
        text: expect.stringContaining('"DENIC main account"'),
      })
    }
  })

  test('a strong signature of the same connection is no use of it', async () => {
    await connect(['sha1'])
    expect((await receive('openpgp/mails/clear-sha256')).verdict?.kind).toBe('trusted')
    expect(await weakLog()).toEqual([])
  })

  test('without the override: not believed, and nothing to tell', async () => {
    await connect(['dsa'])
    for (const name of weakMails) expect([name, (await receive(name)).stage]).toEqual([name, 'untrusted'])
    expect(await weakLog()).toEqual([])
  })
})
