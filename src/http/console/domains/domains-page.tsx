import { DOMAIN_STATUSES } from '../../../core/domain.js'
import type { DomainFilter as Search } from '../../../core/domain-list.js'
import type { DomainView } from '../../../core/views.js'
import { Filter, FilterChoice, FilterText } from '../frame/form-parts.js'
import { Age, DomainLink, Empty, hrefOf, Pages, Registered, Status } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import { queryOf, turned } from './domain-search.js'

export type DomainsPageProps = {
  domains: readonly DomainView[]
  /** Titles of connections by id. */
  registries: ReadonlyMap<string, string>
  search: Search
  cursor: string | null
  next: string | null
  now: Date
  mayOrder: boolean
  words: TimeWords
}

export const DomainsPage = (props: DomainsPageProps) => {
  const query = queryOf(props.search)
  return (
    <>
      <div class="head">
        <h1>{props.search.status === undefined ? 'Domains' : `Domains that are ${props.search.status}`}</h1>
        {props.mayOrder ? (
          <a class="button" href="/orders/new">
            New order
          </a>
        ) : null}
      </div>
      <section class="card" aria-label="List">
        <DomainFilter {...props} />
        {props.domains.length === 0 ? <Empty>None.</Empty> : <DomainTable {...props} />}
        <Pages path="/domains" query={query} cursor={props.cursor} next={props.next} what="domains" />
        <p>
          <a href={hrefOf('/domains.csv', query)}>Download as a table (CSV)</a>
        </p>
      </section>
    </>
  )
}

const DomainFilter = ({ search, registries }: DomainsPageProps) => (
  <Filter action="/domains">
    <FilterText name="q" label="Name" value={search.part ?? null} />
    <FilterChoice
      name="status"
      label="Status"
      none="All"
      value={search.status ?? null}
      options={DOMAIN_STATUSES.map((name) => ({ value: name, label: name }))}
    />
    <FilterChoice
      name="connection"
      label="Registry"
      none="All"
      value={search.connectionId ?? null}
      options={[...registries].map(([value, label]) => ({ value, label }))}
    />
    <FilterText name="tld" label="TLD" value={search.tld ?? null} />
    {search.sort === undefined ? null : <input type="hidden" name="sort" value={search.sort} />}
  </Filter>
)

/** A column that the list can be sorted by; pressed again it is turned round. */
const SortedBy = ({ by, label, search }: { by: 'name' | 'status' | 'age'; label: string; search: Search }) => {
  const direction = search.sort === by ? 'ascending' : search.sort === `-${by}` ? 'descending' : null
  return (
    <th scope="col" {...(direction === null ? {} : { 'aria-sort': direction })}>
      <a href={hrefOf('/domains', queryOf({ ...search, sort: turned(by, search.sort) }))}>{label}</a>
    </th>
  )
}

const DomainTable = ({ domains, registries, search, now, words }: DomainsPageProps) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <SortedBy by="name" label="Domain" search={search} />
          <SortedBy by="status" label="Status" search={search} />
          <th scope="col">Registered</th>
          <th scope="col">Registry</th>
          <SortedBy by="age" label="Age in state" search={search} />
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
