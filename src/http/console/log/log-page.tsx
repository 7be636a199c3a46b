import { ACTION_LEVELS, type ActionLevel } from '../../../core/action-log.js'
import type { ActionView } from '../../../core/views.js'
import { Filter, FilterChoice, FilterText, FilterTime } from '../frame/form-parts.js'
import { DomainLink, Empty, hrefOf, Level, Pages, Time } from '../frame/parts.js'
import { hostWords, type TimeWords } from '../frame/words.js'
import { type ChainState, LogChain } from './log-chain.js'
import type { LogQuery } from './log-filter.js'

export type LogPageProps = {
  entries: readonly ActionView[]
  query: LogQuery
  /** There were more entries than one page looks at, and these are all that fit. */
  cutShort: boolean
  cursor: string | null
  next: string | null
  chain: ChainState
  timezone: string
  words: TimeWords
}

export const LogPage = (props: LogPageProps) => (
  <>
    <h1>Action log</h1>
    <LogChain chain={props.chain} words={props.words} />
    <section class="card" aria-label="Entries">
      <LogFilter query={props.query} timezone={props.timezone} />
      <p>
        Keep these entries: <a href={hrefOf('/log.csv', props.query)}>as CSV</a> or{' '}
        <a href={hrefOf('/log.jsonl', props.query)}>as JSON lines</a>
      </p>
      {props.entries.length === 0 ? <Empty>{props.cutShort ? 'None so far.' : 'None.'}</Empty> : <Entries {...props} />}
      {props.cutShort ? (
        <p class="soft">Who, event and text are looked for in 50,000 entries at a time. There are more to look at.</p>
      ) : null}
      <Pages path="/log" query={props.query} cursor={props.cursor} next={props.next} what="entries" />
    </section>
  </>
)

const LEVELS: Record<ActionLevel, string> = { info: 'Everything', warning: 'Warnings and errors', error: 'Errors' }

const LogFilter = ({ query, timezone }: Pick<LogPageProps, 'query' | 'timezone'>) => (
  <Filter action="/log">
    <FilterChoice
      name="level"
      label="Level"
      value={query.level || 'info'}
      options={ACTION_LEVELS.map((level) => ({ value: level, label: LEVELS[level] }))}
    />
    <FilterText name="q" label="Text" value={query.q} />
    <FilterText name="domain" label="Domain" value={query.domain} />
    <FilterText name="order" label="Order (its id)" value={query.order} />
    <FilterText name="actor" label="Who" value={query.actor} />
    <FilterText name="event" label="Event" value={query.event} />
    <FilterTime name="from" label={`From (${timezone})`} value={query.from} />
    <FilterTime name="to" label={`To (${timezone})`} value={query.to} />
  </Filter>
)

const Entries = ({ entries, words }: Pick<LogPageProps, 'entries' | 'words'>) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Entry</th>
          <th scope="col">When</th>
          <th scope="col">What happened</th>
          <th scope="col">Domain</th>
          <th scope="col">Who</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr>
            <th scope="row">
              <a href={`/log/${entry.id}`}>{entry.id}</a>
            </th>
            <td data-label="When" class="whole">
              <Time at={entry.at} words={words} />
            </td>
            <td>
              <Level level={entry.level} />
              {entry.text} <span class="meta">{entry.event}</span>
            </td>
            <td data-label="Domain">
              {entry.domain === null ? (
                <span class="soft">none</span>
              ) : (
                <DomainLink name={entry.domain} label={hostWords(entry.domain)} />
              )}
            </td>
            <td data-label="Who">{entry.actor}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
