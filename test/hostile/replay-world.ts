import { openAgreementFiles } from '../../src/agreement-files.js'
import { createBounceTokens } from '../../src/core/bounce-token.js'
import { newCheckpointKey, openCheckpointKey } from '../../src/core/checkpoint.js'
import { wrong } from '../../src/core/errors.js'
import type { Reply } from '../../src/core/reply.js'
import type { Request } from '../../src/core/request.js'
import { checkDeadline } from '../../src/flows/check-deadline.js'
import type { Mailbox } from '../../src/flows/connections.js'
import type { Deps } from '../../src/flows/deps.js'
import { payOrder } from '../../src/flows/pay-order.js'
import { placeOrder } from '../../src/flows/place-order.js'
import { processMail } from '../../src/flows/process-mail.js'
import { receiveMail } from '../../src/flows/receive-mail.js'
import { sendRequest } from '../../src/flows/send-request.js'
import { signerAt } from '../../src/flows/signer.js'
import { createNameLookup } from '../../src/lookup/name-lookup.js'
import type { HandOver, Store } from '../../src/ports.js'
import type { MailProfile } from '../../src/profiles/profile.js'
import type { Reading } from '../../src/reading/reader.js'
import { openMailArchive } from '../../src/store/mail-archive.js'
import { silentLog } from '../helpers/database.js'
import { anOrderBody } from '../helpers/gateway.js'
import { loadMailProfiles } from '../helpers/mail-profiles.js'
import { noDns } from '../helpers/no-dns.js'
import { testNotices } from '../helpers/notices.js'
import { aConnection, NOW } from '../helpers/records.js'
import { testServers } from '../helpers/servers.js'
import { testWebhooks } from '../helpers/webhooks.js'

/**
 * A gateway whose reader gives out readings without any cryptography, so that what comes after the signature can be run
 * many thousand times. Everything else is the real thing: flows, core, and the store that it is given.
 */
export type World = Awaited<ReturnType<typeof createWorld>>

/** What a registry signed once: it may come in any number of mails, to any connection. */
export type Spoken = { id: string; signedAt: Date; fingerprint: string; replies: Reply[] }

/** Two accounts at one registry with one key, and one at a registry that repeats no reference of ours. */
export const CONNECTIONS = ['first', 'second', 'ticketed'] as const
export type ConnectionId = (typeof CONNECTIONS)[number]
export const ECHOES: Record<ConnectionId, boolean> = { first: true, second: true, ticketed: false }
export const SIGNER: Record<ConnectionId, string> = { first: 'AA', second: 'AA', ticketed: 'BB' }

const denic = (await loadMailProfiles()).find(({ id }) => id === 'denic')

const CHECKPOINTS = openCheckpointKey(newCheckpointKey())

const profileOf = (id: string, change: Partial<MailProfile>): MailProfile => {
  if (denic === undefined) throw new Error('there is no profile')
  // Signatures of ours never grow too old here, so that none has to be made; what an order says is not the matter.
  return { ...denic, id, signatureMaxAge: Number.POSITIVE_INFINITY, check: () => [], ...change }
}

const PROFILES = new Map([
  ['echoing', profileOf('echoing', { echoesReference: true, resend: 'ask' })],
  ['ticketing', profileOf('ticketing', { echoesReference: false, resend: 'safe' })],
])

