import * as path from 'node:path'
import type { Hono } from 'hono'
import { v7 as uuid } from 'uuid'
import { openAgreementFiles } from '../../src/agreement-files.js'
import { createBounceTokens } from '../../src/core/bounce-token.js'
import { newCheckpointKey, openCheckpointKey } from '../../src/core/checkpoint.js'
import type { MailConnection } from '../../src/core/connection.js'
import type { Deps } from '../../src/flows/deps.js'
import { createHttpApp } from '../../src/http/app.js'
import { createLocalApp } from '../../src/http/local.js'
import { createMetrics } from '../../src/http/metrics.js'
import { createOneTimeLinks, type OneTimeLinks } from '../../src/http/one-time-links.js'
import type { HealthReport, HttpSettings } from '../../src/http/settings.js'
import { createNameLookup } from '../../src/lookup/name-lookup.js'
import type { Clock, IdentityIssuer, Log, Work } from '../../src/ports.js'
import { BUILT_IN_TEMPLATES, loadProfiles } from '../../src/profiles/load.js'
import { checkTemplates } from '../../src/profiles/template.js'
import { openTemplateFiles } from '../../src/profiles/template-files.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { rehearsalRegistry } from '../../src/simulated-registries.js'
import { openMailArchive } from '../../src/store/mail-archive.js'
import { builtInRenderer, builtInSources } from '../helpers/built-in-templates.js'
import { openTestStore } from '../helpers/database.js'
import { noDns } from '../helpers/no-dns.js'
import { testNotices } from '../helpers/notices.js'
import { inThreadReader } from '../helpers/reader.js'
import { aConnection, NOW } from '../helpers/records.js'
import { testServers } from '../helpers/servers.js'
import { testWebhooks } from '../helpers/webhooks.js'
import { keysFolder } from '../signing/keys.js'

export const ADMIN_TOKEN = 'test-admin-token'

export type Harness = {
  deps: Deps
  app: Hono
  local: Hono
  links: OneTimeLinks
  connection: MailConnection
  /** What was rung so far. */
  rung: Work[]
  /** Lines of the process log at warn and error. */
  logged: { level: string; fields: object; message: string }[]
  /** Moves the clock. */
  advance(ms: number): void
  health: { report: HealthReport }
  /** Root of lookup scripts; not there yet. */
  scriptsDir: string
  /** Where operators' templates and agreements are; not there yet. */
  templatesDir: string
  close(): Promise<void>
}

