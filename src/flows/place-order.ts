import { createHash } from 'node:crypto'
import { canonicalJson, type NewAction } from '../core/action-log.js'
import { type Advance, advance, type Subject } from '../core/advance.js'
import type { Connection } from '../core/connection.js'
import { type Domain, isRegistered, type Nameserver, statusOf, transition } from '../core/domain.js'
import { parseDomainName } from '../core/domain-name.js'
import { describeProblems, distinctProblems, Refusal } from '../core/errors.js'
import { type Order, type OrderTerms, outgoingEvent, waitsForPayment } from '../core/order.js'
import type { Request } from '../core/request.js'
import { type OrderView, orderView } from '../core/views.js'
import { type Tables, UniqueViolation } from '../ports.js'
import type { Profile } from '../profiles/profile.js'
import { connectionForName } from './connections.js'
import type { Deps } from './deps.js'
import { normaliseHosts } from './normalise-hosts.js'

/** An order as a billing system gives it; names are still as they were written. */
export type OrderBody = Omit<OrderTerms, 'unicodeName'> & { paid: boolean; connection: string | null }

export type PlaceOrder = {
  body: OrderBody
  /** For the action log. */
  actor: string
  idempotency: { owner: string; key: string } | null
}

/**
 * Takes an order: checks it as far as anything can be checked before the registry sees it, then writes order, domain,
 * request, log and events in one transaction. The same order again, by idempotency key or billing id, is answered with
 * the first one. Nothing is sent here; a request that may go is due at once.
 *
 * Throws `Refusal`: invalid (422, all problems), unsupported (422), key-reused (422), conflict (409).
 */
export const placeOrder = async (deps: Deps, input: PlaceOrder): Promise<{ answer: OrderView; replayed: boolean }> => {
  const bodyHash = createHash('sha256').update(canonicalJson(input.body)).digest('hex')
  // A rival that places the same order at the same time wins by a rule of the database; then its order is the answer.
  for (let attempt = 1; ; attempt++) {
    try {
      return await place(deps, input, bodyHash)
    } catch (error) {
      if (!(error instanceof UniqueViolation) || attempt === 3) throw error
    }
  }
}

const place = async (deps: Deps, input: PlaceOrder, bodyHash: string) => {
  const result = await deps.store.transaction(async (tables) => {
    // The lock comes first: a copy of this order that is being placed right now is then seen as the one to repeat.
    await tables.domains.lock(domainNameOf(input.body).name)
    const known = await findReplay(tables, input, bodyHash)
    if (known !== null) return { answer: known, replayed: true, requestId: null }
    const { terms, connection, profile, domain } = await prepareOrder(deps, tables, input.body)
    const subject = newSubject(deps, { body: input.body, terms, connection, domain })
    const started = start(deps, subject, connection, input.actor)
    await write(tables, started, bodyHash, placedAction(deps, started.subject, profile, input.actor))
    const answer = orderView(started.subject.order, started.subject.request)
    if (input.idempotency !== null)
      await tables.idempotency.insert({
        ...input.idempotency,
        bodyHash,
        orderId: answer.id,
        answer,
        at: deps.clock.now(),
      })
    return { answer, replayed: false, requestId: started.subject.request.id }
  })
  if (result.requestId !== null) deps.queue.ring({ kind: 'send-request', id: result.requestId })
  return { answer: result.answer, replayed: result.replayed }
}

const findReplay = async (tables: Tables, { body, idempotency }: PlaceOrder, bodyHash: string) => {
  const byKey = idempotency === null ? null : await tables.idempotency.find(idempotency)
  if (byKey !== null) {
    if (byKey.bodyHash !== bodyHash)
      throw new Refusal(
        'key-reused',
        'this Idempotency-Key came with another order before; use a new key for a new order',
      )
    return byKey.answer as OrderView // what this very function stored
  }
  const byBillingId = await tables.orders.findByBillingId(body.account.id, body.billingOrderId)
  if (byBillingId === null) return null
  if (byBillingId.bodyHash !== bodyHash)
    throw new Refusal(
      'conflict',
      `account ${body.account.id} already has an order ${body.billingOrderId} with other contents (${byBillingId.order.id}); give a new order a new billingOrderId`,
      { problems: [{ pointer: '/billingOrderId', detail: 'is taken by another order of this account' }] },
    )
  const requests = await tables.requests.findByOrder(byBillingId.order.id)
  return orderView(byBillingId.order, requests.at(-1) ?? null)
}

