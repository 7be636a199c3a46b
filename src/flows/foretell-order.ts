import type { Connection } from '../core/connection.js'
import { COVERED_AUTH_INFO, type OrderTerms } from '../core/order.js'
import { takesTwo } from '../core/two-persons.js'
import type { Draft } from '../profiles/profile.js'
import type { Deps } from './deps.js'
import { draftRequest } from './draft-request.js'
import { type OrderBody, prepareOrder, refuseRivals, refuseUnfit } from './prepare-order.js'

export type ForetoldOrder = {
  /** With the price that it would have; its AuthInfo is covered. */
  terms: OrderTerms
  /** Where it would go. */
  connection: Connection
  /** Its request as it would be worded, without a signature; null for a look-up and for what the gateway does by itself: nothing is sent. */
  draft: Draft | null
  /** It would be a ticket for people, whatever its connection sends. */
  byPeople: boolean
  /** A second person has to approve it before it is sent. */
  rests: boolean
}

/**
 * What an order would come to if it were placed now. Nothing is stored, signed or sent, and no lookup script and no name
 * server is asked: what these say is found when it is placed.
 *
 * Throws `Refusal`: invalid, unsupported and conflict as `placeOrder` does, and `Fault` where a template is unusable.
 */
export const foretellOrder = async (deps: Deps, body: OrderBody): Promise<ForetoldOrder> => {
  const { terms, connection, profile, domain, own, below } = await deps.store.transaction(async (tables) => {
    const prepared = await prepareOrder(deps, tables, body)
    await (prepared.own ? refuseUnfit : refuseRivals)(deps, tables, prepared.terms, prepared.domain)
    return prepared
  })
  const covered = { ...terms, authInfo: terms.authInfo === null ? null : COVERED_AUTH_INFO }
  const input = { terms: covered, domain, connection, reference: `preview-${deps.newSecret()}`, at: deps.clock.now() }
  const draft = terms.action === 'lookup' || own ? null : draftRequest(deps, profile, input)
  const byPeople = connection.channel === 'people' || below !== null
  return { terms: covered, connection, draft, byPeople, rests: takesTwo(deps.twoPersons, terms.action) }
}
