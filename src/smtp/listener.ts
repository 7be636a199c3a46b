import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { Fault, messageOf } from '../core/errors.js'
import type { Log } from '../ports.js'
import { createIntake, type IntakeOptions, SmtpReply } from './intake.js'
import { LIMITS, type Limits } from './limits.js'
import { createSessions, type Sessions } from './sessions.js'

export type { InboundMail, Postmaster } from './intake.js'

/** `Mailbox` is whatever `mailbox` says of an address; `receive` gets it back. */
export type ListenerOptions<Mailbox> = IntakeOptions<Mailbox> & {
  /** Port 0 takes a free one. */
  listen: { host: string; port: number }
  /** In the greeting and in answers. */
  hostname: string
  /** PEM texts, not files. Without them STARTTLS is neither offered nor taken. */
  tls?: { cert: string | Buffer; key: string | Buffer }
  /** Simultaneous clients of one address, or of one /64 of IPv6; loopback is not limited. */
  perAddress: number
  /** Simultaneous clients of all addresses. One more may take the place of another: `admission.ts` says whose. */
  maxClients: number
  limits?: Partial<Limits>
}

export type Listener = {
  port: number
  address: string
  /** Stops listening and resolves when the mails under way are answered, or cut off after `limits.close`. */
  close(): Promise<void>
  /** Whether new clients can come in: false once it closes, or when its socket is lost. */
  listening(): boolean
  /** Clients that are connected now. */
  connections(): number
}

/**
 * Receives mail by SMTP (RFC 5321) for the addresses that `mailbox` knows. The octets reach `receive` as the client sent
 * them, with the dots unstuffed and nothing added; bare CR, LF and NUL are content and never end a message. (The server
 * unstuffs two dots after a bare LF as well, which RFC 5321 would leave alone; no MTA sends bare LF.)
 *
 * @throws Fault `smtp-tls` when the certificate or key is unusable, `smtp-listen` when the address is not to be had.
 */
export const startListener = async <Mailbox>(options: ListenerOptions<Mailbox>): Promise<Listener> => {
  const limits = { ...LIMITS, ...options.limits }
  const { log, perAddress, maxClients } = options
  const sessions = createSessions({ log, limits, perAddress, maxClients })
  const server = createServer(options, limits, sessions)
  sessions.serve(server)
  server.on('error', (error) => log.warn({ err: error }, `SMTP connection failed: ${messageOf(error)}`))
  await listen(server, options.listen)
  const bound = server.server.address()
  if (bound === null || typeof bound === 'string') throw new Error('an SMTP listener has a port')

  let closed: Promise<void> | null = null
  return {
    port: bound.port,
    address: bound.address,
    listening: () => server.server.listening,
    connections: () => server.connections.size,
    close: () => {
      closed ??= sessions.close(`4.3.2 ${options.hostname} is shutting down; please try again later`)
      return closed
    },
  }
}

const createServer = <Mailbox>(options: ListenerOptions<Mailbox>, limits: Limits, sessions: Sessions): SMTPServer => {
  const { log, tls } = options
  const intake = createIntake(options, limits, sessions)
  const settings: SMTPServerOptions = {
    name: options.hostname,
    banner: 'Sealpost',
    size: limits.size,
    disabledCommands: ['AUTH', 'WIZ', 'SHELL', 'KILL', ...(tls === undefined ? ['STARTTLS'] : [])],
    ...(tls === undefined ? {} : { ...tls, minVersion: 'TLSv1.2' }),
    disableReverseLookup: true,
    maxCommandLength: limits.command,
    socketTimeout: limits.session,
    closeTimeout: limits.close,
    logger: false,
    onConnect: (session, done) => {
      const refusal = sessions.open(session)
      if (refusal === null) done()
      else log.warn({ address: session.remoteAddress }, `SMTP client refused: ${refusal}`)
    },
    onClose: (session) => sessions.forget(session),
    onRcptTo: (recipient, session, done) => {
      // The embedded database answers without a turn of the event loop: pipelined recipients would let nobody else have one.
      setImmediate(() => intake.admit(recipient, session).then(() => done(), failWith(done, log)))
    },
    onData: (stream, session, done) => {
      const transaction = sessions.begin(session)
      const answer = (text: string | null): void => {
        if (text !== null) done(null, text)
      }
      intake.take({ stream, session, transaction }).then(answer, failWith(done, log)).finally(transaction.end)
    },
  }
  try {
    const server = new SMTPServer(settings)
    // the door counts clients once they are greeted; this bounds file descriptors in a flood, where nobody is greeted
    server.server.maxConnections = 2 * options.maxClients
    return server
  } catch (error) {
    const text = `SEALPOST_SMTP_TLS_CERT, SEALPOST_SMTP_TLS_KEY: no usable pair of certificate and key: ${messageOf(error)}`
    throw new Fault('smtp-tls', text, { temporary: false, cause: error })
  }
}

/** Our own defects are temporary to the client, and say nothing of themselves. */
const failWith =
  (done: (error: Error) => void, log: Log) =>
  (error: unknown): void => {
    if (!(error instanceof SmtpReply)) log.error({ err: error }, `SMTP: ${messageOf(error)}`)
    done(
      error instanceof SmtpReply ? error : new SmtpReply(451, '4.3.0 something is wrong here; please try again later'),
    )
  }

const listen = (server: SMTPServer, { host, port }: { host: string; port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const text = `SEALPOST_SMTP: cannot listen on ${host}:${port}: ${messageOf(error)}; choose an address that is free`
      reject(new Fault('smtp-listen', text, { temporary: false, cause: error }))
    }
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })
