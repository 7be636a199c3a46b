import type { MailRule } from '../../../core/mail-rule.js'
import { Empty, Time } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'

export type RulesPageProps = { title: string; path: string; rules: readonly MailRule[]; words: TimeWords }

/** The rules of a connection; `path` is where they are. */
export const RulesPage = ({ title, path, rules, words }: RulesPageProps) => (
  <>
    <h1>Rules for mails of {title}</h1>
    <p class="lead">
      What mails mean that the registry signed and its profile cannot read. The best way to a new one is from such a
      mail: <a href="/unrecognised">mails that were not recognised</a>.
    </p>
    <section class="card" aria-label="List">
      {rules.length === 0 ? <Empty>There is none yet.</Empty> : <RuleTable {...{ path, rules, words }} />}
      <p>
        <a class="button" href={`${path}/new`}>
          Write a rule
        </a>
      </p>
    </section>
  </>
)

const RuleTable = ({ path, rules, words }: Omit<RulesPageProps, 'title'>) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">State</th>
          <th scope="col">A mail with</th>
          <th scope="col">Means</th>
          <th scope="col">Version</th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <tr>
            <th scope="row">
              <a href={`${path}/${rule.id}`}>{rule.title}</a>
            </th>
            <td data-label="State">
              <RuleState enabled={rule.enabled} />
            </td>
            <td data-label="A mail with" class="any">
              {phraseWords(rule)}
            </td>
            <td data-label="Means">
              {rule.outcome}
              {rule.code === null ? '' : ` (${rule.code})`}
            </td>
            <td data-label="Version">
              {rule.version} by {rule.by}, <Time at={rule.at.toISOString()} words={words} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

export const RuleState = ({ enabled }: { enabled: boolean }) => (
  <span class={`badge ${enabled ? 'good' : 'idle'}`}>{enabled ? 'on' : 'off'}</span>
)

export const phraseWords = ({ words, without }: Pick<MailRule, 'words' | 'without'>): string =>
  `${quoted(words)}${without.length === 0 ? '' : ` and without ${quoted(without)}`}`

const quoted = (phrases: readonly string[]): string => phrases.map((phrase) => `"${phrase}"`).join(' and ')