export const createWorld = async (store: Store, run: number) => {
  let now = NOW
  let counter = 0
  const next = (): string => String(++counter).padStart(12, '0')
  const readings = new Map<string, Reading>()
  const leaving = new Map<string, () => void>()
  let handOvers = 0
  const underWay: { requestId: string; end(answer: HandOver): void; recorded: Promise<void> }[] = []
  for (const id of CONNECTIONS)
    if ((await store.connections.get(id)) === null) await store.connections.insert(account(id))

  const deps: Deps = {
    store,
    queue: { ring: () => {}, start: async () => {}, stop: async () => {}, health: () => ({ ready: true, detail: '' }) },
    transport: {
      send: ({ raw }) =>
        new Promise((end) => {
          const requestId = raw.toString()
          handOvers += 1
          underWay.push({ requestId, end, recorded: Promise.resolve() })
          leaving.get(requestId)?.()
        }),
    },
    servers: testServers().servers,
    clock: { now: () => now },
    meter: { mailJudged: () => {}, replied: () => {}, webhookCalled: () => {}, unsignedBelieved: () => {} },
    log: silentLog,
    profiles: PROFILES,
    templates: { render: () => wrong({ pointer: '', detail: 'nothing is written here' }) },
    templateFiles: { folder: null, inUse: () => null, look: async () => ({ problems: [], changed: [] }) },
    keyring: {
      folder: '/nowhere',
      signingKey: async () => ({ format: 'openpgp', fingerprint: 'CC', expiresAt: null, key: null }),
      dkimKey: () => Promise.reject(new Error('nothing is signed here')),
      pinnedKeys: async () => [],
      describe: () => Promise.reject(new Error('there is no key here')),
      publicKey: () => Promise.reject(new Error('there is no key here')),
      files: async () => [],
    },
    reader: {
      read: async ({ raw }) => readings.get(wordOf(raw)) ?? unsigned('it carries no signature'),
      checkSender: () => Promise.reject(new Error('nobody asks the DNS here')),
      show: () => Promise.reject(new Error('nobody looks here')),
      close: async () => {},
    },
    rehearsals: {
      takesMail: () => Promise.reject(new Error('nothing is rehearsed here')),
      newRegistryKey: () => Promise.reject(new Error('nothing is rehearsed here')),
    },
    env: {},
    hostname: 'gateway.hoster.example',
    owner: 'world',
    newId: () => `${String(run).padStart(8, '0')}-0000-7000-8000-${next()}`,
    bounceTokens: createBounceTokens(Buffer.alloc(32, 7)),
    checkpoints: CHECKPOINTS,
    agreements: openAgreementFiles('nowhere'),
    lookup: createNameLookup({ root: null }),
    archive: openMailArchive('nowhere'),
    disk: null,
    retention: null,
    eraseAfter: null,
    twoPersons: [],
    dns: noDns,
    selfTest: { at: null, listener: { host: '127.0.0.1', port: 2525 } },
    digests: { times: [], timezone: 'UTC' },
    webhooks: testWebhooks(),
    notices: await testNotices(),
    newSecret: () => `${run}x${next()}`,
  }

  /** Signs a request without a signature: what counts is when it was. */
  const makeReady = (requestId: string): Promise<void> =>
    store.transaction(async (tables) => {
      const request = await tables.requests.get(requestId)
      if (request === null || request.state !== 'queued' || request.signedAt !== null) return
      const mail = { id: deps.newId(), envelope: { from: '', to: [] }, receivedAt: now, raw: Buffer.from(requestId) }
      const { connectionId, orderId } = request
      const orders = [orderId]
      await tables.mails.insertOutbound({ ...mail, sha256: requestId, connectionId, requestId, orders })
      const connection = await tables.connections.get(connectionId)
      if (connection?.channel !== 'mail') throw new Error(`there is no connection ${connectionId}`)
      const { signedAs } = await signerAt(deps, connection, now)
      await tables.requests.update({ ...request, mailId: mail.id, signedAt: now, signedAs })
    })

  const domainName = (index: number): string => `run-${run}-${index}.de`

  return {
    deps,
    domainName,
    now: () => now,
    /** How many were begun. */
    handOvers: () => handOvers,
    pass: (ms: number): void => {
      now = new Date(now.getTime() + ms)
    },
    /** An order that a billing system places; rejects with a `Refusal` where it cannot be. */
    place: async (input: { domain: number; connection: ConnectionId; change: boolean; paid: boolean }) => {
      const body = anOrderBody({
        ...{ billingOrderId: `INV-${run}-${next()}`, connection: input.connection, paid: input.paid },
        ...{ domain: domainName(input.domain), action: input.change ? 'update-nameservers' : 'register' },
        nameservers: [],
      })
      return (await placeOrder(deps, { body, actor: 'test', idempotency: null })).answer.id
    },
    pay: (id: string) => payOrder(deps, { id, paidAt: null, reference: null, actor: 'test' }),
    requestOf: async (orderId: string): Promise<Request> => {
      const request = (await store.requests.findByOrder(orderId)).at(-1)
      if (request === undefined) throw new Error(`order ${orderId} has no request`)
      return request
    },
    /** Begins to hand a request over, if it may be; resolves when its octets leave or there is nothing to do. */
    handOver: async (requestId: string): Promise<void> => {
      await makeReady(requestId)
      const left = new Promise<void>((resolve) => leaving.set(requestId, resolve))
      const before = underWay.length
      const recorded = sendRequest(deps, requestId)
      await Promise.race([left, recorded])
      const mine = underWay[before]
      if (mine !== undefined) mine.recorded = recorded
    },
    /** The registry's server answers the oldest hand-over of a request, and we write that down. */
    serverAnswers: async (requestId: string, answer: HandOver): Promise<boolean> => {
      const at = underWay.findIndex((one) => one.requestId === requestId)
      const [one] = at === -1 ? [] : underWay.splice(at, 1)
      one?.end(answer)
      await one?.recorded
      return one !== undefined
    },
    /** Waits for all hand-overs that are under way. */
    settleHandOvers: async (): Promise<void> => {
      for (const one of underWay.splice(0)) {
        one.end({ outcome: 'sent', answer: '250 2.0.0 queued' })
        await one.recorded
      }
    },
    checkDeadline: (requestId: string) => checkDeadline(deps, requestId),
    /** Stores a mail with that content, not judged yet; `wrapping` makes other octets of the same content. */
    arrive: async (spoken: Spoken | null, to: Mailbox, wrapping: number): Promise<string> => {
      const id = spoken?.id ?? `unsigned-${wrapping}`
      if (spoken !== null) readings.set(id, signed(spoken))
      const raw = Buffer.from(`${id} ${wrapping}`)
      const { ids } = await receiveMail(deps, {
        envelope: { from: 'robot@registry.example', to: [] },
        raw,
        targets: [to],
      })
      return ids[0] ?? ''
    },
    /** A report of failure for good to the bounce address of a request. */
    bounce: async (request: Request): Promise<string> => {
      const word = `bounce-${next()}`
      readings.set(word, BOUNCED)
      const to = { kind: 'bounce' as const, connectionId: request.connectionId, requestId: request.id, token: '' }
      const envelope = { from: '', to: [] }
      const { ids } = await receiveMail(deps, { envelope, raw: Buffer.from(`${word} 0`), targets: [to] })
      return ids[0] ?? ''
    },
    judge: (mailId: string, owner = 'world') => processMail({ ...deps, owner }, mailId),
  }
}

