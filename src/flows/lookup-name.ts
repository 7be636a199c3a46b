import type { NewAction } from '../core/action-log.js'
import type { Connection } from '../core/connection.js'
import { Refusal } from '../core/errors.js'
import type { OrderTerms } from '../core/order.js'
import type { LookupVerdict } from '../ports.js'
import type { Deps } from './deps.js'

/** What a script was asked about: a verdict is good for this and nothing else. */
export type Lookup = { script: string; name: string }

/** With what it said. */
export type LookedUp = Lookup & { verdict: Exclude<LookupVerdict['kind'], 'failed'> }

/** What the connection wants to know before it takes an order; null where it wants nothing, or its action has nothing to do with that. */
export const lookupOf = (connection: Connection, { action, domain }: OrderTerms): Lookup | null =>
  connection.lookup === null || (action !== 'register' && action !== 'lookup')
    ? null
    : { script: connection.lookup, name: domain }

export const isSameLookup = (a: Lookup | null, b: Lookup | null): boolean =>
  a?.script === b?.script && a?.name === b?.name

/**
 * Asks a connection's lookup script about a name, and writes its verdict to the action log. Call it with nothing held: a
 * script takes its time.
 *
 * Throws `Refusal`: lookup-failed (503) where the script gave no clear answer.
 */
export const lookUpName = async (deps: Deps, { script, name }: Lookup, actor: string): Promise<LookedUp> => {
  const verdict = await deps.lookup.ask(script, name)
  await deps.store.actions.append([verdictAction(deps, { script, name }, verdict, actor)])
  if (verdict.kind === 'failed')
    throw new Refusal(
      'lookup-failed',
      `lookup failed: whether ${name} is free is not known (the lookup script ${script}: ${verdict.reason}); no order was taken, place it again later`,
      { problems: [{ pointer: '/domain', detail: 'lookup failed' }], temporary: true },
    )
  return { script, name, verdict: verdict.kind }
}

/** Throws `Refusal` (conflict) for the order of a name that is taken. */
export const refuseTaken = ({ script, name, verdict }: LookedUp): void => {
  if (verdict === 'taken')
    throw new Refusal('conflict', `domain already in use: the lookup script ${script} says that ${name} is taken`, {
      problems: [{ pointer: '/domain', detail: 'domain already in use' }],
    })
}

const verdictAction = (deps: Deps, { script, name }: Lookup, verdict: LookupVerdict, actor: string): NewAction => ({
  ...{ at: deps.clock.now(), level: verdict.kind === 'failed' ? 'warning' : 'info', actor, event: 'lookup.done' },
  domain: name,
  text: `the lookup script ${script} ${wordsOf(name, verdict)} (${verdict.tookMs} ms)`,
  data: { script, verdict: verdict.kind, tookMs: verdict.tookMs },
})

const wordsOf = (name: string, verdict: LookupVerdict): string =>
  verdict.kind === 'failed' ? `gave no answer about ${name}: ${verdict.reason}` : `says that ${name} is ${verdict.kind}`
