/** How records look from outside: the JSON of the API, of `--json`, and what the console shows. */
import type { ActionEntry } from './action-log.js'
import type { Connection, MailConnection, MailFields } from './connection.js'
import { awaitsDns, dnsStep } from './dns-preparation.js'
import { type Domain, type ForeignRequest, isReachable, isRegistered, shownDetail, statusOf } from './domain.js'
import { durationText } from './duration.js'
import { isExpired, isSuspended } from './expiry.js'
import type { Mail } from './mail.js'
import { nextStep, type OpenOrder } from './next-step.js'
import type { Order } from './order.js'
import type { PendingOrder, ReplyTimes } from './pending.js'
import type { Request } from './request.js'
import { isLocked } from './transfer-away.js'

export type OrderView = ReturnType<typeof orderView>
export type PendingView = ReturnType<typeof pendingView>
export type DomainView = ReturnType<typeof domainView>
export type ActionView = ReturnType<typeof actionView>
export type MailView = ReturnType<typeof mailView>
export type ConnectionView = ReturnType<typeof connectionView>

/** `authInfo` is a secret: only whether there is one is told. */
export const orderView = (order: Order, request: Request | null) => ({
  id: order.id,
  status: order.status,
  ...order.terms,
  domain: order.terms.domain,
  authInfo: order.terms.authInfo === null ? null : '***',
  paid: order.paidAt !== null,
  paidAt: order.paidAt?.toISOString() ?? null,
  paymentReference: order.paymentReference,
  connection: order.connectionId,
  chargedAt: order.chargedAt?.toISOString() ?? null,
  refundedAt: order.refundedAt?.toISOString() ?? null,
  mode: order.mode,
  approval: approvalView(order, request),
  dnsPrepare: dnsView(order),
  reason: order.reason,
  code: order.code,
  warnings: order.warnings,
  result: order.result,
  request:
    request === null
      ? null
      : {
          id: request.id,
          reference: request.reference,
          attempts: request.attempts,
          nextAttemptAt: request.state === 'queued' ? (request.dueAt?.toISOString() ?? null) : null,
          sentAt: request.sentAt?.toISOString() ?? null,
          deadline: request.deadline?.toISOString() ?? null,
          answer: request.answer,
          ticket: request.ticket,
        },
  createdAt: order.createdAt.toISOString(),
  updatedAt: order.updatedAt.toISOString(),
  erasedAt: order.erasedAt?.toISOString() ?? null,
})

/** Null where no second person was asked. */
const approvalView = ({ status, orderedBy, approvedBy, approvedAt }: Order, request: Request | null) =>
  status === 'awaiting-approval' || approvedAt !== null
    ? {
        orderedBy: orderedBy.map(({ actor }) => actor),
        until: status === 'awaiting-approval' ? (request?.deadline?.toISOString() ?? null) : null,
        approvedBy: approvedBy?.actor ?? null,
        approvedAt: approvedAt?.toISOString() ?? null,
      }
    : null

/** Null where its DNS was not asked for. */
const dnsView = (order: Order) =>
  order.dnsAskedAt === null
    ? null
    : {
        askedAt: order.dnsAskedAt.toISOString(),
        preparedAt: order.dnsPreparedAt?.toISOString() ?? null,
        next: order.status === 'queued' && awaitsDns(order) ? dnsStep(order) : null,
      }

/** An order that is open, for whoever looks after it. Ages and reply times are whole seconds. */
export const pendingView = (
  { order, request, lastReply }: PendingOrder,
  more: { connection: Connection; usual: ReplyTimes | null; now: Date },
) => ({
  order: order.id,
  billingOrderId: order.terms.billingOrderId,
  account: order.terms.account.id,
  action: order.terms.action,
  domain: order.terms.domain,
  unicodeName: order.terms.unicodeName,
  status: order.status,
  mode: order.mode,
  connection: { id: more.connection.id, title: more.connection.title },
  request: request.id,
  placedAt: order.createdAt.toISOString(),
  sentAt: request.sentAt?.toISOString() ?? null,
  age: seconds(more.now.getTime() - (request.sentAt ?? order.createdAt).getTime()),
  deadline: request.deadline?.toISOString() ?? null,
  attempts: request.attempts,
  nextAttemptAt: request.state === 'queued' ? (request.dueAt?.toISOString() ?? null) : null,
  nextCheckAt: request.checkAt?.toISOString() ?? null,
  answer: request.answer,
  late: request.overdueAt !== null,
  lastReply:
    lastReply === null
      ? null
      : {
          ...{ mail: lastReply.mailId, receivedAt: lastReply.receivedAt.toISOString() },
          ...{ stage: lastReply.stage, effect: lastReply.reason },
        },
  usualReply:
    more.usual === null
      ? null
      : { count: more.usual.count, p50: seconds(more.usual.p50), p95: seconds(more.usual.p95) },
})

