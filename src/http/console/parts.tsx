import type { ActionView, DomainView, MailView } from '../../core/views.js'
import type { TimelineItem } from '../read-views.js'
import { toneOf, verdictWords } from './words.js'

/** Times as the settings want them shown. */
export type TimeWords = (time: string) => string

export const Time = ({ at, words }: { at: string; words: TimeWords }) => <time datetime={at}>{words(at)}</time>

export const Status = ({ status }: { status: DomainView['status'] }) => (
  <span class={`badge ${toneOf(status)}`}>{status ?? 'Unknown'}</span>
)

export const Registered = ({ registered }: { registered: boolean }) =>
  registered ? (
    <span class="tick" role="img" aria-label="yes" title="Registered, or the request is lodged with the registry">
      ✓
    </span>
  ) : (
    <span class="soft">no</span>
  )

export const DomainLink = ({ name, label }: { name: string; label?: string }) => (
  <a href={`/domains/${encodeURIComponent(name)}`}>{label ?? name}</a>
)

export const MailLink = ({ id, label }: { id: string; label: string }) => (
  <a href={`/mails/${encodeURIComponent(id)}`}>{label}</a>
)

export const OrderLink = ({ id, label }: { id: string; label: string }) => (
  <a href={`/orders/${encodeURIComponent(id)}`}>{label}</a>
)

/** What happened to a domain, oldest first, with every mail where it belongs. */
export const Timeline = ({ items, words }: { items: readonly TimelineItem[]; words: TimeWords }) => (
  <ol class="timeline">
    {items.map((item) =>
      item.kind === 'mail' ? <MailEntry mail={item} words={words} /> : <ActionEntry action={item} words={words} />,
    )}
  </ol>
)

const ActionEntry = ({ action, words }: { action: ActionView; words: TimeWords }) => (
  <li class={action.level}>
    <p>
      {action.level === 'info' ? null : <strong>{action.level === 'error' ? 'Error: ' : 'Warning: '}</strong>}
      {action.text}
    </p>
    <p class="meta">
      <Time at={action.at} words={words} /> · {action.actor} · {action.event}
      {action.mail === null ? null : (
        <>
          {' · '}
          <MailLink id={action.mail} label="mail" />
        </>
      )}
    </p>
    <Facts data={action.data} />
  </li>
)

const Facts = ({ data }: { data: Record<string, unknown> }) =>
  Object.keys(data).length === 0 ? null : (
    <details>
      <summary>Facts</summary>
      <pre>{JSON.stringify(data, null, 2)}</pre>
    </details>
  )

const MailEntry = ({ mail, words }: { mail: MailView; words: TimeWords }) => (
  <li class="mail">
    <p>
      <MailLink id={mail.id} label={mail.direction === 'out' ? 'Mail to the registry' : 'Mail that came in'} />{' '}
      <span class="soft">
        from {mail.envelope.from === '' ? 'the null sender' : mail.envelope.from} to {mail.envelope.to.join(', ')}
      </span>
    </p>
    <p>{verdictWords(mail)}</p>
    <p class="meta">
      <Time at={mail.receivedAt} words={words} /> · {mail.stage}
      {mail.reason === null ? '' : ` · ${mail.reason}`}
    </p>
    {mail.replies.map((reply) => (
      <p class="meta">
        {reply.outcome}: {[reply.code, reply.text].filter(Boolean).join(' ')} ({reply.effect})
      </p>
    ))}
  </li>
)
