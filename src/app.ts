import { createHash, randomBytes, randomUUID } from 'node:crypto'
import * as path from 'node:path'
import type { Hono } from 'hono'
import { stringify, v7 as uuid, v4 } from 'uuid'
import { openAgreementFiles } from './agreement-files.js'
import type { Env, Settings } from './config.js'
import { createBounceTokens } from './core/bounce-token.js'
import { newCheckpointKey, openCheckpointKey } from './core/checkpoint.js'
import { Fault } from './core/errors.js'
import { neededClaims } from './core/issuer-claims.js'
import { webhookSecret } from './core/webhook-signature.js'
import { createNameServerProbe } from './dns/name-server-probe.js'
import type { Deps, NoticeDeps, WebhookDeps } from './flows/deps.js'
import { dueWork, runWork } from './flows/run-work.js'
import { createLocalApp } from './http/local.js'
import { createServerPost } from './https/server-post.js'
import { createNameLookup } from './lookup/name-lookup.js'
import { checkNoticeTemplates, createNoticeTemplates } from './notices/templates.js'
import { createIdentityIssuer } from './oidc/identity-issuer.js'
import type {
  Clock,
  Disk,
  IdentityIssuer,
  Log,
  MailTransport,
  Meter,
  NoticePost,
  Queue,
  ServerPost,
  SimulatedRegistries,
  Store,
  Work,
} from './ports.js'
import { BUILT_IN_TEMPLATES, loadProfiles, loadTemplates } from './profiles/load.js'
import { checkTemplates, createTemplateRenderer, type TemplateSources } from './profiles/template.js'
import { openTemplateFiles } from './profiles/template-files.js'
import { createBullQueue } from './queue/bull.js'
import { createInProcessQueue } from './queue/in-process.js'
import { createMailReader } from './reading/pool.js'
import type { MailReader } from './reading/reader.js'
import { openKeyring } from './signing/keyring.js'
import { controlledRegistry, rehearsalRegistry } from './simulated-registries.js'
import { createNoticePost } from './smtp/notice-post.js'
import { ownHost } from './smtp/own-host.js'
import { createResolve } from './smtp/resolve.js'
import { createSmtpTransport } from './smtp/sender.js'
import { openDisk } from './store/disk.js'
import { openMailArchive } from './store/mail-archive.js'
import { type OpenedStore, openStore } from './store/open.js'
import { createWebhookPost, type Stoppable } from './webhook/post.js'

export type AppOptions = {
  settings: Settings
  /** Where passphrases and passwords are looked up by the names that connections give. */
  env: Env
  log: Log
  /** Whether `startWork` will be called; a process that does not work still rings for those that do. */
  works?: boolean
  /** Ports that a test or the demo puts in the place of the real ones. */
  ports?: {
    clock?: Clock
    meter?: Meter
    disk?: Disk
    transport?: MailTransport
    servers?: ServerPost
    noticePost?: NoticePost
    queue?: Queue
    reader?: MailReader
    simulators?: SimulatedRegistries
    /** What stands before the real store, which it is given. */
    store?: (store: OpenedStore) => OpenedStore
  }
}

/** Everything wired and nothing running: enough for a command. `serve.ts` starts what listens and what works. */
export type App = {
  settings: Settings
  deps: Deps
  /** Null where no registry is simulated. */
  simulators: SimulatedRegistries | null
  /** Null where nobody but ourselves signs people in. */
  identity: IdentityIssuer | null
  /** The API as commands speak it. */
  local: Hono
  /** Starts to work off the queue. */
  startWork(): Promise<void>
  /** Begins no more work and waits for what is under way; what is being read is put off. */
  stopWork(): Promise<void>
  /** Stops the work and closes the database. */
  close(): Promise<void>
}

/**
 * How many rows of a kind are worked on at once. Mails that are read together share what is written of them. A request is
 * a connection to a registry's mail server, and these do not want many from one client. Calls of webhooks go to many
 * servers, each of which may let us wait; how many go to one is bounded with each of them (core/webhook.ts).
 */
