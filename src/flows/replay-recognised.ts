import { Refusal } from '../core/errors.js'
import type { Deps } from './deps.js'
import { findRule } from './manage-rules.js'
import { replayMail } from './replay-mail.js'
import { tryAllRules } from './try-all-rules.js'
import type { Difference, Trial } from './try-rules.js'

/** What the rules of a connection would make of its mails today, as far as one of these rules has the say. */
export const tryRuleOfToday = async (deps: Deps, ruleId: string): Promise<Trial & { recognisedByIt: Difference[] }> => {
  const { connectionId } = await findRule(deps.store, ruleId)
  const trial = await tryAllRules(deps, { connectionId, rules: await deps.store.rules.active(connectionId) })
  const isByIt = ({ kind, would }: Difference) =>
    kind === 'recognised' && would.some(({ rule, hindrance }) => rule?.id === ruleId && hindrance === null)
  return { ...trial, recognisedByIt: trial.differences.filter(isByIt) }
}

/**
 * Has all mails judged once more that a rule recognises now and that waited for a person: how many. One that took effect
 * meanwhile is left as it is. Throws `Refusal` not-found (404).
 */
export const replayRecognised = async (
  deps: Deps,
  { ruleId, actor }: { ruleId: string; actor: string },
): Promise<number> => {
  const { recognisedByIt } = await tryRuleOfToday(deps, ruleId)
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
