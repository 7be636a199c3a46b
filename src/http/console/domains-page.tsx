import { domainToUnicode } from 'node:url'
import { DOMAIN_STATUSES } from '../../core/domain.js'
import type { ActionView, DomainView } from '../../core/views.js'
import type { Attention } from '../../flows/read-attention.js'
import { DomainLink, MailLink, Registered, Status, Time } from './parts.js'
import { ageOf, type TimeWords } from './words.js'

export type DomainsPageProps = {
  domains: readonly DomainView[]
  /** Titles of connections by id. */
  registries: ReadonlyMap<string, string>
  counts: readonly { status: DomainView['status']; count: number }[]
  errors: readonly ActionView[]
  attention: readonly Attention[]
  status: string | null
  next: string | null
  now: Date
  words: TimeWords
}

export const DomainsPage = (props: DomainsPageProps) => (
  <>
    <h1>Domains</h1>
    <NeedsAttention attention={props.attention} />
    <NewestErrors errors={props.errors} words={props.words} />
    <section class="card" aria-labelledby="domains">
      <h2 id="domains">{props.status === null ? 'All domains' : `Domains that are ${props.status}`}</h2>
      <StatusFilter counts={props.counts} status={props.status} />
      {props.domains.length === 0 ? <p class="soft">None.</p> : <DomainTable {...props} />}
      {props.next === null ? null : (
        <p>
          <a
            href={`/?${new URLSearchParams({ ...(props.status === null ? {} : { status: props.status }), cursor: props.next })}`}
          >
            More domains
          </a>
        </p>
      )}
    </section>
  </>
)

/** Weak trust and keys that need care, for as long as they do; nothing where there is nothing. */
const NeedsAttention = ({ attention }: Pick<DomainsPageProps, 'attention'>) =>
  attention.length === 0 ? null : (
    <section class="card" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ol class="errors">
        {attention.map(({ level, text }) => (
          <li>
            <p>
              <span class={`badge ${TONES[level]}`}>{LEVELS[level]}</span> {text}
            </p>
          </li>
        ))}
      </ol>
    </section>
  )

const TONES = { error: 'bad', warning: 'busy', info: 'idle' } as const
const LEVELS = { error: 'Error', warning: 'Warning', info: 'Note' } as const

const NewestErrors = ({ errors, words }: { errors: readonly ActionView[]; words: TimeWords }) => (
  <section class="card" aria-labelledby="errors">
    <h2 id="errors">Newest errors</h2>
    {errors.length === 0 ? <p class="soft">None: no error is in the action log.</p> : null}
    <ol class="errors">
      {errors.map((error) => (
        <li>
          <p>
            <span class="badge bad">Error</span> {error.text}
          </p>
          <p class="meta">
            <Time at={error.at} words={words} />
            {error.domain === null ? null : (
              <>
                {' · '}
                <DomainLink name={error.domain} label={domainToUnicode(error.domain) || error.domain} />
              </>
            )}
            {' · '}
            {error.event}
            {error.mail === null ? null : (
              <>
                {' · '}
                <MailLink id={error.mail} label="mail" />
              </>
            )}
          </p>
        </li>
      ))}
    </ol>
  </section>
)

const StatusFilter = ({ counts, status }: Pick<DomainsPageProps, 'counts' | 'status'>) => (
  <form class="filter" method="get" action="/">
    <div>
      <label for="status">Status</label>
      <select id="status" name="status">
        <option value="">All</option>
        {DOMAIN_STATUSES.map((name) => (
          <option value={name} selected={name === status}>
            {`${name} (${counts.find((entry) => entry.status === name)?.count ?? 0})`}
          </option>
        ))}
      </select>
    </div>
    <button type="submit">Show</button>
  </form>
)

const DomainTable = ({ domains, registries, now, words }: DomainsPageProps) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Domain</th>
          <th scope="col">Status</th>
          <th scope="col">Registered</th>
          <th scope="col">Registry</th>
          <th scope="col">Age in state</th>
        </tr>
      </thead>
      <tbody>
        {domains.map((domain) => (
          <tr>
            <th scope="row">
              <DomainLink name={domain.name} label={domain.unicodeName} />
            </th>
            <td data-label="Status">
              <Status status={domain.status} mode={domain.mode} />
            </td>
            <td data-label="Registered">
              <Registered registered={domain.registered} />
            </td>
            <td data-label="Registry">{registries.get(domain.connection) ?? domain.connection}</td>
            <td data-label="Age in state">
              <time datetime={domain.since} title={words(domain.since)}>
                {ageOf(domain.since, now)}
              </time>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