const widthOf = (kind: Work['kind']): number => WIDTHS[kind] ?? 8
const WIDTHS: Partial<Record<Work['kind'], number>> = { 'process-mail': 32, 'deliver-webhook': 64 }
const SWEEP_MS = 1_000

/** What the threads that read mails run: built files beside this one. */
const READER_FILES = {
  read: new URL('./reading/worker.js', import.meta.url),
  checkSender: new URL('./reading/sender-worker.js', import.meta.url),
  show: new URL('./reading/show-worker.js', import.meta.url),
}

/**
 * Opens the database (bringing it up to date), loads profiles, templates and keys, and wires them. Throws `Fault` with
 * every problem of the templates, so that an operator's mistake is found before the first order.
 */
export const openApp = async ({ settings, env, log, works = false, ports = {} }: AppOptions): Promise<App> => {
  const profiles = await loadProfiles()
  const sources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: settings.templatesDir })
  const problems = [...checkTemplates(sources, profiles.values()), ...checkNoticeTemplates(sources)]
  if (problems.length > 0)
    throw new Fault('template-wrong', problems.map(({ detail }) => detail).join('\n'), { temporary: false })
  const opened = await openStore({ url: settings.databaseUrl ?? undefined, dataDir: settings.dataDir, log })
  const store = ports.store?.(opened) ?? opened
  const queue = ports.queue ?? (await openQueue(store, { settings, log, works }))
  opened.onDeliveries((ids) => {
    for (const id of ids) queue.ring({ kind: 'deliver-webhook', id })
  })
  const reader = ports.reader ?? createMailReader({ files: READER_FILES, log })
  const { bounceTokens, checkpoints, webhooks } = await openSecrets(store, settings)
  const post = noticePost(settings)
  const deps: Deps = {
    store,
    queue,
    transport: ports.transport ?? smtpTransport({ settings, env }),
    servers: ports.servers ?? createServerPost({ keysDir: settings.keysDir }),
    dns: createNameServerProbe(),
    clock: ports.clock ?? { now: () => new Date() },
    meter: ports.meter ?? NO_METER,
    log,
    profiles,
    templates: createTemplateRenderer(sources),
    templateFiles: openTemplateFiles({
      sources,
      folders: { builtIn: BUILT_IN_TEMPLATES, operators: settings.templatesDir },
      check: (found) => [...checkTemplates(found, profiles.values()), ...checkNoticeTemplates(found)],
    }),
    keyring: openKeyring(settings.keysDir),
    reader,
    rehearsals: rehearsalRegistry,
    lookup: createNameLookup({ root: settings.scriptsDir }),
    agreements: openAgreementFiles(settings.templatesDir),
    archive: openMailArchive(path.join(settings.dataDir, 'archive')),
    disk: ports.disk ?? (grows(settings) ? openDisk(settings.dataDir) : null),
    retention: settings.retention,
    eraseAfter: settings.eraseAfter,
    twoPersons: settings.twoPersons,
    selfTest: { at: settings.selfTest, listener: listenerOf(settings) },
    digests: { times: settings.digests, timezone: settings.timezone },
    env,
    hostname: settings.mxHostname,
    owner: randomUUID(),
    bounceTokens,
    checkpoints,
    webhooks,
    notices: noticesOf({ settings, sources, post: ports.noticePost ?? post }),
    newId: uuid,
    newSecret,
  }
  let stopping: Promise<unknown> | null = null
  const stopWork = async (): Promise<void> => {
    // What is being read is put off, or a hostile mail could hold up the stop; so are calls and mails that nobody answers.
    webhooks.stop()
    post?.stop()
    stopping ??= Promise.all([queue.stop(), reader.close()])
    await stopping
  }
  return {
    settings,
    deps,
    simulators: ports.simulators ?? (settings.simulator === null ? null : controlledRegistry(settings.simulator)),
    identity: identityIssuer(settings, deps.clock),
    local: createLocalApp({ deps }),
    startWork: async () => {
      await store.recoverLeases(deps.owner)
      await queue.start({ run: (work) => runWork(deps, work), due: () => dueWork(deps) })
    },
    stopWork,
    close: async () => {
      await stopWork()
      await store.close()
    },
  }
}

