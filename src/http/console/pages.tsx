import type { DomainView, MailView, OrderView } from '../../core/views.js'
import type { TimelineItem } from '../read-views.js'
import { DomainLink, OrderLink, Registered, Status, Time, Timeline, type TimeWords } from './parts.js'
import { verdictWords } from './words.js'

export type DomainPageProps = { domain: DomainView; registry: string; items: readonly TimelineItem[]; words: TimeWords }

export const DomainPage = ({ domain, registry, items, words }: DomainPageProps) => (
  <>
    <h1>{domain.unicodeName}</h1>
    <p class="lead">
      <Status status={domain.status} /> {domain.next}
    </p>
    <section class="card" aria-label="Facts">
      <dl class="facts">
        <dt>Name in the DNS</dt>
        <dd class="mono">{domain.name}</dd>
        <dt>Registered</dt>
        <dd>
          <Registered registered={domain.registered} />
        </dd>
        <dt>Detail</dt>
        <dd>{domain.detail}</dd>
        <dt>Registry</dt>
        <dd>{registry}</dd>
        <dt>Since</dt>
        <dd>
          <Time at={domain.since} words={words} />
        </dd>
        <dt>Name servers</dt>
        <dd>
          {domain.nameservers.map(({ host, addresses }) => [host, ...addresses].join(' ')).join(', ') || 'none known'}
        </dd>
        <dt>Open order</dt>
        <dd>{domain.openOrder === null ? 'none' : <OrderLink id={domain.openOrder} label={domain.openOrder} />}</dd>
      </dl>
    </section>
    <section class="card" aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <Timeline items={items} words={words} />
    </section>
  </>
)

export type MailPageProps = { mail: MailView; raw: { text: string; cut: boolean } | null; words: TimeWords }

export const MailPage = ({ mail, raw, words }: MailPageProps) => (
  <>
    <h1>{mail.direction === 'out' ? 'Mail to the registry' : 'Mail that came in'}</h1>
    <p class="lead">{verdictWords(mail)}</p>
    <section class="card" aria-label="Facts">
      <dl class="facts">
        <dt>Envelope sender</dt>
        <dd>{mail.envelope.from === '' ? 'the null sender <>' : mail.envelope.from}</dd>
        <dt>Envelope recipients</dt>
        <dd>{mail.envelope.to.join(', ')}</dd>
        <dt>{mail.direction === 'out' ? 'Written' : 'Received'}</dt>
        <dd>
          <Time at={mail.receivedAt} words={words} />
        </dd>
        <dt>Stage</dt>
        <dd>
          {mail.stage}
          {mail.reason === null ? '' : `: ${mail.reason}`}
        </dd>
        <dt>Signed at</dt>
        <dd>{mail.verdict?.signedAt == null ? 'unknown' : <Time at={mail.verdict.signedAt} words={words} />}</dd>
        <dt>Replies</dt>
        <dd>{mail.replies.length === 0 ? 'none' : <Replies mail={mail} />}</dd>
        <dt>Orders</dt>
        <dd>{mail.orders.length === 0 ? 'none' : mail.orders.map((id) => <OrderLink id={id} label={id} />)}</dd>
        <dt>SHA-256</dt>
        <dd class="mono">{mail.sha256}</dd>
      </dl>
    </section>
    <section class="card" aria-labelledby="raw">
      <h2 id="raw">The mail itself</h2>
      <p>
        <a href={`/mails/${encodeURIComponent(mail.id)}/raw`}>Keep the exact {mail.size} octets</a>
      </p>
      {raw === null ? <p class="soft">Its octets are no longer kept.</p> : <pre>{raw.text}</pre>}
      {raw?.cut === true ? <p class="soft">Only the first 256 KiB are shown.</p> : null}
    </section>
  </>
)

const Replies = ({ mail }: { mail: MailView }) => (
  <>
    {mail.replies.map((reply) => (
      <div>
        {reply.outcome}: {[reply.code, reply.text].filter(Boolean).join(' ')} ({reply.effect})
      </div>
    ))}
  </>
)

export const OrderPage = ({ order, words }: { order: OrderView; words: TimeWords }) => (
  <>
    <h1>
      {order.action} {order.unicodeName}
    </h1>
    <p class="lead">
      Order {order.billingOrderId} of {order.account.id} is {order.status}
      {order.reason === null ? '.' : `: ${[order.code, order.reason].filter(Boolean).join(' ')}`}
    </p>
    <section class="card" aria-label="Facts">
      <dl class="facts">
        <dt>Domain</dt>
        <dd>
          <DomainLink name={order.domain} />
        </dd>
        <dt>Ordered</dt>
        <dd>
          <Time at={order.createdAt} words={words} />
        </dd>
        <dt>Paid</dt>
        <dd>{order.paidAt === null ? 'no' : <Time at={order.paidAt} words={words} />}</dd>
        <dt>Account</dt>
        <dd>
          {order.account.id} ({order.account.type})
        </dd>
        <dt>Reference</dt>
        <dd class="mono">{order.request?.reference ?? 'none yet'}</dd>
        <dt>Hand-overs</dt>
        <dd>{order.request?.attempts ?? 0}</dd>
        <dt>The server's words</dt>
        <dd>{order.request?.answer ?? 'none yet'}</dd>
        <dt>Registry's ticket</dt>
        <dd class="mono">{order.request?.ticket ?? 'none yet'}</dd>
        <dt>Reply awaited until</dt>
        <dd>
          {order.request?.deadline == null ? 'nothing is awaited' : <Time at={order.request.deadline} words={words} />}
        </dd>
      </dl>
    </section>
  </>
)

export const MessagePage = ({ title, text }: { title: string; text: string }) => (
  <>
    <h1>{title}</h1>
    <p>{text}</p>
    <p>
      <a href="/">To the domains</a>
    </p>
  </>
)
