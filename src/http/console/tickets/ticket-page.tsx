import type { TicketView } from '../../../core/ticket.js'
import { Button, Choose, Field } from '../frame/form-parts.js'
import { DomainLink, Facts, MailLink, OrderLink, Time, TransferAnswers } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import { KIND_WORDS, STATE_TONES } from './tickets-page.js'

/** What somebody wrote into the form, and what is wrong with it, by the field's name. */
export type TicketForm = { values: Readonly<Record<string, string>>; problems: Readonly<Record<string, string>> }

export type TicketPageProps = { ticket: TicketView; form: TicketForm; words: TimeWords }

export const TicketPage = (props: TicketPageProps) => {
  const { ticket, words } = props
  return (
    <>
      <h1>{ticket.subject}</h1>
      <p class="lead">
        <span class={`badge ${STATE_TONES[ticket.state]}`}>{ticket.state}</span> Ticket {ticket.number}:{' '}
        {KIND_WORDS[ticket.kind]}
      </p>
      <section class="card" aria-label="Facts">
        <Facts facts={factsOf(ticket, words)} />
      </section>
      <section class="card" aria-labelledby="work">
        <h2 id="work">What there is to do</h2>
        <pre>{ticket.text}</pre>
        {ticket.kind === 'transfer-away' && ticket.state === 'open' && ticket.domain !== null ? (
          <TransferAnswers domain={ticket.domain} />
        ) : null}
      </section>
      {ticket.state === 'open' ? <Closing {...props} /> : null}
    </>
  )
}

const factsOf = (ticket: TicketView, words: TimeWords) => [
  ticket.domain === null ? null : (['Domain', <DomainLink name={ticket.domain} />] as const),
  ticket.order === null ? null : (['Order', <OrderLink id={ticket.order} label="the order" />] as const),
  ticket.mail === null ? null : (['Mail', <MailLink id={ticket.mail} label="the mail" />] as const),
  ['Opened', <Time at={ticket.openedAt} words={words} />] as const,
  ticket.remindAt === null ? null : (['Next reminder', <Time at={ticket.remindAt} words={words} />] as const),
  ticket.closedAt === null ? null : (['Closed', <Time at={ticket.closedAt} words={words} />] as const),
  ticket.closedBy === null ? null : (['Closed by', ticket.closedBy] as const),
  ticket.note === null ? null : (['Note', ticket.note] as const),
]

const Closing = ({ ticket, form }: TicketPageProps) => {
  const { values, problems } = form
  const field = (name: string) => ({ name, value: values[name] ?? '', problem: problems[name] ?? null })
  const isOrder = ticket.kind === 'order'
  return (
    <section class="card" aria-labelledby="close">
      <h2 id="close">Close it</h2>
      <form method="post" action={`/tickets/${ticket.number}/close`}>
        <Choose
          {...field('outcome')}
          label="What became of it"
          none="Choose"
          options={isOrder ? ORDER_OUTCOMES : OTHER_OUTCOMES}
          hint={
            isOrder
              ? 'Done or failed settles the order at once, and tells the billing system; it cannot be taken back here.'
              : 'Only the ticket is closed: no order changes by it.'
          }
        />
        <Field
          {...field('note')}
          label="What was done, or why not"
          hint={
            isOrder ? 'The customer may read it where the order failed.' : 'In a sentence, for whoever looks later.'
          }
          rows={3}
          required
          maxlength={2_000}
        />
        {isOrder ? (
          <>
            <Field {...field('code')} label="Code of the registrar, where it failed" maxlength={100} />
            <Field {...field('expires')} label="Registered until, where it was done" type="date" />
          </>
        ) : null}
        <Button kind="main">Close the ticket</Button>
      </form>
    </section>
  )
}

const DISMISSED = { value: 'dismissed', label: 'Dismissed: there is nothing to do any more' }
const ORDER_OUTCOMES = [
  { value: 'done', label: 'Done: the registrar carried it out' },
  { value: 'failed', label: 'Failed: it cannot be done' },
  DISMISSED,
]
const OTHER_OUTCOMES = [
  { value: 'done', label: 'Done: it was seen to' },
  { value: 'failed', label: 'Failed: it could not be mended' },
  DISMISSED,
]
