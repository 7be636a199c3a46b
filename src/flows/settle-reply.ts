import { isAside } from '../core/action.js'
import { correlate, correlateQuestion } from '../core/correlate.js'
import type { Happening } from '../core/happening.js'
import type { MailStage, ReplyRecord } from '../core/mail.js'
import type { Reply } from '../core/reply.js'
import type { Request } from '../core/request.js'
import { ticketText } from '../core/ticket.js'
import type { Tables } from '../ports.js'
import { answerTransfer } from './answer-transfer.js'
import type { Deps } from './deps.js'
import { type OpenTicket, openTicket } from './open-ticket.js'
import { settleNotice } from './settle-notice.js'
import { applyHappening, loadSubject } from './subject.js'

/** A reply of a registry that was found to be its word, and the mail or the answer of its server that it came in. */
export type SettleReply = {
  reply: Reply
  mailId: string
  connectionId: string
  echoesReference: boolean
  /** How the registry names our account in what it tells; null where it does not. */
  ourName: string | null
  signedAt: Date
  /** The request that a server was called about: its answer is about nothing else. */
  answers?: Request | undefined
  /** Why nobody can say which request is meant, where that is known already. */
  ambiguous?: string | undefined
  /** Nobody signed it: the registry never does, and it counts by the Message-ID that it quotes. */
  unsigned?: boolean
  /** Why a person decides on it, whatever it says; absent where it may take effect. */
  held?: string | undefined
}

export type Settled = {
  stage: MailStage
  record: ReplyRecord
  orders: string[]
  /** Of the request that it is about, where one was found. */
  domain: string | null
}

/**
 * Finds the request that a reply is about and lets it take effect, within the caller's transaction. What fits nothing,
 * fits twice or contradicts what is settled changes nothing: it says so and waits for a human.
 */
export const settleReply = async (deps: Deps, tables: Tables, input: SettleReply): Promise<Settled> => {
  const { reply } = input
  if (input.ambiguous !== undefined) return unsettled(deps, tables, input, 'ambiguous', input.ambiguous)
  if (input.held !== undefined) return unsettled(deps, tables, input, 'unrecognised', input.held)
  if (reply.outcome === 'unrecognised') return unsettled(deps, tables, input, 'unrecognised', reply.text)
  if (input.answers !== undefined) return takeEffect(deps, tables, input, { request: input.answers, by: 'call' })
  const question = await findQuestion(tables, input)
  if (question !== null) return takeEffect(deps, tables, input, { request: question, by: 'domain' })
  if (reply.outcome === 'notice') return notice(deps, tables, input)
  const found = correlate({ ...input, candidates: await candidates(tables, input) })
  if (found.kind === 'ambiguous') return unsettled(deps, tables, input, 'ambiguous', found.reason)
  if (found.kind === 'none') return unsettled(deps, tables, input, 'unrecognised', found.reason)
  return takeEffect(deps, tables, input, found)
}

const takeEffect = async (
  deps: Deps,
  tables: Tables,
  input: SettleReply,
  found: { request: Request; by: 'reference' | 'ticket' | 'domain' | 'call' },
): Promise<Settled> => {
  const { reply } = input
  const loaded = await loadSubject(tables, found.request.id)
  if (loaded === null) return unsettled(deps, tables, input, 'unrecognised', 'the request is gone')
  const kind = reply.outcome === 'refused' ? 'refused' : reply.outcome === 'accepted' ? 'accepted' : 'done'
  const happening: Happening = { kind, reply, mailId: input.mailId, signedAt: input.signedAt }
  const result = await applyHappening(deps, tables, loaded, happening, 'registry')
  const orders = [loaded.subject.order.id]
  if (result.kind === 'conflict') return conflict(deps, tables, input, result.reason, orders)
  const [before, after] = [loaded.subject, result.subject]
  const changed = after.order.status !== before.order.status || after.domain.detail !== before.domain.detail
  const by = input.unsigned === true ? 'quoted Message-ID' : found.by
  const effect = `${changed ? 'settled' : 'noted'} by ${by}: the order is ${result.subject.order.status}`
  const { name } = loaded.subject.domain
  const stage = changed ? 'settled' : 'informational'
  return { stage, record: recordOf(reply, stage, effect), orders, domain: name }
}

