import type { Problem } from '../../../core/errors.js'
import { LONGEST_PHRASE, MOST_PHRASES, RULE_OUTCOMES, type RuleOutcome } from '../../../core/mail-rule.js'
import { RULE_MAKER_URL } from '../frame/assets/rule-maker.js'
import { Choose, Field } from '../frame/form-parts.js'
import { problemOf, type RuleDraft } from './rule-draft.js'

export type RuleFormProps = {
  /** Where it is sent. */
  action: string
  draft: RuleDraft
  problems: readonly Problem[]
  /** What the registry signed in the mail that the rule is made of; null where it is made of none. */
  signedText: string | null
  /** What goes with it unseen. */
  hidden: Readonly<Record<string, string>>
  saveLabel: string
}

export const OUTCOME_WORDS: Record<RuleOutcome, string> = {
  accepted: 'accepted: the registry has it and will decide',
  done: 'done: the registry did what was ordered',
  refused: 'refused: the registry will not do it',
  notice: 'notice: it changes nothing, and nobody has to look',
  'urgent-notice': 'urgent notice: it changes nothing, and a ticket asks a person to act on it',
}

/** Two buttons, to try and to save: what is tried is still in the form. */
export const RuleForm = ({ action, draft, problems, signedText, hidden, saveLabel }: RuleFormProps) => (
  <form method="post" action={action}>
    {Object.entries(hidden).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
    {signedText === null ? null : <SignedLines text={signedText} marked={draft.words} />}
    <Field
      {...{ name: 'words', label: 'Phrases that must be in the mail', rows: 4, value: draft.words.join('\n') }}
      hint={`One a line, ${MOST_PHRASES} at most. Letter for letter, but for case and the width of gaps. Leave out what differs from mail to mail: names, references, dates.`}
      problem={problemOf(problems, 'words')}
    />
    <Field
      {...{ name: 'without', label: 'Phrases that must not be in it', rows: 2, value: draft.without.join('\n') }}
      problem={problemOf(problems, 'without')}
    />
    <Choose
      {...{ name: 'outcome', label: 'What such a mail means', value: draft.outcome }}
      options={RULE_OUTCOMES.map((outcome) => ({ value: outcome, label: OUTCOME_WORDS[outcome] }))}
      problem={problemOf(problems, 'outcome')}
    />
    <Field
      {...{ name: 'code', label: 'Code of a refusal', value: draft.code, maxlength: 60 }}
      hint="What the order shows; empty for any other meaning."
      problem={problemOf(problems, 'code')}
    />
    <Field
      {...{ name: 'title', label: 'Name of the rule', value: draft.title, maxlength: 100 }}
      hint="Needed to save it."
      problem={problemOf(problems, 'title')}
    />
    <Field
      {...{ name: 'note', label: 'Why it is there', value: draft.note, maxlength: 500 }}
      hint="Of an urgent notice: what to do. Its tickets say so."
      problem={problemOf(problems, 'note')}
    />
    <p class="buttons">
      <button type="submit" name="do" value="try">
        Try it on stored mails
      </button>
      <button type="submit" name="do" value="save" class="main">
        {saveLabel}
      </button>
    </p>
  </form>
)

const MOST_LINES = 200

const SignedLines = ({ text, marked }: { text: string; marked: readonly string[] }) => {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return (
    <fieldset>
      <legend>What the registry signed: mark the lines that say it, or copy words of them into the field below</legend>
      <div id="signed" class="marks">
        {lines.slice(0, MOST_LINES).map((line) => (
          <label class="choice">
            <input
              {...{ type: 'checkbox', name: 'line', value: line, checked: marked.includes(line) }}
              disabled={line.length > LONGEST_PHRASE}
            />
            <span>{line}</span>
          </label>
        ))}
      </div>
      <script src={RULE_MAKER_URL} defer></script>
      {lines.length > MOST_LINES ? <p class="hint">Only the first {MOST_LINES} lines are shown.</p> : null}
    </fieldset>
  )
}
