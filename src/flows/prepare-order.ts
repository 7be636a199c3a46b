import { acquires, isAside, isTransferAnswer, TRANSFER_ANSWERS } from '../core/action.js'
import { acceptanceProblems, acceptanceTimeProblems, needsAcceptance } from '../core/agreement.js'
import type { Connection } from '../core/connection.js'
import { checkContacts } from '../core/contact.js'
import { type Domain, type DomainEvent, isRegistered, type Nameserver, statusOf, transition } from '../core/domain.js'
import { belowText, type OrderedName, parseOrderedName } from '../core/domain-name.js'
import { describeProblems, distinctProblems, type Problem, Refusal } from '../core/errors.js'
import { type OrderTerms, outgoingEvent, type Price } from '../core/order.js'
import { ownerOf } from '../core/owner.js'
import { priceOf, suffixesOf } from '../core/price.js'
import { isOwnAction, isSelf, OWN_EVENTS, ownProblems } from '../core/set-up.js'
import { takesBelow } from '../core/sub-domain.js'
import { whyKept } from '../core/transfer-away.js'
import type { Tables } from '../ports.js'
import { type Capability, capabilityOf } from '../profiles/profile.js'
import { lookupProblems } from './answer-lookup.js'
import { awayOf } from './away-of.js'
import { connectionForName } from './connections.js'
import { type Deps, peopleProfileOf } from './deps.js'
import { normaliseHosts } from './normalise-hosts.js'
import { readAgreement } from './read-agreement.js'

/** An order as a billing system gives it; names are still as they were written. */
export type OrderBody = Omit<OrderTerms, 'unicodeName'> & { paid: boolean; connection: string | null }

/** Checks a body against everything that is known, with the domain's name held until the transaction ends. */
export const prepareOrder = async (deps: Deps, tables: Tables, body: OrderBody) => {
  const { name, unicodeName, below } = domainNameOf(body)
  const known = await tables.domains.lock(name)
  const connection = await connectionOfOrder(deps, tables, body, { name, existing: known })
  // What came to be in test mode does not exist at the registry.
  const existing = known?.mode === 'test' && connection.mode === 'live' ? null : known
  const byPeople = below !== null && takesBelow(connection)
  const profile = byPeople ? peopleProfileOf(deps, connection) : deps.profiles.get(connection.profile)
  if (profile == null) throw new Error(`the profile ${connection.profile} of ${connection.title} is not loaded`)
  const capability = capabilityOf(profile, connection, body.action)
  const own = capability.supported && capability.own === true
  // A set-up that the connection has not is told to be that, before its name is.
  if (below !== null && !own && !byPeople && (capability.supported || !isOwnAction(body.action)))
    throw refuseBelow({ unicodeName, below })
  if (!capability.supported)
    throw new Refusal('unsupported', `${profile.title} has no ${body.action}: ${capability.reason}`, {
      problems: [{ pointer: '/action', detail: capability.reason }],
    })
  const hosts = normaliseHosts(wantedHosts(body, connection, capability))
  const price = await findPrice(tables, body, name)
  const terms: OrderTerms = { ...termsOf(body), domain: name, unicodeName, nameservers: hosts.nameservers, price }
  const problems = distinctProblems([
    ...hosts.problems,
    ...checkContacts(body.contacts),
    ...(terms.action === 'lookup'
      ? lookupProblems(terms)
      : own
        ? ownProblems(terms)
        : profile.check({ terms, domain: existing, connection, at: deps.clock.now() })),
    ...acceptanceTimeProblems(terms.agreement, deps.clock.now()),
    ...(await agreementProblems(deps, terms, connection)),
  ])
  if (existing !== null) await refuseFormerOwner(tables, terms, existing)
  if (problems.length > 0)
    throw new Refusal('invalid', `the order cannot become a request: ${describeProblems(problems)}`, { problems })
  return { terms, connection, profile, domain: existing, own, below }
}

