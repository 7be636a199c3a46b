import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { createCleartextMessage, type PrivateKey, readPrivateKey, sign } from 'openpgp'
import { openAgreementFiles } from '../../src/agreement-files.js'
import { createBounceTokens } from '../../src/core/bounce-token.js'
import { newCheckpointKey, openCheckpointKey } from '../../src/core/checkpoint.js'
import type { Envelope, Mail } from '../../src/core/mail.js'
import type { OrderView } from '../../src/core/views.js'
import { findMailbox } from '../../src/flows/connections.js'
import type { Deps } from '../../src/flows/deps.js'
import { addConnection } from '../../src/flows/manage-connections.js'
import { placeOrder } from '../../src/flows/place-order.js'
import type { OrderBody } from '../../src/flows/prepare-order.js'
import { receiveMail } from '../../src/flows/receive-mail.js'
import { dueWork, runWork } from '../../src/flows/run-work.js'
import { createNameLookup } from '../../src/lookup/name-lookup.js'
import type { HandOver, Store } from '../../src/ports.js'
import { BUILT_IN_TEMPLATES, loadProfiles } from '../../src/profiles/load.js'
import { openTemplateFiles } from '../../src/profiles/template-files.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { rehearsalRegistry } from '../../src/simulated-registries.js'
import { openMailArchive } from '../../src/store/mail-archive.js'
import { builtInRenderer, builtInSources } from './built-in-templates.js'
import { silentLog } from './database.js'
import { noDns } from './no-dns.js'
import { testNotices } from './notices.js'
import { inThreadReader } from './reader.js'
import { byMail } from './records.js'
import { testServers } from './servers.js'
import { testWebhooks } from './webhooks.js'

const KEYS = path.join(import.meta.dirname, '../fixtures/openpgp/keys')

export const START = new Date('2026-07-01T10:00:00.000Z')
export const REPLY_TO = 'denic-main@in.hoster.example'
export const ROBOT = 'robot@registry.example'

type Sent = { envelope: { from: string; to: string[] }; raw: Buffer; at: Date }

/**
 * A gateway without sockets and timers: flows over a real store, a clock that the test moves, a transport that answers as
 * the test says, and a registry's key to sign replies with. `run` does all work that is due, as the queue would.
 */
export type TestGateway = Awaited<ReturnType<typeof createTestGateway>>

export const createTestGateway = async (store: Store, dataDir: string) => {
  let now = START
  let counter = 0
  const answers: HandOver[] = []
  const sent: Sent[] = []
  const { servers, posted, answerWith: answerCalls } = testServers()
  const keysDir = path.join(dataDir, 'keys')
  mkdirSync(keysDir, { recursive: true })
  copyKey(keysDir, 'ed25519.sec.asc', 'gateway.asc', true)
  copyKey(keysDir, 'rsa2048.pub.asc', 'registry.asc', false)
  const pad = (kind: string) => `${kind}-${String(++counter).padStart(8, '0')}`
  const profiles = await loadProfiles()
  const deps: Deps = {
    store,
    queue: {
      ring: () => {},
      start: async () => {},
      stop: async () => {},
      health: () => ({ ready: true, detail: '' }),
    },
    transport: {
      send: async ({ envelope, raw }) => {
        sent.push({ envelope, raw, at: now })
        return answers.shift() ?? { outcome: 'sent', answer: '250 2.0.0 queued' }
      },
    },
    servers,
    clock: { now: () => now },
    meter: { mailJudged: () => {}, replied: () => {}, webhookCalled: () => {}, unsignedBelieved: () => {} },
    log: silentLog,
    profiles,
    templates: builtInRenderer,
    templateFiles: openTemplateFiles({
      ...{ sources: builtInSources, folders: { builtIn: BUILT_IN_TEMPLATES, operators: null }, check: () => [] },
    }),
    keyring: openKeyring(keysDir),
    reader: inThreadReader(profiles),
    rehearsals: rehearsalRegistry,
    agreements: openAgreementFiles(path.join(dataDir, 'templates')),
    lookup: createNameLookup({ root: path.join(dataDir, 'scripts') }),
    archive: openMailArchive(path.join(dataDir, 'archive')),
    disk: null,
    retention: null,
    eraseAfter: null,
    twoPersons: [],
    dns: noDns,
    selfTest: { at: null, listener: { host: '127.0.0.1', port: 2525 } },
    digests: { times: [], timezone: 'UTC' },
    env: {},
    hostname: 'gateway.hoster.example',
    owner: 'test-process',
    newId: () => `00000000-0000-7000-8000-${String(++counter).padStart(12, '0')}`,
    bounceTokens: createBounceTokens(Buffer.alloc(32, 7)),
    checkpoints: openCheckpointKey(newCheckpointKey()),
    webhooks: testWebhooks(),
    notices: await testNotices(),
    newSecret: () => `${'a'.repeat(18)}${String(++counter).padStart(8, '0')}`,
  }
  const run = async (): Promise<void> => {
    for (let due = await dueWork(deps); due.length > 0; due = await dueWork(deps))
      for (const work of due) await runWork(deps, work)
  }
  return {
    deps,
    keysDir,
    sent,
    /** What was posted to registries' servers, and how the next posts end. */
    posted,
    answerCalls,
    run,
    /** The next hand-overs end so. */
    answerWith: (...next: HandOver[]) => void answers.push(...next),
    now: () => now,
    pass: (ms: number) => {
      now = new Date(now.getTime() + ms)
    },
    place: async (change: Partial<OrderBody> = {}, key: string | null = null): Promise<OrderView> => {
      const idempotency = key === null ? null : { owner: 'token-1', key }
      const input = { body: anOrderBody({ billingOrderId: pad('INV'), ...change }), actor: 'token:test', idempotency }
      return (await placeOrder(deps, input)).answer
    },
    /** A mail arrives by SMTP, from a host where one is given; resolves to it after everything that is due was done. */
    receive: async (
      raw: Buffer | string,
      to: string = REPLY_TO,
      from: string = ROBOT,
      host: Pick<Envelope, 'remoteAddress' | 'helo'> = {},
    ): Promise<Mail> => {
      const mailbox = await findMailbox(deps, to)
      if (mailbox === null) throw new Error(`${to} is no address of ours`)
      const octets = typeof raw === 'string' ? Buffer.from(raw) : raw
      const envelope = { from, to: [to], ...host }
      const { ids } = await receiveMail(deps, { envelope, raw: octets, targets: [mailbox] })
      await run()
      const mail = await deps.store.mails.get(ids[0] ?? '')
      if (mail === null) throw new Error('the mail was not stored')
      return mail
    },
    /** A reply as the registry signs it, at the time that it is for the gateway. */
    reply: async (lines: string[], options: ReplyOptions = {}): Promise<string> =>
      replyMail(await signText(lines, options.key ?? 'rsa2048', options.at ?? now), options),
    order: async (id: string) => {
      const order = await deps.store.orders.get(id)
      if (order === null) throw new Error(`there is no order ${id}`)
      return order
    },
    events: async (orderId: string) => (await deps.store.events.list({ orderId })).map(({ type }) => type),
    actions: async (orderId: string) =>
      (await deps.store.actions.list({ orderId }, { limit: 200, cursor: null })).items.reverse(),
  }
}

