import type { MailRule } from '../../../core/mail-rule.js'
import type { Difference } from '../../../flows/try-rules.js'
import { Button, Confirm } from '../frame/form-parts.js'
import { Empty, Pages, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import { RuleForm, type RuleFormProps } from './rule-form.js'
import { phraseWords, RuleState } from './rules-page.js'
import type { TrialSoFar } from './trial-so-far.js'
import { Differences, TrialView } from './trial-view.js'

export type RulePageProps = {
  /** The newest version first. */
  versions: readonly [MailRule, ...MailRule[]]
  /** Where the page is. */
  path: string
  form: Pick<RuleFormProps, 'draft' | 'problems'>
  /** Why it was not saved, where that is not about a field. */
  problem: string | null
  /** What the form's words would make of stored mails; null where they were not tried. */
  trial: TrialSoFar | null
  /** Null where nobody looked, which takes a while. */
  recognised: RecognisedMails | null
  words: TimeWords
}

/** Mails that wait for a person and that a rule understands, among so many that were looked at from `cursor` on. */
export type RecognisedMails = {
  mails: readonly Difference[]
  looked: number
  cursor: string | null
  next: string | null
}

export const RulePage = ({ versions, path, form, problem, trial, recognised, words }: RulePageProps) => {
  const [rule] = versions
  const hidden = { version: String(rule.version) }
  return (
    <>
      <h1>Rule: {rule.title}</h1>
      <p class="lead">
        <RuleState enabled={rule.enabled} /> A mail with {phraseWords(rule)} is {rule.outcome}
        {rule.code === null ? '' : ` (${rule.code})`}.
      </p>
      {problem === null ? null : <RuleProblem text={problem} />}
      <Switch rule={rule} path={path} />
      <Recognised {...{ recognised, path, words }} />
      {trial === null ? null : (
        <TrialView
          {...{ trial, words }}
          title="What the words below would make of stored mails"
          form={{ ...form, action: path, hidden }}
        />
      )}
      <section class="card" aria-labelledby="change">
        <h2 id="change">Change it</h2>
        <RuleForm
          {...{ ...form, action: path, signedText: null, saveLabel: `Save as version ${rule.version + 1}` }}
          hidden={hidden}
        />
      </section>
      <Versions versions={versions} words={words} />
    </>
  )
}

export const RuleProblem = ({ text }: { text: string }) => (
  <div class="note bad" role="alert">
    <p>{text}</p>
  </div>
)

const Switch = ({ rule, path }: { rule: MailRule; path: string }) => (
  <form method="post" action={`${path}/switch`}>
    <input type="hidden" name="version" value={String(rule.version)} />
    <input type="hidden" name="enabled" value={rule.enabled ? 'no' : 'yes'} />
    <p>
      <Button>{rule.enabled ? 'Switch it off' : 'Switch it on'}</Button>
    </p>
  </form>
)

const Recognised = ({ recognised, path, words }: Pick<RulePageProps, 'recognised' | 'path' | 'words'>) => (
  <section class="card" aria-labelledby="recognised">
    <h2 id="recognised">Mails from before it</h2>
    {recognised === null ? (
      <p>
        <a href={`${path}?look=1`}>Look for mails that wait for a person and that it recognises</a>
      </p>
    ) : (
      <>
        {recognised.mails.length === 0 ? (
          <Empty>No mail waits for a person that it recognises.</Empty>
        ) : (
          <Replay {...{ recognised, path, words }} />
        )}
        <p class="soft">{stretchWords(recognised)}</p>
        <Pages {...{ path, query: { look: '1' }, ...recognised }} what="mails" />
      </>
    )}
  </section>
)

const stretchWords = ({ looked, cursor, next }: RecognisedMails): string => {
  const which = cursor === null ? 'the newest of the connection' : 'older ones of the connection'
  return `Looked at: ${looked} mails, ${which}. ${next === null ? 'There are no older ones.' : 'Older ones were not looked at yet.'}`
}

type ReplayProps = Pick<RulePageProps, 'path' | 'words'> & { recognised: RecognisedMails }

const Replay = ({ recognised: { mails, cursor }, path, words }: ReplayProps) => (
  <>
    <p>They came in before the rule and still wait for a person: {mails.length}.</p>
    <Confirm action={`${path}/replay`} label={`Judge ${mails.length} once more`}>
      <p>
        Each of the mails below, {mails.length} in number, is read again and takes effect as the rule says: orders are
        settled, and customers and billing systems are told. That cannot be taken back.
      </p>
      {cursor === null ? null : <input type="hidden" name="cursor" value={cursor} />}
    </Confirm>
    <Differences differences={mails} words={words} />
  </>
)

const Versions = ({ versions, words }: Pick<RulePageProps, 'versions' | 'words'>) => (
  <section class="card" aria-labelledby="versions">
    <h2 id="versions">Versions</h2>
    <ol class="errors">
      {versions.map((version) => (
        <li>
          <p>
            {version.version}: "{version.title}", <RuleState enabled={version.enabled} /> {phraseWords(version)}:{' '}
            {version.outcome}
            {version.code === null ? '' : ` (${version.code})`}
          </p>
          <p class="meta">
            <Time at={version.at.toISOString()} words={words} /> · {version.by}
            {version.note === null ? '' : ` · ${version.note}`}
          </p>
        </li>
      ))}
    </ol>
  </section>
)
