import { mailView } from '../../../core/views.js'
import type { Difference, Meaning, Trial } from '../../../flows/try-rules.js'
import { Empty, MailLink, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'

const MOST_SHOWN = 50

/** What rules would make of stored mails, beside what was made of them. */
export const TrialView = ({ trial, title, words }: { trial: Trial; title: string; words: TimeWords }) => (
  <section class="card" aria-labelledby="trial">
    <h2 id="trial">{title}</h2>
    <p>{trialWords(trial)}</p>
    {trial.next === null ? null : <p class="soft">Older mails were not looked at.</p>}
    <Differences differences={trial.differences.slice(0, MOST_SHOWN)} words={words} />
    {trial.differences.length > MOST_SHOWN ? (
      <p class="soft">
        The newest {MOST_SHOWN} of {trial.differences.length} are shown.
      </p>
    ) : null}
  </section>
)

export const trialWords = ({ looked, recognised, changed, unchanged, unreadable }: Trial): string =>
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
