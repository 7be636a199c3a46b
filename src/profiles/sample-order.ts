/** What samples of requests are made of, whatever their registry. */
import type { Action } from '../core/action.js'
import type { MailConnection, PeopleConnection } from '../core/connection.js'
import type { OrderTerms } from '../core/order.js'

/** What a connection of any channel says, as little as it can, beside the account that its profile needs. */
export const commonSample = (account: Record<string, unknown>): Omit<PeopleConnection, 'channel'> => ({
  ...{ id: 'sample', title: 'Sample', profile: 'sample', tlds: [], mode: 'test' },
  ...{ checkEvery: 0, reconcile: false, rate: null, replyTimeout: 0, account },
  defaults: { nameservers: [], contacts: {} },
  ...{
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
  },
  createdAt: new Date(0),
})

/** A connection that sends mails and says as little as it can, beside the account that its profile needs. */
export const sampleConnection = (
  account: Record<string, unknown>,
  change: Partial<MailConnection> = {},
): MailConnection => ({
  ...{ ...commonSample(account), channel: 'mail' },
  registry: {
    ...{ to: 'robot@registry.example', from: 'domains@hoster.example' },
    ...{ replyTo: 'replies@hoster.example', test: 'test@registry.example' },
  },
  relay: { host: '127.0.0.1', port: 25, tls: 'none', user: null, passwordEnv: null, ca: null, localAddress: null },
  ...{ mx: null, dkim: null },
  signing: {
    scheme: 'openpgp-clear',
    keys: [{ file: 'sample.asc', passphraseEnv: null, notBefore: null, notAfter: null }],
  },
  trust: {
    ...{ keys: [], schemes: ['openpgp-clear'], maxAge: 0, allowUnsigned: false, unsignedFrom: null, weak: [] },
    senderChecks: 'off',
  },
  ...change,
})

/** An order that says nothing but what it is given. */
export const sampleTerms = (order: Partial<OrderTerms> & { action: Action; domain: string }): OrderTerms => ({
  billingOrderId: 'SAMPLE-1',
  account: { id: 'sample', type: 'provider', email: null },
  ...{ origin: 'provider', unicodeName: order.domain, period: null, nameservers: [], contacts: {}, authInfo: null },
  ...{ dnssec: null, records: [], disconnect: null, notify: null, price: null, agreement: null },
  ...order,
})
