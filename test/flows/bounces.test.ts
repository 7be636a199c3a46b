import { readFileSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { OrderView } from '../../src/core/views.js'
import { findMailbox } from '../../src/flows/connections.js'
import { temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'
import { memoryStore } from '../helpers/memory-store.js'

const FIXTURES = path.join(import.meta.dirname, '../fixtures/dsn')
const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let gateway: TestGateway
let order: OrderView

beforeEach(async () => {
  gateway = await createTestGateway(memoryStore(), folder)
  await addTestConnection(gateway)
  order = await gateway.place()
  await gateway.run()
})

const bounceAddress = (): string => gateway.sent[0]?.envelope.from ?? ''
const statusOf = async () => (await gateway.order(order.id)).status
const lastAction = async () => (await gateway.deps.store.actions.list({}, { limit: 1, cursor: null })).items[0]
const request = async () => {
  const [found] = await gateway.deps.store.requests.findByOrder(order.id)
  if (found === undefined) throw new Error('there is no request')
  return found
}

const reportOf = (fields: string[]): string =>
  [
    ...[
      'From: MAILER-DAEMON@mx.example',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=r',
      '',
    ],
    ...['--r', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example', '', ...fields],
    ...['', '--r--', ''],
  ].join('\r\n')
const FAILED = reportOf(['Final-Recipient: rfc822; robot@registry.example', 'Action: failed', 'Status: 5.1.1'])

describe('reports as Postfix writes them, to the bounce address', () => {
  test.each([
    [
      'postfix-failed.eml',
      'bounce',
      'refused',
      /failed 5\.1\.1 550 5\.1\.1 .*<nobody@registry\.example>: no such mailbox here/,
    ],
    ['postfix-given-up.eml', 'bounce', 'refused', /failed 4\.3\.0 451 4\.3\.0 4\.7\.1 greylisted/],
    ['postfix-delayed.eml', 'bounce', 'sent', /still tries.*delayed 4\.3\.0/],
    ['postfix-relayed.eml', 'informational', 'sent', /passed the request on.*relayed 2\./],
  ])('%s is %s, the order %s', async (file, stage, status, reason) => {
    const mail = await gateway.receive(readFileSync(path.join(FIXTURES, file)), bounceAddress(), '')
    expect(mail).toMatchObject({ stage, orders: [order.id], reason: expect.stringMatching(reason) })
    expect(await statusOf()).toBe(status)
    const told = (await gateway.actions(order.id)).find(({ event }) => event === 'mail.judged')
    expect(told).toMatchObject({ mailId: mail.id, level: stage === 'informational' ? 'info' : 'warning' })
  })
})

describe('as other servers write them', () => {
  test.each<[string, string[]]>([
    ['the action first (Exim)', ['Action: failed', 'Final-Recipient: rfc822;robot@registry.example', 'Status: 5.0.0']],
    [
      'in capitals, with a comment (Sendmail)',
      ['Final-Recipient: RFC822; robot@registry.example', 'Action: failed', 'Status: 5.1.1 (User unknown)'],
    ],
    [
      'with the words of a server of another kind (Exchange)',
      [
        ...['Original-recipient: rfc822;robot@registry.example', 'Final-recipient: rfc822;robot@registry.example'],
        ...['Action: failed', 'Status: 5.1.10', 'Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound'],
      ],
    ],
    ['without a status', ['Final-Recipient: rfc822; robot@registry.example', 'Action: failed']],
  ])('%s', async (_, fields) => {
    await gateway.receive(reportOf(fields), bounceAddress(), '')
    expect(await statusOf()).toBe('refused')
  })
})

describe('changes nothing', () => {
  test('a report to the reply address, which anybody knows: an alarm', async () => {
    const mail = await gateway.receive(FAILED, undefined, '')
    expect(mail).toMatchObject({ stage: 'bounce', orders: [] })
    expect(await statusOf()).toBe('sent')
    expect(await lastAction()).toMatchObject({
      ...{ event: 'bounce.unmatched', level: 'warning', mailId: mail.id },
      text: expect.stringMatching(/changes nothing, and may be forged \(robot@registry\.example: failed 5\.1\.1\)/),
    })
  })

  test('a report for an order that is done', async () => {
    await gateway.receive(await gateway.reply(success((await request()).reference)))
    const before = await gateway.order(order.id)
    await gateway.receive(FAILED, bounceAddress(), '')
    expect(await gateway.order(order.id)).toEqual(before)
    expect((await gateway.actions(order.id)).at(-1)?.text).toContain('nothing changes')
  })

  test.each([
    ['that failed with a success code', 'Action: failed', 'Status: 2.0.0', 'bounce'],
    ['that says nothing of an action', 'Status: 5.1.1', 'X: y', 'bounce'],
    ['that says two things', 'Action: failed\r\nAction: delivered', 'Status: 5.1.1', 'bounce'],
  ])('a report %s', async (_, action, status, stage) => {
    const mail = await gateway.receive(reportOf([action, status]), bounceAddress(), '')
    expect(mail.stage).toBe(stage)
    expect(await statusOf()).toBe('sent')
  })

  test('a report that is too large to read', async () => {
    const mail = await gateway.receive(`${FAILED}${'x'.repeat(300_000)}`, bounceAddress(), '')
    expect(mail).toMatchObject({ stage: 'bounce', reason: expect.stringContaining('holds no delivery status') })
    expect(await statusOf()).toBe('sent')
  })

  test.each([
    ['RFC 3834', 'Auto-Submitted: auto-replied'],
    ['vacation programs before it', 'X-Autoreply: yes'],
    ['a list of older marks', 'Precedence: auto_reply'],
  ])('an automatic reply by %s, to the bounce address or to the reply address', async (_, mark) => {
    const raw = (subject: string) =>
      `From: robot@registry.example\r\n${mark}\r\nSubject: ${subject}\r\n\r\nI am away.\r\n`
    expect(await gateway.receive(raw('a'), bounceAddress())).toMatchObject({ stage: 'auto-reply', orders: [order.id] })
    expect(await gateway.receive(raw('b'))).toMatchObject({ stage: 'auto-reply' })
    expect(await statusOf()).toBe('sent')
  })
})

test('nothing that comes in is ever answered', async () => {
  const before = gateway.sent.length
  const away = 'From: robot@registry.example\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n'
  const loop = `${'Received: by mx.example\r\n'.repeat(31)}From: a@b.example\r\n\r\nround and round\r\n`
  for (const raw of [
    FAILED,
    away,
    loop,
    `Disposition-Notification-To: <a@b.example>\r\n${away}`,
    'Subject: hello\r\n\r\n?\r\n',
  ])
    for (const to of [bounceAddress(), undefined]) await gateway.receive(raw, to, '')
  gateway.pass(6 * 86_400_000)
  await gateway.run()
  expect(gateway.sent).toHaveLength(before)
})

describe('at the door', () => {
  test('a token that was not minted here is refused without a look for its request', async () => {
    const asked: string[] = []
    const { store } = gateway.deps
    const find = store.requests.findByBounceToken
    store.requests.findByBounceToken = (token) => {
      asked.push(token)
      return find(token)
    }
    const forged = bounceAddress().replace(/\.[a-z2-7]{26}@/, `.${'a'.repeat(26)}@`)
    expect(await findMailbox(gateway.deps, forged)).toBeNull()
    expect(asked).toEqual([])
    expect(await findMailbox(gateway.deps, bounceAddress().toUpperCase())).toMatchObject({ kind: 'bounce' })
  })

  test("a token of one connection at another connection's domain is nobody's", async () => {
    await addTestConnection(gateway, {
      ...{ title: 'another', tlds: [] },
      registry: { to: 'robot@registry.example', from: 'domains@hoster.example', replyTo: 'other@in2.hoster.example' },
    })
    const elsewhere = bounceAddress().replace('@in.hoster.example', '@in2.hoster.example')
    expect(await findMailbox(gateway.deps, elsewhere)).toBeNull()
  })

  test('a token of before there were seals still is known', async () => {
    const old = 'abcdefghijklmnopqrstuvwx23'
    await gateway.deps.store.requests.update({ ...(await request()), bounceToken: old })
    expect(await findMailbox(gateway.deps, `bounce+${old}@in.hoster.example`)).toMatchObject({ kind: 'bounce' })
  })
})