const wordOf = (raw: Uint8Array): string => Buffer.from(raw).toString().split(' ')[0] ?? ''

const account = (id: ConnectionId) => {
  const profile = ECHOES[id] ? 'echoing' : 'ticketing'
  const registry = { ...aConnection().registry, replyTo: `${id}@in.hoster.example` }
  return aConnection({ id, title: id, tlds: [], profile, registry })
}

const signed = ({ id, signedAt, fingerprint, replies }: Spoken): Reading => ({
  stage: 'trusted',
  verdict: { kind: 'trusted', reason: `signed by ${fingerprint}`, fingerprint, signedAt },
  content: { sha256: id, fingerprint, signedAt },
  weak: [],
  replies,
  byRule: null,
})

const unsigned = (reason: string): Reading => ({
  ...{ stage: 'untrusted', reason, deliveryStatus: null },
  verdict: { kind: 'unsigned', reason, fingerprint: null, signedAt: null },
})

const BOUNCED: Reading = {
  ...{ stage: 'bounce', reason: 'a delivery status report' },
  verdict: { kind: 'unsigned', reason: 'it carries no signature', fingerprint: null, signedAt: null },
  deliveryStatus: [
    { action: 'failed', status: '5.1.1', diagnostic: '550 no such user', recipient: null, original: null },
  ],
}
