import type { Child } from 'hono/jsx'
import type { ActionLevel } from '../../../core/action-log.js'
import type { Connection } from '../../../core/connection.js'
import type { MailStage } from '../../../core/mail.js'
import type { Mode } from '../../../core/mode.js'
import type { DomainView, OrderView } from '../../../core/views.js'
import type { SessionNotice } from '../../../ports.js'
import type { Crumb } from './layout.js'
import { ageOf, type TimeWords, toneOf, toneOfMail, toneOfOrder } from './words.js'

export const Time = ({ at, words }: { at: string; words: TimeWords }) => <time datetime={at}>{words(at)}</time>

/** How long ago, with the time itself for whoever points at it. */
export const Age = ({ at, now, words }: { at: string; now: Date; words: TimeWords }) => (
  <time datetime={at} title={words(at)}>
    {ageOf(at, now)}
  </time>
)

/** The way back up; nothing where a page is at the top. */
export const Crumbs = ({ crumbs }: { crumbs: readonly Crumb[] }) =>
  crumbs.length === 0 ? null : (
    <nav class="crumbs" aria-label="Above this page">
      <ol>
        {crumbs.map(({ href, label }) => (
          <li>
            <a href={href}>{label}</a>
          </li>
        ))}
      </ol>
    </nav>
  )

/** What came of a form; `lines` one by one. */
export const Notice = ({ tone, text, lines }: Pick<SessionNotice, 'tone' | 'text' | 'lines'>) => (
  <div class={`note ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
    <p>{text}</p>
    {lines.length === 0 ? null : (
      <ul>
        {lines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    )}
  </div>
)

/** In place of a list that has nothing. */
export const Empty = ({ children }: { children: Child }) => <p class="empty">{children}</p>

/** Pairs of a name and a value; one that is null is left out. */
export const Facts = ({
  facts,
  small = false,
}: {
  facts: readonly (readonly [string, Child] | null)[]
  small?: boolean
}) => (
  <dl class={small ? 'facts small' : 'facts'}>
    {facts.map((fact) =>
      fact === null ? null : (
        <>
          <dt>{fact[0]}</dt>
          <dd>{fact[1]}</dd>
        </>
      ),
    )}
  </dl>
)

/** The rest of a list: the first page again, and the next; `query` are the filters that are kept. */
export const Pages = ({ path, query, cursor, next, what }: PagesProps) =>
  cursor === null && next === null ? null : (
    <nav class="pages" aria-label="Pages">
      {cursor === null ? null : <a href={hrefOf(path, query)}>First {what}</a>}
      {next === null ? null : <a href={hrefOf(path, { ...query, cursor: next })}>More {what}</a>}
    </nav>
  )

export type PagesProps = {
  path: string
  query: Readonly<Record<string, string | null>>
  cursor: string | null
  next: string | null
  /** Plural: `domains`. */
  what: string
}

/** An address with its query; what is null or empty is left out. */
export const hrefOf = (path: string, query: Readonly<Record<string, string | null>>): string => {
  const said = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== '') said.set(name, value)
  return said.size === 0 ? path : `${path}?${said}`
}

/** Beside whatever came to be in test mode. */
const TestBadge = ({ mode }: { mode: Mode }) =>
  mode === 'test' ? (
    <>
      {' '}
      <span class="badge idle" title="Through a connection in test mode: no live registry knows of it">
        test
      </span>
    </>
  ) : null

/** Before the sentence of an entry of the log; nothing before one that is no trouble. */
export const Level = ({ level }: { level: ActionLevel }) =>
  level === 'info' ? null : (
    <>
      <span class={level === 'error' ? 'badge bad' : 'badge busy'}>{level === 'error' ? 'Error' : 'Warning'}</span>{' '}
    </>
  )

/** How far a mail has come; what waits for a person stands out. */
export const Stage = ({ stage }: { stage: MailStage }) => <span class={`badge ${toneOfMail(stage)}`}>{stage}</span>

export const Status = ({ status, mode }: Pick<DomainView, 'status' | 'mode'>) => (
  <>
    <span class={`badge ${toneOf(status)}`}>{status ?? 'Unknown'}</span>
    <TestBadge mode={mode} />
  </>
)

export const OrderStatus = ({ status, mode }: Pick<OrderView, 'status' | 'mode'>) => (
  <>
    <span class={`badge ${toneOfOrder(status)}`}>{status}</span>
    <TestBadge mode={mode} />
  </>
)

/** Whom to ask at the registry, beside an error. */
export const Support = ({ support }: { support: Connection['support'] }) =>
  support === null ? null : (
    <p>
      The registry helps: {support.name}{' '}
      {support.email === null ? null : <a href={`mailto:${support.email}`}>{support.email}</a>}
    </p>
  )

/** Begins the order of either answer to another provider that asks for the domain. */
export const TransferAnswers = ({ domain }: { domain: string }) => (
  <p class="buttons">
    <a class="button" href={hrefOf('/orders/new', { domain, action: 'approve-transfer' })}>
      Approve the transfer
    </a>
    <a class="button" href={hrefOf('/orders/new', { domain, action: 'reject-transfer' })}>
      Reject the transfer
    </a>
  </p>
)

/** What the connection says of moving a domain here, beside a transfer. */
export const TransferChecklist = ({ text }: { text: string | null }) =>
  text === null ? null : (
    <section class="note" aria-label="Checklist for the transfer">
      <p>
        <strong>Before and while the domain moves:</strong>
      </p>
      <pre>{text}</pre>
    </section>
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

/** Where a rule is made of a mail. */
export const makerHref = (connection: string, mail: string): string =>
  `/connections/${encodeURIComponent(connection)}/rules/new?mail=${encodeURIComponent(mail)}`

export const OrderLink = ({ id, label }: { id: string; label: string }) => (
  <a href={`/orders/${encodeURIComponent(id)}`}>{label}</a>
)

export const ModeBadge = ({ mode, paused }: { mode: Mode; paused: boolean }) => (
  <>
    <span class={`badge ${mode === 'live' ? 'good' : 'idle'}`}>{mode}</span>
    {paused ? (
      <>
        {' '}
        <span class="badge busy">paused</span>
      </>
    ) : null}
  </>
)

export const ConnectionLink = ({ id, label }: { id: string; label: string }) => (
  <a href={`/connections/${encodeURIComponent(id)}`}>{label}</a>
)
