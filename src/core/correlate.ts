import { isAside } from './action.js'
import type { Reply } from './reply.js'
import type { Request } from './request.js'

/**
 * What the store knows that a reply could be about. `signedAt` of each is the time of the first of its mails: a request
 * that was signed anew may be answered by its first copy.
 */
export type Candidates = {
  byReference: Request | null
  byTicket: readonly Request[]
  /** Requests of the connection that wait for a reply about the reply's domain. */
  byDomain: readonly Request[]
}

export type Correlation =
  | { kind: 'matched'; request: Request; by: 'reference' | 'ticket' | 'domain' }
  | { kind: 'ambiguous'; reason: string }
  | { kind: 'none'; reason: string }

/** Clocks of registries may be off by this much. Milliseconds. */
export const SKEW_MS = 5 * 60_000

/**
 * The request that a reply is about, by the best evidence that the registry signed: our reference as echoed, its own
 * ticket, or the only request that waits for this domain. Headers are not signed and decide nothing. Two candidates are
 * `ambiguous`, never a guess.
 */
export const correlate = (input: {
  reply: Reply
  connectionId: string
  /** The registry repeats our reference in every answer (`Profile.echoesReference`). */
  echoesReference: boolean
  signedAt: Date
  candidates: Candidates
}): Correlation => {
  const { reply, candidates } = input
  if (reply.reference !== null) {
    if (candidates.byReference === null) return none(`no request of ours has the reference ${reply.reference}`)
    return bind(candidates.byReference, 'reference', input)
  }
  if (input.echoesReference)
    return none(
      'the registry repeats our reference in every answer, and this one carries none: it may be about an order of somebody else',
    )
  const byTicket = fitting(candidates.byTicket, reply)
  if (byTicket.length > 0) return only(byTicket, 'ticket', input)
  const byDomain = fitting(candidates.byDomain, reply).filter((request) => concernsDomain(request, reply))
  if (reply.domain === null) return none('the reply carries neither our reference, nor a known ticket, nor a domain')
  if (byDomain.length === 0) return none(`no request about ${reply.domain} waits for a reply on this connection`)
  return only(byDomain, 'domain', input)
}

/**
 * The question that data of a registry answer, where it must be asked without a reference: the one of this kind, about this
 * domain, that waits on this connection and was asked before the data were signed; of several the one that was asked first.
 * None of them can be wrong: whoever asked gets what the registry said of the domain after it was asked.
 */
export const correlateQuestion = (
  { domain, action }: Pick<Reply, 'domain' | 'action'>,
  { signedAt, waiting }: { signedAt: Date; waiting: readonly Request[] },
): Request | null =>
  waiting
    .filter((request) => request.domain === domain && request.action === action)
    .filter((request) => request.signedAt !== null && signedAt.getTime() >= request.signedAt.getTime() - SKEW_MS)
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))[0] ?? null

const none = (reason: string): Correlation => ({ kind: 'none', reason })

/** A request that never left cannot be what a registry answers. */
const fitting = (requests: readonly Request[], { action }: Reply): Request[] =>
  requests.filter((request) => request.signedAt !== null && (action === null || request.action === action))

/** What a reply says of a domain without an action is about the domain: no contact is made by it, and no question answered. */
const concernsDomain = (request: Request, { action }: Reply): boolean => action !== null || !isAside(request.action)

const only = (
  requests: readonly Request[],
  by: 'ticket' | 'domain',
  input: { reply: Reply; connectionId: string; signedAt: Date },
): Correlation => {
  const [request, second] = requests
  if (request === undefined) return none('nothing fits')
  if (second !== undefined)
    return {
      kind: 'ambiguous',
      reason: `${requests.length} requests fit by ${by}: ${requests.map(({ id }) => id).join(', ')}`,
    }
  return bind(request, by, input)
}

/**
 * Every part of the reply that names something must name the same thing as the request, and it must have been signed
 * after the request was. The time of our own hand-over would be too late for that: its record can come after the answer.
 */
const bind = (
  request: Request,
  by: 'reference' | 'ticket' | 'domain',
  { reply, connectionId, signedAt }: { reply: Reply; connectionId: string; signedAt: Date },
): Correlation => {
  if (request.connectionId !== connectionId)
    return none(`the ${by} belongs to a request on another connection, which this registry cannot answer`)
  if (reply.domain !== null && reply.domain !== request.domain)
    return none(`the reply names ${reply.domain}, but its ${by} belongs to a request about ${request.domain}`)
  if (reply.action !== null && reply.action !== request.action)
    return none(`the reply is about ${reply.action}, but its ${by} belongs to a request to ${request.action}`)
  if (by === 'domain' && reply.ticket !== null && request.ticket !== null && reply.ticket !== request.ticket)
    return none(`the reply has the ticket ${reply.ticket}, but the request about its domain has ${request.ticket}`)
  if (request.signedAt === null) return none(`the ${by} belongs to a request that was never sent`)
  if (signedAt.getTime() < request.signedAt.getTime() - SKEW_MS)
    return none(
      `the reply was signed on ${signedAt.toISOString()}, before the request that its ${by} names was sent (${request.signedAt.toISOString()})`,
    )
  return { kind: 'matched', request, by }
}
