import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SenderCheck } from '../../src/core/connection.js'
import type { Mail } from '../../src/core/mail.js'
import { findMailbox } from '../../src/flows/connections.js'
import { ingestMail } from '../../src/flows/ingest-mail.js'
import { receiveMail } from '../../src/flows/receive-mail.js'
import { replayMail } from '../../src/flows/replay-mail.js'
import { openTestStore, temporaryFolder } from '../helpers/database.js'
import {
  addTestConnection,
  createTestGateway,
  REPLY_TO,
  replyMail,
  success,
  type TestGateway,
} from '../helpers/gateway.js'
import { inThreadReader } from '../helpers/reader.js'
import { type DkimKey, dkimKey, dkimSigned, type Zone, zoneDns } from '../helpers/sender-domain.js'

const HOST = { remoteAddress: '192.0.2.10', helo: 'mx.registry.example' }
const STRANGER = { remoteAddress: '198.51.100.66', helo: 'evil.example' }
const PASSED = { spf: 'pass', dkim: 'pass', dmarc: 'pass' }

let key: DkimKey
let zone: Zone
beforeAll(() => {
  key = dkimKey()
})

const gateways = new Map<SenderCheck, Promise<TestGateway>>()
const undoing: (() => unknown)[] = []
afterAll(async () => {
  for (const undo of undoing.splice(0).reverse()) await undo()
})

const openGateway = async (senderChecks: SenderCheck): Promise<TestGateway> => {
  const folder = temporaryFolder()
  undoing.push(() => rmSync(folder, { recursive: true, force: true }))
  const store = await openTestStore()
  undoing.push(store.close)
  const gateway = await createTestGateway(store, folder)
  await addTestConnection(gateway, { trust: { keys: ['registry.asc'], senderChecks } })
  return gateway
}

let counter = 0

/** A gateway, an order of its own whose reply is awaited, and a DNS in which the registry publishes all three. */
const open = async (senderChecks: SenderCheck) => {
  const opened = gateways.get(senderChecks) ?? openGateway(senderChecks)
  gateways.set(senderChecks, opened)
  const gateway = await opened
  zone = {
    'registry.example TXT': ['v=spf1 ip4:192.0.2.0/24 -all'],
    '_dmarc.registry.example TXT': ['v=DMARC1; p=reject'],
    's._domainkey.registry.example TXT': key.record,
    'evil.example TXT': ['v=spf1 ip4:198.51.100.0/24 -all'],
    '_dmarc.evil.example TXT': ['v=DMARC1; p=none'],
  }
  const asked: string[] = []
  const resolve = async (name: string, type: string) => {
    asked.push(`${name} ${type}`)
    return zoneDns(zone).resolve(name, type)
  }
  gateway.deps.reader = inThreadReader(gateway.deps.profiles, { resolve })
  const order = await gateway.place({ domain: `name-${++counter}.de` })
  await gateway.run()
  const reference = order.request?.reference ?? ''
  const status = async () => (await gateway.order(order.id)).status
  return { gateway, asked, reference, status, order }
}

const signedReply = async (gateway: TestGateway, reference: string): Promise<Buffer> =>
  dkimSigned(await gateway.reply(success(reference)), 'registry.example', key)

const receive = (gateway: TestGateway, raw: Buffer | string, host = HOST): Promise<Mail> =>
  gateway.receive(raw, undefined, host === HOST ? 'bounces@registry.example' : 'x@evil.example', host)

describe('off', () => {
  test('nobody is asked', async () => {
    const { gateway, asked, reference, status } = await open('off')
    const mail = await receive(gateway, await signedReply(gateway, reference))
    expect([mail.stage, mail.evidence, asked, await status()]).toEqual(['settled', null, [], 'done'])
  })
})

describe('record', () => {
  test('what it says is kept beside the mail, and in the log', async () => {
    const { gateway, reference, status, order } = await open('record')
    const mail = await receive(gateway, await signedReply(gateway, reference))
    expect(mail).toMatchObject({ stage: 'settled', evidence: PASSED })
    const judged = (await gateway.actions(order.id)).find(({ event }) => event === 'mail.judged')
    expect(judged).toMatchObject({ level: 'info', data: { sender: mail.evidence } })
    expect(await status()).toBe('done')
  })

  test('changes nothing else: a mail that fails all is believed by its signature', async () => {
    const { gateway, reference, status } = await open('record')
    const mail = await receive(gateway, await gateway.reply(success(reference)), STRANGER)
    expect(mail).toMatchObject({ stage: 'settled', evidence: { spf: 'pass', dkim: 'none', dmarc: 'fail' } })
    expect(await status()).toBe('done')
  })

  test.each([
    [
      'came by no SMTP',
      async (gateway: TestGateway, raw: string) => (await ingestMail(gateway.deps, Buffer.from(raw))).ids[0],
    ],
    [
      'is too large to be read',
      async (gateway: TestGateway, raw: string) => (await receive(gateway, raw + 'x'.repeat(262_144))).id,
    ],
  ])('there is none of a mail that %s', async (_, arrive) => {
    const { gateway, asked, reference } = await open('record')
    const id = await arrive(gateway, await gateway.reply(success(reference)))
    await gateway.run()
    expect((await gateway.deps.store.mails.get(id ?? ''))?.evidence).toBeNull()
    expect(asked).toEqual([])
  })
})

