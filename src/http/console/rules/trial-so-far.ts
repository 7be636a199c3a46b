import { NOTHING_LOOKED_AT, sumCounts, type TrialCounts } from '../../../flows/try-all-rules.js'
import type { Trial } from '../../../flows/try-rules.js'
import type { Form } from '../frame/form.js'

/** How far a rule was tried: of all mails that were looked at, and the stretch of them that is shown. */
export type TrialSoFar = { counts: TrialCounts; stretch: Trial }

/** Where a form that goes on with older mails has come to, and what was found before; one that begins has neither. */
export const trialBefore = (form: Form): { cursor: string | null; counts: TrialCounts } => {
  const cursor = form.text('cursor') || null
  const count = (name: keyof TrialCounts): number => (/^\d{1,12}$/.test(form.text(name)) ? Number(form.text(name)) : 0)
  const counts = {
    ...{ looked: count('looked'), recognised: count('recognised'), changed: count('changed') },
    ...{ unchanged: count('unchanged'), unreadable: count('unreadable') },
  }
  return { cursor, counts: cursor === null ? NOTHING_LOOKED_AT : counts }
}

export const trialWith = (before: TrialCounts, stretch: Trial): TrialSoFar => ({
  counts: sumCounts(before, stretch),
  stretch,
})
