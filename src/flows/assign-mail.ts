import { type NewAction, printable } from '../core/action-log.js'
import { SKEW_MS } from '../core/correlate.js'
import { parseDomainName } from '../core/domain-name.js'
import { describeProblems, Refusal } from '../core/errors.js'
import type { Happening } from '../core/happening.js'
import { humanReply } from '../core/human-reply.js'
import type { AssignedOutcome, Mail, MailStage } from '../core/mail.js'
import { codeProblem, isOpen, type Order } from '../core/order.js'
import type { Tables } from '../ports.js'
import { findLoaded } from './decide-order.js'
import type { Deps } from './deps.js'
import { MAIL_TICKETS, settleTickets } from './settle-tickets.js'
import { applyHappening } from './subject.js'

export type AssignMail = {
  id: string
  /** In either form. */
  domain: string
  outcome: AssignedOutcome
  note: string
  code: string | null
  actor: string
}

/**
 * Lets a person decide what a mail means that we could not use: it is put to a domain, and to its order, which it settles as
 * the registry's reply would. Only what a registry signed can settle anything, and only on its own connection, or, of a registry
 * that never signs, what quotes the Message-ID of the order's own request; whatever is not trusted otherwise can be put to a domain
 * as `informational`, with a warning in the log. The tickets of the mail are closed.
 *
 * Throws `Refusal`: not-found, invalid, or conflict with the reason.
 */
export const assignMail = async (deps: Deps, input: AssignMail): Promise<Mail> => {
  const parsed = parseDomainName(input.domain)
  if (!parsed.ok) {
    const problems = parsed.problems.map(({ detail }) => ({ pointer: '/domain', detail }))
    throw new Refusal('invalid', describeProblems(problems), { problems })
  }
  const { name } = parsed.value
  refuseCode(input)
  return deps.store.transaction(async (tables) => {
    const mail = await tables.mails.lock(input.id)
    if (mail === null) throw new Refusal('not-found', `there is no mail ${input.id}`)
    refuseUnfit(mail, input)
    const order = await findOrder(tables, { mail, name, outcome: input.outcome })
    const stage = order === null ? 'informational' : await settle(deps, tables, { mail, order, input })
    const orders = order === null ? await openOrders(tables, name) : [order]
    await record(deps, tables, { mail, name, input, stage, orders: [...new Set([...mail.orders, ...orders])] })
    const assigned = await tables.mails.get(mail.id)
    if (assigned === null) throw new Error(`mail ${mail.id} is gone`)
    return assigned
  })
}

const refuseCode = ({ code, outcome }: AssignMail): void => {
  const detail = codeProblem(code, { refuses: outcome === 'refused' })
  if (detail === null) return
  const problems = [{ pointer: '/code', detail }]
  throw new Refusal('invalid', describeProblems(problems), { problems })
}

/** Stages of mails that nobody could use, or that may mean more than was seen in them. */
const ASSIGNABLE: readonly MailStage[] = [
  ...(['unrecognised', 'ambiguous', 'conflict', 'untrusted', 'quarantined', 'informational'] as const),
]

const refuseUnfit = (mail: Mail, { outcome }: AssignMail): void => {
  if (mail.direction === 'out')
    throw new Refusal('conflict', `mail ${mail.id} is one that we sent; only mails that came in can be assigned`)
  if (!ASSIGNABLE.includes(mail.stage))
    throw new Refusal('conflict', `mail ${mail.id} is ${mail.stage}; there is nothing left to decide about it`)
  if (!isBelieved(mail) && outcome !== 'informational')
    throw new Refusal(
      'conflict',
      `mail ${mail.id} is not trusted (${whyNot(mail)}), so it can settle no order: assign it as informational, and ask the registry for a reply that it signs`,
    )
}

/** A good signature is not enough where the connection asks for the word of the sender's domain as well. */
const isBelieved = (mail: Mail): boolean =>
  (mail.verdict?.kind === 'trusted' && mail.stage !== 'quarantined') || isBound(mail)

/** Unsigned, and bound to a request by its Message-ID (settle-unsigned.ts): to no other stage does such a mail come. */
const isBound = ({ verdict, stage, orders }: Mail): boolean =>
  verdict?.kind === 'unsigned' && (stage === 'unrecognised' || stage === 'conflict') && orders.length > 0

const whyNot = ({ verdict, reason }: Mail): string =>
  (verdict?.kind === 'trusted' ? reason : verdict?.reason) ?? 'it was not verified'