/** Data that we asked for come without our reference where the registry takes none with a question. */
const findQuestion = async (
  tables: Tables,
  { reply, connectionId, signedAt }: SettleReply,
): Promise<Request | null> => {
  const { reference, domain, action } = reply
  if (reference !== null || domain === null || action === null || !isAside(action)) return null
  const waiting = await tables.requests.findAwaiting(connectionId, domain)
  return correlateQuestion(reply, { signedAt, waiting })
}

const candidates = async (tables: Tables, { reply, connectionId, signedAt }: SettleReply) => {
  const { reference, ticket, domain } = reply
  const asFirstSent = (requests: readonly Request[]) =>
    Promise.all(requests.map((request) => firstSigned(tables, request, signedAt)))
  if (reference !== null) {
    const request = await tables.requests.findByReference(reference)
    const [byReference = null] = await asFirstSent(request === null ? [] : [request])
    return { byReference, byTicket: [], byDomain: [] }
  }
  return {
    byReference: null,
    byTicket: ticket === null ? [] : await asFirstSent(await tables.requests.findByTicket(connectionId, ticket)),
    byDomain: domain === null ? [] : await asFirstSent(await tables.requests.findAwaiting(connectionId, domain)),
  }
}

/** More mails than a request has in its five days of trying. */
const MOST_COPIES = 200

/**
 * The request with the time at which the first of its mails was signed. It is looked up only where the last one was signed
 * after the reply.
 */
const firstSigned = async (tables: Tables, request: Request, repliedAt: Date): Promise<Request> => {
  if (request.signedAt === null || request.signedAt <= repliedAt) return request
  const filter = { direction: 'out' as const, order: request.orderId }
  const { items } = await tables.mails.list(filter, { limit: MOST_COPIES, cursor: null })
  const signed = items.filter(({ requestId }) => requestId === request.id).map(({ receivedAt }) => receivedAt)
  return { ...request, signedAt: new Date(Math.min(...[request.signedAt, ...signed].map(Number))) }
}

const notice = async (deps: Deps, tables: Tables, input: SettleReply): Promise<Settled> => {
  const { reply } = input
  const told = await settleNotice(deps, tables, input)
  if (told.kind === 'conflict') return conflict(deps, tables, input, told.reason, told.orders)
  await tables.actions.append([
    {
      ...{ ...about(deps, input), level: told.urgent ? 'warning' : 'info', event: 'registry.notice' },
      text: `the registry tells us: ${reply.text}`,
    },
    ...told.actions,
  ])
  await tables.events.append(told.events)
  await tables.notices.insert(told.notices)
  const { asked } = told
  const answers = asked === null ? [] : await answerTransfer(deps, tables, { ...input, asked, said: reply.text })
  // What changed a domain is in its timeline; the rest is nowhere but here.
  if (told.urgent && told.stage === 'informational')
    await ticketOf(deps, tables, input, {
      ...{
        kind: 'notice',
        domain: reply.domain,
        orderId: null,
        requestId: null,
        reason: told.effect,
        todo: todoOf(reply),
      },
      subject: `${reply.domain ?? 'an account'}: the registry tells us something to act on`,
    })
  const record = recordOf(reply, told.stage, told.effect)
  return { stage: told.stage, record, orders: [...told.orders, ...answers], domain: reply.domain }
}

const todoOf = ({ tidings }: Reply): string | undefined => (tidings?.kind === 'news' ? tidings.todo : undefined)

/** What says it: `what` where that is a mail. */
const saidBy = ({ answers, unsigned = false }: SettleReply, what: 'mail of the registry' | 'reply'): string =>
  answers === undefined ? `${unsigned ? 'an unsigned' : 'a signed'} ${what}` : "an answer of the registry's server"