/** The real thing on a database of its own; only the clock, the queue, the transport and the log are test doubles. */
export const openHarness = async (
  change: Partial<HttpSettings> = {},
  /** Who else signs people in, by the clock of the harness. */
  identity: (clock: Clock) => IdentityIssuer | null = () => null,
): Promise<Harness> => {
  const store = await openTestStore()
  const keys = keysFolder()
  const rung: Work[] = []
  const logged: Harness['logged'] = []
  const note = (level: string) => (fields: object, message: string) => void logged.push({ level, fields, message })
  const log: Log = { debug: () => {}, info: () => {}, warn: note('warn'), error: note('error') }
  let now = NOW
  const profiles = await loadProfiles()
  const templatesDir = path.join(store.dataDir, 'templates')
  const scriptsDir = path.join(store.dataDir, 'scripts')
  const deps: Deps = {
    store,
    queue: {
      ring: (work) => void rung.push(work),
      start: async () => {},
      stop: async () => {},
      health: () => ({ ready: true, detail: '' }),
    },
    transport: { send: async () => ({ outcome: 'sent', answer: '250 OK' }) },
    servers: testServers().servers,
    clock: { now: () => now },
    meter: { mailJudged: () => {}, replied: () => {}, webhookCalled: () => {}, unsignedBelieved: () => {} },
    log,
    profiles,
    templates: builtInRenderer,
    templateFiles: openTemplateFiles({
      ...{ sources: builtInSources, folders: { builtIn: BUILT_IN_TEMPLATES, operators: templatesDir } },
      check: (found) => checkTemplates(found, profiles.values()),
    }),
    keyring: openKeyring(keys.path),
    reader: inThreadReader(profiles),
    rehearsals: rehearsalRegistry,
    agreements: openAgreementFiles(templatesDir),
    lookup: createNameLookup({ root: scriptsDir }),
    archive: openMailArchive(path.join(store.dataDir, 'archive')),
    disk: null,
    retention: null,
    eraseAfter: null,
    twoPersons: [],
    dns: noDns,
    selfTest: { at: null, listener: { host: '127.0.0.1', port: 2525 } },
    digests: { times: [], timezone: 'UTC' },
    env: {},
    hostname: 'gateway.hoster.example',
    owner: 'test',
    newId: uuid,
    bounceTokens: createBounceTokens(Buffer.alloc(32, 7)),
    checkpoints: openCheckpointKey(newCheckpointKey()),
    webhooks: testWebhooks(),
    notices: await testNotices(),
    newSecret: () => uuid().replaceAll('-', '').slice(0, 26),
  }
  const base = aConnection()
  const connection = aConnection({
    signing: {
      ...base.signing,
      keys: [{ file: 'ed25519.sec.asc', passphraseEnv: null, notBefore: null, notAfter: null }],
    },
    trust: { ...base.trust, keys: [{ file: 'rsa2048.pub.asc', notBefore: null, notAfter: null, names: null }] },
  })
  await store.connections.insert(connection)
  const settings: HttpSettings = {
    ...{ token: ADMIN_TOKEN, publicUrl: null, trustedProxies: [], timezone: 'UTC', apiPerMinute: 1_200 },
    ...change,
  }
  const links = createOneTimeLinks(deps.clock)
  const health: Harness['health'] = {
    report: { ready: true, parts: [{ name: 'database', ready: true, detail: 'ok' }] },
  }
  const metrics = createMetrics({ store, processMetrics: false })
  return {
    deps,
    app: createHttpApp({
      ...{ deps, settings, health: async () => health.report, metrics, links },
      identity: identity(deps.clock),
    }),
    local: createLocalApp({ deps }),
    links,
    connection,
    rung,
    logged,
    advance: (ms) => {
      now = new Date(now.getTime() + ms)
    },
    health,
    scriptsDir,
    templatesDir,
    close: async () => {
      await store.close()
      keys.remove()
    },
  }
}

export type Answer = { status: number; headers: Headers; json: Record<string, unknown>; text: string }

/** One request without a socket; as the admin unless said. */
export const call = async (
  app: Hono,
  method: string,
  path: string,
  options: {
    body?: unknown
    raw?: string | Uint8Array<ArrayBuffer>
    token?: string | null
    headers?: Record<string, string>
  } = {},
): Promise<Answer> => {
  const { body, token = ADMIN_TOKEN } = options
  const payload = options.raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const headers = {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...options.headers,
  }
  const response = await app.request(path, { method, headers, ...(payload === undefined ? {} : { body: payload }) })
  const text = await response.text()
  const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : {}, text }
}

let counter = 0

/** A valid order for a name of its own. */
export const orderBody = (change: Record<string, unknown> = {}): Record<string, unknown> => {
  counter++
  return {
    billingOrderId: `INV-${counter}`,
    account: { id: 'cust-7', type: 'customer', email: 'owner@example.net' },
    action: 'register',
    domain: `name-${counter}.de`,
    nameservers: [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }],
    contacts: { holder: { handle: 'DENIC-1234-MUSTER' } },
    ...change,
  }
}

export const place = async (app: Hono, change: Record<string, unknown> = {}): Promise<Record<string, string>> => {
  const answer = await call(app, 'POST', '/v1/orders', { body: orderBody(change) })
  if (answer.status !== 202) throw new Error(`the order was not taken: ${answer.text}`)
  return answer.json as Record<string, string>
}
