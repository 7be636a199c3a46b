import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type App, type AppOptions, openApp, smtpTransport } from './app.js'
import { isServed, socketOf } from './cli/gateway.js'
import { type Env, riskySettings, type Settings, unreadSettings } from './config.js'
import { Fault } from './core/errors.js'
import { findMailbox } from './flows/connections.js'
import { readKeyEnds } from './flows/examine-keys.js'
import { receiveMail } from './flows/receive-mail.js'
import { createHttpApp } from './http/app.js'
import { createHealth, diskProbe, type Probe } from './http/health.js'
import { createMetrics, type Metrics } from './http/metrics.js'
import { createFirstUserLink, createOneTimeLinks } from './http/one-time-links.js'
import { startHttpServer, startLocalServer } from './http/server.js'
import { createLogger } from './logger.js'
import type { MailTransport } from './ports.js'
import { type Listener, startListener } from './smtp/listener.js'

export const ROLES = ['all', 'smtp', 'http', 'worker'] as const
export type Role = (typeof ROLES)[number]

export type Gateway = {
  app: App
  httpUrl: string
  smtpPort: number
  /** With which the first console user is made; null when there is one. */
  firstUserLink: string | null
  /** Takes nothing new, finishes what is under way, and closes the database. */
  stop(): Promise<void>
}

const MAX_SMTP_CLIENTS = 2_000

/**
 * Starts everything in order: database, queue, SMTP, HTTP, local socket. Where a later part cannot start, the earlier
 * ones are stopped again and the reason is thrown.
 */
export const startGateway = async (options: AppOptions): Promise<Gateway> => {
  const { settings, log } = options
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const part of stops.splice(0).reverse()) await part().catch((error) => log.error({ err: error }, 'stopping'))
  }
  try {
    const counted = countingTransport(options)
    const app = await openApp({ ...options, ports: { ...options.ports, transport: counted.transport } })
    stops.push(app.close)
    const metrics = createMetrics({ store: app.deps.store, keyEnds: () => readKeyEnds(app.deps) })
    counted.count(metrics)
    await app.startWork()
    const listener = await startMx(app, metrics)
    stops.push(listener.close)
    const links = createOneTimeLinks(app.deps.clock)
    const web = createHttpApp({ deps: app.deps, settings, health: healthOf(app, listener), metrics, links })
    const http = await startHttpServer(web, settings.http)
    stops.push(() => http.stop())
    await mkdir(settings.dataDir, { recursive: true, mode: 0o700 }) // a database elsewhere has not made it
    const socket = await startLocalServer(app.local, socketOf(settings))
    stops.push(() => socket.stop())
    const httpUrl = settings.publicUrl ?? `http://${hostInUrl(settings.http.host)}:${http.port}`
    const firstUserLink = await createFirstUserLink({ store: app.deps.store, links, baseUrl: httpUrl })
    return { app, httpUrl, smtpPort: listener.port, firstUserLink, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The transport is needed before the metrics, which need the store. */
const countingTransport = (options: AppOptions) => {
  let metrics: Metrics | null = null
  const inner = options.ports?.transport ?? smtpTransport(options)
  const transport: MailTransport = {
    send: async (mail) => {
      const result = await inner.send(mail)
      metrics?.mailSent(result.outcome)
      return result
    },
  }
  const count = (by: Metrics): void => {
    metrics = by
  }
  return { transport, count }
}

const startMx = ({ deps, settings }: App, metrics: Metrics): Promise<Listener> =>
  startListener({
    listen: settings.smtp,
    hostname: settings.mxHostname,
    ...(settings.smtpTls === null ? {} : { tls: settings.smtpTls }),
    perAddress: settings.smtpPerAddress,
    maxClients: MAX_SMTP_CLIENTS,
    log: deps.log,
    mailbox: (address) => findMailbox(deps.store, address),
    receive: async ({ envelope, raw, recipients }) => {
      const { ids } = await receiveMail(deps, { envelope, raw, targets: recipients })
      metrics.mailReceived()
      return { id: ids.join(' ') }
    },
  })

const healthOf = ({ deps, settings }: App, listener: Listener) => {
  const { store, queue, log } = deps
  const parts: Record<string, Probe> = {
    database: () => store.ping().then(() => ({ ready: true, detail: store.embedded ? 'embedded' : 'PostgreSQL' })),
    smtp: () => ({
      ready: listener.listening(),
      detail: `${listener.connections()} clients on port ${listener.port}`,
    }),
    queue: queue.health,
    ...(store.embedded ? { disk: diskProbe(settings.dataDir) } : {}),
  }
  return createHealth({ parts, log })
}

const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** How long a stop may take before the process ends all the same: what is on disk is found again. Milliseconds. */
const STOP_WITHIN_MS = 10_000

/** A command that has the embedded database for a moment is waited for so many times. */
const LOCK_TRIES = 40
const LOCK_PAUSE_MS = 250

const startUnlocked = async (options: AppOptions): Promise<Gateway> => {
  for (let attempt = 1; ; attempt++)
    try {
      return await startGateway(options)
    } catch (error) {
      const locked = error instanceof Fault && error.code === 'store-locked'
      if (!locked || attempt === LOCK_TRIES || (await isServed(options.settings))) throw error
      await sleep(LOCK_PAUSE_MS)
    }
}

/** `sealpost serve`: runs until SIGTERM or SIGINT. */
export const serve = async (settings: Settings, env: Env): Promise<void> => {
  const log = createLogger(settings.logLevel)
  for (const notice of [...unreadSettings(env), ...riskySettings(settings)]) log.warn({}, notice)
  const gateway = await startUnlocked({ settings, env, log })
  log.info({ http: gateway.httpUrl, smtpPort: gateway.smtpPort }, 'Sealpost is ready')
  if (gateway.firstUserLink !== null) tellFirstUserLink(gateway.firstUserLink)
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name))
  })
  log.info({ signal }, 'stopping')
  setTimeout(() => {
    log.error({}, 'not everything ended in time; what was under way is found again at the next start')
    process.exit(1)
  }, STOP_WITHIN_MS).unref()
  await gateway.stop()
  log.info({}, 'stopped')
}

/** Whatever is logged, this is needed; it is a line of JSON like the others. */
const tellFirstUserLink = (link: string): void => {
  const line = { level: 'info', time: new Date().toISOString(), link, msg: `create the first console user: ${link}` }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