/** Of the registry, yet of no effect: on the log, on the mail, and in front of a human. */
const unsettled = async (
  deps: Deps,
  tables: Tables,
  input: SettleReply,
  stage: 'unrecognised' | 'ambiguous',
  reason: string,
): Promise<Settled> => {
  const request = await mentioned(tables, input)
  const base = { ...about(deps, input), orderId: request?.orderId ?? null, requestId: request?.id ?? null }
  await tables.actions.append([
    {
      ...base,
      domain: request?.domain ?? base.domain,
      level: 'warning',
      event: `mail.${stage}`,
      text: `${saidBy(input, 'mail of the registry')} changes nothing, a person has to look at it: ${reason}`,
      data: { reason, text: input.reply.text, code: input.reply.code },
    },
  ])
  await tables.events.append([
    {
      type: 'mail.unrecognised',
      at: deps.clock.now(),
      subject: request?.domain ?? input.reply.domain ?? input.mailId,
      data: { mailId: input.mailId, reason, ...(request === null ? {} : { orderId: request.orderId }) },
    },
  ])
  const orders = request === null ? [] : [request.orderId]
  const domain = request?.domain ?? input.reply.domain
  await ticketOf(deps, tables, input, {
    ...{ kind: `${stage}-mail`, domain, orderId: request?.orderId ?? null, requestId: request?.id ?? null },
    ...{
      subject: `${domain ?? 'a domain that is not known'}: ${saidBy(input, 'mail of the registry')} is ${stage}`,
      reason,
    },
  })
  return { stage, record: recordOf(input.reply, stage, `${stage}: ${reason}`), orders, domain }
}

/** What a person has to look at: one ticket a mail and kind, however many of its replies are so. */
const ticketOf = (
  deps: Deps,
  tables: Tables,
  { reply, mailId, connectionId }: SettleReply,
  about: Pick<OpenTicket, 'kind' | 'subject' | 'domain' | 'orderId' | 'requestId'> & {
    reason: string
    todo?: string | undefined
  },
) => {
  const { reason, todo, ...ticket } = about
  return openTicket(deps, tables, {
    ...{ ...ticket, mailId, connectionId, once: `${about.kind}:${mailId}` },
    body: ticketText({ reply, mailId, reason, todo }),
  })
}

/** The request that an unusable reply mentions, to show it there; never to change it. */
const mentioned = async (tables: Tables, { reply, connectionId, answers }: SettleReply) => {
  if (answers !== undefined) return answers
  if (reply.reference === null) return null
  const request = await tables.requests.findByReference(reply.reference)
  return request?.connectionId === connectionId ? request : null
}

const conflict = async (
  deps: Deps,
  tables: Tables,
  input: SettleReply,
  reason: string,
  orders: string[],
): Promise<Settled> => {
  const order = orders[0] === undefined ? null : await tables.orders.get(orders[0])
  await tables.actions.append([
    {
      ...about(deps, input),
      domain: order?.terms.domain ?? input.reply.domain,
      orderId: order?.id ?? null,
      level: 'error',
      event: 'order.conflict',
      text: `${saidBy(input, 'reply')} contradicts what is settled and changes nothing, a person has to decide: ${reason}`,
      data: { reason, outcome: input.reply.outcome, text: input.reply.text, code: input.reply.code },
    },
  ])
  if (order !== null)
    await tables.events.append([
      {
        type: 'order.conflict',
        at: deps.clock.now(),
        subject: order.terms.domain,
        data: { orderId: order.id, billingOrderId: order.terms.billingOrderId, domain: order.terms.domain, reason },
      },
    ])
  const domain = order?.terms.domain ?? input.reply.domain
  await ticketOf(deps, tables, input, {
    ...{ kind: 'conflict', domain, orderId: order?.id ?? null, requestId: null, reason },
    subject: `${domain ?? 'a domain that is not known'}: ${saidBy(input, 'reply')} contradicts what is settled`,
  })
  return { stage: 'conflict', record: recordOf(input.reply, 'conflict', `conflict: ${reason}`), orders, domain }
}

const about = (deps: Deps, { reply, mailId }: SettleReply) => ({
  at: deps.clock.now(),
  actor: 'registry',
  domain: reply.domain,
  mailId,
})

const recordOf = (reply: Reply, stage: MailStage, effect: string): ReplyRecord => ({
  outcome: reply.outcome,
  reference: reply.reference,
  domain: reply.domain,
  code: reply.code,
  text: reply.text,
  effect,
  stage,
})
