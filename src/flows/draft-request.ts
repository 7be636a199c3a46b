import { describeProblems, Fault } from '../core/errors.js'
import type { Draft, EncodeInput, Profile } from '../profiles/profile.js'
import type { Deps } from './deps.js'

/**
 * The wording of a request, before it is signed or stands on a ticket: encoded by the profile, worded by its template, and
 * read back where the profile can. The same input gives the same text.
 *
 * Throws `Fault`, never temporary in itself, where an operator must mend something first: the order's data, a template.
 */
export const draftRequest = ({ templates }: Pick<Deps, 'templates'>, profile: Profile, input: EncodeInput): Draft => {
  const problems = profile.check(input)
  if (problems.length > 0)
    throw new Fault('request-invalid', `the order no longer makes a request: ${describeProblems(problems)}`, HOLD)
  const draft = templates.render(profile.id, input.terms.action, profile.encode(input))
  if (!draft.ok) throw new Fault('template-failed', describeProblems(draft.problems), HOLD)
  const twisted = profile.channel === 'people' ? [] : profile.confirm(draft.value, input)
  if (twisted.length > 0)
    throw new Fault(
      'template-twisted',
      `the template does not say what the order says: ${describeProblems(twisted)}`,
      HOLD,
    )
  return draft.value
}

const HOLD = { temporary: false }
