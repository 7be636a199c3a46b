import { isIP } from 'node:net'
import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { NoticeRelay } from '../core/notice-relay.js'
import type { NoticePost } from '../ports.js'
import { handOver } from './hand-over.js'
import { oneLine } from './outcome.js'
import type { SendTimeouts } from './sender.js'

/** Short: a notice can wait, and `flows/send-notice.ts` holds it for as long. Milliseconds. */
const TIMEOUTS: SendTimeouts = { connect: 10_000, greeting: 10_000, socket: 20_000, total: 45_000 }

/**
 * Mails to people, one session a mail. The relay is that of the settings, and never one of a connection. `stop` breaks off
 * what is under way, which is then tried again: a relay that is silent holds up no stop of the gateway.
 *
 * The envelope sender is the address that they come from: a null sender is for reports of delivery (RFC 5321, 4.5.5), and
 * what comes back to it tells the operator of an address that is dead. `Auto-Submitted` keeps programs from answering
 * (RFC 3834, 5).
 */
export const createNoticePost = (options: {
  relay: NoticeRelay
  from: string
  /** Our own name in EHLO. */
  hostname: string
  timeouts?: Partial<SendTimeouts>
}): NoticePost & { stop(): void } => {
  const { relay, from, hostname } = options
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  const open = new Set<SMTPConnection>()
  let stopped = false
  return {
    from,
    stop: () => {
      stopped = true
      for (const client of open) client.close()
    },
    send: async ({ messageId, at, to, subject, text }) => {
      const message = new MailComposer({
        ...{ from: addressed(from), to: to.map(addressed), subject, text, messageId, date: at },
        ...{ headers: { 'Auto-Submitted': 'auto-generated' }, textEncoding: 'quoted-printable' },
        ...{ newline: 'windows', disableFileAccess: true, disableUrlAccess: true },
      })
      const client = connectTo(relay, hostname, timeouts)
      try {
        const raw = await message.compile().build()
        if (stopped) return { outcome: 'temporary', answer: 'not sent: the gateway stops' }
        open.add(client)
        const { outcome, answer } = await handOver({
          ...{ client, envelope: { from, to: [...to] }, raw, login: relay.login },
          ...{ place: `${relay.host}:${relay.port}`, totalMs: timeouts.total, ownName: null },
        })
        return { outcome, answer }
      } catch (error) {
        return { outcome: 'refused', answer: oneLine(`not sent: ${String(error)}`) }
      } finally {
        open.delete(client)
      }
    },
  }
}

/** Never a text that could be read as several addresses. */
const addressed = (address: string) => ({ name: '', address })

const connectTo = ({ host, port, tls }: NoticeRelay, name: string, timeouts: SendTimeouts): SMTPConnection =>
  new SMTPConnection({
    ...{ host, port, name, logger: false },
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.greeting,
    dnsTimeout: timeouts.connect,
    socketTimeout: timeouts.socket,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: {
      ...{ minVersion: 'TLSv1.2', rejectUnauthorized: tls === 'implicit' || tls === 'starttls' },
      ...(isIP(host) === 0 ? { servername: host } : {}),
    },
  })