export type ReplyOptions = { key?: string; at?: Date; headers?: string[] }

export const aConnectionFile = (change: Record<string, unknown> = {}) => ({
  title: 'DENIC main account',
  profile: 'denic',
  tlds: ['de'],
  mode: 'live',
  registry: { to: ROBOT, from: 'domains@hoster.example', replyTo: REPLY_TO },
  relay: { host: '127.0.0.1', port: 2526, tls: false },
  signing: { scheme: 'openpgp-clear', key: 'gateway.asc' },
  trust: { keys: ['registry.asc'] },
  replyTimeout: '5d',
  account: { regacc: 'DENIC-1234' },
  watch: { delegation: false },
  ...change,
})

export const addTestConnection = async (gateway: TestGateway, change: Record<string, unknown> = {}) =>
  byMail(await addConnection(gateway.deps, aConnectionFile(change), 'cli'))

export const anOrderBody = (change: Partial<OrderBody> = {}): OrderBody => ({
  billingOrderId: 'INV-1',
  account: { id: 'cust-7', type: 'customer', email: 'owner@example.net' },
  origin: 'store',
  action: 'register',
  domain: 'example.de',
  paid: true,
  period: null,
  nameservers: [
    { host: 'ns1.example.net', addresses: [] },
    { host: 'ns2.example.org', addresses: [] },
  ],
  contacts: { holder: [{ handle: 'DENIC-1234-MUSTER' }] },
  authInfo: null,
  dnssec: null,
  records: [],
  disconnect: null,
  notify: null,
  price: { amount: '9.90', currency: 'EUR' },
  agreement: null,
  connection: null,
  ...change,
})

export const copyKey = (keysDir: string, from: string, to: string, secret: boolean): void => {
  const at = path.join(keysDir, to)
  copyFileSync(path.join(KEYS, from), at)
  chmodSync(at, secret ? 0o600 : 0o644)
}

const opened = new Map<string, Promise<PrivateKey>>()

const openKey = (name: string): Promise<PrivateKey> => {
  const known = opened.get(name)
  if (known !== undefined) return known
  const key = readPrivateKey({ armoredKey: readFileSync(path.join(KEYS, `${name}.sec.asc`), 'utf8') })
  opened.set(name, key)
  return key
}

/** Signed by the library's own way, which the gateway's verification does not share. */
export const signText = async (lines: string[], key: string, at: Date): Promise<string> =>
  sign({
    message: await createCleartextMessage({ text: lines.join('\n') }),
    signingKeys: await openKey(key),
    date: at,
  })

export const replyMail = (body: string, { headers = [] }: ReplyOptions = {}): string =>
  [
    `From: Robot <${ROBOT}>`,
    `To: ${REPLY_TO}`,
    'Subject: Re: your order',
    ...headers,
    'Content-Type: text/plain; charset=utf-8',
    '',
    body.replace(/\r?\n/g, '\r\n').trimEnd(),
    '',
  ].join('\r\n')

export const success = (reference: string, ...more: string[]): string[] => [
  'RESULT: success',
  'STID: dfaaa080-96ef-551c-afd2-309f0fbcba9b',
  `CTID: ${reference}`,
  ...more,
]

export const failure = (reference: string): string[] => [
  'RESULT: failed',
  'STID: 065d3bb8-765d-5c3c-a3f3-3393049a6f8d',
  `CTID: ${reference}`,
  "ERROR: 63300062009 Domain doesn't exist [example.de]",
]