/** Checks a body against everything that is known, with the domain's name held until the transaction ends. */
export const prepareOrder = async (deps: Deps, tables: Tables, body: OrderBody) => {
  const { name, unicodeName } = domainNameOf(body)
  const existing = await tables.domains.lock(name)
  const connection = await chooseConnection(deps, tables, body, { name, existing })
  const profile = deps.profiles.get(connection.profile)
  if (profile === undefined) throw new Error(`the profile ${connection.profile} of ${connection.title} is not loaded`)
  const capability = profile.capabilities[body.action]
  if (!capability.supported)
    throw new Refusal('unsupported', `${profile.title} has no ${body.action}: ${capability.reason}`, {
      problems: [{ pointer: '/action', detail: capability.reason }],
    })
  const hosts = normaliseHosts(wantedHosts(body, connection))
  const terms: OrderTerms = { ...termsOf(body), domain: name, unicodeName, nameservers: hosts.nameservers }
  const problems = distinctProblems([...hosts.problems, ...profile.check({ terms, domain: existing, connection })])
  if (problems.length > 0)
    throw new Refusal('invalid', `the order cannot become a request: ${describeProblems(problems)}`, { problems })
  await refuseRivals(tables, terms, existing)
  return { terms, connection, profile, domain: existing }
}

/** A new domain gets the connection's name servers where the order names none; a change changes what it names only. */
const wantedHosts = (body: OrderBody, connection: Connection): readonly Nameserver[] =>
  body.nameservers.length === 0 && body.records.length === 0 && outgoingEvent(body.action) !== 'change'
    ? connection.defaults.nameservers
    : body.nameservers

const domainNameOf = (body: OrderBody) => {
  const parsed = parseDomainName(body.domain)
  if (parsed.ok) return parsed.value
  const problems = parsed.problems.map(({ detail }) => ({ pointer: '/domain', detail }))
  throw new Refusal('invalid', describeProblems(problems), { problems })
}

const termsOf = ({ paid: _paid, connection: _connection, ...terms }: OrderBody) => terms

/** A change goes to the account that holds the domain; anything else to whom the name or the TLD belongs now. */
const chooseConnection = async (
  deps: Deps,
  tables: Tables,
  body: OrderBody,
  { name, existing }: { name: string; existing: Domain | null },
): Promise<Connection> => {
  const connections = await tables.connections.list()
  if (existing !== null && isRegistered(existing.state) && outgoingEvent(body.action) === 'change') {
    const holding = connections.find(({ id }) => id === existing.connectionId)
    if (holding !== undefined) return holding
    throw new Refusal('conflict', `the connection that ${name} was registered with was removed; add it again first`)
  }
  if (body.connection !== null) {
    const wanted = body.connection
    const named = connections.find(({ id, title }) => id === wanted || title === wanted)
    if (named !== undefined) return named
    throw new Refusal('invalid', `there is no connection "${wanted}"`, {
      problems: [{ pointer: '/connection', detail: `is none of: ${connections.map(({ title }) => title).join(', ')}` }],
    })
  }
  const byTld = connectionForName(connections, name)
  if (byTld !== null) return byTld
  const tlds = connections.flatMap((connection) => connection.tlds).sort()
  const supported = tlds.length === 0 ? 'no connection has a TLD yet' : `supported are: ${tlds.join(', ')}`
  deps.log.info({ domain: name }, 'an order for a TLD of no connection was refused')
  throw new Refusal('invalid', `no connection takes orders for ${name}; ${supported}`, {
    problems: [{ pointer: '/domain', detail: `its TLD belongs to no connection; ${supported}` }],
  })
}

const refuseRivals = async (tables: Tables, terms: OrderTerms, existing: Domain | null): Promise<void> => {
  const open = await tables.orders.findOpen(terms.domain)
  if (open !== null)
    throw new Refusal(
      'conflict',
      `${terms.domain} has an open order (${open.id}, ${open.terms.action}, ${open.status}); wait for its end or cancel it first`,
      { problems: [{ pointer: '/domain', detail: `has the open order ${open.id}` }] },
    )
  const state = existing?.state ?? 'none'
  if (transition(state, outgoingEvent(terms.action)) !== null) return
  const now = existing === null ? 'is not looked after here' : `is ${statusOf(state)}`
  throw new Refusal('conflict', `${terms.domain} ${now}, so ${terms.action} does not apply to it`, {
    problems: [{ pointer: '/action', detail: `does not apply: the domain ${now}` }],
  })
}

