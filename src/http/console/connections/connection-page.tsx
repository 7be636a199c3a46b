import type { AllowList } from '../../../core/allow-list.js'
import { CHECKLIST, type ChecklistLine, isTicked } from '../../../core/checklist.js'
import type { Connection } from '../../../core/connection.js'
import type { ReplyTimes } from '../../../core/pending.js'
import type { Attention } from '../../../flows/read-attention.js'
import { NeedsAttention } from '../frame/attention.js'
import { Confirm, Field, Press } from '../frame/form-parts.js'
import { Facts, hrefOf, ModeBadge, Support, Time } from '../frame/parts.js'
import { durationWords, type TimeWords } from '../frame/words.js'
import { rehearsalPath } from '../keys/rehearsal-page.js'
import { AllowListCard, ConnectionFacts } from './connection-facts.js'

export type ConnectionPageProps = {
  connection: Connection
  /** Title of its profile. */
  profile: string
  allowList: AllowList
  attention: readonly Attention[]
  checklist: readonly ChecklistLine[]
  use: { openOrders: number; domains: number }
  times: readonly ReplyTimes[]
  mayChange: boolean
  mayOrder: boolean
  maySeeRules: boolean
  words: TimeWords
}

export const ConnectionPage = (props: ConnectionPageProps) => {
  const { connection, mayChange, words } = props
  return (
    <>
      <div class="head">
        <h1>{connection.title}</h1>
        <p class="buttons">
          {props.maySeeRules ? (
            <a class="button" href={`${pathOf(connection)}/rules`}>
              Rules for mails
            </a>
          ) : null}
          {mayChange ? (
            <a class="button" href={`${pathOf(connection)}/edit`}>
              Change
            </a>
          ) : null}
        </p>
      </div>
      <p class="lead">
        {props.profile} <ModeBadge mode={connection.mode} paused={connection.paused} />
      </p>
      <NeedsAttention items={props.attention} />
      <div class="columns">
        <div>
          <Now {...props} />
          {connection.mode === 'test' ? <GoingLive {...props} /> : null}
          <AllowListCard allowList={props.allowList} />
        </div>
        <section class="card" aria-labelledby="settings">
          <h2 id="settings">Settings</h2>
          <ConnectionFacts connection={connection} words={words} />
        </section>
      </div>
      {mayChange ? <Acts {...props} /> : null}
    </>
  )
}

export const pathOf = ({ id }: Pick<Connection, 'id'>): string => `/connections/${encodeURIComponent(id)}`

const Now = ({ connection, use, times }: ConnectionPageProps) => (
  <section class="card" aria-labelledby="now">
    <h2 id="now">Now</h2>
    <Facts
      facts={[
        ['Open orders', String(use.openOrders)],
        ['Domains', String(use.domains)],
        [
          'Usual reply',
          times.length === 0
            ? 'none yet'
            : times
                .map(
                  ({ action, p50, p95 }) => `${action}: ${durationWords(p50)}, 19 of 20 within ${durationWords(p95)}`,
                )
                .join('; '),
        ],
      ]}
    />
    <Support support={connection.support} />
  </section>
)

/** Before it goes live: what is done, what is missing, and where to say so. */
const GoingLive = ({ connection, checklist, mayChange, mayOrder, words }: ConnectionPageProps) => {
  const ready = checklist.every(({ done }) => done)
  return (
    <section class="card" aria-labelledby="checklist">
      <h2 id="checklist">Before it goes live</h2>
      <ul class="plain checklist">
        {checklist.map((line) => (
          <li>
            <ChecklistRow {...{ connection, line, mayChange, mayOrder, words }} />
          </li>
        ))}
      </ul>
      {mayChange && ready ? (
        <Confirm action={`${pathOf(connection)}/live`} label="Go live">
          <p>
            Requests go to the live address from then on, and what is ordered is real. Orders that are open have to end
            first.
          </p>
        </Confirm>
      ) : (
        <p class="meta">
          {ready ? 'All is done: an administrator can let it go live.' : 'It can go live once all of these are done.'}
        </p>
      )}
    </section>
  )
}

type ChecklistRowProps = Pick<ConnectionPageProps, 'connection' | 'mayChange' | 'mayOrder' | 'words'> & {
  line: ChecklistLine
}

const ChecklistRow = ({ connection, line, mayChange, mayOrder, words }: ChecklistRowProps) => (
  <>
    <p>
      <span class={`badge ${line.done ? 'good' : 'idle'}`}>{line.done ? 'Done' : 'Open'}</span>{' '}
      <strong>{CHECKLIST[line.item]}</strong>
    </p>
    <p class="meta">
      {line.detail}
      {line.doneBy === null || line.doneAt === null ? null : (
        <>
          {' '}
          {line.doneBy}, <Time at={line.doneAt.toISOString()} words={words} />
        </>
      )}
    </p>
    {mayChange && isTicked(line.item) ? <Tick connection={connection} line={line} /> : null}
    {mayOrder && line.item === 'test-order-passed' && !line.done ? (
      <p class="buttons">
        <a class="button" href={hrefOf('/orders/new', { connection: connection.id })}>
          Place a test order
        </a>
      </p>
    ) : null}
  </>
)

const Tick = ({ connection, line: { item, doneBy } }: Pick<ChecklistRowProps, 'connection' | 'line'>) => {
  const action = `${pathOf(connection)}/checklist/${item}`
  return doneBy === null ? (
    <Confirm action={action} label="Say that it is done">
      <input type="hidden" name="done" value="yes" />
      <Field
        name={`note-${item}`}
        label="Note"
        hint="Such as the date of the contract. It is kept with your name."
        maxlength={500}
      />
    </Confirm>
  ) : (
    <Press action={action} label="Take it back" kind="quiet" />
  )
}

const Acts = ({ connection, use }: ConnectionPageProps) => {
  const path = pathOf(connection)
  const free = use.openOrders === 0 && use.domains === 0
  return (
    <section class="card" aria-labelledby="acts">
      <h2 id="acts">Actions</h2>
      <div class="buttons">
        {connection.paused ? (
          <Press action={`${path}/resume`} label="Resume" kind="main" />
        ) : (
          <Confirm action={`${path}/pause`} label="Pause">
            <p>Nothing of it leaves until it is resumed. Orders are taken and wait; replies are still read.</p>
          </Confirm>
        )}
        {connection.channel === 'people' ? null : (
          <Confirm action={`${path}/test`} label="Test the way">
            <p>
              {connection.channel === 'mail'
                ? `A signed mail goes to ${connection.registry.replyTo} by the way that requests take, and is awaited here for 15 seconds. No registry gets it.`
                : 'Its server is asked something that changes nothing, as who it knows us by.'}
            </p>
          </Confirm>
        )}
        {connection.channel === 'mail' ? (
          <a class="button" href={rehearsalPath(connection)}>
            Rehearse a change of keys
          </a>
        ) : null}
        <Confirm action={`${path}/remove`} label="Remove" danger>
          <p>
            {free
              ? `It answers to no TLD and no address any more. Nothing depends on it.`
              : `${use.openOrders} open orders and ${use.domains} domains depend on it: it has to stay until they are gone.`}
          </p>
          <Field name="title" label="Its title, to be sure" hint={`Write ${connection.title}`} required />
        </Confirm>
      </div>
    </section>
  )
}
