import { DOMAIN_STATUSES, type DomainStatus } from '../../core/domain.js'
import type { DomainView } from '../../core/views.js'
import { Filter, FilterChoice } from './form-parts.js'
import { Age, DomainLink, Empty, Pages, Registered, Status } from './parts.js'
import type { TimeWords } from './words.js'

export type DomainsPageProps = {
  domains: readonly DomainView[]
  /** Titles of connections by id. */
  registries: ReadonlyMap<string, string>
  counts: readonly { status: DomainStatus; count: number }[]
  status: DomainStatus | null
  cursor: string | null
  next: string | null
  now: Date
  words: TimeWords
}

export const DomainsPage = (props: DomainsPageProps) => (
  <>
    <h1>{props.status === null ? 'Domains' : `Domains that are ${props.status}`}</h1>
    <section class="card" aria-label="List">
      <StatusFilter counts={props.counts} status={props.status} />
      {props.domains.length === 0 ? <Empty>None.</Empty> : <DomainTable {...props} />}
      <Pages path="/domains" query={{ status: props.status }} cursor={props.cursor} next={props.next} what="domains" />
    </section>
  </>
)

const StatusFilter = ({ counts, status }: Pick<DomainsPageProps, 'counts' | 'status'>) => (
  <Filter action="/domains">
    <FilterChoice
      name="status"
      label="Status"
      none="All"
      value={status}
      options={DOMAIN_STATUSES.map((name) => ({
        value: name,
        label: `${name} (${counts.find((entry) => entry.status === name)?.count ?? 0})`,
      }))}
    />
  </Filter>
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
              <Age at={domain.since} now={now} words={words} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
