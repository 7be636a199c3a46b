import type { Trust } from '../../../core/connection.js'
import type { DomainView, OrderView } from '../../../core/views.js'
import type { User } from '../../../ports.js'
import type { ReadDomainView, TimelineItem } from '../../read-views.js'
import { may } from '../frame/access.js'
import { Choose, Confirm, Field } from '../frame/form-parts.js'
import {
  hrefOf,
  OrderLink,
  OrderStatus,
  Registered,
  Status,
  Support,
  Time,
  TransferAnswers,
  TransferChecklist,
} from '../frame/parts.js'
import { DETAIL_WORDS, hostWords, type TimeWords, timesIn } from '../frame/words.js'
import { canBeDecided, OrderActions } from './order-actions.js'
import { Timeline } from './timeline.js'

export type DomainPageProps = {
  domain: ReadDomainView
  registry: string
  /** Of the registry's connection; null where it was removed. */
  trust: Trust | null
  /** Its connection sends nothing now. */
  paused: boolean
  /** Of its connection, while the domain is on its way here. */
  checklist: string | null
  /** The newest first. */
  orders: readonly OrderView[]
  moreOrders: boolean
  user: User
  timeline: { items: readonly TimelineItem[]; cut: boolean }
  words: TimeWords
}

export const DomainPage = (props: DomainPageProps) => (
  <>
    <div class="head">
      <h1>{props.domain.unicodeName}</h1>
      <p class="buttons">
        {may(props.user, 'orders') ? (
          <a class="button" href={hrefOf('/orders/new', { domain: props.domain.name })}>
            New order
          </a>
        ) : null}
        {may(props.user, 'erasures') && props.orders.length > 0 ? (
          <a class="button" href={`/domains/${encodeURIComponent(props.domain.name)}/erase`}>
            Erase personal data
          </a>
        ) : null}
      </p>
    </div>
    <p class="lead">
      <Status status={props.domain.status} mode={props.domain.mode} /> {timesIn(props.domain.next, props.words)}
    </p>
    <Support support={props.domain.support} />
    <TransferChecklist text={props.checklist} />
    <Asked domain={props.domain} user={props.user} />
    <Decisions {...props} />
    <Facts {...props} />
    <section class="card" aria-labelledby="orders">
      <h2 id="orders">Orders</h2>
      {props.orders.length === 0 ? <p class="soft">None.</p> : <Orders orders={props.orders} words={props.words} />}
      {props.moreOrders ? <p class="soft">Only the newest {props.orders.length} are shown.</p> : null}
    </section>
    <section class="card" aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      {props.timeline.cut ? (
        <p class="soft">
          Only the newest part is shown. <a href={hrefOf('/log', { domain: props.domain.name })}>The action log</a> has
          all of it.
        </p>
      ) : null}
      <Timeline items={props.timeline.items} words={props.words} />
    </section>
  </>
)

/** Whether to let it go, where another provider asks for it and nobody answered yet. */
const Asked = ({ domain, user }: Pick<DomainPageProps, 'domain' | 'user'>) =>
  domain.transferRequest?.answer !== null || !may(user, 'orders') ? null : (
    <section class="card" aria-labelledby="asked">
      <h2 id="asked">Another provider asks for it</h2>
      <p>
        {domain.transferRequest.by ?? 'The registry does not say which provider'}. To let it go, or to keep it, order
        the answer:
      </p>
      <TransferAnswers domain={domain.name} />
    </section>
  )

/** What somebody can do now about the order that the domain waits for, or whose failure it is in, and about its error. */
const Decisions = ({ domain, orders, user, words }: DomainPageProps) => {
  const back = `/domains/${encodeURIComponent(domain.name)}`
  const order = orders.find(({ id }) => id === domain.openOrder) ?? (domain.status === 'Error' ? orders[0] : undefined)
  const decidable = order !== undefined && may(user, 'orders') && canBeDecided(order) ? order : null
  const dismissible = domain.status === 'Error' && domain.openOrder === null && may(user, 'dismissals')
  return decidable === null && !dismissible ? null : (
    <section class="card" aria-labelledby="decide">
      <h2 id="decide">What can be done</h2>
      {decidable === null ? null : (
        <>
          <p>
            With <OrderLink id={decidable.id} label={`${decidable.action} ${decidable.billingOrderId}`} />:
          </p>
          <OrderActions order={decidable} back={back} words={words} />
        </>
      )}
      {dismissible ? <Dismiss action={`${back}/dismiss`} registered={domain.registered} /> : null}
    </section>
  )
}

