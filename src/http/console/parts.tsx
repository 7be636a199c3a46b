import type { Connection } from '../../core/connection.js'
import type { Mode } from '../../core/mode.js'
import type { DomainView, OrderView } from '../../core/views.js'
import { type TimeWords, toneOf, toneOfOrder } from './words.js'

export const Time = ({ at, words }: { at: string; words: TimeWords }) => <time datetime={at}>{words(at)}</time>

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
