import { MAIL_STAGES } from '../../../core/mail.js'
import type { MailView } from '../../../core/views.js'
import { Filter, FilterChoice, FilterText, FilterTime, Tabs } from '../frame/form-parts.js'
import { Empty, MailLink, Pages, Stage, Time } from '../frame/parts.js'
import { senderWords, type TimeWords } from '../frame/words.js'
import { DIRECTIONS, type MailQuery, VERDICTS } from './mail-filter.js'

export type MailsPageProps = {
  mails: readonly MailView[]
  /** Titles of connections by id. */
  registries: ReadonlyMap<string, string>
  query: MailQuery
  /** There were more mails than one page looks at, and these are all that fit. */
  cutShort: boolean
  cursor: string | null
  next: string | null
  timezone: string
  words: TimeWords
}

export const MailsPage = (props: MailsPageProps) => (
  <>
    <h1>Mails</h1>
    <MailTabs current="/mails" />
    <section class="card" aria-label="List">
      <MailsFilter {...props} />
      {props.mails.length === 0 ? <Empty>{props.cutShort ? 'None so far.' : 'None.'}</Empty> : <MailTable {...props} />}
      {props.cutShort ? (
        <p class="soft">An address is looked for in 20,000 mails at a time. There are more to look at.</p>
      ) : null}
      <Pages path="/mails" query={props.query} cursor={props.cursor} next={props.next} what="mails" />
    </section>
  </>
)

export const MailTabs = ({ current }: { current: '/mails' | '/unrecognised' }) => (
  <Tabs
    label="Mails"
    current={current}
    tabs={[
      { href: '/mails', label: 'All' },
      { href: '/unrecognised', label: 'Not recognised' },
    ]}
  />
)

const itself = (words: readonly string[]) => words.map((word) => ({ value: word, label: word }))

const DIRECTION_WORDS = { in: 'that came in', out: 'that we sent' } as const

const MailsFilter = ({ query, registries, timezone }: MailsPageProps) => (
  <Filter action="/mails">
    <FilterChoice
      {...{ name: 'direction', label: 'Direction', none: 'Both', value: query.direction }}
      options={DIRECTIONS.map((value) => ({ value, label: DIRECTION_WORDS[value] }))}
    />
    <FilterChoice
      {...{ name: 'verdict', label: 'Verdict', none: 'Any', value: query.verdict, options: itself(VERDICTS) }}
    />
    <FilterChoice
      {...{ name: 'stage', label: 'Stage', none: 'Any', value: query.stage, options: itself(MAIL_STAGES) }}
    />
    <FilterChoice
      {...{ name: 'connection', label: 'Registry', none: 'All', value: query.connection }}
      options={[...registries].map(([value, label]) => ({ value, label }))}
    />
    <FilterText name="party" label="Envelope sender or recipient" value={query.party} />
    <FilterTime name="from" label={`From (${timezone})`} value={query.from} />
    <FilterTime name="to" label={`To (${timezone})`} value={query.to} />
  </Filter>
)

const MailTable = ({ mails, registries, words }: MailsPageProps) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Mail</th>
          <th scope="col">When</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col">What it is</th>
          <th scope="col">Registry</th>
        </tr>
      </thead>
      <tbody>
        {mails.map((mail) => (
          <tr>
            <th scope="row">
              <MailLink id={mail.id} label={mail.direction === 'out' ? 'sent' : 'came in'} />
            </th>
            <td data-label="When" class="whole">
              <Time at={mail.receivedAt} words={words} />
            </td>
            <td data-label="From" class="any">
              {senderWords(mail)}
            </td>
            <td data-label="To" class="any">
              {mail.envelope.to.join(', ')}
            </td>
            <td data-label="What it is">
              <WhatItIs mail={mail} />
            </td>
            <td data-label="Registry">{registryOf(mail, registries)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const WhatItIs = ({ mail }: { mail: MailView }) =>
  mail.direction === 'out' ? (
    <span class="soft">ours</span>
  ) : (
    <>
      <Stage stage={mail.stage} /> <span class="soft">{mail.verdict?.kind ?? 'not judged yet'}</span>
    </>
  )

export const registryOf = ({ connection }: MailView, registries: ReadonlyMap<string, string>): string =>
  connection === null ? 'none' : (registries.get(connection) ?? 'one that was removed')