const Dismiss = ({ action, registered }: { action: string; registered: boolean }) => (
  <div class="buttons apart">
    <Confirm action={action} label="Dismiss the error">
      <p>
        The domain becomes {registered ? 'Registered again' : 'Closed'}. Its orders stay as they are, nothing is sent,
        and nothing is charged or refunded.
      </p>
      <Field
        name="note"
        label="Note"
        hint="What you found out, for who reads the log later."
        required
        maxlength={500}
      />
    </Confirm>
  </div>
)

/** What is unusual about the mails that the registry's connection believes. */
const TrustBadges = ({ trust }: Pick<DomainPageProps, 'trust'>) =>
  trust === null ? null : (
    <>
      {trust.weak.length === 0 ? null : (
        <span class="badge bad">weak signatures believed: {trust.weak.join(', ')}</span>
      )}{' '}
      {trust.allowUnsigned ? <span class="badge bad">unsigned replies believed</span> : null}{' '}
      {trust.senderChecks === 'off' ? null : <span class="badge idle">sender checks: {trust.senderChecks}</span>}
    </>
  )

const Give = ({ domain }: Pick<DomainPageProps, 'domain'>) => (
  <Confirm action={`/domains/${encodeURIComponent(domain.name)}/owner`} label="Give to another account">
    <p>
      Nothing is sent to the registry. The account that it belongs to now reads it no more and orders nothing on it;
      mails about it go to the new one.
    </p>
    <input type="hidden" name="from" value={domain.account ?? ''} />
    <Field name="account" label="Account" hint="Its id in billing." required maxlength={100} />
    <Field name="email" label="E-mail" hint="For mails about the domain; none without it." maxlength={254} />
    <Choose
      name="type"
      label="Type"
      options={[
        { value: 'customer', label: 'customer' },
        { value: 'provider', label: 'provider' },
      ]}
    />
  </Confirm>
)

const Facts = ({ domain, registry, trust, paused, user, words }: DomainPageProps) => (
  <section class="card" aria-label="Facts">
    <dl class="facts">
      <dt>Name in the DNS</dt>
      <dd class="mono">{domain.name}</dd>
      <dt>Registered</dt>
      <dd>
        <Registered registered={domain.registered} />
      </dd>
      <dt>Detail</dt>
      <dd>
        {domain.detail}: {DETAIL_WORDS[domain.detail]}
      </dd>
      <dt>Registry</dt>
      <dd>
        {registry} {paused ? <span class="badge bad">paused</span> : null} <TrustBadges trust={trust} />
      </dd>
      <dt>Locked</dt>
      <dd>{domain.locked ? 'yes: other providers are refused' : 'no'}</dd>
      <dt>Account</dt>
      <dd>
        {domain.account ?? <span class="soft">not known</span>}
        {may(user, 'owners') && domain.registered && domain.openOrder === null ? <Give domain={domain} /> : null}
      </dd>
      <dt>Since</dt>
      <dd>
        <Time at={domain.since} words={words} />
      </dd>
      <dt>Name servers</dt>
      <dd>
        <Nameservers nameservers={domain.nameservers} />
      </dd>
    </dl>
  </section>
)

const Nameservers = ({ nameservers }: Pick<DomainView, 'nameservers'>) =>
  nameservers.length === 0 ? (
    <span class="soft">none known</span>
  ) : (
    <ul class="plain">
      {nameservers.map(({ host, addresses }) => (
        <li>{[hostWords(host), ...addresses].join(' ')}</li>
      ))}
    </ul>
  )

const Orders = ({ orders, words }: { orders: readonly OrderView[]; words: TimeWords }) => (
  <div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Status</th>
          <th scope="col">Ordered</th>
          <th scope="col">Account</th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <tr>
            <th scope="row">
              <OrderLink id={order.id} label={`${order.action} ${order.billingOrderId}`} />
            </th>
            <td data-label="Status">
              <OrderStatus status={order.status} mode={order.mode} />
              {order.erasedAt === null ? null : (
                <>
                  {' '}
                  <span class="badge idle">personal data erased</span>
                </>
              )}
            </td>
            <td data-label="Ordered">
              <Time at={order.createdAt} words={words} />
            </td>
            <td data-label="Account">{order.account.id}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