const seconds = (ms: number): number => Math.max(0, Math.round(ms / 1_000))

/** `watched`: the DNS is asked for its delegation (`isWatched`). `locks`: its registry locks it when it comes there. */
export const domainView = (
  domain: Domain,
  { open, watched, locks, now }: { open: OpenOrder | null; watched: boolean; locks: boolean; now: Date },
) => ({
  name: domain.name,
  unicodeName: domain.unicodeName,
  status: statusOf(domain.state),
  registered: isRegistered(domain.state),
  reachable: isReachable(domain),
  detail: shownDetail(domain, open !== null),
  eppStatus: domain.eppStatus,
  connection: domain.connectionId,
  mode: domain.mode,
  nameservers: domain.nameservers,
  dnssec: domain.dnssec,
  expiresAt: domain.expiresAt?.toISOString() ?? null,
  expired: isExpired(domain, now),
  suspended: isSuspended(domain),
  locked: isRegistered(domain.state) && isLocked(domain, locks),
  transferRequest: requestView(domain.transferRequest),
  openOrder: open?.order.id ?? null,
  since: domain.since.toISOString(),
  next: nextStep(domain, { open, watched, now }),
})

const requestView = (request: ForeignRequest | null) =>
  request === null
    ? null
    : {
        ...{ by: request.by, until: request.until?.toISOString() ?? null },
        ...{ toldAt: request.toldAt.toISOString(), order: request.orderId },
        ...{ answer: request.answer, answeredAt: request.answeredAt?.toISOString() ?? null },
      }

export const actionView = (entry: ActionEntry) => ({
  id: entry.id,
  at: entry.at.toISOString(),
  level: entry.level,
  actor: entry.actor,
  domain: entry.domain,
  order: entry.orderId,
  request: entry.requestId,
  mail: entry.mailId,
  event: entry.event,
  text: entry.text,
  data: entry.data,
  hash: entry.hash,
})

export const mailView = (mail: Mail) => ({
  id: mail.id,
  direction: mail.direction,
  connection: mail.connectionId,
  envelope: mail.envelope,
  receivedAt: mail.receivedAt.toISOString(),
  sha256: mail.sha256,
  size: mail.size,
  stage: mail.stage,
  reason: mail.reason,
  verdict: mail.verdict === null ? null : { ...mail.verdict, signedAt: mail.verdict.signedAt?.toISOString() ?? null },
  evidence: mail.evidence,
  replies: mail.replies,
  orders: mail.orders,
  request: mail.requestId,
  archivedAt: mail.archivedAt?.toISOString() ?? null,
  erasedAt: mail.erasedAt?.toISOString() ?? null,
})

/**
 * In the words of a connection file, so that it can be read beside one. Nothing in it is secret: passphrases and passwords
 * are names of environment variables.
 */
export const connectionView = (connection: Connection) => {
  const times = {
    checkEvery: durationText(connection.checkEvery),
    replyTimeout: durationText(connection.replyTimeout),
    createdAt: connection.createdAt.toISOString(),
  }
  return { ...(connection.channel === 'mail' ? mailFieldsView(connection) : connection), ...times }
}

const mailFieldsView = (connection: MailConnection) => {
  const { relay, mx, signing, trust } = connection
  return {
    ...connection,
    relay: relay === null ? null : { ...relay, tls: tlsView(relay.tls) },
    mx: mx === null ? null : { ...mx, tls: tlsView(mx.tls) },
    signing: signingView(signing),
    trust: {
      ...trust,
      keys: trust.keys.map((pin) => ({ ...pin, ...windowView(pin) })),
      maxAge: durationText(trust.maxAge),
    },
  }
}

const tlsView = <Word extends string>(tls: Word): Exclude<Word, 'none'> | false =>
  tls === 'none' ? false : (tls as Exclude<Word, 'none'>)

/** One key as most have it, or the list of those with times. */
const signingView = ({ scheme, keys }: MailFields['signing']) => {
  const [only] = keys
  if (only !== undefined && keys.length === 1 && only.notBefore === null && only.notAfter === null)
    return { scheme, key: only.file, passphraseEnv: only.passphraseEnv }
  return { scheme, keys: keys.map((key) => ({ ...key, ...windowView(key) })) }
}

const windowView = ({ notBefore, notAfter }: { notBefore: Date | null; notAfter: Date | null }) => ({
  notBefore: notBefore?.toISOString() ?? null,
  notAfter: notAfter?.toISOString() ?? null,
})
