import type { Connection } from './connection.js'
import type { Domain } from './domain.js'
import type { Order, OrderStatus } from './order.js'
import type { Reply } from './reply.js'
import type { Request } from './request.js'
import type { TwoPersonKind } from './two-persons.js'

/** What a happening is about. */
export type Subject = { order: Order; request: Request; domain: Domain }

export type AdvanceContext = {
  now: Date
  /** How long to wait for the reply after the request was sent. Milliseconds. */
  replyTimeout: number
  /** How often a request that waits is looked at. Milliseconds. */
  checkEvery: number
  actor: string
  /** Of the connection (core/dns-preparation.ts). */
  dnsPrepare: Connection['dnsPrepare']
  /** What needs two persons. */
  twoPersons: readonly TwoPersonKind[]
  /** Another order came after this one: a late success of this one no longer speaks for the domain. */
  superseded: boolean
  /** Another attempt of the order came after this request: but for a success, it no longer speaks for the order. */
  replaced: boolean
}

/** Something that happened to a request, and with it to its order and its domain. */
export type Happening =
  /** Paid, a provider's, or approved: the request may go, unless it takes a second person to let it. */
  | { kind: 'queued' }
  | { kind: 'sent'; answer: string }
  | { kind: 'uncertain'; answer: string }
  | ({ kind: 'accepted' } & Said)
  | ({ kind: 'done' } & Said)
  | ({ kind: 'refused' } & Said)
  | { kind: 'undeliverable'; answer: string; mailId: string | null }
  | { kind: 'timed-out' }
  /**
   * Somebody of ours withdrew the order; `refusal`: it waited for a second person, who did not want it or did not come, or it
   * answers another provider as is not true any more.
   */
  | { kind: 'cancelled'; refusal?: { code: string; text: string } }
  /** Somebody has it tried again: an uncertain request with the same reference, an order that failed with a new request. */
  | { kind: 'retried' }

/** What was answered: by a registry's mail, or by a person who carried it out or read what the registry meant. */
type Said = {
  reply: Reply
  mailId: string | null
  byPerson?: true
  /** When the registry signed it; absent where nobody signed it. */
  signedAt?: Date
}

export type HappeningKind = Happening['kind']

/** A refusal because no server took the mail counts apart: a verified success may still follow it. */
export type OrderKey = OrderStatus | 'undeliverable'

/**
 * Where each happening leads an order; `queued` means `awaiting-approval` where it takes a second person. The same status: it is worth a line in the log and changes nothing. `null`: it
 * contradicts what is settled, and a human decides.
 */
export const ORDER_TRANSITIONS: Record<OrderKey, Record<HappeningKind, OrderStatus | null>> = {
  'awaiting-payment': {
    queued: 'queued',
    sent: null,
    uncertain: null,
    accepted: null,
    done: null,
    refused: null,
    undeliverable: null,
    'timed-out': null,
    cancelled: 'cancelled',
    retried: null,
  },
  // Only what was tried before it needed a second person can have been answered.
  'awaiting-approval': {
    queued: 'queued',
    sent: null,
    uncertain: null,
    accepted: 'acknowledged',
    done: 'done',
    refused: 'refused',
    undeliverable: 'refused',
    'timed-out': null,
    cancelled: 'cancelled',
    retried: null,
  },
  queued: {
    queued: 'queued',
    sent: 'sent',
    uncertain: 'uncertain',
    accepted: 'acknowledged', // the reply overtook the record of our own hand-over
    done: 'done',
    refused: 'refused',
    undeliverable: 'refused',
    'timed-out': null,
    cancelled: 'cancelled',
    retried: null,
  },
  sent: {
    queued: 'sent',
    sent: 'sent',
    uncertain: 'sent',
    accepted: 'acknowledged',
    done: 'done',
    refused: 'refused',
    undeliverable: 'refused',
    'timed-out': 'timed-out',
    cancelled: 'cancelled',
    retried: null, // a registry's server has it: it would have it twice
  },
  acknowledged: {
    queued: 'acknowledged',
    sent: 'acknowledged',
    uncertain: 'acknowledged',
    accepted: 'acknowledged',
    done: 'done',
    refused: 'refused',
    undeliverable: 'acknowledged', // it did arrive: the registry said so
    'timed-out': 'timed-out',
    cancelled: 'cancelled',
    retried: null,
  },
  uncertain: {
    queued: 'uncertain',
    sent: 'sent',
    uncertain: 'uncertain',
    accepted: 'acknowledged',
    done: 'done',
    refused: 'refused',
    undeliverable: 'refused',
    'timed-out': 'timed-out',
    cancelled: 'cancelled',
    retried: 'queued',
  },
  done: { ...unchanged('done'), done: null, refused: null },
  refused: { ...unchanged('refused'), done: null, refused: null, retried: 'queued' },
  undeliverable: { ...unchanged('refused'), done: 'done', retried: 'queued' },
  'timed-out': { ...unchanged('timed-out'), done: 'done', refused: 'refused', retried: 'queued' },
  cancelled: { ...unchanged('cancelled'), done: null },
}

/** To withdraw what is over is refused. */
function unchanged(status: OrderStatus): Record<HappeningKind, OrderStatus | null> {
  return {
    queued: status,
    sent: status,
    uncertain: status,
    accepted: status,
    done: status,
    refused: status,
    undeliverable: status,
    'timed-out': status,
    cancelled: null,
    retried: null,
  }
}

/** The request is at the registry for the first time that we know of: by its server's 250 or by its reply. */
export const isFiling = (request: Request, happening: Happening): boolean =>
  request.sentAt === null && (happening.kind === 'sent' || 'reply' in happening)
