import { rmSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/core/domain.js'
import type { OrderView } from '../../src/core/views.js'
import { ingestMail } from '../../src/flows/ingest-mail.js'
import { replayMail } from '../../src/flows/replay-mail.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import {
  addTestConnection,
  copyKey,
  createTestGateway,
  failure,
  REPLY_TO,
  ROBOT,
  replyMail,
  signText,
  success,
  type TestGateway,
} from '../helpers/gateway.js'

const HOUR = 3_600_000
const folders: string[] = []
let store: TestStore
let gateway: TestGateway
let order: OrderView
let reference: string

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  const folder = temporaryFolder()
  folders.push(folder)
  await store.empty()
  gateway = await createTestGateway(store, folder)
  await addTestConnection(gateway)
  order = await gateway.place()
  reference = order.request?.reference ?? ''
  await gateway.run()
  gateway.pass(HOUR)
})
afterAll(async () => {
  await store.close()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const status = async (name = 'example.de'): Promise<string | null> =>
  statusOf((await gateway.deps.store.domains.get(name))?.state ?? 'none')

/** Signs as the registry does, then lets the test spoil the mail. */
const spoiled = async (spoil: (signed: string) => string, lines = success(reference)): Promise<string> =>
  replyMail(spoil(await signText(lines, 'rsa2048', gateway.now())))

describe("what is not the registry's signed word changes nothing", () => {
  const cases: [string, () => Promise<string>, string, string][] = [
    ['unsigned', async () => replyMail(success(reference).join('\n')), 'untrusted', 'unsigned'],
    ['signed by a stranger', () => gateway.reply(success(reference), { key: 'stranger' }), 'untrusted', 'untrusted'],
    [
      'changed after it was signed',
      () => spoiled((text) => text.replace('RESULT: success', 'RESULT: Success')),
      'untrusted',
      'untrusted',
    ],
    ['text before the signed block', () => spoiled((text) => `RESULT: success\n\n${text}`), 'quarantined', 'untrusted'],
    ['text after the signed block', () => spoiled((text) => `${text}\nRESULT: success\n`), 'quarantined', 'untrusted'],
    ['two signed blocks', () => spoiled((text) => `${text}\n${text}`), 'quarantined', 'untrusted'],
    [
      'wrapped in a multipart',
      async () => {
        const signed = await signText(success(reference), 'rsa2048', gateway.now())
        const part = ['--b', 'Content-Type: text/plain', '', signed.trimEnd(), '--b--', ''].join('\r\n')
        return [`From: ${ROBOT}`, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', '', part].join(
          '\r\n',
        )
      },
      'quarantined',
      'untrusted',
    ],
    [
      'signed too long ago',
      async () => {
        gateway.pass(8 * 24 * HOUR)
        return gateway.reply(success(reference), { at: new Date(gateway.now().getTime() - 8 * 24 * HOUR + 1) })
      },
      'untrusted',
      'untrusted',
    ],
    [
      'signed in the future',
      () => gateway.reply(success(reference), { at: new Date(gateway.now().getTime() + HOUR) }),
      'untrusted',
      'untrusted',
    ],
  ]

  test.each(cases)('%s', async (_, make, stage, verdict) => {
    const before = (await gateway.order(order.id)).status
    const mail = await gateway.receive(await make())
    expect({ stage: mail.stage, verdict: mail.verdict?.kind }).toEqual({ stage, verdict })
    expect(mail.reason).toMatch(/\w{4,}/)
    expect(['sent', 'timed-out']).toContain(before === 'sent' ? (await gateway.order(order.id)).status : before)
    expect(await status()).not.toBe('Registered')
    const { items } = await gateway.deps.store.actions.list({}, { limit: 10, cursor: null })
    expect(items.some(({ event, mailId }) => event === 'mail.judged' && mailId === mail.id)).toBe(true)
  })

  test('and the true reply still settles after all of them', async () => {
    await gateway.receive(replyMail(success(reference).join('\n')))
    await gateway.receive(await gateway.reply(success(reference), { key: 'stranger' }))
    await gateway.receive(await gateway.reply(success(reference)))
    expect(await status()).toBe('Registered')
  })
})

describe('once', () => {
  test('the same octets again are a duplicate', async () => {
    const raw = await gateway.reply(success(reference))
    expect((await gateway.receive(raw)).stage).toBe('settled')
    const log = (await gateway.actions(order.id)).length
    expect((await gateway.receive(raw)).stage).toBe('duplicate')
    expect((await gateway.actions(order.id)).length).toBe(log)
    const { items } = await gateway.deps.store.actions.list({}, { limit: 5, cursor: null })
    expect(items.map(({ event }) => event)).toContain('mail.duplicate')
  })

  test('the same signed content in another mail is a duplicate', async () => {
    const signed = await signText(success(reference), 'rsa2048', gateway.now())
    await gateway.receive(replyMail(signed))
    const again = await gateway.receive(replyMail(signed, { headers: ['Message-ID: <other@registry.example>'] }))
    expect(again.stage).toBe('duplicate')
    expect(await gateway.events(order.id)).toEqual([
      ...['domain.scheduled', 'order.filed', 'billing.charge', 'domain.registering', 'order.done', 'domain.registered'],
    ])
  })

  test('octets that came to nothing at first do not stand in the way of their content', async () => {
    const raw = await gateway.reply(success(reference))
    await gateway.receive(`Received: from nowhere\r\n${raw.replace('RESULT', 'RESULTS')}`)
    expect((await gateway.receive(raw)).stage).toBe('settled')
  })

  test('another answer to the same order is a conflict, and the first one stands', async () => {
    await gateway.receive(await gateway.reply(success(reference)))
    gateway.pass(1_000)
    const mail = await gateway.receive(await gateway.reply(failure(reference)))
    expect(mail).toMatchObject({ stage: 'conflict', orders: [order.id] })
    expect(await status()).toBe('Registered')
    expect(await gateway.events(order.id)).toContain('order.conflict')
  })
})

describe('a mail from a delivery agent, which knows no envelope', () => {
  const ingest = async (raw: string, envelope: { to?: string; from?: string } = {}) => {
    const { ids } = await ingestMail(gateway.deps, Buffer.from(raw), envelope)
    await gateway.run()
    return gateway.deps.store.mails.get(ids[0] ?? '')
  }

  test.each<[string, (raw: string) => string, { to?: string; from?: string }]>([
    [
      'X-Original-To wins over To',
      (raw) => `X-Original-To: ${REPLY_TO}\r\n${raw.replace(REPLY_TO, 'a@b.example')}`,
      {},
    ],
    ['Delivered-To', (raw) => `Delivered-To: ${REPLY_TO}\r\n${raw.replace(REPLY_TO, 'a@b.example')}`, {}],
    ['To', (raw) => raw, {}],
    ['an mbox line before the header', (raw) => `From robot@registry.example Sat Nov 21 10:00:00 2026\n${raw}`, {}],
    ['lines that end in two ways, as openssl writes them', (raw) => raw.replace(/\r\n/, '\n'), {}],
    ['what the agent was told', (raw) => raw.replace(REPLY_TO, 'a@b.example'), { to: REPLY_TO, from: ROBOT }],
  ])('%s', async (_, change, envelope) => {
    const mail = await ingest(change(await gateway.reply(success(reference))), envelope)
    expect(mail?.stage).toBe('settled')
  })

  test('for no address of ours: stored all the same, for a person', async () => {
    expect(await ingest('To: nobody@else.example\r\n\r\nhello\r\n')).toMatchObject({ stage: 'unrecognised' })
  })
})

describe('whose answer it is', () => {
  test('an answer with the reference of another connection', async () => {
    await addTestConnection(gateway, {
      title: 'Second account',
      tlds: [],
      registry: { to: ROBOT, from: 'domains@hoster.example', replyTo: 'second@in.hoster.example' },
    })
    const mail = await gateway.receive(await gateway.reply(success(reference)), 'second@in.hoster.example')
    expect(mail).toMatchObject({ stage: 'unrecognised', verdict: { kind: 'trusted' } })
    expect(mail.reason).toContain('another connection')
    expect(await status()).toBe('Registering')
  })

  test('an answer with a reference that we never gave', async () => {
    const mail = await gateway.receive(await gateway.reply(success('sp-never')))
    expect(mail.stage).toBe('unrecognised')
    expect(await status()).toBe('Registering')
  })

  test('an answer about another domain with our reference', async () => {
    const mail = await gateway.receive(await gateway.reply(success(reference, 'Domain: other.de')))
    expect(mail.stage).toBe('unrecognised')
    expect(await status()).toBe('Registering')
  })

  test('an answer without our reference, though DENIC repeats it: somebody else may have asked', async () => {
    const lines = success(reference, 'Domain: example.de').filter((line) => !line.startsWith('CTID'))
    expect((await gateway.receive(await gateway.reply(lines))).stage).toBe('unrecognised')
    expect(await status()).toBe('Registering')
  })

  test('data that answers a question settles no order, even with its reference', async () => {
    const lines = success(reference, 'Domain: example.de', 'Status: free')
    expect((await gateway.receive(await gateway.reply(lines))).stage).toBe('unrecognised')
    expect(await status()).toBe('Registering')
  })

  test('words that no parser knows stay for a person, and are judged again on demand', async () => {
    const mail = await gateway.receive(await gateway.reply(['All is well with your domain.']))
    expect(mail).toMatchObject({ stage: 'unrecognised', verdict: { kind: 'trusted' } })
    await replayMail(gateway.deps, mail.id, 'cli')
    await gateway.run()
    expect(await gateway.deps.store.mails.get(mail.id)).toMatchObject({ stage: 'unrecognised' })
    expect(await status()).toBe('Registering')
  })

  test('a mail that has taken effect is not judged again', async () => {
    const mail = await gateway.receive(await gateway.reply(success(reference)))
    await expect(replayMail(gateway.deps, mail.id, 'cli')).rejects.toMatchObject({ code: 'conflict' })
  })

  test('of a mail whose other result waits for a person, what took effect stays as it is', async () => {
    const mail = await gateway.receive(await gateway.reply([...success(reference), '=-=', ...success('sp-never')]))
    expect(mail).toMatchObject({ stage: 'unrecognised', replies: [{ stage: 'settled' }, { stage: 'unrecognised' }] })
    await replayMail(gateway.deps, mail.id, 'cli')
    await gateway.run()
    const { replies, orders } = mail
    expect(await gateway.deps.store.mails.get(mail.id)).toMatchObject({ stage: 'unrecognised', replies, orders })
    expect(await gateway.events(order.id)).not.toContain('order.conflict')
    expect(await status()).toBe('Registered')
  })

  test('nor one that takes effect just when that is asked', async () => {
    const mail = await gateway.receive(await gateway.reply(success(reference)))
    const { store } = gateway.deps
    const asked: string[] = []
    const transaction: typeof store.transaction = (work) =>
      store.transaction((tables) => {
        const get: typeof tables.mails.get = async (id) => {
          const now = await tables.mails.get(id)
          asked.push(id)
          return now !== null && asked.length === 1 ? { ...now, stage: 'received' } : now
        }
        return work({ ...tables, mails: { ...tables.mails, get } })
      })
    const late = { ...gateway.deps, store: { ...store, transaction } }
    await expect(replayMail(late, mail.id, 'cli')).rejects.toMatchObject({ code: 'conflict' })
    await gateway.run()
    expect(await gateway.events(order.id)).not.toContain('order.conflict')
  })

  test('a mail with an answer that settles and one that nobody understands waits for a person', async () => {
    const mail = await gateway.receive(await gateway.reply([...success(reference), '=-=', ...success('sp-never')]))
    expect(mail).toMatchObject({ stage: 'unrecognised', orders: [order.id] })
    expect(await status()).toBe('Registered')
  })

  test('the verdict stands in the log before its effects, with the domain', async () => {
    const mail = await gateway.receive(await gateway.reply(success(reference)))
    const { items } = await gateway.deps.store.actions.list({ domain: 'example.de' }, { limit: 50, cursor: null })
    const about = items.reverse().filter(({ mailId }) => mailId === mail.id)
    expect(about.map(({ event }) => event)).toEqual(['mail.judged', 'order.done', 'domain.status'])
    expect([...about].sort((a, b) => a.at.getTime() - b.at.getTime())).toEqual(about)
  })

  test("without the registry's key file a mail waits, with one alarm, and is judged when the file is back", async () => {
    rmSync(path.join(gateway.keysDir, 'registry.asc'))
    const mail = await gateway.receive(await gateway.reply(success(reference)))
    gateway.pass(HOUR)
    await gateway.run()
    expect((await gateway.deps.store.mails.get(mail.id))?.stage).toBe('received')
    const { items } = await gateway.deps.store.actions.list({ level: 'error' }, { limit: 50, cursor: null })
    expect(items.filter(({ event }) => event === 'mail.held')).toHaveLength(1)
    copyKey(gateway.keysDir, 'rsa2048.pub.asc', 'registry.asc', false)
    gateway.pass(HOUR)
    await gateway.run()
    expect(await status()).toBe('Registered')
  })

  test('two answers in one mail settle two orders at once', async () => {
    const second = await gateway.place({ domain: 'second.de' })
    await gateway.run()
    const lines = [...success(reference), '=-=', ...failure(second.request?.reference ?? '')]
    const mail = await gateway.receive(await gateway.reply(lines))
    expect(mail).toMatchObject({ stage: 'settled', orders: [order.id, second.id] })
    expect([await status(), await status('second.de')]).toEqual(['Registered', 'Error'])
  })
})

describe('bounces and automatic replies', () => {
  const report = (status: string, action: string): string =>
    [
      ...['From: MAILER-DAEMON@mx.registry.example', 'MIME-Version: 1.0', 'Auto-Submitted: auto-replied'],
      ...['Content-Type: multipart/report; report-type=delivery-status; boundary="r"', '', '--r', ''],
      ...['It did not work.', '', '--r', 'Content-Type: message/delivery-status', ''],
      ...['Reporting-MTA: dns; mx.registry.example', '', 'Final-Recipient: rfc822; robot@registry.example'],
      ...[`Action: ${action}`, `Status: ${status}`, 'Diagnostic-Code: smtp; 550 5.1.1 no such user', '', '--r--', ''],
    ].join('\r\n')
  const bounceAddress = (): string => gateway.sent[0]?.envelope.from ?? ''

  test('a failure for good, to the address that only its carriers know: undeliverable', async () => {
    expect(bounceAddress()).toMatch(/^bounce\+[a-z0-9]{26}\.[a-z2-7]{26}@in\.hoster\.example$/)
    const mail = await gateway.receive(report('5.1.1', 'failed'), bounceAddress(), '')
    expect(mail).toMatchObject({ stage: 'bounce', orders: [order.id] })
    expect(await gateway.order(order.id)).toMatchObject({ status: 'refused', code: 'undeliverable' })
    expect(await status()).toBe('Error')
  })

  test('a verified success still wins over it', async () => {
    await gateway.receive(report('5.1.1', 'failed'), bounceAddress(), '')
    await gateway.receive(await gateway.reply(success(reference)))
    expect(await status()).toBe('Registered')
  })

  test.each([
    ['4.4.1', 'delayed', 'bounce'],
    ['2.0.0', 'relayed', 'informational'],
  ])('%s %s is only noted', async (code, action, stage) => {
    const mail = await gateway.receive(report(code, action), bounceAddress(), '')
    expect(mail.stage).toBe(stage)
    expect((await gateway.order(order.id)).status).toBe('sent')
  })

  test('a failure report to the reply address, which anybody knows, changes nothing', async () => {
    const mail = await gateway.receive(report('5.1.1', 'failed'), undefined, '')
    expect(mail.stage).toBe('bounce')
    expect((await gateway.order(order.id)).status).toBe('sent')
  })

  test('a signed answer to the bounce address settles like one to the reply address', async () => {
    const mail = await gateway.receive(await gateway.reply(success(reference)), bounceAddress())
    expect(mail).toMatchObject({ stage: 'settled', verdict: { kind: 'trusted' } })
    expect(await status()).toBe('Registered')
  })

  test('a failure after the registry took the request by its own word is only noted', async () => {
    await gateway.receive(await gateway.reply(success(reference)))
    await gateway.receive(report('5.1.1', 'failed'), bounceAddress(), '')
    expect(await status()).toBe('Registered')
  })

  test('a refusal that the registry signed after a bounce is told in its own words', async () => {
    await gateway.receive(report('5.1.1', 'failed'), bounceAddress(), '')
    await gateway.receive(await gateway.reply(failure(reference)))
    expect(await gateway.order(order.id)).toMatchObject({ status: 'refused', code: '63300062009' })
    const refusal = (await gateway.actions(order.id)).find(({ event }) => event === 'order.refused')
    expect(refusal?.level).toBe('error')
    const events = await gateway.events(order.id)
    expect(events.filter((type) => type === 'billing.refund')).toHaveLength(1)
    expect(events.filter((type) => type === 'billing.charge')).toHaveLength(1)
  })

  test('a vacation notice is put aside', async () => {
    const raw = `From: someone@registry.example\r\nAuto-Submitted: auto-replied\r\nSubject: away\r\n\r\nI am away.\r\n`
    expect((await gateway.receive(raw)).stage).toBe('auto-reply')
  })
})