/** Bull where there is a Redis, with names in it that only processes on this database use. */
const openQueue = async (
  store: OpenedStore,
  { settings, log, works }: Pick<AppOptions, 'settings' | 'log'> & { works: boolean },
): Promise<Queue> => {
  const lanes = { concurrency: widthOf, sweepMs: SWEEP_MS, log }
  const { redisUrl: url } = settings
  if (url === null) return createInProcessQueue(lanes)
  try {
    const installation = createHash('sha256')
      .update(await store.identity())
      .digest('hex')
    return createBullQueue({ url, prefix: `sealpost:${installation.slice(0, 16)}`, works, ...lanes })
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A command has nobody who watches it. */
const NO_METER: Meter = { mailJudged: () => {}, replied: () => {}, webhookCalled: () => {}, unsignedBelieved: () => {} }

/** Where our own listener is reached from here. */
const listenerOf = ({ smtp: { host, port } }: Settings) => ({
  host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host,
  port,
})

const SMTP_PORT = 25

/** What is made once for all processes of an installation. */
const openSecrets = async (store: Store, settings: Settings) => {
  try {
    const bounceTokens = createBounceTokens(await store.secrets.obtain('bounce-address', randomBytes(32)))
    const installation = stringify(await store.secrets.obtain('installation', v4({}, Buffer.alloc(16))))
    const checkpoints = openCheckpointKey(await store.secrets.obtain('log-checkpoint', newCheckpointKey()))
    return { bounceTokens, checkpoints, webhooks: webhooksOf(settings, installation) }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Events name the gateway by its public address, or by a name that stays with the database. */
const webhooksOf = ({ publicUrl, webhookPrivate }: Settings, installation: string): WebhookDeps & Stoppable => ({
  ...createWebhookPost({ privates: webhookPrivate }),
  source: publicUrl ?? `urn:uuid:${installation}`,
  newSecret: () => webhookSecret(randomBytes(32)),
})

/** The transport of these settings: by SMTP to each connection's relay, or to its registry's mail servers. */
export const smtpTransport = ({ settings, env }: Pick<AppOptions, 'settings' | 'env'>): MailTransport => {
  const { mxHostname: hostname, keysDir } = settings
  const direct = { resolve: createResolve(), random: Math.random, isOurs: ownHost(hostname), port: SMTP_PORT }
  return createSmtpTransport({ hostname, env, keysDir, direct })
}

/** Who signs people in by OpenID Connect; null where the settings have nobody. Nothing is asked of it before somebody comes. */
const identityIssuer = ({ oidc, publicUrl }: Settings, clock: Clock): IdentityIssuer | null =>
  oidc === null || publicUrl === null
    ? null
    : createIdentityIssuer({ ...oidc, publicUrl, clock, neededClaims: neededClaims(oidc) })

/** The relay of mails to people; null where the settings have none. */
const noticePost = ({ notify, mxHostname: hostname }: Settings): (NoticePost & Stoppable) | null =>
  notify === null ? null : createNoticePost({ relay: notify.relay, from: notify.from, hostname })

const noticesOf = (given: { settings: Settings; sources: TemplateSources; post: NoticePost | null }): NoticeDeps => {
  const { settings, sources, post } = given
  const { notify, notifyAdmin, publicUrl, timezone } = settings
  const mail = post === null ? null : { post, admins: notify?.admins ?? [], topics: new Set(notifyAdmin) }
  return { mail, templates: createNoticeTemplates(sources), publicUrl, timezone }
}

/** Whether anything in the data directory grows: the embedded database, or the archive. */
const grows = ({ databaseUrl, retention }: Settings): boolean => databaseUrl === null || retention !== null

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** 26 characters of 5 random bits each (RFC 4648, 6, in lower case): safe in an address, a subject and a registry's log. */
const newSecret = (): string => Array.from(randomBytes(26), (byte) => BASE32[byte & 31]).join('')
