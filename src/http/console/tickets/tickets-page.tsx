import {
  TICKET_KINDS,
  TICKET_STATES,
  type TicketKind,
  type TicketState,
  type TicketView,
} from '../../../core/ticket.js'
import { Filter, FilterChoice, FilterText } from '../frame/form-parts.js'
import { Age, DomainLink, Empty, Pages } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'

export type TicketSearch = { state: TicketState | null; kind: TicketKind | null; domain: string | null }

export type TicketsPageProps = {
  tickets: readonly TicketView[]
  search: TicketSearch
  cursor: string | null
  next: string | null
  now: Date
  words: TimeWords
}

/** What each kind asks for, in the words of the console. */
export const KIND_WORDS: Record<TicketKind, string> = {
  order: 'an order to carry out',
  approval: 'an order that waits for a second person',
  'unrecognised-mail': 'a mail to understand',
  'ambiguous-mail': 'a mail that fits several orders',
  conflict: 'a contradiction',
  notice: 'a notice to act on',
  'transfer-away': 'a domain that another provider asks for',
  'late-ack': 'a transfer that the present provider refused',
  uncertain: 'an uncertain hand-over',
  dns: 'a name whose DNS is not prepared',
}

export const STATE_TONES: Record<TicketState, string> = { open: 'busy', done: 'good', failed: 'bad', dismissed: 'idle' }

export const TicketsPage = (props: TicketsPageProps) => (
  <>
    <h1>Tickets</h1>
    <p class="lead">What people have to do, until somebody closes it.</p>
    <section class="card" aria-label="List">
      <TicketFilter search={props.search} />
      {props.tickets.length === 0 ? <Empty>None.</Empty> : <TicketTable {...props} />}
      <Pages path="/tickets" query={props.search} cursor={props.cursor} next={props.next} what="tickets" />
    </section>
  </>
)

const TicketFilter = ({ search }: Pick<TicketsPageProps, 'search'>) => (
  <Filter action="/tickets">
    <FilterChoice
      name="state"
      label="State"
      none="All"
      value={search.state}
      options={TICKET_STATES.map((state) => ({ value: state, label: state }))}
    />
    <FilterChoice
      name="kind"
      label="What it is"
      none="All"
      value={search.kind}
      options={TICKET_KINDS.map((kind) => ({ value: kind, label: KIND_WORDS[kind] }))}
    />
    <FilterText name="domain" label="Domain" value={search.domain} />
  </Filter>
)

const TicketTable = ({ tickets, now, words }: TicketsPageProps) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Ticket</th>
          <th scope="col">State</th>
          <th scope="col">What it is</th>
          <th scope="col">Domain</th>
          <th scope="col">Age</th>
        </tr>
      </thead>
      <tbody>
        {tickets.map((ticket) => (
          <tr>
            <th scope="row">
              <a href={`/tickets/${ticket.number}`}>
                {ticket.number}: {ticket.subject}
              </a>
            </th>
            <td data-label="State">
              <span class={`badge ${STATE_TONES[ticket.state]}`}>{ticket.state}</span>
            </td>
            <td data-label="What it is">{KIND_WORDS[ticket.kind]}</td>
            <td data-label="Domain">{ticket.domain === null ? 'none' : <DomainLink name={ticket.domain} />}</td>
            <td data-label="Age">
              <Age at={ticket.openedAt} now={now} words={words} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
