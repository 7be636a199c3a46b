import { createHash } from 'node:crypto'
import { canonicalJson } from '../core/action-log.js'
import type { OrderTerms } from '../core/order.js'
import type { NewForm } from '../core/order-form.js'
import { carryOut, setUpWarnings } from '../core/set-up.js'
import type { Person } from '../core/two-persons.js'
import { type OrderView, orderView } from '../core/views.js'
import { type Tables, UniqueViolation } from '../ports.js'
import { answerLookup } from './answer-lookup.js'
import type { Deps } from './deps.js'
import { type Examination, examineDelegation, heed, isOf, type Judge, judgeOf } from './examine-delegation.js'
import {
  lookAtSubDomain,
  needsDelegation,
  ourNameservers,
  refuseTakenBelow,
  refuseUndelegated,
  type SubDomainLook,
} from './examine-sub-domain.js'
import { findReplay } from './find-replay.js'
import { isSameLookup, type LookedUp, type Lookup, lookUpName, lookupOf, refuseTaken } from './lookup-name.js'
import { domainNameOf, type OrderBody, prepareOrder, refuseRivals, refuseUnfit } from './prepare-order.js'
import { recordOrder } from './record-order.js'

export type PlaceOrder = {
  body: OrderBody
  /** For the action log. */
  actor: string
  /** The console user behind them, where there is one. */
  person?: Person | null
  idempotency: { owner: string; key: string } | null
  /** Asked with the domain's name held, for an order that is new: throws where the caller may not have it. */
  guard?: (tables: Tables) => Promise<void>
  /** What it was read from, kept with it. */
  form?: NewForm
}

/**
 * Takes an order: checks it as far as anything can be checked before the registry sees it, then writes order, domain,
 * request, log and events in one transaction. The same order again, by idempotency key or billing id, is answered with
 * the first one. Nothing is sent here; a request that may go is due at once, and one that takes a second person rests.
 *
 * Where the connection has a lookup script, it is asked about a name that is to be registered: after everything else was
 * found good, with nothing held, and never for an order that is known; a `lookup` is nothing but that question, and done with
 * its answer. Where it wants the registry's rules for name servers
 * kept, these are asked likewise, and so are the servers of the zone above a sub-domain that has to be delegated to us.
 *
 * Throws `Refusal`: invalid (422, all problems), unsupported (422), key-reused (422), conflict (409), lookup-failed and
 * dns-failed (503).
 */
export const placeOrder = async (deps: Deps, input: PlaceOrder): Promise<{ answer: OrderView; replayed: boolean }> => {
  const bodyHash = createHash('sha256').update(canonicalJson(input.body)).digest('hex')
  const known: Known = { bodyHash, asked: null, examination: null, look: null }
  // A rival that places the same order at the same time wins by a rule of the database; then its order is the answer.
  for (let rivals = 0; ; ) {
    try {
      const result = await place(deps, input, known)
      if ('answer' in result) return result
      if ('ask' in result) {
        known.asked = await lookUpName(deps, result.ask, input.actor)
      } else if ('look' in result) known.look = await lookAtSubDomain(deps, result.look)
      else known.examination = await examineDelegation(deps, result.examine.terms, result.examine.judge)
    } catch (error) {
      if (!(error instanceof UniqueViolation) || ++rivals === 3) throw error
    }
  }
}

/** What was found out for an order before it is taken, with nothing held. */
type Known = {
  bodyHash: string
  asked: LookedUp | null
  examination: Examination | null
  look: SubDomainLook | null
}

type Taken = { answer: OrderView; replayed: boolean; requestId: string | null }
/** `ask`, `look` and `examine`: nothing was written, because this has to be known first. */
type Wanted = { ask: Lookup } | { look: string } | { examine: { terms: OrderTerms; judge: Judge } }

const place = async (
  deps: Deps,
  input: PlaceOrder,
  { bodyHash, asked, examination, look }: Known,
): Promise<{ answer: OrderView; replayed: boolean } | Wanted> => {
  const result = await deps.store.together(async (tables): Promise<Taken | Wanted> => {
    // The lock comes first: a copy of this order that is being placed right now is then seen as the one to repeat.
    await tables.domains.lock(domainNameOf(input.body).name)
    const known = await findReplay(tables, input, bodyHash)
    if (known !== null) return { answer: known, replayed: true, requestId: null }
    await input.guard?.(tables)
    const { terms, connection, profile, domain, own, below } = await prepareOrder(deps, tables, input.body)
    await (own ? refuseUnfit : refuseRivals)(deps, tables, terms, domain)
    const named = { terms, below, mode: connection.mode }
    await refuseTakenBelow(tables, named, domain)
    const wanted = lookupOf(connection, terms)
    if (wanted !== null && !isSameLookup(wanted, asked)) return { ask: wanted }
    if (wanted !== null && asked !== null && terms.action === 'register') refuseTaken(asked)
    if (await needsDelegation(tables, named)) {
      const ours = ourNameservers(terms, connection)
      if (look?.domain !== terms.domain) return { look: terms.domain }
      refuseUndelegated(terms, ours, look)
    }
    const judge = judgeOf(profile, connection, terms)
    if (judge !== null && !isOf(examination, terms)) return { examine: { terms, judge } }
    const started = await recordOrder(deps, tables, {
      ...{ body: input.body, bodyHash, prepared: { terms, connection, profile, domain } },
      warnings: [...(own ? setUpWarnings(terms, deps.clock.now()) : []), ...(judge === null ? [] : heed(examination))],
      by: { actor: input.actor, person: input.person ?? null },
      form: input.form ?? null,
      begin: own
        ? (subject) => carryOut(subject, { actor: input.actor, now: deps.clock.now() })
        : terms.action === 'lookup' && asked !== null
          ? (subject) => answerLookup(subject, { verdict: asked.verdict, actor: input.actor, now: deps.clock.now() })
          : null,
    })
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
  if (!('answer' in result)) return result
  const { id, domain, action, status } = result.answer
  deps.log.info({ order: id, domain, action, status, replayed: result.replayed }, 'order taken')
  if (result.requestId !== null && status === 'queued') deps.queue.ring({ kind: 'send-request', id: result.requestId })
  return { answer: result.answer, replayed: result.replayed }
}
