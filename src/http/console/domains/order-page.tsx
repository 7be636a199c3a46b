import type { OrderForm } from '../../../core/order-form.js'
import type { ReadOrderView } from '../../read-views.js'
import { DomainLink, OrderStatus, Support, Time, TransferChecklist } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import { canBeDecided, OrderActions } from './order-actions.js'

export type OrderPageProps = {
  order: ReadOrderView
  /** That it was read from; null where it came by another way. */
  form: OrderForm | null
  /** Of a transfer, where its connection has one. */
  checklist: string | null
  mayDecide: boolean
  words: TimeWords
}

const SecondPerson = ({ approval, words }: { approval: ReadOrderView['approval']; words: TimeWords }) =>
  approval === null ? null : (
    <>
      <dt>Ordered by</dt>
      <dd>{approval.orderedBy.join(', ') || 'not known'}</dd>
      <dt>Second person</dt>
      <dd>
        {approval.approvedAt === null ? 'is waited for' : `${approval.approvedBy} `}
        {approval.approvedAt === null ? null : <Time at={approval.approvedAt} words={words} />}
        {approval.until === null ? null : (
          <>
            {' until '}
            <Time at={approval.until} words={words} />
          </>
        )}
      </dd>
    </>
  )

const FormFacts = ({ order, form }: Pick<OrderPageProps, 'order' | 'form'>) =>
  form === null ? null : (
    <>
      <dt>Form</dt>
      <dd>
        {form.octets === null ? (
          <span class="soft">erased</span>
        ) : (
          <a href={`/orders/${encodeURIComponent(order.id)}/form`}>Download {form.file} as it was dropped</a>
        )}{' '}
        <span class="meta">
          {form.size} octets, SHA-256 <span class="mono">{form.sha256}</span>
        </span>
      </dd>
    </>
  )

export const OrderPage = ({ order, form, checklist, mayDecide, words }: OrderPageProps) => (
  <>
    <h1>
      {order.action} {order.unicodeName}
    </h1>
    <p class="lead">
      <OrderStatus status={order.status} mode={order.mode} /> Order {order.billingOrderId} of {order.account.id}
      {order.reason === null ? '.' : `: ${[order.code, order.reason].filter(Boolean).join(' ')}`}
    </p>
    <Support support={order.support} />
    <TransferChecklist text={checklist} />
    {mayDecide && canBeDecided(order) ? (
      <section class="card" aria-labelledby="decide">
        <h2 id="decide">What can be done</h2>
        <OrderActions order={order} back={`/orders/${encodeURIComponent(order.id)}`} words={words} />
      </section>
    ) : null}
    <section class="card" aria-label="Facts">
      <dl class="facts">
        <dt>Domain</dt>
        <dd>
          <DomainLink name={order.domain} label={order.unicodeName} />
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
        <SecondPerson approval={order.approval} words={words} />
        <FormFacts order={order} form={form} />
        {order.dnsPrepare === null ? null : (
          <>
            <dt>DNS</dt>
            <dd>
              {order.dnsPrepare.next ?? 'prepared '}
              {order.dnsPrepare.preparedAt === null ? null : <Time at={order.dnsPrepare.preparedAt} words={words} />}
            </dd>
          </>
        )}
        {order.erasedAt === null ? null : (
          <>
            <dt>Personal data</dt>
            <dd>
              erased <Time at={order.erasedAt} words={words} />
            </dd>
          </>
        )}
        <dt>Reference</dt>
        <dd class="mono">{order.request?.reference ?? 'none yet'}</dd>
        <dt>Hand-overs</dt>
        <dd>{order.request?.attempts ?? 0}</dd>
        <dt>Server's answer</dt>
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
