import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { ADMIN_TOPICS } from '../../src/core/admin-topics.js'
import type { NoticeDeps } from '../../src/flows/deps.js'
import { createNoticePost } from '../../src/smtp/notice-post.js'
import { builtInNotices } from './built-in-templates.js'

export const NOTICES_FROM = 'sealpost@hoster.example'
export const ADMINS = ['ops@hoster.example']

/** Mails to people with the built-in wording; nothing is mailed unless a port of this host is given. */
export const testNotices = async (port: number | null = null): Promise<NoticeDeps> => ({
  mail: port === null ? null : mailTo(port),
  templates: builtInNotices,
  publicUrl: null,
  timezone: 'UTC',
})

/** The real hand-over, to a relay on this host. */
export const mailTo = (port: number): NonNullable<NoticeDeps['mail']> => ({
  post: createNoticePost({
    relay: { host: '127.0.0.1', port, tls: 'none', login: null },
    ...{ from: NOTICES_FROM, hostname: 'gateway.hoster.example', timeouts: { connect: 2_000, total: 5_000 } },
  }),
  admins: ADMINS,
  topics: new Set(ADMIN_TOPICS),
})

export type TakenMail = { from: string; to: string[]; raw: Buffer; mail: ParsedMail }

/** The relay of mails to people: a real SMTP server that keeps what it takes. */
export type NoticeRelayServer = {
  port: number
  taken: TakenMail[]
  /** The next mails are answered so at the end of their data; without it each is taken. */
  refuseWith(code: number | null): void
  /** Of which recipients it wants to know nothing. */
  refuseRecipient(address: string | null): void
  close(): Promise<void>
}

export const openNoticeRelay = async (): Promise<NoticeRelayServer> => {
  const taken: TakenMail[] = []
  let code: number | null = null
  let unknown: string | null = null
  const failure = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode })
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'], disableReverseLookup: true, logger: false },
    onRcptTo: ({ address }, _session, done) => done(address === unknown ? failure(550, 'nobody of that name') : null),
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        if (code !== null) return done(failure(code, 'not now'))
        const raw = Buffer.concat(chunks)
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const to = envelope.rcptTo.map(({ address }) => address)
        taken.push({ from, to, raw, mail: await simpleParser(raw) })
        done(null, 'taken')
      })
    },
  })
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return {
    port: (listening.address() as AddressInfo).port,
    taken,
    refuseWith: (next) => {
      code = next
    },
    refuseRecipient: (address) => {
      unknown = address
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
