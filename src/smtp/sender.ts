import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { resolve } from 'node:path'
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'
import type { MxPolicy, Relay } from '../core/connection.js'
import { Fault, messageOf } from '../core/errors.js'
import type { HandOver, MailTransport } from '../ports.js'
import { deliver } from './deliver.js'
import { findExchangers, type RouteOptions } from './exchangers.js'
import { handOver } from './hand-over.js'
import { oneLine } from './outcome.js'

/** Milliseconds. `total` bounds everything together, whatever trickles in. */
export type SendTimeouts = { connect: number; greeting: number; socket: number; total: number }

const TIMEOUTS: SendTimeouts = { connect: 30_000, greeting: 30_000, socket: 300_000, total: 600_000 }

/** How the mail servers of a domain are found and reached. Tests replace the DNS and the port. */
export type DirectOptions = RouteOptions & { port: number }

/**
 * Hands mails over by SMTP (RFC 5321), one session a mail: to the connection's relay or, where it has none, to the mail
 * servers of the registry's domain. The octets leave as they are, only with their dots stuffed; a mail or an envelope that
 * SMTP would have to change is refused before anything is sent. STARTTLS, where a relay is to have it or a server offers
 * it, is never given up: nothing is sent in clear instead.
 *
 * `env` holds the relays' passwords under their `passwordEnv` (a look-up may throw a `Fault` that says why it cannot); `keysDir` the certificate authorities named by `ca`.
 */
export const createSmtpTransport = (options: TransportOptions): MailTransport => {
  const way: Way = { ...options, timeouts: { ...TIMEOUTS, ...options.timeouts } }
  return {
    send: async ({ connection, envelope, raw }) => {
      const flaw = flawOfEnvelope(envelope) ?? flawOf(raw)
      if (flaw !== null) return { outcome: 'refused', answer: `not sent: ${flaw}` }
      const { relay, mx } = connection
      const parcel = { envelope, raw }
      return relay === null ? sendDirectly(way, mx ?? OPPORTUNISTIC, parcel) : sendByRelay(way, relay, parcel)
    },
  }
}

type TransportOptions = {
  hostname: string
  env: Readonly<Record<string, string | undefined>>
  keysDir: string
  direct: DirectOptions
  timeouts?: Partial<SendTimeouts>
}

type Way = TransportOptions & { timeouts: SendTimeouts }
type Parcel = { envelope: { from: string; to: string[] }; raw: Buffer }

const sendByRelay = async (way: Way, relay: Relay, parcel: Parcel): Promise<HandOver> => {
  const login = loginOf(relay, way.env)
  if (login instanceof Fault) return postponed(`relay.user is ${relay.user}, but ${login.message}`)
  const ca = await readAuthority(relay.ca, way.keysDir)
  if (ca instanceof Error) return postponed(`relay.ca: cannot read ${relay.ca} in the keys folder: ${messageOf(ca)}`)
  const client = new SMTPConnection({
    ...clientOptions(way, relay),
    host: relay.host,
    port: relay.port,
    secure: relay.tls === 'implicit',
    requireTLS: relay.tls === 'starttls',
    ignoreTLS: relay.tls === 'none',
    // said in so many words, because NODE_TLS_REJECT_UNAUTHORIZED would change the default
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca === null ? {} : { ca }) },
  })
  const place = `${relay.host}:${relay.port}`
  const { outcome, answer } = await handOver({
    ...{ ...parcel, client, login, place, totalMs: way.timeouts.total, ownName: null },
  })
  return { outcome, answer }
}

const OPPORTUNISTIC: MxPolicy = { tls: 'opportunistic', ca: null, localAddress: null }

/**
 * Without a policy a certificate is not looked at: whoever can forge one could as well have kept the server from offering
 * TLS. All recipients of an envelope are of one domain, since there is one.
 */
const sendDirectly = async (way: Way, policy: MxPolicy, parcel: Parcel): Promise<HandOver> => {
  const { direct, timeouts, hostname } = way
  const [recipient = '', ...others] = parcel.envelope.to
  if (others.length > 0) return { outcome: 'refused', answer: 'not sent: it has more than one recipient' }
  const ca = await readAuthority(policy.ca, way.keysDir)
  if (ca instanceof Error) return postponed(`mx.ca: cannot read ${policy.ca} in the keys folder: ${messageOf(ca)}`)
  const started = performance.now()
  const route = await findExchangers(recipient.slice(recipient.lastIndexOf('@') + 1), direct)
  if (route.kind === 'refused') return { outcome: 'refused', answer: oneLine(`not sent: ${route.reason}`) }
  if (route.kind === 'temporary') return postponed(route.reason)
  const isChecked = policy.tls === 'starttls'
  const reached = route.exchangers.filter(({ address }) => isFrom(policy.localAddress, address))
  if (reached.length === 0)
    return postponed(`mx.localAddress is ${policy.localAddress}, and no mail server has an address of that family`)
  return deliver(reached, {
    attempt: ({ host, address }, totalMs) => {
      const client = new SMTPConnection({
        ...clientOptions(way, policy),
        host: address,
        port: direct.port,
        secure: false,
        requireTLS: isChecked,
        ignoreTLS: policy.tls === 'none',
        tls: {
          ...{ minVersion: 'TLSv1.2', rejectUnauthorized: isChecked, servername: host },
          ...(ca === null ? {} : { ca }),
        },
      })
      const place = `${host} [${address}]:${direct.port}`
      return handOver({ ...parcel, client, login: null, place, totalMs, ownName: hostname })
    },
    totalMs: timeouts.total - (performance.now() - started),
    elapsed: () => performance.now(),
  })
}

/** An address is reached from one of its own family. */
const isFrom = (localAddress: string | null, address: string): boolean =>
  localAddress === null || isIPv6(localAddress) === isIPv6(address)

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

/** Null where the relay wants no login; a `Fault` where the password for it is not to be had. */
const loginOf = ({ user, passwordEnv }: Relay, env: TransportOptions['env']) => {
  if (user === null) return null
  try {
    const pass = passwordEnv !== null && Object.hasOwn(env, passwordEnv) ? (env[passwordEnv] ?? '') : ''
    if (pass !== '') return { user, pass }
    const name = passwordEnv ?? 'relay.passwordEnv'
    const text = `no password is in the environment as ${name}, or in a file as ${name}_FILE`
    return new Fault('no-password', text, { temporary: true })
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

const readAuthority = async (file: string | null, keysDir: string): Promise<Buffer | null | Error> => {
  if (file === null) return null
  try {
    return await readFile(resolve(keysDir, file))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const clientOptions = (
  { hostname, timeouts }: Way,
  { localAddress }: Pick<Relay, 'localAddress'>,
): SMTPConnectionOptions => ({
  name: hostname,
  ...(localAddress === null ? {} : { localAddress }),
  connectionTimeout: timeouts.connect,
  greetingTimeout: timeouts.greeting,
  dnsTimeout: timeouts.connect,
  socketTimeout: timeouts.socket,
  logger: false,
})
