import { domainToUnicode } from 'node:url'
import type { Action } from '../../../core/action.js'
import type { DomainStatus } from '../../../core/domain.js'
import type { Mode } from '../../../core/mode.js'
import type { ActionView, OrderView } from '../../../core/views.js'
import type { Attention } from '../../../flows/read-attention.js'
import { LevelBadge } from '../frame/attention.js'
import { type Bar, BarChart, RangeBar } from '../frame/chart.js'
import { Age, DomainLink, Empty, MailLink, OrderLink, Status, Time } from '../frame/parts.js'
import { lengthOf, type TimeWords } from '../frame/words.js'

/** A number that leads to the list of what was counted; `href` is null while that page does not exist. */
export type Count = { label: string; count: number; href: string | null; alarm: boolean }

/** An entry of the log at level error, and what its domain has become since. */
export type ToldError = ActionView & { now: { status: DomainStatus | null; mode: Mode } | null }

export type LateReply = { orderId: string; domain: string; action: Action; since: string; deadline: string | null }

/** Milliseconds. */
export type ReplyTime = { registry: string; action: Action; p50: number; p95: number; count: number }

export type TodayPageProps = {
  errors: readonly ToldError[]
  counts: readonly Count[]
  attention: readonly Attention[]
  late: readonly LateReply[]
  completed: { count: number; orders: readonly OrderView[] }
  days: readonly Bar[]
  replyTimes: readonly ReplyTime[]
  now: Date
  words: TimeWords
}

export const TodayPage = (props: TodayPageProps) => (
  <>
    <h1>Today</h1>
    <NewestErrors {...props} />
    <WaitsForAPerson counts={props.counts} />
    <NeedsAttention attention={props.attention} />
    <LateReplies {...props} />
    <Completed {...props} />
    <div class="columns">
      <OrdersPerDay days={props.days} />
      <ReplyTimes replyTimes={props.replyTimes} />
    </div>
  </>
)

const NewestErrors = ({ errors, now, words }: TodayPageProps) => (
  <section class="card" aria-labelledby="errors">
    <h2 id="errors">Newest errors</h2>
    {errors.length === 0 ? <Empty>None: no error is in the action log.</Empty> : null}
    <ol class="errors">
      {errors.map((error) => (
        <li>
          <p>
            <span class="badge bad">Error</span> {error.text}
          </p>
          <p class="meta">
            <Age at={error.at} now={now} words={words} /> ago, <Time at={error.at} words={words} />
            {' · '}
            {error.event}
            <ErrorLinks error={error} />
          </p>
        </li>
      ))}
    </ol>
  </section>
)

const ErrorLinks = ({ error }: { error: ToldError }) => (
  <>
    {error.domain === null ? null : (
      <>
        {' · '}
        <DomainLink name={error.domain} label={domainToUnicode(error.domain) || error.domain} />
        {error.now === null ? null : (
          <>
            {' '}
            <span class="unseen">is now</span> <Status {...error.now} />
          </>
        )}
        {' · '}
        <a href={`/domains/${encodeURIComponent(error.domain)}#action-${error.id}`}>log entry</a>
      </>
    )}
    {error.mail === null ? null : (
      <>
        {' · '}
        <MailLink id={error.mail} label="mail" />
      </>
    )}
    {error.order === null ? null : (
      <>
        {' · '}
        <OrderLink id={error.order} label="order" />
      </>
    )}
  </>
)

