import { isTransferAnswer } from '../core/action.js'
import type { Subject } from '../core/happening.js'
import { LAPSED, whyNotSent } from '../core/transfer-away.js'
import type { Tables } from '../ports.js'
import { awayOf } from './away-of.js'
import type { Deps } from './deps.js'
import { applyHappening, type Loaded } from './subject.js'

/** Why an order may not leave that answers another provider, with its domain held; null where it may, and for other orders. */
export const whyNotAnswer = async (
  deps: Deps,
  tables: Tables,
  { order, domain }: Pick<Subject, 'order' | 'domain'>,
): Promise<string | null> => {
  if (!isTransferAnswer(order.terms.action)) return null
  const open = await tables.orders.findOpen(domain.name)
  return whyNotSent(order, domain, { now: deps.clock.now(), open, away: await awayOf(deps, tables, domain) })
}

/**
 * Cancels an order that may not leave any more, which leaves the answer to people (`followOrder`). Why it was; null: it stands.
 */
export const withdrawAnswer = async (deps: Deps, tables: Tables, loaded: Loaded): Promise<string | null> => {
  const text = await whyNotAnswer(deps, tables, loaded.subject)
  if (text === null) return null
  const happening = { kind: 'cancelled', refusal: { code: LAPSED, text } } as const
  const result = await applyHappening(deps, tables, loaded, happening, 'system')
  if (result.kind === 'conflict') throw new Error(result.reason)
  return text
}
