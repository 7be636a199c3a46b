import type { ActiveRule } from '../core/mail-rule.js'
import type { Deps } from './deps.js'
import { type Trial, tryRules } from './try-rules.js'

/** So many of a connection's mails are looked at before somebody who waits for the answer gets it. */
const MOST_LOOKED_AT = 2_000
/** So many differences are enough to look at for a person at a time. */
const MOST_DIFFERENCES = 50

/** How many mails were looked at, and what they would be. */
export type TrialCounts = Pick<Trial, 'looked' | 'recognised' | 'changed' | 'unchanged' | 'unreadable'>

export const NOTHING_LOOKED_AT: TrialCounts = { looked: 0, recognised: 0, changed: 0, unchanged: 0, unreadable: 0 }

/**
 * As `tryRules`, for a stretch of mails at once: up to 2,000, and fewer where they have enough to show. `cursor` is `next` of the
 * stretch before it, null for the newest; so every mail of the connection is looked at in the end. Throws `Refusal` not-found
 * (404), invalid (422) for a cursor that is none, conflict (409) where no mails come to the connection.
 */
export const tryAllRules = async (
  deps: Deps,
  { connectionId, rules, cursor }: { connectionId: string; rules: readonly ActiveRule[]; cursor: string | null },
): Promise<Trial> => {
  const ask = (from: string | null) => tryRules(deps, { connectionId, rules, every: false, cursor: from })
  let stretch = await ask(cursor)
  while (stretch.next !== null && stretch.looked < MOST_LOOKED_AT && stretch.differences.length < MOST_DIFFERENCES) {
    const older = await ask(stretch.next)
    const differences = [...stretch.differences, ...older.differences]
    stretch = { ...sumCounts(stretch, older), differences, next: older.next }
  }
  return stretch
}

export const sumCounts = (one: TrialCounts, other: TrialCounts): TrialCounts => ({
  ...{ looked: one.looked + other.looked, recognised: one.recognised + other.recognised },
  ...{ changed: one.changed + other.changed, unchanged: one.unchanged + other.unchanged },
  unreadable: one.unreadable + other.unreadable,
})