/** Nothing is shown for what there is nothing of. */
const WaitsForAPerson = ({ counts }: Pick<TodayPageProps, 'counts'>) => {
  const some = counts.filter(({ count }) => count > 0)
  return (
    <section aria-labelledby="waits">
      <h2 id="waits">Waits for a person</h2>
      {some.length === 0 ? <Empty>Nothing.</Empty> : null}
      <ul class="counts">
        {some.map(({ label, count, href, alarm }) => (
          <li class={alarm ? 'alarm' : ''}>
            {href === null ? (
              <div>
                <CountWords label={label} count={count} />
              </div>
            ) : (
              <a href={href}>
                <CountWords label={label} count={count} />
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

const CountWords = ({ label, count }: Pick<Count, 'label' | 'count'>) => (
  <>
    <strong>{countWords(count)}</strong> {label}
  </>
)

/** Counts stop at a thousand. */
const countWords = (count: number): string => (count >= 1_000 ? '999+' : String(count))

/** Weak trust and keys that need care, for as long as they do; nothing where there is nothing. */
const NeedsAttention = ({ attention }: Pick<TodayPageProps, 'attention'>) =>
  attention.length === 0 ? null : (
    <section class="card" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <AttentionList attention={attention.slice(0, ATTENTION_SHOWN)} />
      {attention.length <= ATTENTION_SHOWN ? null : (
        <details>
          <summary>{attention.length - ATTENTION_SHOWN} more</summary>
          <AttentionList attention={attention.slice(ATTENTION_SHOWN)} />
        </details>
      )}
    </section>
  )

const ATTENTION_SHOWN = 6

const AttentionList = ({ attention }: Pick<TodayPageProps, 'attention'>) => (
  <ol class="errors">
    {attention.map(({ level, text }) => (
      <li>
        <p>
          <LevelBadge level={level} /> {text}
        </p>
      </li>
    ))}
  </ol>
)

const LateReplies = ({ late, now, words }: TodayPageProps) =>
  late.length === 0 ? null : (
    <section class="card" aria-labelledby="late">
      <h2 id="late">Pending for longer than usual</h2>
      <ul class="plain">
        {late.map(({ orderId, domain, action, since, deadline }) => (
          <li>
            <OrderLink id={orderId} label={`${action} ${domainToUnicode(domain) || domain}`} />
            <span class="soft">
              : sent <Age at={since} now={now} words={words} /> ago
              {deadline === null ? null : (
                <>
                  , given up <Time at={deadline} words={words} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )

const Completed = ({ completed: { count, orders }, words }: TodayPageProps) => (
  <section class="card" aria-labelledby="completed">
    <h2 id="completed">Done today: {count}</h2>
    {orders.length === 0 ? <Empty>Nothing yet.</Empty> : null}
    <ul class="plain">
      {orders.map(({ id, action, unicodeName, updatedAt }) => (
        <li>
          <OrderLink id={id} label={`${action} ${unicodeName}`} />{' '}
          <span class="soft">
            <Time at={updatedAt} words={words} />
          </span>
        </li>
      ))}
    </ul>
    {count > orders.length ? <p class="soft">The last {orders.length} of them.</p> : null}
  </section>
)

const OrdersPerDay = ({ days }: Pick<TodayPageProps, 'days'>) => {
  const all = days.reduce((sum, { value }) => sum + value, 0)
  return (
    <section class="card" aria-labelledby="per-day">
      <h2 id="per-day">Orders a day</h2>
      <BarChart title={`Orders a day in the last ${days.length} days, ${all} in all`} bars={days} what="Orders" />
    </section>
  )
}

const ReplyTimes = ({ replyTimes }: Pick<TodayPageProps, 'replyTimes'>) => {
  const most = Math.max(0, ...replyTimes.map(({ p95 }) => p95))
  return (
    <section class="card" aria-labelledby="reply-times">
      <h2 id="reply-times">How long registries take</h2>
      {replyTimes.length === 0 ? (
        <Empty>No registry has decided anything yet.</Empty>
      ) : (
        <div class="scroll">
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">Registry</th>
                <th scope="col">Half within</th>
                <th scope="col">95 of 100 within</th>
                <th scope="col">
                  <span class="unseen">As a bar</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {replyTimes.map(({ registry, action, p50, p95, count }) => (
                <tr>
                  <th scope="row">
                    {registry} <span class="soft">{`${action}, ${count}`}</span>
                  </th>
                  <td data-label="Half within">{lengthOf(p50)}</td>
                  <td data-label="95 of 100 within">{lengthOf(p95)}</td>
                  <td>
                    <RangeBar p50={p50} p95={p95} most={most} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