/**
 * What was given away is ordered on by its new owner alone, also where a billing system does not know of that yet, for as long as
 * they have it: after orders of theirs too, and to undo its deletion. Once it has left, anybody may have it anew.
 */
const refuseFormerOwner = async (tables: Tables, { action, account }: OrderTerms, domain: Domain): Promise<void> => {
  const isTheirs = isRegistered(domain.state) || action === 'restore'
  if (domain.owner === null || !isTheirs || isAside(action)) return
  const has = ownerOf(domain, await tables.orders.findOwning(domain.name))
  if (has === account.id || has !== domain.owner.account.id) return
  throw new Refusal(
    'conflict',
    `${domain.unicodeName} was given to another account than ${account.id}; order for the account that it belongs to, or have an administrator give it back first`,
    { problems: [{ pointer: '/account/id', detail: `is ${account.id}, and the domain belongs to another account` }] },
  )
}

const agreementProblems = async (deps: Deps, terms: OrderTerms, connection: Connection): Promise<Problem[]> => {
  const current = needsAcceptance(terms.action) ? await readAgreement(deps, connection) : null
  return current === null ? [] : acceptanceProblems(terms.agreement, current)
}

/** The order's own, else that of its TLD as it is now, which the order keeps. */
const findPrice = async (tables: Tables, { price, action }: OrderBody, name: string): Promise<Price | null> =>
  price ?? priceOf(await tables.prices.list(suffixesOf(name)), name, action)

/** A new domain gets the connection's name servers where the order names none; a change changes what it names only. */
const wantedHosts = (body: OrderBody, connection: Connection, capability: Capability): readonly Nameserver[] => {
  const takes = capability.supported && capability.takesHosts !== false
  const isNew = acquires(body.action) || body.action === 'setup'
  return body.nameservers.length === 0 && body.records.length === 0 && isNew && takes
    ? connection.defaults.nameservers
    : body.nameservers
}

/** The name of an order; throws `Refusal` (invalid) where it is neither a registrable one nor below one. */
export const domainNameOf = (body: OrderBody): OrderedName => {
  const parsed = parseOrderedName(body.domain)
  if (parsed.ok) return parsed.value
  throw invalidName(parsed.problems.map(({ detail }) => detail))
}

/** Of names below a registrable one the gateway's own set-up is taken alone, unless people carry out the rest. */
const refuseBelow = ({ unicodeName, below }: { unicodeName: string; below: string }): Refusal =>
  invalidName([belowText({ unicodeName }, below)])

const invalidName = (details: readonly string[]): Refusal => {
  const problems = details.map((detail) => ({ pointer: '/domain', detail }))
  return new Refusal('invalid', describeProblems(problems), { problems })
}

const termsOf = ({ paid: _paid, connection: _connection, ...terms }: OrderBody) => terms

/**
 * A change goes to the account that holds the domain, and what undoes its deletion to the one that held it; anything else to
 * whom the name or the TLD belongs now. Throws `Refusal`: invalid or conflict where there is none.
 */
