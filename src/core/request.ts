import type { Action } from './action.js'
import type { Channel } from './connection.js'

/**
 * One message to a registry about one order, with a reference that we minted.
 *
 *     waiting --paid--> queued --claimed--> handing-over --250--> sent --reply--> settled
 *                         ^                    |  |  \--connection lost after the last octet--> uncertain
 *                         \------ 4xx, no connection ------/  \--5xx--> closed
 *
 * `handing-over` is written before the first octet leaves, so that a process that dies there leaves a trace: whoever
 * finds it cannot know whether the registry has the message, and follows the profile's `resend`.
 */
export const REQUEST_STATES = [
  'waiting',
  'queued',
  'handing-over',
  'sent',
  'acknowledged',
  'uncertain',
  'settled',
  'closed',
] as const

export type RequestState = (typeof REQUEST_STATES)[number]

/** States in which a reply still settles the request; it may overtake the record of our own hand-over. */
export const AWAITING_STATES = [
  'queued',
  'handing-over',
  'sent',
  'acknowledged',
  'uncertain',
] as const satisfies readonly RequestState[]

export type Request = {
  id: string
  orderId: string
  connectionId: string
  domain: string
  action: Action
  /** By which it travels: that of its connection, or people's where its name is below a registrable one. */
  channel: Channel
  /** Echoed by the registry where its protocol can: at least 128 random bits, so that nobody can guess it. */
  reference: string
  /** Of the mail, with angle brackets (RFC 5322, 3.6.4); kept when the request has to be signed anew. Null for one that is no mail. */
  messageId: string | null
  /** Local part of the envelope sender after `bounce+`: a bounce that carries it is about this request. Null as above. */
  bounceToken: string | null
  state: RequestState
  /** When it was released to be sent: the five days of trying count from here. */
  queuedAt: Date | null
  /** Hand-overs tried. */
  attempts: number
  /** When it is next to be tried; null when nothing is to be sent, or not before its connection is resumed or its DNS prepared. */
  dueAt: Date | null
  /** When we stop waiting for the reply; null until sent. */
  deadline: Date | null
  /** When it is looked at next while it waits for its reply, or before it leaves for its DNS. */
  checkAt: Date | null
  /** When it was told that its reply is late; once a request. */
  overdueAt: Date | null
  /** The mail whose octets were, or will be, handed over; of a call of a server, what is posted. */
  mailId: string | null
  /** When that was signed; of a call, when it was written. */
  signedAt: Date | null
  /** By which key, in which form and between whom: it is sent again only while it would be signed so again. */
  signedAs: string | null
  sentAt: Date | null
  /** When the registry's decision came. */
  repliedAt: Date | null
  /** The last answer of the registry's server in its own words, or what kept us from getting one. */
  answer: string | null
  /** The registry's own ticket for this request, learned from an acknowledgement. */
  ticket: string | null
  /** Why its message may have left although this record does not know: the database was brought back from a backup. */
  doubt: string | null
  createdAt: Date
}

/** People have it as a ticket. */
export const isForPeople = ({ channel }: Pick<Request, 'channel'>): boolean => channel === 'people'

/** The Message-ID of a request's mail: made of its reference, so that nobody can guess it either (RFC 5322, 3.6.4). */
export const messageIdOf = (reference: string, from: string): string =>
  `<${reference}@${from.slice(from.lastIndexOf('@') + 1)}>`

/** The reference in a Message-ID of ours; whose it is, and whether all of it is right, the request alone can say. */
export const referenceOf = (messageId: string): string => messageId.slice(1, messageId.lastIndexOf('@'))

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

/** After this long a mail that no server takes is given up (RFC 5321, 4.5.4.1). */
export const GIVE_UP_AFTER_MS = 5 * DAY

/** One quick try for a server that was just restarted, then the pace that mail servers are used to. */
const RETRY_DELAYS_MS = [10 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 66 * MINUTE]

/** When to try again after `attempts` hand-overs that failed for now; null once it is time to give up. */
export const nextAttempt = (input: { attempts: number; queuedAt: Date; now: Date }): Date | null => {
  if (input.now.getTime() - input.queuedAt.getTime() >= GIVE_UP_AFTER_MS) return null
  const delay = RETRY_DELAYS_MS[Math.min(input.attempts, RETRY_DELAYS_MS.length) - 1] ?? SECOND
  return new Date(input.now.getTime() + delay)
}
