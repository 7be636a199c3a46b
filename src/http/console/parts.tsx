import type { DomainView, OrderView } from '../../core/views.js'
import { type TimeWords, toneOf, toneOfOrder } from './words.js'

export const Time = ({ at, words }: { at: string; words: TimeWords }) => <time datetime={at}>{words(at)}</time>

export const Status = ({ status }: { status: DomainView['status'] }) => (
  <span class={`badge ${toneOf(status)}`}>{status ?? 'Unknown'}</span>
)

export const OrderStatus = ({ status }: { status: OrderView['status'] }) => (
  <span class={`badge ${toneOfOrder(status)}`}>{status}</span>
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