export const connectionOfOrder = async (
  deps: Pick<Deps, 'log'>,
  tables: Tables,
  body: Pick<OrderBody, 'action' | 'connection'>,
  { name, existing }: { name: string; existing: Domain | null },
): Promise<Connection> => {
  const connections = await tables.connections.list()
  const isOurs = (domain: Domain) => isRegistered(domain.state) || (body.action === 'remove' && isSelf(domain))
  const held = existing !== null && (isOurs(existing) || body.action === 'restore')
  if (held && !acquires(body.action)) {
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

/** Throws `Refusal` (conflict) where another order is open on the domain, or the action does not apply to it. */
export const refuseRivals = async (
  deps: Deps,
  tables: Tables,
  terms: OrderTerms,
  existing: Domain | null,
): Promise<void> =>
  isTransferAnswer(terms.action)
    ? refuseAnswered(deps, tables, terms, existing)
    : refuseFor(tables, { terms, existing, event: outgoingEvent(terms.action) })

/**
 * One answer at a time, of a domain that is ours. After a rejection an approval may still follow, as a late consent; after an
 * approval there is nothing left to say. Nobody gives a locked one away. That nobody is known to ask for it keeps nobody from
 * answering who was asked otherwise.
 */
const refuseAnswered = async (
  deps: Deps,
  tables: Tables,
  { action, domain: name, unicodeName }: OrderTerms,
  known: Domain | null,
) => {
  const refuse = (problem: string, detail: string): never => {
    throw new Refusal('conflict', `${unicodeName} ${problem}`, { problems: [{ pointer: '/action', detail }] })
  }
  if (known?.state !== 'registered' && known?.state !== 'faulty') {
    const now = known === null ? 'is not looked after here' : `is ${statusOf(known.state)}`
    return refuse(`${now}, so ${action} does not apply to it`, `does not apply: the domain ${now}`)
  }
  for (const answer of TRANSFER_ANSWERS) {
    const open = await tables.orders.findOpenOf(name, answer)
    if (open !== null)
      refuse(
        `is being answered by order ${open.id} (${answer}, ${open.status}); wait for its end or cancel it first`,
        `the order ${open.id} (${answer}) is open`,
      )
  }
  const answered = known.transferRequest?.answer ?? null
  if (answered === 'approve-transfer' || answered === action)
    refuse(
      `was answered already (${answered}): its registry takes one answer to each request of another provider`,
      `the request of the other provider was answered by ${answered}`,
    )
  if (action === 'reject-transfer') return
  const open = await tables.orders.findOpen(name)
  const kept = whyKept(known, { open, away: await awayOf(deps, tables, known) })
  if (kept !== null) refuse(`${kept}, then approve that it goes`, `does not apply: the domain ${kept}`)
}

/**
 * The same of what the gateway does by itself: a name that another account had set up is taken, and only what was set up can
 * be removed.
 */
export const refuseUnfit = async (
  deps: Deps,
  tables: Tables,
  terms: OrderTerms,
  existing: Domain | null,
): Promise<void> => {
  const { action, domain: name, unicodeName } = terms
  if (!isOwnAction(action)) return refuseRivals(deps, tables, terms, existing)
  const isHere = existing !== null && isSelf(existing)
  if (action === 'remove' && !isHere) {
    const now = existing === null ? 'is not looked after here' : `is ${statusOf(existing.state)} (${existing.detail})`
    throw new Refusal(
      'conflict',
      `${unicodeName} ${now}: only a name that setup made (self) can be removed; a registered one is closed`,
      {
        problems: [
          {
            pointer: '/action',
            detail: 'applies to a domain whose detail is self alone; order close for a registered one',
          },
        ],
      },
    )
  }
  if (isHere && ownerOf(existing, await tables.orders.findOwning(name)) !== terms.account.id)
    throw new Refusal(
      'conflict',
      `${unicodeName} was set up for another account meanwhile; it has to be removed there first`,
      {
        problems: [{ pointer: '/domain', detail: 'was set up for another account' }],
      },
    )
  return refuseFor(tables, { terms, existing, event: OWN_EVENTS[action] })
}

const refuseFor = async (
  tables: Tables,
  { terms, existing, event }: { terms: OrderTerms; existing: Domain | null; event: DomainEvent | null },
): Promise<void> => {
  if (event === null) return
  const open = await tables.orders.findOpen(terms.domain)
  if (open !== null)
    throw new Refusal(
      'conflict',
      `${terms.domain} has an open order (${open.id}, ${open.terms.action}, ${open.status}); wait for its end or cancel it first`,
      { problems: [{ pointer: '/domain', detail: `has the open order ${open.id}` }] },
    )
  const state = existing?.state ?? 'none'
  if (transition(state, event) !== null) return
  const now = existing === null ? 'is not looked after here' : `is ${statusOf(state)}`
  throw new Refusal('conflict', `${terms.domain} ${now}, so ${terms.action} does not apply to it`, {
    problems: [{ pointer: '/action', detail: `does not apply: the domain ${now}` }],
  })
}
