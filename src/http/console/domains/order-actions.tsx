import type { OrderView } from '../../../core/views.js'
import { Confirm } from '../frame/form-parts.js'
import type { TimeWords } from '../frame/words.js'
import { DECISIONS, VERBS } from './order-decisions.js'

/** Buttons for what applies to an order, each of which says what it will do first. `back`: the page that they are on. */
export const OrderActions = ({ order, back, words }: { order: OrderView; back: string; words: TimeWords }) => (
  <div class="buttons">
    {VERBS.filter((verb) => DECISIONS[verb].applies(order)).map((verb) => (
      <Confirm
        action={`/orders/${encodeURIComponent(order.id)}/${verb}`}
        label={DECISIONS[verb].label}
        danger={DECISIONS[verb].danger}
      >
        <input type="hidden" name="back" value={back} />
        <p>{DECISIONS[verb].foretell(order, words)}</p>
      </Confirm>
    ))}
  </div>
)

/** Whether anything can be done with it. */
export const canBeDecided = (order: OrderView): boolean => VERBS.some((verb) => DECISIONS[verb].applies(order))