const newSubject = (
  deps: Deps,
  input: { body: OrderBody; terms: OrderTerms; connection: Connection; domain: Domain | null },
): Subject => {
  const now = deps.clock.now()
  const { terms, connection } = input
  const order: Order = {
    id: deps.newId(),
    terms,
    connectionId: connection.id,
    status: 'awaiting-payment',
    reason: null,
    code: null,
    createdAt: now,
    paidAt: input.body.paid ? now : null,
    paymentReference: null,
    updatedAt: now,
  }
  return { order, request: newRequest(deps, order, connection), domain: pendingDomain(order, input.domain, now) }
}

const newRequest = (deps: Deps, order: Order, connection: Connection): Request => {
  const reference = `sp-${deps.newSecret()}`
  return {
    id: deps.newId(),
    orderId: order.id,
    connectionId: connection.id,
    domain: order.terms.domain,
    action: order.terms.action,
    reference,
    messageId: `<${reference}@${connection.registry.from.slice(connection.registry.from.lastIndexOf('@') + 1)}>`,
    bounceToken: deps.newSecret(),
    state: 'waiting',
    attempts: 0,
    dueAt: null,
    deadline: null,
    mailId: null,
    signedAt: null,
    sentAt: null,
    answer: null,
    ticket: null,
    createdAt: order.createdAt,
  }
}

const pendingDomain = (order: Order, existing: Domain | null, now: Date): Domain => {
  const { terms } = order
  const domain: Domain = existing ?? {
    name: terms.domain,
    unicodeName: terms.unicodeName,
    state: 'none',
    detail: 'init',
    connectionId: order.connectionId,
    nameservers: [],
    dnssec: [],
    contacts: {},
    eppStatus: [],
    since: now,
    expiresAt: null,
  }
  if (terms.account.type === 'provider' || outgoingEvent(terms.action) === 'change') return domain
  const state = transition(domain.state, 'await-payment')
  return state === null ? domain : { ...domain, state, detail: 'init', connectionId: order.connectionId, since: now }
}

type Started = Extract<Advance, { kind: 'advanced' }>

/** A provider's order, or one that comes paid, may go at once. */
const start = (deps: Deps, subject: Subject, connection: Connection, actor: string): Started => {
  if (waitsForPayment(subject.order.terms.account, subject.order.paidAt))
    return { kind: 'advanced', subject, actions: [], events: [] }
  const context = { now: deps.clock.now(), replyTimeout: connection.replyTimeout, actor, superseded: false }
  const result = advance(subject, { kind: 'queued' }, context)
  if (result.kind === 'conflict') throw new Refusal('conflict', result.reason)
  return result
}

const placedAction = (deps: Deps, { order, request }: Subject, profile: Profile, actor: string): NewAction => {
  const { terms } = order
  const waits = order.status === 'awaiting-payment' ? '; it waits for its payment' : ''
  return {
    at: deps.clock.now(),
    level: 'info',
    actor,
    event: 'order.placed',
    text: `${terms.action} ${terms.unicodeName} was ordered by ${terms.account.id} (${terms.billingOrderId}) through ${profile.title}${waits}`,
    domain: terms.domain,
    orderId: order.id,
    requestId: request.id,
    data: { billingOrderId: terms.billingOrderId, accountType: terms.account.type, origin: terms.origin },
  }
}

const write = async (tables: Tables, started: Started, bodyHash: string, placed: NewAction): Promise<void> => {
  const { order, request, domain } = started.subject
  await tables.domains.save(domain)
  await tables.orders.insert(order, bodyHash)
  await tables.requests.insert(request)
  await tables.actions.append([placed, ...started.actions])
  await tables.events.append([
    {
      type: 'domain.scheduled',
      at: order.createdAt,
      subject: domain.name,
      data: { orderId: order.id, billingOrderId: order.terms.billingOrderId, domain: domain.name },
    },
    ...started.events,
  ])
}
