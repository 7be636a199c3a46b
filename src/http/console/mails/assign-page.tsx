import type { Problem } from '../../../core/errors.js'
import type { AssignedOutcome } from '../../../core/mail.js'
import type { MailView } from '../../../core/views.js'
import { Button, Choose, Field } from '../frame/form-parts.js'
import { type TimeWords, verdictWords } from '../frame/words.js'

/** What somebody says of a mail, as it stands in the form. */
export type Assignment = { domain: string; outcome: string; note: string; code: string }

export type AssignPageProps = {
  mail: MailView
  /** What the mail says; null where it cannot be shown. */
  text: string | null
  said: Assignment
  outcomes: readonly AssignedOutcome[]
  problems: readonly Problem[]
  problem: string | null
  words: TimeWords
}

const OUTCOMES: Record<AssignedOutcome, string> = {
  accepted: 'accepted: the registry has it and will decide',
  done: 'done: the registry did what was ordered',
  refused: 'refused: the registry will not do it',
  informational: 'informational: no order changes',
}

export const AssignPage = ({ mail, text, said, outcomes, problems, problem, words }: AssignPageProps) => {
  const problemOf = (field: string) => problems.find(({ pointer }) => pointer === `/${field}`)?.detail ?? null
  return (
    <>
      <h1>What does this mail mean?</h1>
      <p class="lead">{verdictWords(mail, words)}</p>
      {problem === null ? null : (
        <div class="note bad" role="alert">
          <p>{problem}</p>
        </div>
      )}
      <div class="columns">
        <section class="card" aria-labelledby="says">
          <h2 id="says">What it says</h2>
          <pre>{text ?? 'It cannot be shown; its page says why.'}</pre>
        </section>
        <section class="card" aria-labelledby="means">
          <h2 id="means">What it means</h2>
          <form method="post" action={`/mails/${encodeURIComponent(mail.id)}/assign`}>
            <Field
              {...{ name: 'domain', label: 'Domain', value: said.domain, required: true, maxlength: 255 }}
              hint="That the mail is about; its newest order is settled as the registry's reply would settle it."
              problem={problemOf('domain')}
            />
            <Choose
              {...{ name: 'outcome', label: 'Outcome', value: said.outcome, problem: problemOf('outcome') }}
              options={outcomes.map((value) => ({ value, label: OUTCOMES[value] }))}
            />
            <Field
              {...{ name: 'code', label: 'Code of a refusal', value: said.code, maxlength: 100 }}
              problem={problemOf('code')}
            />
            <Field
              {...{ name: 'note', label: 'Note', value: said.note, required: true, maxlength: 2_000, rows: 3 }}
              hint="What the mail says, in a sentence. It is in the log with your name, and the reason of an order that is refused."
              problem={problemOf('note')}
            />
            <p>Money may move by it and customers are told. It cannot be taken back.</p>
            <Button kind="main">Assign it</Button>
          </form>
        </section>
      </div>
    </>
  )
}
