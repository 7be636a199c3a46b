import { createHash, randomBytes } from 'node:crypto'
import { v7 as newId } from 'uuid'
import type { MailConnection, PeopleConnection } from '../../src/core/connection.js'
import type { Domain } from '../../src/core/domain.js'
import type { Order, OrderTerms } from '../../src/core/order.js'
import type { Request } from '../../src/core/request.js'
import type { NewMail, Tables } from '../../src/ports.js'

export const NOON = new Date('2026-03-01T12:00:00.123Z')
export const later = (ms: number): Date => new Date(NOON.getTime() + ms)
export const unique = (): string => randomBytes(8).toString('hex')

export const aConnection = (changes: Partial<MailConnection> = {}): MailConnection => ({
  id: newId(),
  title: `account ${unique()}`,
  profile: 'denic',
  tlds: [],
  mode: 'live',
  channel: 'mail',
  registry: {
    to: 'robot@registry.example',
    from: 'domains@hoster.example',
    replyTo: `denic-${unique()}@in.hoster.example`,
    test: null,
  },
  relay: { host: '127.0.0.1', port: 2526, tls: 'none', user: null, passwordEnv: null, ca: null, localAddress: null },
  mx: null,
  dkim: null,
  signing: {
    scheme: 'openpgp-clear',
    keys: [{ file: 'ours.asc', passphraseEnv: null, notBefore: null, notAfter: null }],
  },
  trust: {
    keys: [
      { file: 'registry.asc', notBefore: null, notAfter: null, names: null },
      { file: 'older.asc', notBefore: later(-1_000), notAfter: NOON, names: ['robot@registry.example'] },
    ],
    schemes: ['openpgp-clear'],
    maxAge: 604_800_000,
    allowUnsigned: false,
    unsignedFrom: null,
    weak: ['sha1'],
    senderChecks: 'record',
  },
  checkEvery: 3_600_000,
  reconcile: false,
  rate: { perDay: 1000 },
  replyTimeout: 432_000_000,
  account: { regacc: 'DENIC-1234' },
  defaults: { nameservers: [], contacts: {} },
  agreement: null,
  expiry: null,
  lookup: null,
  watch: null,
  support: null,
  transferChecklist: null,
  setup: false,
  dnsPrepare: 'off',
  transferAway: 'ask',
  belowRegistrable: 'refuse',
  paused: false,
  createdAt: NOON,
  ...changes,
})

/** One whose requests are tickets. */
export const aPeopleConnection = (changes: Partial<PeopleConnection> = {}): PeopleConnection => {
  const { registry, relay, mx, dkim, signing, trust, ...common } = aConnection()
  return { ...common, channel: 'people', ...changes }
}

export const aDomain = (connectionId: string, changes: Partial<Domain> = {}): Domain => {
  const name = `d-${unique()}.de`
  return {
    name,
    unicodeName: name,
    state: 'registering',
    detail: 'REG-req',
    connectionId,
    accountId: null,
    owner: null,
    mode: 'live',
    nameservers: [{ host: 'ns1.example.net', addresses: ['192.0.2.53', '2001:db8::53'] }],
    dnssec: ['257 3 13 AAAA'],
    undelegatedUntil: null,
    delegation: null,
    watchedSince: null,
    watchAt: null,
    delegationFault: null,
    contacts: { holder: [{ handle: 'DENIC-1234-MUSTER' }], admin: [{ name: 'Jürgen Müller', street: ['Weg 1'] }] },
    eppStatus: ['ok'],
    locked: null,
    transferRequest: null,
    since: NOON,
    expiresAt: null,
    ...changes,
  }
}

export const anOrder = (connectionId: string, changes: Partial<Order> = {}, terms: Partial<OrderTerms> = {}): Order => {
  const domain = terms.domain ?? `o-${unique()}.de`
  return {
    id: newId(),
    terms: {
      billingOrderId: unique(),
      account: { id: 'cust-7', type: 'customer', email: 'owner@example.net' },
      origin: 'store',
      action: 'register',
      domain,
      unicodeName: domain,
      period: { years: 1 },
      nameservers: [{ host: 'ns1.example.net', addresses: [] }],
      contacts: { zone: [{ handle: 'B' }], holder: [{ handle: 'A' }] },
      authInfo: null,
      dnssec: [],
      records: [],
      disconnect: null,
      notify: null,
      price: { amount: '9.90', currency: 'EUR' },
      agreement: null,
      ...terms,
    },
    connectionId,
    mode: 'live',
    status: 'queued',
    reason: null,
    code: null,
    warnings: [{ pointer: '/notify', detail: 'Näher ansehen.' }],
    result: { status: 'connect', nameservers: ['ns1.example.net'] },
    createdAt: NOON,
    orderedBy: [{ actor: 'token:shop', person: { id: 'u-1', name: 'änn' } }],
    approvedBy: null,
    approvedAt: null,
    dnsAskedAt: null,
    dnsPreparedAt: null,
    paidAt: null,
    paymentReference: null,
    chargedAt: null,
    refundedAt: null,
    updatedAt: NOON,
    erasedAt: null,
    ...changes,
  }
}

export const aRequest = (order: Order, changes: Partial<Request> = {}): Request => ({
  id: newId(),
  orderId: order.id,
  connectionId: order.connectionId,
  domain: order.terms.domain,
  action: order.terms.action,
  channel: 'mail',
  reference: unique(),
  messageId: `<${unique()}@hoster.example>`,
  bounceToken: unique(),
  state: 'queued',
  queuedAt: NOON,
  attempts: 0,
  dueAt: NOON,
  deadline: null,
  checkAt: null,
  overdueAt: null,
  mailId: null,
  signedAt: null,
  signedAs: null,
  sentAt: null,
  repliedAt: null,
  answer: null,
  ticket: null,
  doubt: null,
  createdAt: NOON,
  ...changes,
})

export const aMail = (connectionId: string | null, changes: Partial<NewMail> = {}): NewMail => {
  const raw = changes.raw ?? Buffer.from(`Subject: ${unique()}\r\n\r\n\0\xff octets`, 'latin1')
  return {
    id: newId(),
    connectionId,
    envelope: {
      from: 'robot@registry.example',
      to: ['denic@in.hoster.example'],
      remoteAddress: '192.0.2.1',
      helo: 'mx',
    },
    receivedAt: NOON,
    raw,
    sha256: createHash('sha256').update(raw).digest('hex'),
    ...changes,
  }
}

/** A connection, an order on it and that order's request, as they stand after a payment. */
export const placed = async (
  tables: Tables,
  changes: { order?: Partial<Order>; request?: Partial<Request>; terms?: Partial<OrderTerms> } = {},
) => {
  const connection = aConnection()
  await tables.connections.insert(connection)
  const order = anOrder(connection.id, changes.order, changes.terms)
  await tables.orders.insert(order, 'hash')
  const request = aRequest(order, changes.request)
  await tables.requests.insert(request)
  return { connection, order, request }
}

/** What a promise of a refused write was refused for. */
export const ruleOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing',
    (error: unknown) => (error instanceof Error && 'rule' in error ? error.rule : error),
  )
