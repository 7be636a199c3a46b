/**
 * What may become of a domain. The table below is the only place that says so: a state or an event that is missing does
 * not compile, `ARCHITECTURE.md` draws its picture from it, and every flow goes through `transition`.
 */

import type { TransferAnswer } from './action.js'
import type { Mode } from './mode.js'

/** What users see. `Error` covers two states that differ in `registered`; see `STATES`. */
export const DOMAIN_STATUSES = [
  'Pending',
  'Registering',
  'Transferring',
  'Registered',
  'Error',
  'Closed',
  'Gone',
] as const

export type DomainStatus = (typeof DOMAIN_STATUSES)[number]

/** The finer chain that order robots used; it says how far a request has come, and never more than the status. */
export const DOMAIN_DETAILS = [
  'init',
  'filed',
  'REG-req',
  'REG-OK',
  'KK-req',
  'KK-ACK',
  'KK-NACK',
  'delegated',
  'connected',
  'update',
  'self',
  'closed',
  'gone',
  'error',
] as const

export type DomainDetail = (typeof DOMAIN_DETAILS)[number]

/**
 * `registered` while Registering or Transferring means that the request is lodged with the registry or on its way, as
 * the older systems showed it; it is the registry's own word only in Registered.
 */
export const STATES = {
  none: null,
  pending: { status: 'Pending', registered: false },
  registering: { status: 'Registering', registered: true },
  transferring: { status: 'Transferring', registered: true },
  registered: { status: 'Registered', registered: true },
  /** A register or transfer that failed: the name is not ours. */
  failed: { status: 'Error', registered: false },
  /** A change of a name that is ours failed: it still is ours. */
  faulty: { status: 'Error', registered: true },
  closed: { status: 'Closed', registered: false },
  gone: { status: 'Gone', registered: false },
} as const satisfies Record<string, { status: DomainStatus; registered: boolean } | null>

export type DomainState = keyof typeof STATES

export const DOMAIN_EVENTS = [
  /** A register or transfer was ordered and waits for its payment. */
  'await-payment',
  /** A register request goes out, for payment or for a provider. */
  'register',
  'transfer',
  /** A request to change a domain that is ours goes out: name servers, holder, renewal, close. */
  'change',
  /** A request to undo a deletion goes out. */
  'restore',
  /** The registry did what was asked: the domain is ours as ordered. */
  'done',
  /** The registry refused, the mail could not be delivered, or no answer came in time. */
  'failed',
  /** Somebody of ours withdrew the order. */
  'cancelled',
  /** The losing provider refused; a late consent may still come. */
  'nack',
  /** The registry deleted the domain, as asked or by itself. */
  'deleted',
  /** The registry undid a deletion: the domain is ours again as it was. */
  'restored',
  /** The domain went to another provider, or back to the registry. */
  'moved-away',
  /** A person looked at a failed change and let the domain stand as it is. */
  'dismissed',
  /** We prepared a name that is not ours, for a transfer that is to follow. */
  'set-up',
  /** We dropped a name that was prepared so. */
  'removed',
] as const

export type DomainEvent = (typeof DOMAIN_EVENTS)[number]

/** Where an event leads from a state; `null`: it cannot happen there, and a flow that meets it asks a human. */
export const TRANSITIONS: Record<DomainState, Record<DomainEvent, DomainState | null>> = {
  none: {
    'await-payment': 'pending',
    register: 'registering',
    transfer: 'transferring',
    change: null,
    restore: null,
    done: null,
    failed: null,
    cancelled: null,
    nack: null,
    deleted: null,
    restored: null,
    'moved-away': null,
    dismissed: null,
    'set-up': 'pending',
    removed: null,
  },
  pending: {
    'await-payment': 'pending',
    register: 'registering',
    transfer: 'transferring',
    change: null,
    restore: null,
    done: 'registered', // the reply overtook the record of our own hand-over
    failed: 'failed',
    cancelled: 'closed',
    nack: null,
    deleted: null,
    restored: null,
    'moved-away': null,
    dismissed: null,
    'set-up': 'pending',
    removed: 'closed',
  },
  registering: {
    'await-payment': null,
    register: 'registering',
    transfer: null,
    change: null,
    restore: null,
    done: 'registered',
    failed: 'failed',
    cancelled: 'closed',
    nack: null,
    deleted: null,
    restored: null,
    'moved-away': null,
    dismissed: null,
    'set-up': null,
    removed: null,
  },
  transferring: {
    'await-payment': null,
    register: null,
    transfer: 'transferring',
    change: null,
    restore: null,
    done: 'registered',
    failed: 'failed',
    cancelled: 'closed',
    nack: 'transferring',
    deleted: null,
    restored: null,
    'moved-away': null,
    dismissed: null,
    'set-up': null,
    removed: null,
  },
  registered: {
    'await-payment': null,
    register: null,
    transfer: null,
    change: 'registered',
    restore: null,
    done: 'registered',
    failed: 'faulty',
    cancelled: 'registered',
    nack: null,
    deleted: 'closed',
    restored: 'registered',
    'moved-away': 'gone',
    dismissed: 'registered',
    'set-up': null,
    removed: null,
  },
  failed: {
    'await-payment': 'pending',
    register: 'registering',
    transfer: 'transferring',
    change: null,
    restore: null,
    done: 'registered', // a verified success after a time-out or an undeliverable mail
    failed: 'failed',
    cancelled: 'closed',
    nack: null,
    deleted: null,
    restored: null,
    'moved-away': null,
    dismissed: 'closed',
    'set-up': 'pending',
    removed: null,
  },
  faulty: {
    'await-payment': null,
    register: null,
    transfer: null,
    change: 'registered',
    restore: null,
    done: 'registered',
    failed: 'faulty',
    cancelled: 'registered',
    nack: null,
    deleted: 'closed',
    restored: 'registered',
    'moved-away': 'gone',
    dismissed: 'registered',
    'set-up': null,
    removed: null,
  },
  closed: {
    'await-payment': 'pending',
    register: 'registering',
    transfer: 'transferring',
    change: null,
    restore: 'closed',
    done: null, // a success after a cancellation is a conflict for a human, never a silent re-opening
    failed: 'closed',
    cancelled: 'closed',
    nack: null,
    deleted: 'closed',
    restored: 'registered',
    'moved-away': 'gone',
    dismissed: null,
    'set-up': 'pending',
    removed: null,
  },
  gone: {
    'await-payment': 'pending',
    register: 'registering',
    transfer: 'transferring',
    change: null,
    restore: null,
    done: null,
    failed: 'gone',
    cancelled: 'gone',
    nack: null,
    deleted: 'closed',
    restored: null,
    'moved-away': 'gone',
    dismissed: null,
    'set-up': 'pending',
    removed: null,
  },
}