/** The newest order that concerns the domain: its table says what can still become of it. Null where nothing is to change. */
const findOrder = async (
  tables: Tables,
  { mail, name, outcome }: { mail: Mail; name: string; outcome: AssignedOutcome },
): Promise<string | null> => {
  const domain = await tables.domains.lock(name)
  if (outcome === 'informational') {
    if (domain === null) throw unknown(`the domain ${name} is not known here`)
    return null
  }
  const order = (await tables.orders.findOpen(name)) ?? (await tables.orders.findLatest(name))
  if (order === null) throw unknown(`${name} has no order that a reply could settle`)
  if (order.connectionId !== mail.connectionId)
    throw new Refusal(
      'conflict',
      `order ${order.id} of ${name} went by another connection than the one that mail ${mail.id} came to: its registry cannot answer it`,
    )
  if (isBound(mail) && !mail.orders.includes(order.id))
    throw new Refusal(
      'conflict',
      `mail ${mail.id} is unsigned and quotes the request of order ${mail.orders.join(', ')}, so it says nothing of order ${order.id} of ${name}`,
    )
  return order.id
}

const unknown = (detail: string): Refusal =>
  new Refusal('conflict', `${detail}; name the domain that the mail is about`, {
    problems: [{ pointer: '/domain', detail }],
  })

const openOrders = async (tables: Tables, name: string): Promise<string[]> => {
  const open = await tables.orders.findOpen(name)
  return open === null ? [] : [open.id]
}

const settle = async (
  deps: Deps,
  tables: Tables,
  { mail, order, input }: { mail: Mail; order: string; input: AssignMail & { outcome: AssignedOutcome } },
): Promise<MailStage> => {
  const loaded = await findLoaded(tables, order)
  if (input.outcome === 'informational') return 'informational'
  const { request } = loaded.subject
  if (request.signedAt === null)
    throw new Refusal('conflict', `the request of order ${order} never left, so no mail can be its answer`)
  const said = { outcome: input.outcome, text: input.note, code: input.code, expiresAt: null }
  refuseOlder(mail, loaded.subject.order)
  const happening: Happening = {
    kind: input.outcome,
    reply: humanReply(loaded.subject, said),
    mailId: mail.id,
    byPerson: true,
  }
  const applied = await applyHappening(deps, tables, loaded, happening, input.actor)
  if (applied.kind === 'conflict')
    throw new Refusal('conflict', `mail ${mail.id} cannot be assigned so: ${applied.reason}`)
  if (applied.subject.order.status !== loaded.subject.order.status) return 'settled'
  if (isOpen(loaded.subject.order.status) || input.outcome === 'accepted') return 'informational'
  throw new Refusal(
    'conflict',
    `order ${order} is ${loaded.subject.order.status} already; assign the mail as informational`,
  )
}

/** As of any reply: what was signed before the order was placed speaks of something else. */
const refuseOlder = ({ id, verdict, receivedAt }: Mail, order: Order): void => {
  const signedAt = verdict?.signedAt ?? receivedAt
  if (signedAt.getTime() >= order.createdAt.getTime() - SKEW_MS) return
  throw new Refusal(
    'conflict',
    `mail ${id} was signed on ${signedAt.toISOString()}, before order ${order.id} was placed (${order.createdAt.toISOString()}), so it cannot be its answer: assign it as informational`,
  )
}

const record = async (
  deps: Deps,
  tables: Tables,
  about: { mail: Mail; name: string; input: AssignMail; stage: MailStage; orders: string[] },
): Promise<void> => {
  const { mail, name, input, stage, orders } = about
  const reason = printable(`assigned to ${name} as ${input.outcome} by ${input.actor}: ${input.note}`)
  const replies = mail.replies.map((reply) =>
    reply.stage === 'settled' ? reply : { ...reply, stage, effect: `${stage}: ${reason}` },
  )
  await tables.mails.finish(mail.id, { stage, reason, verdict: mail.verdict, replies, orders })
  await tables.actions.append([assignment(deps, about)])
  await settleTickets(deps, tables, { about: { mailId: mail.id }, kinds: MAIL_TICKETS, note: reason })
}

const assignment = (
  deps: Deps,
  { mail, name, input, orders }: { mail: Mail; name: string; input: AssignMail; orders: string[] },
): NewAction => {
  const trusted = isBelieved(mail)
  const doubt = isBound(mail)
    ? ', although nobody signed it, because it quotes the Message-ID of the request'
    : trusted
      ? ''
      : `, ALTHOUGH IT IS NOT TRUSTED (${mail.stage}: ${whyNot(mail)}); nothing changes by it`
  return {
    ...{ at: deps.clock.now(), actor: input.actor, level: 'warning', event: 'mail.assigned', domain: name },
    ...{ mailId: mail.id, orderId: orders[0] ?? null },
    text: `a mail that was ${mail.stage} was assigned to ${name} as ${input.outcome}${doubt}: ${input.note}`,
    data: { outcome: input.outcome, code: input.code, note: input.note, stage: mail.stage, trusted },
  }
}
