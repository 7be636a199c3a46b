import { OPEN_ORDER_STATUSES, type OrderStatus } from '../../../core/order.js'
import type { RefusedFormView } from '../../../core/refused-form.js'
import type { PendingView } from '../../../core/views.js'
import { Filter, FilterChoice } from '../frame/form-parts.js'
import {
  DomainLink,
  Empty,
  hrefOf,
  MailLink,
  OrderStatus as OrderBadge,
  OrderLink,
  Pages,
  Time,
} from '../frame/parts.js'
import { lengthOf, type TimeWords } from '../frame/words.js'
import { DECISIONS, VERBS } from './order-decisions.js'

export type PendingFilter = { status: OrderStatus | null; connectionId: string | null; late: boolean }

export type PendingPageProps = {
  items: readonly PendingView[]
  /** Forms that were refused, the first of them. */
  forms: readonly RefusedFormView[]
  moreForms: boolean
  /** Titles of connections by id. */
  registries: ReadonlyMap<string, string>
  filter: PendingFilter
  /** All of the page's orders are ticked, as a link asks for it. */
  ticked: boolean
  mayDecide: boolean
  cursor: string | null
  next: string | null
  words: TimeWords
}

export const PendingPage = (props: PendingPageProps) => {
  const query = pendingQuery(props.filter)
  return (
    <>
      <h1>Pending</h1>
      <p class="lead">Orders that are open, the oldest first.</p>
      {props.forms.length === 0 ? null : <RefusedForms {...props} />}
      <section class="card" aria-label="List">
        <PendingFilterForm {...props} />
        {props.items.length === 0 ? <Empty>None.</Empty> : <PendingList {...props} />}
        <Pages path="/pending" query={query} cursor={props.cursor} next={props.next} what="orders" />
      </section>
    </>
  )
}

const RefusedForms = ({ forms, moreForms, words }: PendingPageProps) => (
  <section class="card" aria-labelledby="forms">
    <h2 id="forms">Forms that were refused</h2>
    <p class="soft">No orders yet: their accounts have to mend them, or take them away.</p>
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Form</th>
            <th scope="col">Status</th>
            <th scope="col">Refused</th>
            <th scope="col">What is wrong</th>
          </tr>
        </thead>
        <tbody>
          {forms.map((form) => (
            <tr>
              <th scope="row">
                {form.file} <span class="meta">{form.account}</span>
              </th>
              <td data-label="Status">
                <span class="badge bad">{form.status}</span>
              </td>
              <td data-label="Refused">
                <Time at={form.at} words={words} />
              </td>
              <td data-label="What is wrong">
                <ul class="plain">
                  {form.problems.map(({ pointer, detail }) => (
                    <li>{pointer === '' ? detail : `${pointer}: ${detail}`}</li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    {moreForms ? <p class="soft">Only the oldest {forms.length} are shown.</p> : null}
  </section>
)

export const pendingQuery = ({ status, connectionId, late }: PendingFilter): Record<string, string | null> => ({
  ...{ status, connection: connectionId },
  late: late ? '1' : null,
})

const PendingFilterForm = ({ filter, registries }: PendingPageProps) => (
  <Filter action="/pending">
    <FilterChoice
      name="status"
      label="Status"
      none="All"
      value={filter.status}
      options={OPEN_ORDER_STATUSES.map((status) => ({ value: status, label: status }))}
    />
    <FilterChoice
      name="connection"
      label="Registry"
      none="All"
      value={filter.connectionId}
      options={[...registries].map(([value, label]) => ({ value, label }))}
    />
    <FilterChoice
      name="late"
      label="Reply"
      none="All"
      value={filter.late ? '1' : null}
      options={[{ value: '1', label: 'late' }]}
    />
  </Filter>
)

const PendingList = (props: PendingPageProps) =>
  props.mayDecide ? (
    <form method="get" action="/pending/confirm">
      <PendingTable {...props} />
      <TickAll {...props} />
      <fieldset>
        <legend>With those that are ticked</legend>
        <div class="buttons">
          {VERBS.map((verb) => (
            <button type="submit" name="verb" value={verb} {...(DECISIONS[verb].danger ? { class: 'danger' } : {})}>
              {DECISIONS[verb].label}
            </button>
          ))}
        </div>
      </fieldset>
    </form>
  ) : (
    <PendingTable {...props} />
  )

const TickAll = ({ filter, cursor, ticked }: PendingPageProps) => {
  const here = { ...pendingQuery(filter), cursor }
  return (
    <p>
      <a href={hrefOf('/pending', ticked ? here : { ...here, tick: 'all' })}>
        {ticked ? 'Untick all' : 'Tick all of this page'}
      </a>
    </p>
  )
}

const PendingTable = ({ items, ticked, mayDecide, words }: PendingPageProps) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          {mayDecide ? (
            <th scope="col">
              <span class="unseen">Tick</span>
            </th>
          ) : null}
          <th scope="col">Order</th>
          <th scope="col">Status</th>
          <th scope="col">Age</th>
          <th scope="col">Usual</th>
          <th scope="col">Waited for until</th>
          <th scope="col">Tries</th>
          <th scope="col">Last reply</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr>
            {mayDecide ? (
              <td class="pick">
                <input
                  type="checkbox"
                  name="order"
                  value={item.order}
                  checked={ticked}
                  aria-label={`${item.action} ${item.unicodeName}`}
                />
              </td>
            ) : null}
            <th scope="row">
              <OrderLink id={item.order} label={item.action} />{' '}
              <DomainLink name={item.domain} label={item.unicodeName} />{' '}
              <span class="meta">{item.connection.title}</span>
            </th>
            <PendingCells item={item} words={words} />
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const PendingCells = ({ item, words }: { item: PendingView; words: TimeWords }) => (
  <>
    <td data-label="Status">
      <OrderBadge status={item.status} mode={item.mode} />
      {item.late ? (
        <>
          {' '}
          <span class="badge bad">late</span>
        </>
      ) : null}
    </td>
    <td data-label="Age">{lengthOf(item.age * 1_000)}</td>
    <td data-label="Usual">{usualWords(item)}</td>
    <td data-label="Waited for until">
      {item.deadline === null ? <span class="soft">nothing yet</span> : <Time at={item.deadline} words={words} />}
    </td>
    <td data-label="Tries">{item.attempts}</td>
    <td data-label="Last reply">
      {item.lastReply === null ? (
        <span class="soft">none</span>
      ) : (
        <>
          <MailLink id={item.lastReply.mail} label={item.lastReply.stage} />{' '}
          <span class="meta">{item.lastReply.effect}</span>
        </>
      )}
    </td>
  </>
)

const usualWords = ({ usualReply }: PendingView): string =>
  usualReply === null
    ? 'not known'
    : `${lengthOf(usualReply.p50 * 1_000)}, nearly all ${lengthOf(usualReply.p95 * 1_000)}`
