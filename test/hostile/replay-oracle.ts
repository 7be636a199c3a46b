import type { MailStage } from '../../src/core/mail.js'
import type { Order } from '../../src/core/order.js'
import type { Outcome, Reply } from '../../src/core/reply.js'
import type { Store } from '../../src/ports.js'
import { type ConnectionId, ECHOES, type Spoken } from './replay-world.js'

/**
 * What the issue says of replies, written a second time and in other words than `src/core`: which order a signed reply is
 * about, and what it may do to it.
 */
export type Phase =
  | 'unpaid'
  | 'open'
  | 'acknowledged'
  | 'timed-out'
  | 'undeliverable'
  | 'done'
  | 'refused'
  | 'cancelled'

/** An order as the oracle sees it. */
export type Seen = {
  id: string
  connectionId: string
  domain: string
  action: string
  reference: string
  ticket: string | null
  /** When the request was signed; null until it left. */
  leftAt: Date | null
  phase: Phase
  /** No order on its domain came after it. */
  latest: boolean
  conflicts: number
}

export const phaseOf = ({ status, code }: Order): Phase => {
  if (status === 'awaiting-payment' || status === 'awaiting-approval') return 'unpaid'
  if (status === 'queued' || status === 'sent' || status === 'uncertain') return 'open'
  return status === 'refused' && code === 'undeliverable' ? 'undeliverable' : status
}

/** The orders as they are now; `orderIds` in the order in which they were placed. */
export const look = async (store: Store, orderIds: readonly string[]): Promise<Seen[]> => {
  const last = new Map<string, string>()
  const seen: Seen[] = []
  for (const id of orderIds) {
    const order = await store.orders.get(id)
    const [request] = await store.requests.findByOrder(id)
    if (order === null || request === undefined) throw new Error(`order ${id} is gone`)
    const { domain, action } = order.terms
    const { reference, ticket, signedAt: leftAt, connectionId } = request
    const conflicts = (await store.events.list({ orderId: id, type: 'order.conflict' })).length
    const about = { id, connectionId, domain, action, reference, ticket, leftAt }
    seen.push({ ...about, phase: phaseOf(order), latest: true, conflicts })
    last.set(domain, id)
  }
  return seen.map((one) => ({ ...one, latest: last.get(one.domain) === one.id }))
}

/** What must become of a mail with this content on this connection, and of the orders; `before` is left as it is. */
export const expectMail = (
  before: readonly Seen[],
  spoken: Spoken,
  connectionId: ConnectionId,
): { stage: MailStage; after: Seen[] } => {
  let after = [...before]
  const stages = spoken.replies.map((reply) => {
    const about = orderOf(after, reply, spoken.signedAt, connectionId)
    if (typeof about === 'string') return about
    const [stage, change] = effectOf(about, reply)
    after = after.map((one) => (one.id === about.id ? { ...one, ...change } : one))
    return stage
  })
  const gravest = (['conflict', 'ambiguous', 'unrecognised', 'settled'] as const).find((stage) =>
    stages.includes(stage),
  )
  return { stage: gravest ?? 'informational', after }
}

const FIVE_MINUTES = 300_000

/** The order that a reply is about, or the stage of a reply that is about none. */
const orderOf = (
  orders: readonly Seen[],
  reply: Reply,
  signedAt: Date,
  connectionId: ConnectionId,
): Seen | 'informational' | 'unrecognised' | 'ambiguous' => {
  if (reply.outcome === 'notice') return 'informational'
  if (reply.outcome === 'unrecognised') return 'unrecognised'
  const named = reply.reference !== null ? orders.filter((one) => one.reference === reply.reference) : []
  const guessed = reply.reference === null && !ECHOES[connectionId] ? guesses(orders, reply, connectionId) : []
  const [about, second] = [...named, ...guessed]
  if (second !== undefined) return 'ambiguous'
  const fits =
    about !== undefined &&
    about.connectionId === connectionId &&
    (reply.domain === null || reply.domain === about.domain) &&
    (reply.action === null || reply.action === about.action) &&
    about.leftAt !== null &&
    signedAt.getTime() >= about.leftAt.getTime() - FIVE_MINUTES
  return fits ? about : 'unrecognised'
}

/** By the registry's ticket, or the one order that waits for this domain and has no other ticket. */
const guesses = (orders: readonly Seen[], reply: Reply, connectionId: string): Seen[] => {
  const sent = orders.filter(
    (one) =>
      one.connectionId === connectionId &&
      one.leftAt !== null &&
      (reply.action === null || reply.action === one.action),
  )
  const byTicket = sent.filter(({ ticket }) => reply.ticket !== null && ticket === reply.ticket)
  if (byTicket.length > 0) return byTicket
  return sent.filter(
    ({ domain, phase, ticket }) =>
      domain === reply.domain &&
      (phase === 'open' || phase === 'acknowledged') &&
      (ticket === null || reply.ticket === null || ticket === reply.ticket),
  )
}

type Effect = [MailStage, Partial<Seen>]

/** What a reply that is about an order does to it. */
const effectOf = (order: Seen, { outcome, ticket }: Reply): Effect => {
  const learned = { ticket: ticket ?? order.ticket }
  const conflict: Effect = ['conflict', { conflicts: order.conflicts + 1 }]
  const open = order.phase === 'open' || order.phase === 'acknowledged'
  const givenUp = order.phase === 'timed-out' || order.phase === 'undeliverable'
  if (outcome === 'accepted')
    return order.phase === 'open' ? ['settled', { ...learned, phase: 'acknowledged' }] : ['informational', learned]
  if (outcome === 'refused' && order.phase === 'cancelled') return ['informational', learned]
  if (open || (givenUp && order.latest)) {
    // A refusal in the registry's words after our own: the same status, another reason.
    const noted = order.phase === 'undeliverable' && outcome === 'refused'
    return [noted ? 'informational' : 'settled', { ...learned, phase: PHASES[outcome] ?? order.phase }]
  }
  return conflict
}

const PHASES: Partial<Record<Outcome, Phase>> = { done: 'done', refused: 'refused' }

/** Where an order may go from a phase at all, by whatever happens. */
export const WAYS: Record<Phase, readonly Phase[]> = {
  unpaid: ['open', 'cancelled'],
  open: ['acknowledged', 'done', 'refused', 'timed-out', 'undeliverable', 'cancelled'],
  acknowledged: ['done', 'refused', 'timed-out', 'cancelled'],
  'timed-out': ['done', 'refused'],
  undeliverable: ['done', 'refused'],
  done: [],
  refused: [],
  cancelled: [],
}

/** The domain's states that agree with the phase of its last order; the first of each list is for a change of a domain. */
export const DOMAIN_STATES: Record<Phase, { change: readonly string[]; register: readonly string[] }> = {
  unpaid: { change: ['registered', 'faulty'], register: ['pending'] },
  open: { change: ['registered', 'faulty'], register: ['pending', 'registering'] },
  acknowledged: { change: ['registered'], register: ['registering'] },
  'timed-out': { change: ['faulty'], register: ['failed'] },
  undeliverable: { change: ['faulty'], register: ['failed'] },
  refused: { change: ['faulty'], register: ['failed'] },
  done: { change: ['registered'], register: ['registered'] },
  cancelled: { change: ['registered'], register: ['closed'] },
}
