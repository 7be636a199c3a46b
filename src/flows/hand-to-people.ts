import type { Connection } from '../core/connection.js'
import { Fault } from '../core/errors.js'
import type { Happening } from '../core/happening.js'
import { humanReply } from '../core/human-reply.js'
import type { Request } from '../core/request.js'
import { ticketName } from '../core/ticket.js'
import type { Lease, Tables } from '../ports.js'
import type { Draft, PeopleProfile, StandIn } from '../profiles/profile.js'
import { type Deps, peopleProfileOf } from './deps.js'
import { draftRequest } from './draft-request.js'
import { isPaused, limit, park, withdrawn } from './hold-request.js'
import { openTicket } from './open-ticket.js'
import { freeAt } from './rate-limit.js'
import { settleTickets } from './settle-tickets.js'
import { applyHappening, type Loaded, loadSubject } from './subject.js'

/**
 * Hands a request to people: its ticket is opened and the request is sent in one transaction, so that it is never uncertain
 * whether they have it. Always resolves to null: there is no mail to send.
 *
 * Throws `Fault`, never temporary in itself, where an operator must mend something first: a template, the order's data.
 */
export const handToPeople = (
  deps: Deps,
  { claimed, lease, connection }: { claimed: Request; lease: Lease; connection: Connection },
): Promise<null> =>
  deps.store.together(async (tables) => {
    const loaded = await loadSubject(tables, claimed.id)
    const paused = await isPaused(tables, connection.id)
    if (loaded === null || !(await tables.requests.holds(claimed.id, lease))) return null
    if (loaded.subject.request.state === 'queued') {
      if (await withdrawn(deps, tables, loaded, lease)) return null
      if (paused) return park(deps, tables, loaded, lease)
      const free = await freeAt(deps, tables, connection)
      if (free !== null) return limit(deps, tables, { loaded, lease, free })
      await hand(deps, tables, loaded, connection)
    }
    await tables.requests.release(claimed.id, lease)
    return null
  })

const hand = async (deps: Deps, tables: Tables, loaded: Loaded, connection: Connection): Promise<void> => {
  const { order, request } = loaded.subject
  const profile = peopleProfileOf(deps, connection)
  if (profile === null) throw new Fault('profile-missing', 'no profile of people is there to word its ticket', HOLD)
  const draft = write(deps, profile, { loaded, connection })
  const standIn = order.mode === 'test' ? profile.standIn(connection.account, order.terms.action) : null
  if (standIn !== null) return answer(deps, tables, loaded, standIn)
  const about = { orderId: order.id }
  const password = order.terms.authInfo
  await settleTickets(deps, tables, { about, kinds: ['order'], note: 'the order is tried once more', password })
  const ticket = await openTicket(deps, tables, {
    ...{ kind: 'order', subject: draft.subject, body: draft.body, once: `order:${request.id}` },
    ...{ connectionId: connection.id, domain: request.domain, orderId: order.id, requestId: request.id },
    remindEvery: profile.remindEvery(connection.account),
  })
  await sent(deps, tables, loaded, ticket === null ? 'its ticket was open already' : `${ticketName(ticket)} was opened`)
}

const sent = async (deps: Deps, tables: Tables, loaded: Loaded, answer: string): Promise<void> => {
  const { request } = loaded.subject
  const handed = { ...loaded, subject: { ...loaded.subject, request: { ...request, attempts: request.attempts + 1 } } }
  await apply(deps, tables, handed, { kind: 'sent', answer })
}

/** What a test behaviour says comes after the request was sent, as from people. */
const answer = async (deps: Deps, tables: Tables, loaded: Loaded, standIn: StandIn): Promise<void> => {
  await sent(deps, tables, loaded, 'nobody was asked: a test behaviour stands in for people')
  const now = standIn.kind === 'silent' ? null : await loadSubject(tables, loaded.subject.request.id)
  if (standIn.kind === 'silent' || now === null) return
  const code = standIn.kind === 'refused' ? standIn.code : null
  const reply = humanReply(now.subject, { outcome: standIn.kind, text: standIn.text, code, expiresAt: null })
  await apply(deps, tables, now, { kind: standIn.kind, reply, mailId: null, byPerson: true })
}

const apply = async (deps: Deps, tables: Tables, loaded: Loaded, happening: Happening): Promise<void> => {
  const applied = await applyHappening(deps, tables, loaded, happening, 'system')
  if (applied.kind === 'conflict')
    deps.log.error({ request: loaded.subject.request.id, reason: applied.reason }, 'a ticket contradicts the order')
}

const write = (
  deps: Deps,
  profile: PeopleProfile,
  { loaded, connection }: { loaded: Loaded; connection: Connection },
): Draft => {
  const { order, request, domain } = loaded.subject
  const [{ terms, mode }, { reference }] = [order, request]
  const input = { terms, domain, connection: { ...connection, mode }, at: deps.clock.now(), reference }
  return draftRequest(deps, profile, input)
}

const HOLD = { temporary: false }
