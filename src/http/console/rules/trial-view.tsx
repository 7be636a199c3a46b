import { mailView } from '../../../core/views.js'
import type { TrialCounts } from '../../../flows/try-all-rules.js'
import type { Difference, Meaning } from '../../../flows/try-rules.js'
import { Button } from '../frame/form-parts.js'
import { Empty, MailLink, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import { type RuleDraft, ruleFields } from './rule-draft.js'
import type { TrialSoFar } from './trial-so-far.js'

export type TrialViewProps = {
  trial: TrialSoFar
  title: string
  /** The rule as it was tried, and where its form is sent: what stands in that form may be another by now. */
  form: { action: string; draft: RuleDraft; hidden: Readonly<Record<string, string>> }
  words: TimeWords
}

/** What rules would make of stored mails, beside what was made of them: a stretch at a time, until all were looked at. */
export const TrialView = ({ trial: { counts, stretch }, title, form, words }: TrialViewProps) => (
  <section class="card" aria-labelledby="trial">
    <h2 id="trial">{title}</h2>
    <p>{trialWords(counts)}</p>
    <p class="soft">
      {stretch.next === null
        ? 'These are all mails of the connection whose signature is good.'
        : 'Older mails were not looked at yet.'}
      {stretch.looked < counts.looked ? ` Shown are those of the last ${stretch.looked}.` : ''}
    </p>
    <Differences differences={stretch.differences} words={words} />
    {stretch.next === null ? null : <GoOn {...{ form, counts }} cursor={stretch.next} />}
  </section>
)

type GoOnProps = Pick<TrialViewProps, 'form'> & { counts: TrialCounts; cursor: string }

const GoOn = ({ form: { action, draft, hidden }, counts, cursor }: GoOnProps) => {
  const { looked, recognised, changed, unchanged, unreadable } = counts
  const said = { ...hidden, ...ruleFields(draft), cursor, looked, recognised, changed, unchanged, unreadable }
  return (
    <form method="post" action={action}>
      {Object.entries(said).map(([name, value]) => (
        <input type="hidden" name={name} value={String(value)} />
      ))}
      <input type="hidden" name="do" value="try" />
      <Button>Look at older mails</Button>
    </form>
  )
}

export const trialWords = ({ looked, recognised, changed, unchanged, unreadable }: TrialCounts): string =>
  `Of ${looked} mails ${recognised} would be newly recognised, ${changed} would mean something else, ${unchanged} would stay as they are, and ${unreadable} cannot be read now.`

export const Differences = ({ differences, words }: { differences: readonly Difference[]; words: TimeWords }) =>
  differences.length === 0 ? (
    <Empty>No mail would be read otherwise.</Empty>
  ) : (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Mail</th>
            <th scope="col">When</th>
            <th scope="col">It was</th>
            <th scope="col">It would be</th>
          </tr>
        </thead>
        <tbody>
          {differences.map((difference) => (
            <DifferenceRow difference={difference} words={words} />
          ))}
        </tbody>
      </table>
    </div>
  )

const DifferenceRow = ({
  difference: { mail, kind, was, would },
  words,
}: {
  difference: Difference
  words: TimeWords
}) => (
  <tr>
    <th scope="row" class="whole">
      <MailLink id={mail.id} label={kind === 'recognised' ? 'newly recognised' : 'changed'} />
    </th>
    <td data-label="When" class="whole">
      <Time at={mailView(mail).receivedAt} words={words} />
    </td>
    <td data-label="It was">
      <Meanings meanings={was} />
    </td>
    <td data-label="It would be">
      <Meanings meanings={would} />
    </td>
  </tr>
)

const Meanings = ({ meanings }: { meanings: readonly Meaning[] }) => (
  <>
    {meanings.map((meaning) => (
      <p>{meaningWords(meaning)}</p>
    ))}
  </>
)

const meaningWords = ({ outcome, code, text, domain, reference, rule, hindrance }: Meaning): string =>
  [
    `${outcome}${code === null ? '' : ` (${code})`}: ${text}`,
    domain === null && reference === null ? '' : ` - about ${[domain, reference].filter(Boolean).join(', ')}`,
    rule === null ? '' : ` - by the rule "${rule.title}"`,
    hindrance === null ? '' : ` - BUT it would settle nothing: ${hindrance}`,
  ].join('')
