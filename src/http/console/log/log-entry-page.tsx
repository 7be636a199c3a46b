import type { Child } from 'hono/jsx'
import type { ActionView } from '../../../core/views.js'
import { DomainLink, Facts, hrefOf, Level, MailLink, OrderLink, Time } from '../frame/parts.js'
import { hostWords, type TimeWords } from '../frame/words.js'

export type LogEntryPageProps = { entry: ActionView; isLast: boolean; words: TimeWords }

/** One entry at an address that stays. */
export const LogEntryPage = ({ entry, isLast, words }: LogEntryPageProps) => (
  <>
    <h1>Entry {entry.id}</h1>
    <p class="lead">
      <Level level={entry.level} />
      {entry.text}
    </p>
    <section class="card" aria-label="Facts">
      <Facts facts={factsOf(entry, words)} />
    </section>
    {Object.keys(entry.data).length === 0 ? null : (
      <section class="card" aria-labelledby="data">
        <h2 id="data">Data</h2>
        <pre>{JSON.stringify(entry.data, null, 2)}</pre>
      </section>
    )}
    <nav class="pages" aria-label="Entries beside it">
      {entry.id === '1' ? null : <a href={`/log/${BigInt(entry.id) - 1n}`}>The entry before</a>}
      {isLast ? null : <a href={`/log/${BigInt(entry.id) + 1n}`}>The entry after</a>}
    </nav>
  </>
)

const factsOf = (entry: ActionView, words: TimeWords): (readonly [string, Child] | null)[] => [
  ['When', <Time at={entry.at} words={words} />],
  ['Who', <a href={hrefOf('/log', { actor: entry.actor })}>{entry.actor}</a>],
  ['Event', <a href={hrefOf('/log', { event: entry.event })}>{entry.event}</a>],
  entry.domain === null ? null : ['Domain', <DomainLink name={entry.domain} label={hostWords(entry.domain)} />],
  entry.order === null ? null : ['Order', <OrderLink id={entry.order} label={entry.order} />],
  entry.request === null ? null : ['Request', entry.request],
  entry.mail === null ? null : ['Mail', <MailLink id={entry.mail} label={entry.mail} />],
  ['Hash', <code>{entry.hash}</code>],
]
