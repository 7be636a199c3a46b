import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NoticeRelay } from '../../src/core/notice-relay.js'
import { createNoticePost } from '../../src/smtp/notice-post.js'
import type { SendTimeouts } from '../../src/smtp/sender.js'
import { NOTICES_FROM, type NoticeRelayServer, openNoticeRelay } from '../helpers/notices.js'
import { startFakeServer } from './fake-server.js'

const AT = new Date('2026-07-01T10:00:00.000Z')
const A_MAIL = {
  ...{ messageId: '<notice.1@hoster.example>', at: AT, to: ['ops@hoster.example'] },
  ...{ subject: 'müller.de is now Registered', text: 'The domain müller.de is registered.\n\n> .\n.\nFrom here\n' },
}

let server: NoticeRelayServer
beforeEach(async () => {
  server = await openNoticeRelay()
})
afterEach(() => server.close())

const SHORT = { connect: 2_000, total: 5_000 }
const ENDLESS = { connect: 3_600_000, greeting: 3_600_000, socket: 3_600_000, total: 3_600_000 }
const postTo = (port: number, change: Partial<NoticeRelay> = {}, timeouts: Partial<SendTimeouts> = SHORT) =>
  createNoticePost({
    relay: { host: '127.0.0.1', port, tls: 'none', login: null, ...change },
    ...{ from: NOTICES_FROM, hostname: 'gateway.hoster.example', timeouts },
  })

describe('a mail to people', () => {
  test('arrives as it was written, and says that a program wrote it', async () => {
    expect(await postTo(server.port).send(A_MAIL)).toMatchObject({ outcome: 'sent' })
    const [{ from, to, mail, raw } = { from: '', to: [], mail: null, raw: Buffer.alloc(0) }] = server.taken
    expect({ from, to }).toEqual({ from: NOTICES_FROM, to: A_MAIL.to })
    expect(mail?.subject).toBe(A_MAIL.subject)
    expect(mail?.text).toBe(A_MAIL.text)
    expect(mail?.date).toEqual(AT)
    expect(mail?.messageId).toBe(A_MAIL.messageId)
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated')
    expect(mail?.headers.get('content-type')).toMatchObject({ value: 'text/plain', params: { charset: 'utf-8' } })
    const text = raw.toString('latin1')
    expect(text).not.toMatch(/[^\x20-\x7e\r\n\t]|(?<!\r)\n/)
    expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(76)
    expect(mail?.headerLines.map(({ key }) => key).sort()).toEqual([
      ...['auto-submitted', 'content-transfer-encoding', 'content-type', 'date', 'from', 'message-id', 'mime-version'],
      ...['subject', 'to'],
    ])
  })

  test('goes to all who are to have it, by one mail; who is not known there is told', async () => {
    server.refuseRecipient('gone@hoster.example')
    const to = ['ops@hoster.example', 'gone@hoster.example', 'boss@hoster.example']
    const result = await postTo(server.port).send({ ...A_MAIL, to })
    expect(result).toMatchObject({ outcome: 'sent', answer: expect.stringContaining('nobody of that name') })
    expect(server.taken.map((one) => one.to)).toEqual([['ops@hoster.example', 'boss@hoster.example']])
  })

  test.each([
    [451, 'temporary'],
    [554, 'refused'],
  ])('that is answered with %i is %s', async (code, outcome) => {
    server.refuseWith(code)
    expect(await postTo(server.port).send(A_MAIL)).toEqual({ outcome, answer: expect.stringContaining(String(code)) })
  })

  test('waits while nobody is there', async () => {
    const { port } = server
    await server.close()
    expect(await postTo(port).send(A_MAIL)).toMatchObject({ outcome: 'temporary' })
    server = await openNoticeRelay()
  })

  test('whose subject or recipient would be more than one begins nothing of its own', async () => {
    const subject = 'x\r\nBcc: evil@evil.example'
    await postTo(server.port).send({ ...A_MAIL, subject })
    const evil = 'ops@hoster.example, evil@evil.example'
    await postTo(server.port).send({ ...A_MAIL, to: [evil] })
    expect(server.taken.flatMap(({ to }) => to)).not.toContain('evil@evil.example')
    expect(server.taken[0]?.mail.bcc).toBeUndefined()
  })
})

test('a password is never said to a server without TLS', async () => {
  const plain = await startFakeServer()
  const post = postTo(plain.port, { tls: 'starttls', login: { user: 'gw', pass: 'secret' } })
  expect(await post.send(A_MAIL)).toMatchObject({ outcome: 'temporary' })
  expect(plain.commands.some((command) => command.startsWith('AUTH'))).toBe(false)
  await plain.close()
})

test.each(['greeting', 'dot'] as const)(
  'a relay that is silent at its %s holds up no stop: the mail waits',
  async (step) => {
    const silent = await startFakeServer({ [step]: 'silent' })
    const post = postTo(silent.port, {}, ENDLESS)
    const sending = post.send(A_MAIL)
    while (!silent.reached(step)) await new Promise((resolve) => setImmediate(resolve))
    post.stop()
    expect(['temporary', 'uncertain']).toContain((await sending).outcome)
    expect(await post.send(A_MAIL)).toMatchObject({ outcome: 'temporary', answer: expect.stringContaining('stops') })
    await silent.close()
  },
)
