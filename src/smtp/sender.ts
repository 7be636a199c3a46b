import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'
import type { Relay } from '../core/connection.js'
import { messageOf } from '../core/errors.js'
import type { HandOver, MailTransport } from '../ports.js'
import { handOver } from './hand-over.js'
import { oneLine } from './outcome.js'

/** Milliseconds. `total` bounds everything together, whatever trickles in. */
export type SendTimeouts = { connect: number; greeting: number; socket: number; total: number }

const TIMEOUTS: SendTimeouts = { connect: 30_000, greeting: 30_000, socket: 300_000, total: 600_000 }

/**
 * Hands mails to the connections' relays by SMTP (RFC 5321), one session a mail. The octets leave as they are, only with
 * their dots stuffed; a mail or an envelope that SMTP would have to change is refused before anything is sent. STARTTLS, where a relay
 * is to have it, is required: nothing is ever sent in clear instead.
 *
 * `env` holds the relays' passwords under their `passwordEnv`; `keysDir` the certificate authorities named by `ca`.
 */
export const createSmtpTransport = (options: {
  hostname: string
  env: Readonly<Record<string, string | undefined>>
  keysDir: string
  timeouts?: Partial<SendTimeouts>
}): MailTransport => {
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  return {
    send: async ({ connection, envelope, raw }) => {
      const { relay } = connection
      const flaw = flawOfEnvelope(envelope) ?? flawOf(raw)
      if (flaw !== null) return { outcome: 'refused', answer: `not sent: ${flaw}` }
      const login = loginOf(relay, options.env)
      if (login === 'no password')
        return postponed(
          `relay.user is ${relay.user}, but no password is in the environment as ${relay.passwordEnv ?? 'relay.passwordEnv'}`,
        )
      const ca = await readAuthority(relay, options.keysDir)
      if (ca instanceof Error)
        return postponed(`relay.ca: cannot read ${relay.ca} in the keys folder: ${messageOf(ca)}`)
      const client = new SMTPConnection(clientOptions({ relay, hostname: options.hostname, ca, timeouts }))
      return handOver({ client, envelope, raw, login, place: `${relay.host}:${relay.port}`, totalMs: timeouts.total })
    },
  }
}

/** What the administrator has to put right; meanwhile the mail waits. */
const postponed = (text: string): HandOver => ({ outcome: 'temporary', answer: oneLine(`not sent: ${text}`) })

/** An address that SMTP says as it is, whatever the client library makes of others: visible ASCII, one @, no brackets. */
const ADDRESS = /^[!-;=?A-~]+@[!-;=?A-~]+$/

const flawOfEnvelope = ({ from, to }: { from: string; to: readonly string[] }): string | null => {
  if (to.length === 0) return 'it has no recipient'
  const odd = [from, ...to].find((address) => !ADDRESS.test(address))
  return odd === undefined ? null : `${JSON.stringify(odd)} is not one plain address`
}

/** Lines end with CR LF, and nothing else is CR or LF (RFC 5321, 2.3.8): else SMTP cannot carry these very octets. */
const flawOf = (raw: Buffer): string | null => {
  const text = raw.toString('latin1')
  const bare = text.search(/\r(?!\n)|(?<!\r)\n/)
  if (bare >= 0) return `the octet at ${bare} is a CR or LF that stands alone`
  return text.endsWith('\r\n') ? null : 'the last line has no line end'
}

const loginOf = (relay: Relay, env: Readonly<Record<string, string | undefined>>) => {
  if (relay.user === null) return null
  const { user, passwordEnv } = relay
  const pass = passwordEnv !== null && Object.hasOwn(env, passwordEnv) ? (env[passwordEnv] ?? '') : ''
  return pass === '' ? 'no password' : { user, pass }
}

const readAuthority = async (relay: Relay, keysDir: string): Promise<Buffer | null | Error> => {
  if (relay.ca === null) return null
  try {
    return await readFile(resolve(keysDir, relay.ca))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const clientOptions = (input: {
  relay: Relay
  hostname: string
  ca: Buffer | null
  timeouts: SendTimeouts
}): SMTPConnectionOptions => ({
  host: input.relay.host,
  port: input.relay.port,
  name: input.hostname,
  secure: input.relay.tls === 'implicit',
  requireTLS: input.relay.tls === 'starttls',
  ignoreTLS: input.relay.tls === 'none',
  // said in so many words, because NODE_TLS_REJECT_UNAUTHORIZED would change the default
  tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(input.ca === null ? {} : { ca: input.ca }) },
  connectionTimeout: input.timeouts.connect,
  greetingTimeout: input.timeouts.greeting,
  dnsTimeout: input.timeouts.connect,
  socketTimeout: input.timeouts.socket,
  logger: false,
})
