import { Refusal } from '../core/errors.js'
import type { Deps } from './deps.js'
import { findRule } from './manage-rules.js'
import { replayMail } from './replay-mail.js'
import { tryAllRules } from './try-all-rules.js'
import type { Difference, Trial } from './try-rules.js'

/**
 * What the rules of a connection would make today of a stretch of its mails (`tryAllRules`), as far as one of these rules has
 * the say.
 */
export const tryRuleOfToday = async (
  deps: Deps,
  { ruleId, cursor }: { ruleId: string; cursor: string | null },
): Promise<Trial & { recognisedByIt: Difference[] }> => {
  const { connectionId } = await findRule(deps.store, ruleId)
  const trial = await tryAllRules(deps, { connectionId, rules: await deps.store.rules.active(connectionId), cursor })
  const isByIt = ({ kind, would }: Difference) =>
    kind === 'recognised' && would.some(({ rule, hindrance }) => rule?.id === ruleId && hindrance === null)
  return { ...trial, recognisedByIt: trial.differences.filter(isByIt) }
}

/**
 * Has all mails of a stretch judged once more that a rule recognises now and that waited for a person: how many. One that took
 * effect meanwhile is left as it is. Throws `Refusal` not-found (404), invalid (422) for a cursor that is none.
 */
export const replayRecognised = async (
  deps: Deps,
  { ruleId, cursor, actor }: { ruleId: string; cursor: string | null; actor: string },
): Promise<number> => {
  const { recognisedByIt } = await tryRuleOfToday(deps, { ruleId, cursor })
  let replayed = 0
  for (const { mail } of recognisedByIt) if (await replayedOne(deps, mail.id, actor)) replayed++
  return replayed
}

const replayedOne = async (deps: Deps, id: string, actor: string): Promise<boolean> => {
  try {
    await replayMail(deps, id, actor)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