/** How far its delegation was seen in the DNS: by a server of its parent zone, or as ordered by all of them. */
export const DELEGATIONS = ['delegated', 'connected'] as const

/** What the DNS showed of a domain, and when it is looked at next (core/watch.ts). */
export type Watch = {
  /** Null: it was not seen yet. What was seen stays while the registry does not say otherwise. */
  delegation: (typeof DELEGATIONS)[number] | null
  /** Since when the registry has its name servers as they are; null: there is nothing to see. */
  watchedSince: Date | null
  watchAt: Date | null
  /** What was told to be wrong with it, for as long as it is. */
  delegationFault: string | null
}

/** Another provider asks the registry for a domain of ours, as the registry told it. */
export type ForeignRequest = {
  /** As the registry names it; null where it does not. */
  by: string | null
  /** Until when the registry waits for an answer; null where it does not say. */
  until: Date | null
  /** When the registry told it first. */
  toldAt: Date
  /** The order that answers it; null: none does yet. An order that answered another request says nothing of this one. */
  orderId: string | null
  /** What was answered, and when the registry confirmed that; null: nothing was yet. */
  answer: TransferAnswer | null
  answeredAt: Date | null
}

/**
 * An account (core/order.ts, Account) that a domain was given to, and when (RFC 3339): orders from before that say no longer
 * whose it is.
 */
export type GivenOwner = {
  account: { id: string; type: 'customer' | 'provider'; email: string | null }
  since: string
}

/** A name that we look after. Names are A-labels (RFC 5890) in lower case, without a trailing dot. */
export type Domain = Watch & {
  name: string
  unicodeName: string
  state: DomainState
  detail: DomainDetail
  connectionId: string
  /** Whose it is as long as no order says so (`ownerOf`): of a domain that was imported, where its account was given. */
  accountId: string | null
  /** Whom an administrator gave it to; null where nobody did. */
  owner: GivenOwner | null
  /** Of the order that made it what it is: in test mode no live registry knows of it. */
  mode: Mode
  /** The set that the registry has, as far as we know. */
  nameservers: Nameserver[]
  /** DNSSEC keys that go with them, as in RFC 4034, 2.2: `257 3 13 mdss...`. */
  dnssec: string[]
  /** The contacts of the last order that was done; a change order that names none takes these. */
  contacts: Contacts
  eppStatus: string[]
  /**
   * Whether the last order that was done locked or released it; null: none did, and it is as its registry has names that come
   * to it (`isLocked`).
   */
  locked: boolean | null
  /** The last time that another provider asked for it; null once it is another's, and where none did. */
  transferRequest: ForeignRequest | null
  /** The registry registered the name but keeps it out of the zone, and drops it after this unless it is mended. */
  undelegatedUntil: Date | null
  /** When the state last changed. */
  since: Date
  expiresAt: Date | null
}

/** A host and, where it lies inside the domain that it serves, its glue addresses (RFC 9499). */
export type Nameserver = { host: string; addresses: string[] }

/** By role: `holder`, `admin`, `tech`, `zone`, `billing`, `general-request`, `abuse`. */
export type Contacts = Record<string, Contact[]>

/** A registry's handle for a contact that exists there, or the data of one in the terms of RFC 5733. */
export type Contact = {
  handle?: string
  name?: string
  organization?: string
  street?: string[]
  city?: string
  province?: string
  postalCode?: string
  country?: string
  phone?: string
  email?: string
  /** Of a role: where requests go, as a template of a mail or web address (RFC 6570). */
  uriTemplate?: string
  type?: 'person' | 'organization' | 'role'
}

/** The state that `event` leads to from `state`, or null where it cannot happen. */
export const transition = (state: DomainState, event: DomainEvent): DomainState | null => TRANSITIONS[state][event]

/** The status that users see in that state; null for a name that we do not look after. */
export const statusOf = (state: DomainState): DomainStatus | null => STATES[state]?.status ?? null

/** Whether its delegation was seen in the DNS: until then nobody finds it on the Internet. */
export const isReachable = ({ state, delegation }: Pick<Domain, 'state' | 'delegation'>): boolean =>
  isRegistered(state) && delegation !== null

/**
 * The finer chain as it is shown: once the registry did what was asked, the DNS has the next words. `isOpen`: an order on the
 * domain is under way.
 */
export const shownDetail = ({ state, detail, delegation }: Domain, isOpen: boolean): DomainDetail => {
  const isSettled = detail === 'REG-OK' || detail === 'KK-ACK' || (detail === 'update' && !isOpen)
  return state === 'registered' && isSettled && delegation !== null ? delegation : detail
}

export const isRegistered = (state: DomainState): boolean => STATES[state]?.registered ?? false
