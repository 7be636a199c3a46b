import { MailLink } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import { RuleForm, type RuleFormProps } from './rule-form.js'
import { RuleProblem } from './rule-page.js'
import type { TrialSoFar } from './trial-so-far.js'
import { TrialView } from './trial-view.js'

export type RuleMakerPageProps = {
  title: string
  form: Pick<RuleFormProps, 'action' | 'draft' | 'problems' | 'signedText'>
  /** The mail that the rule is made of. */
  mailId: string | null
  problem: string | null
  trial: TrialSoFar | null
  words: TimeWords
}

/** From the words of a mail to a rule, with what it would do in sight before it is saved. */
export const RuleMakerPage = ({ title, form, mailId, problem, trial, words }: RuleMakerPageProps) => {
  const hidden = mailId === null ? {} : { mail: mailId }
  return (
    <>
      <h1>A rule for mails of {title}</h1>
      {mailId === null ? null : (
        <p>
          Made of <MailLink id={mailId} label="this mail" />.
          {form.signedText === null ? ' Its signed text cannot be shown; write the phrases by hand.' : ''}
        </p>
      )}
      {problem === null ? null : <RuleProblem text={problem} />}
      {trial === null ? null : (
        <TrialView {...{ trial, words }} title="What it would make of stored mails" form={{ ...form, hidden }} />
      )}
      <section class="card" aria-label="The rule">
        <RuleForm {...{ ...form, hidden }} saveLabel="Save the rule" />
      </section>
    </>
  )
}
