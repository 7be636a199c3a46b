import type { Store, Tables } from '../ports.js'

/** Ends a transaction of which nothing is to be kept. */
class NothingKept extends Error {
  override readonly name = 'NothingKept'
}

/**
 * Does a work within a transaction and tells what it came to; where `keep` is false, nothing of it is kept. So a dry run is
 * the real run, and finds what that would find.
 */
export const rehearse = async <Outcome>(
  store: Store,
  work: (tables: Tables) => Promise<{ keep: boolean; outcome: Outcome }>,
): Promise<Outcome> => {
  const outcomes: Outcome[] = []
  const whole = async (tables: Tables): Promise<Outcome> => {
    const { keep, outcome } = await work(tables)
    if (keep) return outcome
    outcomes.push(outcome)
    throw new NothingKept()
  }
  try {
    return await store.transaction(whole)
  } catch (error) {
    const [outcome] = outcomes
    if (!(error instanceof NothingKept) || outcome === undefined) throw error
    return outcome
  }
}
