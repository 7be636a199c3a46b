import type { OrderView } from '../../../core/views.js'
import { Button, Field } from '../frame/form-parts.js'
import { OrderLink, OrderStatus } from '../frame/parts.js'
import type { TimeWords } from '../frame/words.js'
import { DECISIONS, type Verb } from './order-decisions.js'

export type PendingConfirmProps = {
  verb: Verb
  orders: readonly OrderView[]
  /** The list that they were ticked in. */
  back: string
  words: TimeWords
}

/** What will be done with each of many orders, before it is. */
export const PendingConfirmPage = ({ verb, orders, back, words }: PendingConfirmProps) => {
  const { label, danger, note, applies, foretell } = DECISIONS[verb]
  const [able, unable] = [orders.filter(applies), orders.filter((order) => !applies(order))]
  return (
    <>
      <h1>
        {label}: {able.length} of {orders.length} orders
      </h1>
      <form class="card" method="post" action="/pending/decide">
        <input type="hidden" name="verb" value={verb} />
        <input type="hidden" name="back" value={back} />
        <ul class="plain">
          {able.map((order) => (
            <li>
              <input type="hidden" name="order" value={order.id} />
              <Line order={order} /> <span class="soft">{foretell(order, words)}</span>
            </li>
          ))}
        </ul>
        {note === null || able.length === 0 ? null : <Field name="note" label={note} required maxlength={500} />}
        <p class="buttons">
          {able.length === 0 ? null : <Button kind={danger ? 'danger' : 'main'}>{`${label}: ${able.length}`}</Button>}
          <a class="button quiet" href={back}>
            Leave them as they are
          </a>
        </p>
      </form>
      {unable.length === 0 ? null : (
        <section class="card" aria-labelledby="unable">
          <h2 id="unable">To these it does not apply</h2>
          <ul class="plain">
            {unable.map((order) => (
              <li>
                <Line order={order} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

const Line = ({ order }: { order: OrderView }) => (
  <>
    <OrderLink id={order.id} label={`${order.action} ${order.unicodeName}`} />{' '}
    <OrderStatus status={order.status} mode={order.mode} />
  </>
)
