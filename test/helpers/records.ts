import type { Connection, MailConnection } from '../../src/core/connection.js'
import type { Domain } from '../../src/core/domain.js'
import type { Order } from '../../src/core/order.js'
import type { Reply } from '../../src/core/reply.js'
import type { Request } from '../../src/core/request.js'
import type { User } from '../../src/ports.js'

/** Records with sensible values, for tests that care about a field or two. */

export const NOW = new Date('2026-03-01T10:00:00.000Z')
export const later = (ms: number, from: Date = NOW): Date => new Date(from.getTime() + ms)

export const aUser = (change: Partial<User> = {}): User => ({
  ...{
    id: '0190f000-0000-7000-8000-00000000000b',
    name: 'root',
    role: 'admin',
    passwordHash: '$argon2',
    createdAt: NOW,
  },
  ...{ disabledAt: null, totpSecret: null, totpSince: null, totpStep: null, recovery: [] },
  ...{ linkHash: null, linkUntil: null, oidcIssuer: null, oidcSubject: null },
  ...change,
})

export const anOrder = (change: Omit<Partial<Order>, 'terms'> & { terms?: Partial<Order['terms']> } = {}): Order => ({
  id: 'order-1',
  connectionId: 'connection-1',
  mode: 'live',
  status: 'queued',
  reason: null,
  code: null,
  warnings: [],
  result: null,
  createdAt: NOW,
  orderedBy: [{ actor: 'token:shop', person: null }],
  approvedBy: null,
  approvedAt: null,
  dnsAskedAt: null,
  dnsPreparedAt: null,
  paidAt: NOW,
  paymentReference: null,
  chargedAt: null,
  refundedAt: null,
  updatedAt: NOW,
  erasedAt: null,
  ...change,
  terms: {
    billingOrderId: 'INV-1',
    account: { id: 'cust-1', type: 'customer', email: null },
    origin: 'store',
    action: 'register',
    domain: 'example.de',
    unicodeName: 'example.de',
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
    ...change.terms,
  },
})

export const aRequest = (change: Partial<Request> = {}): Request => ({
  id: 'request-1',
  orderId: 'order-1',
  connectionId: 'connection-1',
  domain: 'example.de',
  action: 'register',
  reference: 'sp-aaaaaaaaaaaaaaaaaaaaaaaaaa',
  channel: 'mail',
  messageId: '<sp-aaaaaaaaaaaaaaaaaaaaaaaaaa@hoster.example>',
  bounceToken: 'bbbbbbbbbbbbbbbbbbbbbbbbbb',
  state: 'queued',
  queuedAt: NOW,
  attempts: 0,
  dueAt: NOW,
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
  createdAt: NOW,
  ...change,
})

export const aDomain = (change: Partial<Domain> = {}): Domain => ({
  name: 'example.de',
  unicodeName: 'example.de',
  state: 'pending',
  detail: 'init',
  connectionId: 'connection-1',
  accountId: null,
  owner: null,
  mode: 'live',
  nameservers: [],
  dnssec: [],
  undelegatedUntil: null,
  delegation: null,
  watchedSince: null,
  watchAt: null,
  delegationFault: null,
  contacts: {},
  eppStatus: [],
  locked: null,
  transferRequest: null,
  since: NOW,
  expiresAt: null,
  ...change,
})

export const aReply = (change: Partial<Reply> = {}): Reply => ({
  outcome: 'done',
  reference: 'sp-aaaaaaaaaaaaaaaaaaaaaaaaaa',
  ticket: '065d3bb8-765d-5c3c-a3f3-3393049a6f8d',
  domain: null,
  action: null,
  code: null,
  text: 'success',
  findings: [],
  undelegatedUntil: null,
  expiresAt: null,
  nameservers: null,
  data: null,
  tidings: null,
  ...change,
})

export const aConnection = (change: Partial<MailConnection> = {}): MailConnection => ({
  id: 'connection-1',
  title: 'DENIC main account',
  profile: 'denic',
  tlds: ['de'],
  mode: 'live',
  channel: 'mail',
  registry: {
    to: 'robot@registry.example',
    from: 'domains@hoster.example',
    replyTo: 'denic-main@in.hoster.example',
    test: null,
  },
  relay: { host: '127.0.0.1', port: 25, tls: 'none', user: null, passwordEnv: null, ca: null, localAddress: null },
  mx: null,
  dkim: null,
  signing: {
    scheme: 'openpgp-clear',
    keys: [{ file: 'gateway.asc', passphraseEnv: null, notBefore: null, notAfter: null }],
  },
  trust: {
    keys: [{ file: 'registry.asc', notBefore: null, notAfter: null, names: null }],
    schemes: ['openpgp-clear'],
    maxAge: 7 * 86_400_000,
    allowUnsigned: false,
    unsignedFrom: null,
    weak: [],
    senderChecks: 'off',
  },
  checkEvery: 3_600_000,
  reconcile: false,
  rate: null,
  replyTimeout: 5 * 86_400_000,
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
  createdAt: NOW,
  ...change,
})

/** A connection as one that sends mails; throws where it is none. */
export const byMail = (connection: Connection | null | undefined): MailConnection => {
  if (connection?.channel !== 'mail') throw new Error('there is no connection that sends mails')
  return connection
}
