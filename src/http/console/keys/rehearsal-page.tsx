import type { MailConnection } from '../../../core/connection.js'
import { REHEARSAL_STEPS, type Rehearsal, type RehearsalStep } from '../../../core/rehearsal.js'
import { Press } from '../frame/form-parts.js'
import { Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'

export type RehearsalPageProps = {
  connection: Pick<MailConnection, 'id' | 'title'>
  /** Null before it was played. */
  rehearsal: Rehearsal | null
  words: TimeWords
}

export const rehearsalPath = ({ id }: RehearsalPageProps['connection']): string =>
  `/connections/${encodeURIComponent(id)}/rehearsal`

/** A change of keys, played: what it is, and step by step what came of it. */
export const RehearsalPage = ({ connection, rehearsal, words }: RehearsalPageProps) => (
  <>
    <h1>Rehearse a change of keys</h1>
    <p class="lead">
      The keys of {connection.title} change hands against a registry that is simulated within this gateway: requests are
      signed by the present key and by the next one, and replies by the registry's present and next key are read. No
      mail leaves or is stored, and the connection stays as it is. The action log says that it was rehearsed.
    </p>
    {rehearsal === null ? null : <Played {...{ rehearsal, words }} />}
    <section class="card" aria-label="Rehearse">
      <p>
        The next key is the one of signing.keys whose time begins next; where there is none, a key is made that is
        thrown away afterwards. For the registry's keys, whose private halves are the registry's alone, keys of the
        simulated registry stand in, at the times of trust.keys.
      </p>
      <Press
        action={rehearsalPath(connection)}
        label={rehearsal === null ? 'Rehearse' : 'Rehearse again'}
        kind="main"
      />
    </section>
  </>
)

const Played = ({ rehearsal: { ok, key, next, steps }, words }: { rehearsal: Rehearsal; words: TimeWords }) => {
  const failed = steps.filter((step) => !step.ok).length
  return (
    <section class="card" aria-labelledby="played">
      <h2 id="played">What came of it</h2>
      <p class={ok ? 'note good' : 'note bad'} role={ok ? 'status' : 'alert'}>
        {ok ? 'Every step went as it has to.' : `${failed} of ${steps.length} steps did not go as they have to.`} From{' '}
        {key === null ? 'no key' : <code>{key}</code>} to{' '}
        {next === null ? 'a key made for this rehearsal' : <code>{next}</code>}.
      </p>
      <div class="scroll">
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">It has to be that</th>
              <th scope="col">As if it were</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <StepRow step={step} words={words} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

const StepRow = ({ step: { step, ok, at, detail }, words }: { step: RehearsalStep; words: TimeWords }) => (
  <tr>
    <th scope="row">{REHEARSAL_STEPS[step]}</th>
    <td data-label="As if it were">
      <Time at={at.toISOString()} words={words} />
    </td>
    <td data-label="Result">
      <span class={`badge ${ok ? 'good' : 'bad'}`}>{ok ? 'Passed' : 'Failed'}</span> {detail}
    </td>
  </tr>
)
