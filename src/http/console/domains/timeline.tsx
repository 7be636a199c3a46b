import type { Child } from 'hono/jsx'
import type { ActionView, MailView } from '../../../core/views.js'
import type { TimelineItem } from '../../read-views.js'
import { MailLink, OrderLink, Time } from '../frame/parts.js'
import { replyWords, stageWords, type TimeWords, verdictWords } from '../frame/words.js'

/** What happened to a domain, oldest first, with every mail where it belongs. */
export const Timeline = ({ items, words }: { items: readonly TimelineItem[]; words: TimeWords }) => {
  const judged = new Set(
    items.map((item) => (item.kind === 'action' && item.event === 'mail.judged' ? item.mail : null)),
  )
  return (
    <ol class="timeline">
      {items.map((item) =>
        item.kind === 'mail' ? (
          <MailEntry mail={item} judged={judged.has(item.id)} words={words} />
        ) : (
          <ActionEntry action={item} words={words} />
        ),
      )}
    </ol>
  )
}

const ActionEntry = ({ action, words }: { action: ActionView; words: TimeWords }) => (
  <li class={action.level} id={`action-${action.id}`}>
    <p>
      {action.level === 'info' ? null : <strong>{action.level === 'error' ? 'Error: ' : 'Warning: '}</strong>}
      {action.text}
    </p>
    <p class="meta">
      <Time at={action.at} words={words} /> · {action.actor} · {action.event}
      {action.order === null ? null : <More child={<OrderLink id={action.order} label="order" />} />}
      {action.mail === null ? null : <More child={<MailLink id={action.mail} label="mail" />} />}
    </p>
    <Facts data={action.data} />
  </li>
)

const More = ({ child }: { child: Child }) => (
  <>
    {' · '}
    {child}
  </>
)

const Facts = ({ data }: { data: Record<string, unknown> }) =>
  Object.keys(data).length === 0 ? null : (
    <details>
      <summary>Facts</summary>
      <dl class="facts small">
        {Object.entries(data).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{factWords(value)}</dd>
          </>
        ))}
      </dl>
    </details>
  )

const factWords = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none'
  return JSON.stringify(value)
}

/** `judged`: the entry of the log after it tells the verdict and the effects. */
const MailEntry = ({ mail, judged, words }: { mail: MailView; judged: boolean; words: TimeWords }) => {
  const stage = judged ? null : stageWords(mail)
  return (
    <li class="mail">
      <p>
        <MailLink id={mail.id} label={mail.direction === 'out' ? 'Mail to the registry' : 'Mail that came in'} />{' '}
        <span class="soft">
          from {mail.envelope.from === '' ? 'the null sender' : mail.envelope.from} to {mail.envelope.to.join(', ')}
        </span>
      </p>
      {judged ? null : <p>{verdictWords(mail, words)}</p>}
      {mail.replies.map((reply) => (
        <p>
          {replyWords(reply)} {judged ? null : <span class="soft">({reply.effect})</span>}
        </p>
      ))}
      <p class="meta">
        <Time at={mail.receivedAt} words={words} />
        {stage === null ? null : ` · ${stage}`}
        {mail.orders.map((id) => (
          <More child={<OrderLink id={id} label="order" />} />
        ))}
      </p>
    </li>
  )
}