describe('require', () => {
  test('a mail for which the registry vouches takes effect', async () => {
    const { gateway, reference, status } = await open('require')
    const mail = await receive(gateway, await signedReply(gateway, reference))
    expect(mail).toMatchObject({ stage: 'settled', evidence: PASSED, reason: expect.not.stringContaining('DNS') })
    expect(await status()).toBe('done')
  })

  test('one for which it does not is quarantined, however well it is signed, and read again when it does', async () => {
    const { gateway, reference, status } = await open('require')
    zone['s._domainkey.registry.example TXT'] = 'ENOTFOUND'
    const raw = await signedReply(gateway, reference)
    const mail = await receive(gateway, raw, STRANGER)
    expect(mail).toMatchObject({
      ...{ stage: 'quarantined', verdict: { kind: 'trusted' }, replies: [], orders: [] },
      reason:
        'DMARC is fail for registry.example (SPF pass, DKIM neutral), and trust.senderChecks of the connection is "require"',
    })
    expect(await status()).toBe('sent')
    zone['s._domainkey.registry.example TXT'] = key.record
    await replayMail(gateway.deps, mail.id, 'cli')
    await gateway.run()
    expect(await gateway.deps.store.mails.get(mail.id)).toMatchObject({ stage: 'settled', evidence: PASSED })
    expect(await status()).toBe('done')
  })

  test.each([
    [
      'a stranger vouches for himself',
      (raw: string) => raw.replace(/^From: .*$/m, 'From: x@evil.example'),
      /^its From is of evil\.example/,
    ],
    [
      'its From is two',
      (raw: string) => raw.replace(/^From: .*$/m, '$&, x@evil.example'),
      /^its From is not one address/,
    ],
  ])('nor one where %s', async (_, change, reason) => {
    const { gateway, reference, status } = await open('require')
    const mail = await receive(gateway, change(await gateway.reply(success(reference))), STRANGER)
    expect(mail).toMatchObject({ stage: 'quarantined', reason: expect.stringMatching(reason) })
    expect(await status()).toBe('sent')
  })

  test('nor one of which nothing is known, because a delivery agent handed it over', async () => {
    const { gateway, reference, status } = await open('require')
    const { ids } = await ingestMail(gateway.deps, Buffer.from(await gateway.reply(success(reference))))
    await gateway.run()
    expect(await gateway.deps.store.mails.get(ids[0] ?? '')).toMatchObject({
      ...{ stage: 'quarantined', evidence: null, reason: expect.stringMatching(/^nothing is known of its sender/) },
    })
    expect(await status()).toBe('sent')
  })

  test("a stranger's copy does not make the registry's own a duplicate that nobody reads", async () => {
    const { gateway, reference, status } = await open('require')
    const raw = Buffer.from(await gateway.reply(success(reference)))
    const target = await findMailbox(gateway.deps, REPLY_TO)
    if (target === null) throw new Error('the reply address is none')
    const ids: string[] = []
    for (const host of [STRANGER, HOST]) {
      const envelope = { from: 'bounces@registry.example', to: [REPLY_TO], ...host }
      ids.push(...(await receiveMail(gateway.deps, { envelope, raw, targets: [target] })).ids)
    }
    await gateway.run()
    const mails = await Promise.all(ids.map((id) => gateway.deps.store.mails.get(id)))
    expect(mails.map((mail) => mail?.stage)).toEqual(['quarantined', 'settled'])
    expect(await status()).toBe('done')
  })

  test('while the DNS is away the signature decides alone, and the reason says so', async () => {
    const { gateway, reference, status } = await open('require')
    zone = { '_dmarc.registry.example TXT': 'ESERVFAIL' }
    const mail = await receive(gateway, await gateway.reply(success(reference)))
    expect(mail).toMatchObject({
      ...{ stage: 'settled', evidence: { dmarc: 'temperror' } },
      reason: expect.stringMatching(
        /; the DNS did not say whether registry\.example vouches for it, so its signature decided alone$/,
      ),
    })
    expect(await status()).toBe('done')
  })

  test.each([
    ['unsigned', async (reference: string) => replyMail(success(reference).join('\n')), 'untrusted'],
    [
      'signed by a stranger',
      async (reference: string, gateway: TestGateway) => gateway.reply(success(reference), { key: 'stranger' }),
      'untrusted',
    ],
    [
      'with text around its block',
      async (reference: string, gateway: TestGateway) =>
        (await gateway.reply(success(reference))).replace('-----BEGIN', 'x\r\n-----BEGIN'),
      'quarantined',
    ],
  ])('a mail that is %s stays what it is, though all three pass', async (_, write, stage) => {
    const { gateway, reference, status } = await open('require')
    const raw = await dkimSigned(await write(reference, gateway), 'registry.example', key)
    const mail = await receive(gateway, raw)
    expect(mail).toMatchObject({ stage, evidence: PASSED })
    expect(mail.verdict?.kind).not.toBe('trusted')
    expect(await status()).toBe('sent')
  })

  test('a domain that vouched once need not do it again when its keys are gone', async () => {
    const { gateway, asked } = await open('require')
    const raw = await dkimSigned(await gateway.reply(success('x'), { key: 'stranger' }), 'registry.example', key)
    const { id } = await receive(gateway, raw)
    zone = {}
    asked.length = 0
    await replayMail(gateway.deps, id, 'cli')
    await gateway.run()
    expect(await gateway.deps.store.mails.get(id)).toMatchObject({ stage: 'untrusted', evidence: PASSED })
    expect(asked).toEqual([])
  })
})
