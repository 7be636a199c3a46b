import type { ActiveRule } from '../core/mail-rule.js'
import type { Deps } from './deps.js'
import { type Trial, tryRules } from './try-rules.js'

/** So many of a connection's mails are looked at before somebody who waits for the answer gets it. */
const MOST_LOOKED_AT = 2_000

/**
 * As `tryRules`, for the newest 2,000 mails at once; `next` is null where these were all. Throws `Refusal` not-found (404), conflict
 * (409) where no mails come to the connection.
 */
export const tryAllRules = async (
  deps: Deps,
  { connectionId, rules }: { connectionId: string; rules: readonly ActiveRule[] },
): Promise<Trial> => {
  const ask = (cursor: string | null) => tryRules(deps, { connectionId, rules, every: false, cursor })
  let total = await ask(null)
  while (total.next !== null && total.looked < MOST_LOOKED_AT) total = sum(total, await ask(total.next))
  return total
}

const sum = (one: Trial, other: Trial): Trial => ({
  ...{ looked: one.looked + other.looked, recognised: one.recognised + other.recognised },
  ...{ changed: one.changed + other.changed, unchanged: one.unchanged + other.unchanged },
  unreadable: one.unreadable + other.unreadable,
  differences: [...one.differences, ...other.differences],
  next: other.next,
})
